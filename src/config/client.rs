//! The client: identity, server and redirect URI, validated once.

use alloc::string::String;
use core::fmt;

use crate::config::error::ConfigError;
use crate::config::identity::{Credentials, Identity};
use crate::config::server::{Server, check_query};
use crate::config::uri::{IntoUri, Uri, UriError, is_one_of};
use crate::encoding::form;
use crate::encoding::grammar::{RESPONSE_NAMES, is_vschar};
use crate::encoding::text;
use crate::limits::{MAX_PARAMETER_LEN, MAX_REDIRECT_URI_PARAMS};
use crate::shared::Shared;

/// A client of one authorization server: the server, who you are there, and your redirect URI.
///
/// ```
/// use authcode::{Client, Server};
///
/// let server = Server::new(
///     "https://login.example/authorize",
///     "https://login.example/oauth/token",
/// )?;
/// let client = Client::new(server, "my-app", "com.example.app:/callback")?;
/// let login = client.login();
/// # Ok::<(), authcode::ConfigError>(())
/// ```
///
/// It is a handle: cloning is cheap, and clones share the configuration. It is `Send` and `Sync`, and so are the states,
/// except on a target without atomic compare-and-swap (`thumbv6m`, `riscv32imc`), where it is shared by `Rc`. There, keep a
/// login in one task, and pass it to another one as [`Suspended`](crate::Suspended).
///
/// Two clients are equal if server, identifier, redirect URI and credentials are equal. Credentials are compared in
/// constant time.
///
/// # Redirect URIs
///
/// The redirect URI is sent as it is given here, in both requests. [`Client::new`] accepts the kinds of RFC 8252 §7:
///
/// | redirect URI | for |
/// |---|---|
/// | `https://app.example/callback` | a web application, or a claimed URL of a mobile app |
/// | `http://127.0.0.1/callback`, `http://[::1]/callback`, `http://localhost/callback` | a native app that listens on a port of its own; each login sets the port (`Unstarted::loopback_port`) |
/// | `com.example.app:/callback` | a private-use scheme: a domain name of yours, reversed |
///
/// Any other custom scheme, such as `myapp://callback`, takes [`Client::with_custom_scheme`].
#[derive(Clone)]
pub struct Client(Shared<Config>);

#[derive(Clone)]
struct Config {
    server: Server,
    client_id: String,
    credentials: Credentials,
    redirect_uri: Uri,
    requires_pushed_requests: bool,
}

impl Client {
    /// Makes a client of `server`.
    ///
    /// `identity` is an [`Identity`], or the client identifier alone for a public client.
    ///
    /// # Errors
    /// [`ConfigError`] says which value is not accepted, and why. For a custom scheme without a `.`, it is
    /// [`ConfigError::RedirectUriKind`]: see [`with_custom_scheme`](Self::with_custom_scheme).
    pub fn new(server: Server, identity: impl Into<Identity>, redirect_uri: impl IntoUri) -> Result<Self, ConfigError> {
        Self::checked(server, identity.into().into_parts(), Uri::given(&redirect_uri), is_standard_kind)
    }

    /// Makes a client like [`new`](Self::new) that may also have a redirect URI with any custom scheme, such as
    /// `myapp://callback`, `cursor://…` or `vscode://…`.
    ///
    /// Prefer a claimed `https` URL or a scheme with a domain of yours (RFC 8252 §7.1). Nobody owns a scheme such as
    /// `myapp`: any app on the device can register it and receive your authorization responses. PKCE keeps such an app from
    /// using a code of yours, but it can suppress the response, or start a login of its own in your name, which the user
    /// cannot tell from yours.
    ///
    /// ```
    /// # use authcode::{Client, Server};
    /// # let server = Server::new("https://login.example/authorize", "https://login.example/token")?;
    /// let client = Client::with_custom_scheme(server, "my-app", "myapp://callback")?;
    /// # Ok::<(), authcode::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new). [`ConfigError::RedirectUriKind`] for a scheme that browsers or operating systems handle
    /// themselves, such as `javascript`, `data` or `intent`, and for `http` on a host that is not loopback.
    pub fn with_custom_scheme(
        server: Server,
        identity: impl Into<Identity>,
        redirect_uri: impl IntoUri,
    ) -> Result<Self, ConfigError> {
        Self::checked(server, identity.into().into_parts(), Uri::given(&redirect_uri), is_redirect_uri_kind)
    }

