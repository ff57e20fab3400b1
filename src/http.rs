//! The whole contract with the host's HTTP stack: a request to make, a response to hand back.

use alloc::string::String;
use alloc::vec::Vec;
use core::array::IntoIter;
use core::fmt;
use core::iter::Flatten;
use core::time::Duration;

use zeroize::Zeroizing;

use crate::limits::MAX_RESPONSE_LEN;
use crate::secret::Secret;

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
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "a request does nothing until your HTTP stack sends it"]
pub struct HttpRequest {
    /// `POST`.
    pub method: &'static str,
    /// The absolute URL, `https` (or `http` on loopback where that was asked for).
    pub url: String,
    /// The headers to send, beside those that your stack adds by itself.
    pub headers: Headers,
    /// The body: form-urlencoded, ASCII, with the code or the refresh token in it.
    pub body: Secret,
    /// `false`: a redirect that is followed carries the body to another place.
    pub follow_redirects: bool,
    /// How long a response body may be, [`MAX_RESPONSE_LEN`]. Read at most one byte more, so that a longer one is
    /// known for what it is, or stop with an error of your own.
    pub max_response_len: usize,
}

impl HttpRequest {
    pub(crate) fn form_post(url: &str, authorization: Option<Secret>, body: String) -> Self {
        Self {
            method: "POST",
            url: url.into(),
            headers: Headers { authorization },
            body: body.into(),
            follow_redirects: false,
            max_response_len: MAX_RESPONSE_LEN,
        }
    }
}

/// The headers of an [`HttpRequest`]: names in lower case, values in visible ASCII. `Debug` shows the names.
pub struct Headers {
    authorization: Option<Secret>,
}

impl Headers {
    /// Each header once, as name and value.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.into_iter()
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = (&'static str, &'a str);
    type IntoIter = Flatten<IntoIter<Option<Self::Item>, 3>>;

    fn into_iter(self) -> Self::IntoIter {
        // `accept`: without it some servers answer in another form than JSON.
        let accept = ("accept", "application/json");
        let content_type = ("content-type", "application/x-www-form-urlencoded");
        let authorization = self.authorization.as_ref().map(|value| ("authorization", value.expose()));
        [Some(content_type), Some(accept), authorization].into_iter().flatten()
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
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) retry_after: Option<Duration>,
}

impl HttpResponse {
    /// The HTTP status and the body, after any content coding is undone.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, body: Zeroizing::new(body.into()), retry_after: None }
    }

    /// Picks what matters out of all the headers of the response: `Retry-After` in seconds. It takes the header map
    /// of the `http` crate as it is, by reference, and any other list of pairs. A date in its
    /// place is left out, since the crate has no calendar.
    #[must_use]
    pub fn with_headers<N: AsRef<str>, V: AsRef<[u8]>>(mut self, headers: impl IntoIterator<Item = (N, V)>) -> Self {
        for (name, value) in headers {
            if name.as_ref().eq_ignore_ascii_case("retry-after") {
                let seconds = core::str::from_utf8(value.as_ref()).ok().and_then(|text| text.trim().parse().ok());
                self.retry_after = seconds.map(Duration::from_secs);
            }
        }
        self
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("body", &format_args!("[{} bytes redacted]", self.body.len()))
            .field("retry_after", &self.retry_after)
            .finish()
    }
}
