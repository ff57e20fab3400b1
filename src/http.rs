//! The whole contract with the host's HTTP stack: a request to make, a response to hand back.

use alloc::string::String;
use alloc::vec::Vec;
use core::array::IntoIter;
use core::fmt;
use core::iter::Flatten;
use core::time::Duration;

use crate::limits::MAX_RESPONSE_LEN;
use crate::secret::{Secret, WipedBytes};

/// An HTTP request to make.
///
/// The fields are yours to move out. URL and headers are visible ASCII, whatever the configuration
/// and the server's answers hold, so they cannot split a request.
///
/// What the transport must do is said as data: [`follow_redirects`](Self::follow_redirects) and
/// [`max_response_len`](Self::max_response_len). It must also check the server's certificate
/// (RFC 6749 §3.2).
///
/// ```
/// # fn send(method: &str, url: &str, headers: Vec<(&str, &str)>, body: &str) {}
/// # fn example(code: authcode::CodeReceived) {
/// let request = code.token_request();
/// send(request.method, &request.url, request.headers.iter().collect(), request.body.expose());
/// # }
/// ```
///
/// With the feature `http` it becomes an `http::Request<Vec<u8>>` by `try_into`.
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "a request does nothing until your HTTP stack sends it"]
pub struct HttpRequest {
    /// `POST` for a token, `GET` for [metadata](crate::Discovery).
    pub method: &'static str,
    /// The absolute URL, `https` (or `http` on loopback where that was asked for).
    pub url: String,
    /// The headers to send, beside those that your stack adds by itself.
    pub headers: Headers,
    /// The body, with the code or the refresh token in it: form-urlencoded ASCII, or JSON where the
    /// [`Dialect`](crate::Dialect) says so. Empty for `GET`.
    pub body: Secret,
    /// `false`: a redirect that is followed carries the body to another place.
    pub follow_redirects: bool,
    /// How long a response body may be, [`MAX_RESPONSE_LEN`]. Read at most one byte more, so that a longer one is
    /// known for what it is, or stop and hand over [`HttpResponse::too_long`].
    pub max_response_len: usize,
}

impl HttpRequest {
    pub(crate) fn post_form(url: &str, authorization: Option<Secret>, body: String) -> Self {
        Self::new("POST", url, Headers { content_type: Some("application/x-www-form-urlencoded"), authorization }, body)
    }

    pub(crate) fn post_json(url: &str, authorization: Option<Secret>, body: String) -> Self {
        Self::new("POST", url, Headers { content_type: Some("application/json"), authorization }, body)
    }

    pub(crate) fn get(url: &str) -> Self {
        Self::new("GET", url, Headers { content_type: None, authorization: None }, String::new())
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
}

/// The headers of an [`HttpRequest`]: names in lower case, values in visible ASCII. `Debug` shows the names.
pub struct Headers {
    content_type: Option<&'static str>,
    authorization: Option<Secret>,
}

impl Headers {
    /// Each header once, as name and value.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> + Clone {
        self.into_iter()
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = (&'static str, &'a str);
    type IntoIter = Flatten<IntoIter<Option<Self::Item>, 3>>;

    fn into_iter(self) -> Self::IntoIter {
        // `accept`: without it some servers answer in another form than JSON.
        let accept = Some(("accept", "application/json"));
        let content_type = self.content_type.map(|value| ("content-type", value));
        let authorization = self.authorization.as_ref().map(|value| ("authorization", value.expose()));
        [content_type, accept, authorization].into_iter().flatten()
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// The response to an [`HttpRequest`], as it came, whatever its status.
///
/// The body is taken over without a copy and wiped in the end. `Debug` shows the status and the length.
///
/// ```
/// # use authcode::HttpResponse;
/// let response = HttpResponse::new(503, "busy").with_headers([("Retry-After", "30")]);
/// ```
pub struct HttpResponse {
    pub(crate) status: u16,
    pub(crate) body: WipedBytes,
    pub(crate) retry_after: Option<Duration>,
    is_cut_off: bool,
}

impl HttpResponse {
    /// The HTTP status and the body, after any content coding is undone.
    ///
    /// A redirect that was not followed is to be handed over as one. The `fetch` of a browser hides its status: where
    /// `response.type` is `opaqueredirect`, it is 302 here.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, body: WipedBytes(body.into()), retry_after: None, is_cut_off: false }
    }

    /// A response whose body was longer than you would read: than
    /// [`max_response_len`](HttpRequest::max_response_len), or than there is memory for.
    pub fn too_long(status: u16) -> Self {
        Self { is_cut_off: true, ..Self::new(status, Vec::new()) }
    }

    pub(crate) fn is_too_long(&self) -> bool {
        self.is_cut_off || self.body.len() > MAX_RESPONSE_LEN
    }

    /// Picks what matters out of all the headers of the response: `Retry-After` in seconds. It takes the header map
    /// of the `http` crate as it is, by reference, and any other list of pairs. A date in its
    /// place is left out, since the crate has no calendar.
    #[must_use]
    pub fn with_headers<N: AsRef<str>, V: AsRef<[u8]>>(mut self, headers: impl IntoIterator<Item = (N, V)>) -> Self {
        for (name, value) in headers {
            if name.as_ref().eq_ignore_ascii_case("retry-after") {
                let seconds = core::str::from_utf8(value.as_ref()).ok().and_then(|text| text.trim().parse().ok());
                self.retry_after = seconds.map(Duration::from_secs).or(self.retry_after);
            }
        }
        self
    }

    /// How long the server asks you to wait, where your HTTP stack has read `Retry-After` already, or it was a date.
    #[must_use]
    pub const fn with_retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = Some(pause);
        self
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

/// For a stack that speaks the types of the crate `http`. The `authorization` header is marked as sensitive.
///
/// What [`HttpRequest`] says about redirects and the length of the answer is not in it: read
/// [`max_response_len`](HttpRequest::max_response_len) first. The body of a `GET` is empty; some stacks send that as a
/// body, with its length, unless they are given `()`.
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
            value.set_sensitive(name == "authorization");
            builder = builder.header(name, value);
        }
        builder.body(request.body.into_exposed().into_bytes())
    }
}

/// The body is copied, and the copy is wiped in the end. Cap it while you read it.
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
impl<B: AsRef<[u8]>> From<::http::Response<B>> for HttpResponse {
    fn from(response: ::http::Response<B>) -> Self {
        Self::new(response.status().as_u16(), response.body().as_ref()).with_headers(response.headers())
    }
}
