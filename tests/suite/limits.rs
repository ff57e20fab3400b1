//! Each limit: input of exactly that length is accepted, one byte more is a clear error.

use authcode::limits::*;
use authcode::{
    AwaitingRedirect, ConfigError, HttpResponse, ParameterError, Redirect, RedirectError, ResumeError, Server,
    Suspended, TokenError, TokenErrorKind, UnusableToken, Uri, UriError,
};
use cpu_time::ThreadTime;

use crate::scenario::*;

fn receive(body: String) -> Result<authcode::Authorized, TokenError> {
    let response = HttpResponse::new(200, body);
    code_received().receive_response(response, NOW).map_err(|rejected| rejected.into_error())
}

#[test]
fn a_response_body() {
    let padded = |len: usize| format!("{SUCCESS}{}", " ".repeat(len - SUCCESS.len()));
    assert!(receive(padded(MAX_RESPONSE_LEN)).is_ok());
    assert_eq!(receive(padded(MAX_RESPONSE_LEN + 1)).unwrap_err().kind(), TokenErrorKind::TooLong);
}

#[test]
// rows 35
fn an_access_token() {
    let body = |len| format!(r#"{{"access_token":"{}"}}"#, "a".repeat(len));
    assert_eq!(receive(body(MAX_TOKEN_LEN)).unwrap().tokens().access_token().expose().len(), MAX_TOKEN_LEN);
    let reason = UnusableToken::Malformed;
    assert_eq!(receive(body(MAX_TOKEN_LEN + 1)).unwrap_err().kind(), TokenErrorKind::Unusable(reason));
}

#[test]
// rows 22
fn a_code() {
    let redirect = |len| format!("state={STATE}&code={}", "a".repeat(len));
    assert!(awaiting_redirect().receive_redirect(Redirect::query(&redirect(MAX_PARAMETER_LEN))).is_ok());
    let over = redirect(MAX_PARAMETER_LEN + 1);
    let refused = awaiting_redirect().receive_redirect(Redirect::query(&over)).unwrap_err();
    assert_eq!(refused.error(), &RedirectError::MalformedCode);
}

#[test]
fn a_form_post_body() {
    let body = |len: usize| format!("{}&x={}", answer(), "y".repeat(len - answer().len() - 3));
    assert!(awaiting_redirect().receive_redirect(Redirect::form_post(&body(MAX_REDIRECT_LEN))).is_ok());
    let refused = awaiting_redirect().receive_redirect(Redirect::form_post(&body(MAX_REDIRECT_LEN + 1))).unwrap_err();
    assert_eq!(refused.error(), &RedirectError::TooLong);
}

#[test]
fn a_uri() {
    let uri = |len: usize| format!("https://a.example/{}", "x".repeat(len - 18));
    assert!(Uri::parse(&uri(MAX_URI_LEN)).is_ok());
    assert_eq!(Uri::parse(&uri(MAX_URI_LEN + 1)).unwrap_err(), UriError::TooLong);
}

#[test]
fn an_error_code() {
    let code_len = |len| {
        let body = format!(r#"{{"error":"{}"}}"#, "x".repeat(len));
        receive(body).unwrap_err().oauth_error().unwrap().code.as_ref().map(|code| code.as_str().len())
    };
    assert_eq!(code_len(MAX_ERROR_CODE_LEN), Some(MAX_ERROR_CODE_LEN));
    assert_eq!(code_len(MAX_ERROR_CODE_LEN + 1), None);
}

/// JSON a million deep needs no stack: it is skipped, or refused, on 64 KiB.
#[test]
fn deep_json_needs_no_stack() {
    let small_stack = std::thread::Builder::new().stack_size(64 * 1024);
    let deep = "[".repeat(500_000);
    let closed = format!("{deep}{}", "]".repeat(500_000));
    let run = move || {
        assert_eq!(receive("[".repeat(1_000_000)).unwrap_err().kind(), TokenErrorKind::NotJson);
        for member in ["unknown", "error", "scope", "expiry", "refresh_token", "token_type"] {
            let _ = receive(format!(r#"{{"access_token":"a","{member}":{closed}}}"#));
            let _ = receive(format!(r#"{{"access_token":"a","{member}":{deep}"#));
        }
        assert_eq!(receive(deep).unwrap_err().kind(), TokenErrorKind::NotJson);
        assert_eq!(receive(closed).unwrap_err().kind(), TokenErrorKind::Unusable(UnusableToken::NotAnObject));
    };
    small_stack.spawn(run).unwrap().join().unwrap();
}

/// Four times the input: about four times the work if it is linear, sixteen times if it is quadratic. Work is the time
/// that this thread was running, and the least of several runs is compared, so that a busy machine does not matter.
#[track_caller]
fn assert_linear(what: &str, small: impl Fn(), large: impl Fn()) {
    let fastest = |work: &dyn Fn()| {
        let run = || {
            let start = ThreadTime::now();
            work();
            start.elapsed()
        };
        (0..9).map(|_| run()).min().unwrap()
    };
    let (small, large) = (fastest(&small), fastest(&large));
    assert!(large < small * 10, "{what}: {small:?}, and {large:?} for four times as much");
}

#[test]
fn work_grows_with_the_input_and_no_faster() {
    for filler in ["a&", "%41=%42&", "tenant=1&", "=&", "%", "code", "&code%"] {
        let redirect = |len: usize| {
            let redirect = format!("{}&{}", answer(), filler.repeat(len / filler.len()));
            move || drop(awaiting_redirect().receive_redirect(Redirect::query(&redirect)))
        };
        assert_linear(filler, redirect(16_000), redirect(64_000));
    }
    for filler in [r#""a":1,"#, r#""error":[[[[]]]],"#, r#""\u0061":"\u0061","#] {
        let response = |len: usize| {
            let body = format!(r#"{{{}"access_token":"a"}}"#, filler.repeat(len / filler.len()));
            move || drop(receive(body.clone()))
        };
        assert_linear(filler, response(250_000), response(1_000_000));
    }
    // A form, of names that are all different.
    let form = |count: usize| {
        let pairs: String = (0..count).map(|number| format!("&{number:x}")).collect();
        let body = format!("error=x{pairs}");
        let dialect = authcode::Dialect::STANDARD.with_form_responses();
        move || {
            let code = Scenario { dialect: dialect.clone(), ..Scenario::default() }.to_code_received();
            drop(code.receive_response(HttpResponse::new(400, body.clone()), NOW));
        }
    };
    assert_linear("form", form(10_000), form(40_000));
    // The longest scope that is read, and one that is not.
    for separator in [" ", "\",\""] {
        let scope = |count: usize| {
            let list: Vec<_> = (0..count).map(|number| format!("{number:x}")).collect();
            let quoted = format!("\"{}\"", list.join(separator));
            let value = if separator == " " { quoted } else { format!("[{quoted}]") };
            move || drop(receive(format!(r#"{{"access_token":"a","scope":{value}}}"#)))
        };
        assert_linear("scope", scope(500), scope(2_000));
        assert_linear("scope", scope(25_000), scope(100_000));
    }
}

/// Each of them is compared with the parameters of a request.
#[test]
fn the_query_of_an_endpoint() {
    let with = |endpoint: &str, count: usize| format!("{endpoint}?{}&&", vec!["b"; count].join("&"));
    let fits = |endpoint| with(endpoint, MAX_PARAMETERS);
    let over = |endpoint| with(endpoint, MAX_PARAMETERS + 1);
    let server = Server::new(fits(AUTHORIZE), fits(TOKEN)).unwrap();
    let server = server.with_refresh_endpoint(fits(TOKEN)).unwrap().with_regional_token_endpoint(fits(TOKEN)).unwrap();
    let too_long = UriError::TooLong;
    let refused = Server::new(over(AUTHORIZE), TOKEN).unwrap_err();
    assert_eq!(refused, ConfigError::AuthorizationEndpoint(too_long));
    assert_eq!(Server::new(AUTHORIZE, over(TOKEN)).unwrap_err(), ConfigError::TokenEndpoint(too_long));
    let refused = server.clone().with_regional_token_endpoint(over(TOKEN)).unwrap_err();
    assert_eq!(refused, ConfigError::TokenEndpoint(too_long));
    assert_eq!(server.clone().with_refresh_endpoint(over(TOKEN)).unwrap_err(), ConfigError::RefreshEndpoint(too_long));
    let optional =
        [Server::with_pushed_request_endpoint, Server::with_revocation_endpoint, Server::with_end_session_endpoint];
    for add in optional {
        add(server.clone(), fits(TOKEN)).unwrap();
        let refused = add(server.clone(), over(TOKEN)).unwrap_err();
        assert!(matches!(refused, ConfigError::Endpoint(_, UriError::TooLong)), "{refused}");
    }
}

/// Each is compared with the others, in a stored form, too.
#[test]
fn parameters_are_limited_in_number() {
    let mut login = Scenario::default().client().login();
    for index in 0..MAX_PARAMETERS {
        login.authorization_param(&format!("p{index}"), "1").unwrap();
    }
    let error = login.authorization_param("more", "1").unwrap_err();
    assert_eq!(error, ParameterError::TooLong("more".into()));

    let form = awaiting_redirect().suspend().to_json();
    let params: Vec<String> = (0..100_000).map(|index| format!("p{index}=1")).collect();
    let start = form.expose().strip_suffix('}').unwrap();
    let many = format!("{start},\"authorization_params\":\"{}\"}}", params.join("&"));
    let stored = Suspended::from_json(&many).unwrap();
    let error = AwaitingRedirect::resume(stored, awaiting_redirect().client()).unwrap_err().into_error();
    assert_eq!(error, ResumeError::Damaged);
}
