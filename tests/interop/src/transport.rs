//! Sends the requests of `authcode` with `ureq`.

use core::time::Duration;

use authcode::{Authorized, HttpRequest, HttpResponse, Secret};
use url::form_urlencoded;

use crate::Error;

/// Sends a request and returns the response, whatever its status is.
pub(crate) fn send(request: &HttpRequest) -> Result<HttpResponse, Error> {
    let agent = agent();
    let mut response = if request.method == "GET" {
        request.headers.iter().fold(agent.get(&request.url), |call, (name, value)| call.header(name, value)).call()?
    } else {
        let call = agent.post(&request.url);
        let call = request.headers.iter().fold(call, |call, (name, value)| call.header(name, value));
        call.send(request.body.expose())?
    };
    let body = response.body_mut().with_config().limit(request.max_response_len as u64).read_to_vec()?;
    Ok(HttpResponse::new(response.status().as_u16(), body).with_headers(response.headers()))
}

/// A client that follows no redirect, treats no status as an error, and keeps cookies.
pub(crate) fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(Duration::from_secs(30)));
    config.build().into()
}

/// The request with another value for one of its parameters, as if somebody had changed it on the way.
pub(crate) fn tampered(mut request: HttpRequest, name: &str, value: &str) -> HttpRequest {
    let mut body = form_urlencoded::Serializer::new(String::new());
    for (known, old) in form_urlencoded::parse(request.body.expose().as_bytes()) {
        let new = if known == name { value } else { &*old };
        body.append_pair(&known, new);
    }
    request.body = Secret::from(body.finish());
    request
}

/// Whether the server's API accepts the access token.
pub(crate) fn opens(resource: &str, authorized: &Authorized) -> Result<bool, Error> {
    let response = agent().get(resource).header("authorization", authorized.bearer()?.expose()).call()?;
    Ok(response.status().is_success())
}
