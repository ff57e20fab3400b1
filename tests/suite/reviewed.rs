//! What a review of the crate found: one test for each.

use std::string::String;
use std::vec::Vec;

use authcode::limits::{MAX_FOREIGN_REFUSALS, MAX_PARAMETERS};
use authcode::{
    Authorized, BearerError, Client, ConfigError, Dialect, Discovery, HttpResponse, NextStep, ParameterError, Redirect,
    Server, Suspended, TokenError,
};

use crate::scenario::{
    AUTHORIZE, ENTROPY, NOW, REDIRECT_URI, SUCCESS, Scenario, TOKEN, answer, authorized, awaiting_redirect,
    code_received, refresh_of,
};

fn refuse(login: &mut Authorized, response: HttpResponse) -> TokenError {
    refresh_of(login).receive_response(login, response, NOW).unwrap_err()
}

#[test]
fn tokens_survive_a_configuration_that_sends_an_option_of_the_login_itself() {
    let client = |server| Client::new(server, "my-app", REDIRECT_URI).unwrap();
    let mut login = client(Server::new(AUTHORIZE, TOKEN).unwrap()).login();
    login.authorization_param("access_type", "offline").unwrap().token_param("tenant", "1").unwrap();
    let form = Authorized::import(&login, SUCCESS, NOW).unwrap().suspend().to_json();

    let plain = || Server::new(AUTHORIZE, TOKEN).unwrap();
    let renamed = Dialect::STANDARD.with_token_names(&[("client_id", "tenant")]);
    for server in [
        Server::new("https://server.example.com/authorize?access_type=offline", TOKEN).unwrap(),
        plain().with_dialect(renamed).unwrap(),
        plain().with_refresh_endpoint("https://server.example.com/refresh?tenant=1").unwrap(),
    ] {
        let stored = Suspended::from_json(form.expose()).unwrap();
        let resumed = Authorized::resume(stored, &client(server)).unwrap();
        assert_eq!(resumed.tokens().refresh_token().unwrap().expose(), "rt-1");
        let url = resumed.reauthorize().start_with_entropy(&ENTROPY).unwrap().authorization_url();
        assert_eq!(url.matches("access_type").count(), 1);
    }
}

/// A byte that is not UTF-8 is stored as three.
#[test]
fn tokens_beside_much_text_that_is_not_utf8_can_be_stored() {
    let mut body = br#"{"access_token":"at","refresh_token":"rt","token_type":"Bearer","x":""#.to_vec();
    body.extend(std::vec![0xE9; 400_000]);
    body.extend_from_slice(b"\"}");
    let login = code_received().receive_response(HttpResponse::new(200, body), NOW).unwrap();
    let resumed = Authorized::resume(login.suspend(), login.client()).unwrap();
    assert_eq!(resumed.tokens().refresh_token().unwrap().expose(), "rt");
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

/// Kept under the issuer that it claims, it would be read as that issuer's own.
#[test]
fn metadata_whose_issuer_is_unconfirmed_is_not_kept() {
    let document = r#"{"issuer":"https://honest.example","authorization_endpoint":"https://honest.example/a",
        "token_endpoint":"https://evil.example/t","code_challenge_methods_supported":["S256"]}"#;
    let discovery = Discovery::from_metadata_url("https://evil.example/m").unwrap().danger_accept_unconfirmed_issuer();
    let metadata = discovery.receive_response(HttpResponse::new(200, document), NOW).unwrap();
    assert_eq!(metadata.to_json(), None);
}

#[test]
fn metadata_of_an_https_issuer_is_not_fetched_by_http() {
    let discovery = Discovery::danger_plain_http("https://login.example").unwrap();
    let error = discovery.at("http://login.example/metadata").unwrap_err();
    assert_eq!(error, ConfigError::MixedSchemes("metadata url"));
    let discovery = Discovery::danger_plain_http("http://login.example").unwrap();
    assert!(discovery.at("http://login.example/metadata").is_ok());
}

#[test]
fn a_refresh_that_a_long_page_refuses_again_and_again_starts_over() {
    let mut login = authorized();
    for _ in 1..MAX_FOREIGN_REFUSALS {
        assert_eq!(refuse(&mut login, HttpResponse::too_long(403)).next_step(), NextStep::Wait);
    }
    assert_eq!(refuse(&mut login, HttpResponse::too_long(403)).next_step(), NextStep::StartOver);
}

