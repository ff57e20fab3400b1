//! The states of a login. All transition logic lives in this module.
//!
//! The diagram is on the [front page](crate), the rules for a refused response in code are in one place: `policy.rs`.
//!
//! # Refusals
//!
//! What each refused step means, whether [`Rejected::recover`](crate::Rejected::recover) returns the state, and what to
//! do now ([`NextStep`](crate::NextStep)). [`StartOver`](crate::NextStep::StartOver) and "ended" are the same.
//!
//! | step | what arrived | state | what now | why |
//! |---|---|---|---|---|
//! | start | the random source fails, or returns nothing but zeros | template unchanged | call `start` again; replace a source that does not work | nothing was sent |
//! | start | the login must be pushed, or is to be pushed and the server has no endpoint for it | template unchanged | use the other way to start, or correct the configuration | nothing was sent |
//! | push | 408, 425, 429, 5xx; `temporarily_unavailable` or `server_error` at any status | returned | `Retry` | nothing is spent by a push |
//! | push | any other refusal, and a success without a usable `request_uri` | returned | `Fix`: `replace_client`, other options (`unstarted`), or what is between you and the server | the same request will be refused again |
//! | push | the sixth refused response of one login | ended | `StartOver` | retries must end |
//! | redirect | too long, not to our redirect URI, cannot be parsed, a recognized name repeats, `state` absent or another | returned | `Wait` | anyone can send a request to a redirect URI; that must never end somebody's login |
//! | redirect | right `state`, then a wrong or missing `iss`, a JWT response or a token, both or neither of `code` and `error`, a malformed `code` or `error` | ended | `StartOver` | it answers this login, and a failed transaction must start afresh (OAuth 2.1 §7.5.1.1) |
//! | redirect | right `state` and `error` | ended, with the server's error | `StartOver`; if the user declined, ask them | the server has answered |
//! | exchange | 408, 425, 429, 5xx; `temporarily_unavailable` or `server_error` at any status | returned | `Retry` | the code is normally unspent |
//! | exchange | `invalid_client`, `unauthorized_client` | returned | `Fix`: `replace_client` | the server stopped before it looked at the code |
//! | exchange | 3xx; too long; 2xx that is not JSON; another status without an OAuth error (beyond 2xx, 400, 401 and 403 only a registered code is one) | returned | `Fix`: look what is between you and the server | the code may be spent, so it is not sent again by itself |
//! | exchange | any other OAuth error; a success without a usable access token | ended | `StartOver` | the code is spent or of no use |
//! | exchange | the sixth refused response of one login | ended | `StartOver` | retries must end, and the code has expired |
//! | refresh | 408, 425, 429, 5xx; `temporarily_unavailable` or `server_error` at any status; a refresh token without a usable access token | tokens kept, the refresh token taken if it is new | `Retry`; `Wait` after the sixth try | the refresh token is good |
//! | refresh | `invalid_grant`, or the server's own word for it | refresh token dropped, access token kept | `StartOver` | the refresh token is dead |
//! | refresh | the same, and a late response had left another refresh token | that one is held now | `Retry` at once | it is tried once |
//! | refresh | `invalid_client`, `unauthorized_client`, 3xx | tokens kept | `Fix`: `replace_client`, an endpoint | the refresh token was not looked at |
//! | refresh | `interaction_required`, `login_required`, `consent_required`, `account_selection_required` | tokens kept | `StartOver` | only the user can go on, and the refresh token may be good elsewhere |
//! | refresh | another OAuth error or another 4xx; 2xx that is not JSON, too long or without a usable token | tokens kept | `Wait`; `StartOver` from the fifth since the last success | it may be a captive portal, or the server's own way to say that the token is dead; sending again by itself may spend it |
//! | refresh | a response for a refresh token that the login no longer holds | tokens kept | `Wait`; `StartOver` if it holds none | a newer one is held |
//! | revocation | 408, 425, 429, 5xx; `temporarily_unavailable` or `server_error` at any status | returned | `Retry` | the token still lives |
//! | revocation | `invalid_client`, `unauthorized_client`, 3xx, another status without an OAuth error | returned | `Fix`: `replace_client`, an endpoint | the server did not look at the token |
//! | revocation | any other OAuth error; the sixth refused response | ended | `StartOver`: give up, or revoke the other token | the same request will be refused again |
//! | discovery | no metadata at this place, and there is a next one | returned, at the next place | `Retry` at once | a server has its metadata at one of three places |
//! | discovery | no metadata at the last place | ended | `StartOver`, after somebody has looked at the issuer | there is no other place |
//! | discovery | an issuer that is not confirmed | returned, at the issuer's own places | `Retry` at once | the document is only a claim |
//! | discovery | 5xx at one of several places | returned, at the next place | `Retry` at once; after the last place, `Retry` from the first one | another place may have metadata |
//! | discovery | 408, 425, 429; 5xx at a URL that you named | returned | `Retry` | nothing was spent |
//! | discovery | the sixth round in which the server was unavailable | ended | `StartOver` | retries must end |
//! | discovery | metadata that is invalid or names another issuer | ended | `StartOver`, after somebody has looked | another place must not hide it |
//! | resume | of another client, kind or version | the stored form is returned | `Fix`: resume it with the right one | a form that is taken from the store once must survive a wrong client |
//! | resume | of a login that was not pushed, with a client that requires it | the stored form is returned | `Fix`: log in again | the stricter rule counts |
//! | resume | damaged | ended | `StartOver` | it can never be resumed |
//!
//! A code is spent or not by the server's own account, so a state that is returned is a chance, not a promise.

