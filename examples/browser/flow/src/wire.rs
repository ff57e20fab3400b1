//! Requests for `fetch`, responses from it, and the object that a refused step throws.
//!
//! The objects are made in JavaScript, by `page/wire.js`: a member costs a word there, and a function here.

use alloc::string::String;
use alloc::vec::Vec;

use authcode::{Fault, HttpRequest, HttpResponse, NextStep, OAuthError, RedirectError, TokenError, Untrusted};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "/wire.js")]
extern "C" {
    #[wasm_bindgen(js_name = request)]
    fn new_request(method: &str, url: &str, body: &str, max_response_len: usize) -> JsValue;

    #[wasm_bindgen(js_name = addHeader)]
    fn add_header(request: &JsValue, name: &str, value: &str);

    #[wasm_bindgen(js_name = refused)]
    fn new_refused(
        kind: &str,
        next_step: &str,
        after: Option<f64>,
        fault: &str,
        server_error: Option<&str>,
        server_description: Option<&str>,
        state: &JsValue,
    ) -> JsValue;
}

/// As `fetch` takes it.
pub(crate) fn request(request: &HttpRequest) -> JsValue {
    let made = new_request(request.method, &request.url, request.body.expose(), request.max_response_len);
    for (name, value) in &request.headers {
        add_header(&made, name, value);
    }
    made
}

/// `retry_after` is the value of that header, which is the only one that the crate would read.
pub(crate) fn response(status: u16, retry_after: Option<String>, body: Vec<u8>) -> HttpResponse {
    HttpResponse::new(status, body).with_headers(retry_after.map(|value| ("retry-after", value)))
}

pub(crate) fn redirect_refused(error: &RedirectError, state: Option<JsValue>) -> JsValue {
    let claimed = match error {
        RedirectError::StateMissing { unauthenticated } | RedirectError::IssuerMissing { unauthenticated } => {
            unauthenticated.as_deref()
        }
        _ => error.oauth_error(),
    };
    refused(error.name(), error.next_step(), error.fault(), claimed, state)
}

pub(crate) fn token_refused(error: &TokenError, state: Option<JsValue>) -> JsValue {
    refused(error.name(), error.next_step(), error.fault(), error.oauth_error(), state)
}

/// The description is sanitized by the crate.
pub(crate) fn refused(
    kind: &str,
    next_step: NextStep,
    fault: Fault,
    server: Option<&OAuthError>,
    state: Option<JsValue>,
) -> JsValue {
    let (next_step, after) = match next_step {
        NextStep::Wait => ("Wait", None),
        NextStep::Retry { after } => ("Retry", Some(after.as_secs() as f64)),
        NextStep::Fix => ("Fix", None),
        _ => ("StartOver", None),
    };
    let fault = match fault {
        Fault::Caller => "Caller",
        Fault::Unauthenticated => "Unauthenticated",
        Fault::User => "User",
        _ => "Server",
    };
    let code = server.map(|error| error.code.as_ref().map_or("", |code| code.as_str()));
    let description = server.and_then(|error| error.description.as_ref()).map(Untrusted::shown);
    new_refused(kind, next_step, after, fault, code, description.as_deref(), &state.unwrap_or_default())
}
