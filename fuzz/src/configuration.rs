//! Every accepted configuration gives one visible-ASCII URL and one visible-ASCII request, at the configured endpoints.

use arbitrary::Arbitrary;
use authcode::{Client, ClientAuth, Identity, Redirect, Server};

#[derive(Arbitrary, Debug)]
pub struct Input<'a> {
    authorization_endpoint: &'a str,
    token_endpoint: &'a str,
    client_id: &'a str,
    secret: Option<&'a str>,
    auth: u8,
    redirect_uri: &'a str,
    scope: &'a str,
    audience: Option<&'a str>,
    port: Option<u16>,
    param: Option<(&'a str, &'a str)>,
}

pub fn run(input: &[u8]) {
    if let Ok(input) = Input::arbitrary_take_rest(arbitrary::Unstructured::new(input)) {
        configure(&input);
    }
}

fn configure(input: &Input<'_>) -> Option<()> {
    let server = Server::danger_loopback_http(input.authorization_endpoint, input.token_endpoint).ok()?;
    let auth = match (input.secret, input.auth % 3) {
        (None, _) => ClientAuth::None,
        (Some(secret), 0) => ClientAuth::basic(secret),
        (Some(secret), 1) => ClientAuth::basic_raw(secret),
        (Some(secret), _) => ClientAuth::body(secret),
    };
    let client = Client::with_custom_scheme(server, Identity::new(input.client_id, auth), input.redirect_uri).ok()?;
    let mut login = client.login();
    login.scope(input.scope).ok()?;
    if let Some(audience) = input.audience {
        login.audience(audience).ok()?;
    }
    if let Some(port) = input.port {
        login.loopback_port(port).ok()?;
    }
    if let Some((name, value)) = input.param {
        login.authorization_param(name, value).ok()?.token_param(name, value).ok()?;
    }
    let mut entropy = [7; 64];
    entropy[63] = 8;
    let pending = login.start_with_entropy(&entropy).unwrap();

    let is_visible = |text: &str| text.bytes().all(|byte| matches!(byte, 0x21..=0x7E));
    let url = pending.authorization_url();
    assert!(is_visible(&url));
    let parsed = url::Url::parse(&url).unwrap();
    let endpoint = url::Url::parse(input.authorization_endpoint).unwrap();
    assert_eq!(
        (parsed.scheme(), parsed.host_str(), parsed.port(), parsed.path()),
        (endpoint.scheme(), endpoint.host_str(), endpoint.port(), endpoint.path())
    );
    let one = |name: &str| {
        let mut values = parsed.query_pairs().filter(|(known, _)| known == name);
        let value = values.next().unwrap().1.into_owned();
        assert!(values.next().is_none(), "{name} comes twice");
        value
    };
    assert_eq!(one("client_id"), input.client_id);
    assert_eq!(one("redirect_uri"), pending.redirect_uri().as_str());
    assert_eq!(one("state"), pending.state());

    let own = pending.redirect_uri().query().unwrap_or_default();
    // With its `?`: a query of the redirect URI may begin with another one.
    let answer = format!("?{own}&code=x&state={}", pending.state());
    let code = pending.receive_redirect(Redirect::query(&answer)).unwrap();
    let request = code.request();
    // The host is in lower case now, and nothing else has changed.
    assert!(request.url.eq_ignore_ascii_case(input.token_endpoint));
    assert_eq!(url::Url::parse(&request.url).unwrap(), url::Url::parse(input.token_endpoint).unwrap());
    assert!(is_visible(request.body.expose()));
    for (_, value) in &request.headers {
        assert!(value.bytes().all(|byte| matches!(byte, 0x20..=0x7E)));
    }
    Some(())
}
