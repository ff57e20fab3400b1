//! The token response (RFC 6749 §5), read without knowing of which state it is the end.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;
use serde::de::DeserializeOwned;

use crate::config::dialect::{Dialect, LifetimeFormat};
use crate::config::parameters::Params;
use crate::config::scope::Scope;
use crate::encoding::decimal;
use crate::encoding::form;
use crate::encoding::grammar::{is_error_code, is_name_byte, is_vschar};
use crate::encoding::json::{self, Raw, Text};
use crate::encoding::text;
use crate::encoding::time::UnixTime;
use crate::http::HttpResponse;
use crate::limits::{MAX_FORM_PAIRS, MAX_PARAMETER_LEN, MAX_TOKEN_LEN};
use crate::response::fault::Fault;
use crate::response::oauth_error::{ErrorCode, OAuthError};
use crate::secret::{Secret, WipedBytes};
use crate::untrusted::Untrusted;
use thiserror::Error;

/// What kind of token the server says it gave (RFC 6749 §7.1).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TokenType {
    /// `Bearer`, in any case (RFC 6750).
    Bearer,
    /// Another type. The crate makes no header for it.
    Other(Box<str>),
    /// The server does not say. The crate makes no header for it, unless the
    /// [`Dialect`] says that this server means `Bearer`.
    Unstated,
}

/// How long the server says that the access token lives, from the moment of the response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "said readably, said unreadably, or not said")]
pub enum Lifetime {
    /// So long. Of `expires_in` and `expiry`, where they differ, the shorter one.
    Stated(Duration),
    /// Something that is no lifetime, such as a date or a negative number. It does not mean "for ever": renew
    /// the token soon.
    Unreadable,
    /// Nothing. Use the token until it is refused.
    Unstated,
}

/// Which scope the server says it granted (RFC 6749 §5.1).
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "said, or not said")]
pub enum GrantedScope {
    /// These, perhaps none at all. It may be more or less than was asked for. If a refresh does not say, it is what
    /// that refresh was narrowed to, or what was granted before it (RFC 6749 §6).
    Stated(Scope),
    /// It does not say, or not readably, or in more than [`MAX_PARAMETER_LEN`] bytes. RFC 6749 has it mean all that
    /// was asked for; whether you believe that is your choice.
    Unstated,
}

/// A success, with a token in it that can be used.
#[derive(Debug)]
pub(crate) struct TokenResponse {
    pub(crate) access_token: Secret,
    pub(crate) token_type: TokenType,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) lifetime: Lifetime,
    pub(crate) scope: GrantedScope,
}

impl TokenResponse {
    /// Reads a response that came at `now`. What a refusal means for the login is decided in `flow`. What is a form
    /// becomes JSON, so that there is one form to keep.
    pub(crate) fn read(response: &mut HttpResponse, dialect: &Dialect, now: UnixTime) -> Result<Self, TokenError> {
        let status = response.status;
        if matches!(status, 300..=399) {
            return Err(TokenError::Redirected { status });
        }
        if response.is_too_long() {
            return Err(match status {
                // The page of a gateway may be of any length, and its status says enough.
                429 | 500.. => {
                    TokenError::Unavailable { status, retry_after: response.retry_after, error: None, body: None }
                }
                _ => TokenError::TooLong { status },
            });
        }
        if let Some(json) = dialect.form_responses.then(|| object_of_form(&response.body)).flatten() {
            response.body = WipedBytes(json.into_bytes());
            // Each control character of a form takes six in JSON.
            if response.is_too_long() {
                return Err(TokenError::TooLong { status });
            }
        }
        let members = Members::read(&response.body, dialect);
        let may_have_token = match &members {
            Ok(members) => members.has_token,
            Err(_) => response.body.windows(5).any(|word| word.eq_ignore_ascii_case(b"token")),
        };
        let body = || (!may_have_token).then(|| Untrusted::excerpt(&response.body));
        let error = members.as_ref().ok().and_then(Members::oauth_error);
        match (status, error) {
            (429 | 500.., error) => {
                Err(TokenError::Unavailable { status, retry_after: response.retry_after, error, body: body() })
            }
            // At another status than the RFC's it may be the error of a gateway, unless it is one of the RFC's.
            (200..=299 | 400 | 401 | 403, Some(error)) => Err(TokenError::Refused { status, error, body: body() }),
            (_, Some(error)) if error.code.is_registered() => Err(TokenError::Refused { status, error, body: body() }),
            (200..=299, None) => match members {
                Ok(members) => members.success(dialect, now).map_err(|reason| TokenError::Unusable { status, reason }),
                Err(NoObject::NotJson) => Err(TokenError::NotJson { status }),
                Err(NoObject::OtherJson) => Err(TokenError::Unusable { status, reason: UnusableToken::NotAnObject }),
            },
            _ => Err(TokenError::UnexpectedStatus { status, body: body() }),
        }
    }

