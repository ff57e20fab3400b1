//! The one place where HTTP is spoken for the crate: a request of `authcode` goes out by `ureq`.

use authcode::{HttpRequest, HttpResponse};

/// Sends a request and gives the answer, whatever its status is.
pub(crate) fn send(request: &HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let mut post = agent(&request.url).post(&request.url);
    for (name, value) in request.headers.iter() {
        post = post.header(name, value);
    }
    let mut response = post.send(request.body.expose())?;
    let body = response.body_mut().with_config().limit(request.max_response_len as u64).read_to_vec()?;
    let headers = response.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    Ok(HttpResponse::new(response.status().as_u16(), body).with_headers(headers))
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
