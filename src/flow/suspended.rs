//! The codec of stored states: a map of texts. What is in it stands in the file of each state.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{self, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::config::client::Client;
use crate::config::parameters::{ParameterError, Params};
use crate::config::uri::Uri;
use crate::encoding::grammar::is_vschar;
use crate::encoding::{base64, form, json, text};
use crate::flow::Rejected;
use crate::flow::login::{Attempt, Login, add_resource};
use crate::response::fault::Fault;
use crate::response::next_step::{NextStep, Refusal, Sealed};
use crate::response::oauth_error::OAuthError;
use crate::secret::Secret;
use crate::shared::Shared;

/// The version of the stored form. A change that an older version of the crate would misread takes the next number.
const VERSION: &str = "1";

/// A state in its stored form: a map of texts, for any format of `serde` that has maps (JSON, CBOR), or as JSON by
/// [`to_json`](Self::to_json) without a library.
///
/// `suspend` of a state makes it, `resume` of the same type takes it back:
///
/// ```
/// # use authcode::{AwaitingRedirect, Client, Suspended};
/// # fn example(pending: AwaitingRedirect, client: &Client) -> Result<(), Box<dyn core::error::Error>> {
/// let stored = pending.suspend().to_json();
/// // Another process, or the same one after a restart:
/// let stored = Suspended::from_json(stored.expose())?;
/// let pending = AwaitingRedirect::resume(stored, client)
///     .map_err(|rejected| rejected.into_error())?;
/// # Ok(()) }
/// ```
///
/// It contains the secrets of the login, so its store must be as safe as one for passwords, and only your program may
/// write it: whoever can change it can make a state that was never reached. It never contains the client secret. It is
/// wiped when it is dropped, and `Debug` shows no secret of it; copies that `serde` and your store make are yours to wipe.
///
/// **Take a pending login out of the store exactly once**, in one atomic step. Two live copies let one authorization
/// response be used twice. Store the time beside it, and let it expire: ten minutes are usual.
///
/// Unknown members are ignored. A form of another version is refused.
#[must_use = "it is to be stored"]
pub struct Suspended(Vec<Member>);

/// A name and its text. Everything is text, so that no format and no reader can make something else of it.
type Member = (&'static str, Zeroizing<String>);

/// Every name, in the order in which they are written. `hash` is [`Client::fingerprint`], `aud` the audience: a pending
/// login is to fit into 256 bytes.
const NAMES: [&str; 31] = [
    "v",
    "kind",
    "hash",
    "client_id",
    "issuer",
    "discovered_issuer",
    "requires_iss",
    "secrets",
    "port",
    "scope",
    "aud",
    "resource",
    "authorization_params",
    "token_params",
    "request_uri",
    "request_expires_at",
    "token_endpoint",
    "refused_responses",
    "code",
    "redirect_params",
    "access_token",
    "refresh_token",
    "token_type",
    "lifetime",
    "received_at",
    "first_scope",
    "granted_scope",
    "foreign_refusals",
    "redirect_port",
    "id_token",
    "members",
];

/// Which state a stored form is of.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum StateKind {
    /// [`AwaitingRedirect`](crate::AwaitingRedirect).
    AwaitingRedirect,
    /// [`CodeReceived`](crate::CodeReceived).
    CodeReceived,
    /// [`Authorized`](crate::Authorized).
    Authorized,
}

impl StateKind {
    const ALL: [Self; 3] = [Self::AwaitingRedirect, Self::CodeReceived, Self::Authorized];

    const fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingRedirect => "login",
            Self::CodeReceived => "code",
            Self::Authorized => "tokens",
        }
    }
}

impl Suspended {
    pub(crate) fn new(kind: StateKind, login: &Login) -> Self {
        let mut form = Self(Vec::with_capacity(12));
        form.put("v", VERSION);
        form.put("kind", kind.as_str());
        form.put("client_id", login.client.client_id());
        let server = login.client.server();
        let name = if server.issuer_is_discovered() { "discovered_issuer" } else { "issuer" };
        form.put_some(name, server.issuer());
        form.put_text("scope", login.scope.as_str());
        form.put_some("aud", login.audience.as_deref());
        form.put_text("resource", &login.resources);
        form.put_params("authorization_params", &login.authorization_params);
        form.put_params("token_params", &login.token_params);
        form
    }

