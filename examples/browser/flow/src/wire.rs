//! Requests for `fetch`, what came back, and what a refused step throws.
//!
//! The objects are made in JavaScript, by `page/wire.js`: there each member costs a word, and here a function.

use alloc::vec::Vec;
use core::time::Duration;

use authcode::{Fault, HttpRequest, HttpResponse, OAuthError, RedirectError, StartError, TokenError, Untrusted};
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
        fault: &str,
        is_retryable: bool,
        retry_after: Option<f64>,
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

/// `retry_after` is in seconds. It is the only header that the crate would read.
pub(crate) fn response(status: u16, retry_after: Option<f64>, body: Vec<u8>) -> HttpResponse {
    let response = HttpResponse::new(status, body);
    match retry_after {
        Some(seconds) => response.with_retry_after(Duration::from_secs(seconds as u64)),
        None => response,
    }
}

pub(crate) fn start_refused(error: &StartError, state: Option<JsValue>) -> JsValue {
    refused(error.name(), error.fault(), error.is_retryable(), None, None, state)
}

pub(crate) fn redirect_refused(error: &RedirectError, state: Option<JsValue>) -> JsValue {
    let claimed = match error {
        RedirectError::StateMissing { unauthenticated } | RedirectError::IssuerMissing { unauthenticated } => {
            unauthenticated.as_deref()
        }
        _ => error.oauth_error(),
    };
    refused(error.name(), error.fault(), error.is_retryable(), None, claimed, state)
}

pub(crate) fn token_refused(error: &TokenError, state: Option<JsValue>) -> JsValue {
    let retry_after = error.retry_after().map(|pause| pause.as_secs() as f64);
    refused(error.name(), error.fault(), error.is_retryable(), retry_after, error.oauth_error(), state)
}

/// The description is as the crate makes it safe to show.
fn refused(
    kind: &str,
    fault: Fault,
    is_retryable: bool,
    retry_after: Option<f64>,
    server: Option<&OAuthError>,
    state: Option<JsValue>,
) -> JsValue {
    let fault = match fault {
        Fault::Host => "host",
        Fault::Stranger => "stranger",
        Fault::User => "user",
        _ => "server",
    };
    let description = server.and_then(|error| error.description.as_ref()).map(Untrusted::shown);
    new_refused(
        kind,
        fault,
        is_retryable,
        retry_after,
        server.map(|error| error.code.as_str()),
        description.as_deref(),
        &state.unwrap_or_default(),
    )
}
