//! Stored forms: a login outlives the process.

use alloc::borrow::{Cow, ToOwned};
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::mem::take;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::client::Client;
use crate::error::{ParameterError, ResumeError};
use crate::flow::{Authorized, AwaitingRedirect, CodeReceived, Flow, Login, Refresh, Refreshing, Response, Unstarted};
use crate::limits::{MAX_PARAMETER_LEN, MAX_RESPONSE_LEN, MAX_TOKEN_LEN};
use crate::params::{Leg, Params};
use crate::pkce::LoginSecrets;
use crate::secret::Secret;
use crate::time::UnixTime;
use crate::token::{GrantedScope, TokenResponse, is_vschar};
use crate::uri::Uri;

/// The version of the stored form. A change that an older crate would misread takes the next number.
const VERSION: u32 = 1;

/// A state in its stored form, for any self-describing format of `serde`, such as JSON or CBOR.
///
/// It carries a version, its kind and a mark of the client, the server and the redirect URI. It holds
/// the secrets of the login, so its store must be as safe as one for passwords, and only your program
/// may write it: whoever can change a form can make a state of it that was never reached. It never
/// holds the client secret. It is wiped on drop, and `Debug` shows nothing
/// of it; what `serde` and your store hold in between is yours to wipe. Members that it does not know are ignored: a
/// later version is told by its number.
///
/// **Take it out of the store once**, in one step that gives it to one caller only. Two live copies of a
/// pending login let one answer be used twice. Whether it is still fresh enough is for you to say: store the
/// time with it. Ten minutes is usual for a pending login.
///
/// ```
/// # use authcode::{AwaitingRedirect, Client, Suspended};
/// # fn example(pending: AwaitingRedirect, client: Client) -> Result<(), Box<dyn core::error::Error>> {
/// let stored: String = serde_json::to_string(&pending.suspend())?;
/// // … the process ends, another one begins …
/// let suspended: Suspended = serde_json::from_str(&stored)?;
/// let pending: AwaitingRedirect = suspended.resume(&client)?;
/// # Ok(()) }
/// ```
#[derive(Deserialize, Serialize)]
#[must_use = "it is to be stored"]
pub struct Suspended {
    v: u32,
    kind: Cow<'static, str>,
    client: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secrets: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    #[serde(default, skip_serializing_if = "Params::is_empty")]
    authorization_params: Params,
    #[serde(default, skip_serializing_if = "Params::is_empty")]
    token_params: Params,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token_endpoint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Params::is_empty")]
    redirect_params: Params,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    received_at: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    granted_scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_scope: Option<String>,
    #[serde(default, skip_serializing_if = "Params::is_empty")]
    refresh_params: Params,
}

impl Suspended {
    fn new(kind: &'static str, client: String, login: &Login) -> Self {
        Self {
            v: VERSION,
            kind: Cow::Borrowed(kind),
            client,
            secrets: None,
            port: login.loopback.as_ref().and_then(|uri| uri.port()),
            scope: (!login.scope.is_empty()).then(|| login.scope.as_str().to_owned()),
            audience: login.audience.clone(),
            authorization_params: login.authorization_params.clone(),
            token_params: login.token_params.clone(),
            token_endpoint: login.token_endpoint.as_ref().map(|endpoint| endpoint.as_str().to_owned()),
            code: None,
            redirect_params: Params::default(),
            response: None,
            refresh_token: None,
            received_at: None,
            first_scope: None,
            granted_scope: None,
            refresh_scope: None,
            refresh_params: Params::default(),
        }
    }

    /// Comes back as the state that it was: `let pending: AwaitingRedirect = suspended.resume(&client)?`, or as a
    /// [`Flow`] where any state will do.
    ///
    /// `client` must be the same as it was: identifier, server and, until there is a token, redirect URI. Its
    /// authentication may have changed. Everything is checked again as if it came from outside.
    ///
    /// # Errors
    /// [`ResumeError`]: another version, another client or server, another kind of state, or damaged.
    pub fn resume<S: TryFrom<Flow>>(self, client: &Client) -> Result<S, ResumeError> {
        let flow = self.into_flow(client)?;
        S::try_from(flow).map_err(|_| ResumeError::OtherKind)
    }