    /// Reads a success again that was stored.
    pub(crate) fn read_again(body: &str, dialect: &Dialect, received_at: UnixTime) -> Option<Self> {
        Members::read(body.as_bytes(), dialect).ok()?.success(dialect, received_at).ok()
    }
}

/// The members of a form-encoded response, which is no JSON. A page is none, though it can be read as one: what stands
/// before its first `=` is no name.
fn object_of_form(body: &[u8]) -> Option<String> {
    if core::str::from_utf8(body).is_ok_and(|text| json::is_json(json::without_byte_order_mark(text))) {
        return None;
    }
    let body = body.trim_ascii();
    let mut is_answer = false;
    for (index, (name, value)) in form::pairs(body).enumerate() {
        if index == MAX_FORM_PAIRS || !name.iter().all(|byte| is_name_byte(*byte)) || form::check(value).is_err() {
            return None;
        }
        is_answer |= matches!(name, b"access_token" | b"error");
    }
    is_answer.then(|| json::object(&Params::from_encoded(body).iter().collect::<Vec<_>>()))
}

/// The members that mean something here, each as it stands in the text. Which of them is a string, and which a
/// number, differs from server to server, and a member that nobody can read must not cost a good token.
#[derive(Default)]
struct Members<'a> {
    access_token: Option<Raw<'a>>,
    token_type: Option<Raw<'a>>,
    expires_in: Option<Raw<'a>>,
    expiry: Option<Raw<'a>>,
    /// What the dialect has for a lifetime.
    lifetime: Option<Raw<'a>>,
    /// Whether there is a member that other servers have for a lifetime.
    names_a_lifetime: bool,
    /// Whether there is a token in it, in any of the places where one may be.
    has_token: bool,
    refresh_token: Option<Raw<'a>>,
    scope: Option<Raw<'a>>,
    error: Option<Raw<'a>>,
    error_description: Option<Raw<'a>>,
    error_uri: Option<Raw<'a>>,
    duplicate: Option<&'static str>,
}

/// Why a body is not read.
#[derive(Debug, PartialEq)]
enum NoObject {
    NotJson,
    OtherJson,
}

impl<'a> Members<'a> {
    fn read(body: &'a [u8], dialect: &Dialect) -> Result<Self, NoObject> {
        let text = json::without_byte_order_mark(core::str::from_utf8(body).map_err(|_| NoObject::NotJson)?);
        let mut members = Self::default();
        let Some(all) = json::members(text) else {
            return Err(if json::is_json(text) { NoObject::OtherJson } else { NoObject::NotJson });
        };
        for member in all {
            let (name, value) = member.map_err(|json::NotJson| NoObject::NotJson)?;
            // A name that is no text must not cost the token.
            let Some(name) = json::string(name) else { continue };
            match members.slot(&name) {
                Some((name, slot)) => {
                    if slot.replace(value).is_some() {
                        members.duplicate = Some(name);
                    }
                }
                None => {
                    members.names_a_lifetime |=
                        names_a_lifetime(&name) && !matches!(value.get(), "null" | "true" | "false");
                }
            }
        }
        members.note_tokens();
        members.find_elsewhere(text, dialect);
        members.note_tokens();
        Ok(members)
    }

