//! A list of scopes (RFC 6749 §3.3).

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use core::str::SplitAsciiWhitespace;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::encoding::grammar::is_scope_list;
use crate::encoding::text;
use crate::limits::{MAX_PARAMETER_LEN, MAX_SCOPE_TOKENS};

/// A list of scope tokens, in the order in which they were named.
///
/// A token is one or more visible ASCII characters other than `"` and `\`. It is case-sensitive. A scope that you ask for
/// contains each token once; a scope that a server granted repeats a token if the server does. At most
/// [`MAX_PARAMETER_LEN`] bytes and [`MAX_SCOPE_TOKENS`] tokens.
///
/// ```
/// # use authcode::Scope;
/// let scope: Scope = "openid  offline_access openid".parse()?;
/// assert_eq!(scope.as_str(), "openid offline_access");
/// assert!(scope.contains("openid"));
///
/// let narrower = Scope::from_tokens(scope.iter().filter(|token| *token != "openid"))?;
/// assert_eq!(narrower.to_string(), "offline_access");
/// # Ok::<(), authcode::ScopeError>(())
/// ```
///
/// It cannot be collected, because a token can be invalid: see [`from_tokens`](Self::from_tokens).
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Scope(String);

impl Scope {
    /// Makes a scope of tokens, each of them once.
    ///
    /// # Errors
    /// [`ScopeError::Character`] if a token is empty or has a character that is not allowed, such as a space.
    /// [`ScopeError::TooLong`] if all together are too long.
    pub fn from_tokens<T: AsRef<str>>(tokens: impl IntoIterator<Item = T>) -> Result<Self, ScopeError> {
        let mut list = String::new();
        for token in tokens {
            let token = token.as_ref();
            if token.is_empty() || text::has(token, b' ') {
                return Err(ScopeError::Character);
            }
            if !list.is_empty() {
                list.push(' ');
            }
            list.push_str(token);
        }
        list.parse()
    }

    /// The tokens, separated by one space.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tokens in their order.
    pub fn iter(&self) -> SplitAsciiWhitespace<'_> {
        self.0.split_ascii_whitespace()
    }

    /// Whether `token` is one of the tokens.
    pub fn contains(&self, token: &str) -> bool {
        self.iter().any(|ours| ours == token)
    }

    /// Whether each token of this scope is in the other one.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|token| other.contains(token))
    }

    /// The tokens of this scope that are not in the other one.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut rest = Self::default();
        self.iter().filter(|token| !other.contains(token)).for_each(|token| rest.push(token));
        rest
    }

    /// Parses what a server granted: separated by white space and by `separator`. A malformed token is left out: it
    /// cannot be requested, and so it grants nothing. `None` if the list is too long.
    pub(crate) fn granted(text: &str, separator: char) -> Option<Self> {
        let list = replaced(text, separator, ' ');
        if is_too_long(&list) {
            return None;
        }
        let mut scope = Self(String::with_capacity(text.len()));
        let fits = is_scope_list(&list);
        for token in list.split_ascii_whitespace() {
            if fits || is_scope_list(token) {
                scope.push(token);
            }
        }
        Some(scope)
    }

    /// Reads what [`as_str`](Self::as_str) gave, with tokens that repeat.
    pub(crate) fn read_again(text: &str) -> Result<Self, ScopeError> {
        check(text)?;
        let mut scope = Self(String::with_capacity(text.len()));
        text.split_ascii_whitespace().for_each(|token| scope.push(token));
        Ok(scope)
    }

    /// The text for a server that expects another separator than a space. A `+` is an encoded space.
    pub(crate) fn separated(&self, separator: char) -> Cow<'_, str> {
        match separator {
            '+' => Cow::Borrowed(&self.0),
            other => replaced(&self.0, ' ', other),
        }
    }

    fn push(&mut self, token: &str) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(token);
    }

    /// Adds the tokens of a list that are not in this scope. On an error, nothing is changed.
    pub(crate) fn add(&mut self, list: &str) -> Result<(), ScopeError> {
        check(list)?;
        let before = self.0.len();
        self.0.reserve_exact(list.len() + 1);
        for token in list.split_ascii_whitespace() {
            if !self.contains(token) {
                self.push(token);
            }
        }
        if is_too_long(&self.0) {
            self.0.truncate(before);
            return Err(ScopeError::TooLong);
        }
        Ok(())
    }
}

/// Tokens are compared with each other, so their number is limited, too.
fn is_too_long(list: &str) -> bool {
    // Each token takes a byte: the tokens of a short list need not be counted.
    let has_many_tokens = || list.len() > MAX_SCOPE_TOKENS && list.split_ascii_whitespace().count() > MAX_SCOPE_TOKENS;
    list.len() > MAX_PARAMETER_LEN || has_many_tokens()
}

fn check(list: &str) -> Result<(), ScopeError> {
    if is_too_long(list) {
        return Err(ScopeError::TooLong);
    }
    if is_scope_list(list) { Ok(()) } else { Err(ScopeError::Character) }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Scope {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'a> IntoIterator for &'a Scope {
    type Item = &'a str;
    type IntoIter = SplitAsciiWhitespace<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl core::str::FromStr for Scope {
    type Err = ScopeError;

    fn from_str(list: &str) -> Result<Self, ScopeError> {
        let mut scope = Self::default();
        scope.add(list)?;
        Ok(scope)
    }
}

impl TryFrom<&str> for Scope {
    type Error = ScopeError;

    fn try_from(list: &str) -> Result<Self, ScopeError> {
        list.parse()
    }
}

impl TryFrom<String> for Scope {
    type Error = ScopeError;

    fn try_from(list: String) -> Result<Self, ScopeError> {
        list.parse()
    }
}

/// Serialized as text, separated by spaces.
impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Deserialized from text, separated by spaces. Tokens that repeat are kept.
impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read_again(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Replaces one character by another.
fn replaced(text: &str, from: char, to: char) -> Cow<'_, str> {
    if from == to {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if c == from { to } else { c }).collect())
}

/// Why a list of scopes is not accepted. Correct the text that you passed.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum ScopeError {
    /// A character that RFC 6749 §3.3 does not allow in a scope.
    #[error("scope: a character that is not visible ASCII, or '\"' or '\\'")]
    Character,
    /// Longer than [`MAX_PARAMETER_LEN`](crate::limits::MAX_PARAMETER_LEN), or more than
    /// [`MAX_SCOPE_TOKENS`](crate::limits::MAX_SCOPE_TOKENS) tokens.
    #[error("scope: too long")]
    TooLong,
    /// More than was granted (RFC 6749 §6): a refresh can only narrow the scope.
    #[error("scope: more than was granted")]
    Wider,
}

crate::names::names! {
    ScopeError: Character TooLong Wider;
}
