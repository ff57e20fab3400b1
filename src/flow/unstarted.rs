//! Before the browser opens: the options of a login.

use alloc::boxed::Box;

use rand_core::TryCryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::config::client::Client;
use crate::config::parameters::ParameterError;
#[cfg(feature = "std")]
use crate::config::parameters::Params;
use crate::config::uri::Uri;
use crate::encoding::time::UnixTime;
use crate::flow::grant::Grant;
use crate::flow::login::{Attempt, Login, add_resource};
use crate::flow::{Authorized, AwaitingRedirect, TokenError};
use crate::http::HttpResponse;
use crate::pkce::WeakEntropy;
use crate::response::fault::Fault;
use crate::response::next_step::NextStep;
use crate::response::token_response;
use crate::shared::Shared;

impl Client {
    /// A login with this client: add what it asks for, then start it.
    ///
    /// ```
    /// # fn example(client: authcode::Client) -> Result<(), Box<dyn core::error::Error>> {
    /// let pending = client.login().scope("openid")?.start(getrandom::SysRng)?;
    /// # Ok(()) }
    /// ```
    pub fn login(&self) -> Unstarted {
        Unstarted { login: Shared::new(Login::new(self.clone())), loopback: None }
    }
}

/// What a login asks for, and of whom: a template from which any number of logins start.
///
/// [`Client::login`] makes one. Set its options, then call [`start`](Self::start): the login continues as
/// [`AwaitingRedirect`], and the template is unchanged. So neither an option that is refused nor a random source that
/// fails can lose it, and a web application checks its options once, when it starts up.
///
/// ```
/// # fn example(client: authcode::Client) -> Result<(), Box<dyn core::error::Error>> {
/// let mut login = client.login();
/// login.scope("openid offline_access")?.audience("https://api.loomai.com/")?;
///
/// let one_user = login.start(getrandom::SysRng)?;
/// let another_user = login.start(getrandom::SysRng)?;
/// # Ok(()) }
/// ```
///
/// An option that is refused changes nothing. The template is not stored: [`Client::login`] makes it again.
///
/// [`Authorized::reauthorize`](crate::Authorized::reauthorize) returns one that asks for the same as an earlier login.
#[derive(Clone, Debug)]
#[must_use = "a login does nothing until it is started"]
pub struct Unstarted {
    pub(crate) login: Shared<Login>,
    /// The redirect URI with the port of the next attempt.
    pub(crate) loopback: Option<Box<Uri>>,
}

impl Unstarted {
    /// Asks for scopes, separated by spaces (RFC 6749 §3.3). A second call adds to them.
    ///
    /// Many servers issue a refresh token only for `offline_access`.
    ///
    /// # Errors
    /// [`ParameterError::Scope`] if a character is not allowed in a scope, or the list is too long.
    pub fn scope(&mut self, scopes: &str) -> Result<&mut Self, ParameterError> {
        Shared::make_mut(&mut self.login).scope.add(scopes)?;
        Ok(self)
    }

    /// Names the API that the token is for, as Auth0 and servers like it want it. It is sent with the authorization
    /// request and with the token request. The last call counts.
    ///
    /// # Errors
    /// [`ParameterError::EmptyValue`] or [`ParameterError::TooLong`].
    pub fn audience(&mut self, audience: &str) -> Result<&mut Self, ParameterError> {
        Shared::make_mut(&mut self.login).set_audience(audience)?;
        Ok(self)
    }

    /// Names a resource that the token is for (RFC 8707): an absolute URI without a fragment. It is sent with the
    /// authorization request, the token request and every refresh. A second call adds another one.
    ///
    /// ```
    /// # fn example(client: authcode::Client) -> Result<(), Box<dyn core::error::Error>> {
    /// let mut login = client.login();
    /// login.resource("https://mcp.example.com/mcp")?;
    /// let url = login.start(getrandom::SysRng)?.authorization_url();
    /// assert!(url.contains("resource=https%3A%2F%2Fmcp.example.com%2Fmcp"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ParameterError::Resource`] if it is not such a URI, [`ParameterError::TooLong`] if all of them are too long.
    pub fn resource(&mut self, uri: &str) -> Result<&mut Self, ParameterError> {
        add_resource(&mut Shared::make_mut(&mut self.login).resources, uri)?;
        Ok(self)
    }

