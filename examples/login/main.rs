//! A whole login from a terminal. Run it with `cargo run --example login`.
//!
//! Nothing here waits without a limit: the redirect has `--timeout`, a request 30 seconds, a step with its retries a minute,
//! and a code that may still be good is kept for five minutes, for the user's next try. Nothing is stored, so Ctrl-C at any
//! time leaves nothing behind.

mod again;
mod browser;
mod endpoints;
mod exchange;
mod listener;
mod options;
mod report;
mod resource;
mod server;
#[cfg(test)]
mod tests;
mod transport;

use std::process::ExitCode;

use authcode::{Client, ClientAuth, Identity, Renewal};

use crate::listener::Listener;
use crate::options::{Options, Site};

/// An error that ends the program, as one line for the user.
type Failure = Box<dyn core::error::Error + Send + Sync>;

fn main() -> ExitCode {
    match Options::read().and_then(|options| options.map_or(Ok(()), login)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::failure(&error);
            ExitCode::FAILURE
        }
    }
}

fn login(options: Options) -> Result<(), Failure> {
    // Without a server on the command line, one runs inside this process until `built_in` is dropped.
    let (site, built_in) = match options.site {
        Some(site) => (site, None),
        None => {
            let built_in = server::Server::start()?;
            (Site::built_in(&built_in), Some(built_in))
        }
    };

    // The server, and this client of it.
    let server = endpoints::server(&site.server)?;
    let auth = site.client_secret.as_deref().map_or(ClientAuth::None, ClientAuth::basic);
    let client = Client::new(server, Identity::new(&*site.client_id, auth), &options.redirect_uri)?;

    // Listen first, then start: the port is a part of the redirect URI.
    let listener = Listener::bind(client.redirect_uri(), options.port)?;
    let mut template = client.login();
    template.scope(&options.scope)?;
    if client.redirect_uri().port().is_none() {
        template.loopback_port(listener.port())?;
    }
    if let Some(audience) = options.audience.or(site.audience) {
        template.audience(&audience)?;
    }
    report::unstarted(&client, &options.scope);

    // The user goes to the server, and the redirect brings a code.
    let pending = template.start(getrandom::SysRng)?;
    report::awaiting_redirect(&pending, options.timeout);
    browser::visit(&pending.authorization_url(), built_in.as_ref(), options.deny)?;
    let code = listener.wait(pending, options.timeout)?;

    // The code is exchanged for tokens.
    report::code_received();
    let mut slot = Some(code);
    let mut login = exchange::exchange(&mut slot, again::asks)?;
    report::authorized(&login, None);
    if let Some(built_in) = &built_in {
        resource::show(built_in, &login)?;
        resource::let_expire(&login);
        resource::show(built_in, &login)?;
    }

    // The tokens are refreshed in place. If this fails, `login` still has every token that may work.
    let Renewal::Refresh(refresh) = login.renewal() else {
        report::done("There is no refresh token: when the access token expires, the user logs in again.");
        return Ok(());
    };
    report::refresh();
    let refreshed = exchange::run(&mut Some(refresh.on(&mut login)))?;
    report::authorized(&login, Some(&refreshed));
    if let Some(built_in) = &built_in {
        resource::show(built_in, &login)?;
    }
    report::done("The access token has been refreshed once.");
    Ok(())
}
