//! Takes a login to the state that a cell tests.

use authcode::{
    Authorized, AwaitingRedirect, CodeReceived, HttpRequest, NextStep, RedirectError, Refreshed, Rejected, Renewal,
    TokenError, UnixTime, Unstarted,
};

use crate::browser::{self, Arrival, User};
use crate::{Error, check, transport};

pub(crate) type Received = Result<CodeReceived, Rejected<AwaitingRedirect, RedirectError>>;
pub(crate) type Exchanged = Result<Authorized, Rejected<CodeReceived, TokenError>>;

/// Starts the login and lets the user decide. Returns what the crate makes of the redirect.
pub(crate) fn redirect(login: &Unstarted, user: User) -> Result<Received, Error> {
    let pending = login.start(getrandom::SysRng)?;
    match browser::visit(&pending.authorization_url(), user)? {
        Arrival::Redirect(url) => Ok(pending.receive_redirect(&url)),
        Arrival::FormPost { action, .. } => Err(format!("a form to {action} instead of a redirect").into()),
    }
}

/// Takes a login to its code.
pub(crate) fn to_code(login: &Unstarted) -> Result<CodeReceived, Error> {
    check::succeeds(redirect(login, User::Allows)?)
}

/// Takes a login to its token.
pub(crate) fn to_token(login: &Unstarted) -> Result<Authorized, Error> {
    code_to_token(to_code(login)?)
}

/// Exchanges a code that the server must accept.
pub(crate) fn code_to_token(code: CodeReceived) -> Result<Authorized, Error> {
    check::succeeds(exchange(code)?)
}

/// Exchanges the code.
pub(crate) fn exchange(code: CodeReceived) -> Result<Exchanged, Error> {
    let request = code.request();
    exchange_by(code, &request)
}

/// Exchanges the code by a request that may differ from the crate's own.
pub(crate) fn exchange_by(code: CodeReceived, request: &HttpRequest) -> Result<Exchanged, Error> {
    Ok(code.receive_response(transport::send(request)?, UnixTime::now()))
}

/// Refreshes once, in place. Returns the refusal if it ends the refresh token; fails for any other refusal, since the
/// server is up.
pub(crate) fn refresh(authorized: &mut Authorized) -> Result<Result<Refreshed, TokenError>, Error> {
    let Renewal::Refresh(refresh) = authorized.renewal() else { return Err("there is no refresh token".into()) };
    let response = transport::send(&refresh.request())?;
    match refresh.receive_response(authorized, response, UnixTime::now()) {
        Err(error) if error.next_step() != NextStep::StartOver => Err(error.into()),
        renewed => Ok(renewed),
    }
}
