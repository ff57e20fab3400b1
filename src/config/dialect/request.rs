//! The parameters of a request, under the names that a server has for them.

use crate::config::dialect::tables::{List, Pairs};
use crate::config::error::ConfigError;
use crate::config::parameters::{ParameterError, Params};
use crate::encoding::form::Pair;
use crate::encoding::grammar::{RESERVED_NAMES, is_name_byte, reads_as};
use crate::encoding::text;

/// The parameters of each request that a dialect can rename or leave out.
pub(super) const AUTHORIZATION_NAMES: &[&str] =
    &["audience", "client_id", "redirect_uri", "resource", "response_type", "scope"];
pub(super) const EXCHANGE_NAMES: &[&str] =
    &["audience", "client_id", "client_secret", "code", "grant_type", "redirect_uri", "resource"];
pub(super) const REFRESH_NAMES: &[&str] =
    &["audience", "client_id", "client_secret", "grant_type", "refresh_token", "resource", "scope"];

/// The parameters that the security of a login depends on, or that would override it (RFC 9101). A dialect can neither
/// rename nor send them, and no request has them from elsewhere.
const PROTECTED: &[&str] =
    &["code_challenge", "code_challenge_method", "code_verifier", "request", "request_uri", "state"];

/// Parameters with a value of their own for each login or request (RFC 7523, RFC 9449, OpenID Connect Core §3.1.2.1), which
/// the constants of a dialect must not replace.
const FRESH: &[&str] = &["client_assertion", "client_assertion_type", "dpop_jkt", "nonce"];

/// What the parameters of one kind of request are called, and which there are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct RequestParams {
    pub(super) names: Pairs,
    pub(super) params: Pairs,
    pub(super) without: List,
}

impl RequestParams {
    pub(super) const STANDARD: Self = Self { names: Pairs::EMPTY, params: Pairs::EMPTY, without: List::EMPTY };

    /// Passes each pair of a request to `visit`, under the server's names: those of the protocol, then those that this
    /// server always expects, then `resource` for each of the URIs, which are separated by spaces, then those of the login.
    pub(crate) fn each_pair<'a>(
        &'a self,
        protocol: &[Option<Pair<'a>>],
        resources: &'a str,
        login: &'a Params,
        visit: &mut dyn FnMut(Pair<'a>),
    ) {
        for pair in protocol.iter().flatten() {
            match self.name(pair.name) {
                None => {}
                Some(name) if core::ptr::eq(name, pair.name) => visit(*pair),
                Some(name) => visit(Pair::any(name, pair.value)),
            }
        }
        for (name, value) in self.params.iter() {
            if login.iter().all(|(other, _)| !reads_as(other, name)) {
                visit(Pair::any(name, value));
            }
        }
        if let Some(name) = self.name("resource") {
            let uris = text::parts(resources, b' ').filter(|uri| !uri.is_empty());
            uris.for_each(|uri| visit(Pair::any(name, uri)));
        }
        login.each_pair(visit);
    }

    /// The server's name for a parameter of the protocol. `None` if it is left out.
    pub(crate) fn name<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        // Most servers need none of them.
        if self.without.len() + self.names.len() == 0 {
            return Some(name);
        }
        if self.without.has(name) { None } else { self.names.get(name).or(Some(name)) }
    }

    /// Every name that the protocol's part of this request may have.
    pub(crate) fn sent_names(&self) -> impl Iterator<Item = &str> {
        let names = [AUTHORIZATION_NAMES, EXCHANGE_NAMES, REFRESH_NAMES, PROTECTED].into_iter().flatten();
        // Whether an endpoint has `resource` in its query is its own business: it may be sent twice (RFC 8707 §2).
        names.filter(|name| **name != "resource").filter_map(|name| self.name(name))
    }

    /// Every name that this request may have before those of the login.
    pub(crate) fn fixed_names(&self) -> impl Iterator<Item = &str> {
        self.sent_names().chain(self.params.iter().map(|(name, _)| name))
    }

    /// Checks that a caller's parameter cannot be read as one that the protocol sends.
    pub(crate) fn check_name(&self, name: &str) -> Result<(), ParameterError> {
        let mut reserved = RESERVED_NAMES.into_iter().chain(["resource"]).chain(self.sent_names());
        match reserved.find(|reserved| reads_as(name, reserved)) {
            Some(reserved) => Err(ParameterError::Reserved(reserved.into())),
            None => Ok(()),
        }
    }

    /// Each request has each name of the protocol once, and none of those that a dialect must not send.
    pub(super) fn check(&self, requests: &[&[&'static str]]) -> Result<(), ConfigError> {
        let is_known = |name: &str| requests.iter().any(|request| request.contains(&name));
        let is_name = |name: &str| !name.is_empty() && name.bytes().all(is_name_byte);
        let is_protected = |name: &str| PROTECTED.iter().chain(FRESH).any(|protected| reads_as(name, protected));
        let ours = || self.names.iter().map(|(name, _)| name).chain(self.without.iter());
        for name in ours() {
            if !is_known(name) || ours().filter(|other| *other == name).count() > 1 {
                return Err(refused(name));
            }
        }
        let theirs = self.names.iter().map(|(_, theirs)| theirs).chain(self.params.iter().map(|(name, _)| name));
        for name in theirs {
            if !is_name(name) || is_protected(name) {
                return Err(refused(name));
            }
        }
        for request in requests {
            let sent = || request.iter().filter_map(|name| self.name(name));
            for name in sent() {
                if sent().filter(|other| reads_as(name, other) || reads_as(other, name)).count() > 1 {
                    return Err(refused(name));
                }
            }
            for (name, value) in self.params.iter() {
                let is_twice = self.params.iter().filter(|(other, _)| reads_as(name, other)).count() > 1;
                if value.is_empty() || is_twice || sent().any(|sent| reads_as(name, sent)) {
                    return Err(refused(name));
                }
            }
        }
        Ok(())
    }
}

pub(super) fn refused(name: &str) -> ConfigError {
    ConfigError::Dialect(name.into())
}
