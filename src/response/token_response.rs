//! Parses the token response (RFC 6749 §5), independently of the login's state.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::config::dialect::{Dialect, Format, JsonWriter, Place};
use crate::config::scope::Scope;
use crate::encoding::form;
use crate::encoding::grammar::{is_error_code, is_name_byte, is_vschar};
use crate::encoding::json::{self, Raw, Twice};
use crate::encoding::text::{self, Text};
use crate::encoding::time::UnixTime;
use crate::http::HttpResponse;
use crate::limits::{MAX_PARAMETER_LEN, MAX_TOKEN_LEN};
use crate::response::fields::{Field, Fields, Origin};
use crate::response::lifetime::{Lifetime, Stated, is_lifetime_name};
use crate::response::members::Members;
use crate::response::oauth_error::{ErrorCode, OAuthError};
use crate::secret::Secret;
use crate::untrusted::Untrusted;

/// The type of an access token, as the server states it (RFC 6749 §7.1).
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[non_exhaustive]
pub enum TokenType {
    /// `Bearer`, in any case (RFC 6750), or a word that the [`Dialect`] names for it.
    Bearer,
    /// Another type. The crate makes no header for it.
    Other(Box<str>),
    /// The server states something that is not a type, such as a number. The crate makes no header for it.
    Unreadable,
    /// The server does not state it, or states an empty text. The crate makes no header for it, unless the [`Dialect`]
    /// says that this server means `Bearer`.
    ///
    /// If the response to a refresh does not state the type, `Bearer` stays what it was.
    Unstated,
}

/// The scope that the server says it granted (RFC 6749 §5.1).
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "the server states it readably, unreadably, or not at all")]
pub enum GrantedScope {
    /// These scopes, perhaps none. They may be more or fewer than were requested.
    ///
    /// If the response to a refresh does not state the scope, it is what that refresh was narrowed to, or what was granted
    /// before (RFC 6749 §6).
    Stated(Scope),
    /// The server states something that is not a list of scopes: a number, an object, or more than
    /// [`MAX_PARAMETER_LEN`](crate::limits::MAX_PARAMETER_LEN) bytes or
    /// [`MAX_SCOPE_TOKENS`](crate::limits::MAX_SCOPE_TOKENS) tokens. Nothing follows from it.
    Unreadable,
    /// The server does not state it. By RFC 6749 that means everything that was requested; whether to believe it is your
    /// decision.
    Unstated,
}

/// A success, with an access token that can be used.
#[derive(Debug)]
pub(crate) struct TokenResponse {
    pub(crate) access_token: Secret,
    pub(crate) token_type: TokenType,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) lifetime: Lifetime,
    pub(crate) scope: GrantedScope,
    pub(crate) members: Members,
    /// Whether an ID token may be among the members, which need not be searched otherwise.
    pub(crate) may_have_id_token: bool,
}

impl TokenResponse {
    /// The ID token, if it has the form of one.
    pub(crate) fn id_token(&self) -> Option<Secret> {
        if self.may_have_id_token { self.members.id_token() } else { None }
    }
}

/// Reads a response that was received at `now`. What a refusal means for the login is decided in `flow`.
pub(crate) fn read(response: HttpResponse, dialect: &Dialect, now: UnixTime) -> Result<TokenResponse, Refused> {
    let (status, retry_after) = (response.status, response.retry_after(now));
    let refused = |kind| Box::new(RefusedResponse::new(kind, status, retry_after));
    if let Some(kind) = refusal_by_status(&response) {
        return Err(refused(kind).into());
    }
    let body = Body::parse(&response.body, dialect);
    let oauth_error = body.oauth_error();
    if let Some(kind) = refusal_by_content(status, &body, oauth_error.as_ref()) {
        return Err(with_error(refused(kind), oauth_error, &body, &response.body).into());
    }
    let mut token = match body.success(dialect, now) {
        Ok(token) => token,
        Err(reason) => {
            let response = refused(TokenErrorKind::Unusable(reason));
            return Err(Refused { response, refresh_token: body.refresh_token() });
        }
    };
    let form = body.form().map(|(pairs, writer)| Members::from_form(pairs, writer));
    token.members = form.unwrap_or_else(|| Members::from_json(response.body));
    Ok(token)
}

