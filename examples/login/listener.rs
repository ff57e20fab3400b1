//! The loopback listener: takes HTTP requests until one of them is the redirect of this login.

use core::net::Ipv4Addr;
use core::time::Duration;
use std::net::TcpListener;
use std::time::Instant;

use authcode::{AwaitingRedirect, CodeReceived, Redirect, RedirectError};
use tiny_http::{Header, Method, Request, Response, Server};

use crate::{Failure, report};

pub(crate) struct Listener {
    http: Server,
    port: u16,
}

impl Listener {
    /// Listens on this machine alone. The port 0 stands for any that is free.
    pub(crate) fn bind(port: u16) -> Result<Self, Failure> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .map_err(|error| format!("cannot listen on port {port} of 127.0.0.1: {error}"))?;
        let port = socket.local_addr()?.port();
        let http = Server::from_listener(socket, None).map_err(|error| format!("cannot listen: {error}"))?;
        Ok(Self { http, port })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the redirect. Anybody can send requests here, so the crate says which one is the answer:
    /// `into_parts` gives the state back for each that is not.
    pub(crate) fn wait(self, mut pending: AwaitingRedirect, timeout: Duration) -> Result<CodeReceived, Failure> {
        let end = Instant::now() + timeout;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Some(request) = self.http.recv_timeout(left)? else {
                return Err(format!("no answer came back within {} s", timeout.as_secs()).into());
            };
            // A browser gets the redirect by GET. A HEAD of some link checker must not use the code up.
            if *request.method() != Method::Get {
                report::stranger("not a GET");
                answer(request, 405, "Not the answer", "Only GET is answered here.");
                continue;
            }
            let refused = match pending.receive_redirect(Redirect::target(request.url())) {
                Ok(code) => {
                    answer(request, 200, "Welcome back", "You can close this window and go on in the terminal.");
                    return Ok(code);
                }
                Err(refused) => refused,
            };
            match refused.into_parts() {
                (error, Some(same)) => {
                    report::stranger(&describe(&error));
                    let status = if error == RedirectError::NotOurs { 404 } else { 400 };
                    answer(request, status, "Not the answer", "This is not the answer that the login waits for.");
                    pending = same;
                }
                (RedirectError::Refused(error), None) => {
                    answer(request, 200, "No login", "The server refused. You can close this window.");
                    let words = report::in_its_words(Some(&error));
                    return Err(format!("the server refused the login: {error}{words}").into());
                }
                (error, None) => {
                    answer(request, 400, "No login", "The login has failed. You can close this window.");
                    return Err(error.into());
                }
            }
        }
    }
}

/// The reason for not believing a request. Some servers leave `state` out of an error: then it is worth a look.
fn describe(error: &RedirectError) -> String {
    match error {
        RedirectError::StateMissing { unauthenticated: Some(claim) } => {
            format!("{error}; it claims {claim}{}, and anybody could", report::in_its_words(Some(claim)))
        }
        _ => error.to_string(),
    }
}

/// Answers the browser with a page that has nothing of others in it. The code is in this page's address, so the
/// page is not kept, and leads nowhere (RFC 9700 §4.2.4).
fn answer(request: Request, status: u16, title: &str, text: &str) {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <style>:root{{color-scheme:light dark}}body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;\
         margin:15vh auto;padding:0 1.5rem}}</style><main><h1>{title}</h1><p>{text}</p></main></html>\n"
    );
    let headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"),
    ];
    let mut response = Response::from_string(page).with_status_code(status);
    for header in headers.into_iter().filter_map(|(name, value)| Header::from_bytes(name, value).ok()) {
        response.add_header(header);
    }
    // A browser that has gone away misses a page, and the login goes on.
    if let Err(error) = request.respond(response) {
        report::line(&format!("  the browser did not take its page: {error}"));
    }
}
