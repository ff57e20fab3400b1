//! Stored forms: a login outlives the process.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::client::Client;
use crate::error::ResumeError;
use crate::flow::{Attempt, Authorized, AwaitingRedirect, CodeReceived, Flow, Login, Refresh, Refreshing, Unstarted};
use crate::form;
use crate::json;
use crate::limits::{MAX_PARAMETER_LEN, MAX_RESPONSE_LEN, MAX_TOKEN_LEN};
use crate::params::{Leg, Params};
use crate::secret::Secret;
use crate::time::UnixTime;
use crate::token::{GrantedScope, TokenResponse, is_vschar};
use crate::uri::Uri;

/// The version of the stored form. A change that an older crate would misread takes the next number.
const VERSION: &str = "1";

/// A state in its stored form: a map of texts, for any format of `serde` that has maps, such as JSON or CBOR, and by
/// [`to_json`](Self::to_json) without one.
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
/// let stored = pending.suspend().to_json(); // or by `serde`: `serde_json::to_string(&pending.suspend())?`
/// // … the process ends, another one begins …
/// let pending: AwaitingRedirect = Suspended::from_json(stored.expose())?.resume(&client)?;
/// # Ok(()) }
/// ```
#[must_use = "it is to be stored"]
pub struct Suspended(Vec<Member>);