    /// Puts what the dialect has at a place of its own where the rest looks for it.
    fn find_elsewhere(&mut self, text: &'a str, dialect: &Dialect) {
        for (name, place) in dialect.response_names {
            let Some((name, slot)) = self.slot(name) else { continue };
            match json::find(text, place) {
                // Another place for an error must not hide a code at its own; an object there is no code.
                Ok(found) if name.starts_with("error") => {
                    let code =
                        slot.filter(|raw| !is_no_error(*raw) && !matches!(raw.get().as_bytes(), [b'{' | b'[', ..]));
                    *slot = code.or(found).or(*slot);
                }
                Ok(found) => *slot = found,
                Err(json::Twice) => self.duplicate = Some(name),
            }
        }
        if let Some((place, _)) = dialect.lifetime {
            match json::find(text, place) {
                Ok(found) => self.lifetime = found,
                Err(json::Twice) => self.duplicate = Some(place),
            }
        }
    }

    fn note_tokens(&mut self) {
        // What comes twice is only the last one here, or none.
        self.has_token |=
            self.duplicate.is_some() || present(self.access_token).or(present(self.refresh_token)).is_some();
    }

    /// Where a member of the protocol is kept.
    fn slot(&mut self, name: &str) -> Option<(&'static str, &mut Option<Raw<'a>>)> {
        Some(match name {
            "access_token" => ("access_token", &mut self.access_token),
            "token_type" => ("token_type", &mut self.token_type),
            "expires_in" => ("expires_in", &mut self.expires_in),
            "expiry" => ("expiry", &mut self.expiry),
            "refresh_token" => ("refresh_token", &mut self.refresh_token),
            "scope" => ("scope", &mut self.scope),
            "error" => ("error", &mut self.error),
            "error_description" => ("error_description", &mut self.error_description),
            "error_uri" => ("error_uri", &mut self.error_uri),
            _ => return None,
        })
    }

    fn success(&self, dialect: &Dialect, now: UnixTime) -> Result<TokenResponse, UnusableToken> {
        if let Some(name) = self.duplicate {
            return Err(UnusableToken::DuplicateMember(name));
        }
        let access_token = present(self.access_token).ok_or(UnusableToken::Missing)?;
        Ok(TokenResponse {
            access_token: token(access_token).ok_or(UnusableToken::Malformed)?,
            token_type: self.token_type(dialect),
            refresh_token: present(self.refresh_token).and_then(token),
            lifetime: self.lifetime(dialect, now),
            scope: self.scope(dialect),
        })
    }

    fn token_type(&self, dialect: &Dialect) -> TokenType {
        let Some(named) = present(self.token_type) else {
            return if dialect.assumes_bearer { TokenType::Bearer } else { TokenType::Unstated };
        };
        // The type of a token is a code like that of an error: a short word of visible ASCII.
        let word = json::string(named).filter(|word| is_error_code(word)).unwrap_or(Text::Plain(""));
        let is_same = |bearer: &str| bearer.eq_ignore_ascii_case(&word);
        if is_same("Bearer") || dialect.bearer_aliases.iter().any(|alias| is_same(alias)) {
            TokenType::Bearer
        } else {
            TokenType::Other((*word).into())
        }
    }

