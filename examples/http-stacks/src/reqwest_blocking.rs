//! The glue for `reqwest` with its feature `blocking`. The default features include TLS (`rustls`, or
//! `native-tls`).

use core::error::Error;
use core::time::Duration;
use std::io::Read as _;

use authcode::{HttpRequest, HttpResponse};
use reqwest::blocking::{Client, Request};
use reqwest::redirect::Policy;

/// Sends a request and returns the response, whatever its status is.
pub(crate) fn send(request: HttpRequest) -> Result<HttpResponse, Box<dyn Error + Send + Sync>> {
    let limit = request.max_response_len;
    let client = Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(30)).build()?;
    let mut request = Request::try_from(http::Request::try_from(request)?)?;
    // An empty body would be sent as one, with a `Content-Length`.
    if request.method() == "GET" {
        *request.body_mut() = None;
    }
    let mut response = client.execute(request)?;
    let (status, mut body) = (response.status().as_u16(), Vec::new());
    response.by_ref().take(limit as u64 + 1).read_to_end(&mut body)?;
    let is_too_long = body.len() > limit;
    let answer = if is_too_long { HttpResponse::too_long(status) } else { HttpResponse::new(status, body) };
    Ok(answer.with_headers(response.headers()))
}
