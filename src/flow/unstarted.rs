//! Before the browser opens: the options of a login.

use alloc::borrow::{Cow, ToOwned};
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use rand_core::{CryptoRng, TryCryptoRng};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::config::client::Client;
use crate::config::dialect::Dialect;
use crate::config::parameters::ParameterError;
use crate::config::parameters::{Leg, Params};
use crate::config::scope::Scope;
use crate::config::uri::Uri;
use crate::flow::{AwaitingRedirect, Rejected};
use crate::limits::MAX_PARAMETER_LEN;
use crate::pkce::LoginSecrets;
use crate::response::fault::Fault;

/// What one login asks for. It goes with the login through all of its states.
pub(crate) struct Login {
    pub(crate) client: Client,
    pub(crate) scope: Scope,
    pub(crate) audience: Option<Box<str>>,
    pub(crate) authorization_params: Params,
    pub(crate) token_params: Params,
    /// The redirect URI with the port of this login.
    pub(crate) loopback: Option<Box<Uri>>,
    /// The token endpoint that the redirect led to, where the server has several.
    pub(crate) token_endpoint: Option<Box<Uri>>,
}

impl Login {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            scope: Scope::default(),
            audience: None,
            authorization_params: Params::default(),
            token_params: Params::default(),
            loopback: None,
            token_endpoint: None,
        }
    }

    pub(crate) fn dialect(&self) -> &Dialect {
        self.client.server().dialect()
    }

    pub(crate) fn redirect_uri(&self) -> &Uri {
        self.loopback.as_deref().unwrap_or_else(|| self.client.redirect_uri())
    }

    pub(crate) fn set_audience(&mut self, audience: &str) -> Result<(), ParameterError> {
        if audience.len() > MAX_PARAMETER_LEN {
            return Err(ParameterError::TooLong("audience".to_owned()));
        }
        if audience.is_empty() {
            return Err(ParameterError::EmptyValue("audience".to_owned()));
        }
        self.audience = Some(audience.into());
        Ok(())
    }

    pub(crate) fn set_loopback_port(&mut self, port: u16) -> Result<(), ParameterError> {
        let redirect_uri = self.client.redirect_uri();
        if port == 0 || redirect_uri.scheme() != "http" {
            return Err(ParameterError::Port);
        }
        self.loopback = Some(Box::new(redirect_uri.with_port(port)));
        Ok(())
    }

    pub(crate) fn set_token_endpoint(&mut self, endpoint: &str) -> Result<(), ParameterError> {
        let server = self.client.server();
        let known = server.token_endpoints().find(|known| known.as_str() == endpoint);
        let known = known.ok_or(ParameterError::TokenEndpoint)?;
        self.token_endpoint = (endpoint != server.token_endpoint().as_str()).then(|| Box::new(known.clone()));
        Ok(())
    }

    pub(crate) fn add_param(&mut self, leg: Leg, name: &str, value: &str) -> Result<(), ParameterError> {
        let dialect = self.client.server().dialect();
        match leg {
            Leg::Authorization => self.authorization_params.add(name, value, &dialect.authorization),
            Leg::Token => self.token_params.add(name, value, &dialect.token),
        }
    }

    /// Adds a parameter to the URL for the browser, in place of those of the same name.
    fn set_param(&mut self, name: &'static str, value: &str) -> Result<(), ParameterError> {
        match self.dialect().authorization.sends(name) {
            Some(sent) => Err(ParameterError::Reserved(sent)),
            None => self.authorization_params.set(name, value),
        }
    }

    pub(crate) fn add_params(&mut self, leg: Leg, params: &Params) -> Result<(), ParameterError> {
        params.iter().try_for_each(|(name, value)| self.add_param(leg, name, value))
    }
}

/// A login that has started: what it asks for, and its secrets. In one place on the heap, so that a state that moves on
/// leaves no copy of them.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) login: Login,
    pub(crate) secrets: LoginSecrets,
}

