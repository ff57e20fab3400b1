//! The token response (RFC 6749 §5), read without knowing of which state it is the end.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;
use core::str::Chars;
use core::time::Duration;

use serde::de::{DeserializeOwned, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::dialect::{Dialect, LifetimeUnit};
use crate::error::{TokenError, UnusableToken};
use crate::http::HttpResponse;
use crate::limits::{MAX_PARAMETER_LEN, MAX_RESPONSE_LEN, MAX_TOKEN_LEN};
use crate::oauth_error::{ErrorCode, OAuthError, Untrusted};
use crate::scope::Scope;
use crate::secret::Secret;

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
    /// So long. Of two statements that differ, the shorter one.
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
    /// Reads a response. What a refusal means for the login is decided in `flow`.
    pub(crate) fn read(response: &HttpResponse, dialect: &Dialect) -> Result<Self, TokenError> {
        let status = response.status;
        if matches!(status, 300..=399) {
            return Err(TokenError::Redirected { status });
        }
        if response.body.len() > MAX_RESPONSE_LEN {
            return Err(TokenError::TooLong { status });
        }
        let members = Members::read(&response.body);
        let error = members.as_ref().ok().and_then(Members::oauth_error);
        match (status, error) {
            (429 | 500.., error) => Err(TokenError::Unavailable { status, retry_after: response.retry_after, error }),
            // At another status than the RFC's it may be the error of a gateway, unless it is one of the RFC's.
            (200..=299 | 400 | 401 | 403, Some(error)) => Err(TokenError::Refused { status, error }),
            (_, Some(error)) if error.code.is_registered() => Err(TokenError::Refused { status, error }),
            (200..=299, None) => match members {
                Ok(members) => members.success(dialect).map_err(|reason| TokenError::Unusable { status, reason }),
                Err(NoObject::NotJson) => Err(TokenError::NotJson { status }),
                Err(NoObject::OtherJson) => Err(TokenError::Unusable { status, reason: UnusableToken::NotAnObject }),
            },
            _ => Err(TokenError::UnexpectedStatus { status }),
        }
    }

    /// Reads a success again that was stored.
    pub(crate) fn read_again(body: &str, dialect: &Dialect) -> Option<Self> {
        Members::read(body.as_bytes()).ok()?.success(dialect).ok()
    }
}

/// One member of a response by its name, if it is there and of this type.
pub(crate) fn member<T: DeserializeOwned>(body: &str, name: &str) -> Option<T> {
    struct Find<'a, T>(&'a str, core::marker::PhantomData<T>);

    impl<'de, T: DeserializeOwned> Visitor<'de> for Find<'_, T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<T>, A::Error> {
            let mut found = None;
            while let Some(key) = map.next_key::<&RawValue>()? {
                let value: &RawValue = map.next_value()?;
                if string(key).is_some_and(|key| *key == *self.0) {
                    found = serde_json::from_str(value.get()).ok();
                }
            }
            Ok(found)
        }
    }

    let body = without_byte_order_mark(body);
    serde_json::Deserializer::from_str(body).deserialize_map(Find(name, core::marker::PhantomData)).ok()?
}

pub(crate) fn without_byte_order_mark(text: &str) -> &str {
    text.strip_prefix('\u{FEFF}').unwrap_or(text)
}

/// The members that mean something here, each as it stands in the text. Which of them is a string, and which a
/// number, differs from server to server, and a member that nobody can read must not cost a good token.
#[derive(Default)]
struct Members<'a> {
    access_token: Option<&'a RawValue>,
    token_type: Option<&'a RawValue>,
    expires_in: Option<&'a RawValue>,
    expiry: Option<&'a RawValue>,
    refresh_token: Option<&'a RawValue>,
    scope: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
    error_description: Option<&'a RawValue>,
    error_uri: Option<&'a RawValue>,
    duplicate: Option<&'static str>,
}

/// Why a body is not read.
#[derive(Debug, PartialEq)]
enum NoObject {
    NotJson,
    OtherJson,
}

