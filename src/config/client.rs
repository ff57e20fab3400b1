//! The client: who we are to the server, checked once.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::config::error::ConfigError;
use crate::config::parameters::Params;
use crate::config::server::{Server, check_query};
use crate::config::uri::Uri;
use crate::config::uri::UriError;
use crate::encoding::form::{self, Pair, Space};
use crate::encoding::grammar::RESPONSE_NAMES;
use crate::encoding::json;
use crate::encoding::text;
use crate::flow::{Login, Unstarted};
use crate::http::HttpRequest;
use crate::limits::MAX_PARAMETER_LEN;
use crate::secret::Secret;

// A target without atomic compare-and-swap has no `Arc` in `alloc`.
#[cfg(not(target_has_atomic = "ptr"))]
use alloc::rc::Rc as Shared;
#[cfg(target_has_atomic = "ptr")]
use alloc::sync::Arc as Shared;

/// How the client proves at the token endpoint who it is (RFC 6749 §2.3).
///
/// It is stated, never probed: a probe sends the code, and a code can be sent once. A native app or a
/// page in a browser cannot keep a secret and uses [`ClientAuth::None`]: PKCE protects it.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientAuth {
    /// A public client: `client_id` goes into the body.
    None,
    /// HTTP Basic as RFC 6749 §2.3.1 says: identifier and secret form-encoded, then base64. A space is a `+`, which a
    /// few servers do not read as one: choose a secret without it.
    Basic(Secret),
    /// HTTP Basic without the form-encoding, as many servers have it. It differs where the identifier or the
    /// secret has anything but letters, digits, `*`, `-`, `.` and `_`.
    BasicRaw(Secret),
    /// `client_id` and `client_secret` in the body, where the server does not take Basic (RFC 6749 §2.3.1).
    Body(Secret),
}

impl ClientAuth {
    /// [`ClientAuth::Basic`]. The secret may be empty, which some servers ask of a public client.
    pub fn basic(secret: impl Into<Secret>) -> Self {
        Self::Basic(secret.into())
    }

    /// [`ClientAuth::BasicRaw`].
    pub fn basic_raw(secret: impl Into<Secret>) -> Self {
        Self::BasicRaw(secret.into())
    }

    /// [`ClientAuth::Body`].
    pub fn body(secret: impl Into<Secret>) -> Self {
        Self::Body(secret.into())
    }
}

/// A client of one server: identifier, authentication and redirect URI.
///
/// It is a handle: a clone is cheap and shares the same configuration. It is `Send` and `Sync`, and so
/// are the states, except on a target without atomic compare-and-swap (`thumbv6m`, `riscv32imc`): there
/// it is shared by `Rc`. Keep a login in one task there, and hand it to another one as [`Suspended`](crate::Suspended).
///
/// The redirect URI goes out byte for byte as it is given here, on both legs. It is of one of the
/// kinds of RFC 8252 §7:
///
/// - `https://app.example/callback`: a web application, or a claimed URL of a mobile one;
/// - `http://127.0.0.1/callback`, `http://[::1]/callback` or `http://localhost/callback`: a native
///   application that listens on a port of its own choice. Each login sets it, by
///   [`Unstarted::loopback_port`]; without that the URI goes out as it is;
/// - `com.example.app:/callback`: a private-use scheme, the reversed name of a domain of yours.
///
/// ```
/// use authcode::{Client, ClientAuth, Server};
///
/// let server = Server::new("https://login.example/authorize", "https://login.example/oauth/token")?;
/// let client = Client::new(server, "my-app", ClientAuth::None, "com.example.app:/callback")?;
/// # Ok::<(), authcode::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Client(Shared<Config>);

struct Config {
    server: Server,
    client_id: Box<str>,
    credentials: Credentials,
    redirect_uri: Uri,
}

/// What is sent in place of [`ClientAuth`].
enum Credentials {
    /// `client_id` in the body, and the secret if there is one.
    Body(Option<Secret>),
    /// The value of the `Authorization` header, which is always the same.
    Header(Secret),
}

