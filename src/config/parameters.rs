//! Parameters beyond those of the protocol: an ordered multimap that refuses the protocol's own names.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

#[cfg(feature = "std")]
use serde::Serialize;
use zeroize::Zeroizing;

use crate::config::dialect::Wording;
use crate::config::scope::ScopeError;
use crate::encoding::form::{self, Pair, Space};
use crate::encoding::grammar::{RESERVED_NAMES, is_name_byte};
use crate::limits::MAX_PARAMETER_LEN;
use crate::untrusted::Quoted;
use thiserror::Error;

/// One of the two requests of a login.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Leg {
    /// The URL for the user's browser (RFC 6749 §4.1.1).
    Authorization,
    /// The token request (RFC 6749 §4.1.3).
    Token,
}

/// Ordered pairs. A name may repeat, as `resource` does (RFC 8707 §2).
#[derive(Clone, Default)]
pub(crate) struct Params(Vec<(String, Zeroizing<String>)>);

impl Params {
    /// Those of a query or of a form that can be read.
    pub(crate) fn from_encoded(encoded: &[u8]) -> Self {
        let mut params = Self::default();
        for (name, value) in form::pairs(encoded) {
            params.push_encoded(name, value);
        }
        params
    }

    /// One that came, if it can be read.
    pub(crate) fn push_encoded(&mut self, name: &[u8], value: &[u8]) {
        if let (Ok(mut name), Ok(value)) = (form::decode(name), form::decode(value)) {
            self.0.push((core::mem::take(&mut *name), value));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a pair that is to be sent beside what the protocol sends, in the server's words.
    pub(crate) fn add(&mut self, name: &str, value: &str, wording: &Wording) -> Result<(), ParameterError> {
        let reserved = RESERVED_NAMES.into_iter().find(|reserved| *reserved == name);
        match reserved.or_else(|| wording.sends(name)) {
            Some(reserved) => Err(ParameterError::Reserved(reserved)),
            None => self.add_any(name, value),
        }
    }

    /// Adds a pair in place of those of the same name.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), ParameterError> {
        let mut others = Self(self.0.iter().filter(|(known, _)| known != name).cloned().collect());
        others.add_any(name, value)?;
        *self = others;
        Ok(())
    }

    /// Adds a pair that is to be sent.
    pub(crate) fn add_any(&mut self, name: &str, value: &str) -> Result<(), ParameterError> {
        if name.len() > MAX_PARAMETER_LEN {
            return Err(ParameterError::TooLong("a name".to_owned()));
        }
        if value.len() > MAX_PARAMETER_LEN {
            return Err(ParameterError::TooLong(name.to_owned()));
        }
        if name.is_empty() || !name.bytes().all(is_name_byte) {
            return Err(ParameterError::Name(name.to_owned()));
        }
        if value.is_empty() {
            return Err(ParameterError::EmptyValue(name.to_owned()));
        }
        self.0.push((name.to_owned(), Zeroizing::new(value.to_owned())));
        Ok(())
    }

    /// Each field of a struct or each pair of a list.
    #[cfg(feature = "std")]
    pub(crate) fn from_serialize(params: &impl Serialize) -> Result<Self, ParameterError> {
        let encoded = serde_urlencoded::to_string(params).map(Zeroizing::new);
        let encoded = encoded.map_err(|_| ParameterError::NotPairs)?;
        Ok(Self::from_encoded(encoded.as_bytes()))
    }

    /// Reads the pairs as a struct or a map.
    #[cfg(feature = "std")]
    pub(crate) fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, ParameterError> {
        serde_urlencoded::from_str(&self.to_form()).map_err(|_| ParameterError::NotPairs)
    }

    /// As one text.
    pub(crate) fn to_form(&self) -> Zeroizing<String> {
        Zeroizing::new(form::encode(&[], Wording::STANDARD.pairs(&[], self), &[], Space::Plus))
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = Pair<'_>> + Clone {
        self.iter().map(|(name, value)| Pair::any(name, value))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// The names only: a value may be somebody's name or a ticket.
impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// Why an option of a login or of a refresh is not accepted. The fault is the host's.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ParameterError {
    /// An empty value, which a server must take for no parameter at all (RFC 6749 §3.1).
    #[error("parameter {name}: an empty value", name = Quoted(.0))]
    EmptyValue(String),
    /// A name that is not made of letters, digits, `-`, `.`, `_`, `[` and `]` (RFC 6749 §8.2).
    #[error("parameter {name}: not a name of letters, digits, '-', '.', '_', '[' and ']'", name = Quoted(.0))]
    Name(String),
    /// The token endpoint is not one that the server is known to have.
    #[error("token endpoint: not one of this server's")]
    TokenEndpoint,
    /// The redirect URI has no port to choose: it is not a loopback one. Or the port is 0.
    #[error("loopback port: the redirect uri is not on loopback, or the port is 0")]
    Port,
    /// The value cannot be written as or read from a flat list of pairs.
    #[error("parameters: not a flat struct or list of pairs")]
    NotPairs,
    /// The name belongs to the protocol, or has a method of its own.
    #[error("parameter {name}: a name that the protocol itself sends", name = Quoted(.0))]
    Reserved(&'static str),
    /// The scope is not accepted.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// Longer than [`MAX_PARAMETER_LEN`](crate::limits::MAX_PARAMETER_LEN).
    #[error("parameter {name}: too long", name = Quoted(.0))]
    TooLong(String),
}

crate::names::names! {
    ParameterError: EmptyValue Name TokenEndpoint Port NotPairs Reserved Scope TooLong;
}