/// The refusal in a response of any endpoint, if it is one by its status or by an OAuth error in it.
pub(super) fn refusal(response: &HttpResponse, dialect: &Dialect, now: UnixTime) -> Option<Box<RefusedResponse>> {
    let refused = |kind| Box::new(RefusedResponse::new(kind, response.status, response.retry_after(now)));
    if let Some(kind) = refusal_by_status(response) {
        return Some(refused(kind));
    }
    let body = Body::parse(&response.body, dialect);
    let oauth_error = body.oauth_error();
    let kind = refusal_by_content(response.status, &body, oauth_error.as_ref())?;
    Some(with_error(refused(kind), oauth_error, &body, &response.body))
}

/// A refusal with the server's error and, if it may be shown, the beginning of the body.
fn with_error(
    mut refused: Box<RefusedResponse>,
    oauth_error: Option<OAuthError>,
    body: &Body<'_>,
    text: &[u8],
) -> Box<RefusedResponse> {
    refused.oauth_error = oauth_error;
    refused.body = body.may_be_shown(refused.kind, text).then(|| Untrusted::excerpt(text));
    refused
}

const fn is_unavailable(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..)
}

/// Whether the response is refused without a look at its body.
fn refusal_by_status(response: &HttpResponse) -> Option<TokenErrorKind> {
    match response.status {
        300..=399 => Some(TokenErrorKind::Redirected),
        // The page of a gateway may be of any length, and its status says enough.
        status if response.is_too_long() && is_unavailable(status) => Some(TokenErrorKind::Unavailable),
        _ => response.is_too_long().then_some(TokenErrorKind::TooLong),
    }
}

/// Whether the response is refused, unless its access token is unusable.
fn refusal_by_content(status: u16, body: &Body<'_>, error: Option<&OAuthError>) -> Option<TokenErrorKind> {
    let is_registered = |error: &OAuthError| error.code.as_ref().is_some_and(ErrorCode::is_registered);
    match (status, error) {
        _ if is_unavailable(status) => Some(TokenErrorKind::Unavailable),
        // At another status than these it may be the error of a gateway, unless RFC 6749 has the code.
        (200..=299 | 400 | 401 | 403, Some(_)) => Some(TokenErrorKind::Refused),
        (_, Some(error)) if is_registered(error) => Some(TokenErrorKind::Refused),
        (200..=299, None) => matches!(body, Body::Other { is_json: false, .. }).then_some(TokenErrorKind::NotJson),
        _ => Some(TokenErrorKind::UnexpectedStatus),
    }
}

/// The content of a response.
#[expect(clippy::large_enum_variant, reason = "there is one, on the stack")]
enum Body<'a> {
    /// A JSON object, or a form if the dialect allows one.
    Fields(TokenFields<'a>),
    Other {
        is_json: bool,
    },
}

impl<'a> Body<'a> {
    fn parse(body: &'a [u8], dialect: &Dialect) -> Self {
        let text = json::without_byte_order_mark(body);
        if let Some(fields) = TokenFields::from_json(text, dialect) {
            return Self::Fields(fields);
        }
        let is_json = json::is_json(text);
        let writer = dialect.form_responses().filter(|_| !is_json);
        let form = writer.and_then(|writer| TokenFields::from_form(body, writer, dialect));
        form.map_or(Self::Other { is_json }, Self::Fields)
    }

    fn oauth_error(&self) -> Option<OAuthError> {
        match self {
            Self::Fields(fields) => fields.oauth_error(),
            Self::Other { .. } => None,
        }
    }

    fn success(&self, dialect: &Dialect, now: UnixTime) -> Result<TokenResponse, UnusableToken> {
        match self {
            Self::Fields(fields) => fields.success(dialect, now),
            Self::Other { .. } => Err(UnusableToken::NotAnObject),
        }
    }

    fn form(&self) -> Option<(&'a [u8], JsonWriter)> {
        match self {
            Self::Fields(fields) => fields.form,
            Self::Other { .. } => None,
        }
    }

