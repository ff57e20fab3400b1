//! The glue for `ureq`, whose default features bring TLS (`rustls`).

use core::time::Duration;

use authcode::{HttpRequest, HttpResponse};
use ureq::http::Request;

/// Sends a request and gives the answer, whatever its status is.
pub(crate) fn send(request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let limit = request.max_response_len as u64;
    let config = ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)));
    let agent = config.build().new_agent();
    let request = Request::try_from(request)?;
    // A body that is empty would go out as one, with its length.
    let is_get = request.method() == "GET";
    let mut response = if is_get { agent.run(request.map(drop))? } else { agent.run(request)? };
    let body = response.body_mut().with_config().limit(limit).read_to_vec()?;
    Ok(HttpResponse::new(response.status().as_u16(), body).with_headers(response.headers()))
}
