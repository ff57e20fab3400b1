//! What the OpenID Foundation's conformance suite does to a client of the code flow, with the suite's own mutations.
//! Every request of these logins goes through `assert_request_is_conformant`.
//!
//! Not here, because it is out of the crate's scope: ID tokens and user info, discovery, registration, PAR and JAR,
//! DPoP and mutual TLS.

use std::collections::HashSet;

use authcode::{
    Authorized, AwaitingRedirect, BearerError, Client, ClientAuth, ErrorCode, GrantedScope, HttpResponse, Identity,
    IssParameter, Lifetime, NextStep, Redirect, RedirectError, RefreshOptions, Renewal, Server, Suspended, TokenError,
    TokenType, UnixTime,
};

use crate::model_server::*;
use crate::scenario::*;

fn model() -> (ModelServer, Client) {
    let mut server = ModelServer::new("as.example");
    let client = server.client("conformance", Registered::Public, REDIRECT_URI);
    (server, client)
}

fn refresh(server: &mut ModelServer, authorized: &mut Authorized) -> Result<(), TokenError> {
    let refresh = refresh_of(authorized);
    let response = server.token(&refresh.request());
    refresh.receive_response(authorized, response, NOW).map(drop)
}

/// The suite fails a client that goes on: there is no code, and no request to the token endpoint can be made.
#[track_caller]
fn assert_stops(change: impl FnOnce(Answer) -> String, is_expected: impl Fn(&RedirectError) -> bool) {
    let (mut server, client) = model();
    let pending = start(&client);
    let answer = server.authorize(&pending.authorization_url());
    let refused = pending.receive_redirect(&change(answer)).unwrap_err();
    assert!(is_expected(refused.error()), "{refused:?}");
    assert_eq!(refused.next_step(), NextStep::StartOver);
    assert!(refused.recover().is_err());
    assert_eq!(server.token_requests, 0);
}

/// The suite fails a client that goes on. This one keeps waiting: the response that was not mutated still finishes the
/// login.
#[track_caller]
fn assert_waits(change: impl FnOnce(&Answer) -> String, error: &RedirectError) {
    let (mut server, client) = model();
    let pending = start(&client);
    let answer = server.authorize(&pending.authorization_url());
    let refused = pending.receive_redirect(&change(&answer)).unwrap_err();
    assert_eq!((refused.error(), refused.next_step()), (error, NextStep::Wait));
    assert_eq!(server.token_requests, 0);
    let pending: AwaitingRedirect = refused.recover().unwrap();
    let code = pending.receive_redirect(&answer.url()).unwrap();
    let response = server.token(&code.request());
    assert!(code.receive_response(response, NOW).is_ok());
}

#[test]
fn happy_path() {
    let (mut server, client) = model();
    let authorized = log_in(&mut server, &client);
    assert_eq!(authorized.tokens().token_type(), &TokenType::Bearer);
    assert_eq!(authorized.tokens().expires_at(), Some(UnixTime::from_secs(NOW.as_secs() + 300)));
    assert_eq!(server.token_requests, 1);
}

#[test]
fn client_secret_basic() {
    for (id, secret) in [
        ("client", "secret"),
        ("conf:basic +/", "p@ss:wo rd+%/=&~\""),
        (":", ":"),
        ("a%3Ab", "100%"),
        ("https://client.example.com/", "\u{20AC}:\u{E9}"),
    ] {
        let mut server = ModelServer::new("as.example");
        let client = server.client(id, Registered::Basic(secret), REDIRECT_URI);
        let mut authorized = log_in(&mut server, &client);
        refresh(&mut server, &mut authorized).unwrap();
        assert_eq!(server.token_requests, 2);
    }
}

#[test]
fn client_secret_post() {
    for (id, secret) in [("client", "secret"), ("conf:basic +/", "p@ss:wo rd+%/=&~\"")] {
        let mut server = ModelServer::new("as.example");
        let client = server.client(id, Registered::Body(secret), REDIRECT_URI);
        let mut authorized = log_in(&mut server, &client);
        refresh(&mut server, &mut authorized).unwrap();
    }
}

/// A native client whose port is only known when it listens.
#[test]
fn native_loopback_client() {
    for host in ["127.0.0.1", "[::1]"] {
        let mut server = ModelServer::new("as.example");
        let client = server.client("native", Registered::Public, &format!("http://{host}/cb"));
        server.register("native", Registered::Public, &format!("http://{host}:51004/cb"));
        let pending = client.login().loopback_port(51004).unwrap().start(getrandom::SysRng).unwrap();
        let answer = server.authorize(&pending.authorization_url());
        let code = pending.receive_redirect(&answer.url()).unwrap();
        let response = server.token(&code.request());
        assert!(code.receive_response(response, NOW).is_ok());
    }
}

