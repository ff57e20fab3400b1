//! The headers of a request to an API whose tokens are bound to a key (RFC 9449 §7.1).

use core::array::IntoIter;
use core::fmt;

use thiserror::Error;

use crate::config::uri::{Uri, UriError};
use crate::encoding::grammar::{is_header_token, is_method};
use crate::jose::draft::{Draft, Purpose, Signable};
use crate::jose::fresh::Fresh;
use crate::jose::proof::Proof;
use crate::jose::public_key::PublicKey;
use crate::response::dpop_nonce::ResourceNonce;
use crate::secret::Secret;

impl PublicKey {
    /// The headers of one request to an API, with an access token that is bound to this key.
    ///
    /// `method` and `url` are those of the request, and `nonce` is the last one that came from the same origin; one from
    /// another origin is not sent (RFC 9449 §9). The proof is good for this request alone: a repeated one needs a
    /// new [`Fresh`].
    ///
    /// ```
    /// # use authcode::{Fresh, PublicKey, ResourceRequestError, Secret, SignatureError};
    /// # fn sign(input: &[u8]) -> [u8; 64] { [0; 64] }
    /// # fn example(key: &PublicKey, access_token: &Secret, fresh: Fresh) -> Result<(), Box<dyn core::error::Error>> {
    /// let url = "https://api.example/v1/me?fields=name";
    /// let draft = key.resource_headers("GET", url, access_token, None, fresh)?;
    /// let headers = draft.sign_with(|job| Ok::<_, SignatureError>(sign(job.input())))?;
    /// for (name, value) in &headers {
    ///     // `authorization: DPoP …` and `dpop: …`
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// The server compares the URL with the one that reached it, without query and fragment. A proxy that changes scheme,
    /// host, port or path on the way makes it refuse the proof (`invalid_dpop_proof`).
    ///
    /// # Errors
    /// [`ResourceRequestError`] if the URL, the method or the token cannot be sent.
    pub fn resource_headers(
        &self,
        method: &str,
        url: &str,
        access_token: &Secret,
        nonce: Option<&ResourceNonce>,
        fresh: Fresh,
    ) -> Result<Draft<ResourceHeaders>, ResourceRequestError> {
        if !is_method(method) {
            return Err(ResourceRequestError::Method);
        }
        let target = Uri::parse_target(url).map_err(ResourceRequestError::Url)?;
        let token = access_token.expose();
        if !is_header_token(token) {
            return Err(ResourceRequestError::AccessToken);
        }
        let proof = Proof {
            method,
            target: &target.as_dpop_target(),
            nonce: nonce.and_then(|nonce| nonce.for_target(&target)),
            access_token: Some(token),
        };
        let job = self.unsigned_proof(&proof, &fresh);
        let headers = ResourceHeaders { authorization: ["DPoP ", token].concat().into(), dpop: Secret::from("") };
        Ok(Draft::new(headers, [Some(job), None]))
    }
}

/// The headers `authorization` and `dpop` of one request to an API (RFC 9449 §7.1). `Debug` shows only the names. They are
/// wiped on drop.
pub struct ResourceHeaders {
    authorization: Secret,
    dpop: Secret,
}

impl ResourceHeaders {
    /// Name, in lower case, and value of each header. Replace those that your HTTP stack may have already: a request with
    /// two of them is refused (RFC 9449 §4.3).
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> + Clone {
        self.into_iter()
    }
}

impl<'a> IntoIterator for &'a ResourceHeaders {
    type Item = (&'static str, &'a str);
    type IntoIter = IntoIter<Self::Item, 2>;

    fn into_iter(self) -> Self::IntoIter {
        [("authorization", self.authorization.expose()), ("dpop", self.dpop.expose())].into_iter()
    }
}

impl Signable for ResourceHeaders {
    fn attach(&mut self, _: Purpose, jws: Secret) {
        self.dpop = jws;
    }
}

impl fmt::Debug for ResourceHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// Why there are no [`ResourceHeaders`] for a request. Correct what you passed.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum ResourceRequestError {
    /// The access token has a character that the header does not allow (RFC 9449 §7.1), or is empty.
    #[error("the access token is empty, or has a character that its header does not allow")]
    AccessToken,
    /// The method is not a token (RFC 9110 §9.1).
    #[error("the method is not an http method")]
    Method,
    /// The URL is not an acceptable `https` or `http` URL. Its query and its fragment are not looked at.
    #[error("url: not accepted")]
    Url(#[source] UriError),
}

crate::names::names! {
    ResourceRequestError: AccessToken Method Url;
}
