//! A refused step: why it was refused, and the state if the attempt is still alive.

use alloc::boxed::Box;
use core::fmt;

use crate::response::next_step::{NextStep, Refusal};

/// A step that was refused, and the state that it was refused in, if the attempt is still alive.
///
/// [`next_step`](Self::next_step) says what to do now. [`recover`](Self::recover) returns the state, which goes on as if
/// the step had not been tried (it counts the responses that it has refused, so that retries end), or the error if the
/// attempt has ended. The [table of the flow](crate::flow#refusals) lists which refusal does what.
///
/// It is not an [`Error`](core::error::Error), so `?` on a refused step does not compile: it would drop a live login.
/// Decide instead:
///
/// ```
/// # use authcode::{AwaitingRedirect, CodeReceived, RedirectError};
/// # fn example(mut pending: AwaitingRedirect, mut next: impl FnMut() -> String) -> Result<CodeReceived, RedirectError> {
/// let code = loop {
///     pending = match pending.receive_redirect(&next()) {
///         Ok(code) => break code,
///         // Keep waiting, or return why the login has ended.
///         Err(rejected) => rejected.recover()?,
///     };
/// };
/// # Ok(code) }
/// ```
///
/// ```compile_fail,E0277
/// # use authcode::{AwaitingRedirect, CodeReceived};
/// # fn example(pending: AwaitingRedirect) -> Result<CodeReceived, Box<dyn std::error::Error>> {
/// let code = pending.receive_redirect("https://app.example/favicon.ico")?;
/// # Ok(code) }
/// ```
#[must_use = "it may hold a login that is still alive: call `recover` or `put_back`"]
pub struct Rejected<State, E>(Outcome<State, E>);

enum Outcome<State, E> {
    Alive(State, E),
    // Boxed, so that the value is no larger than a state and a pointer.
    Ended(Box<E>),
}

impl<State, E> Rejected<State, E> {
    pub(crate) fn alive(state: State, error: E) -> Self {
        Self(Outcome::Alive(state, error))
    }

    pub(crate) fn ended(error: E) -> Self {
        Self(Outcome::Ended(Box::new(error)))
    }

    /// Why the step was refused.
    pub fn error(&self) -> &E {
        match &self.0 {
            Outcome::Alive(_, error) => error,
            Outcome::Ended(error) => error,
        }
    }

    /// What to do now.
    ///
    /// ```
    /// # use authcode::{Authorized, CodeReceived, HttpResponse, NextStep, UnixTime};
    /// # fn example(code: CodeReceived, response: HttpResponse, now: UnixTime) {
    /// match code.receive_response(response, now) {
    ///     Ok(authorized) => { /* store `authorized.suspend()` */ }
    ///     Err(rejected) => match rejected.next_step() {
    ///         NextStep::Retry { after } => { /* wait, then send the request again */ }
    ///         NextStep::Fix => { /* correct the credentials, for example */ }
    ///         _ => { /* the login has ended */ }
    ///     },
    /// }
    /// # }
    /// ```
    pub fn next_step(&self) -> NextStep
    where
        E: Refusal,
    {
        self.error().next_step()
    }

    /// The state, if the attempt is still alive.
    ///
    /// # Errors
    /// The error of the step, if the attempt has ended. That is so exactly if [`next_step`](Self::next_step) is
    /// [`NextStep::StartOver`].
    pub fn recover(self) -> Result<State, E> {
        match self.0 {
            Outcome::Alive(state, _) => Ok(state),
            Outcome::Ended(error) => Err(*error),
        }
    }

    /// Puts the state back into the slot that it was taken from, if the attempt is still alive, and returns the error.
    /// The slot is of the state's own type, or of one that the state converts into, such as [`Flow`](crate::Flow).
    ///
    /// A program that keeps its state in a field or across an `await` takes it out of the slot for the step alone:
    ///
    /// ```
    /// # use authcode::{AwaitingRedirect, Flow, NextStep, RedirectError};
    /// # fn example(slot: &mut Option<Flow>, pending: AwaitingRedirect, url: &str) -> Result<(), RedirectError> {
    /// match pending.receive_redirect(url) {
    ///     Ok(code) => *slot = Some(code.into()),
    ///     Err(rejected) => {
    ///         let error = rejected.put_back(slot);
    ///         if error.next_step() != NextStep::Wait {
    ///             return Err(error);
    ///         }
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn put_back<Slot: From<State>>(self, slot: &mut Option<Slot>) -> E {
        match self.0 {
            Outcome::Alive(state, error) => {
                *slot = Some(state.into());
                error
            }
            Outcome::Ended(error) => *error,
        }
    }

    /// Gives up the attempt, even if it is still alive, and returns the error.
    pub fn into_error(self) -> E {
        match self.0 {
            Outcome::Alive(_, error) => error,
            Outcome::Ended(error) => *error,
        }
    }
}

impl<State, E: fmt::Debug> fmt::Debug for Rejected<State, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_alive = matches!(self.0, Outcome::Alive(..));
        f.debug_struct("Rejected").field("error", self.error()).field("is_alive", &is_alive).finish()
    }
}
