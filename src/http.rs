//! The interface to the caller's HTTP stack: a request to send, and the response to it.

use alloc::string::String;
use alloc::vec::Vec;
use core::array::IntoIter;
use core::fmt;
use core::iter::Flatten;
use core::time::Duration;

use crate::encoding::form::{self, Pair, Space};
use crate::encoding::text;
use crate::encoding::time::{HttpDate, UnixTime};
use crate::limits::{MAX_RESPONSE_LEN, MAX_RETRY_AFTER};
use crate::secret::{Secret, WipedBytes};

/// An HTTP request to send.
///
/// The fields are public: move them out. URL and headers are visible ASCII with any configuration and any response of the
/// server, so they cannot split a request.
///
/// ```
/// # fn send(method: &str, url: &str, headers: Vec<(&str, &str)>, body: &str, max_len: usize) {}
/// # fn example(request: authcode::HttpRequest) {
/// let headers = request.headers.iter().collect();
/// let body = request.body.expose();
/// send(request.method, &request.url, headers, body, request.max_response_len);
/// # }
/// ```
///
/// Your HTTP stack must do three things:
///
/// - check the server's certificate (RFC 6749 §3.2);
/// - not follow redirects ([`follow_redirects`](Self::follow_redirects) is always `false`);
/// - limit the length of the response ([`max_response_len`](Self::max_response_len)).
///
/// With the feature `http` the request converts into an `http::Request<Vec<u8>>` by `try_into`, which has no place for
/// the last two: read `max_response_len` before the conversion.
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "a request does nothing until your HTTP stack sends it"]
pub struct HttpRequest {
    /// `POST` for a token, `GET` for [metadata](crate::Discovery).
    pub method: &'static str,
    /// The absolute URL: `https`, or `http` if the configuration allows it by a `danger` constructor.
    pub url: String,
    /// The headers to send, besides those that your HTTP stack adds.
    pub headers: Headers,
    /// The body, which contains the code or the refresh token: form-urlencoded ASCII, or JSON if the
    /// [`Dialect`](crate::Dialect) says so. Empty for `GET`.
    pub body: Secret,
    /// Always `false`: following a redirect would send the body to another server.
    pub follow_redirects: bool,
    /// The longest response body to read, in bytes: [`MAX_RESPONSE_LEN`]. If the body is longer, stop reading and pass
    /// [`HttpResponse::too_long`].
    pub max_response_len: usize,
}

impl HttpRequest {
    pub(crate) fn post_form(url: &str, authorization: Option<Secret>, body: String) -> Self {
        Self::new(
            "POST",
            url,
            Headers { content_type: Some("application/x-www-form-urlencoded"), authorization, dpop: None },
            body,
        )
    }

    pub(crate) fn post_json(url: &str, authorization: Option<Secret>, body: String) -> Self {
        Self::new("POST", url, Headers { content_type: Some("application/json"), authorization, dpop: None }, body)
    }

    pub(crate) fn get(url: &str) -> Self {
        Self::new("GET", url, Headers { content_type: None, authorization: None, dpop: None }, String::new())
    }

    fn new(method: &'static str, url: &str, headers: Headers, body: String) -> Self {
        Self {
            method,
            url: url.into(),
            headers,
            body: body.into(),
            follow_redirects: false,
            max_response_len: MAX_RESPONSE_LEN,
        }
    }

    /// Adds the `DPoP` header (RFC 9449 §4.1).
    pub(crate) fn set_dpop(&mut self, proof: Secret) {
        self.headers.dpop = Some(proof);
    }

    /// Adds parameters to a body that is a form. In one allocation: growing would leave copies.
    pub(crate) fn add_form_params(&mut self, params: [Pair<'_>; 2]) {
        let body = self.body.expose();
        let separator = if body.is_empty() { "" } else { "&" };
        self.body =
            form::encode(&[body, separator], &|visit| params.into_iter().for_each(&mut *visit), &[], Space::Plus)
                .into();
    }
}

/// The headers of an [`HttpRequest`]: names in lower case, values in visible ASCII. `Debug` shows only the names.
pub struct Headers {
    content_type: Option<&'static str>,
    authorization: Option<Secret>,
    dpop: Option<Secret>,
}

impl Headers {
    /// Name and value of each header. No name occurs twice.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> + Clone {
        self.into_iter()
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = (&'static str, &'a str);
    type IntoIter = Flatten<IntoIter<Option<Self::Item>, 4>>;