    /// The refresh token, if there is one, once, and it is valid.
    fn refresh_token(&self) -> Option<Secret> {
        match self {
            Self::Fields(fields) if !fields.table.is_duplicate(Field::RefreshToken) => {
                fields.present(Field::RefreshToken).and_then(Value::token)
            }
            _ => None,
        }
    }

    /// Whether an error may keep `body`, from which this was parsed: a token must not be in it.
    fn may_be_shown(&self, kind: TokenErrorKind, body: &[u8]) -> bool {
        kind != TokenErrorKind::NotJson
            && !match self {
                // A member that the crate does not read may have a token, too.
                Self::Fields(fields) if fields.form.is_none() => fields.may_have_token() || has_name_with_token(body),
                Self::Fields(_) | Self::Other { .. } => has_word_token(body),
            }
    }
}

/// The fields of a token response. Which of them is a string, and which a number, differs from server to server, and one
/// that cannot be read must not cost a valid token.
struct TokenFields<'a> {
    table: Fields<Value<'a>>,
    /// Whether there is another member that says how long the token lives.
    has_other_lifetime: bool,
    has_id_token: bool,
    /// The pairs of a form, and how they become JSON.
    form: Option<(&'a [u8], JsonWriter)>,
}

impl<'a> TokenFields<'a> {
    fn new(dialect: &Dialect, form: Option<(&'a [u8], JsonWriter)>) -> Self {
        let mut table = Fields::new();
        for (name, _) in dialect.response_places() {
            if let Some(field) = Field::named(name) {
                table.set_moved(field);
            }
        }
        table.set_moved(Field::Lifetime);
        Self { table, has_other_lifetime: false, has_id_token: false, form }
    }

    /// `None` if the text is not a JSON object.
    fn from_json(text: &'a [u8], dialect: &Dialect) -> Option<Self> {
        let members = json::members(text)?;
        let mut fields = Self::new(dialect, None);
        for member in members {
            let (name, value) = member.ok()?;
            // A name that is not text must not cost the token.
            if let Some(name) = json::string(name) {
                fields.insert(&name, Value::Json(value), dialect);
            }
        }
        Some(fields)
    }

    /// `None` if the text is not a form with an access token or an error in it. A page can be split into pairs, too, but
    /// what is before its first `=` is not a name.
    fn from_form(body: &'a [u8], writer: JsonWriter, dialect: &Dialect) -> Option<Self> {
        let body = body.trim_ascii();
        let mut fields = Self::new(dialect, Some((body, writer)));
        for (index, (name, value)) in form::pairs(body).enumerate() {
            match core::str::from_utf8(name).ok().filter(|name| name.bytes().all(is_name_byte)) {
                Some(name) => fields.insert(name, Value::Form(value), dialect),
                None if index == 0 => return None,
                // Nobody reads it, so it must not cost the token.
                None => {}
            }
        }
        let is_response = fields.table.get(Field::AccessToken).or(fields.table.get(Field::Error)).is_some();
        is_response.then_some(fields)
    }

    /// Sorts a member in by its name.
    fn insert(&mut self, name: &str, value: Value<'a>, dialect: &Dialect) {
        let own = Field::TOKEN_RESPONSE.into_iter().find(|field| field.name() == name);
        match own {
            Some(field) => self.table.insert(field, Origin::Protocol, value),
            None if name == "id_token" => self.has_id_token = true,
            None => self.has_other_lifetime |= is_lifetime_name(name) && value.has_digit(),
        }
        for (ours, place) in dialect.response_places() {
            if let Some(field) = Field::named(ours) {
                self.insert_from(place, field, name, value);
            }
        }
        if let Some((place, _)) = dialect.lifetime_place() {
            self.insert_from(place, Field::Lifetime, name, value);
        }
    }

    /// Takes the field from its place, if the member is that place or contains it.
    fn insert_from(&mut self, place: Place<'_>, field: Field, name: &str, value: Value<'a>) {
        let mut steps = place.steps();
        if steps.next() != Some(name) {
            return;
        }
        if !self.table.visit(field) {
            self.table.set_duplicate(field);
        }
        match value.find(steps) {
            Ok(Some(found)) => self.table.insert(field, Origin::Dialect, found),
            Ok(None) => {}
            Err(Twice) => self.table.set_duplicate(field),
        }
    }

    /// The value of a field. `null` is the same as absent.
    fn present(&self, field: Field) -> Option<Value<'a>> {
        self.table.get_if(field, Value::may_be_error).filter(|value| !value.is_null())
    }

