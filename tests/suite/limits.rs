//! Each limit: what fits exactly is taken, one more is a clear error.

use authcode::limits::*;
use authcode::{HttpResponse, Redirect, RedirectError, TokenError, UnusableToken, Uri, UriError};

use crate::scenario::*;

fn receive(body: String) -> Result<authcode::Authorized, TokenError> {
    let response = HttpResponse::new(200, body);
    code_received().receive_token_response(response, NOW).map_err(|refused| refused.error().clone())
}

#[test]
fn a_response_body() {
    let padded = |len: usize| format!("{SUCCESS}{}", " ".repeat(len - SUCCESS.len()));
    assert!(receive(padded(MAX_RESPONSE_LEN)).is_ok());
    assert_eq!(receive(padded(MAX_RESPONSE_LEN + 1)).unwrap_err(), TokenError::TooLong { status: 200 });
}

#[test]
// rows 35
fn an_access_token() {
    let body = |len| format!(r#"{{"access_token":"{}"}}"#, "a".repeat(len));
    assert_eq!(receive(body(MAX_TOKEN_LEN)).unwrap().access_token().expose().len(), MAX_TOKEN_LEN);
    let reason = UnusableToken::Malformed;
    assert_eq!(receive(body(MAX_TOKEN_LEN + 1)).unwrap_err(), TokenError::Unusable { status: 200, reason });
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
    let refused = |len| {
        let body = format!(r#"{{"error":"{}"}}"#, "x".repeat(len));
        receive(body).unwrap_err().oauth_error().unwrap().code.as_str().len()
    };
    assert_eq!(refused(MAX_ERROR_CODE_LEN), MAX_ERROR_CODE_LEN);
    assert_eq!(refused(MAX_ERROR_CODE_LEN + 1), authcode::ErrorCode::Unreadable.as_str().len());
}

/// JSON a million deep needs no stack: it is skipped, or refused, on 64 KiB.
#[test]
fn deep_json_needs_no_stack() {
    let small_stack = std::thread::Builder::new().stack_size(64 * 1024);
    let deep = "[".repeat(500_000);
    let closed = format!("{deep}{}", "]".repeat(500_000));
    let run = move || {
        assert!(matches!(receive("[".repeat(1_000_000)).unwrap_err(), TokenError::NotJson { .. }));
        for member in ["unknown", "error", "scope", "expiry", "refresh_token", "token_type"] {
            let _ = receive(format!(r#"{{"access_token":"a","{member}":{closed}}}"#));
            let _ = receive(format!(r#"{{"access_token":"a","{member}":{deep}"#));
        }
        assert!(matches!(receive(deep).unwrap_err(), TokenError::NotJson { .. }));
        assert!(matches!(receive(closed).unwrap_err(), TokenError::Unusable { .. }));
    };
    small_stack.spawn(run).unwrap().join().unwrap();
}
