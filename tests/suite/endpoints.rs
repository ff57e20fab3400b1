//! Servers with more than one token endpoint: another one for refreshes, and one for each region.

use authcode::{
    Authorized, AwaitingRedirect, Client, CodeReceived, ConfigError, Dialect, Flow, HttpResponse, ParameterError,
    Refresh, Renewal, ResumeError, Server, Suspended,
};

use crate::scenario::*;

const REGIONAL: &str = "https://server.example.eu/oauth/token";
const REFRESH: &str = "https://server.example.com/oauth/refresh";

fn server() -> Server {
    Server::new(AUTHORIZE, TOKEN).unwrap()
}

fn client(server: Server) -> Client {
    Client::new(server, "s6BhdRkqt3", REDIRECT_URI).unwrap()
}

fn regional() -> Client {
    client(
        server()
            .with_regional_token_endpoint(REGIONAL)
            .and_then(|server| server.with_refresh_endpoint(REFRESH))
            .unwrap(),
    )
}

fn code(client: &Client) -> CodeReceived {
    let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
    pending.receive_redirect(&redirect_with("&region=eu")).unwrap()
}

fn refresh(code: CodeReceived) -> Refresh {
    refresh_of(&code.receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap())
}

fn stored(flow: impl Into<Flow>) -> Suspended {
    serde_json::from_str(&serde_json::to_string(&flow.into().suspend()).unwrap()).unwrap()
}

#[test]
fn refresh_tokens_go_to_the_token_endpoint_unless_there_is_another() {
    assert_eq!(refresh(code(&client(server()))).request().url, TOKEN);
    let client = regional();
    assert_eq!(client.server().refresh_endpoint().as_str(), REFRESH);
    assert_eq!(code(&client).request().url, TOKEN);
    assert_eq!(refresh(code(&client)).request().url, REFRESH);
}

#[test]
fn the_redirect_may_lead_to_the_endpoint_of_a_region() {
    let mut code = code(&regional());
    assert_eq!(code.redirect_param("region").as_deref(), Some("eu"));
    code.set_token_endpoint(REGIONAL).unwrap();
    assert_eq!(code.request().url, REGIONAL);
    // What the region gave goes back to it.
    assert_eq!(refresh(code).request().url, REGIONAL);
}

#[test]
fn no_other_endpoint_can_be_chosen() {
    let mut code = code(&regional());
    for endpoint in ["https://attacker.example/token", "https://server.example.eu/oauth/token/", REFRESH, AUTHORIZE, ""]
    {
        assert_eq!(code.set_token_endpoint(endpoint), Err(ParameterError::TokenEndpoint), "{endpoint}");
        assert_eq!(code.request().url, TOKEN);
    }
    code.set_token_endpoint(REGIONAL).unwrap();
    // The first one is a region like the others, and refreshes as if it had not been named.
    code.set_token_endpoint(TOKEN).unwrap();
    assert_eq!(code.request().url, TOKEN);
    assert_eq!(refresh(code).request().url, REFRESH);
}

