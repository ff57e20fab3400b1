//! What a cell holds to be true.

use core::fmt::Debug;

use authcode::{CodeReceived, ErrorCode, RedirectError, TokenError};

use crate::Error;
use crate::walk::{Exchanged, Received};

pub(crate) fn is_true(what: &str, holds: bool) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(format!("not so: {what}").into()) }
}

pub(crate) fn is_equal<T: Debug + PartialEq>(what: &str, found: &T, expected: &T) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?} in place of {expected:?}").into()) }
}

/// The server refused the code with this error, and the login has ended by it.
pub(crate) fn has_ended(exchanged: Exchanged, expected: &ErrorCode) -> Result<(), Error> {
    let Err(refused) = exchanged else { return Err("the server gave a token".into()) };
    is_refusal(refused.error(), expected)?;
    is_true("the login has ended", refused.recover().is_err())
}

/// The server refused with this error, and the code is still there for another try.
pub(crate) fn is_alive(exchanged: Exchanged, expected: &ErrorCode) -> Result<CodeReceived, Error> {
    let Err(refused) = exchanged else { return Err("the server gave a token".into()) };
    is_refusal(refused.error(), expected)?;
    Ok(refused.recover()?)
}

pub(crate) fn is_refusal(error: &TokenError, expected: &ErrorCode) -> Result<(), Error> {
    match error {
        TokenError::Refused { error, .. } => is_equal("the error", &error.code, expected),
        other => Err(format!("{other} in place of {expected}").into()),
    }
}

/// The server refused at the redirect with this error, and the login has ended by it.
pub(crate) fn is_denied(received: Received, expected: &ErrorCode) -> Result<(), Error> {
    let Err(refused) = received else { return Err("the server gave a code".into()) };
    match refused.recover() {
        Err(RedirectError::Refused(error)) => is_equal("the error", &error.code, expected),
        Err(other) => Err(format!("{other} in place of {expected}").into()),
        Ok(_pending) => Err("the login goes on".into()),
    }
}