    /// Tells the server who is probably going to log in: an e-mail address or a user name (OpenID Connect Core
    /// §3.1.2.1). The last call counts.
    ///
    /// # Errors
    /// [`ParameterError::EmptyValue`] or [`ParameterError::TooLong`]. [`ParameterError::Repeated`] if the query of the
    /// authorization endpoint has this parameter already, [`ParameterError::Reserved`] if the server's
    /// [`Dialect`](crate::Dialect) gives its name to a parameter of the protocol.
    pub fn login_hint(&mut self, hint: &str) -> Result<&mut Self, ParameterError> {
        self.set_authorization_param("login_hint", hint)
    }

    /// Tells the server whether to ask the user: `none`, `login`, `consent` or `select_account` (OpenID Connect Core
    /// §3.1.2.1). The last call counts.
    ///
    /// # Errors
    /// As [`login_hint`](Self::login_hint).
    pub fn prompt(&mut self, prompt: &str) -> Result<&mut Self, ParameterError> {
        self.set_authorization_param("prompt", prompt)
    }

    fn set_authorization_param(&mut self, name: &str, value: &str) -> Result<&mut Self, ParameterError> {
        let login = Shared::make_mut(&mut self.login);
        login.client.server().check_authorization_param(name)?;
        login.authorization_params.set(name, value)?;
        Ok(self)
    }

    /// Adds a parameter to the authorization request, after those of the protocol and in the order of the calls.
    ///
    /// ```
    /// # fn example(client: authcode::Client) -> Result<(), Box<dyn core::error::Error>> {
    /// let mut login = client.login();
    /// login.authorization_param("access_type", "offline")?;
    /// let pending = login.start(getrandom::SysRng)?;
    /// # Ok(()) }
    /// ```
    ///
    /// A name must not repeat (RFC 6749 §3.1), unless it ends in `[]`, as lists do at some servers. Names that common
    /// servers read as the same count as one (`prompt`, `prompt[]`, `Prompt`).
    ///
    /// # Errors
    /// [`ParameterError`] if the name is invalid, reserved or repeats, or if the value is empty or too long.
    pub fn authorization_param(&mut self, name: &str, value: &str) -> Result<&mut Self, ParameterError> {
        let login = Shared::make_mut(&mut self.login);
        login.client.server().check_authorization_param(name)?;
        login.authorization_params.add(name, value)?;
        Ok(self)
    }

    /// Adds a parameter to the token request that exchanges the code, as
    /// [`authorization_param`](Self::authorization_param) does to the authorization request.
    /// [`RefreshOptions::param`](crate::RefreshOptions::param) is for refreshes.
    ///
    /// # Errors
    /// As [`authorization_param`](Self::authorization_param).
    pub fn token_param(&mut self, name: &str, value: &str) -> Result<&mut Self, ParameterError> {
        let login = Shared::make_mut(&mut self.login);
        login.client.server().check_token_param(name)?;
        login.token_params.add(name, value)?;
        Ok(self)
    }

    /// Adds each field of a struct, or each pair of a list, as [`authorization_param`](Self::authorization_param) does.
    ///
    /// ```
    /// # fn example(client: authcode::Client) -> Result<(), Box<dyn core::error::Error>> {
    /// let mut login = client.login();
    /// login.authorization_params(&[("ui", "dark"), ("hd", "example.com")])?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`authorization_param`](Self::authorization_param), and [`ParameterError::NotPairs`] if `params` is not flat.
    /// No parameter is added then.
    #[cfg(feature = "std")]
    #[cfg_attr(docsrs, doc(cfg(feature = "std")))]
    pub fn authorization_params(&mut self, params: &impl serde::Serialize) -> Result<&mut Self, ParameterError> {
        let mut login = self.clone();
        for (name, value) in Params::from_serialize(params)?.iter() {
            login.authorization_param(name, value)?;
        }
        *self = login;
        Ok(self)
    }

