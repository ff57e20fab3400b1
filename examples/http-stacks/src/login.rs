//! The login: it is the same for every stack, and only `send` differs.

use authcode::{Authorized, Client, ClientAuth, HttpRequest, HttpResponse, Renewal, UnixTime};

use crate::server::{self, Server};
use crate::{Failure, browser};

/// Logs in to the embedded server, and refreshes the token once.
pub(crate) fn log_in_and_refresh(
    server: &Server,
    send: impl Fn(HttpRequest) -> Result<HttpResponse, Failure>,
) -> Result<Authorized, Failure> {
    let base_url = server.base_url();
    let endpoints =
        authcode::Server::danger_loopback_http(format!("{base_url}/authorize"), format!("{base_url}/oauth/token"))?;
    let client = Client::new(endpoints, server::CLIENT_ID, ClientAuth::None, "http://127.0.0.1/callback")?;
    let login = client.login().scope("profile offline_access")?.audience(server::AUDIENCE)?;

    let pending = login.try_start(getrandom::SysRng)?;
    let redirect = browser::consent(&pending.authorization_url(), base_url)?;
    let code = pending.receive_redirect(&redirect)?;
    let response = send(code.token_request())?;
    let authorized = code.receive_token_response(response, UnixTime::now())?;

    let Renewal::Refresh(refreshing) = authorized.renew() else { return Err("no refresh token".into()) };
    let response = send(refreshing.token_request())?;
    Ok(refreshing.receive_token_response(response, UnixTime::now())?)
}
