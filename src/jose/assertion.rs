//! Client authentication by a signed assertion (RFC 7523 §2.2), as a signing input.

use alloc::boxed::Box;
use core::fmt;

use zeroize::Zeroizing;

use crate::encoding::grammar::is_vschar;
use crate::encoding::{json, text};
use crate::jose::algorithm::{Algorithm, KeyKind};
use crate::jose::draft::{Draft, Purpose, Signable, Unsigned};
use crate::jose::fresh::Fresh;
use crate::jose::jws;
use crate::jose::key_error::KeyError;
use crate::limits::{ASSERTION_LIFETIME, MAX_KEY_ID_LEN};
use crate::secret::Secret;

/// The key that a client authenticates with: `private_key_jwt` or `client_secret_jwt` (OpenID Connect Core §9).
///
/// The crate does not have the key itself. It says what to sign; see [`SigningJob`](crate::SigningJob).
///
/// ```
/// # use authcode::{Algorithm, AssertionKey, KeyError};
/// let key = AssertionKey::private_key_jwt(Algorithm::Es256, Some("2026-01"))?;
/// # Ok::<(), KeyError>(())
/// ```
///
/// Use a key for this alone, and not the one of DPoP.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct AssertionKey {
    algorithm: Algorithm,
    key_id: Option<Box<str>>,
    audience: Audience,
}

/// Whom an assertion is for: its `aud`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Audience {
    /// The issuer of the server, as FAPI 2.0 and the update of RFC 7523 require.
    Issuer,
    /// The URL of the token endpoint: see [`AssertionKey::danger_audience_token_endpoint`].
    TokenEndpoint,
}

impl AssertionKey {
    /// A private key, whose public half the server knows. `key_id` is the `kid` that it knows the key by; leave it out if
    /// the server knows one key alone.
    ///
    /// # Errors
    /// [`KeyError::Algorithm`] for an HMAC, [`KeyError::KeyId`] if the key identifier is not acceptable.
    pub fn private_key_jwt(algorithm: Algorithm, key_id: Option<&str>) -> Result<Self, KeyError> {
        if let KeyKind::Mac { .. } = algorithm.key_kind() {
            return Err(KeyError::Algorithm);
        }
        if key_id.is_some_and(|id| !is_vschar(id, MAX_KEY_ID_LEN)) {
            return Err(KeyError::KeyId);
        }
        Ok(Self { algorithm, key_id: key_id.map(Into::into), audience: Audience::Issuer })
    }

    /// The client secret, as the key of an HMAC: its UTF-8 text is the key (OpenID Connect Core §10.1).
    ///
    /// The length of the secret is checked; the secret is not kept. Your program computes the HMAC, as it signs with any
    /// other key. Since the server stores the same secret, this protects less than a private key, and FAPI 2.0 does not
    /// allow it.
    ///
    /// ```
    /// # use authcode::{Algorithm, AssertionKey, KeyError, Secret};
    /// let secret = Secret::from("0123456789abcdef0123456789abcdef");
    /// let key = AssertionKey::client_secret_jwt(Algorithm::Hs256, &secret)?;
    /// # Ok::<(), KeyError>(())
    /// ```
    ///
    /// # Errors
    /// [`KeyError::Algorithm`] unless it is an HMAC, [`KeyError::SecretTooShort`] if the secret is shorter than its hash.
    pub fn client_secret_jwt(algorithm: Algorithm, secret: &Secret) -> Result<Self, KeyError> {
        let KeyKind::Mac { hash_len } = algorithm.key_kind() else { return Err(KeyError::Algorithm) };
        if secret.expose().len() < hash_len {
            return Err(KeyError::SecretTooShort);
        }
        Ok(Self { algorithm, key_id: None, audience: Audience::Issuer })
    }

    /// Makes assertions out to the token endpoint's URL, for a server that refuses its own issuer as the audience.
    ///
    /// **A malicious server can use such an assertion at an honest one** (CVE-2025-27370 and CVE-2025-27371): it claims
    /// the honest server's token endpoint as its own, gets an assertion for that URL, and logs in there as your client.
    /// So use this only if each of your servers has a key of its own, or if this server is the only one. The assertion
    /// then has no `typ`, since such servers are too old to know it.
    #[must_use]
    pub const fn danger_audience_token_endpoint(mut self) -> Self {
        self.audience = Audience::TokenEndpoint;
        self
    }