impl<'a> Members<'a> {
    fn read(body: &'a [u8]) -> Result<Self, NoObject> {
        let text = without_byte_order_mark(core::str::from_utf8(body).map_err(|_| NoObject::NotJson)?);
        let mut json = serde_json::Deserializer::from_str(text);
        let members = json.deserialize_map(MembersVisitor).and_then(|members| json.end().map(|()| members));
        members.map_err(|_| match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => NoObject::OtherJson,
            Err(_) => NoObject::NotJson,
        })
    }

    fn success(&self, dialect: &Dialect) -> Result<TokenResponse, UnusableToken> {
        if let Some(name) = self.duplicate {
            return Err(UnusableToken::DuplicateMember(name));
        }
        let access_token = present(self.access_token).ok_or(UnusableToken::Missing)?;
        Ok(TokenResponse {
            access_token: token(access_token).ok_or(UnusableToken::Malformed)?,
            token_type: self.token_type(dialect),
            refresh_token: present(self.refresh_token).and_then(token),
            lifetime: self.lifetime(dialect),
            scope: self.scope(dialect),
        })
    }

    fn token_type(&self, dialect: &Dialect) -> TokenType {
        let Some(named) = present(self.token_type) else {
            return if dialect.assumes_bearer { TokenType::Bearer } else { TokenType::Unstated };
        };
        // The type of a token is a code like that of an error: a short word of visible ASCII.
        let word = string(named).filter(|word| ErrorCode::is_code(word)).unwrap_or(Text::Plain(""));
        let mut bearer = dialect.bearer_aliases.iter().chain(&["Bearer"]);
        if bearer.any(|bearer| bearer.eq_ignore_ascii_case(&word)) {
            TokenType::Bearer
        } else {
            TokenType::Other((*word).into())
        }
    }

    fn lifetime(&self, dialect: &Dialect) -> Lifetime {
        let stated = [self.expires_in, self.expiry].into_iter().filter_map(present);
        let readable = stated.clone().filter_map(|raw| lifetime_number(raw.get()));
        let shortest = readable.min().map(|number| match dialect.lifetime_unit {
            LifetimeUnit::Seconds => number,
            LifetimeUnit::Milliseconds => number / 1000,
        });
        match (shortest, dialect.assumed_lifetime) {
            (Some(0), assumed) if dialect.zero_means_unstated => {
                assumed.map_or(Lifetime::Unstated, |seconds| Lifetime::Stated(Duration::from_secs(seconds.into())))
            }
            (Some(seconds), _) => Lifetime::Stated(Duration::from_secs(seconds)),
            (None, Some(assumed)) => Lifetime::Stated(Duration::from_secs(assumed.into())),
            (None, None) if stated.count() > 0 => Lifetime::Unreadable,
            (None, None) => Lifetime::Unstated,
        }
    }

    fn scope(&self, dialect: &Dialect) -> GrantedScope {
        let Some(raw) = present(self.scope) else { return GrantedScope::Unstated };
        if raw.get().len() > MAX_PARAMETER_LEN {
            return GrantedScope::Unstated;
        }
        let separator = dialect.scope_separator;
        let scope = match string(raw) {
            Some(list) => Some(Scope::granted(&list, separator)),
            None => serde_json::from_str::<Vec<String>>(raw.get())
                .ok()
                .map(|list| Scope::granted(&list.join(" "), separator)),
        };
        scope.map_or(GrantedScope::Unstated, GrantedScope::Stated)
    }

    fn oauth_error(&self) -> Option<Box<OAuthError>> {
        let raw = present(self.error)?;
        let text = raw.get();
        // Some servers send the member with every success.
        if matches!(text, "\"\"" | "false" | "0") {
            return None;
        }
        let code = match string(raw) {
            // Of two errors nobody can say which one is meant.
            _ if self.duplicate.is_some() => None,
            Some(code) => ErrorCode::parse(&code),
            // A number is kept as it is written.
            None if !text.starts_with(['"', '{', '[']) => ErrorCode::parse(text),
            None => None,
        };
        Some(Box::new(OAuthError {
            code: code.unwrap_or(ErrorCode::Unreadable),
            description: present(self.error_description).and_then(string).map(Text::into_untrusted),
            uri: present(self.error_uri).and_then(string).map(Text::into_untrusted),
        }))
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Members::default();
        // Keys are taken as they stand, too: a key that is no text must not cost the token either.
        while let Some(key) = map.next_key::<&RawValue>()? {
            let value = map.next_value()?;
            let (name, slot) = match string(key).as_deref() {
                Some("access_token") => ("access_token", &mut members.access_token),
                Some("token_type") => ("token_type", &mut members.token_type),
                Some("expires_in") => ("expires_in", &mut members.expires_in),
                Some("expiry") => ("expiry", &mut members.expiry),
                Some("refresh_token") => ("refresh_token", &mut members.refresh_token),
                Some("scope") => ("scope", &mut members.scope),
                Some("error") => ("error", &mut members.error),
                Some("error_description") => ("error_description", &mut members.error_description),
                Some("error_uri") => ("error_uri", &mut members.error_uri),
                _ => continue,
            };
            if slot.replace(value).is_some() {
                members.duplicate = Some(name);
            }
        }
        Ok(members)
    }
}

