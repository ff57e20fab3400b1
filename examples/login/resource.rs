//! The protected resource of the built-in server: what the token is for.

use core::time::Duration;
use std::thread;

use authcode::{Authorized, Lifetime, UnixTime};

use crate::server::Server;
use crate::{Failure, report, transport};

/// Calls the resource with the token, and shows what it says to it: a refusal is no error here.
pub(crate) fn show(server: &Server, authorized: &Authorized) -> Result<(), Failure> {
    let url = format!("{}/me", server.base_url());
    let bearer = authorized.bearer()?;
    let mut response = transport::agent(&url).get(&url).header("authorization", bearer.expose()).call()?;
    let body = response.body_mut().read_to_string()?;
    let why = response.headers().get("www-authenticate").and_then(|value| value.to_str().ok()).unwrap_or_default();
    report::resource(&url, response.status().as_u16(), if why.is_empty() { &body } else { why });
    Ok(())
}

/// Waits until the token has run out.
pub(crate) fn let_run_out(authorized: &Authorized) {
    if let Lifetime::Stated(lifetime) = authorized.lifetime() {
        report::running_out(lifetime);
        // Lifetimes are whole seconds, rounded down. One more, and the server agrees that it is over.
        thread::sleep(lifetime.saturating_add(Duration::from_secs(1)));
    }
    report::needs_renewal(authorized.needs_renewal(UnixTime::now(), Duration::ZERO));
}
