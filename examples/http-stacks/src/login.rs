//! The login, which is the same for every stack: only `send` differs.

use std::time::{Duration, Instant};

use authcode::{
    Authorized, Client, CodeReceived, Exchange, HttpRequest, HttpResponse, NextStep, Redirect, Refusal as _, Renewal,
    Resend, UnixTime,
};

use crate::server::{self, Server};
use crate::{Failure, browser};

/// Logs in to the embedded server, and refreshes the tokens once. On an error, a code that may still be good is in `slot`,
/// for another try.
pub(crate) fn log_in_and_refresh(
    server: &Server,
    slot: &mut Option<CodeReceived>,
    send: impl Fn(HttpRequest) -> Result<HttpResponse, Failure>,
) -> Result<Authorized, Failure> {
    if slot.is_none() {
        *slot = Some(code(server)?);
    }
    let mut login = run(slot, &send)?;
    let Renewal::Refresh(refresh) = login.renewal() else { return Err("no refresh token".into()) };
    run(&mut Some(refresh.on(&mut login)), &send)?;
    Ok(login)
}

/// Sends the user to the embedded server, and waits for the code.
fn code(server: &Server) -> Result<CodeReceived, Failure> {
    let base_url = server.base_url();
    let endpoints =
        authcode::Server::danger_loopback_http(format!("{base_url}/authorize"), format!("{base_url}/oauth/token"))?;
    let client = Client::new(endpoints, server::CLIENT_ID, "http://127.0.0.1/callback")?;
    let mut pending =
        client.login().scope("profile offline_access")?.audience(server::AUDIENCE)?.start(getrandom::SysRng)?;
    // In your program: the requests that reach the redirect URI. The browser of this one returns a single redirect.
    let mut redirects = Some(browser::consent(&pending.authorization_url(), base_url)?).into_iter();
    loop {
        let redirect = redirects.next().ok_or("no redirect answered the login")?;
        pending = match pending.receive_redirect(Redirect::url(&redirect)) {
            Ok(code) => return Ok(code),
            Err(rejected) => rejected.recover()?,
        };
    }
}

/// Sends a request, and tries again while that may help and a minute has not passed. On an error, a state that is
/// still alive is in `slot`.
pub(crate) fn run<X: Exchange>(
    slot: &mut Option<X>,
    send: impl Fn(HttpRequest) -> Result<HttpResponse, Failure>,
) -> Result<X::Next, Failure> {
    let end = Instant::now() + Duration::from_secs(60);
    let mut may_resend = matches!(X::RESEND, Resend::Once | Resend::Freely);
    loop {
        let response = match send(slot.as_ref().ok_or("the step has been taken")?.request()) {
            Ok(response) => response,
            // No response came: once more, at once.
            Err(_) if Instant::now() < end && std::mem::take(&mut may_resend) => continue,
            Err(error) => return Err(error),
        };
        let step = slot.take().ok_or("the step has been taken")?;
        let error = match step.receive_response(response, UnixTime::now()) {
            Ok(next) => return Ok(next),
            Err(rejected) => rejected.put_back(slot),
        };
        match error.next_step() {
            NextStep::Retry { after } if Instant::now() + after < end => std::thread::sleep(after),
            _ => return Err(error.into()),
        }
    }
}