    fn lifetime(&self, dialect: &Dialect, now: UnixTime) -> Lifetime {
        let read = |member: &Option<Raw<'a>>, format| {
            let raw = present(*member)?;
            Some((seconds_left(raw, format, now)?, is_zero(raw, format)))
        };
        let usual = [self.expires_in, self.expiry];
        let shorter = || usual.iter().filter_map(|member| read(member, LifetimeFormat::Seconds)).min();
        let own = dialect.lifetime.and_then(|(_, format)| read(&self.lifetime, format));
        let is_stated =
            self.names_a_lifetime || usual.iter().chain([&self.lifetime]).any(|raw| present(*raw).is_some());
        let assumed = dialect.assumed_lifetime.map(u64::from);
        let seconds = match own.or_else(shorter) {
            Some((_, true)) if dialect.zero_means_unstated => assumed,
            None if assumed.is_none() && is_stated => return Lifetime::Unreadable,
            stated => stated.map(|(seconds, _)| seconds).or(assumed),
        };
        seconds.map_or(Lifetime::Unstated, |seconds| Lifetime::Stated(Duration::from_secs(seconds)))
    }

    fn scope(&self, dialect: &Dialect) -> GrantedScope {
        let Some(raw) = present(self.scope) else { return GrantedScope::Unstated };
        if raw.get().len() > MAX_PARAMETER_LEN {
            return GrantedScope::Unstated;
        }
        let separator = dialect.granted_scope_separator;
        let scope = match json::string(raw) {
            Some(list) => Some(Scope::granted(&list, separator)),
            None => list_of_texts(raw).map(|list| Scope::granted(&list, separator)),
        };
        scope.map_or(GrantedScope::Unstated, GrantedScope::Stated)
    }

    fn oauth_error(&self) -> Option<Box<OAuthError>> {
        let raw = self.error.filter(|raw| !is_no_error(*raw))?;
        let text = raw.get();
        let code = match json::string(raw) {
            // Of two errors nobody can say which one is meant.
            _ if self.duplicate.is_some() => None,
            Some(code) => ErrorCode::parse(&code),
            // A number is kept as it is written.
            None if !matches!(text.as_bytes(), [b'"' | b'{' | b'[', ..]) => ErrorCode::parse(text),
            None => None,
        };
        Some(Box::new(OAuthError {
            code: code.unwrap_or(ErrorCode::Unreadable),
            description: present(self.error_description).and_then(json::string).map(untrusted),
            uri: present(self.error_uri).and_then(json::string).map(untrusted),
        }))
    }
}

/// The texts of a list of nothing else, separated by spaces.
fn list_of_texts(raw: Raw<'_>) -> Option<String> {
    let mut list = String::new();
    for item in json::items(raw.get())? {
        list.push(' ');
        list.push_str(&json::string(item.ok()?)?);
    }
    Some(list)
}

fn untrusted(text: Text<'_>) -> Untrusted {
    Untrusted::new(text.into_owned())
}

/// Whether a member is what some server calls a lifetime: `expires_at`, `expireTime`, `access_token_expiration`.
/// Nothing is read from it unless the dialect says how, but a token beside it has an end.
fn names_a_lifetime(name: &str) -> bool {
    let starts_with =
        |name: &str, start: &str| name.get(..start.len()).is_some_and(|is| is.eq_ignore_ascii_case(start));
    let rest = ["access_token_", "accessToken", "token_"].iter().find_map(|before| name.strip_prefix(before));
    starts_with(rest.unwrap_or(name), "expir")
}

/// Some servers send the member with every success. As a number it is 0, perhaps in a text and in several digits.
fn is_no_error(raw: Raw<'_>) -> bool {
    matches!(raw.get(), "null" | "false") || raw.get().bytes().all(|byte| matches!(byte, b'0' | b'"'))
}

