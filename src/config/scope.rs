//! A list of scopes (RFC 6749 §3.3).

use alloc::borrow::Cow;
use alloc::string::String;
use thiserror::Error;

use crate::encoding::grammar::is_scope_list;
use crate::limits::MAX_PARAMETER_LEN;

/// A list of scope tokens in the order in which they were named.
///
/// What you ask for has each of them once; what a server grants is as it names it. A token is one or more visible ASCII characters other than `"` and `\`. It is case-sensitive.
///
/// ```
/// # use authcode::Scope;
/// let scope: Scope = "openid  offline_access openid".parse()?;
/// assert_eq!(scope.as_str(), "openid offline_access");
/// assert!(scope.contains("openid"));
/// # Ok::<(), authcode::ScopeError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scope(String);

impl Scope {
    /// The tokens, separated by one space.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether no token is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tokens in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.split_ascii_whitespace()
    }

    /// Whether `token` is one of them.
    pub fn contains(&self, token: &str) -> bool {
        self.iter().any(|ours| ours == token)
    }

    /// Whether each token of this list is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|token| other.contains(token))
    }

    /// What a server granted: split at white space and at `separator`. What is not a token is left out,
    /// because a scope that nobody can name gives nobody anything.
    pub(crate) fn granted(text: &str, separator: char) -> Self {
        let mut scope = Self(String::with_capacity(text.len()));
        let list = replaced(text, separator, ' ');
        let fits = is_scope_list(&list);
        for token in list.split_ascii_whitespace() {
            if fits || is_scope_list(token) {
                scope.push(token);
            }
        }
        scope
    }

    /// The tokens of this list that are not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut rest = Self::default();
        self.iter().filter(|token| !other.contains(token)).for_each(|token| rest.push(token));
        rest
    }

    /// As it goes to a server that wants another separator than a space. A `+` is how a space is encoded.
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

    /// Adds the tokens of a list that are not yet there, or changes nothing.
    pub(crate) fn add(&mut self, list: &str) -> Result<(), ScopeError> {
        if list.len() > MAX_PARAMETER_LEN {
            return Err(ScopeError::TooLong);
        }
        if !is_scope_list(list) {
            return Err(ScopeError::Character);
        }
        let before = self.0.len();
        self.0.reserve_exact(list.len());
        for token in list.split_ascii_whitespace() {
            if !self.contains(token) {
                self.push(token);
            }
        }
        if self.0.len() > MAX_PARAMETER_LEN {
            self.0.truncate(before);
            return Err(ScopeError::TooLong);
        }
        Ok(())
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

/// With one character in place of another.
fn replaced(text: &str, from: char, to: char) -> Cow<'_, str> {
    if from == to {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if c == from { to } else { c }).collect())
}

/// Why a list of scopes is not accepted. The fault is the host's.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ScopeError {
    /// A character that RFC 6749 §3.3 does not allow in a scope.
    #[error("scope: a character that is not visible ASCII, or '\"' or '\\'")]
    Character,
    /// Longer than [`MAX_PARAMETER_LEN`](crate::limits::MAX_PARAMETER_LEN).
    #[error("scope: too long")]
    TooLong,
    /// More than was granted (RFC 6749 §6): a refresh can only narrow the scope.
    #[error("scope: more than was granted")]
    Wider,
}

crate::names::names! {
    ScopeError: Character TooLong Wider;
}
