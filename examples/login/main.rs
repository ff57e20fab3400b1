//! A whole login from a terminal: the story. Run it with `cargo run --example login`.

mod browser;
mod endpoints;
mod listener;
mod options;
mod report;
mod resource;
mod server;
mod token;
mod transport;

use std::process::ExitCode;

use authcode::{Client, ClientAuth, CodeReceived, Refreshing, Renewal};

use crate::listener::Listener;
use crate::options::{Options, Site};

/// Whatever goes wrong ends as one line for the user.
type Failure = Box<dyn core::error::Error>;

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
    // Without a server on the command line there is one inside this process, until `built_in` is dropped.
    let (site, built_in) = match options.site {
        Some(site) => (site, None),
        None => {
            let built_in = server::Server::start()?;
            (Site::built_in(&built_in), Some(built_in))
        }
    };

    // Who we are, and to which server.
    let server = endpoints::server(&site.server)?;
    let auth = site.client_secret.as_deref().map_or(ClientAuth::None, ClientAuth::basic);
    let client = Client::new(server, &site.client_id, auth, "http://127.0.0.1/callback")?;

    // Listen first, then start: the port is a part of the redirect URI.
    let listener = Listener::bind(options.port)?;
    let mut login = client.login().scope(&options.scope)?.loopback_port(listener.port())?;
    if let Some(audience) = options.audience.or(site.audience) {
        login = login.audience(&audience)?;
    }
    report::unstarted(&client, &options.scope);

    // The user goes to the server, and comes back with a code.
    let pending = login.try_start(getrandom::SysRng)?;
    report::awaiting_redirect(&listener, options.timeout);
    browser::visit(&pending.authorization_url(), built_in.as_ref(), options.deny)?;
    let code = listener.wait(pending, options.timeout)?;
    report::code_received();

    // The code goes to the server, and comes back as a token.
    let authorized = token::fetch(code, CodeReceived::token_request, CodeReceived::receive_token_response)?;
    report::authorized(&authorized);
    if let Some(built_in) = &built_in {
        resource::show(built_in, &authorized)?;
        resource::let_run_out(&authorized);
        resource::show(built_in, &authorized)?;
    }

    // A token that has run out is refreshed. Without a refresh token the user logs in again.
    let Renewal::Refresh(refreshing) = authorized.renew() else {
        report::reauthorize();
        report::done();
        return Ok(());
    };
    report::refreshing();
    let renewed = token::fetch(refreshing, Refreshing::token_request, Refreshing::receive_token_response)?;
    report::authorized(&renewed);
    if let Some(built_in) = &built_in {
        resource::show(built_in, &renewed)?;
    }
    report::done();
    Ok(())
}