/// A name and its text. Everything is text, so that no format and no reader can make something else of it.
type Member = (&'static str, Zeroizing<String>);

/// The names, in the order in which they are written. What else is there is left out.
const NAMES: [&str; 19] = [
    "v",
    "kind",
    "client",
    "secrets",
    "port",
    "scope",
    "audience",
    "authorization_params",
    "token_params",
    "token_endpoint",
    "code",
    "redirect_params",
    "response",
    "refresh_token",
    "received_at",
    "first_scope",
    "granted_scope",
    "refresh_scope",
    "refresh_params",
];

impl Suspended {
    fn new(kind: &str, client: &str, login: &Login) -> Self {
        let mut form = Self(Vec::with_capacity(8));
        form.put("v", VERSION);
        form.put("kind", kind);
        form.put("client", client);
        form.put_some("port", login.loopback.as_deref().and_then(Uri::port).map(|port| port.to_string()));
        form.put_some("scope", (!login.scope.is_empty()).then(|| login.scope.as_str()));
        form.put_some("audience", login.audience.as_deref());
        form.put_params("authorization_params", &login.authorization_params);
        form.put_params("token_params", &login.token_params);
        form.put_some("token_endpoint", login.token_endpoint.as_deref().map(Uri::as_str));
        form
    }

    fn of_attempt(kind: &str, attempt: &Attempt) -> Self {
        let mut form = Self::new(kind, &mark_of_client(&attempt.login.client), &attempt.login);
        form.0.push(("secrets", attempt.secrets.to_text()));
        form
    }

    fn put(&mut self, name: &'static str, text: impl Into<String>) {
        self.0.push((name, Zeroizing::new(text.into())));
    }

    fn put_some(&mut self, name: &'static str, text: Option<impl Into<String>>) {
        if let Some(text) = text {
            self.put(name, text);
        }
    }

    fn put_params(&mut self, name: &'static str, params: &Params) {
        if !params.is_empty() {
            self.0.push((name, params.to_form()));
        }
    }

    /// As JSON, by this crate itself: one object of texts. It is what `serde_json` makes of it, for a program that has no
    /// use for `serde_json` otherwise.
    ///
    /// It is as secret as the login in it, and no copy of it is left behind; a reader or a writer of a library leaves
    /// some that nobody wipes.
    pub fn to_json(&self) -> Secret {
        json::object(&self.members().collect::<Vec<_>>()).into()
    }

    /// From JSON, by this crate itself.
    ///
    /// # Errors
    /// [`ResumeError::Damaged`] if it is no object, or a member that is known is no text or comes twice.
    pub fn from_json(text: &str) -> Result<Self, ResumeError> {
        let mut form = Self(Vec::new());
        for member in json::members(text).ok_or(ResumeError::Damaged)? {
            let (name, value) = member.map_err(damaged)?;
            let Some(name) = json::string(name).and_then(|name| known(&name)) else { continue };
            let text = json::string(value).filter(|_| !form.has(name)).ok_or(ResumeError::Damaged)?;
            form.0.push((name, text.into_owned()));
        }
        Ok(form)
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(is, _)| *is == name)
    }

    fn members(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        let in_order = NAMES.iter().flat_map(|name| self.0.iter().filter(move |(is, _)| is == name));
        in_order.map(|(name, text)| (*name, text.as_str()))
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
        if *self.take("v").ok_or(ResumeError::Damaged)? != *VERSION {
            return Err(ResumeError::OtherVersion);
        }
        let kind = self.take("kind").ok_or(ResumeError::Damaged)?;
        let has_token = matches!(kind.as_str(), "authorized" | "refreshing");
        let mark = self.take("client").ok_or(ResumeError::Damaged)?;
        if *mark != if has_token { mark_of_server(client) } else { mark_of_client(client) } {
            return Err(ResumeError::OtherClient);
        }
        let mut login = Login::new(client.clone());
        self.refill_login(&mut login)?;
        // Before the redirect there is nothing that could choose an endpoint.
        let has_code = !matches!(kind.as_str(), "unstarted" | "awaiting_redirect");
        if login.token_endpoint.is_some() && !has_code {
            return Err(ResumeError::Damaged);
        }
        let flow = match kind.as_str() {
            "unstarted" => Flow::Unstarted(Unstarted { login }),
            "awaiting_redirect" => Flow::AwaitingRedirect(AwaitingRedirect { attempt: self.take_attempt(login)? }),
            "code_received" => Flow::CodeReceived(CodeReceived {
                attempt: self.take_attempt(login)?,
                code: checked(self.take("code"), MAX_PARAMETER_LEN)?,
                extra_params: self.take_params("redirect_params")?,
            }),
            "authorized" => Flow::Authorized(self.take_authorized(login)?),
            "refreshing" => {
                let authorized = self.take_authorized(login)?;
                if authorized.refresh_token().is_none() {
                    return Err(ResumeError::Damaged);
                }
                let mut refresh = Refreshing::new(authorized);
                self.refill(&mut refresh)?;
                Flow::Refreshing(refresh)
            }
            _ => return Err(ResumeError::OtherKind),
        };
        // What another kind of state would have must not be there.
        if self.0.is_empty() { Ok(flow) } else { Err(ResumeError::Damaged) }
    }

    fn take(&mut self, name: &str) -> Option<Zeroizing<String>> {
        let index = self.0.iter().position(|(is, _)| *is == name)?;
        Some(self.0.swap_remove(index).1)
    }

    fn take_number<N: FromStr + ToString>(&mut self, name: &str) -> Result<Option<N>, ResumeError> {
        // As it is written, and in no other way that reads the same.
        let number = |text: Zeroizing<String>| text.parse().ok().filter(|number: &N| number.to_string() == *text);
        self.take(name).map(|text| number(text).ok_or(ResumeError::Damaged)).transpose()
    }

    fn take_params(&mut self, name: &str) -> Result<Params, ResumeError> {
        let text = self.take(name).unwrap_or_default();
        let mut pairs = form::pairs(text.as_bytes());
        if !pairs.clone().all(|(name, value)| form::check(name).and(form::check(value)).is_ok()) {
            return Err(ResumeError::Damaged);
        }
        Ok(Params::from_encoded(&mut pairs))
    }

    fn refill_login(&mut self, login: &mut Login) -> Result<(), ResumeError> {
        login.scope.add(&self.take("scope").unwrap_or_default()).map_err(damaged)?;
        if let Some(audience) = self.take("audience") {
            login.set_audience(&audience).map_err(damaged)?;
        }
        if let Some(port) = self.take_number("port")? {
            login.set_loopback_port(port).map_err(damaged)?;
        }
        login.add_params(Leg::Authorization, &self.take_params("authorization_params")?).map_err(damaged)?;
        login.add_params(Leg::Token, &self.take_params("token_params")?).map_err(damaged)?;
        if let Some(endpoint) = self.take("token_endpoint") {
            login.set_token_endpoint(&endpoint).map_err(damaged)?;
        }
        Ok(())
    }

    fn take_attempt(&mut self, login: Login) -> Result<Box<Attempt>, ResumeError> {
        let mut attempt = Attempt::new(login);
        let secrets = self.take("secrets").ok_or(ResumeError::Damaged)?;
        attempt.secrets.refill(&secrets).ok_or(ResumeError::Damaged)?;
        Ok(attempt)
    }

    fn take_authorized(&mut self, login: Login) -> Result<Authorized, ResumeError> {
        let response = self.take("response").filter(|text| text.len() <= MAX_RESPONSE_LEN);
        let response = response.ok_or(ResumeError::Damaged)?;
        let received_at = UnixTime::from_secs(self.take_number("received_at")?.ok_or(ResumeError::Damaged)?);
        let token = TokenResponse::read_again(&response, login.dialect(), received_at);
        let mut token = token.ok_or(ResumeError::Damaged)?;
        // Kept from an earlier response, or known to be dead: the response does not tell.
        token.refresh_token = match self.take("refresh_token") {
            None => None,
            kept => Some(checked(kept, MAX_TOKEN_LEN)?),
        };
        // After a refresh there are two scopes, of which the response has at most one.
        let scope = |text: Zeroizing<String>| text.parse().map(GrantedScope::Stated).map_err(damaged);
        let first_scope = match (self.take("first_scope"), self.take("granted_scope")) {
            (None, None) => None,
            (first, Some(granted)) => {
                token.scope = scope(granted)?;
                Some(first.map_or(Ok(GrantedScope::Unstated), scope)?)
            }
            (Some(_), None) => return Err(ResumeError::Damaged),
        };
        if login.loopback.is_some() {
            return Err(ResumeError::Damaged);
        }
        Ok(Authorized { login, token, response: response.into(), received_at, first_scope, refreshed: None })
    }

    fn refill(&mut self, refreshing: &mut Refreshing) -> Result<(), ResumeError> {
        refreshing.narrow_scope(&self.take("refresh_scope").unwrap_or_default()).map_err(damaged)?;
        let params = self.take_params("refresh_params")?;
        params.iter().try_for_each(|(name, value)| refreshing.add_param(name, value)).map_err(damaged)
    }
}

