//! The states of a login. Everything that decides a step stands here.
//!
//! The diagram stands on the [front page](crate).
//!
//! # Which refusals hand the state back
//!
//! | what arrived | state | why |
//! |---|---|---|
//! | redirect: too long, not to our redirect URI, not readable, a recognised name twice, `state` missing or another | **back** | anybody can call a redirect URI; that must never end somebody's login |
//! | redirect: right `state`, then a wrong or missing `iss`, a JWT response or a token, both or neither of `code` and `error`, a malformed `code` or `error` | ended | it is an answer to this login and a bad one: a failed transaction must start afresh (OAuth 2.1 §7.5.1.1) |
//! | redirect: right `state` and `error` | ended, with the server's error | the server answered |
//! | token response: 5xx, 429, 3xx, not JSON, too long, cut off, empty; another status without an OAuth error (beyond 2xx, 400, 401 and 403 only a registered code is one) | **back** | transient, or the host's doing; the code may be unspent |
//! | token response: `invalid_client` | **back** | the credentials can be mended, and the code is normally unspent |
//! | token response: any other OAuth error, or a success without a usable access token | ended | the code is spent or of no use |
//! | refresh: what ends a login above | the refresh has ended; the [old access token comes back](RefreshEnded), after `invalid_grant` without the refresh token | nothing that still works may be lost |
//! | random source fails, or gives nothing but zeros | **back** | nothing has been sent |
//!
//! A code is spent or not by the server's own account, so a state that is handed back is a chance, not a promise.

pub(crate) mod authorized;
mod awaiting_redirect;
mod code_received;
mod refreshing;
mod rejected;
pub(crate) mod suspended;
pub(crate) mod unstarted;

pub use authorized::{Authorized, BearerError, Refreshed, Renewal};
pub use awaiting_redirect::AwaitingRedirect;
pub use code_received::CodeReceived;
pub(crate) use refreshing::Refresh;
pub use refreshing::{RefreshEnded, Refreshing};
pub use rejected::Rejected;
pub(crate) use unstarted::{Attempt, Login};
pub use unstarted::{StartError, Unstarted};

use crate::config::client::Client;
use crate::response::oauth_error::ErrorCode;
use crate::response::token_response::TokenError;

/// Whether the code or the refresh token may still be good: the server did not get as far as to look at it.
pub(crate) fn leaves_grant_unspent(error: &TokenError) -> bool {
    match error {
        TokenError::TooLong { .. }
        | TokenError::Redirected { .. }
        | TokenError::Unavailable { .. }
        | TokenError::UnexpectedStatus { .. }
        | TokenError::NotJson { .. } => true,
        TokenError::Refused { error, .. } => error.code == ErrorCode::InvalidClient,
        TokenError::Unusable { .. } => false,
    }
}

/// Any state of a login, for a host that keeps "some state" in one field.
///
/// Each state goes in by `From` and comes out by `TryFrom`, which gives the `Flow` back if it is another one.
///
/// ```
/// # use authcode::{AwaitingRedirect, Flow};
/// # fn example(pending: AwaitingRedirect) -> Result<(), Flow> {
/// let flow = Flow::from(pending);
/// let pending = AwaitingRedirect::try_from(flow)?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "it holds a login"]
#[non_exhaustive]
pub enum Flow {
    /// Before the start.
    Unstarted(Unstarted),
    /// The user is in the browser.
    AwaitingRedirect(AwaitingRedirect),
    /// There is a code.
    CodeReceived(CodeReceived),
    /// There is a token.
    Authorized(Authorized),
    /// The token is being renewed.
    Refreshing(Refreshing),
}

macro_rules! conversions {
    ($($state:ident),+) => {$(
        impl From<$state> for Flow {
            fn from(state: $state) -> Self {
                Self::$state(state)
            }
        }

        impl TryFrom<Flow> for $state {
            /// The state that it is in place of the one that was asked for.
            type Error = Flow;

            fn try_from(flow: Flow) -> Result<Self, Flow> {
                match flow {
                    Flow::$state(state) => Ok(state),
                    other => Err(other),
                }
            }
        }
    )+};
}

macro_rules! owners {
    ($($state:ident: $($path:tt).+;)+) => {$(
        impl $state {
            /// The client that logs in, and by it the server.
            pub fn client(&self) -> &Client {
                &self.$($path).+.client
            }
        }
    )+};
}

owners! {
    Unstarted: login;
    AwaitingRedirect: attempt.login;
    CodeReceived: attempt.login;
    Authorized: login;
    Refreshing: 0.authorized.login;
}

conversions!(Unstarted, AwaitingRedirect, CodeReceived, Authorized, Refreshing);