#[test]
fn scope_userinfo_claims() {
    let (mut server, client) = model();
    for scope in ["openid", "openid profile email", "openid address phone offline_access"] {
        let pending = client.login().scope(scope).unwrap().start(getrandom::SysRng).unwrap();
        let url = pending.authorization_url();
        assert_eq!(value_of(&query_pairs(&url), "scope").unwrap(), scope);
        let answer = server.authorize(&url);
        let code = pending.receive_redirect(&answer.url()).unwrap();
        let response = server.token(&code.request());
        let authorized = code.receive_response(response, NOW).unwrap();
        assert_eq!(authorized.tokens().granted_scope(), &GrantedScope::Stated(scope.parse().unwrap()));
    }
}

#[test]
// rows 96, 104, 105
fn userinfo_bearer_header() {
    let (mut server, client) = model();
    let authorized = log_in(&mut server, &client);
    let token = authorized.tokens().access_token().expose().to_owned();
    assert_eq!((token.len(), authorized.bearer().unwrap().expose()), (50, &*format!("Bearer {token}")));
    // It is in no request to the server itself, and so in no URL.
    let request = refresh_of(&authorized).request();
    assert!(!request.url.contains(&token) && !request.body.expose().contains(&token));
}

#[test]
fn form_post_error() {
    let (mut server, client) = model();
    let pending =
        client.login().authorization_param("response_mode", "form_post").unwrap().start(getrandom::SysRng).unwrap();
    let answer = server.authorize(&pending.authorization_url());
    let body = format!("error=invalid_request&error_description=x&state={}&iss={}", answer.state, encoded(&answer.iss));
    let ended = pending.receive_redirect(Redirect::form_post(&body)).unwrap_err().recover().unwrap_err();
    let RedirectError::Refused(error) = ended else { panic!("the server refused") };
    assert_eq!(error.code, Some(ErrorCode::InvalidRequest));
}

/// The first half of the mutations, in a body.
#[test]
fn form_post_is_checked_like_a_query() {
    let (mut server, client) = model();
    let mut pending = start(&client);
    let answer = server.authorize(&pending.authorization_url());
    let url = answer.url();
    let (_, right) = url.split_once('?').unwrap();
    for wrong in [
        right.replace(&answer.state, &format!("{}1", answer.state)),
        right.replace("&state=", "&xstate="),
        format!("{right}&state={}", answer.state),
        "error=access_denied".to_owned(),
    ] {
        let refused = pending.receive_redirect(Redirect::form_post(&wrong)).unwrap_err();
        pending = refused.recover().unwrap();
    }
    assert!(pending.receive_redirect(Redirect::form_post(right)).is_ok());
}

#[test]
fn refresh_token() {
    let (mut server, client) = model();
    let mut authorized = log_in(&mut server, &client);
    // The server asserts that no more is asked for than was granted.
    assert!(authorized.renewal_with(RefreshOptions::default().narrow_scope("openid email").unwrap()).is_err());
    let narrowed = authorized.renewal_with(RefreshOptions::default().narrow_scope("openid").unwrap()).unwrap();
    let Renewal::Refresh(refresh) = narrowed else { panic!("there is a refresh token") };
    let request = refresh.request();
    assert_eq!(value_of(&pairs(request.body.expose()), "scope").unwrap(), "openid");
    let response = server.token(&request);
    let before = authorized.tokens().access_token().expose().to_owned();
    assert!(refresh.receive_response(&mut authorized, response, NOW).unwrap().rotated);
    assert_ne!(authorized.tokens().access_token().expose(), before);
    assert!(authorized.bearer().is_ok());
}

/// The resource refuses until the token was refreshed twice, and each refresh gives another refresh token.
#[test]
// rows 40, 90
fn client_refresh_token_with_rotation() {
    let (mut server, client) = model();
    let mut authorized = log_in(&mut server, &client);
    let mut seen = HashSet::new();
    // Twice is what the suite does. More of them see more of the characters.
    for _ in 0..64 {
        assert!(seen.insert(authorized.tokens().refresh_token().unwrap().expose().to_owned()));
        assert!(seen.insert(authorized.tokens().access_token().expose().to_owned()));
        refresh(&mut server, &mut authorized).unwrap();
    }
    let characters: HashSet<_> = seen.iter().flat_map(|token| token.chars()).collect();
    assert!([' ', '"', '&', '+', '%', '=', '\\', '^', '`'].iter().all(|c| characters.contains(c)));
}