    /// Whether there is a token, in any of the places where one may be. What came twice is here only once.
    fn may_have_token(&self) -> bool {
        let has = |field| self.table.both(field).iter().flatten().any(|value| !value.is_null());
        self.table.duplicate().is_some() || has(Field::AccessToken) || has(Field::RefreshToken)
    }

    fn oauth_error(&self) -> Option<OAuthError> {
        let error = self.table.get_if(Field::Error, Value::may_be_error).filter(|value| !value.is_no_error())?;
        let text = |field| self.present(field).and_then(Value::text).map(|text| Untrusted::new(text.into_owned()));
        Some(OAuthError {
            // Of two errors, nobody can say which one is meant.
            code: if self.table.duplicate().is_some() { None } else { error.error_code() },
            description: text(Field::ErrorDescription),
            uri: text(Field::ErrorUri),
        })
    }

    fn success(&self, dialect: &Dialect, now: UnixTime) -> Result<TokenResponse, UnusableToken> {
        if let Some(field) = self.table.duplicate() {
            return Err(UnusableToken::DuplicateMember(field.name()));
        }
        let access_token = self.present(Field::AccessToken).ok_or(UnusableToken::Missing)?;
        Ok(TokenResponse {
            access_token: access_token.token().ok_or(UnusableToken::Malformed)?,
            token_type: self.token_type(dialect),
            refresh_token: self.present(Field::RefreshToken).and_then(Value::token),
            lifetime: self.lifetime(dialect, now),
            scope: self.scope(dialect),
            members: Members::none(),
            may_have_id_token: self.has_id_token,
        })
    }

    fn token_type(&self, dialect: &Dialect) -> TokenType {
        // A dialect that reads the type elsewhere must not hide that the token is bound to a key.
        let is_dpop = |value: &Value<'_>| value.text().is_some_and(|word| word.eq_ignore_ascii_case("DPoP"));
        let [standard, _] = self.table.both(Field::TokenType);
        let bound = standard.filter(is_dpop);
        let Some(value) = bound.or(self.present(Field::TokenType)) else { return unstated_type(dialect) };
        let is_bearer = |word: &str| {
            let is_same = |bearer: &str| bearer.eq_ignore_ascii_case(word);
            is_same("Bearer") || dialect.bearer_aliases().any(is_same)
        };
        match value.text().as_deref() {
            Some("") => unstated_type(dialect),
            Some(word) if is_bearer(word) => TokenType::Bearer,
            // A token type is a short word of visible ASCII, as an error code is.
            Some(word) if is_error_code(word) => TokenType::Other(word.into()),
            _ => TokenType::Unreadable,
        }
    }

    fn lifetime(&self, dialect: &Dialect, now: UnixTime) -> Lifetime {
        let read = |field, format| Some(self.present(field)?.lifetime(format, now));
        let own = dialect.lifetime_place().and_then(|(_, format)| read(Field::Lifetime, format));
        let usual = match [Field::ExpiresIn, Field::Expiry].map(|field| read(field, Format::Seconds)) {
            [Some(one), Some(other)] => Some(one.shorter(other)),
            [one, other] => one.or(other),
        };
        let other = self.has_other_lifetime.then_some(Stated::Unreadable);
        Lifetime::choose(&[own, usual, other], dialect)
    }

    fn scope(&self, dialect: &Dialect) -> GrantedScope {
        let Some(value) = self.present(Field::Scope) else { return GrantedScope::Unstated };
        let list = if value.len() > MAX_PARAMETER_LEN { None } else { value.list() };
        let scope = list.and_then(|list| Scope::granted(&list, dialect.granted_scope_separator()));
        scope.map_or(GrantedScope::Unreadable, GrantedScope::Stated)
    }
}

fn has_word_token(text: &[u8]) -> bool {
    text.windows(5).any(|word| word.eq_ignore_ascii_case(b"token"))
}

