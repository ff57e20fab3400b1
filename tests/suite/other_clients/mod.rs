//! Bugs of released versions of other clients, by name. Each is tested here, or does not compile:
//! see `bare_code_as_a_login`, `read_the_verifier`, `redirect_twice`, `resume_twice`, `start_without_pkce` and
//! `verifier_of_another_login` in `compile_fail/`. The folder has those that users reported, each with the report.

mod metadata;
mod redirects;
mod refreshes;
mod requests;
mod responses;
mod stored_logins;

use core::time::Duration;

use authcode::{
    Authorized, Client, ClientAuth, ConfigError, HttpResponse, IssParameter, Lifetime, ParameterError, Redirect,
    RedirectError, Server, TokenError, TokenErrorKind, UnixTime, UnusableToken, limits,
};

use crate::model_server::*;
use crate::scenario::*;

fn receive(status: u16, body: &str) -> Result<Authorized, TokenError> {
    let response = HttpResponse::new(status, body);
    code_received().receive_response(response, NOW).map_err(|refused| refused.into_error())
}

/// What the redirect gives: a code that can be exchanged, or the error.
fn code_of(redirect: &str) -> Result<String, RedirectError> {
    match awaiting_redirect().receive_redirect(redirect) {
        Ok(code) => Ok(value_of(&pairs(code.request().body.expose()), "code").unwrap()),
        Err(refused) => Err(refused.error().clone()),
    }
}

#[test]
fn exchange_without_a_state_check() {
    let missing = RedirectError::StateMissing { unauthenticated: None };
    assert_eq!(code_of(&format!("{REDIRECT_URI}?code={CODE}")), Err(missing));
    assert_eq!(code_of(&format!("{REDIRECT_URI}?code={CODE}&state=")), Err(RedirectError::StateMismatch));
    assert_eq!(code_of(&format!("{REDIRECT_URI}?code={CODE}&state=x")), Err(RedirectError::StateMismatch));
}

#[test]
fn verifier_of_one_login_with_the_code_of_another() {
    let mut server = ModelServer::new("as.example");
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    // Begun in one order, answered in the other. The server checks each verifier against its code.
    let (first, second) = (start(&client), start(&client));
    let to_second = server.authorize(&second.authorization_url());
    let to_first = server.authorize(&first.authorization_url());
    let first = first.receive_redirect(&to_second.url()).unwrap_err().recover().unwrap();
    for (pending, answer) in [(first, to_first), (second, to_second)] {
        let code = pending.receive_redirect(&answer.url()).unwrap();
        let response = server.token(&code.request());
        assert!(code.receive_response(response, NOW).is_ok());
    }
}

#[test]
// rows 59, 60, 65
fn pkce_begun_and_then_left_out() {
    for auth in [|| ClientAuth::None, || ClientAuth::basic("s"), || ClientAuth::body("s")] {
        let scenario = Scenario { auth, ..Scenario::default() };
        let sent = query_pairs(&scenario.to_awaiting_redirect().authorization_url());
        assert_eq!(value_of(&sent, "code_challenge").unwrap(), CHALLENGE);
        let code = scenario.to_code_received();
        let stored = serde_json::to_string(&code.suspend()).unwrap();
        let again: authcode::CodeReceived =
            authcode::CodeReceived::resume(serde_json::from_str(&stored).unwrap(), &scenario.client()).unwrap();
        for code in [code, again] {
            let sent = pairs(code.request().body.expose());
            assert_eq!(value_of(&sent, "code_verifier").unwrap(), VERIFIER);
        }
    }
}

#[test]
// rows 27
fn error_and_code_together_taken_as_success() {
    for more in ["&error=access_denied", "&error=", "&error"] {
        assert_eq!(code_of(&redirect_with(more)), Err(RedirectError::CodeAndError));
    }
}

#[test]
fn last_of_two_codes_or_states_wins() {
    let twice = |name| Err(RedirectError::DuplicateParameter(name));
    assert_eq!(code_of(&redirect_with("&code=evil")), twice("code"));
    assert_eq!(code_of(&format!("{REDIRECT_URI}?state=evil&{}", answer())), twice("state"));
    assert_eq!(code_of(&format!("{REDIRECT_URI}?code=evil&{}", answer())), twice("code"));
}

