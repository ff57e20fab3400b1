//! There is a token: use it, and renew it when it has run out.

use alloc::string::String;
use core::time::Duration;

use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::config::scope::Scope;
use crate::encoding::json;
use crate::encoding::time::UnixTime;
use crate::flow::{Login, Refreshing, Unstarted};
use crate::http::HttpResponse;
use crate::response::token_response::{GrantedScope, Lifetime, TokenResponse, TokenType};
use crate::secret::{Secret, WipedBytes};

/// A login that has its token: the fourth state.
///
/// **Holds** the access token, the refresh token if there is one, everything else that the server said with
/// them, and the options of the login.
///
/// **Can** give the [`bearer`](Self::bearer) header, tell when the token runs out
/// ([`needs_renewal`](Self::needs_renewal)), and [`renew`](Self::renew) it.
///
/// **Refused**: nothing is, but a header for a token that does not fit into one. The token stays.
///
/// **Stored**: yes, by [`suspend`](Self::suspend), in a place as safe as a password's.
///
/// **Next** is [`Refreshing`], or [`Unstarted`] again: see [`Renewal`].
#[derive(Debug)]
#[must_use = "dropping it throws the tokens away"]
pub struct Authorized {
    pub(crate) login: Login,
    pub(crate) token: TokenResponse,
    /// The response as it came. What the crate does not know in it stays reachable, and it is what is stored.
    pub(crate) response: WipedBytes,
    pub(crate) received_at: UnixTime,
    /// What the first response said, where a refresh has given another token since.
    pub(crate) first_scope: Option<GrantedScope>,
    pub(crate) refreshed: Option<Refreshed>,
}

/// What a refresh has changed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Refreshed {
    /// Whether there is a new refresh token. If so, the old one is dead or about to be: store this state in place of
    /// the old one before you do anything else. If not, the old one stays.
    pub rotated: bool,
    /// What was granted before. [`Authorized::granted_scope`] is what is granted now.
    pub scope_before: GrantedScope,
}

/// What comes after a token: the choice that RFC 6749 §1.5 gives.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "RFC 6749 gives no third way")]
#[must_use = "it holds the login: refresh the token or authorize again"]
pub enum Renewal {
    /// There is a refresh token: use it, and the user need not be there.
    Refresh(Refreshing),
    /// There is none: the user must log in again. The state asks for what was asked for before, but for the loopback
    /// port, which belonged to one listener: set it again by [`Unstarted::loopback_port`].
    Reauthorize(Unstarted),
}

impl Authorized {
    pub(crate) fn new(mut login: Login, token: TokenResponse, response: HttpResponse, received_at: UnixTime) -> Self {
        // The port was that of one listener. A later login must name its own.
        login.loopback = None;
        Self { login, token, response: response.body, received_at, first_scope: None, refreshed: None }
    }

    /// The access token, of which nothing should be assumed but that the API understands it.
    pub const fn access_token(&self) -> &Secret {
        &self.token.access_token
    }

    /// The refresh token, if there is one: from the last response, or kept from an earlier one.
    pub const fn refresh_token(&self) -> Option<&Secret> {
        self.token.refresh_token.as_ref()
    }

    /// What kind of token it is.
    pub const fn token_type(&self) -> &TokenType {
        &self.token.token_type
    }

    /// What was asked for. What was not granted is `requested_scope().difference(granted)`, what came in addition
    /// `granted.difference(requested_scope())`. Neither is an error: see RFC 6749 §3.3.
    pub const fn requested_scope(&self) -> &Scope {
        &self.login.scope
    }

    /// Which scope the server says it granted.
    pub const fn granted_scope(&self) -> &GrantedScope {
        &self.token.scope
    }

    /// What the user granted at first: a refresh may ask for so much.
    pub(crate) fn first_scope(&self) -> &GrantedScope {
        self.first_scope.as_ref().unwrap_or(&self.token.scope)
    }