/// Whether a member, at any depth, is named like a token and is not null. A name with an escape in it may be one.
fn has_name_with_token(json: &[u8]) -> bool {
    let mut parts = json.split(|byte| *byte == b'"').peekable();
    while let Some(name) = parts.next() {
        let value = parts.peek().and_then(|after| after.trim_ascii_start().strip_prefix(b":"));
        let has_value = value.is_some_and(|value| !value.trim_ascii_start().starts_with(b"null"));
        let is_like_a_token = name != b"token_type" && (has_word_token(name) || name.contains(&b'\\'));
        // Behind a backslash, the quotation mark is within a string.
        if has_value && is_like_a_token && !name.ends_with(b"\\") {
            return true;
        }
    }
    false
}

fn unstated_type(dialect: &Dialect) -> TokenType {
    if dialect.assumes_bearer() { TokenType::Bearer } else { TokenType::Unstated }
}

/// A value as it came: JSON, or form-encoded.
#[derive(Clone, Copy)]
enum Value<'a> {
    Form(&'a [u8]),
    Json(Raw<'a>),
}

impl<'a> Value<'a> {
    fn get(self) -> &'a [u8] {
        match self {
            Self::Form(text) => text,
            Self::Json(raw) => raw.get(),
        }
    }

    fn len(self) -> usize {
        self.get().len()
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Json(raw) if raw.get() == b"null")
    }

    fn has_digit(self) -> bool {
        self.get().iter().any(u8::is_ascii_digit)
    }

    /// The value at a path from here. In a form, nothing is nested.
    fn find<'s>(self, mut steps: impl Iterator<Item = &'s str>) -> Result<Option<Self>, Twice> {
        match self {
            Self::Form(_) => Ok(steps.next().is_none().then_some(self)),
            Self::Json(raw) => Ok(json::find(raw.get(), steps)?.map(Self::Json)),
        }
    }

    /// The content of a string.
    fn text(self) -> Option<Text<'a>> {
        match self {
            Self::Form(text) => form::text(text).ok(),
            Self::Json(raw) => json::string(raw),
        }
    }

    /// A token: a string of `VSCHAR` (RFC 6749 appendices A.12 and A.17).
    fn token(self) -> Option<Secret> {
        let text = self.text().filter(|text| is_vschar(text, MAX_TOKEN_LEN))?;
        Some(Secret::from_wiped(text.into_owned()))
    }

    fn lifetime(self, format: Format, now: UnixTime) -> Stated {
        match (self.text(), self) {
            (Some(text), _) => Stated::read(&text, format, now),
            (None, Self::Json(raw)) if !matches!(format, Format::Timestamp(_)) => {
                Stated::read(raw.text().unwrap_or_default(), format, now)
            }
            _ => Stated::Unreadable,
        }
    }

    /// A list of scopes: a string, or an array of strings.
    fn list(self) -> Option<Text<'a>> {
        let Self::Json(raw) = self else { return self.text() };
        if let Some(text) = json::string(raw) {
            return Some(text);
        }
        let mut list = String::with_capacity(raw.get().len());
        for item in json::items(raw.get())? {
            list.push(' ');
            list.push_str(&json::string(item.ok()?)?);
        }
        Some(Text::Decoded(list.into()))
    }

    /// Some servers send `error` with every success: as `null`, `false`, an empty text, or zeros.
    fn is_no_error(&self) -> bool {
        matches!(self.get(), b"null" | b"false") || self.get().iter().all(|byte| matches!(byte, b'0' | b'"'))
    }

    /// Whether it hides an error at the dialect's place: an object or an array has no code.
    fn may_be_error(self) -> bool {
        !self.is_no_error() && !matches!((self, self.get().first()), (Self::Json(_), Some(b'{' | b'[')))
    }

    fn error_code(self) -> Option<ErrorCode> {
        match (self.text(), self) {
            (Some(text), _) => ErrorCode::parse(&text),
            // A number is kept as it is written.
            (None, Self::Json(raw)) if !matches!(raw.get(), [b'"' | b'{' | b'[', ..]) => ErrorCode::parse(raw.text()?),
            _ => None,
        }
    }
}