#[test]
fn refresh_with_a_token_that_was_rotated_away() {
    let (mut server, client) = model();
    let mut newer = log_in(&mut server, &client);
    let old = Suspended::from_json(newer.suspend().to_json().expose()).unwrap();
    refresh(&mut server, &mut newer).unwrap();
    let mut replay = Authorized::resume(old, &client).unwrap();
    let error = refresh(&mut server, &mut replay).unwrap_err();
    assert_eq!(error.oauth_error().unwrap().code, Some(ErrorCode::InvalidGrant));
    // The server took it for stolen, so the newer one is dead as well. Both lead to a new login, with the access token
    // kept.
    assert_eq!(refresh(&mut server, &mut newer).unwrap_err().next_step(), NextStep::StartOver);
    assert_eq!(error.next_step(), NextStep::StartOver);
    for authorized in [replay, newer] {
        assert!(matches!(authorized.renewal(), Renewal::Reauthorize(_)));
        assert!(authorized.bearer().is_ok());
    }
}

#[test]
// rows 24, 51, 72
fn authorization_response_with_invalid_state() {
    let mutate = |answer: &Answer, url: String| url.replace(&answer.state, &format!("{}1", answer.state));
    assert_waits(|answer| mutate(answer, answer.url()), &RedirectError::StateMismatch);
    let error = |answer: &Answer| format!("{REDIRECT_URI}?error=access_denied&state={}", answer.state);
    assert_waits(|answer| mutate(answer, error(answer)), &RedirectError::StateMismatch);
}

#[test]
fn authorization_response_without_state() {
    let error = RedirectError::StateMissing { unauthenticated: None };
    assert_waits(|answer| answer.url().replace(&format!("&state={}", answer.state), ""), &error);
}

#[test]
// rows 76, 77
fn authorization_response_with_invalid_iss() {
    let is_mismatch = |error: &RedirectError| matches!(error, RedirectError::IssuerMismatch { .. });
    assert_stops(|answer| format!("{}1", answer.url()), is_mismatch);
    let error = |answer: Answer| {
        format!("{REDIRECT_URI}?error=access_denied&state={}&iss={}1", answer.state, encoded(&answer.iss))
    };
    assert_stops(error, is_mismatch);
}

#[test]
// rows 77, 79
fn authorization_response_without_iss() {
    let missing = RedirectError::IssuerMissing { unauthenticated: None };
    assert_stops(|answer| answer.url_without_iss(), |error| *error == missing);
}

/// Eight modules of the suite send a signed response that was not asked for, each broken in another way.
#[test]
// rows 81
fn authorization_response_as_a_jwt() {
    for jwt in ["eyJhbGciOiJub25lIn0.e30.", "eyJ.e30.c2ln", "x", ""] {
        assert_stops(|answer| format!("{}&response={jwt}", answer.url()), |error| *error == RedirectError::JwtResponse);
        let alone = |answer: Answer| format!("{REDIRECT_URI}?response={jwt}&state={}", answer.state);
        assert_stops(alone, |error| *error == RedirectError::JwtResponse);
    }
}