/// Whatever a stored value is refused for.
fn damaged<E>(_: E) -> ResumeError {
    ResumeError::Damaged
}

fn known(name: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|known| *known == name)
}

impl Serialize for Suspended {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.members().try_for_each(|(name, text)| map.serialize_entry(name, text))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Suspended {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SuspendedVisitor)
    }
}

struct SuspendedVisitor;

impl<'de> Visitor<'de> for SuspendedVisitor {
    type Value = Suspended;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Suspended, A::Error> {
        let mut form = Suspended(Vec::new());
        while let Some(name) = map.next_key::<String>()? {
            match known(&name) {
                Some(name) if form.has(name) => return Err(de::Error::duplicate_field(name)),
                Some(name) => form.0.push((name, map.next_value()?)),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(form)
    }
}

fn stated(scope: &GrantedScope) -> Option<&str> {
    match scope {
        GrantedScope::Stated(scope) => Some(scope.as_str()),
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
        Suspended::new("unstarted", &mark_of_client(&self.login.client), &self.login)
    }
}

impl AwaitingRedirect {
    /// The stored form. Store it before you open the browser.
    pub fn suspend(&self) -> Suspended {
        Suspended::of_attempt("awaiting_redirect", &self.attempt)
    }
}

impl CodeReceived {
    /// The stored form.
    pub fn suspend(&self) -> Suspended {
        let mut form = Suspended::of_attempt("code_received", &self.attempt);
        form.put("code", self.code.expose());
        form.put_params("redirect_params", &self.extra_params);
        form
    }
}

impl Authorized {
    /// The stored form. It replaces every earlier one of the same login: an old refresh token that is used
    /// again can end the login.
    pub fn suspend(&self) -> Suspended {
        self.suspend_as("authorized")
    }

    fn suspend_as(&self, kind: &str) -> Suspended {
        let mut form = Suspended::new(kind, &mark_of_server(&self.login.client), &self.login);
        form.put("response", self.response.expose());
        form.put_some("refresh_token", self.refresh_token().map(Secret::expose));
        form.put("received_at", self.received_at.as_secs().to_string());
        if let Some(first_scope) = &self.first_scope {
            form.put_some("first_scope", stated(first_scope));
            form.put_some("granted_scope", stated(&self.token.scope));
        }
        form
    }
}

impl Refreshing {
    /// The stored form.
    pub fn suspend(&self) -> Suspended {
        let Refresh { authorized, scope, params } = &*self.0;
        let mut form = authorized.suspend_as("refreshing");
        form.put_some("refresh_scope", (!scope.is_empty()).then(|| scope.as_str()));
        form.put_params("refresh_params", params);
        form
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