impl Attempt {
    /// Without its secrets, which are to be drawn or to come from the store.
    pub(crate) fn new(login: Login) -> Box<Self> {
        Box::new(Self { login, secrets: LoginSecrets::BLANK })
    }

    /// The redirect URI as it goes to the server, the same on both legs.
    pub(crate) fn sent_redirect_uri(&self) -> Cow<'_, str> {
        let uri = self.login.redirect_uri();
        if !self.login.dialect().state_in_redirect_uri {
            return Cow::Borrowed(uri.as_str());
        }
        let joint = if uri.query().is_some() { "&state=" } else { "?state=" };
        let state = self.secrets.state.as_str();
        let mut sent = String::with_capacity(uri.as_str().len() + joint.len() + state.len());
        for part in [uri.as_str(), joint, state] {
            sent.push_str(part);
        }
        Cow::Owned(sent)
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("client_id", &self.client.client_id())
            .field("redirect_uri", self.redirect_uri())
            .field("scope", &self.scope.as_str())
            .field("audience", &self.audience)
            .field("authorization_params", &self.authorization_params)
            .field("token_params", &self.token_params)
            .finish_non_exhaustive()
    }
}

/// A login that has not started: the first state.
///
/// **Holds** the client and what this login asks for. No secret yet.
///
/// **Comes from** [`Client::login`], or from [`Authorized::renew`](crate::Authorized::renew) when there is
/// nothing to refresh. Then it asks again for what was asked before, but for the loopback port: set that anew.
///
/// **Can** take options, and [`start`](Self::start). Options are checked as they are given; a refused one
/// consumes the state, since it is a mistake in the program.
///
/// **Refused**: if the random source fails, this state comes back.
///
/// **Next** is [`AwaitingRedirect`].
///
/// **Stored**: it may be, but [`Client::login`] makes it again at no cost.
///
/// ```
/// # fn example(client: authcode::Client) -> Result<(), Box<dyn core::error::Error>> {
/// let pending = client
///     .login()
///     .scope("openid offline_access")?
///     .audience("https://api.loomai.com/")?
///     .param(authcode::Leg::Authorization, "prompt", "consent")?
///     .start(rand_core::UnwrapErr(getrandom::SysRng))?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "a login does nothing until it is started"]
pub struct Unstarted {
    pub(crate) login: Login,
}

impl Unstarted {
    /// Asks for scopes, separated by spaces (RFC 6749 §3.3). Called again, it adds to them.
    ///
    /// Many servers give a refresh token only for `offline_access`.
    ///
    /// # Errors
    /// [`ParameterError::Scope`] for a character that no scope has.
    pub fn scope(mut self, scopes: &str) -> Result<Self, ParameterError> {
        self.login.scope.add(scopes)?;
        Ok(self)
    }

    /// Names the API that the token is for. It goes out on both legs. The last call counts.
    ///
    /// # Errors
    /// [`ParameterError`] if it is empty or too long.
    pub fn audience(mut self, audience: &str) -> Result<Self, ParameterError> {
        self.login.set_audience(audience)?;
        Ok(self)
    }

    /// Tells the server who probably logs in: an e-mail address or a user name (OpenID Connect Core §3.1.2.1). The
    /// last call counts.
    ///
    /// # Errors
    /// [`ParameterError`] if it is empty or too long.
    pub fn login_hint(mut self, hint: &str) -> Result<Self, ParameterError> {
        self.login.set_param("login_hint", hint)?;
        Ok(self)
    }

    /// Tells the server whether to ask the user: `none`, `login`, `consent`, `select_account`
    /// (OpenID Connect Core §3.1.2.1). The last call counts.
    ///
    /// # Errors
    /// [`ParameterError`] if it is empty or too long.
    pub fn prompt(mut self, prompt: &str) -> Result<Self, ParameterError> {
        self.login.set_param("prompt", prompt)?;
        Ok(self)
    }

