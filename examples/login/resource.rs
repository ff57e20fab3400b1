//! The protected resource of the built-in server, which takes the access token.

use core::time::Duration;
use std::thread;

use authcode::{Authorized, UnixTime};

use crate::server::Server;
use crate::{Failure, report, transport};

/// The built-in server's tokens expire within seconds.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// Calls the resource with the access token, and shows its answer. A refusal is not an error here.
pub(crate) fn show(server: &Server, login: &Authorized) -> Result<(), Failure> {
    let url = format!("{}/me", server.base_url());
    let bearer = login.bearer()?;
    let mut response = transport::agent(&url).get(&url).header("authorization", bearer.expose()).call()?;
    let body = response.body_mut().read_to_string()?;
    let challenge = response.headers().get("www-authenticate").and_then(|value| value.to_str().ok());
    report::resource(&url, response.status().as_u16(), challenge.unwrap_or(&body));
    Ok(())
}

/// Waits until the access token needs a renewal.
pub(crate) fn let_expire(login: &Authorized) {
    if let Some(left) = login.tokens().time_left(UnixTime::now(), Duration::ZERO) {
        report::expiring(left.min(MAX_WAIT));
        thread::sleep(left.min(MAX_WAIT));
    }
    report::needs_renewal(login.needs_renewal(UnixTime::now(), Duration::ZERO));
}