/// `null` is the same as absent.
fn present(member: Option<&RawValue>) -> Option<&RawValue> {
    member.filter(|raw| raw.get() != "null")
}

/// The text of a JSON string, borrowed where nothing in it is escaped.
///
/// Unescaped here and not by the JSON library: a token or a code may be in it, and the library's own buffer is not
/// wiped. PHP escapes each `/`.
fn string(raw: &RawValue) -> Option<Text<'_>> {
    let escaped = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    if !escaped.contains('\\') {
        return Some(Text::Plain(escaped));
    }
    // Escaped text is never shorter, so the buffer does not grow.
    let mut out = Zeroizing::new(String::with_capacity(escaped.len()));
    let mut rest = escaped.chars();
    while let Some(c) = rest.next() {
        out.push(if c == '\\' { unescape(&mut rest)? } else { c });
    }
    Some(Text::Unescaped(out))
}

/// A text that is wiped where it was copied.
enum Text<'a> {
    Plain(&'a str),
    Unescaped(Zeroizing<String>),
}

impl Text<'_> {
    fn into_untrusted(self) -> Untrusted {
        Untrusted::new(match self {
            Self::Plain(text) => Zeroizing::new(text.into()),
            Self::Unescaped(text) => text,
        })
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Unescaped(text) => text,
        }
    }
}

/// What follows a backslash (RFC 8259 §7). Half of a surrogate pair is no character.
fn unescape(rest: &mut Chars<'_>) -> Option<char> {
    Some(match rest.next()? {
        plain @ ('"' | '\\' | '/') => plain,
        'b' => '\u{8}',
        'f' => '\u{C}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let first = hex4(rest)?;
            if !matches!(first, 0xD800..=0xDBFF) {
                return char::from_u32(first);
            }
            let is_pair = rest.next() == Some('\\') && rest.next() == Some('u');
            let second = hex4(rest).filter(|second| is_pair && matches!(second, 0xDC00..=0xDFFF))?;
            char::from_u32(0x1_0000 + (first - 0xD800) * 0x400 + (second - 0xDC00))?
        }
        _ => return None,
    })
}

fn hex4(rest: &mut Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |code, _| Some(code * 16 + rest.next()?.to_digit(16)?))
}

/// A token: a string of `VSCHAR` (RFC 6749 appendices A.12 and A.17).
fn token(raw: &RawValue) -> Option<Secret> {
    string(raw).filter(|text| is_vschar(text, MAX_TOKEN_LEN)).map(|text| Secret::from(&*text))
}

/// RFC 6749 appendix A: one or more of `VSCHAR`, and at most `limit`.
pub(crate) fn is_vschar(text: &str, limit: usize) -> bool {
    (1..=limit).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, 0x20..=0x7E))
}

/// A count that is a number or a string with a number in it: whole, or a float that is rounded down. One that is
/// too large for a `u64` is the largest one; one that is too large for a float is none.
fn lifetime_number(raw: &str) -> Option<u64> {
    let text = raw.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(raw).trim();
    let is_whole = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_whole {
        return Some(text.parse().unwrap_or(u64::MAX));
    }
    // `parse` also reads "inf", "NaN" and "-0".
    let starts_as_number = text.starts_with(|c: char| c.is_ascii_digit());
    let float = text.parse::<f64>().ok().filter(|float| starts_as_number && float.is_finite());
    // `as` saturates, and the sign is known.
    float.map(|float| float as u64)
}
