//! Stored forms: a login outlives the process.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::config::client::Client;
use crate::config::parameters::{Leg, Params};
use crate::config::scope::Scope;
use crate::config::uri::Uri;
use crate::encoding::decimal;
use crate::encoding::form;
use crate::encoding::grammar::is_vschar;
use crate::encoding::json;
use crate::encoding::time::UnixTime;
use crate::flow::{Attempt, Authorized, AwaitingRedirect, CodeReceived, Flow, Login, Refresh, Refreshing, Unstarted};
use crate::limits::{MAX_PARAMETER_LEN, MAX_RESPONSE_LEN, MAX_TOKEN_LEN};
use crate::response::token_response::{GrantedScope, TokenResponse};
use crate::secret::{Secret, WipedBytes};
use sealed::{Form, Stored};

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
        if let Some(port) = login.loopback.as_deref().and_then(Uri::port) {
            form.put_number("port", port.into());
        }
        form.put_scope("scope", &login.scope);
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

    fn put(&mut self, name: &'static str, text: &str) {
        self.0.push((name, Zeroizing::new(text.into())));
    }

    fn put_some(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.put(name, text);
        }
    }

    fn put_number(&mut self, name: &'static str, number: u64) {
        self.0.push((name, Zeroizing::new(decimal::write(number))));
    }

    fn put_scope(&mut self, name: &'static str, scope: &Scope) {
        if !scope.is_empty() {
            self.put(name, scope.as_str());
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
        json::object(&self.members()).into()
    }

    /// From JSON, by this crate itself.
    ///
    /// # Errors
    /// [`ResumeError::Damaged`] if it is no object, or a member that is known is no text or comes twice.
    pub fn from_json(text: &str) -> Result<Self, ResumeError> {
        Self::read(text).ok_or(ResumeError::Damaged)
    }

    fn read(text: &str) -> Option<Self> {
        let mut form = Self(Vec::new());
        for member in json::members(text)? {
            let (name, value) = member.ok()?;
            let Some(name) = json::string(name).and_then(|name| known(&name)) else { continue };
            let text = json::string(value)?;
            if form.has(name) {
                return None;
            }
            form.0.push((name, text.into_owned()));
        }
        Some(form)
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(is, _)| *is == name)
    }

    /// In their order.
    fn members(&self) -> Vec<(&str, &str)> {
        let mut members = Vec::with_capacity(self.0.len());
        for name in NAMES {
            for (is, text) in &self.0 {
                if *is == name {
                    members.push((name, text.as_str()));
                }
            }
        }
        members
    }

    /// Comes back as the state that it was: `let pending: AwaitingRedirect = suspended.resume(&client)?`, or as a
    /// [`Flow`] where any state will do.
    ///
    /// `client` must be the same as it was: identifier, server and, until there is a token, redirect URI. Its
    /// authentication may have changed. Everything is checked again as if it came from outside.
    ///
    /// # Errors
    /// [`ResumeError`], looked for in this order: another version, another kind of state, another client or server, damaged.
    pub fn resume<S: Resume>(mut self, client: &Client) -> Result<S, ResumeError> {
        if *self.take("v").ok_or(ResumeError::Damaged)? != *VERSION {
            return Err(ResumeError::OtherVersion);
        }
        let kind = self.take("kind").ok_or(ResumeError::Damaged)?;
        let state = S::from_form(Form { members: &mut self, kind: &kind, client })?;
        // What another kind of state would have must not be there.
        if self.0.is_empty() { Ok(state) } else { Err(ResumeError::Damaged) }
    }

    fn take_login(&mut self, client: &Client, mark: &str) -> Result<Login, ResumeError> {
        if *self.take("client").ok_or(ResumeError::Damaged)? != *mark {
            return Err(ResumeError::OtherClient);
        }
        let mut login = Login::new(client.clone());
        self.refill_login(&mut login).ok_or(ResumeError::Damaged)?;
        Ok(login)
    }

    fn take(&mut self, name: &str) -> Option<Zeroizing<String>> {
        let index = self.0.iter().position(|(is, _)| *is == name)?;
        Some(self.0.swap_remove(index).1)
    }

    /// The token or the code of this name.
    fn take_secret(&mut self, name: &str, limit: usize) -> Option<Secret> {
        self.take(name).filter(|text| is_vschar(text, limit)).map(Secret::from)
    }

    fn take_params(&mut self, name: &str) -> Option<Params> {
        let text = self.take(name).unwrap_or_default();
        for (name, value) in form::pairs(text.as_bytes()) {
            form::check(name).and(form::check(value)).ok()?;
        }
        Some(Params::from_encoded(text.as_bytes()))
    }

    fn refill_login(&mut self, login: &mut Login) -> Option<()> {
        login.scope.add(&self.take("scope").unwrap_or_default()).ok()?;
        if let Some(audience) = self.take("audience") {
            login.set_audience(&audience).ok()?;
        }
        if let Some(port) = self.take("port") {
            login.set_loopback_port(number(&port)?.try_into().ok()?).ok()?;
        }
        login.add_params(Leg::Authorization, &self.take_params("authorization_params")?).ok()?;
        login.add_params(Leg::Token, &self.take_params("token_params")?).ok()?;
        if let Some(endpoint) = self.take("token_endpoint") {
            login.set_token_endpoint(&endpoint).ok()?;
        }
        Some(())
    }

    fn take_unstarted(&mut self, login: Login) -> Option<Unstarted> {
        has_no_region(&login).then_some(Unstarted { login })
    }

    fn take_awaiting_redirect(&mut self, login: Login) -> Option<AwaitingRedirect> {
        has_no_region(&login).then_some(AwaitingRedirect { attempt: self.take_attempt(login)? })
    }

    fn take_attempt(&mut self, login: Login) -> Option<Box<Attempt>> {
        let mut attempt = Attempt::new(login);
        attempt.secrets.refill(&self.take("secrets")?)?;
        Some(attempt)
    }

    fn take_code_received(&mut self, login: Login) -> Option<CodeReceived> {
        Some(CodeReceived {
            attempt: self.take_attempt(login)?,
            code: self.take_secret("code", MAX_PARAMETER_LEN)?,
            extra_params: self.take_params("redirect_params")?,
        })
    }

    fn take_authorized(&mut self, login: Login) -> Option<Authorized> {
        let mut text = self.take("response").filter(|text| text.len() <= MAX_RESPONSE_LEN)?;
        let received_at = UnixTime::from_secs(number(&self.take("received_at")?)?);
        let mut token = TokenResponse::read_again(&text, login.dialect(), received_at)?;
        // Kept from an earlier response, or known to be dead: the response does not tell.
        let has_refresh_token = self.has("refresh_token");
        token.refresh_token = self.take_secret("refresh_token", MAX_TOKEN_LEN);
        // After a refresh there are two scopes, of which the response has at most one.
        let (first, granted) = (self.take_scope("first_scope")?, self.take_scope("granted_scope")?);
        let first_scope = match (first, granted) {
            (GrantedScope::Unstated, GrantedScope::Unstated) => None,
            (GrantedScope::Stated(_), GrantedScope::Unstated) => return None,
            (first, granted) => {
                token.scope = granted;
                Some(first)
            }
        };
        if login.loopback.is_some() || token.refresh_token.is_some() != has_refresh_token {
            return None;
        }
        let response = WipedBytes(core::mem::take(&mut *text).into_bytes());
        Some(Authorized { login, token, response, received_at, first_scope, refreshed: None })
    }

    fn take_scope(&mut self, name: &str) -> Option<GrantedScope> {
        let Some(text) = self.take(name) else { return Some(GrantedScope::Unstated) };
        text.parse().ok().map(GrantedScope::Stated)
    }

    fn take_refreshing(&mut self, login: Login) -> Option<Refreshing> {
        let authorized = self.take_authorized(login)?;
        authorized.refresh_token()?;
        let mut refreshing = Refreshing::new(authorized);
        refreshing.narrow_scope(&self.take("refresh_scope").unwrap_or_default()).ok()?;
        for (name, value) in self.take_params("refresh_params")?.iter() {
            refreshing.add_param(name, value).ok()?;
        }
        Some(refreshing)
    }
}

