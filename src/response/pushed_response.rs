//! Parses the response to a pushed authorization request (RFC 9126 §2.2).

use alloc::boxed::Box;
use core::time::Duration;

use crate::config::dialect::Dialect;
use crate::config::uri::is_absolute_uri;
use crate::encoding::json::{self, Raw};
use crate::encoding::time::UnixTime;
use crate::http::HttpResponse;
use crate::limits::MAX_REQUEST_URI_LEN;
use crate::response::endpoint_error::RefusedByEndpoint;
use crate::response::lifetime;
use crate::secret::Secret;

/// Where the server keeps a pushed request.
pub(crate) struct PushedResponse {
    pub(crate) request_uri: Secret,
    /// How long it is kept, if the server says so in a form that can be read.
    pub(crate) lifetime: Option<Duration>,
}

/// Reads a response that was received at `now`. Any 2xx with a usable `request_uri` is a success, as it is for a token:
/// RFC 9126 has 201, and some servers send 200.
pub(crate) fn read(
    response: &HttpResponse,
    dialect: &Dialect,
    now: UnixTime,
) -> Result<PushedResponse, Box<RefusedByEndpoint>> {
    match RefusedByEndpoint::find(response, dialect, now) {
        Some(refused) => Err(refused),
        None => success(&response.body, now).ok_or_else(|| RefusedByEndpoint::without(REQUEST_URI, response.status)),
    }
}

const REQUEST_URI: &str = "request_uri";

fn success(body: &[u8], now: UnixTime) -> Option<PushedResponse> {
    let mut request_uri = None;
    let mut is_twice = false;
    let mut expires_in = None;
    for member in json::members(json::without_byte_order_mark(body))? {
        let (name, value) = member.ok()?;
        match json::string(name).as_deref() {
            // Of two, nobody can say which one is meant.
            Some(REQUEST_URI) => is_twice |= request_uri.replace(value).is_some(),
            // None of it can cost a good request URI.
            Some("expires_in") => expires_in = Some(value),
            _ => {}
        }
    }
    let request_uri = json::string(request_uri?).filter(|uri| !is_twice && is_request_uri(uri))?;
    Some(PushedResponse {
        request_uri: Secret::from_wiped(request_uri.into_owned()),
        lifetime: expires_in.and_then(|value| lifetime(value, now)),
    })
}

/// `None` if it is not a positive number: the server keeps the request for a time that is not known.
fn lifetime(value: Raw<'_>, now: UnixTime) -> Option<Duration> {
    let text = json::string(value);
    lifetime::positive_seconds(text.as_deref().or(value.text())?, now)
}

/// An absolute URI of any scheme (RFC 9126 §2.2, RFC 3986 §4.3). It goes into a URL that the browser opens, encoded.
pub(crate) fn is_request_uri(text: &str) -> bool {
    text.len() <= MAX_REQUEST_URI_LEN && is_absolute_uri(text)
}