/// `null` is the same as absent.
fn present(member: Option<Raw<'_>>) -> Option<Raw<'_>> {
    member.filter(|raw| raw.get() != "null")
}

/// A token: a string of `VSCHAR` (RFC 6749 appendices A.12 and A.17).
fn token(raw: Raw<'_>) -> Option<Secret> {
    json::string(raw).filter(|text| is_vschar(text, MAX_TOKEN_LEN)).map(|text| Secret::from(&*text))
}

/// How many seconds a token still lives, if that can be read.
fn seconds_left(raw: Raw<'_>, format: LifetimeFormat, now: UnixTime) -> Option<u64> {
    let end = match format {
        LifetimeFormat::Milliseconds => return lifetime_number(raw.get(), -3),
        LifetimeFormat::Seconds => return lifetime_number(raw.get(), 0),
        LifetimeFormat::Timestamp => UnixTime::from_rfc3339(&json::string(raw)?)?,
        // What would be beyond the year 9999 is counted in something else.
        LifetimeFormat::UnixSeconds => {
            lifetime_number(raw.get(), 0).filter(|end| *end < 253_402_300_800).map(UnixTime::from_secs)?
        }
    };
    Some(end.saturating_since(now).as_secs())
}

/// Whether it is a zero as it is written, and not one that comes of a token that has run out.
fn is_zero(raw: Raw<'_>, format: LifetimeFormat) -> bool {
    match format {
        LifetimeFormat::Timestamp => seconds_left(raw, format, UnixTime::from_secs(0)) == Some(0),
        _ => !raw.get().bytes().any(|byte| matches!(byte, b'1'..=b'9')),
    }
}

/// A count that is a number or a string with a number in it, times a power of ten, rounded down. One that is too large
/// for a `u64` is the largest one; one with an exponent beyond all reason is none.
///
/// Read digit by digit: the floats of `core` bring tables of 10 KB, which a microcontroller would carry for this alone.
fn lifetime_number(raw: &str, power: isize) -> Option<u64> {
    let text = raw.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(raw).trim_ascii();
    let (mantissa, exponent) = match (text::cut(text, b'e'), text::cut(text, b'E')) {
        ((mantissa, Some(exponent)), _) | (_, (mantissa, Some(exponent))) => (mantissa, exponent),
        _ => (text, "0"),
    };
    let (whole, fraction) = text::cut(mantissa, b'.');
    let fraction = fraction.unwrap_or_default();
    let digits = exponent.strip_prefix('-').or(exponent.strip_prefix('+')).unwrap_or(exponent);
    let size = isize::try_from(decimal::read(digits)?).ok()?;
    let exponent = if exponent.starts_with('-') { -size } else { size };
    if whole.is_empty() || exponent >= 400 {
        return None;
    }
    let mut places = whole.len().saturating_add_signed(exponent.saturating_add(power));
    let mut count: u64 = 0;
    for byte in whole.bytes().chain(fraction.bytes()) {
        let digit = char::from(byte).to_digit(10)?;
        if places > 0 {
            places -= 1;
            count = count.saturating_mul(10).saturating_add(digit.into());
        }
    }
    for _ in 0..places {
        count = count.saturating_mul(10);
    }
    Some(count)
}

/// Why a token response gave no token.
///
/// Whether the state is handed back is for [`Rejected::recover`](crate::Rejected::recover) to say.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum TokenError {
    /// The body is longer than [`MAX_RESPONSE_LEN`](crate::limits::MAX_RESPONSE_LEN), or than the host would read. At
    /// 429 and 5xx it is [`Unavailable`](Self::Unavailable).
    #[error("token response, status {status}: too long")]
    TooLong {
        /// The HTTP status.
        status: u16,
    },
    /// A redirect (3xx). It must not be followed: it would carry the code to another place. Either the token
    /// endpoint is wrong, or something stands between you and the server.
    #[error("token response, status {status}: a redirect, which must not be followed")]
    Redirected {
        /// The HTTP status.
        status: u16,
    },
    /// The server cannot answer now (5xx or 429).
    #[error("token response, status {status}: the server cannot answer now")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// How long the server asks you to wait (`Retry-After` in seconds).
        retry_after: Option<Duration>,
        /// What the body says, if it is an OAuth error.
        error: Option<Box<OAuthError>>,
        /// The beginning of the body, if there can be no token in it.
        body: Option<Untrusted>,
    },
    /// Neither success nor an OAuth error, such as a page of a proxy at 403 or 404.
    #[error("token response, status {status}: neither a token nor an OAuth error")]
    UnexpectedStatus {
        /// The HTTP status.
        status: u16,
        /// The beginning of the body, if there can be no token in it.
        body: Option<Untrusted>,
    },
    /// A success whose body is empty, cut off or not JSON.
    #[error("token response, status {status}: not JSON")]
    NotJson {
        /// The HTTP status.
        status: u16,
    },
    /// The server refused, with an OAuth error (RFC 6749 §5.2).
    #[error("token response, status {status}: the server refused: {error}")]
    Refused {
        /// The HTTP status. Some servers refuse with 200.
        status: u16,
        /// What the server said.
        error: Box<OAuthError>,
        /// The beginning of the body, if there can be no token in it.
        body: Option<Untrusted>,
    },
    /// A success without an access token that can be used.
    #[error("token response, status {status}: {reason}")]
    Unusable {
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        reason: UnusableToken,
    },
}