    fn into_flow(mut self, client: &Client) -> Result<Flow, ResumeError> {
        if self.v != VERSION {
            return Err(ResumeError::OtherVersion);
        }
        let has_token = matches!(&*self.kind, "authorized" | "refreshing");
        if self.client != if has_token { mark_of_server(client) } else { mark_of_client(client) } {
            return Err(ResumeError::OtherClient);
        }
        // Before the redirect there is nothing that could choose an endpoint.
        if self.token_endpoint.is_some() && matches!(&*self.kind, "unstarted" | "awaiting_redirect") {
            return Err(ResumeError::Damaged);
        }
        let flow = match &*self.kind {
            "unstarted" => Flow::Unstarted(Unstarted { login: self.take_login(client)? }),
            "awaiting_redirect" => Flow::AwaitingRedirect(AwaitingRedirect {
                login: self.take_login(client)?,
                secrets: self.take_secrets()?,
            }),
            "code_received" => Flow::CodeReceived(CodeReceived {
                login: self.take_login(client)?,
                secrets: self.take_secrets()?,
                code: checked(self.code.take(), MAX_PARAMETER_LEN)?,
                extra_params: take(&mut self.redirect_params),
            }),
            "authorized" => Flow::Authorized(self.take_authorized(client)?),
            "refreshing" => {
                let authorized = self.take_authorized(client)?;
                if authorized.refresh_token().is_none() {
                    return Err(ResumeError::Damaged);
                }
                let mut refresh = Refreshing::new(authorized);
                self.refill(&mut refresh).map_err(|_| ResumeError::Damaged)?;
                Flow::Refreshing(refresh)
            }
            _ => return Err(ResumeError::OtherKind),
        };
        // What another kind of state would have must not be there.
        if self.is_empty() { Ok(flow) } else { Err(ResumeError::Damaged) }
    }

    fn take_login(&mut self, client: &Client) -> Result<Box<Login>, ResumeError> {
        let mut login = Box::new(Login::new(client.clone()));
        self.refill_login(&mut login).map_err(|_| ResumeError::Damaged)?;
        Ok(login)
    }

    fn refill_login(&mut self, login: &mut Login) -> Result<(), ParameterError> {
        login.scope.add(&self.scope.take().unwrap_or_default())?;
        self.audience.take().map_or(Ok(()), |audience| login.set_audience(&audience))?;
        self.port.take().map_or(Ok(()), |port| login.set_loopback_port(port))?;
        login.add_params(Leg::Authorization, &take(&mut self.authorization_params))?;
        login.add_params(Leg::Token, &take(&mut self.token_params))?;
        self.token_endpoint.take().map_or(Ok(()), |endpoint| login.set_token_endpoint(&endpoint))
    }

    fn take_secrets(&mut self) -> Result<Box<LoginSecrets>, ResumeError> {
        self.secrets.take().and_then(|text| LoginSecrets::from_text(&text)).ok_or(ResumeError::Damaged)
    }

    fn take_authorized(&mut self, client: &Client) -> Result<Authorized, ResumeError> {
        let response =
            self.response.take().filter(|text| text.len() <= MAX_RESPONSE_LEN).ok_or(ResumeError::Damaged)?;
        let received_at = UnixTime::from_secs(self.received_at.take().ok_or(ResumeError::Damaged)?);
        let token = TokenResponse::read_again(&response, client.server().dialect(), received_at);
        let mut token = token.ok_or(ResumeError::Damaged)?;
        // Kept from an earlier response, or known to be dead: the response does not tell.
        token.refresh_token = match self.refresh_token.take() {
            None => None,
            kept => Some(checked(kept, MAX_TOKEN_LEN)?),
        };
        // After a refresh there are two scopes, of which the response has at most one.
        let scope = |text: String| text.parse().map(GrantedScope::Stated).map_err(|_| ResumeError::Damaged);
        let first_scope = match (self.first_scope.take(), self.granted_scope.take()) {
            (None, None) => None,
            (first, Some(granted)) => {
                token.scope = scope(granted)?;
                Some(first.map_or(Ok(GrantedScope::Unstated), scope)?)
            }
            (Some(_), None) => return Err(ResumeError::Damaged),
        };
        let login = self.take_login(client)?;
        if login.loopback.is_some() {
            return Err(ResumeError::Damaged);
        }
        Ok(Authorized { login, token, response: Response(response), received_at, first_scope, refreshed: None })
    }

    fn refill(&mut self, refreshing: &mut Refreshing) -> Result<(), ParameterError> {
        refreshing.narrow_scope(&self.refresh_scope.take().unwrap_or_default())?;
        let params = take(&mut self.refresh_params);
        params.iter().try_for_each(|(name, value)| refreshing.add_param(name, value))
    }