fn token_response(members: &str) -> Authorized {
    let (mut server, client) = model();
    let code = receive_code(&mut server, &client);
    let body = format!(r#"{{"access_token":"{}"{members}}}"#, "a1B2c".repeat(10));
    code.receive_response(HttpResponse::new(200, body), NOW).unwrap()
}

#[test]
fn token_endpoint_response_without_expires_in() {
    let authorized = token_response(r#","token_type":"Bearer","scope":"openid""#);
    assert_eq!(authorized.tokens().lifetime(), Lifetime::Unstated);
    assert!(authorized.bearer().is_ok());
}

#[test]
fn no_scope_in_token_endpoint_response() {
    let authorized = token_response(r#","token_type":"Bearer""#);
    assert_eq!(
        (authorized.tokens().granted_scope(), authorized.tokens().lifetime()),
        (&GrantedScope::Unstated, Lifetime::Unstated)
    );
    assert!(authorized.bearer().is_ok());
}

/// The case of each letter is inverted.
#[test]
// rows 31, 32
fn token_type_case_insensitivity() {
    let authorized = token_response(r#","token_type":"bEARER""#);
    assert_eq!(authorized.tokens().token_type(), &TokenType::Bearer);
    // The scheme of the header is ours.
    assert!(authorized.bearer().unwrap().expose().starts_with("Bearer "));
    let other = token_response(r#","token_type":"dpOp""#);
    assert_eq!(other.bearer().unwrap_err(), BearerError::TokenType);
}

/// Responses that the suite only warns about are accepted.
#[test]
fn suspicious_responses_are_accepted() {
    for seconds in ["0", "-1", "31536001", "3600000"] {
        assert!(token_response(&format!(r#","token_type":"Bearer","expires_in":{seconds}"#)).bearer().is_ok());
    }
    let (mut server, client) = model();
    let code = receive_code(&mut server, &client);
    let body = r#"{"error":"invalid_grant","error_description":"a\r\n\tb"}"#;
    let refused = code.receive_response(HttpResponse::new(400, body), NOW).unwrap_err();
    let shown = refused.error().oauth_error().unwrap().description.as_ref().unwrap().to_string();
    assert!(!shown.contains(char::is_control), "{shown}");
}

/// As many runs as the suite remembers: more than 180 bits by Shannon's measure, and none seen before.
#[test]
// rows 20, 50, 55, 56, 62, 87
fn pkce_entropy() {
    let (mut server, client) = model();
    let mut seen = HashSet::new();
    for _ in 0..256 {
        let pending = start(&client);
        assert!(seen.insert(pending.state().to_owned()));
        let answer = server.authorize(&pending.authorization_url());
        let code = pending.receive_redirect(&answer.url()).unwrap();
        let request = code.request();
        let verifier = value_of(&pairs(request.body.expose()), "code_verifier").unwrap();
        assert!(verifier.len() >= 43 && shannon_bits(&verifier) > 180.0);
        assert!(seen.insert(verifier));
        // The server compares code, challenge, client and redirect URI of both legs.
        let response = server.token(&request);
        assert!(code.receive_response(response, NOW).is_ok());
    }
}

/// The measure itself can fail.
#[test]
fn a_verifier_without_entropy_is_detected() {
    assert!(shannon_bits(&"a".repeat(43)) < 1.0);
    assert!(shannon_bits(&"ab".repeat(22)) < 45.0);
    assert!(shannon_bits("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ") > 180.0);
}

/// The requests of a login are conformant with every option.
#[test]
// rows 8, 15
fn requests_of_a_login_with_every_option_are_conformant() {
    let endpoints = ("https://as.example/authorize?tenant=a%20b", "https://as.example/token?tenant=a%20b&x");
    for auth in
        [|| ClientAuth::None, || ClientAuth::basic("s"), || ClientAuth::basic_raw("s"), || ClientAuth::body("s")]
    {
        let server = Server::new(endpoints.0, endpoints.1).unwrap();
        let server = server.with_issuer("https://as.example", IssParameter::Optional).unwrap();
        let client = Client::new(server, Identity::new("id", auth()), "https://client.example.com/cb?a=b").unwrap();
        let mut login = client.login();
        login.scope("openid offline_access").unwrap().audience("https://api.example/ \u{20AC}").unwrap();
        login.login_hint("ann@example.com").unwrap().prompt("consent").unwrap();
        login.resource("https://a.example/").unwrap().resource("https://b.example/").unwrap();
        login.authorization_param("ui", "dark").unwrap().token_param("note", "\r\nX: y\0 \u{202E}").unwrap();
        let pending = login.start(getrandom::SysRng).unwrap();
        let url = pending.authorization_url();
        assert_request_is_conformant(&*url);
        assert!(url.starts_with("https://as.example/authorize?tenant=a%20b&response_type=code&"));
        let code = pending.receive_redirect(Redirect::query(&answer_to(&url))).unwrap();
        let request = code.request();
        assert_request_is_conformant(&request);
        assert_eq!(request.url, endpoints.1);
        let authorized = code.receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap();
        let mut options = RefreshOptions::default();
        options.narrow_scope("openid").unwrap().resource("https://a.example/").unwrap().param("note", "x").unwrap();
        options.audience("https://api.example/").unwrap();
        let Renewal::Refresh(refresh) = authorized.renewal_with(&options).unwrap() else {
            panic!("there is a refresh token")
        };
        assert_request_is_conformant(&refresh.request());
        assert_request_is_conformant(&refresh_of(&authorized).request());
    }
}

fn answer_to(url: &str) -> String {
    let state = value_of(&query_pairs(url), "state").unwrap();
    format!("a=b&code={CODE}&state={state}&iss=https://as.example")
}
