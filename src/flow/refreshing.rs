//! The token is being renewed, and the old one still works.

use alloc::boxed::Box;
use core::borrow::Borrow;

use thiserror::Error;

use crate::config::parameters::ParameterError;
use crate::config::parameters::Params;
use crate::config::scope::Scope;
use crate::config::scope::ScopeError;
use crate::encoding::form::Pair;
use crate::encoding::time::UnixTime;
use crate::flow::{Authorized, Refreshed, Rejected, leaves_grant_unspent};
use crate::http::{HttpRequest, HttpResponse};
use crate::response::oauth_error::ErrorCode;
use crate::response::token_response::TokenError;
use crate::response::token_response::{GrantedScope, TokenResponse};
use crate::secret::Secret;

/// A token that is being renewed: it has the two verbs of [`CodeReceived`](crate::CodeReceived).
///
/// **Holds** the [`Authorized`] state that it comes from, whole.
///
/// **Can** [narrow the scope](Self::narrow_scope), take [parameters](Self::add_param) for the request, give the
/// [`token_request`](Self::token_request), take the answer by
/// [`receive_token_response`](Self::receive_token_response), or [`cancel`](Self::cancel). Until a success has
/// come, the old token works: [`authorized`](Self::authorized).
///
/// **Refused**: as for a code, but that the end is not a loss: [`RefreshEnded`] has the old token.
///
/// **Stored**: yes, by [`suspend`](Self::suspend). Only one holder may refresh at a time: a server that sees
/// an old refresh token again takes it for stolen, and ends the whole login (RFC 9700 §4.14.2).
///
/// **Next** is [`Authorized`].
///
/// ```
/// # use authcode::{Authorized, HttpRequest, HttpResponse, Refreshing, UnixTime};
/// # fn example(refreshing: Refreshing, send: fn(HttpRequest) -> Option<HttpResponse>) -> Authorized {
/// let Some(response) = send(refreshing.token_request()) else {
///     return refreshing.cancel(); // the network is down, and the old token still works
/// };
/// match refreshing.receive_token_response(response, UnixTime::from_secs(1_700_000_000)) {
///     Ok(renewed) => renewed,
///     Err(refused) => refused.give_up().authorized, // why: its `error`; another try: `recover`
/// }
/// # }
/// ```
#[derive(Debug)]
#[must_use = "dropping it throws the tokens away: `cancel` gives them back"]
pub struct Refreshing(pub(crate) Box<Refresh>);

#[derive(Debug)]
pub(crate) struct Refresh {
    pub(crate) authorized: Authorized,
    pub(crate) scope: Scope,
    pub(crate) params: Params,
}

/// A refresh that has ended without a new token. The old access token still works until it runs out.
///
/// After `invalid_grant` the refresh token is gone from [`authorized`](Self::authorized), so that
/// [`Authorized::renew`] leads to a new login. After any other error it is still there.
#[derive(Debug, Error)]
#[error("{error}")]
#[must_use = "it holds the token that still works"]
#[non_exhaustive]
pub struct RefreshEnded {
    /// Why the refresh has ended.
    pub error: TokenError,
    /// The login as it was before, but for a refresh token that is known to be dead.
    pub authorized: Authorized,
}

impl Borrow<TokenError> for RefreshEnded {
    fn borrow(&self) -> &TokenError {
        &self.error
    }
}

impl Refreshing {
    pub(crate) fn new(authorized: Authorized) -> Self {
        Self(Box::new(Refresh { authorized, scope: Scope::default(), params: Params::default() }))
    }

    /// Asks for less than the user granted (RFC 6749 §6): scopes separated by spaces. Without it the request is for
    /// all of that, whatever an earlier refresh was narrowed to. Called again, it adds to them.
    ///
    /// # Errors
    /// [`ScopeError::Wider`] if a scope was not granted at first or, where the server did not say what it granted,
    /// not asked for. Then nothing is changed.
    pub fn narrow_scope(&mut self, scopes: &str) -> Result<(), ParameterError> {
        let granted = match self.0.authorized.first_scope() {
            GrantedScope::Stated(granted) => granted,
            GrantedScope::Unstated => &self.0.authorized.login.scope,
        };
        let mut narrower = self.0.scope.clone();
        narrower.add(scopes)?;
        if !narrower.is_subset(granted) {
            return Err(ScopeError::Wider.into());
        }
        self.0.scope = narrower;
        Ok(())
    }