    /// Adds a parameter to one of the two requests, after those of the protocol and in the order of the calls.
    /// A name may repeat, as `resource` does (RFC 8707 §2); others must not (RFC 6749 §3.1), and that is up to you.
    ///
    /// # Errors
    /// [`ParameterError`] if the name is none or belongs to the protocol, or if the value is empty or too long.
    pub fn param(mut self, leg: Leg, name: &str, value: &str) -> Result<Self, ParameterError> {
        self.login.add_param(leg, name, value)?;
        Ok(self)
    }

    /// Adds each field of a struct, or each pair of a list, as [`param`](Self::param) does.
    ///
    /// # Errors
    /// As [`param`](Self::param), and [`ParameterError::NotPairs`] if it is neither.
    #[cfg(feature = "std")]
    #[cfg_attr(docsrs, doc(cfg(feature = "std")))]
    pub fn params(mut self, leg: Leg, params: &impl serde::Serialize) -> Result<Self, ParameterError> {
        self.login.add_params(leg, &Params::from_serialize(params)?)?;
        Ok(self)
    }

    /// Sets the port on which this login's redirect is listened for, where the client's redirect URI is on
    /// loopback (RFC 8252 §7.3). Listen first, then start. Without it the redirect URI goes out as it is.
    ///
    /// # Errors
    /// [`ParameterError::Port`] if the redirect URI is not on loopback, or the port is 0.
    pub fn loopback_port(mut self, port: u16) -> Result<Self, ParameterError> {
        self.login.set_loopback_port(port)?;
        Ok(self)
    }

    /// Draws `state` and the PKCE verifier, and gives the URL for the user's browser in the next state.
    ///
    /// `rng` is any `CryptoRng` of `rand_core` 0.10, by value or by `&mut`.
    ///
    /// # Errors
    /// [`StartError`] if the source gives nothing but zeros. This state comes back.
    pub fn start(self, rng: impl CryptoRng) -> Result<AwaitingRedirect, Rejected<Self, StartError>> {
        self.try_start(rng)
    }

    /// As [`start`](Self::start), from a source that can fail.
    ///
    /// # Errors
    /// [`StartError`] if the source fails or gives nothing but zeros. This state comes back.
    pub fn try_start(self, mut rng: impl TryCryptoRng) -> Result<AwaitingRedirect, Rejected<Self, StartError>> {
        let mut entropy = Zeroizing::new([0; 64]);
        match rng.try_fill_bytes(&mut *entropy) {
            Ok(()) => self.start_with_entropy(&entropy),
            Err(_) => Err(Rejected::alive(self, StartError::RandomSource)),
        }
    }

    /// As [`start`](Self::start), from 64 random bytes of your own: of a hardware source, of another version
    /// of `rand_core`, or of a test that must be repeatable.
    ///
    /// They must come from a cryptographically secure source and must never be used again: wipe them. The first 32
    /// become `state`, the others the verifier.
    ///
    /// # Errors
    /// [`StartError`] if a half is all zeros, or both are the same. This state comes back.
    pub fn start_with_entropy(self, entropy: &[u8; 64]) -> Result<AwaitingRedirect, Rejected<Self, StartError>> {
        let mut attempt = Attempt::new(self.login);
        match attempt.secrets.fill(entropy) {
            Ok(()) => Ok(AwaitingRedirect { attempt }),
            Err(error) => Err(Rejected::alive(Self { login: attempt.login }, error)),
        }
    }
}

/// Why a login cannot start. The [`Unstarted`](crate::Unstarted) state is always handed back.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum StartError {
    /// 32 of the random bytes are all zero: the source does not work.
    #[error("the random source gave nothing but zeros")]
    NoEntropy,
    /// The random source reported a failure.
    #[error("the random source failed")]
    RandomSource,
    /// Both halves of the random bytes are the same: the source does not work.
    #[error("the random source gave the same bytes twice")]
    RepeatedEntropy,
}

impl StartError {
    /// Always the host: the random source is its own.
    pub const fn fault(&self) -> Fault {
        Fault::Host
    }

    /// Whether the same call may succeed later: only a source that knows that it failed may recover.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::RandomSource)
    }
}

crate::names::names! {
    StartError: NoEntropy RandomSource RepeatedEntropy;
}