mod authorized;
mod awaiting_redirect;
mod code_received;
mod exchange;
mod grant;
mod login;
mod logout;
pub(crate) mod policy;
mod pushing;
mod refresh;
mod rejected;
mod requests;
mod resource_headers;
mod revocation;
mod stored_tokens;
mod suspended;
mod token_error;
mod tokens;
mod unstarted;

pub use authorized::{Authorized, BearerError};
pub use awaiting_redirect::AwaitingRedirect;
pub use code_received::CodeReceived;
pub use exchange::{Exchange, Resend};
pub use grant::Refreshed;
pub use logout::{Logout, LogoutState};
pub use pushing::Pushing;
pub use refresh::{Refresh, RefreshOptions, Refreshing, Renewal};
pub use rejected::Rejected;
pub use resource_headers::{ResourceHeaders, ResourceRequestError};
pub use revocation::{Revocation, TokenTypeHint};
pub use suspended::{ResumeError, StateKind, Suspended};
pub use token_error::TokenError;
pub use tokens::Tokens;
pub use unstarted::{StartError, Unstarted};

use crate::config::client::Client;

/// A login in any of its states, for a program that keeps "the login" in one field: a GUI, a game loop, a binding to
/// another language.
///
/// Each state converts into it by `From`, and out of it by `TryFrom`, which returns the `Flow` if it is in another state.
///
/// ```
/// # use authcode::{AwaitingRedirect, Flow};
/// # fn example(pending: AwaitingRedirect) -> Result<(), Flow> {
/// let flow = Flow::from(pending);
/// let pending = AwaitingRedirect::try_from(flow)?;
/// # Ok(()) }
/// ```
///
/// A refused step is put back into such a field by [`Rejected::put_back`]. An [`Unstarted`] is a template, not a login:
/// keep it beside this field. A [`Pushing`] is not stored, so it is not one of these states: keep it where the request is
/// under way.
#[derive(Debug)]
#[must_use = "it holds a login"]
#[non_exhaustive]
pub enum Flow {
    /// The user is in the browser.
    AwaitingRedirect(AwaitingRedirect),
    /// There is a code.
    CodeReceived(CodeReceived),
    /// There are tokens.
    Authorized(Authorized),
}

impl Flow {
    /// The client that logs in, and by it the server.
    pub fn client(&self) -> &Client {
        match self {
            Self::AwaitingRedirect(state) => state.client(),
            Self::CodeReceived(state) => state.client(),
            Self::Authorized(state) => state.client(),
        }
    }

    /// The stored form of the state.
    pub fn suspend(&self) -> Suspended {
        match self {
            Self::AwaitingRedirect(state) => state.suspend(),
            Self::CodeReceived(state) => state.suspend(),
            Self::Authorized(state) => state.suspend(),
        }
    }

    /// Restores the state that was stored.
    ///
    /// ```
    /// # use authcode::{Client, Flow, Suspended};
    /// # fn example(text: &str, client: &Client) -> Result<Flow, Box<dyn std::error::Error>> {
    /// let stored = Suspended::from_json(text)?;
    /// Ok(Flow::resume(stored, client).map_err(|rejected| rejected.into_error())?)
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ResumeError`], as for each of the states.
    pub fn resume(stored: Suspended, client: &Client) -> Result<Self, Rejected<Suspended, ResumeError>> {
        match stored.kind() {
            Some(StateKind::CodeReceived) => CodeReceived::resume(stored, client).map(Self::from),
            Some(StateKind::Authorized) => Authorized::resume(stored, client).map(Self::from),
            // An unknown kind is refused there.
            Some(StateKind::AwaitingRedirect) | None => AwaitingRedirect::resume(stored, client).map(Self::from),
        }
    }
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

conversions!(AwaitingRedirect, CodeReceived, Authorized);
