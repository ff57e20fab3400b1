//! Reads the nonce that a server wants in the next DPoP proof (RFC 9449 §8 and §9).

use alloc::boxed::Box;
use core::fmt;

use crate::config::uri::Uri;
use crate::encoding::grammar::is_dpop_nonce;
use crate::limits::MAX_DPOP_NONCE_LEN;

/// The nonce of a `DPoP-Nonce` header.
///
/// Nobody but the server knows what it means: it can be stored and sent, and needs no escaping in JSON.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct DpopNonce(Box<str>);

impl DpopNonce {
    /// `None` unless there is exactly one such header (§8), with a valid value. Several that were joined into one have a
    /// space between them, which makes the value invalid.
    pub(crate) fn from_headers<N: AsRef<[u8]>, V: AsRef<[u8]>>(
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> Option<Self> {
        let mut values = headers.into_iter().filter(|(name, _)| name.as_ref().eq_ignore_ascii_case(b"dpop-nonce"));
        let (_, value) = values.next()?;
        if values.next().is_some() {
            return None;
        }
        let value = value.as_ref().trim_ascii();
        let text = core::str::from_utf8(value).ok().filter(|_| is_dpop_nonce(value, MAX_DPOP_NONCE_LEN))?;
        Some(Self(text.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The nonce that an API wants in the next DPoP proof (RFC 9449 §9).
///
/// Look for one in each response of the API, whatever its status, keep the last one, and pass it on with the next request.
/// If the status is 401 and there is a nonce that you have not sent, send the request once more with it.
///
/// It belongs to the origin that it came from: at another one it is not sent. The nonce of the authorization server is
/// another one, which a login keeps by itself.
///
/// ```
/// # use authcode::ResourceNonce;
/// let url = "https://api.example/v1/me";
/// let headers = [("Content-Type", "text/plain"), ("DPoP-Nonce", "eyJ7S_zG.eyJH0-Z.HX4w-7v")];
/// let mut nonce = None;
/// nonce = ResourceNonce::from_response(url, headers).or(nonce);
/// assert!(nonce.is_some());
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct ResourceNonce {
    origin: Box<str>,
    nonce: DpopNonce,
}

impl ResourceNonce {
    /// Reads the headers of a response to a request for `url`. All but `DPoP-Nonce` are ignored.
    ///
    /// Takes any list of pairs, and `&http::HeaderMap` as it is. Names and values may be any bytes. In a browser, a server
    /// of another origin must list the header in `Access-Control-Expose-Headers`, or it is not seen.
    ///
    /// Returns `None` if there is no such header, more than one, or one that is not a nonce (RFC 9449 §8.1) or longer than
    /// [`MAX_DPOP_NONCE_LEN`]; and if the URL is not acceptable as
    /// [that of a request](crate::PublicKey::resource_headers).
    pub fn from_response<N: AsRef<[u8]>, V: AsRef<[u8]>>(
        url: &str,
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> Option<Self> {
        let nonce = DpopNonce::from_headers(headers)?;
        let origin = Uri::parse_target(url).ok()?.normalized_origin().into();
        Some(Self { origin, nonce })
    }

    /// The nonce, if the request goes to where it came from.
    pub(crate) fn for_target(&self, target: &Uri) -> Option<&str> {
        (*self.origin == *target.normalized_origin()).then(|| self.nonce.as_str())
    }
}

impl fmt::Debug for ResourceNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceNonce").field("origin", &self.origin).finish_non_exhaustive()
    }
}