    /// Adds a parameter to the request: `resource`, or `audience` for a server that wants it here, too.
    ///
    /// # Errors
    /// As [`Unstarted::param`](crate::Unstarted::param). Then nothing is changed.
    pub fn add_param(&mut self, name: &str, value: &str) -> Result<(), ParameterError> {
        let wording = self.0.authorized.login.dialect().token;
        let audience = wording.name("audience").unwrap_or("audience");
        if name == "audience" || name == audience {
            self.0.params.add_any(audience, value)
        } else {
            self.0.params.add(name, value, &wording)
        }
    }

    /// The token that is being renewed, for use until the new one has come.
    pub const fn authorized(&self) -> &Authorized {
        &self.0.authorized
    }

    /// Gives up the refresh. Nothing is lost.
    pub fn cancel(self) -> Authorized {
        self.0.authorized
    }

    /// The request for a new token (RFC 6749 §6). It is the same at each call.
    ///
    /// Parameters: `grant_type`, `client_id` (where it is not in a header), `refresh_token`, `scope` (if it is
    /// to be narrower), `client_secret` (where it is sent in the body), then those of this refresh.
    pub fn token_request(&self) -> HttpRequest {
        let login = &self.0.authorized.login;
        let (client_id, client_secret) = login.client.credentials_in_body();
        let scope = self.0.scope.separated(login.dialect().scope_separator);
        let protocol = [
            Some(Pair::plain("grant_type", "refresh_token")),
            client_id,
            self.0.authorized.refresh_token().map(|token| Pair::new("refresh_token", token.expose())),
            (!scope.is_empty()).then(|| Pair::new("scope", &scope)),
            client_secret,
        ];
        let endpoint = login.token_endpoint.as_deref().unwrap_or_else(|| login.client.server().refresh_endpoint());
        login.client.token_request(endpoint, &protocol, &self.0.params)
    }

    /// Takes the answer to the [`token_request`](Self::token_request), whatever its status is. `now` is the
    /// moment at which it came.
    ///
    /// If it has no new refresh token, the old one is kept (RFC 6749 §6): [`Authorized::refreshed`] tells.
    ///
    /// # Errors
    /// [`TokenError`] says what was wrong, and [`Rejected::recover`] whether the refresh is worth another try.
    /// If it is not, [`RefreshEnded`] has the token that still works.
    pub fn receive_token_response(
        self,
        mut response: HttpResponse,
        now: UnixTime,
    ) -> Result<Authorized, Rejected<Self, TokenError, RefreshEnded>> {
        match TokenResponse::read(&mut response, self.0.authorized.login.dialect(), now) {
            Ok(mut token) => {
                let Refresh { authorized, scope: narrowed, .. } = *self.0;
                let first_scope = authorized.first_scope().clone();
                let Authorized { login, token: old, .. } = authorized;
                let is_old = |new: &Secret| old.refresh_token.as_ref().is_some_and(|old| old.is(new));
                let rotated = token.refresh_token.as_ref().is_some_and(|new| !is_old(new));
                token.refresh_token = token.refresh_token.or(old.refresh_token);
                // RFC 6749 §6: a response without a scope means the one that was asked for.
                token.scope = match (token.scope, &first_scope) {
                    (GrantedScope::Unstated, first) if narrowed.is_empty() => first.clone(),
                    (GrantedScope::Unstated, GrantedScope::Stated(_)) => GrantedScope::Stated(narrowed),
                    (said, _) => said,
                };
                Ok(Authorized {
                    login,
                    token,
                    response: response.body,
                    received_at: now,
                    first_scope: Some(first_scope),
                    refreshed: Some(Refreshed { rotated, scope_before: old.scope }),
                })
            }
            Err(error) if leaves_grant_unspent(&error) => Err(Rejected::alive(self, error)),
            Err(error) => {
                let mut authorized = self.0.authorized;
                if error.oauth_error().is_some_and(|error| error.code == ErrorCode::InvalidGrant) {
                    authorized.token.refresh_token = None;
                }
                Err(Rejected::ended(RefreshEnded { error, authorized }))
            }
        }
    }
}
