//! Logout at the provider, by way of the user's browser (OpenID Connect RP-Initiated Logout 1.0).

use alloc::boxed::Box;
use core::fmt;

use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use crate::config::client::{Client, is_redirect_uri_kind};
use crate::config::error::ConfigError;
use crate::config::parameters::{ParameterError, check_value};
use crate::config::server::{END_SESSION, check_query};
use crate::config::uri::{IntoUri, Uri};
use crate::encoding::form::{self, Pair, Space};
use crate::flow::{Authorized, StartError};
use crate::pkce::Base64Url32;
use crate::response::authorization_response::Redirect;
use crate::secret::Secret;

impl Authorized {
    /// A logout at the provider: the URL to open in the user's browser, so that the next login asks for the password again.
    ///
    /// This value stays as it is. Revoke its tokens first ([`revocation`](Self::revocation)), then open the URL, then drop
    /// the login and delete its stored form.
    ///
    /// # Errors
    /// [`ConfigError::NoEndpoint`] if the server is not configured with an
    /// [end-session endpoint](crate::Server::with_end_session_endpoint).
    pub fn logout(&self) -> Result<Logout, ConfigError> {
        let client = self.client().clone();
        let endpoint = client.server().end_session_endpoint().ok_or(ConfigError::NoEndpoint(END_SESSION))?;
        let endpoint = Box::new(endpoint.clone());
        let id_token = self.grant.last_id_token();
        Ok(Logout { client, endpoint, id_token, way_back: None, logout_hint: None, ui_locales: None })
    }
}

/// A logout at the provider (OpenID Connect RP-Initiated Logout 1.0 §2). [`Authorized::logout`] makes it.
///
/// ```
/// # use authcode::{Authorized, LogoutState};
/// # fn example(login: &Authorized, open_browser: fn(&str), store: fn(&str)) -> Result<(), Box<dyn std::error::Error>> {
/// let state = LogoutState::draw(getrandom::SysRng)?;
/// store(state.as_str()); // under the user's session
/// let mut logout = login.logout()?;
/// logout.return_to("https://app.example/logged-out", &state)?;
/// open_browser(logout.url().expose());
/// # Ok(()) }
/// ```
///
/// # Whose session
///
/// The URL names the session by the last good ID token of the login as `id_token_hint`, also after a refresh that failed or
/// brought none: a server that gets it need not ask the user whether to log out. It is a token in a URL, which the browser's
/// history and the server's logs keep: it says who the user is, and opens nothing. Without one, or after
/// [`without_id_token`](Self::without_id_token), `client_id` is in its place.
#[derive(Debug)]
#[must_use = "a logout does nothing until its URL is opened"]
pub struct Logout {
    client: Client,
    endpoint: Box<Uri>,
    id_token: Option<Secret>,
    way_back: Option<Box<(Uri, Secret)>>,
    logout_hint: Option<Box<str>>,
    ui_locales: Option<Box<str>>,
}

impl Logout {
    /// Names the session by `client_id` in place of the ID token: for a server that refuses an expired ID token, or to keep
    /// it out of URLs.
    pub fn without_id_token(&mut self) -> &mut Self {
        self.id_token = None;
        self
    }

    /// Asks the server to send the browser back to this URI afterward (`post_logout_redirect_uri`): one that is registered
    /// for it, exactly as it is registered. `state` comes back with the browser: keep it, and check that
    /// [it is in that request](LogoutState::is_in). The last call counts.
    ///
    /// # Errors
    /// [`ConfigError::Endpoint`] if it is not an acceptable URI, [`ConfigError::RedirectUriKind`] if
    /// [`Client::with_custom_scheme`] would not accept its scheme, and [`ConfigError::ReservedParameter`] if it has a `state` of its own.
    pub fn return_to(&mut self, uri: impl IntoUri, state: &LogoutState) -> Result<&mut Self, ConfigError> {
        const WHICH: &str = "post-logout redirect uri";
        let uri = Uri::given(&uri).map_err(|error| ConfigError::Endpoint(WHICH, error))?;
        if !is_redirect_uri_kind(&uri) {
            return Err(ConfigError::RedirectUriKind);
        }
        check_query(&uri, WHICH, &mut ["state"].into_iter())?;
        self.way_back = Some(Box::new((uri, state.as_str().into())));
        Ok(self)
    }

