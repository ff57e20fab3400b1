//! Walks a login to the state that a cell is about.

use authcode::{
    Authorized, AwaitingRedirect, Client, CodeReceived, HttpRequest, RedirectError, RefreshEnded, Rejected, Renewal,
    Resume, Suspended, TokenError, UnixTime, Unstarted,
};

use crate::Error;
use crate::browser::{self, Arrival, User};
use crate::transport;

pub(crate) type Received = Result<CodeReceived, Rejected<AwaitingRedirect, RedirectError>>;
pub(crate) type Exchanged = Result<Authorized, Rejected<CodeReceived, TokenError>>;
pub(crate) type Refreshed = Result<Authorized, RefreshEnded>;

/// Starts the login and lets the user answer. Gives what the crate makes of the redirect.
pub(crate) fn redirect(login: Unstarted, user: User) -> Result<Received, Error> {
    let pending = login.try_start(getrandom::SysRng)?;
    match browser::visit(&pending.authorization_url(), user)? {
        Arrival::Redirect(url) => Ok(pending.receive_redirect(&url)),
        Arrival::FormPost { action, .. } => Err(format!("a form to {action} in place of a redirect").into()),
    }
}

/// A login that has its code.
pub(crate) fn to_code(login: Unstarted) -> Result<CodeReceived, Error> {
    Ok(redirect(login, User::Allows)??)
}

/// A login that has its token.
pub(crate) fn to_token(login: Unstarted) -> Result<Authorized, Error> {
    Ok(exchange(to_code(login)?)??)
}

/// Exchanges the code.
pub(crate) fn exchange(code: CodeReceived) -> Result<Exchanged, Error> {
    let request = code.token_request();
    exchange_by(code, &request)
}

/// Exchanges the code by a request that need not be the crate's own.
pub(crate) fn exchange_by(code: CodeReceived, request: &HttpRequest) -> Result<Exchanged, Error> {
    Ok(code.receive_token_response(transport::send(request)?, UnixTime::now()))
}

/// Refreshes once. What is handed back counts as a failure here: the server is up.
pub(crate) fn refresh(authorized: Authorized) -> Result<Refreshed, Error> {
    let Renewal::Refresh(refreshing) = authorized.renew() else { return Err("there is no refresh token".into()) };
    let response = transport::send(&refreshing.token_request())?;
    match refreshing.receive_token_response(response, UnixTime::now()) {
        Ok(renewed) => Ok(Ok(renewed)),
        Err(refused) => match refused.recover() {
            Ok(_still_alive) => Err("the server could not answer".into()),
            Err(ended) => Ok(Err(ended)),
        },
    }
}

/// A state out of its stored form, as often as a careless store gives it out.
pub(crate) fn resume<State: Resume>(stored: &str, client: &Client) -> Result<State, Error> {
    Ok(serde_json::from_str::<Suspended>(stored)?.resume(client)?)
}
