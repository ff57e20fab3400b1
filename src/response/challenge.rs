//! The challenges of a resource server (RFC 9110 §11.6.1): what an API wants before it answers.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use thiserror::Error;

use crate::config::scope::Scope;
use crate::encoding::auth_params::{Part, Parts};
use crate::encoding::grammar::is_scope_list;
use crate::limits::{MAX_CHALLENGE_PARAMS, MAX_CHALLENGES, MAX_CHALLENGES_LEN, MAX_LIFETIME};
use crate::response::oauth_error::{ErrorCode, OAuthError};
use crate::untrusted::Untrusted;

/// A challenge in the `WWW-Authenticate` header of an API's response: why it refuses, and what it wants.
///
/// Pass the values of all `WWW-Authenticate` headers of the response to [`parse`](Self::parse).
///
/// ```
/// use authcode::{Challenge, ErrorCode};
///
/// let headers = [r#"Bearer error="insufficient_scope", scope="files:read files:write""#];
/// let challenge = Challenge::parse(headers).flatten().find(|challenge| challenge.has_scheme("Bearer"));
/// let challenge = challenge.ok_or("no bearer challenge")?;
/// assert_eq!(challenge.error_code(), Some(ErrorCode::Other("insufficient_scope".into())));
/// assert_eq!(challenge.scope().ok_or("no scope")?.as_str(), "files:read files:write");
/// # Ok::<(), &str>(())
/// ```
///
/// Everything in it is what the API's server says, and is not validated. Treat a URL in it as untrusted input.
///
/// Specified in RFC 9110 §11.6.1, RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3 and RFC 9728 §5.1.
#[derive(Clone, Eq, PartialEq)]
pub struct Challenge {
    scheme: Box<str>,
    /// Credentials in one piece came in place of parameters.
    has_token68: bool,
    /// Each name once, in lower case. A value that is not UTF-8 cannot be read.
    params: Vec<(Box<str>, Option<Box<str>>)>,
}

impl Challenge {
    /// The challenges of a response, in their order. `headers` are the values of its `WWW-Authenticate` headers: one
    /// header can have several challenges, and a response several headers.
    ///
    /// Takes `&str`, bytes, or `headers.get_all("www-authenticate")` of the crate `http`.
    ///
    /// ```
    /// # use authcode::Challenge;
    /// let headers = [r#"Negotiate YII=, Bearer realm="api""#, "DPoP algs=ES256"];
    /// let schemes: Vec<_> = Challenge::parse(headers).flatten().map(|c| c.scheme().to_owned()).collect();
    /// assert_eq!(schemes, ["Negotiate", "Bearer", "DPoP"]);
    /// ```
    ///
    /// # Errors
    /// [`ChallengeError`] in place of a challenge that cannot be read. The others are not affected: `flatten()` leaves it
    /// out.
    pub fn parse<V: AsRef<[u8]>>(
        headers: impl IntoIterator<Item = V>,
    ) -> impl Iterator<Item = Result<Self, ChallengeError>> {
        let mut challenges = Vec::new();
        let mut len = 0;
        for header in headers {
            let header = header.as_ref();
            len += header.len();
            if len > MAX_CHALLENGES_LEN {
                challenges.push(Err(ChallengeError::TooLong));
                break;
            }
            // Several headers are one list (RFC 9110 §5.3): a parameter belongs to the scheme before it in any of them.
            for part in Parts::new(header) {
                if challenges.len() <= MAX_CHALLENGES {
                    add(part, &mut challenges);
                }
            }
        }
        if challenges.len() > MAX_CHALLENGES {
            challenges.truncate(MAX_CHALLENGES);
            challenges.push(Err(ChallengeError::TooLong));
        }
        challenges.into_iter()
    }

    /// With the next part, which is not a scheme.
    fn with(mut self, part: Part<'_>) -> Result<Self, ChallengeError> {
        match part {
            Part::Parameter(name, value) if !self.has_token68 => {
                let name = name.to_ascii_lowercase();
                if self.params.iter().any(|(known, _)| **known == *name) {
                    return Err(ChallengeError::RepeatedParameter);
                }
                if self.params.len() == MAX_CHALLENGE_PARAMS {
                    return Err(ChallengeError::TooLong);
                }
                let value = String::from_utf8(value.decoded()).ok();
                self.params.push((name.into(), value.map(String::into_boxed_str)));
                Ok(self)
            }
            Part::Token68 => Ok(Self { has_token68: true, ..self }),
            _ => Err(ChallengeError::Malformed),
        }
    }