/// Before the redirect there is nothing that could choose an endpoint.
fn has_no_region(login: &Login) -> bool {
    login.token_endpoint.is_none()
}

/// A state that [`Suspended::resume`] gives: one of the five, or a [`Flow`] for any of them.
///
/// Only what is asked for is linked: a program that resumes nothing but [`AwaitingRedirect`] has no code for stored
/// tokens. No other type can implement it.
pub trait Resume: Stored {}

mod sealed {
    use super::{Client, ResumeError, Suspended};

    #[expect(unnameable_types, reason = "no other type can be resumed")]
    pub trait Stored: Sized {
        /// This state out of a form, if it is of its kind. What it reads, it takes out.
        fn from_form(form: Form<'_>) -> Result<Self, ResumeError>;
    }

    /// A form whose version has been looked at. Only `resume` makes one, which also looks at what is left in the end.
    #[derive(Debug)]
    #[expect(unnameable_types, reason = "a form is read by `resume`")]
    pub struct Form<'a> {
        pub(super) members: &'a mut Suspended,
        pub(super) kind: &'a str,
        pub(super) client: &'a Client,
    }
}

macro_rules! kinds {
    ($($kind:literal: $state:ident, $mark:ident, $take:ident;)+) => {
        $(impl $state {
            const KIND: &str = $kind;
        }

        impl Resume for $state {}

        impl Stored for $state {
            fn from_form(form: Form<'_>) -> Result<Self, ResumeError> {
                if form.kind != Self::KIND {
                    return Err(ResumeError::OtherKind);
                }
                let login = form.members.take_login(form.client, &$mark(form.client))?;
                form.members.$take(login).ok_or(ResumeError::Damaged)
            }
        })+

        impl Resume for Flow {}

        impl Stored for Flow {
            fn from_form(form: Form<'_>) -> Result<Self, ResumeError> {
                match form.kind {
                    $($state::KIND => $state::from_form(form).map(Self::$state),)+
                    _ => Err(ResumeError::OtherKind),
                }
            }
        }
    };
}

