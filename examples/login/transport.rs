//! The one place where HTTP is spoken for the crate: a request of `authcode` goes out by `ureq`.

use authcode::{HttpRequest, HttpResponse};
use ureq::http::Request;

/// Sends a request and gives the answer, whatever its status is.
pub(crate) fn send(request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let agent = agent(&request.url);
    let mut call = Request::builder().method(request.method).uri(&request.url);
    for (name, value) in &request.headers {
        call = call.header(name, value);
    }
    // A body that is empty would go out as one, with its length.
    let mut response = match request.method {
        "GET" => agent.run(call.body(())?)?,
        _ => agent.run(call.body(request.body.into_exposed())?)?,
    };
    let body = response.body_mut().with_config().limit(request.max_response_len as u64).read_to_vec()?;
    Ok(HttpResponse::new(response.status().as_u16(), body).with_headers(response.headers()))
}

/// A client that does as `HttpRequest` says: it follows no redirect, and a status is no error of its own.
pub(crate) fn agent(url: &str) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(core::time::Duration::from_secs(30)));
    // `http` means loopback here, and that is reached without a proxy.
    let config = if url.starts_with("http:") { config.proxy(None) } else { config };
    config.build().new_agent()
}