    /// The authentication scheme, such as `Bearer`, as it came. Compare it by [`has_scheme`](Self::has_scheme).
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Whether it is a challenge of this scheme. Case does not count (RFC 9110 §11.1).
    pub fn has_scheme(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// The value of a parameter, as it came. The case of the name does not count. `None` if it is absent or not UTF-8.
    pub fn param(&self, name: &str) -> Option<&str> {
        let (_, value) = self.params.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        value.as_deref()
    }

    /// The parameters in their order, with their names in lower case. A value that is not UTF-8 is left out.
    pub fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params.iter().filter_map(|(name, value)| Some((&**name, value.as_deref()?)))
    }

    /// Why the request was refused: `error`, such as `invalid_token` or `insufficient_scope` (RFC 6750 §3.1),
    /// `use_dpop_nonce` (RFC 9449 §9) or `insufficient_user_authentication` (RFC 9470 §3). `None` if the request had no
    /// token.
    pub fn error_code(&self) -> Option<ErrorCode> {
        ErrorCode::parse(self.param("error")?)
    }

    /// `error`, with `error_description` and `error_uri`. `None` if there is no `error`.
    pub fn oauth_error(&self) -> Option<OAuthError> {
        let text = |name| self.param(name).map(Untrusted::from);
        self.params.iter().any(|(name, _)| **name == *"error").then(|| OAuthError {
            code: self.error_code(),
            description: text("error_description"),
            uri: text("error_uri"),
        })
    }

    /// The scope that the request needs (RFC 6750 §3). A token that a scope cannot have is left out. `None` if there is no
    /// `scope`, or if it is too long.
    pub fn scope(&self) -> Option<Scope> {
        let tokens = self.param("scope")?.split_ascii_whitespace();
        Scope::from_tokens(tokens.filter(|token| is_scope_list(token))).ok()
    }

    /// The URL of the resource's metadata (RFC 9728 §5.1), as it came.
    pub fn resource_metadata(&self) -> Option<&str> {
        self.param("resource_metadata")
    }

    /// The ways to authenticate, any of which the API accepts, by preference (RFC 9470 §3): a space-separated list.
    pub fn acr_values(&self) -> Option<&str> {
        self.param("acr_values")
    }

    /// How long ago the user may have authenticated (RFC 9470 §3). `None` if it is absent or not a number of seconds; at
    /// most [`MAX_LIFETIME`].
    pub fn max_age(&self) -> Option<Duration> {
        let text = self.param("max_age")?;
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // More than fits is more than the limit.
        is_number.then(|| Duration::from_secs(text.parse().unwrap_or(MAX_LIFETIME).min(MAX_LIFETIME)))
    }

    /// The algorithms that a DPoP proof may be signed with (RFC 9449 §7.1), such as `ES256`. Empty if it says nothing.
    pub fn algs(&self) -> impl Iterator<Item = &str> {
        self.param("algs").unwrap_or_default().split_ascii_whitespace()
    }
}

/// The scheme, and the names of the parameters.
impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.params.iter().map(|(name, _)| name).collect();
        f.debug_struct("Challenge").field("scheme", &self.scheme).field("params", &names).finish()
    }
}

/// Adds the next part of a header to the challenges so far.
fn add(part: Part<'_>, challenges: &mut Vec<Result<Challenge, ChallengeError>>) {
    if let Part::Scheme(scheme) = part {
        challenges.push(Ok(Challenge { scheme: scheme.into(), has_token68: false, params: Vec::new() }));
        return;
    }
    match challenges.last_mut() {
        Some(last) => *last = core::mem::replace(last, Err(ChallengeError::Malformed)).and_then(|last| last.with(part)),
        None => challenges.push(Err(ChallengeError::Malformed)),
    }
}

/// Why a challenge cannot be read. Go on without it: an API that sends one usually accepts tokens all the same.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum ChallengeError {
    /// It is not what RFC 9110 §11.6.1 allows.
    #[error("challenge: malformed")]
    Malformed,
    /// A parameter occurs twice (RFC 9110 §11.2), so it is not clear which value counts.
    #[error("challenge: a parameter occurs twice")]
    RepeatedParameter,
    /// The headers are longer than [`MAX_CHALLENGES_LEN`](crate::limits::MAX_CHALLENGES_LEN), or have more than
    /// [`MAX_CHALLENGES`](crate::limits::MAX_CHALLENGES) challenges: no more of them are read. Or the challenge has more
    /// than [`MAX_CHALLENGE_PARAMS`](crate::limits::MAX_CHALLENGE_PARAMS) parameters.
    #[error("challenge: too long")]
    TooLong,
}

crate::names::names! {
    ChallengeError: Malformed RepeatedParameter TooLong;
}