    fn checked(
        server: Server,
        (client_id, credentials): (String, Result<Credentials, ConfigError>),
        redirect_uri: Result<Uri, UriError>,
        is_allowed_kind: fn(&Uri) -> bool,
    ) -> Result<Self, ConfigError> {
        // RFC 6749 appendix A.1: VSCHAR.
        if !is_vschar(&client_id, MAX_PARAMETER_LEN) {
            return Err(ConfigError::ClientId);
        }
        let credentials = credentials?;
        let redirect_uri = redirect_uri.map_err(ConfigError::RedirectUri)?;
        if !is_allowed_kind(&redirect_uri) {
            return Err(ConfigError::RedirectUriKind);
        }
        if form::pairs(redirect_uri.query().unwrap_or_default().as_bytes()).count() > MAX_REDIRECT_URI_PARAMS {
            return Err(ConfigError::RedirectUri(UriError::TooLong));
        }
        check_query(&redirect_uri, "redirect uri", &mut RESPONSE_NAMES.into_iter())?;
        check_query(&redirect_uri, "redirect uri", &mut server.dialect().redirect_names().map(|(_, theirs)| theirs))?;
        let requires_pushed_requests = server.requires_pushed_requests();
        Ok(Self(Shared::new(Config { server, client_id, credentials, redirect_uri, requires_pushed_requests })))
    }

    /// Refuses a login of this client that is not [pushed](crate::Unstarted::start_pushed). A server may require that of
    /// one client without saying so in its metadata (`require_pushed_authorization_requests` of RFC 9126 §6): it then
    /// answers a login that was not pushed with `invalid_request`.
    ///
    /// ```
    /// # use authcode::{Client, Server, StartError};
    /// # let server = Server::new("https://login.example/authorize", "https://login.example/token")?;
    /// let client = Client::new(server, "my-app", "com.example.app:/callback")?.require_pushed_requests();
    /// let error = client.login().start(getrandom::SysRng).unwrap_err();
    /// assert_eq!(error, StartError::PushedRequestRequired);
    /// # Ok::<(), authcode::ConfigError>(())
    /// ```
    #[must_use]
    pub fn require_pushed_requests(mut self) -> Self {
        Shared::make_mut(&mut self.0).requires_pushed_requests = true;
        self
    }

    /// Whether each login of this client must be pushed, because the server or the client requires it.
    pub fn requires_pushed_requests(&self) -> bool {
        self.0.requires_pushed_requests
    }

    /// The server that this client logs in to.
    pub fn server(&self) -> &Server {
        &self.0.server
    }

    /// The client identifier. It is not a secret (RFC 6749 §2.2).
    pub fn client_id(&self) -> &str {
        &self.0.client_id
    }

    /// The redirect URI, without the port of a single login.
    pub fn redirect_uri(&self) -> &Uri {
        &self.0.redirect_uri
    }

    /// What is sent to authenticate the client.
    pub(crate) fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }
}

/// The kinds of RFC 8252 §7, and custom schemes.
pub(crate) fn is_redirect_uri_kind(uri: &Uri) -> bool {
    is_standard_kind(uri) || !is_one_of(uri.scheme(), &HANDLED_SCHEMES)
}

/// The kinds of RFC 8252 §7.
fn is_standard_kind(redirect_uri: &Uri) -> bool {
    match redirect_uri.scheme() {
        "https" => true,
        "http" => redirect_uri.is_loopback(),
        scheme => text::has(scheme, b'.'),
    }
}

/// Schemes that a browser or an operating system handles itself: a redirect to one of them runs a script, shows content
/// or starts another app, and never reaches the app that logs in. [`Uri`] refuses `file`, `ftp`, `ws` and `wss`.
const HANDLED_SCHEMES: [&str; 28] = [
    "about",
    "android-app",
    "blob",
    "chrome",
    "chrome-extension",
    "cid",
    "content",
    "data",
    "edge",
    "filesystem",
    "http",
    "intent",
    "jar",
    "javascript",
    "livescript",
    "mailto",
    "mhtml",
    "mocha",
    "moz-extension",
    "ms-its",
    "res",
    "resource",
    "search-ms",
    "sms",
    "tel",
    "urn",
    "vbscript",
    "view-source",
];

impl PartialEq for Client {
    fn eq(&self, other: &Self) -> bool {
        let (one, two) = (&*self.0, &*other.0);
        Shared::ptr_eq(&self.0, &other.0)
            || (one.client_id == two.client_id
                && one.redirect_uri == two.redirect_uri
                && one.server == two.server
                && one.requires_pushed_requests == two.requires_pushed_requests
                && one.credentials.is(&two.credentials))
    }
}

impl Eq for Client {}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("client_id", &self.client_id())
            .field("redirect_uri", self.redirect_uri())
            .field("server", self.server())
            .finish_non_exhaustive()
    }
}