    /// Adds each field of a struct, or each pair of a list, as [`token_param`](Self::token_param) does.
    ///
    /// `serde` makes copies of the values that are not wiped: add a secret by [`token_param`](Self::token_param).
    ///
    /// # Errors
    /// As [`authorization_params`](Self::authorization_params).
    #[cfg(feature = "std")]
    #[cfg_attr(docsrs, doc(cfg(feature = "std")))]
    pub fn token_params(&mut self, params: &impl serde::Serialize) -> Result<&mut Self, ParameterError> {
        let mut login = self.clone();
        for (name, value) in Params::from_serialize(params)?.iter() {
            login.token_param(name, value)?;
        }
        *self = login;
        Ok(self)
    }

    /// Sets the port of the loopback redirect URI for the logins that start from here (RFC 8252 §7.3). Listen first,
    /// then start. If it is not set, the client's redirect URI is sent unchanged.
    ///
    /// ```
    /// # fn example(client: authcode::Client) -> Result<(), Box<dyn core::error::Error>> {
    /// let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// let port = listener.local_addr()?.port();
    /// let pending = client.login().loopback_port(port)?.start(getrandom::SysRng)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ParameterError::Port`] if the client's redirect URI is not on loopback, or the port is 0.
    pub fn loopback_port(&mut self, port: u16) -> Result<&mut Self, ParameterError> {
        self.loopback = Some(self.login.redirect_uri_on(port)?);
        Ok(self)
    }

    /// Starts a login: draws `state` and the PKCE verifier from a cryptographically secure source.
    ///
    /// `rng` is any `TryCryptoRng` of `rand_core` 0.10, by value or by `&mut`: `getrandom::SysRng`, `rand::rng()`, or
    /// the driver of a hardware source.
    ///
    /// # Errors
    /// [`StartError`] if the source fails or cannot be a working one. Nothing is lost: call this again.
    /// [`StartError::PushedRequestRequired`] if the login must be [pushed](Self::start_pushed).
    pub fn start(&self, mut rng: impl TryCryptoRng) -> Result<AwaitingRedirect, StartError> {
        let mut entropy = Zeroizing::new([0; 64]);
        rng.try_fill_bytes(&mut *entropy).map_err(|_| StartError::RandomSource)?;
        self.start_with_entropy(&entropy)
    }

    /// As [`start`](Self::start), with 64 random bytes that you have drawn: from a hardware source, from another version
    /// of `rand_core`, or, in a test, from a constant.
    ///
    /// They must come from a cryptographically secure source and must be used once: wipe them afterward. The first 32
    /// become `state`, the others the PKCE verifier (RFC 7636 §4.1).
    ///
    /// # Errors
    /// [`StartError`] if a half is all zeros, or both halves are equal, or if the login must be pushed.
    pub fn start_with_entropy(&self, entropy: &[u8; 64]) -> Result<AwaitingRedirect, StartError> {
        if self.login.client.requires_pushed_requests() {
            return Err(StartError::PushedRequestRequired);
        }
        Ok(AwaitingRedirect { attempt: self.attempt(entropy)? })
    }

    pub(crate) fn attempt(&self, entropy: &[u8; 64]) -> Result<Box<Attempt>, StartError> {
        let mut attempt = Attempt::new(self.login.clone(), self.loopback.clone());
        attempt.secrets.fill(entropy)?;
        Ok(attempt)
    }

    /// The client that logs in, and by it the server.
    pub fn client(&self) -> &Client {
        &self.login.client
    }
}

