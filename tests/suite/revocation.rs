//! Token revocation (RFC 7009): what is sent, and what each answer means.

use core::time::Duration;

use authcode::limits::MAX_ATTEMPTS;
use authcode::{
    Authorized, Client, ClientAuth, ConfigError, Dialect, EndpointError, EndpointErrorKind as Kind, Exchange, Fault,
    HttpResponse, NextStep, Resend, Revocation, Secret, Server, TokenTypeHint, UriError,
};

use crate::scenario::*;

fn login() -> Authorized {
    login_of(&Scenario::default(), SUCCESS)
}

fn login_of(scenario: &Scenario, response: &str) -> Authorized {
    let unstarted = scenario.client_with_endpoints().login();
    Authorized::import(&unstarted, response, NOW).unwrap()
}

fn revocation() -> Revocation {
    login().revocation().unwrap()
}

fn receive(status: u16, body: &str) -> Result<(), EndpointError> {
    match revocation().receive_response(HttpResponse::new(status, body), NOW) {
        Ok(()) => Ok(()),
        Err(rejected) => {
            let (error, state) = recovered(rejected);
            if let Some(state) = state {
                assert_eq!(state.request().body.expose(), revocation().request().body.expose());
            }
            Err(error)
        }
    }
}

#[test]
fn the_refresh_token_is_revoked_if_there_is_one() {
    let request = revocation().request();
    assert_eq!((request.method, request.url.as_str(), request.follow_redirects), ("POST", REVOKE, false));
    assert_eq!(request.body.expose(), "token=rt-1&token_type_hint=refresh_token&client_id=s6BhdRkqt3");
    let without = login_of(&Scenario::default(), r#"{"access_token":"at-1","token_type":"Bearer"}"#);
    let body = without.revocation().unwrap().request().body;
    assert_eq!(body.expose(), "token=at-1&token_type_hint=access_token&client_id=s6BhdRkqt3");
}

#[test]
fn each_token_can_be_revoked_with_or_without_a_hint() {
    let login = login();
    let body = |hint| {
        let token = login.tokens().access_token();
        Revocation::new(login.client(), token, hint).unwrap().request().body.into_exposed()
    };
    assert_eq!(body(Some(TokenTypeHint::AccessToken)), "token=at-1&token_type_hint=access_token&client_id=s6BhdRkqt3");
    assert_eq!(body(None), "token=at-1&client_id=s6BhdRkqt3");
    let odd = Revocation::new(login.client(), &Secret::from("a+b/c=&d"), None).unwrap();
    assert_eq!(pairs(odd.request().body.expose())[0], ("token".to_owned(), "a+b/c=&d".to_owned()));
}

#[test]
fn the_client_authenticates_as_at_the_token_endpoint() {
    let scenario = Scenario { auth: || ClientAuth::basic("s3cret"), ..Scenario::default() };
    let request = login_of(&scenario, SUCCESS).revocation().unwrap().request();
    assert_eq!(request.body.expose(), "token=rt-1&token_type_hint=refresh_token");
    assert!(request.headers.iter().any(|header| header == ("authorization", "Basic czZCaGRSa3F0MzpzM2NyZXQ=")));
    // Under the server's names, but without the constants of its token requests.
    let dialect = Dialect::STANDARD
        .with_token_names(&[("client_id", "appid"), ("client_secret", "secret")])
        .with_token_params(&[("action", "requesttoken")]);
    let scenario = Scenario { auth: || ClientAuth::body("s3cret"), dialect, ..Scenario::default() };
    let body = login_of(&scenario, SUCCESS).revocation().unwrap().request().body;
    assert_eq!(body.expose(), "token=rt-1&token_type_hint=refresh_token&appid=s6BhdRkqt3&secret=s3cret");
    let scenario = Scenario { dialect: Dialect::STANDARD.with_json_requests(), ..Scenario::default() };
    let body = login_of(&scenario, SUCCESS).revocation().unwrap().request().body;
    assert_eq!(body.expose(), r#"{"token":"rt-1","token_type_hint":"refresh_token","client_id":"s6BhdRkqt3"}"#);
}

/// Row b45: the empty body of a success was parsed as JSON, so that the revocation "failed".
#[test]
fn the_status_of_a_success_decides_and_its_body_is_ignored() {
    for (status, body) in [
        (200, ""),
        (200, "ok"),
        (200, r#"{"error":"x"}"#),
        (204, ""),
        (202, "<html>"),
        (200, r#"{"error":"invalid_client"}"#),
    ] {
        assert_eq!(receive(status, body), Ok(()), "{status} {body}");
    }
    assert!(revocation().receive_response(HttpResponse::too_long(200), NOW).is_ok());
}

/// RFC 7009 §2.2.1: the token still lives.
#[test]
fn a_server_that_is_unavailable_is_asked_again() {
    let response = HttpResponse::new(503, "").with_headers([("retry-after", "30")]);
    let rejected = revocation().receive_response(response, NOW).unwrap_err();
    assert_eq!(rejected.next_step(), NextStep::Retry { after: Duration::from_secs(30) });
    assert_eq!(rejected.error().to_string(), "revocation, status 503: the server is unavailable");
    for (status, body) in [(500, ""), (429, ""), (400, r#"{"error":"temporarily_unavailable"}"#)] {
        let error = receive(status, body).unwrap_err();
        assert_eq!(error.next_step(), NextStep::Retry { after: Duration::from_secs(1) });
    }
    assert_eq!(<Revocation as Exchange>::RESEND, Resend::Freely);
}

#[test]
fn a_refused_client_can_be_corrected() {
    for code in ["invalid_client", "unauthorized_client"] {
        let error = receive(401, &format!(r#"{{"error":"{code}"}}"#)).unwrap_err();
        assert_eq!((error.next_step(), error.fault()), (NextStep::Fix, Fault::Caller));
    }
    let mut revocation = revocation();
    let right = Scenario { auth: || ClientAuth::body("right"), ..Scenario::default() };
    revocation.replace_client(&right.client_with_endpoints()).unwrap();
    assert!(revocation.request().body.expose().ends_with("&client_id=s6BhdRkqt3&client_secret=right"));
    let other = Scenario { client_id: "other", ..Scenario::default() }.client_with_endpoints();
    assert_eq!(revocation.replace_client(&other).unwrap_err(), ConfigError::OtherClient);
    let without = Scenario::default().client();
    assert_eq!(revocation.replace_client(&without).unwrap_err(), ConfigError::NoEndpoint("revocation endpoint"));
    assert_eq!(revocation.client(), &right.client_with_endpoints());
    assert_eq!(revocation.request().url, REVOKE);
}

#[test]
fn a_redirect_or_a_page_is_somebody_between_us_and_the_server() {
    for (status, body, kind) in
        [(302, "", Kind::Redirected), (404, "<html>", Kind::UnexpectedStatus), (403, "", Kind::UnexpectedStatus)]
    {
        let error = receive(status, body).unwrap_err();
        assert_eq!((error.kind(), error.next_step()), (kind, NextStep::Fix));
    }
    let error = revocation().receive_response(HttpResponse::too_long(400), NOW).unwrap_err().into_error();
    assert_eq!((error.kind(), error.next_step()), (Kind::TooLong, NextStep::Fix));
}

/// RFC 7009 §2.2 has 200 for a token that is not known. A server that answers 400 answers a token of another client, which
/// still works, in the same way: so it is no success, and asking again does not help.
#[test]
fn an_oauth_error_about_the_token_ends_the_revocation() {
    for code in ["unsupported_token_type", "invalid_token", "invalid_request", "invalid_grant"] {
        let error = receive(400, &format!(r#"{{"error":"{code}"}}"#)).unwrap_err();
        assert_eq!((error.kind(), error.next_step()), (Kind::Refused, NextStep::StartOver), "{code}");
        assert_eq!(error.oauth_error().unwrap().code.as_ref().unwrap().as_str(), code);
    }
}

#[test]
fn retries_end() {
    for (status, body) in [(503, ""), (404, ""), (401, r#"{"error":"invalid_client"}"#)] {
        let mut revocation = revocation();
        for _ in 1..MAX_ATTEMPTS {
            revocation =
                revocation.receive_response(HttpResponse::new(status, body), NOW).unwrap_err().recover().unwrap();
        }
        let rejected = revocation.receive_response(HttpResponse::new(status, body), NOW).unwrap_err();
        assert_eq!(rejected.next_step(), NextStep::StartOver);
        assert!(rejected.recover().is_err());
    }
}

#[test]
fn a_revocation_needs_an_endpoint() {
    let error = authorized().revocation().unwrap_err();
    assert_eq!(error, ConfigError::NoEndpoint("revocation endpoint"));
    assert!(Revocation::new(&Scenario::default().client(), &Secret::from("t"), None).is_err());
}

#[test]
fn the_endpoint_is_checked_like_the_token_endpoint() {
    const WHICH: &str = "revocation endpoint";
    let server = || Server::new(AUTHORIZE, TOKEN).unwrap();
    let error = |endpoint: &str| server().with_revocation_endpoint(endpoint).unwrap_err();
    assert_eq!(error("http://server.example.com/revoke"), ConfigError::Insecure(WHICH));
    assert_eq!(error("revoke"), ConfigError::Endpoint(WHICH, UriError::Scheme));
    for name in ["client_secret", "token", "Token_Type_Hint"] {
        let error = error(&format!("https://server.example.com/revoke?{name}=1"));
        assert!(matches!(error, ConfigError::ReservedParameter(WHICH, _)), "{name}: {error:?}");
    }
    let endpoint = "https://server.example.com/revoke?appid=1";
    let dialect = Dialect::STANDARD.with_token_names(&[("client_id", "appid")]);
    assert!(server().with_dialect(dialect.clone()).unwrap().with_revocation_endpoint(endpoint).is_err());
    assert!(server().with_revocation_endpoint(endpoint).unwrap().with_dialect(dialect).is_err());
}

#[test]
fn no_token_is_shown() {
    let login = login_of(&Scenario::default(), r#"{"access_token":"CANARY","token_type":"Bearer"}"#);
    let revocation = login.revocation().unwrap();
    assert!(!format!("{revocation:?} {:?}", revocation.request()).contains("CANARY"));
    // A server that repeats it.
    let response = HttpResponse::new(400, r#"{"error":"invalid_request","token":"CANARY"}"#);
    let rejected = revocation.receive_response(response, NOW).unwrap_err();
    assert!(!format!("{rejected:?} {}", rejected.error()).contains("CANARY"));
    assert_eq!(rejected.error().body(), None);
}

/// A program can revoke what it holds for another program, of the same client.
#[test]
fn a_client_is_enough() {
    let client: Client = Scenario::default().client_with_endpoints();
    let revocation = Revocation::new(&client, &Secret::from("old"), Some(TokenTypeHint::RefreshToken)).unwrap();
    assert_eq!(revocation.request().body.expose(), "token=old&token_type_hint=refresh_token&client_id=s6BhdRkqt3");
}
