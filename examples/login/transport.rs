//! The only place that does HTTP for the crate: sends an `HttpRequest` with `ureq`.

use core::time::Duration;

use authcode::{HttpRequest, HttpResponse};
use ureq::http::Request;

/// Sends a request and returns the response, whatever its status is.
pub(crate) fn send(request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let agent = agent(&request.url);
    let mut call = Request::builder().method(request.method).uri(&request.url);
    for (name, value) in &request.headers {
        call = call.header(name, value);
    }
    // An empty body would be sent as one, with a `Content-Length`.
    let mut response = match request.method {
        "GET" => agent.run(call.body(())?)?,
        _ => agent.run(call.body(request.body.into_exposed())?)?,
    };
    let status = response.status().as_u16();
    let answer = match response.body_mut().with_config().limit(request.max_response_len as u64).read_to_vec() {
        Ok(body) => HttpResponse::new(status, body),
        Err(ureq::Error::BodyExceedsLimit(_)) => HttpResponse::too_long(status),
        Err(error) => return Err(error),
    };
    Ok(answer.with_headers(response.headers()))
}

/// A client that follows no redirect, returns every status, and has a timeout: the duties of [`HttpRequest`].
pub(crate) fn agent(url: &str) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)));
    // `http` is always loopback here, which needs no proxy.
    let config = if url.starts_with("http:") { config.proxy(None) } else { config };
    config.build().new_agent()
}