impl Authorized {
    /// A template that asks for the same again, for a user who has to log in anew: the API needs more scope, or the
    /// server no longer accepts the tokens. This value stays as it is. A loopback port must be set again.
    pub fn reauthorize(&self) -> Unstarted {
        Unstarted { login: self.grant.login.clone(), loopback: None }
    }

    /// Takes over tokens that were obtained elsewhere: by another library, by an earlier version of your program, or in
    /// a test. `token_response` is the body of a token response (RFC 6749 §5.1), received at `received_at`; make one from
    /// the parts if you no longer have it. The login is taken to have asked for nothing but what `login` asks for.
    ///
    /// ```
    /// # use authcode::{Authorized, Client, TokenError, UnixTime};
    /// # fn example(client: &Client) -> Result<Authorized, TokenError> {
    /// let response = r#"{
    ///     "access_token": "2YotnFZFEjr1zCsicMWpAA",
    ///     "refresh_token": "tGzv3JOkF0XG5Qx2TlKWIA",
    ///     "token_type": "Bearer",
    ///     "expires_in": 3600
    /// }"#;
    /// Authorized::import(&client.login(), response, UnixTime::from_secs(1_700_000_000))
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`TokenError`] if the text is not a token response with a usable access token, as if the server had sent it.
    pub fn import(login: &Unstarted, token_response: &str, received_at: UnixTime) -> Result<Self, TokenError> {
        let response = HttpResponse::new(200, token_response);
        match token_response::read(response, login.login.dialect(), received_at) {
            Ok(response) => {
                let grant = Grant::new(login.login.clone(), None, response, received_at);
                Ok(Self { grant })
            }
            Err(refused) => Err(TokenError::new(refused.response, NextStep::StartOver)),
        }
    }
}

impl AwaitingRedirect {
    /// A template that asks for the same, for another try: the user has closed the browser, or the
    /// [URL has expired](Self::authorization_url_expires_at). This login stays as it is.
    pub fn unstarted(&self) -> Unstarted {
        self.attempt.unstarted()
    }
}

impl Attempt {
    /// A template that asks for the same.
    pub(crate) fn unstarted(&self) -> Unstarted {
        Unstarted { login: self.login.clone(), loopback: self.loopback.clone() }
    }
}

/// Why a login cannot start. The template is unchanged.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum StartError {
    /// 32 of the random bytes are all zero, so the source does not work. Replace it.
    #[error("the random source returned nothing but zeros")]
    NoEntropy,
    /// The server has no endpoint for pushed requests: see
    /// [`Server::with_pushed_request_endpoint`](crate::Server::with_pushed_request_endpoint). Metadata that has an endpoint
    /// which is not acceptable counts as having none.
    #[error("no endpoint for pushed requests")]
    NoPushedRequestEndpoint,
    /// The server or the client requires that the login is pushed: use
    /// [`start_pushed`](Unstarted::start_pushed).
    #[error("the login must be pushed")]
    PushedRequestRequired,
    /// The random source reported a failure. Try again later.
    #[error("the random source failed")]
    RandomSource,
    /// Both halves of the random bytes are equal, so the source does not work. Replace it.
    #[error("the random source returned the same bytes twice")]
    RepeatedEntropy,
}

impl StartError {
    /// Always [`Fault::Caller`]: the random source and the configuration are yours.
    pub const fn fault(&self) -> Fault {
        Fault::Caller
    }
}

impl From<WeakEntropy> for StartError {
    fn from(weakness: WeakEntropy) -> Self {
        match weakness {
            WeakEntropy::Zero => Self::NoEntropy,
            WeakEntropy::Repeated => Self::RepeatedEntropy,
        }
    }
}

crate::names::names! {
    StartError: NoEntropy NoPushedRequestEndpoint PushedRequestRequired RandomSource RepeatedEntropy;
}
