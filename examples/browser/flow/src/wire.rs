//! Requests for `fetch`, and what came back.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use authcode::HttpResponse;
use js_sys::Array;
use wasm_bindgen::prelude::*;

/// A request to make, as `fetch` takes it.
#[wasm_bindgen]
pub struct HttpRequest(authcode::HttpRequest);

impl From<authcode::HttpRequest> for HttpRequest {
    fn from(request: authcode::HttpRequest) -> Self {
        Self(request)
    }
}

#[wasm_bindgen]
impl HttpRequest {
    #[wasm_bindgen(getter)]
    pub fn method(&self) -> String {
        self.0.method.to_owned()
    }

    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.0.url.clone()
    }

    /// Pairs of name and value.
    #[wasm_bindgen(getter)]
    pub fn headers(&self) -> Array {
        self.0.headers.iter().map(|(name, value)| Array::of2(&name.into(), &value.into())).collect()
    }

    #[wasm_bindgen(getter)]
    pub fn body(&self) -> String {
        self.0.body.expose().to_owned()
    }

    /// How many bytes of the response to read at most.
    #[wasm_bindgen(getter, js_name = maxResponseLength)]
    pub fn max_response_len(&self) -> usize {
        self.0.max_response_len
    }
}

/// `headers` are pairs of name and value: `[...response.headers]`.
pub(crate) fn response(status: u16, headers: &Array, body: Vec<u8>) -> HttpResponse {
    let pairs = headers.iter().filter_map(|pair| {
        let pair = pair.dyn_into::<Array>().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    });
    HttpResponse::new(status, body).with_headers(pairs)
}