    pub(crate) fn of_attempt(kind: StateKind, attempt: &Attempt) -> Self {
        let mut form = Self::new(kind, &attempt.login);
        form.put("hash", &attempt.login.client.fingerprint());
        if attempt.requires_iss {
            form.put("requires_iss", "true");
        }
        if let Some(port) = attempt.loopback.as_deref().and_then(Uri::port) {
            form.put_number("port", port.into());
        }
        form.0.push(("secrets", attempt.secrets.to_text()));
        form
    }

    pub(crate) fn put(&mut self, name: &'static str, text: &str) {
        self.0.push((name, Zeroizing::new(text.into())));
    }

    pub(crate) fn put_wiped(&mut self, name: &'static str, text: Zeroizing<String>) {
        self.0.push((name, text));
    }

    pub(crate) fn put_some(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.put(name, text);
        }
    }

    /// Nothing, if it is empty.
    pub(crate) fn put_text(&mut self, name: &'static str, text: &str) {
        self.put_some(name, Some(text).filter(|text| !text.is_empty()));
    }

    pub(crate) fn put_number(&mut self, name: &'static str, number: u64) {
        self.0.push((name, Zeroizing::new(text::of_number(number))));
    }

    /// Nothing, if it is zero.
    pub(crate) fn put_count(&mut self, name: &'static str, count: u8) {
        if count > 0 {
            self.put_number(name, count.into());
        }
    }

    pub(crate) fn put_params(&mut self, name: &'static str, params: &Params) {
        if !params.is_empty() {
            self.0.push((name, params.to_form()));
        }
    }

    /// The stored form as JSON: an object of texts, written by the crate itself in one allocation. It is as secret as the
    /// login in it.
    pub fn to_json(&self) -> Secret {
        json::object(&self.members()).into()
    }

    /// Reads the stored form from JSON.
    ///
    /// # Errors
    /// [`ResumeError::Damaged`] if the text is not a JSON object, or a known member is not text or repeats.
    pub fn from_json(text: &str) -> Result<Self, ResumeError> {
        Self::read(text).ok_or(ResumeError::Damaged)
    }

    fn read(text: &str) -> Option<Self> {
        let mut form = Self(Vec::new());
        for member in json::members(text.as_bytes())? {
            let (name, value) = member.ok()?;
            let Some(name) = json::string(name).and_then(|name| known(&name)) else { continue };
            let text = json::string(value)?;
            if form.get(name).is_some() {
                return None;
            }
            form.0.push((name, text.into_owned()));
        }
        Some(form)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find_map(|(other, text)| (*other == name).then(|| text.as_str()))
    }

    /// In their order.
    fn members(&self) -> Vec<(&str, &str)> {
        let mut members = Vec::with_capacity(self.0.len());
        for name in NAMES {
            members.extend(self.get(name).map(|text| (name, text)));
        }
        members
    }

    /// Which state it is of. `None` if it is damaged, or of a later version of the crate.
    ///
    /// ```
    /// # use authcode::{StateKind, Suspended};
    /// # fn example(stored: &Suspended) -> bool {
    /// stored.kind() == Some(StateKind::Authorized)
    /// # }
    /// ```
    pub fn kind(&self) -> Option<StateKind> {
        let kind = self.get("kind")?;
        StateKind::ALL.into_iter().find(|known| known.as_str() == kind)
    }

    /// The identifier of the client that it belongs to, for a program that has several.
    ///
    /// ```
    /// # use authcode::{Client, Suspended};
    /// # fn example<'a>(stored: &Suspended, clients: &'a [Client]) -> Option<&'a Client> {
    /// clients.iter().find(|client| {
    ///     stored.client_id() == Some(client.client_id())
    ///         // One that was added later must not log anybody out.
    ///         && match (stored.issuer(), client.server().issuer()) {
    ///             (Some(stored), Some(issuer)) => stored == issuer,
    ///             _ => true,
    ///         }
    /// })
    /// # }
    /// ```
    pub fn client_id(&self) -> Option<&str> {
        self.get("client_id")
    }

    /// The issuer that it belongs to, if one was configured or discovered.
    pub fn issuer(&self) -> Option<&str> {
        self.get("issuer").or_else(|| self.get("discovered_issuer"))
    }

    /// The resources that the login asks for (RFC 8707).
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.get("resource").unwrap_or_default().split_ascii_whitespace()
    }

    /// Reads the form as a state of this kind. It is checked as if it came from outside.
    pub(crate) fn resume_as<S>(
        self,
        kind: StateKind,
        client: &Client,
        read: impl FnOnce(&mut Form<'_>, &Client) -> Result<S, ResumeError>,
    ) -> Result<S, Rejected<Self, ResumeError>> {
        let error = match self.try_resume_as(kind, client, read) {
            Ok(state) => return Ok(state),
            Err(error) => error,
        };
        Err(match error {
            ResumeError::Damaged => Rejected::ended(error),
            _ => Rejected::alive(self, error),
        })
    }

    fn try_resume_as<S>(
        &self,
        kind: StateKind,
        client: &Client,
        read: impl FnOnce(&mut Form<'_>, &Client) -> Result<S, ResumeError>,
    ) -> Result<S, ResumeError> {
        let mut form = Form { stored: self, read: 0 };
        if form.required("v")? != VERSION {
            return Err(ResumeError::OtherVersion);
        }
        if form.required("kind")? != kind.as_str() {
            return Err(ResumeError::OtherKind);
        }
        let state = read(&mut form, client)?;
        // A member of another kind of state must not be there.
        if form.is_read_to_the_end() { Ok(state) } else { Err(ResumeError::Damaged) }
    }
}

/// What the result of adding a stored parameter means for the form.
type Takes = fn(Result<(), ParameterError>) -> Result<(), ParameterError>;

/// A stored form that is being read, and which of its members were read.
pub(crate) struct Form<'a> {
    stored: &'a Suspended,
    read: u64,
}