/// Hosts ignore case, and the default port need not be written (RFC 3986 §6.2.3). All the rest of a URL counts.
#[test]
fn an_endpoint_is_compared_as_a_url() {
    for same in ["https://SERVER.example.EU/oauth/token", "https://server.example.eu:443/oauth/token"] {
        let mut code = code(&regional());
        assert_eq!(code.set_token_endpoint(same), Ok(()), "{same}");
        // It goes to the configured one.
        assert_eq!(code.request().url, REGIONAL);
    }
    let mut code = code(&regional());
    assert_eq!(code.set_token_endpoint(&TOKEN.replace(".com/", ".COM:443/")), Ok(()));
    assert_eq!(refresh(code).request().url, REFRESH);

    let form = |token: &str| {
        let server = Server::new(AUTHORIZE, token.to_owned()).unwrap();
        self::code(&client(server)).receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap().suspend()
    };
    let at = |token: &str| client(Server::new(AUTHORIZE, token.to_owned()).unwrap());
    let elsewhere = at("https://new.example/token");
    let former = |token: &str| {
        let server = Server::new(AUTHORIZE, "https://new.example/token").unwrap();
        client(server.with_former_token_endpoint(token.to_owned()).unwrap())
    };
    let with_port = TOKEN.replace(".com/", ".com:443/");
    let capitals = TOKEN.replace("server", "Server");
    for (one, other) in [(TOKEN, &*with_port), (&with_port, TOKEN), (TOKEN, &capitals), (&capitals, &with_port)] {
        assert!(Authorized::resume(form(one), &at(other)).is_ok(), "{one} {other}");
        assert!(Authorized::resume(form(one), &former(other)).is_ok(), "{one} {other}");
        assert!(Authorized::danger_resume_moved(form(one), &elsewhere, other).is_ok(), "{one} {other}");
    }
    for other in [
        "https://server.example.com:8443/oauth/token",
        "https://server.example.com:80/oauth/token",
        "https://server.example.com/oauth/token/",
        "https://server.example.com/oauth/Token",
        "https://server.example.com/oauth/token?",
        "https://server.example.com/oauth/token?x",
        "https://server.example.com/oauth%2Ftoken",
        "https://server.example.com/",
        "https://example.com/oauth/token",
        "https://server.example.com.evil.example/oauth/token",
    ] {
        for one in [TOKEN, &with_port] {
            let refused = Authorized::resume(form(one), &at(other)).unwrap_err();
            assert_eq!(refused.error(), &ResumeError::OtherClient, "{other}");
            assert!(Authorized::resume(form(one), &former(other)).is_err(), "{other}");
            assert!(Authorized::danger_resume_moved(form(one), &elsewhere, other).is_err(), "{other}");
        }
        assert!(self::code(&regional()).set_token_endpoint(other).is_err(), "{other}");
    }
    for other in ["", "server.example.com/oauth/token", "https://u@server.example.com/oauth/token", "http://["] {
        assert!(Authorized::danger_resume_moved(form(TOKEN), &elsewhere, other).is_err(), "{other}");
    }
}

#[test]
fn there_may_be_any_number_of_regions() {
    let regions = ["https://eu.example.com/token", "https://us.example.com/token", "https://in.example.com/token"];
    let server = regions.iter().try_fold(server(), |server, region| server.with_regional_token_endpoint(*region));
    let client = client(server.unwrap());
    for region in regions {
        let mut code = code(&client);
        code.set_token_endpoint(region).unwrap();
        assert_eq!(code.request().url, region);
    }
}

#[test]
fn a_refresh_token_does_not_go_to_another_refresh_endpoint_than_before() {
    let form = || stored(code(&client(server())).receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap());
    assert!(Authorized::resume(form(), &client(server())).is_ok());
    let elsewhere = Server::new(AUTHORIZE, "https://server.example.com/other").unwrap();
    let elsewhere = client(elsewhere.with_refresh_endpoint(REFRESH).unwrap());
    let refused = Authorized::resume(form(), &elsewhere).unwrap_err();
    assert_eq!(refused.error(), &ResumeError::OtherClient);
    // The form is returned, and still resumes under the right client.
    assert!(Authorized::resume(refused.recover().unwrap(), &client(server())).is_ok());
    // The configured token endpoint has it already, so it may be sent to the refresh endpoint beside it.
    assert_eq!(refresh_of(&Authorized::resume(form(), &regional()).unwrap()).request().url, REFRESH);
}