/// Why a response was refused. `TokenError` has it, and [`EndpointError`](crate::EndpointError) with kinds of its own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct RefusedResponse<Kind = TokenErrorKind> {
    pub(crate) kind: Kind,
    pub(crate) status: u16,
    /// The server's error, if the response has one.
    pub(crate) oauth_error: Option<OAuthError>,
    /// The beginning of the body, if no token can be in it.
    pub(crate) body: Option<Untrusted>,
    /// The pause that the server asks for, within [limits](crate::limits::MAX_RETRY_AFTER).
    pub(crate) retry_after: Option<Duration>,
}

/// A response without a usable access token.
pub(crate) struct Refused {
    pub(crate) response: Box<RefusedResponse>,
    /// The new refresh token that a server sent with an unusable access token. It is not a part of the error.
    pub(crate) refresh_token: Option<Secret>,
}

impl From<Box<RefusedResponse>> for Refused {
    fn from(response: Box<RefusedResponse>) -> Self {
        Self { response, refresh_token: None }
    }
}

impl RefusedResponse {
    /// A refusal about which nothing else is known.
    pub(crate) const fn new(kind: TokenErrorKind, status: u16, retry_after: Option<Duration>) -> Self {
        Self { kind, status, oauth_error: None, body: None, retry_after }
    }
}

/// `token response, status 503: the server is unavailable`.
impl fmt::Display for RefusedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("token response")?;
        self.fmt_after_name(f, matches!(self.kind, TokenErrorKind::Refused))
    }
}

impl<Kind: fmt::Display> RefusedResponse<Kind> {
    /// The status, the kind and, if it is `refused`, the code of the server.
    pub(super) fn fmt_after_name(&self, f: &mut fmt::Formatter<'_>, is_refused: bool) -> fmt::Result {
        // By `write_str`: the formatting of numbers and padding is a kilobyte.
        f.write_str(", status ")?;
        f.write_str(&text::of_number(self.status.into()))?;
        f.write_str(": ")?;
        self.kind.fmt(f)?;
        match &self.oauth_error {
            Some(error) if is_refused => {
                f.write_str(": ")?;
                fmt::Display::fmt(error, f)
            }
            _ => Ok(()),
        }
    }
}

/// Why a token response gave no usable access token.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum TokenErrorKind {
    /// A 2xx whose body is not JSON: empty, cut off, or a page. The server may have used up the code or the refresh token.
    #[error("not JSON")]
    NotJson,
    /// A redirect (3xx), which must not be followed: that would send the code to another server. Either the token endpoint
    /// is wrong, or something intercepts the request.
    #[error("a redirect, which must not be followed")]
    Redirected,
    /// The server refused, with an OAuth error (RFC 6749 §5.2). Some servers refuse with status 200.
    #[error("the server refused")]
    Refused,
    /// The answer belongs to a refresh token that this login no longer holds.
    #[error("the answer to a refresh token that this login no longer holds")]
    Stale,
    /// The body is longer than [`MAX_RESPONSE_LEN`](crate::limits::MAX_RESPONSE_LEN), or than your program would read. With
    /// the status of an unavailable server it is [`Unavailable`](Self::Unavailable).
    #[error("too long")]
    TooLong,
    /// The server is unavailable: 408, 425, 429 or 5xx. The response may still have an OAuth error.
    #[error("the server is unavailable")]
    Unavailable,
    /// Neither a success nor an OAuth error, such as the page of a proxy with 403 or 404.
    #[error("neither a token nor an OAuth error")]
    UnexpectedStatus,
    /// A success without a usable access token.
    #[error(transparent)]
    Unusable(UnusableToken),
}

/// Why the access token of a success cannot be used.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum UnusableToken {
    /// A member of the protocol occurs twice, so readers may disagree about its value.
    #[error("the member {0} occurs twice")]
    DuplicateMember(&'static str),
    /// The access token is not a string, is empty, too long, or has a character that RFC 6749 appendix A.12 does not
    /// allow.
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
    TokenErrorKind: NotJson Redirected Refused Stale TooLong Unavailable UnexpectedStatus Unusable;
    UnusableToken: DuplicateMember Malformed Missing NotAnObject;
}