kinds! {
    "unstarted": Unstarted, mark_of_client, take_unstarted;
    "awaiting_redirect": AwaitingRedirect, mark_of_client, take_awaiting_redirect;
    "code_received": CodeReceived, mark_of_client, take_code_received;
    "authorized": Authorized, mark_of_server, take_authorized;
    "refreshing": Refreshing, mark_of_server, take_refreshing;
}

/// What is written for a number, and nothing else that reads the same.
fn number(text: &str) -> Option<u64> {
    decimal::read(text).filter(|number| decimal::write(*number) == text)
}

fn known(name: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|known| *known == name)
}

impl Serialize for Suspended {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, text) in self.members() {
            map.serialize_entry(name, text)?;
        }
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
    let mut text = [0; 22];
    // 16 bytes are always 22 characters.
    let _ = URL_SAFE_NO_PAD.encode_slice(digest.first_chunk::<16>().map_or(&[][..], |half| half), &mut text);
    core::str::from_utf8(&text).unwrap_or_default().into()
}

impl fmt::Debug for Suspended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suspended").finish_non_exhaustive()
    }
}

impl Unstarted {
    /// The stored form. It holds no secret.
    pub fn suspend(&self) -> Suspended {
        Suspended::new(Self::KIND, &mark_of_client(&self.login.client), &self.login)
    }
}

impl AwaitingRedirect {
    /// The stored form. Store it before you open the browser.
    pub fn suspend(&self) -> Suspended {
        Suspended::of_attempt(Self::KIND, &self.attempt)
    }
}

impl CodeReceived {
    /// The stored form.
    pub fn suspend(&self) -> Suspended {
        let mut form = Suspended::of_attempt(Self::KIND, &self.attempt);
        form.put("code", self.code.expose());
        form.put_params("redirect_params", &self.extra_params);
        form
    }
}

impl Authorized {
    /// The stored form. It replaces every earlier one of the same login: an old refresh token that is used
    /// again can end the login.
    pub fn suspend(&self) -> Suspended {
        self.suspend_as(Self::KIND)
    }

    fn suspend_as(&self, kind: &str) -> Suspended {
        let mut form = Suspended::new(kind, &mark_of_server(&self.login.client), &self.login);
        form.put("response", self.response.text());
        form.put_some("refresh_token", self.refresh_token().map(Secret::expose));
        form.put_number("received_at", self.received_at.as_secs());
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
        let mut form = authorized.suspend_as(Self::KIND);
        form.put_scope("refresh_scope", scope);
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

/// Why a stored state does not come back. If no other client of yours has it, log in again.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ResumeError {
    /// A value is missing, or is not what this crate writes: damaged, or changed by somebody.
    #[error("stored state: damaged")]
    Damaged,
    /// It belongs to another client, another server or another redirect URI.
    #[error("stored state: of another client, server or redirect uri")]
    OtherClient,
    /// It is a state, but not the one that was asked for. Nothing else in it was looked at.
    #[error("stored state: of another kind")]
    OtherKind,
    /// It was written by a version of this crate whose form this one does not read.
    #[error("stored state: of another version")]
    OtherVersion,
}

crate::names::names! {
    ResumeError: Damaged OtherClient OtherKind OtherVersion;
}
