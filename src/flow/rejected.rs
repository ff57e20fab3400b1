//! A refused step: what went wrong, and the state back if the login is still alive.

use alloc::boxed::Box;
use core::borrow::Borrow;
use core::error::Error;
use core::fmt;

use crate::flow::{RefreshEnded, Refreshing};
use crate::response::token_response::TokenError;

/// A step that was refused.
///
/// It says why by [`error`](Self::error). If the login is still alive, [`recover`](Self::recover) gives the
/// state back, unchanged: it behaves as if the refused step had never been tried. If the login has ended, it
/// gives what is left, which is the error (and for a refresh also the token that still works). The table of
/// [the flow](crate::flow) says which is which.
///
/// It is an [`Error`], so `?` passes it on whole. That gives the state up with it: `match` first where the login is
/// to go on.
///
/// ```
/// # use authcode::{AwaitingRedirect, CodeReceived, RedirectError};
/// # fn example(mut pending: AwaitingRedirect, mut next: impl FnMut() -> String) -> Result<CodeReceived, RedirectError> {
/// let code = loop {
///     pending = match pending.receive_redirect(&next()) {
///         Ok(code) => break code,
///         Err(refused) => refused.recover()?,
///     };
/// };
/// # Ok(code) }
/// ```
#[must_use = "it may hold a login that is still alive: call `recover`"]
pub struct Rejected<State, Cause, End = Cause>(Outcome<State, Cause, End>);

enum Outcome<State, Cause, End> {
    Alive(State, Cause),
    Ended(Box<End>),
}

impl<State, Cause, End: Borrow<Cause>> Rejected<State, Cause, End> {
    pub(crate) fn alive(state: State, cause: Cause) -> Self {
        Self(Outcome::Alive(state, cause))
    }

    pub(crate) fn ended(end: End) -> Self {
        Self(Outcome::Ended(Box::new(end)))
    }

    /// Why the step was refused.
    pub fn error(&self) -> &Cause {
        match &self.0 {
            Outcome::Alive(_, cause) => cause,
            Outcome::Ended(end) => (**end).borrow(),
        }
    }

    /// Whether [`recover`](Self::recover) will give the state back.
    pub const fn is_alive(&self) -> bool {
        matches!(self.0, Outcome::Alive(..))
    }

    /// The state as it was before the step, if the login is still alive.
    ///
    /// # Errors
    /// What is left of a login that has ended.
    pub fn recover(self) -> Result<State, End> {
        match self.0 {
            Outcome::Alive(state, _) => Ok(state),
            Outcome::Ended(end) => Err(*end),
        }
    }
}

impl<State, Cause> Rejected<State, Cause> {
    /// Why the step was refused and, if the login is still alive, the state: for a host that wants both.
    pub fn into_parts(self) -> (Cause, Option<State>) {
        match self.0 {
            Outcome::Alive(state, cause) => (cause, Some(state)),
            Outcome::Ended(cause) => (*cause, None),
        }
    }
}

impl Rejected<Refreshing, TokenError, RefreshEnded> {
    /// Gives up the refresh, whether it was still alive or not: why it was refused, and the token that still works.
    pub fn give_up(self) -> RefreshEnded {
        match self.0 {
            Outcome::Alive(refreshing, error) => RefreshEnded { error, authorized: refreshing.cancel() },
            Outcome::Ended(ended) => *ended,
        }
    }
}

impl<State, Cause: fmt::Debug, End: Borrow<Cause>> fmt::Debug for Rejected<State, Cause, End> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected").field("error", self.error()).field("is_alive", &self.is_alive()).finish()
    }
}

impl<State, Cause: fmt::Display, End: Borrow<Cause>> fmt::Display for Rejected<State, Cause, End> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error().fmt(f)
    }
}

impl<State, Cause: Error, End: Borrow<Cause>> Error for Rejected<State, Cause, End> {}
