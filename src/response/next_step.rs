//! What to do after a refused step.

use core::error::Error;
use core::time::Duration;

use crate::response::fault::Fault;
use crate::response::oauth_error::OAuthError;

/// What to do after a step was refused. There is one answer for each refusal.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum NextStep {
    /// Nothing to do now; the state is unchanged. A pending login waits for another redirect. A login that could not be
    /// refreshed tries again when its token is next needed.
    Wait,
    /// Take the request of the same state again and send it, after at least this long.
    Retry {
        /// The pause: what the server asked for within [limits](crate::limits::MAX_RETRY_AFTER), or one that the crate
        /// chose. It may be zero.
        after: Duration,
    },
    /// The state is unchanged, but the same request will be refused again. Fix what the error names (the credentials,
    /// an endpoint, a parameter, something between you and the server), then send.
    Fix,
    /// The attempt has ended. Start another one: for a login or a refresh, the user logs in again.
    StartOver,
}

/// What every error of a step can tell. Each error has the same methods of its own, so you need this trait for code
/// that is generic over `Exchange` alone. It cannot be implemented outside of this crate.
pub trait Refusal: Error + Send + Sync + 'static + Sealed {
    /// What to do now.
    fn next_step(&self) -> NextStep;

    /// Which party can fix it.
    fn fault(&self) -> Fault;

    /// The server's own error, if it sent one and the response can be attributed to it.
    fn oauth_error(&self) -> Option<&OAuthError>;
}

/// Keeps [`Refusal`] and `Exchange` closed: later versions may add methods to them.
#[expect(unnameable_types, reason = "it closes traits")]
pub trait Sealed {}