    /// The algorithm that the key signs with.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The `kid` that the server knows the key by.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// Whom assertions are for.
    pub const fn audience(&self) -> Audience {
        self.audience
    }

    /// An assertion for one request of your own to an endpoint of the authorization server, such as introspection
    /// (RFC 7662). The requests of a login have theirs already.
    ///
    /// `audience` is the issuer that you configured, unless the key is made for
    /// [another audience](Self::danger_audience_token_endpoint). Never take it from a response.
    ///
    /// ```
    /// # use authcode::{AssertionKey, Fresh, SignatureError};
    /// # fn sign(input: &[u8]) -> [u8; 64] { [0; 64] }
    /// # fn example(key: &AssertionKey, fresh: Fresh) -> Result<(), SignatureError> {
    /// let assertion = key.assertion("my-app", "https://login.example", fresh);
    /// let assertion = assertion.sign_with(|job| Ok::<_, SignatureError>(sign(job.input())))?;
    /// let mut body = vec![("token", "2YotnFZFEjr1zCsicMWpAA"), ("client_id", "my-app")];
    /// body.extend(assertion.params());
    /// # Ok(()) }
    /// ```
    pub fn assertion(&self, client_id: &str, audience: &str, fresh: Fresh) -> Draft<ClientAssertion> {
        let unsigned = self.unsigned_assertion(client_id, audience, &fresh);
        Draft::new(ClientAssertion(Secret::from("")), [Some(unsigned), None])
    }

    pub(crate) fn unsigned_assertion(&self, client_id: &str, audience: &str, fresh: &Fresh) -> Unsigned {
        // An untyped one for the token endpoint: a server that does not take its issuer predates the type.
        let start = match self.audience {
            Audience::Issuer => r#"{"typ":"client-authentication+jwt","alg":""#,
            Audience::TokenEndpoint => r#"{"alg":""#,
        };
        let key_id = self.key_id().map(json::quoted);
        let (kid, key_id) = key_id.as_deref().map_or(("", ""), |id| (r#","kid":"#, id));
        let header = [start, self.algorithm.name(), "\"", kid, key_id, "}"].concat();

        let client_id = json::quoted(client_id);
        let audience = json::quoted(audience);
        let id = fresh.assertion_id();
        let issued_at = fresh.now().as_secs();
        let expires_at = text::of_number(issued_at.saturating_add(ASSERTION_LIFETIME));
        let issued_at = text::of_number(issued_at);
        let claims = Zeroizing::new(
            [
                r#"{"iss":"#,
                client_id.as_str(),
                r#","sub":"#,
                client_id.as_str(),
                r#","aud":"#,
                audience.as_str(),
                r#","jti":""#,
                id.as_str(),
                r#"","iat":"#,
                issued_at.as_str(),
                r#","exp":"#,
                expires_at.as_str(),
                "}",
            ]
            .concat(),
        );
        Unsigned {
            purpose: Purpose::ClientAuthentication,
            algorithm: self.algorithm,
            key_id: self.key_id.clone(),
            signature_len: self.algorithm.signature_len(),
            input: jws::signing_input(&header, &claims),
        }
    }
}

/// RFC 7523 §2.2.
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A signed assertion: who the client is, for one request within the next minute.
///
/// [`AssertionKey::assertion`] makes one. It is wiped on drop.
pub struct ClientAssertion(Secret);

impl ClientAssertion {
    /// The form parameters `client_assertion_type` and `client_assertion`, decoded. Send `client_id`, too, which some
    /// endpoints need; do not send any other credentials (RFC 6749 §2.3).
    pub fn params(&self) -> [(&'static str, &str); 2] {
        [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", self.0.expose())]
    }
}

impl Signable for ClientAssertion {
    fn attach(&mut self, _: Purpose, jws: Secret) {
        self.0 = jws;
    }
}

impl fmt::Debug for ClientAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientAssertion([redacted])")
    }
}
