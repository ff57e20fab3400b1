//! To and from the types of the crate `http`.
#![cfg(feature = "http")]

use authcode::{ClientAuth, HttpResponse};
use core::time::Duration;

use crate::scenario::*;

fn with_basic() -> Scenario {
    Scenario { auth: || ClientAuth::basic("secret"), ..Scenario::default() }
}

#[test]
fn a_request_becomes_one_of_the_crate_http() {
    let ours = with_basic().to_code_received().request();
    let theirs = http::Request::<Vec<u8>>::try_from(with_basic().to_code_received().request()).unwrap();
    assert_eq!(theirs.method(), http::Method::POST);
    assert_eq!(theirs.uri(), &*ours.url);
    assert_eq!(theirs.body(), ours.body.expose().as_bytes());
    assert_eq!(theirs.headers().len(), ours.headers.iter().count());
    for (name, value) in &ours.headers {
        assert_eq!(theirs.headers()[name], value);
    }
}

#[test]
fn the_authorization_header_is_marked_as_sensitive() {
    let request = http::Request::try_from(with_basic().to_code_received().request()).unwrap();
    assert!(!format!("{request:?}").contains("Basic "));
    assert!(!request.headers()["accept"].is_sensitive());
}

#[test]
fn a_response_of_the_crate_http_is_taken_with_any_type_of_body() {
    let success = http::Response::new(SUCCESS);
    assert_eq!(code_received().receive_response(success.into(), NOW).unwrap().tokens().access_token().expose(), "at-1");
    let busy = http::Response::builder().status(503).header("Retry-After", "7").body(b"busy".to_vec()).unwrap();
    let refused = code_received().receive_response(HttpResponse::from(busy), NOW).unwrap_err();
    assert_eq!((refused.error().status(), refused.error().retry_after()), (503, Some(Duration::from_secs(7))));
}