impl TokenError {
    /// The HTTP status of the response.
    pub const fn status(&self) -> u16 {
        match self {
            Self::TooLong { status }
            | Self::Redirected { status }
            | Self::Unavailable { status, .. }
            | Self::UnexpectedStatus { status, .. }
            | Self::NotJson { status }
            | Self::Refused { status, .. }
            | Self::Unusable { status, .. } => *status,
        }
    }

    /// The OAuth error in the response, if it has one.
    pub fn oauth_error(&self) -> Option<&OAuthError> {
        match self {
            Self::Unavailable { error, .. } => error.as_deref(),
            Self::Refused { error, .. } => Some(error),
            _ => None,
        }
    }

    /// What the server sent with its refusal: its first [`MAX_ERROR_BODY_LEN`](crate::limits::MAX_ERROR_BODY_LEN)
    /// bytes. Servers repeat in it what was sent to them, secrets included: look at it, and do not log it. A body that
    /// has a token where this crate looks for one, or the word "token" in what it cannot read, is not kept.
    pub const fn body(&self) -> Option<&Untrusted> {
        match self {
            Self::Unavailable { body, .. } | Self::UnexpectedStatus { body, .. } | Self::Refused { body, .. } => {
                body.as_ref()
            }
            _ => None,
        }
    }

    /// A member of that [`body`](Self::body) by its name, if it is a JSON object and has it in this type: what a
    /// server says beyond RFC 6749, such as `error_codes` or `claims`.
    pub fn response_member<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        json::member(self.body()?.raw(), name)
    }

    /// How long the server asks you to wait before the next request.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Who has to act.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Redirected { .. } => Fault::Host,
            Self::Refused { error, .. } => error.code.fault(),
            _ => Fault::Server,
        }
    }

    /// Whether trying again may succeed without anything being changed: the same request, if the state was handed
    /// back, or else a new login. If [`retry_after`](Self::retry_after) says so, wait so long.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable { .. } | Self::NotJson { .. } => true,
            Self::Refused { error, .. } => error.code.is_retryable(),
            _ => false,
        }
    }
}

/// Why the access token of a success cannot be used.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum UnusableToken {
    /// A member of the protocol comes twice, so that readers may disagree about it.
    #[error("the member {0} comes twice")]
    DuplicateMember(&'static str),
    /// The access token is not a string, is empty, too long, or has a character that RFC 6749 appendix A.12 does not allow.
    #[error("an access token that is not a string of visible ASCII, or is too long")]
    Malformed,
    /// There is no access token.
    #[error("no access token")]
    Missing,
    /// The body is JSON, but not an object.
    #[error("not a JSON object")]
    NotAnObject,
}

crate::names::names! {
    TokenError: TooLong Redirected Unavailable UnexpectedStatus NotJson Refused Unusable;
    UnusableToken: DuplicateMember Malformed Missing NotAnObject;
}
