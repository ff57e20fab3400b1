//! The login, which is the same for every stack: only `send` differs.

use authcode::{
    Authorized, Client, Exchange, HttpRequest, HttpResponse, NextStep, Redirect, Refusal as _, Renewal, UnixTime,
};

use crate::server::{self, Server};
use crate::{Failure, browser};

/// Logs in to the embedded server, and refreshes the tokens once.
pub(crate) fn log_in_and_refresh(
    server: &Server,
    send: impl Fn(HttpRequest) -> Result<HttpResponse, Failure>,
) -> Result<Authorized, Failure> {
    let base_url = server.base_url();
    let endpoints =
        authcode::Server::danger_loopback_http(format!("{base_url}/authorize"), format!("{base_url}/oauth/token"))?;
    let client = Client::new(endpoints, server::CLIENT_ID, "http://127.0.0.1/callback")?;
    let pending =
        client.login().scope("profile offline_access")?.audience(server::AUDIENCE)?.start(getrandom::SysRng)?;

    // The only redirect is the one that the embedded server has just sent, so there is nothing to wait for.
    let redirect = browser::consent(&pending.authorization_url(), base_url)?;
    let code = pending.receive_redirect(Redirect::url(&redirect)).map_err(|rejected| rejected.into_error())?;

    let mut login = run(&mut Some(code), &send)?;
    let Renewal::Refresh(refresh) = login.renewal() else { return Err("no refresh token".into()) };
    run(&mut Some(refresh.on(&mut login)), &send)?;
    Ok(login)
}

/// Sends a request, and tries again while that may help. On an error, a state that is still alive is in `slot`.
///
/// It ends: each state counts the responses that it has refused, and the crate limits each pause.
pub(crate) fn run<X: Exchange>(
    slot: &mut Option<X>,
    send: impl Fn(HttpRequest) -> Result<HttpResponse, Failure>,
) -> Result<X::Next, Failure> {
    loop {
        let response = send(slot.as_ref().ok_or("the step has been taken")?.request())?;
        let step = slot.take().ok_or("the step has been taken")?;
        let error = match step.receive_response(response, UnixTime::now()) {
            Ok(next) => return Ok(next),
            Err(rejected) => rejected.put_back(slot),
        };
        match error.next_step() {
            NextStep::Retry { after } => std::thread::sleep(after),
            _ => return Err(error.into()),
        }
    }
}