impl Client {
    /// Checks who we are to `server`.
    ///
    /// # Errors
    /// [`ConfigError`] says what is not accepted, and why.
    pub fn new<R>(server: Server, client_id: &str, auth: ClientAuth, redirect_uri: R) -> Result<Self, ConfigError>
    where
        R: TryInto<Uri>,
        UriError: From<R::Error>,
    {
        // RFC 6749 appendix A.1: VSCHAR.
        if client_id.is_empty()
            || client_id.len() > MAX_PARAMETER_LEN
            || !client_id.bytes().all(|b| matches!(b, 0x20..=0x7E))
        {
            return Err(ConfigError::ClientId);
        }
        let redirect_uri = redirect_uri.try_into().map_err(|error| ConfigError::RedirectUri(error.into()))?;
        check_kind(&redirect_uri)?;
        check_query(
            &redirect_uri,
            "redirect uri",
            RESPONSE_NAMES.into_iter().chain(server.dialect().redirect_aliases()),
        )?;
        let credentials = Credentials::new(client_id, auth)?;
        Ok(Self(Shared::new(Config { server, client_id: client_id.into(), credentials, redirect_uri })))
    }

    /// A login with this client, to be given its options and started.
    pub fn login(&self) -> Unstarted {
        Unstarted { login: Login::new(self.clone()) }
    }

    /// The server that this client logs in to.
    pub fn server(&self) -> &Server {
        &self.0.server
    }

    /// The client identifier. It is no secret (RFC 6749 §2.2).
    pub fn client_id(&self) -> &str {
        &self.0.client_id
    }

    /// The redirect URI, without the port of a single login.
    pub fn redirect_uri(&self) -> &Uri {
        &self.0.redirect_uri
    }

    /// `client_id` and `client_secret`, where they go into the body. One place only: some servers refuse two.
    pub(crate) fn credentials_in_body(&self) -> (Option<Pair<'_>>, Option<Pair<'_>>) {
        match &self.0.credentials {
            Credentials::Header(_) => (None, None),
            Credentials::Body(secret) => (
                Some(Pair::new("client_id", self.client_id())),
                secret.as_ref().map(|secret| Pair::new("client_secret", secret.expose())),
            ),
        }
    }

    /// A token request, in the words of this client's server. `endpoint` is one of that server's.
    pub(crate) fn token_request(&self, endpoint: &Uri, protocol: &[Option<Pair<'_>>], own: &Params) -> HttpRequest {
        let authorization = match &self.0.credentials {
            Credentials::Header(value) => Some(Secret::from(value.expose())),
            Credentials::Body(_) => None,
        };
        let dialect = self.server().dialect();
        let pairs = dialect.token.pairs(protocol, own);
        if dialect.json_requests {
            let pairs = pairs.map(|pair| (pair.name, pair.value)).collect::<Vec<_>>();
            HttpRequest::post_json(endpoint.as_str(), authorization, json::object(&pairs))
        } else {
            HttpRequest::post_form(endpoint.as_str(), authorization, form::encode(&[], pairs, &[], Space::Plus))
        }
    }
}

impl Credentials {
    fn new(client_id: &str, auth: ClientAuth) -> Result<Self, ConfigError> {
        if let ClientAuth::Basic(secret) | ClientAuth::BasicRaw(secret) | ClientAuth::Body(secret) = &auth {
            let secret = secret.expose();
            // RFC 6749 appendix A.2 has VSCHAR; servers accept all of UTF-8, and every character can be sent.
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
        let mut header = String::with_capacity(SCHEME.len() + user_pass.len().div_ceil(3) * 4);
        header.push_str(SCHEME);
        STANDARD.encode_string(user_pass.as_bytes(), &mut header);
        Self::Header(header.into())
    }
}

/// RFC 8252 §7. A private-use scheme without a `.` belongs to nobody, and `javascript:` and its like have none.
fn check_kind(redirect_uri: &Uri) -> Result<(), ConfigError> {
    match redirect_uri.scheme() {
        "https" => Ok(()),
        "http" if redirect_uri.is_loopback() => Ok(()),
        scheme if text::has(scheme, b'.') => Ok(()),
        _ => Err(ConfigError::RedirectUriKind),
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("client_id", &self.client_id())
            .field("redirect_uri", self.redirect_uri())
            .field("server", self.server())
            .finish_non_exhaustive()
    }
}