#[test]
fn the_choice_is_stored_and_checked_again() {
    let mut code = code(&regional());
    code.set_token_endpoint(REGIONAL).unwrap();
    let again = CodeReceived::resume(stored(code), &regional()).unwrap();
    assert_eq!(again.request().url, REGIONAL);
    let authorized = again.receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap();
    let form = stored(authorized);
    let elsewhere = serde_json::to_string(&form).unwrap();
    let authorized = Authorized::resume(form, &regional()).unwrap();
    assert_eq!(refresh_of(&authorized).request().url, REGIONAL);
    // A region that the client no longer has.
    let form: Suspended = serde_json::from_str(&elsewhere).unwrap();
    let without_region = client(server().with_refresh_endpoint(REFRESH).unwrap());
    assert_eq!(Authorized::resume(form, &without_region).unwrap_err().error(), &ResumeError::OtherClient);
    // Before the redirect none can have been chosen.
    let mut changed = serde_json::to_value(stored(regional().login().start_with_entropy(&ENTROPY).unwrap())).unwrap();
    changed["token_endpoint"] = REGIONAL.into();
    let changed: Suspended = serde_json::from_value(changed).unwrap();
    assert_eq!(AwaitingRedirect::resume(changed, &regional()).unwrap_err().error(), &ResumeError::Damaged);
}

#[test]
fn a_new_login_forgets_the_region() {
    let mut code = code(&regional());
    code.set_token_endpoint(REGIONAL).unwrap();
    let authorized = code.receive_response(HttpResponse::new(200, r#"{"access_token":"a"}"#), NOW).unwrap();
    let Renewal::Reauthorize(login) = authorized.renewal() else { panic!("there is no refresh token") };
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    assert_eq!(pending.receive_redirect(&redirect_with("")).unwrap().request().url, TOKEN);
}

#[test]
fn these_endpoints_are_checked_like_the_others() {
    let insecure = "http://server.example.com/token";
    assert_eq!(server().with_refresh_endpoint(insecure).unwrap_err(), ConfigError::Insecure("refresh endpoint"));
    assert_eq!(server().with_regional_token_endpoint(insecure).unwrap_err(), ConfigError::Insecure("token endpoint"));
    let query = "https://server.example.com/token?refresh_token=x";
    assert!(matches!(server().with_refresh_endpoint(query), Err(ConfigError::ReservedParameter(..))));
    assert!(matches!(server().with_refresh_endpoint("https://a@b.example/"), Err(ConfigError::RefreshEndpoint(_))));
    // Against the words of the dialect, too.
    let dialect = Dialect::STANDARD.with_token_names(&[("client_id", "appid")]);
    let query = "https://server.example.com/token?appid=x";
    for (server, which) in [
        (server().with_refresh_endpoint(query).unwrap(), "refresh endpoint"),
        (server().with_regional_token_endpoint(query).unwrap(), "token endpoint"),
    ] {
        assert_eq!(
            server.with_dialect(dialect.clone()).unwrap_err(),
            ConfigError::ReservedParameter(which, "appid".into())
        );
    }
    // In either order.
    let speaking = || server().with_dialect(dialect.clone()).unwrap();
    let reserved = |which| ConfigError::ReservedParameter(which, "appid".into());
    assert_eq!(speaking().with_refresh_endpoint(query).unwrap_err(), reserved("refresh endpoint"));
    assert_eq!(speaking().with_regional_token_endpoint(query).unwrap_err(), reserved("token endpoint"));
}

#[test]
fn an_endpoint_has_no_parameter_that_the_dialect_adds() {
    let dialect = Dialect::STANDARD.with_authorization_params(&[("prompt", "consent")]);
    let server = Server::new("https://server.example.com/authorize?prompt=none", TOKEN).unwrap();
    let reserved = ConfigError::ReservedParameter("authorization endpoint", "prompt".into());
    assert_eq!(server.with_dialect(dialect).unwrap_err(), reserved);

    let dialect = Dialect::STANDARD.with_token_params(&[("action", "requesttoken")]);
    let server = Server::new(AUTHORIZE, TOKEN).unwrap().with_dialect(dialect).unwrap();
    let reserved = ConfigError::ReservedParameter("refresh endpoint", "action".into());
    assert_eq!(server.with_refresh_endpoint("https://server.example.com/r?Action=x").unwrap_err(), reserved);
}