    /// How long the server says that the token lives: by `expires_in` or `expiry`, in seconds, or as its
    /// [`Dialect`](crate::Dialect) has it.
    pub const fn lifetime(&self) -> Lifetime {
        self.token.lifetime
    }

    /// The moment that was given with the response.
    pub const fn received_at(&self) -> UnixTime {
        self.received_at
    }

    /// When the token runs out, if the server said so readably. It may be refused before that.
    pub fn expires_at(&self) -> Option<UnixTime> {
        match self.token.lifetime {
            Lifetime::Stated(lifetime) => Some(self.received_at.saturating_add(lifetime)),
            Lifetime::Unreadable | Lifetime::Unstated => None,
        }
    }

    /// How long to use the token: until `leeway` before it runs out. Nothing is left if its lifetime cannot be read.
    /// `None` if its lifetime is not stated: use it until it is refused.
    ///
    /// Half a minute of leeway covers the way to the API and a clock that is a little off.
    pub fn time_left(&self, now: UnixTime, leeway: Duration) -> Option<Duration> {
        match self.expires_at() {
            Some(end) => Some(end.saturating_since(now.saturating_add(leeway))),
            None => (self.token.lifetime == Lifetime::Unreadable).then_some(Duration::ZERO),
        }
    }

    /// Whether to renew the token before it is used: no [time is left](Self::time_left).
    pub fn needs_renewal(&self, now: UnixTime, leeway: Duration) -> bool {
        self.time_left(now, leeway) == Some(Duration::ZERO)
    }

    /// What the refresh has changed that this token comes from. `None` for the first token of a login, and for a state
    /// that comes from the store.
    pub const fn refreshed(&self) -> Option<&Refreshed> {
        self.refreshed.as_ref()
    }

    /// The value of the `Authorization` header for the API (RFC 6750 §2.1): `Bearer` and the token.
    ///
    /// # Errors
    /// [`BearerError`] if the token is of another type or does not fit into a header.
    pub fn bearer(&self) -> Result<Secret, BearerError> {
        const SCHEME: &str = "Bearer ";
        let token = self.token.access_token.expose();
        if self.token.token_type != TokenType::Bearer {
            return Err(BearerError::TokenType);
        }
        // `b64token`: at least one character that is not the padding, then nothing but padding.
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
        let len = token.bytes().take_while(fits).count();
        if len == 0 || token.bytes().skip(len).any(|byte| byte != b'=') {
            return Err(BearerError::Character);
        }
        let mut header = String::with_capacity(SCHEME.len() + token.len());
        header.push_str(SCHEME);
        header.push_str(token);
        Ok(header.into())
    }

    /// A member of the token response by its name, such as `id_token` (not validated here) or a server's own.
    /// `None` if it is not there or is not of this type.
    ///
    /// After a refresh it is the member of the newest response.
    pub fn response_member<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        json::member(self.response.text(), name)
    }

    /// Goes on to a new token: by refreshing, if there is a refresh token, or by a new login.
    ///
    /// Nothing is sent yet. [`Refreshing::cancel`] comes back from it. Without a refresh token this token is given up: as
    /// long as it has time left, look at [`refresh_token`](Self::refresh_token) first.
    pub fn renew(mut self) -> Renewal {
        if self.token.refresh_token.is_some() {
            Renewal::Refresh(Refreshing::new(self))
        } else {
            // The next redirect may lead to another region.
            self.login.token_endpoint = None;
            Renewal::Reauthorize(Unstarted { login: self.login })
        }
    }
}

/// Why there is no `Authorization: Bearer` header for a token. Read the token by other means, or authorize again.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum BearerError {
    /// The token has a character that the header does not allow (RFC 6750 §2.1).
    #[error("the access token has a character that a bearer header does not allow")]
    Character,
    /// The server gave a token of another type, or did not say of which. A token of a type that is not understood
    /// must not be used (RFC 6749 §7.1). If the server means `Bearer`, say so in its [`Dialect`](crate::Dialect).
    #[error("the access token is not of the type Bearer")]
    TokenType,
}

crate::names::names! {
    BearerError: Character TokenType;
}