impl<'a> Form<'a> {
    pub(crate) fn get(&mut self, name: &str) -> Option<&'a str> {
        let (index, (_, text)) = self.stored.0.iter().enumerate().find(|(_, (other, _))| *other == name)?;
        self.read |= 1 << index;
        Some(text.as_str())
    }

    pub(crate) fn required(&mut self, name: &str) -> Result<&'a str, ResumeError> {
        self.get(name).ok_or(ResumeError::Damaged)
    }

    /// A token or a code.
    pub(crate) fn secret(&mut self, name: &str, limit: usize) -> Result<Option<Secret>, ResumeError> {
        match self.get(name) {
            Some(text) if is_vschar(text, limit) => Ok(Some(Secret::from(text))),
            Some(_) => Err(ResumeError::Damaged),
            None => Ok(None),
        }
    }

    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u64>, ResumeError> {
        self.get(name).map(|text| number(text).ok_or(ResumeError::Damaged)).transpose()
    }

    /// How many responses were refused. Absent: none.
    pub(crate) fn count(&mut self, name: &str) -> Result<u8, ResumeError> {
        u8::try_from(self.number(name)?.unwrap_or_default()).map_err(|_| ResumeError::Damaged)
    }

    /// The port of a redirect URI on loopback.
    pub(crate) fn port(&mut self, name: &str) -> Result<Option<u16>, ResumeError> {
        self.number(name)?.map(|port| u16::try_from(port).map_err(|_| ResumeError::Damaged)).transpose()
    }

    pub(crate) fn params(&mut self, name: &str) -> Result<Params, ResumeError> {
        let text = self.get(name).unwrap_or_default().as_bytes();
        form::check_pairs(text).map_err(|_| ResumeError::Damaged)?;
        Ok(Params::from_encoded(text))
    }

    /// What the login asks for. Whether the form belongs to the client is for the caller to check. `takes` decides whether a
    /// parameter that the server's configuration does not allow makes the form unusable.
    pub(crate) fn login(&mut self, client: &Client, takes: Takes) -> Result<Login, ResumeError> {
        self.required("client_id")?;
        self.get("issuer");
        self.get("discovered_issuer");
        let mut login = Login::new(client.clone());
        self.options(&mut login, takes).ok_or(ResumeError::Damaged)?;
        Ok(login)
    }

    fn options(&mut self, login: &mut Login, takes: Takes) -> Option<()> {
        login.scope.add(self.get("scope").unwrap_or_default()).ok()?;
        if let Some(audience) = self.get("aud") {
            login.set_audience(audience).ok()?;
        }
        for uri in self.get("resource").unwrap_or_default().split_ascii_whitespace() {
            add_resource(&mut login.resources, uri).ok()?;
        }
        let server = login.client.server();
        for (name, value) in self.params("authorization_params").ok()?.iter() {
            let checked = server.check_authorization_param(name);
            takes(checked.and_then(|()| login.authorization_params.add(name, value))).ok()?;
        }
        for (name, value) in self.params("token_params").ok()?.iter() {
            let checked = server.check_token_param(name);
            takes(checked.and_then(|()| login.token_params.add(name, value))).ok()?;
        }
        Some(())
    }

    /// A pending login, under the very client that started it.
    pub(crate) fn attempt(&mut self, client: &Client) -> Result<Box<Attempt>, ResumeError> {
        if self.required("hash")? != client.fingerprint() {
            return Err(ResumeError::OtherClient);
        }
        let login = self.login(client, |added| added)?;
        let loopback = match self.port("port")? {
            Some(port) => Some(login.redirect_uri_on(port).map_err(|_| ResumeError::Damaged)?),
            None => None,
        };
        let mut attempt = Attempt::new(Shared::new(login), loopback);
        attempt.requires_iss |= self.get("requires_iss").is_some();
        attempt.secrets.refill(self.required("secrets")?).ok_or(ResumeError::Damaged)?;
        Ok(attempt)
    }

    fn is_read_to_the_end(&self) -> bool {
        self.read.count_ones() as usize == self.stored.0.len()
    }
}

