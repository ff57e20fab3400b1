//! What a cell asserts.

use core::fmt::Debug;

use authcode::{CodeReceived, ErrorCode, NextStep, RedirectError, Refusal, Rejected, TokenError, TokenErrorKind};

use crate::Error;
use crate::walk::{Exchanged, Received};

pub(crate) fn is_true(what: &str, holds: bool) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(format!("not so: {what}").into()) }
}

pub(crate) fn is_equal<T: Debug + PartialEq>(what: &str, found: &T, expected: &T) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?} instead of {expected:?}").into()) }
}

/// The step was not refused. If it was, the cell fails, so its state is given up.
pub(crate) fn succeeds<Next, State, E: Refusal>(step: Result<Next, Rejected<State, E>>) -> Result<Next, Error> {
    step.map_err(|rejected| rejected.into_error().into())
}

/// The server refused the code with this error, which ended the login.
pub(crate) fn has_ended(exchanged: Exchanged, expected: &ErrorCode) -> Result<(), Error> {
    let Err(rejected) = exchanged else { return Err("the server gave a token".into()) };
    is_refusal(rejected.error(), expected)?;
    is_equal("the next step", &rejected.next_step(), &NextStep::StartOver)?;
    is_true("the login has ended", rejected.recover().is_err())
}

/// The server refused the client with this error, and the code can be sent again with other credentials.
pub(crate) fn can_be_fixed(exchanged: Exchanged, expected: &ErrorCode) -> Result<CodeReceived, Error> {
    let Err(rejected) = exchanged else { return Err("the server gave a token".into()) };
    is_refusal(rejected.error(), expected)?;
    is_equal("the next step", &rejected.next_step(), &NextStep::Fix)?;
    Ok(rejected.recover()?)
}

/// The server answered with this OAuth error.
pub(crate) fn is_refusal(error: &TokenError, expected: &ErrorCode) -> Result<(), Error> {
    is_equal("the kind of the error", &error.kind(), &TokenErrorKind::Refused)?;
    is_equal("the error", &error.oauth_error().and_then(|error| error.code.as_ref()), &Some(expected))
}

/// The server refused the authorization with this error, which ended the login.
pub(crate) fn is_denied(received: Received, expected: &ErrorCode) -> Result<(), Error> {
    let Err(rejected) = received else { return Err("the server gave a code".into()) };
    is_equal("the next step", &rejected.next_step(), &NextStep::StartOver)?;
    match rejected.recover() {
        Err(RedirectError::Refused(error)) => is_equal("the error", &error.code.as_ref(), &Some(expected)),
        Err(other) => Err(format!("{other} instead of {expected}").into()),
        Ok(_pending) => Err("the login goes on".into()),
    }
}
