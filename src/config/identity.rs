//! Who the client is at the authorization server: its identifier and how it authenticates (RFC 6749 §2).

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::config::error::ConfigError;
use crate::encoding::form::{self, Space};
use crate::encoding::{base64, text};
use crate::limits::MAX_PARAMETER_LEN;
use crate::secret::Secret;

/// A registered client: the client identifier, and how the client authenticates.
///
/// You get both when you register your app with the server. A public client has no credentials, so its identifier is
/// enough: wherever an `Identity` is expected, a `&str` or a `String` is accepted, too.
///
/// ```
/// use authcode::{Client, ClientAuth, Identity, Server};
///
/// let server = || {
///     Server::new("https://login.example/authorize", "https://login.example/token")
/// };
/// let native = Client::new(server()?, "my-app", "com.example.app:/callback")?;
/// let web = Identity::new("my-web-app", ClientAuth::basic("s3cret"));
/// let web = Client::new(server()?, web, "https://app.example/callback")?;
/// # Ok::<(), authcode::ConfigError>(())
/// ```
///
/// It is validated by [`Client::new`](crate::Client::new).
#[derive(Debug)]
pub struct Identity {
    client_id: String,
    auth: ClientAuth,
}

impl Identity {
    /// A client with this identifier, which authenticates like this.
    pub fn new(client_id: impl Into<String>, auth: ClientAuth) -> Self {
        Self { client_id: client_id.into(), auth }
    }

    /// The client identifier. It is not a secret (RFC 6749 §2.2).
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// How the client authenticates.
    pub const fn auth(&self) -> &ClientAuth {
        &self.auth
    }

    /// The identifier, unchecked, and what is sent in place of the [`ClientAuth`].
    // Inlined where the identity is made, so that the compiler sees that a public client needs no code for a secret, which
    // is 1.3 KB of a small program.
    #[inline]
    pub(crate) fn into_parts(self) -> (String, Result<Credentials, ConfigError>) {
        let Self { client_id, auth } = self;
        let credentials = match auth {
            ClientAuth::None => Ok(Credentials::Body(None)),
            auth => Credentials::new(&client_id, auth),
        };
        (client_id, credentials)
    }
}

/// A public client: [`ClientAuth::None`].
impl From<&str> for Identity {
    fn from(client_id: &str) -> Self {
        Self::new(client_id, ClientAuth::None)
    }
}

/// A public client: [`ClientAuth::None`].
impl From<String> for Identity {
    fn from(client_id: String) -> Self {
        Self::new(client_id, ClientAuth::None)
    }
}

/// A public client: [`ClientAuth::None`].
impl From<&String> for Identity {
    fn from(client_id: &String) -> Self {
        Self::new(client_id, ClientAuth::None)
    }
}

/// How the client authenticates at the token endpoint (RFC 6749 §2.3).
///
/// Use the method that the server's registration page or its documentation states. The crate never tries one method after
/// another: each try sends the authorization code, which can be used only once. A native app or a page in a browser
/// cannot keep a secret; it is a public client and uses [`ClientAuth::None`], and PKCE protects its codes.
///
/// ```
/// # use authcode::ClientAuth;
/// let auth = ClientAuth::basic("s3cret");
/// assert_eq!(format!("{auth:?}"), "Basic([redacted])");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientAuth {
    /// A public client: `client_id` is sent in the body.
    None,
    /// HTTP Basic as RFC 6749 §2.3.1 specifies it: identifier and secret are form-encoded, then base64-encoded. A space
    /// is encoded as `+`, which a few servers do not decode: choose a secret without spaces.
    Basic(Secret),
    /// HTTP Basic without the form-encoding, which many servers expect. It differs from [`ClientAuth::Basic`] if the
    /// identifier or the secret contains anything but letters, digits, `*`, `-`, `.` and `_`.
    BasicRaw(Secret),
    /// `client_id` and `client_secret` in the body, for a server that does not support Basic (RFC 6749 §2.3.1).
    Body(Secret),
}

impl ClientAuth {
    /// Makes a [`ClientAuth::Basic`]. The secret may be empty, which some servers require of a public client.
    pub fn basic(secret: impl Into<Secret>) -> Self {
        Self::Basic(secret.into())
    }

    /// Makes a [`ClientAuth::BasicRaw`].
    pub fn basic_raw(secret: impl Into<Secret>) -> Self {
        Self::BasicRaw(secret.into())
    }

    /// Makes a [`ClientAuth::Body`].
    pub fn body(secret: impl Into<Secret>) -> Self {
        Self::Body(secret.into())
    }
}

/// A validated [`ClientAuth`], in the form in which it is sent.
pub(crate) enum Credentials {
    /// `client_id` in the body, and the secret if there is one.
    Body(Option<Secret>),
    /// The value of the `Authorization` header, which is the same for every request.
    Header(Secret),
}

impl Clone for Credentials {
    fn clone(&self) -> Self {
        match self {
            Self::Body(secret) => Self::Body(secret.as_ref().map(Secret::duplicate)),
            Self::Header(value) => Self::Header(value.duplicate()),
        }
    }
}

impl Credentials {
    fn new(client_id: &str, auth: ClientAuth) -> Result<Self, ConfigError> {
        if let ClientAuth::Basic(secret) | ClientAuth::BasicRaw(secret) | ClientAuth::Body(secret) = &auth {
            let secret = secret.expose();
            // RFC 6749 appendix A.2 allows VSCHAR alone. Servers accept all of UTF-8, and every character can be encoded.
            if secret.len() > MAX_PARAMETER_LEN || secret.chars().any(char::is_control) {
                return Err(ConfigError::ClientSecret);
            }
        }
        match auth {
            ClientAuth::None => Ok(Self::Body(None)),
            ClientAuth::Body(secret) if secret.expose().is_empty() => Err(ConfigError::ClientSecret),
            ClientAuth::Body(secret) => Ok(Self::Body(Some(secret))),
            ClientAuth::BasicRaw(_) if text::has(client_id, b':') => Err(ConfigError::ClientIdColon),
            ClientAuth::BasicRaw(secret) => Ok(Self::basic(&[client_id, ":", secret.expose()])),
            ClientAuth::Basic(secret) => {
                let encoded = |text| form::encode_text(text, Space::Plus);
                Ok(Self::basic(&[&encoded(client_id), ":", &encoded(secret.expose())]))
            }
        }
    }

    fn basic(user_pass: &[&str]) -> Self {
        const SCHEME: &str = "Basic ";
        let user_pass = Zeroizing::new(user_pass.concat());
        let len = SCHEME.len() + user_pass.len().div_ceil(3) * 4;
        // Encoded in place, so that no copy is left.
        let mut header = Vec::with_capacity(len);
        header.extend_from_slice(SCHEME.as_bytes());
        header.resize(len, b'='); // what is not overwritten is the padding
        base64::encode(user_pass.as_bytes(), base64::STANDARD, header.get_mut(SCHEME.len()..).unwrap_or_default());
        Self::Header(String::from_utf8(header).unwrap_or_default().into())
    }

    /// Whether the same is sent, compared in constant time.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Body(None), Self::Body(None)) => true,
            (Self::Body(Some(one)), Self::Body(Some(other))) | (Self::Header(one), Self::Header(other)) => {
                one.is(other)
            }
            _ => false,
        }
    }
}
