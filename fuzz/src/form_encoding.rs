//! Another parser decodes what the crate encodes to the same value, and the reverse.

use authcode::{Client, Redirect, Server};

pub fn run(input: &[u8]) {
    let Ok(value) = core::str::from_utf8(input) else { return };
    let server = Server::new("https://a.example/authorize", "https://a.example/token").unwrap();
    let client = Client::new(server, "id", "https://b.example/cb").unwrap();
    let mut login = client.login();
    if login.authorization_param("x", value).is_err() {
        return;
    }
    login.token_param("x", value).unwrap();
    let mut entropy = [7; 64];
    entropy[63] = 8;
    let pending = login.start_with_entropy(&entropy).unwrap();
    let last = |encoded: &str| form_urlencoded::parse(encoded.as_bytes()).last().unwrap().1.into_owned();

    let url = pending.authorization_url();
    assert_eq!(last(url.split_once('?').unwrap().1), value);
    let theirs: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let answer = format!("code=c&state={}&x={theirs}", pending.state());
    let code = pending.receive_redirect(Redirect::form_post(&answer)).unwrap();
    assert_eq!(code.redirect_param("x").as_deref(), Some(value));
    let body = code.request().body;
    assert_eq!(last(body.expose()), value);
    assert!(body.expose().ends_with(&format!("&x={theirs}")));
}