/// The server never said that it sends `iss`.
#[test]
// rows 80
fn iss_of_another_server_accepted() {
    let pending = Scenario { issuer: Some(IssParameter::Optional), ..Scenario::default() }.to_awaiting_redirect();
    let refused = pending.receive_redirect(&redirect_with("&iss=https%3A%2F%2Fevil.example")).unwrap_err();
    let received = "https://evil.example".into();
    assert_eq!(refused.recover().unwrap_err(), RedirectError::IssuerMismatch { received });
}

#[test]
// rows 23
fn empty_code_exchanged() {
    for code in ["code=", "code"] {
        let redirect = format!("{REDIRECT_URI}?{code}&state={STATE}");
        assert_eq!(code_of(&redirect), Err(RedirectError::MalformedCode));
    }
}

#[test]
fn empty_or_null_access_token_accepted() {
    let unusable = |reason| Err(TokenErrorKind::Unusable(reason));
    for (token, reason) in [("\"\"", UnusableToken::Malformed), ("null", UnusableToken::Missing)] {
        let body = format!(r#"{{"access_token":{token},"token_type":"Bearer","expires_in":3600}}"#);
        assert_eq!(receive(200, &body).map(drop).map_err(|error| error.kind()), unusable(reason));
    }
    let missing = receive(200, r#"{"token_type":"Bearer"}"#).map(drop).map_err(|error| error.kind());
    assert_eq!(missing, unusable(UnusableToken::Missing));
}

#[test]
fn error_in_a_200_answered_with_success_and_no_token() {
    let error = receive(200, r#"{"error":"bad_verification_code","error_description":"expired"}"#).unwrap_err();
    assert_eq!(error.oauth_error().unwrap().code.as_ref().unwrap().as_str(), "bad_verification_code");
    assert_eq!((error.kind(), error.status()), (TokenErrorKind::Refused, 200));
}

/// The user said no, and the client asked for a token in its own name.
#[test]
fn error_callback_answered_with_a_request() {
    let mut server = ModelServer::new("as.example");
    let client = server.client("id", Registered::Basic("s"), REDIRECT_URI);
    let pending = start(&client);
    let answer = server.authorize(&pending.authorization_url());
    let iss = encoded(&answer.iss);
    let refused = pending
        .receive_redirect(&format!("{REDIRECT_URI}?error=access_denied&state={}&iss={iss}", answer.state))
        .unwrap_err();
    // There is no state, and only a state makes requests.
    assert!(matches!(refused.recover().unwrap_err(), RedirectError::Refused(_)));
    assert_eq!(server.token_requests, 0);
}

#[test]
fn large_lifetime_refused_or_panicking() {
    for seconds in [1_u64 << 31, 1 << 32, 1_000_000_000_000_000, i64::MAX as u64, u64::MAX] {
        let body = format!(r#"{{"access_token":"a","token_type":"Bearer","expires_in":{seconds}}}"#);
        let authorized = receive(200, &body).unwrap();
        // A century at most: a caller adds it to a clock of its own, which may not hold more.
        let seconds = seconds.min(limits::MAX_LIFETIME);
        assert_eq!(authorized.tokens().lifetime(), Lifetime::Stated(Duration::from_secs(seconds)));
        let end = UnixTime::from_secs(NOW.as_secs() + seconds);
        assert_eq!(authorized.tokens().expires_at(), Some(end));
        assert!(!authorized.needs_renewal(NOW, Duration::from_secs(30)));
    }
}

#[test]
fn lifetime_as_a_text_means_never() {
    let authorized = receive(200, r#"{"access_token":"a","expires_in":"3600"}"#).unwrap();
    assert_eq!(authorized.tokens().expires_at(), Some(NOW.saturating_add(Duration::from_secs(3600))));
    assert!(authorized.needs_renewal(NOW.saturating_add(Duration::from_secs(3600)), Duration::ZERO));
}

/// A lifetime of `null` is unstated, and does not hide another member with one.
#[test]
fn lifetime_of_null_means_never() {
    let authorized = receive(200, r#"{"access_token":"a","expires_in":null,"expiry":60}"#).unwrap();
    assert!(authorized.needs_renewal(NOW.saturating_add(Duration::from_secs(60)), Duration::ZERO));
    assert_eq!(
        receive(200, r#"{"access_token":"a","expires_in":null}"#).unwrap().tokens().lifetime(),
        Lifetime::Unstated
    );
}

#[test]
fn refresh_without_a_new_refresh_token_loses_the_old_one() {
    let mut authorized = authorized();
    for round in 0..3 {
        let response = HttpResponse::new(200, format!(r#"{{"access_token":"b{round}","token_type":"Bearer"}}"#));
        let refreshed = refresh_of(&authorized).receive_response(&mut authorized, response, NOW).unwrap();
        assert!(!refreshed.rotated);
        assert_eq!(authorized.tokens().access_token().expose(), format!("b{round}"));
        assert_eq!(authorized.tokens().refresh_token().unwrap().expose(), "rt-1");
    }
}

#[test]
fn javascript_redirect_uri_accepted() {
    for uri in ["javascript:alert(1)", "javascript:/alert(1)", "javascript://x.example/%0Aalert(1)"] {
        let server = Server::new(AUTHORIZE, TOKEN).unwrap();
        let error = Client::new(server, "id", uri).unwrap_err();
        assert!(matches!(error, ConfigError::RedirectUri(_) | ConfigError::RedirectUriKind), "{uri}");
    }
}

#[test]
fn extra_parameter_overrides_or_doubles_state() {
    for name in ["state", "code_challenge", "client_id", "redirect_uri", "response_type", "scope"] {
        let mut login = Scenario::default().to_unstarted();
        assert_eq!(login.authorization_param(name, "x").unwrap_err(), ParameterError::Reserved(name.into()));
        // Nor by the endpoint, in another encoding.
        let hidden = name.replacen(&name[..1], &format!("%{:02x}", name.as_bytes()[0]), 1);
        assert!(Server::new(format!("{AUTHORIZE}?{hidden}=x"), TOKEN).is_err(), "{hidden}");
    }
    // Nor in a spelling that some servers read as the same name.
    let mut login = Scenario::default().to_unstarted();
    for name in ["State", "state[]", "[state"] {
        assert_eq!(login.authorization_param(name, "x").unwrap_err(), ParameterError::Reserved("state".into()));
    }
    let sent = query_pairs(&login.start_with_entropy(&ENTROPY).unwrap().authorization_url());
    assert_eq!(sent.iter().filter(|(name, _)| name == "state").count(), 1);
    assert_eq!(value_of(&sent, "state").unwrap(), STATE);
}

#[test]
// rows 11, 13, 28
fn redirect_uri_normalized() {
    for uri in [
        "https://client.example.com",
        "https://client.example.com/cb?tenant=a%20b&x=%2f",
        "https://client.example.com:443/cb",
        "https://client.example.com/cb/",
        "https://client.example.com/%63b//x",
        "http://127.0.0.1:80/cb",
        "com.example.app:/",
    ] {
        let server = Server::new(AUTHORIZE, TOKEN).unwrap();
        let client = Client::new(server, "id", uri).unwrap();
        let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
        let in_url = value_of(&query_pairs(&pending.authorization_url()), "redirect_uri").unwrap();
        let own = uri.split_once('?').map_or("", |(_, query)| query);
        let code = pending.receive_redirect(Redirect::query(&format!("{own}&{}", answer()))).unwrap();
        let in_body = value_of(&pairs(code.request().body.expose()), "redirect_uri").unwrap();
        assert_eq!((&*in_url, &*in_body), (uri, uri));
    }
}

#[test]
fn body_token_or_verifier_in_debug() {
    let code = code_received();
    let request = code.request();
    let shown = format!("{code:?} {code:#?} {request:?} {request:#?} {:?}", awaiting_redirect());
    let response = HttpResponse::new(400, r#"{"error":"x","access_token":"leaked-at"}"#);
    let mut refused = format!("{response:?}");
    refused += &format!("{:?}", code.receive_response(response, NOW));
    let tokens = format!("{:?} {:#?} {:?}", authorized(), authorized(), refresh());
    for secret in [CODE, VERIFIER, STATE, "leaked-at", "at-1", "rt-1", "grant_type"] {
        for text in [&shown, &refused, &tokens] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn http_status_missing_from_an_error() {
    for status in [200, 201, 302, 400, 401, 403, 404, 418, 429, 500, 503] {
        for body in ["", "<html>", "{}", r#"{"error":"invalid_grant"}"#] {
            let error = receive(status, body).unwrap_err();
            assert_eq!(error.status(), status);
            assert!(error.to_string().contains(&status.to_string()), "{error}");
        }
    }
}
