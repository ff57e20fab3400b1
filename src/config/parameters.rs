//! Parameters beyond those of the protocol.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

#[cfg(feature = "std")]
use serde::Serialize;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::config::scope::ScopeError;
use crate::config::uri::is_absolute_uri;
use crate::encoding::form::{self, Pair, Space};
use crate::encoding::grammar::{is_name_byte, is_read_alike};
use crate::limits::{MAX_PARAMETER_LEN, MAX_PARAMETER_NAME_LEN, MAX_PARAMETERS};
use crate::untrusted::Quoted;

/// Pairs of name and value, in order. It is wiped on drop: what came in a redirect may be a ticket under any name.
#[derive(Clone, Default)]
pub(crate) struct Params(Vec<(Zeroizing<String>, Zeroizing<String>)>);

impl Params {
    /// The pairs of a query or of a form that can be decoded.
    pub(crate) fn from_encoded(encoded: &[u8]) -> Self {
        let mut params = Self::default();
        for (name, value) in form::pairs(encoded) {
            if let (Ok(name), Ok(value)) = (form::decode(name), form::decode(value)) {
                params.0.push((name, value));
            }
        }
        params
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a pair to be sent. The caller checks that the name is not reserved.
    pub(crate) fn add(&mut self, name: &str, value: &str) -> Result<(), ParameterError> {
        if name.len() > MAX_PARAMETER_NAME_LEN {
            return Err(ParameterError::NameTooLong);
        }
        if name.is_empty() || !name.bytes().all(is_name_byte) {
            return Err(ParameterError::Name(name.to_owned()));
        }
        check_value(name, value)?;
        if self.0.len() >= MAX_PARAMETERS {
            return Err(ParameterError::TooLong(name.to_owned()));
        }
        // RFC 6749 §3.1: none may be sent twice. To the servers that have names with `[]`, each is one more item of a list.
        let is_list = name.ends_with("[]");
        if self.iter().any(|(known, _)| !(is_list && known == name) && is_read_alike(known, name)) {
            return Err(ParameterError::Repeated(name.to_owned()));
        }
        self.push(name, value);
        Ok(())
    }

    /// Adds a pair to be sent, in place of one of the same name.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), ParameterError> {
        check_value(name, value)?;
        if self.iter().any(|(known, _)| known != name && is_read_alike(known, name)) {
            return Err(ParameterError::Repeated(name.to_owned()));
        }
        self.0.retain(|(known, _)| **known != *name);
        self.push(name, value);
        Ok(())
    }

    fn push(&mut self, name: &str, value: &str) {
        self.0.push((Zeroizing::new(name.to_owned()), Zeroizing::new(value.to_owned())));
    }

    /// The fields of a struct or the pairs of a list.
    #[cfg(feature = "std")]
    pub(crate) fn from_serialize(params: &impl Serialize) -> Result<Self, ParameterError> {
        let encoded = serde_urlencoded::to_string(params).map(Zeroizing::new);
        let encoded = encoded.map_err(|_| ParameterError::NotPairs)?;
        Ok(Self::from_encoded(encoded.as_bytes()))
    }

    /// Form-urlencoded.
    pub(crate) fn to_form(&self) -> Zeroizing<String> {
        Zeroizing::new(form::encode(&[], &|visit| self.each_pair(visit), &[], Space::Plus))
    }

    /// Passes each pair to `visit`.
    pub(crate) fn each_pair<'a>(&'a self, visit: &mut dyn FnMut(Pair<'a>)) {
        self.iter().for_each(|(name, value)| visit(Pair::any(name, value)));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// The names alone: a value may be a person's name or a ticket.
impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// RFC 6749 §3.1: a parameter without a value is treated as if it were omitted.
pub(crate) fn check_value(name: &str, value: &str) -> Result<(), ParameterError> {
    if value.len() > MAX_PARAMETER_LEN {
        return Err(ParameterError::TooLong(name.to_owned()));
    }
    if value.is_empty() { Err(ParameterError::EmptyValue(name.to_owned())) } else { Ok(()) }
}

/// RFC 8707 §2: an absolute URI without a fragment.
pub(crate) fn check_resource(uri: &str) -> Result<(), ParameterError> {
    check_value("resource", uri)?;
    if is_absolute_uri(uri) { Ok(()) } else { Err(ParameterError::Resource) }
}

/// Why an option of a login or of a refresh is not accepted. Correct the value that you passed; the login is unchanged.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ParameterError {
    /// An empty value, which a server treats as an omitted parameter (RFC 6749 §3.1).
    #[error("parameter {name}: an empty value", name = Quoted(.0))]
    EmptyValue(String),
    /// A name that does not consist of letters, digits, `-`, `.`, `_`, `[` and `]` (RFC 6749 §8.2).
    #[error("parameter {name}: not a name of letters, digits, '-', '.', '_', '[' and ']'", name = Quoted(.0))]
    Name(String),
    /// A name that is longer than [`MAX_PARAMETER_NAME_LEN`](crate::limits::MAX_PARAMETER_NAME_LEN).
    #[error("parameter: the name is too long")]
    NameTooLong,
    /// The token endpoint is not one of those that the [`Server`](crate::Server) was configured with.
    #[error("token endpoint: not one of this server's")]
    TokenEndpoint,
    /// The redirect URI is not on loopback, so it has no port to choose, or the port is 0.
    #[error("loopback port: the redirect uri is not on loopback, or the port is 0")]
    Port,
    /// The value cannot be serialized to or deserialized from a flat list of pairs.
    #[error("parameters: not a flat struct or list of pairs")]
    NotPairs,
    /// The parameter is there already: it was added before, or the query of the endpoint has it (RFC 6749 §3.1), under this
    /// name or under one that common servers read as the same (`prompt[]`, `[prompt]`, `Prompt`).
    #[error("parameter {name}: it is sent already", name = Quoted(.0))]
    Repeated(String),
    /// The name belongs to the protocol or has a method of its own, or common servers read it as such a name
    /// (`redirect.uri`, `state[]`, `Client_ID`). It holds the name of the protocol.
    #[error("parameter {name}: the protocol itself sends it", name = Quoted(.0))]
    Reserved(Box<str>),
    /// A resource is not an absolute URI without a fragment (RFC 8707 §2).
    #[error("resource: not an absolute uri without a fragment")]
    Resource,
    /// The scope is not accepted.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// A value that is longer than [`MAX_PARAMETER_LEN`](crate::limits::MAX_PARAMETER_LEN), or one parameter more than
    /// [`MAX_PARAMETERS`](crate::limits::MAX_PARAMETERS): the name of the parameter.
    #[error("parameter {name}: too long", name = Quoted(.0))]
    TooLong(String),
}

crate::names::names! {
    ParameterError: EmptyValue Name NameTooLong TokenEndpoint Port NotPairs Repeated Reserved Resource Scope TooLong;
}