    /// Whether nothing is left of what the options of a login do not have.
    fn is_empty(&self) -> bool {
        [&self.secrets, &self.code, &self.response, &self.refresh_token].iter().all(|text| text.is_none())
            && [&self.first_scope, &self.granted_scope, &self.refresh_scope].iter().all(|text| text.is_none())
            && [&self.redirect_params, &self.refresh_params].iter().all(|params| params.is_empty())
            && self.received_at.is_none()
    }
}

fn stated(scope: &GrantedScope) -> Option<String> {
    match scope {
        GrantedScope::Stated(scope) => Some(scope.as_str().to_owned()),
        GrantedScope::Unstated => None,
    }
}

fn checked(text: Option<Zeroizing<String>>, limit: usize) -> Result<Secret, ResumeError> {
    text.filter(|text| is_vschar(text, limit)).map(|text| Secret::from(text.as_str())).ok_or(ResumeError::Damaged)
}

/// Whose tokens they are: a token goes back to nobody but the server that gave it (RFC 6749 §10.4).
fn mark_of_server(client: &Client) -> String {
    mark(client, client.server().own_refresh_endpoint())
}

/// Whose pending login it is.
fn mark_of_client(client: &Client) -> String {
    mark(client, Some(client.redirect_uri()))
}

/// 128 bits of SHA-256 over the parts, each with its length in front, so that no two lists give the same text.
fn mark(client: &Client, more: Option<&Uri>) -> String {
    let server = client.server();
    let issuer = server.issuer().map_or("", |issuer| issuer.as_str());
    let authorization = server.authorization_endpoint().as_str();
    let token = server.token_endpoint().as_str();
    let mut hash = Sha256::new();
    for part in [client.client_id(), authorization, token, issuer, more.map_or("", Uri::as_str)] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    URL_SAFE_NO_PAD.encode(digest.first_chunk::<16>().map_or(&[][..], |half| half))
}

impl fmt::Debug for Suspended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suspended").finish_non_exhaustive()
    }
}

impl Unstarted {
    /// The stored form. It holds no secret.
    pub fn suspend(&self) -> Suspended {
        Suspended::new("unstarted", mark_of_client(&self.login.client), &self.login)
    }
}

impl AwaitingRedirect {
    /// The stored form. Store it before you open the browser.
    pub fn suspend(&self) -> Suspended {
        Suspended {
            secrets: Some(self.secrets.to_text()),
            ..Suspended::new("awaiting_redirect", mark_of_client(&self.login.client), &self.login)
        }
    }
}

impl CodeReceived {
    /// The stored form.
    pub fn suspend(&self) -> Suspended {
        Suspended {
            secrets: Some(self.secrets.to_text()),
            code: Some(Zeroizing::new(self.code.expose().to_owned())),
            redirect_params: self.extra_params.clone(),
            ..Suspended::new("code_received", mark_of_client(&self.login.client), &self.login)
        }
    }
}

impl Authorized {
    /// The stored form. It replaces every earlier one of the same login: an old refresh token that is used
    /// again can end the login.
    pub fn suspend(&self) -> Suspended {
        Suspended {
            response: Some(self.response.0.clone()),
            refresh_token: self.refresh_token().map(|token| Zeroizing::new(token.expose().to_owned())),
            received_at: Some(self.received_at.as_secs()),
            first_scope: self.first_scope.as_ref().and_then(stated),
            granted_scope: self.first_scope.as_ref().and_then(|_| stated(&self.token.scope)),
            ..Suspended::new("authorized", mark_of_server(&self.login.client), &self.login)
        }
    }
}

impl Refreshing {
    /// The stored form.
    pub fn suspend(&self) -> Suspended {
        let Refresh { authorized, scope, params } = &*self.0;
        Suspended {
            kind: Cow::Borrowed("refreshing"),
            refresh_scope: (!scope.is_empty()).then(|| scope.as_str().to_owned()),
            refresh_params: params.clone(),
            ..authorized.suspend()
        }
    }
}

impl Flow {
    /// The stored form of the state that it holds.
    pub fn suspend(&self) -> Suspended {
        match self {
            Self::Unstarted(state) => state.suspend(),
            Self::AwaitingRedirect(state) => state.suspend(),
            Self::CodeReceived(state) => state.suspend(),
            Self::Authorized(state) => state.suspend(),
            Self::Refreshing(state) => state.suspend(),
        }
    }
}
