//! The token response (RFC 6749 §5), read without knowing of which state it is the end.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::dialect::{Dialect, LifetimeUnit};
use crate::error::{TokenError, UnusableToken};
use crate::http::HttpResponse;
use crate::limits::{MAX_RESPONSE_LEN, MAX_TOKEN_LEN};
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
    /// These, perhaps none at all. It may be more or less than was asked for.
    Stated(Scope),
    /// It does not say. RFC 6749 has it mean all that was asked for; whether you believe that is your choice.
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
            (_, Some(error)) => Err(TokenError::Refused { status, error }),
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
            while let Some(key) = map.next_key::<String>()? {
                if key == self.0 {
                    let value: &RawValue = map.next_value()?;
                    found = serde_json::from_str(value.get()).ok();
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(found)
        }
    }

    let body = without_byte_order_mark(body);
    serde_json::Deserializer::from_str(body).deserialize_map(Find(name, core::marker::PhantomData)).ok()?
}

fn without_byte_order_mark(text: &str) -> &str {
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

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Name {
    AccessToken,
    TokenType,
    ExpiresIn,
    Expiry,
    RefreshToken,
    Scope,
    Error,
    ErrorDescription,
    ErrorUri,
    #[serde(other)]
    Unknown,
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
        let word = string(named).filter(|word| ErrorCode::is_code(word)).unwrap_or_default();
        let mut bearer = dialect.bearer_aliases.iter().chain(&["Bearer"]);
        if bearer.any(|bearer| bearer.eq_ignore_ascii_case(&word)) {
            TokenType::Bearer
        } else {
            TokenType::Other(word.into())
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
        let list = if raw.get().starts_with('[') {
            serde_json::from_str::<Vec<Text<'_>>>(raw.get())
                .ok()
                .map(|tokens| Cow::Owned(tokens.iter().map(|token| &*token.0).collect::<Vec<_>>().join(" ")))
        } else {
            string(raw)
        };
        list.map_or(GrantedScope::Unstated, |list| GrantedScope::Stated(Scope::granted(&list, dialect.scope_separator)))
    }

    fn oauth_error(&self) -> Option<Box<OAuthError>> {
        let raw = present(self.error)?;
        let text = raw.get();
        let code = match string(raw) {
            // Some servers send the member empty or `false` with every success.
            Some(code) if code.is_empty() => return None,
            Some(code) => ErrorCode::parse(&code),
            None if text == "false" => return None,
            // A number is kept as it is written.
            None if !text.starts_with(['{', '[']) => ErrorCode::parse(text),
            None => None,
        };
        Some(Box::new(OAuthError {
            code: code.unwrap_or(ErrorCode::Unreadable),
            description: present(self.error_description)
                .and_then(string)
                .map(|text| Untrusted::from(text.into_owned())),
            uri: present(self.error_uri).and_then(string).map(|text| Untrusted::from(text.into_owned())),
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
        while let Some(name) = map.next_key()? {
            let (slot, name) = match name {
                Name::AccessToken => (&mut members.access_token, "access_token"),
                Name::TokenType => (&mut members.token_type, "token_type"),
                Name::ExpiresIn => (&mut members.expires_in, "expires_in"),
                Name::Expiry => (&mut members.expiry, "expiry"),
                Name::RefreshToken => (&mut members.refresh_token, "refresh_token"),
                Name::Scope => (&mut members.scope, "scope"),
                Name::Error => (&mut members.error, "error"),
                Name::ErrorDescription => (&mut members.error_description, "error_description"),
                Name::ErrorUri => (&mut members.error_uri, "error_uri"),
                Name::Unknown => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            if slot.replace(map.next_value()?).is_some() {
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

/// A string, borrowed where nothing in it is escaped.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn string(raw: &RawValue) -> Option<Cow<'_, str>> {
    serde_json::from_str(raw.get()).ok().map(|Text(text)| text)
}

/// A token: a string of `VSCHAR` (RFC 6749 appendices A.12 and A.17).
///
/// Unescaped here and not by the JSON library, whose own buffer for that is not wiped. PHP escapes each `/`.
fn token(raw: &RawValue) -> Option<Secret> {
    let escaped = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    let mut out = zeroize::Zeroizing::new(String::with_capacity(unescaped(escaped).count()));
    for c in unescaped(escaped) {
        out.push(c?);
    }
    is_vschar(&out, MAX_TOKEN_LEN).then(|| Secret::from(core::mem::take(&mut *out)))
}

/// The characters of a JSON string whose escapes are all of ASCII: nothing else is allowed in a token.
fn unescaped(escaped: &str) -> impl Iterator<Item = Option<char>> {
    let mut rest = escaped.chars();
    core::iter::from_fn(move || {
        Some(match rest.next()? {
            '\\' => match rest.next()? {
                plain @ ('"' | '\\' | '/') => Some(plain),
                'u' => {
                    (0..4).try_fold(0, |code, _| Some(code << 4 | rest.next()?.to_digit(16)?)).and_then(char::from_u32)
                }
                _ => None,
            },
            plain => Some(plain),
        })
    })
}

/// RFC 6749 appendix A: one or more of `VSCHAR`, and at most `limit`.
pub(crate) fn is_vschar(text: &str, limit: usize) -> bool {
    (1..=limit).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, 0x20..=0x7E))
}

/// A count that is a number or a string with a number in it: whole, or a float that is rounded down. Too large
/// for a `u64` is the largest one.
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
