//! What a login holds once it has tokens, and what a response does to it.

use alloc::boxed::Box;
use core::mem;
use core::time::Duration;

use crate::config::scope::Scope;
use crate::config::uri::Uri;
use crate::encoding::time::UnixTime;
use crate::flow::TokenError;
use crate::flow::login::Login;
use crate::flow::policy::{self, RefreshVerdict};
use crate::flow::tokens::Tokens;
use crate::response::next_step::NextStep;
use crate::response::token_response::{GrantedScope, Refused, TokenResponse, TokenType};
use crate::secret::Secret;
use crate::shared::Shared;

#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) login: Shared<Login>,
    /// The token endpoint that the authorization response led to, where the server has several.
    pub(crate) token_endpoint: Option<Box<Uri>>,
    /// The port of the login's redirect URI, if the server wants the redirect URI at each refresh.
    pub(crate) port: Option<u16>,
    pub(crate) tokens: Tokens,
    /// What the first response granted, where a refresh has replaced it since.
    pub(crate) first_scope: Option<GrantedScope>,
    /// The last good ID token, if the last response had none.
    pub(crate) earlier_id_token: Option<Box<Secret>>,
    /// The refresh token that was held before this one.
    pub(crate) replaced: Option<Secret>,
    /// A refresh token that came late, for the replaced one. It is tried once, if the server says that the held one is
    /// dead.
    pub(crate) spare: Option<Box<Secret>>,
    /// How many refreshes were refused, and may be tried again, since the last success or pause.
    pub(crate) attempts: u8,
    /// How many refreshes of this refresh token were answered in words that the crate does not know, or without a token,
    /// since its last success.
    pub(crate) foreign_refusals: u8,
    pub(crate) revision: u32,
}

/// What a refresh has changed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Refreshed {
    /// Whether the login has another refresh token than before. If so, the old one is dead or about to be: store the
    /// login before you do anything else.
    pub rotated: bool,
    /// Whether the login had got a newer token before this response came, so that its access token was not used.
    pub superseded: bool,
    /// The scope that was granted before. [`Tokens::granted_scope`] is the one that is granted now.
    pub scope_before: GrantedScope,
}

/// Which of a login's refresh tokens a refresh has sent.
pub(crate) enum Sent {
    Held,
    Replaced,
    Unknown,
}

impl Grant {
    pub(crate) fn new(
        login: Shared<Login>,
        token_endpoint: Option<Box<Uri>>,
        response: TokenResponse,
        received_at: UnixTime,
    ) -> Self {
        Self {
            login,
            token_endpoint,
            port: None,
            tokens: Tokens { response, received_at },
            first_scope: None,
            earlier_id_token: None,
            replaced: None,
            spare: None,
            attempts: 0,
            foreign_refusals: 0,
            revision: 0,
        }
    }

    /// What the user granted at first: a refresh may ask for as much.
    pub(crate) fn first_scope(&self) -> &GrantedScope {
        self.first_scope.as_ref().unwrap_or(&self.tokens.response.scope)
    }

    /// The last good ID token.
    pub(crate) fn last_id_token(&self) -> Option<Secret> {
        self.tokens.response.id_token().or_else(|| self.earlier_id_token.as_ref().map(|token| token.duplicate()))
    }

    /// The URL to which the refresh token goes.
    pub(crate) fn refresh_endpoint(&self) -> &Uri {
        self.token_endpoint.as_deref().unwrap_or_else(|| self.login.client.server().refresh_endpoint())
    }

    pub(crate) fn standing_of(&self, sent: &Secret) -> Sent {
        let is = |other: Option<&Secret>| other.is_some_and(|other| other.is(sent));
        match self.tokens.refresh_token() {
            held if is(held) => Sent::Held,
            // The server has called it dead, and now there is a success for it.
            None if is(self.replaced.as_ref()) => Sent::Held,
            _ if is(self.replaced.as_ref()) => Sent::Replaced,
            _ => Sent::Unknown,
        }
    }