    /// Tells the server who is logging out: an e-mail address, a user name or a session identifier, as the server wants it.
    /// The last call counts.
    ///
    /// # Errors
    /// [`ParameterError::EmptyValue`] or [`ParameterError::TooLong`].
    pub fn logout_hint(&mut self, hint: &str) -> Result<&mut Self, ParameterError> {
        check_value("logout_hint", hint)?;
        self.logout_hint = Some(hint.into());
        Ok(self)
    }

    /// The languages in which the server's page may be, by preference, separated by spaces: `de-CH de en`. The last call
    /// counts.
    ///
    /// # Errors
    /// [`ParameterError::EmptyValue`] or [`ParameterError::TooLong`].
    pub fn ui_locales(&mut self, locales: &str) -> Result<&mut Self, ParameterError> {
        check_value("ui_locales", locales)?;
        self.ui_locales = Some(locales.into());
        Ok(self)
    }

    /// The URL to open in the user's browser. It may contain an ID token, so keep it out of logs.
    ///
    /// Parameters, after those of the endpoint's own query: `id_token_hint` or `client_id`, `logout_hint`,
    /// `post_logout_redirect_uri`, `state`, `ui_locales`. What is not set is left out.
    pub fn url(&self) -> Secret {
        let session = match &self.id_token {
            Some(hint) => Pair::new("id_token_hint", hint.expose()),
            None => Pair::new("client_id", self.client.client_id()),
        };
        let way_back = self.way_back.as_deref();
        let pairs = [
            Some(session),
            self.logout_hint.as_deref().map(|hint| Pair::new("logout_hint", hint)),
            way_back.map(|(uri, _)| Pair::new("post_logout_redirect_uri", uri.as_str())),
            way_back.map(|(_, state)| Pair::plain("state", state.expose())),
            self.ui_locales.as_deref().map(|locales| Pair::new("ui_locales", locales)),
        ];
        let start = [self.endpoint.as_str(), self.endpoint.query_separator()];
        form::encode(&start, &|visit| pairs.iter().flatten().for_each(|pair| visit(*pair)), &[], Space::Percent20)
            .into()
    }
}

/// The `state` of one logout, by which the browser's return is known: 43 characters of base64url. Draw it anew for each
/// logout, and store [`as_str`](Self::as_str) under the user's session if the return may come to another process.
///
/// ```
/// # use authcode::{LogoutState, Redirect};
/// # fn example(stored: &str, target: &str) -> bool {
/// LogoutState::from_stored(stored).is_some_and(|state| state.is_in(Redirect::target(target)))
/// # }
/// ```
///
/// Anyone can send a request to the address to which the browser returns. What such a request should do at most is to show a
/// page: log the user out of your own program before you open the URL, not when the browser comes back.
pub struct LogoutState(Box<Base64Url32>);

impl LogoutState {
    /// Draws a state from a cryptographically secure source: see [`Unstarted::start`](crate::Unstarted::start).
    ///
    /// # Errors
    /// [`StartError`] if the source fails, or returns nothing but zeros.
    pub fn draw(mut rng: impl TryCryptoRng) -> Result<Self, StartError> {
        let mut entropy = Zeroizing::new([0; 32]);
        rng.try_fill_bytes(&mut *entropy).map_err(|_| StartError::RandomSource)?;
        Self::from_entropy(&entropy)
    }

    /// Makes a state of 32 random bytes that you have drawn, from a cryptographically secure source and for this alone.
    ///
    /// # Errors
    /// [`StartError::NoEntropy`] if they are all zeros.
    pub fn from_entropy(entropy: &[u8; 32]) -> Result<Self, StartError> {
        let mut state = Self::blank();
        state.0.fill(entropy);
        if state.0.is_zero() { Err(StartError::NoEntropy) } else { Ok(state) }
    }

    /// Reads a stored state. `None` if it is not what [`as_str`](Self::as_str) returns.
    pub fn from_stored(text: &str) -> Option<Self> {
        let mut state = Self::blank();
        state.0.refill(text)?;
        Some(state)
    }

    fn blank() -> Self {
        Self(Box::new(Base64Url32::BLANK))
    }

    /// The text, to be stored.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the request by which the browser returned has this state, exactly once. Compared in constant time.
    pub fn is_in<'a>(&self, request: impl Into<Redirect<'a>>) -> bool {
        request.into().claimed_state().is_some_and(|state| self.0.is(state.as_bytes()))
    }
}

impl fmt::Debug for LogoutState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogoutState([redacted])")
    }
}