impl Client {
    /// Identifies the client, its server and its redirect URI: 96 bits of SHA-256 over the parts, each with its length in
    /// front, so that no two lists give the same text.
    pub(crate) fn fingerprint(&self) -> String {
        let server = self.server();
        let mut hash = Sha256::new();
        for part in [
            self.client_id(),
            server.authorization_endpoint().as_str(),
            server.token_endpoint().as_str(),
            server.issuer().unwrap_or_default(),
            self.redirect_uri().as_str(),
        ] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        let mut text = [0; 16];
        // 12 bytes are always 16 characters.
        base64::encode(digest.get(..12).unwrap_or_default(), base64::URL_SAFE, &mut text);
        core::str::from_utf8(&text).unwrap_or_default().into()
    }
}

/// Reads the one spelling of a number that is written.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| text::of_number(*number) == text)
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
        // The error of a library repeats what it could not read, secrets included.
        deserializer.deserialize_map(SuspendedVisitor).map_err(|_| D::Error::custom("not a stored state"))
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
                Some(name) if form.get(name).is_some() => return Err(de::Error::duplicate_field(name)),
                Some(name) => form.0.push((name, map.next_value()?)),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(form)
    }
}

/// Shows whose it is, and no secret.
impl fmt::Debug for Suspended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suspended").field("kind", &self.kind()).finish_non_exhaustive()
    }
}

/// Why a stored state cannot be resumed.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum ResumeError {
    /// A value is missing, or is not what this crate writes: the form is damaged, or somebody has changed it. Start
    /// another login.
    #[error("stored state: damaged")]
    Damaged,
    /// The client [requires pushed requests](crate::Client::require_pushed_requests), and this login was not pushed. Start
    /// another login, or resume it with a client that does not require that.
    #[error("stored state: of a login that was not pushed")]
    NotPushed,
    /// It belongs to another client, another server or another redirect URI. Resume it with that client
    /// ([`Suspended::client_id`], [`Suspended::issuer`]); for tokens, see
    /// [`Authorized::resume`](crate::Authorized::resume).
    #[error("stored state: of another client, server or redirect uri")]
    OtherClient,
    /// It is of another state: see [`Suspended::kind`].
    #[error("stored state: of another kind")]
    OtherKind,
    /// It was written by a version of this crate whose form this one does not read.
    #[error("stored state: of another version")]
    OtherVersion,
}

impl ResumeError {
    /// What to do now: [`NextStep::StartOver`] if the form is damaged; otherwise [`NextStep::Fix`], with the form
    /// unchanged.
    pub const fn next_step(&self) -> NextStep {
        match self {
            Self::Damaged => NextStep::StartOver,
            Self::NotPushed | Self::OtherClient | Self::OtherKind | Self::OtherVersion => NextStep::Fix,
        }
    }

    /// Always [`Fault::Caller`]: the store is yours.
    pub const fn fault(&self) -> Fault {
        Fault::Caller
    }
}

impl Sealed for ResumeError {}

impl Refusal for ResumeError {
    fn next_step(&self) -> NextStep {
        self.next_step()
    }

    fn fault(&self) -> Fault {
        self.fault()
    }

    fn oauth_error(&self) -> Option<&OAuthError> {
        None
    }
}

crate::names::names! {
    ResumeError: Damaged NotPushed OtherClient OtherKind OtherVersion;
}