    pub(crate) fn adopt(&mut self, response: TokenResponse, narrowed: Scope, now: UnixTime) -> Refreshed {
        let first_scope = self.first_scope().clone();
        let Tokens { response: old, .. } = mem::replace(&mut self.tokens, Tokens { response, received_at: now });
        let new = &mut self.tokens.response;
        // A logout names the session by it, long after the refresh.
        self.earlier_id_token = match new.id_token() {
            Some(_) => None,
            None => old.id_token().map(Box::new).or(self.earlier_id_token.take()),
        };
        let rotated = match (new.refresh_token.take(), old.refresh_token) {
            (Some(new_token), Some(old_token)) if new_token.is(&old_token) => {
                new.refresh_token = Some(old_token);
                false
            }
            (Some(new_token), old_token) => {
                new.refresh_token = Some(new_token);
                self.replaced = old_token.or(self.replaced.take());
                true
            }
            (None, old_token) => {
                // Called dead before, and good after all.
                new.refresh_token = old_token.or_else(|| self.replaced.take());
                false
            }
        };
        // Some servers state the type in their first response only. Another type must be stated anew: a token without
        // one may be bound to less than the old one was.
        if (&new.token_type, &old.token_type) == (&TokenType::Unstated, &TokenType::Bearer) {
            new.token_type = TokenType::Bearer;
        }
        // RFC 6749 §6: a response without a scope means the one that was asked for.
        new.scope = match mem::replace(&mut new.scope, GrantedScope::Unstated) {
            GrantedScope::Unstated if narrowed.is_empty() => first_scope.clone(),
            GrantedScope::Unstated => GrantedScope::Stated(narrowed),
            stated => stated,
        };
        self.first_scope = Some(first_scope);
        self.spare = None;
        self.attempts = 0;
        self.foreign_refusals = 0;
        self.revision = self.revision.wrapping_add(1);
        Refreshed { rotated, superseded: false, scope_before: old.scope }
    }

    /// A success for the refresh token that was replaced since.
    pub(crate) fn keep_spare(&mut self, response: TokenResponse) -> Refreshed {
        // A server may answer a repeated refresh with the token that it has issued already.
        let is_held = |token: &Secret| self.tokens.refresh_token().is_some_and(|held| held.is(token));
        let spare = response.refresh_token.filter(|token| !is_held(token));
        self.spare = spare.map(Box::new).or(self.spare.take());
        Refreshed { rotated: false, superseded: true, scope_before: self.tokens.granted_scope().clone() }
    }

    pub(crate) fn refuse(&mut self, refused: Refused) -> TokenError {
        let verdict = policy::of_refresh(&refused, self.login.dialect());
        match verdict {
            RefreshVerdict::Foreign if self.tokens.refresh_token().is_some() => {
                // It is stored: a program that resumes the login for each request must come to an end, too.
                self.foreign_refusals = self.foreign_refusals.saturating_add(1);
                self.revision = self.revision.wrapping_add(1);
            }
            RefreshVerdict::Retry => self.attempts = self.attempts.saturating_add(1),
            _ => {}
        }
        let mut next_step = policy::after_refresh(verdict, &refused.response, self.attempts, self.foreign_refusals);
        if let Some(new_token) = refused.refresh_token {
            if !self.tokens.refresh_token().is_some_and(|held| held.is(&new_token)) {
                self.replace_refresh_token(Some(new_token));
            }
        } else if verdict == RefreshVerdict::Dead && self.tokens.refresh_token().is_some() {
            let spare = self.spare.take();
            if spare.is_some() {
                next_step = NextStep::Retry { after: Duration::ZERO };
            }
            self.replace_refresh_token(spare.map(|spare| *spare));
        }
        if verdict == RefreshVerdict::Retry && next_step == NextStep::Wait {
            // The next use of the token has all of its tries again.
            self.attempts = 0;
        }
        TokenError::new(refused.response, self.unless_over(next_step))
    }

    fn replace_refresh_token(&mut self, new: Option<Secret>) {
        let old = mem::replace(&mut self.tokens.response.refresh_token, new);
        self.replaced = old.or(self.replaced.take());
        // They were refusals of the old one.
        self.foreign_refusals = 0;
        self.revision = self.revision.wrapping_add(1);
    }

    /// Without a refresh token there is nothing to send again after any response.
    pub(crate) fn unless_over(&self, next_step: NextStep) -> NextStep {
        if self.tokens.refresh_token().is_some() { next_step } else { NextStep::StartOver }
    }
}