#[test]
fn a_dead_word_counts_at_every_4xx() {
    let dialect = Dialect::STANDARD.with_dead_refresh_token_codes(&["bad_refresh_token"]);
    for status in [200, 400, 404, 422] {
        let mut login = Scenario { dialect: dialect.clone(), ..Scenario::default() }.to_authorized();
        let error = refuse(&mut login, HttpResponse::new(status, r#"{"error":"bad_refresh_token"}"#));
        assert_eq!((error.next_step(), login.tokens().refresh_token().is_none()), (NextStep::StartOver, true));
    }
}

#[test]
fn an_error_keeps_no_body_with_a_token_in_an_unknown_place() {
    for (status, body) in [
        (500, r#"{"data":{"access_token":"SECRET"}}"#),
        (403, r#"{"accessToken":"SECRET"}"#),
        (400, r#"{"error":"x","data":[{"refresh_token":"SECRET"}]}"#),
        (500, r#"{"id_token":"SECRET"}"#),
    ] {
        let rejected = code_received().receive_response(HttpResponse::new(status, body), NOW).unwrap_err();
        assert_eq!(rejected.error().body(), None, "{body}");
    }
    let body = r#"{"error":"invalid_grant","error_description":"the token has expired"}"#;
    let rejected = code_received().receive_response(HttpResponse::new(400, body), NOW).unwrap_err();
    assert_eq!(rejected.error().body().unwrap().raw(), body);
}

/// One byte of a character encoded, the other not: an absent parameter, rather than an empty one.
#[test]
fn a_redirect_parameter_that_is_encoded_by_half_is_left_out() {
    let mut query = answer().into_bytes();
    query.extend_from_slice(b"&x=\xC3%A9&y=\xC3\xA9");
    let code = awaiting_redirect().receive_redirect(Redirect::query(&query)).unwrap();
    assert_eq!((code.redirect_param("x"), code.redirect_param("y").as_deref()), (None, Some("é")));
}

#[test]
fn a_dialect_puts_state_into_a_redirect_uri_that_is_sent() {
    let dialect = Dialect::STANDARD.with_state_in_redirect_uri().without_authorization_params(&["redirect_uri"]);
    let error = Server::new(AUTHORIZE, TOKEN).unwrap().with_dialect(dialect).unwrap_err();
    assert_eq!(error, ConfigError::Dialect("redirect_uri".into()));
}

/// Each is compared with the others, in a stored form, too.
#[test]
fn parameters_are_limited_in_number() {
    let mut login = Scenario::default().client().login();
    for index in 0..MAX_PARAMETERS {
        login.authorization_param(&std::format!("p{index}"), "1").unwrap();
    }
    let error = login.authorization_param("more", "1").unwrap_err();
    assert_eq!(error, ParameterError::TooLong("more".into()));

    let form = awaiting_redirect().suspend().to_json();
    let params: Vec<String> = (0..100_000).map(|index| std::format!("p{index}=1")).collect();
    let start = form.expose().strip_suffix('}').unwrap();
    let many = std::format!("{start},\"authorization_params\":\"{}\"}}", params.join("&"));
    assert!(awaiting_redirect_of(&many).is_err());
}

fn awaiting_redirect_of(form: &str) -> Result<authcode::AwaitingRedirect, authcode::ResumeError> {
    let pending = awaiting_redirect();
    let resumed = authcode::AwaitingRedirect::resume(Suspended::from_json(form)?, pending.client());
    resumed.map_err(authcode::Rejected::into_error)
}

#[test]
fn a_replaced_client_is_to_be_stored() {
    let mut login = authorized();
    let server = Server::new(AUTHORIZE, "https://server.example.com/new").unwrap();
    let server = server.with_former_token_endpoint(TOKEN).unwrap();
    login.replace_client(&Client::new(server, "s6BhdRkqt3", REDIRECT_URI).unwrap()).unwrap();
    assert_eq!(login.revision(), 1);
}

#[test]
fn no_dialect_makes_a_bearer_token_of_a_dpop_token() {
    let dialect = Dialect::STANDARD.with_response_names(&[("token_type", "kind")]).with_assumed_bearer();
    let scenario = Scenario { dialect, ..Scenario::default() };
    for body in
        [r#"{"access_token":"a","token_type":"DPoP"}"#, r#"{"access_token":"a","token_type":"dpop","kind":"Bearer"}"#]
    {
        let login = scenario.to_code_received().receive_response(HttpResponse::new(200, body), NOW).unwrap();
        assert_eq!(login.bearer().unwrap_err(), BearerError::TokenType, "{body}");
    }
}