    fn into_iter(self) -> Self::IntoIter {
        // Without `accept` some servers do not answer in JSON.
        let accept = Some(("accept", "application/json"));
        let content_type = self.content_type.map(|value| ("content-type", value));
        let authorization = self.authorization.as_ref().map(|value| ("authorization", value.expose()));
        let dpop = self.dpop.as_ref().map(|value| ("dpop", value.expose()));
        [content_type, accept, authorization, dpop].into_iter().flatten()
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// The response to an [`HttpRequest`], with any status.
///
/// The body is moved in without a copy, and wiped on drop. `Debug` shows the status and the length of the body.
///
/// ```
/// # use authcode::HttpResponse;
/// let response = HttpResponse::new(503, "busy").with_headers([("Retry-After", "30")]);
/// ```
pub struct HttpResponse {
    pub(crate) status: u16,
    pub(crate) body: WipedBytes,
    retry_after: Option<RetryAfter>,
    is_cut_off: bool,
}

/// `Retry-After` (RFC 9110 §10.2.3).
#[derive(Clone, Copy, Debug)]
enum RetryAfter {
    Pause(Duration),
    Date(HttpDate),
}

impl RetryAfter {
    fn parse(value: &[u8]) -> Option<Self> {
        let text = core::str::from_utf8(value).ok()?.trim_ascii();
        // Only whole seconds are allowed, but some servers write a fraction.
        let (whole, fraction) = text::cut(text, b'.');
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !fraction.is_none_or(is_number) {
            return HttpDate::parse(value).map(Self::Date);
        }
        // More than fits is more than the limit.
        let seconds: u64 = whole.parse().unwrap_or(MAX_RETRY_AFTER);
        let rounded_up = fraction.is_some_and(|digits| digits.bytes().any(|digit| digit != b'0'));
        Some(Self::Pause(Duration::from_secs(seconds.saturating_add(rounded_up.into()))))
    }
}

impl HttpResponse {
    /// A response with this status and body. Undo any content coding (`gzip`) first.
    ///
    /// Pass a redirect as it came, with its status. `fetch` in a browser hides that status: if `response.type` is
    /// `opaqueredirect`, pass 302.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, body: WipedBytes(body.into()), retry_after: None, is_cut_off: false }
    }

    /// A response whose body was longer than [`max_response_len`](HttpRequest::max_response_len), or than the memory
    /// you have for it, so that you did not read it to its end.
    pub fn too_long(status: u16) -> Self {
        Self { is_cut_off: true, ..Self::new(status, Vec::new()) }
    }

    pub(crate) fn is_too_long(&self) -> bool {
        self.is_cut_off || self.body.len() > MAX_RESPONSE_LEN
    }

    /// Reads the headers of the response. Only `Retry-After` is used, as seconds or as a date; all others are ignored.
    ///
    /// Takes any list of pairs, and `&http::HeaderMap` as it is. Names and values may be any bytes.
    #[must_use]
    pub fn with_headers<N: AsRef<[u8]>, V: AsRef<[u8]>>(mut self, headers: impl IntoIterator<Item = (N, V)>) -> Self {
        for (name, value) in headers {
            if name.as_ref().eq_ignore_ascii_case(b"retry-after") {
                self.retry_after = RetryAfter::parse(value.as_ref()).or(self.retry_after);
            }
        }
        self
    }

    /// Sets the pause that the server asks for, if your HTTP stack has parsed `Retry-After` already.
    #[must_use]
    pub const fn with_retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = Some(RetryAfter::Pause(pause));
        self
    }

    /// The pause that the server asks for, from `now` on, and at most [`MAX_RETRY_AFTER`].
    pub(crate) fn retry_after(&self, now: UnixTime) -> Option<Duration> {
        let pause = match self.retry_after? {
            RetryAfter::Pause(pause) => pause,
            RetryAfter::Date(date) => date.saturating_since(now),
        };
        Some(pause.min(Duration::from_secs(MAX_RETRY_AFTER)))
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("body", &format_args!("[{} bytes redacted]", self.body.len()))
            .field("is_cut_off", &self.is_cut_off)
            .field("retry_after", &self.retry_after)
            .finish()
    }
}

/// For an HTTP stack that uses the types of the crate `http`. The headers `authorization` and `dpop` are marked as
/// sensitive.
///
/// `http::Request` has no place for [`follow_redirects`](HttpRequest::follow_redirects) and
/// [`max_response_len`](HttpRequest::max_response_len): configure the client not to follow redirects, and read
/// `max_response_len` before the conversion.
///
/// The body of a `GET` is empty. Some stacks send an empty body with its length; pass those `request.map(|_| ())`.
///
/// ```
/// # fn example(request: authcode::HttpRequest) -> Result<(), http::Error> {
/// let max_response_len = request.max_response_len;
/// let request: http::Request<Vec<u8>> = request.try_into()?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// `http::Error` if that crate does not accept the URL.
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
impl TryFrom<HttpRequest> for ::http::Request<Vec<u8>> {
    type Error = ::http::Error;

    fn try_from(request: HttpRequest) -> Result<Self, ::http::Error> {
        let mut builder = ::http::Request::builder().method(request.method).uri(&request.url);
        for (name, value) in &request.headers {
            let mut value = ::http::HeaderValue::try_from(value)?;
            value.set_sensitive(matches!(name, "authorization" | "dpop"));
            builder = builder.header(name, value);
        }
        builder.body(request.body.into_exposed().into_bytes())
    }
}

/// The body is copied, and the copy is wiped on drop; wiping yours is up to you. Limit the length of the body while you
/// read it: see [`HttpRequest::max_response_len`].
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
impl<B: AsRef<[u8]>> From<::http::Response<B>> for HttpResponse {
    fn from(response: ::http::Response<B>) -> Self {
        Self::new(response.status().as_u16(), response.body().as_ref()).with_headers(response.headers())
    }
}
