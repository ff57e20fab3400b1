//! The loopback listener: takes HTTP requests until one of them is the redirect of this login. It needs nothing but `std`.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use authcode::limits::MAX_REDIRECT_LEN;
use authcode::{AwaitingRedirect, CodeReceived, NextStep, Redirect, RedirectError, Uri};

use crate::{Failure, report};

/// How long a browser may take to send a request, and to take its page.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How often each socket is asked for one connection. This also bounds the threads: 50 per second, for 10 seconds each.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// A redirect, and the headers of a browser.
const MAX_HEAD_LEN: u64 = MAX_REDIRECT_LEN as u64 + 64 * 1024;
/// How often a free port is looked for.
const MAX_ATTEMPTS: u32 = 16;

#[derive(Debug)]
pub(crate) struct Listener {
    sockets: Vec<TcpListener>,
    port: u16,
}

impl Listener {
    /// Listens where a browser of this machine looks for the redirect URI: at its port, or at `port` if it names none.
    /// The port 0 is any that is free.
    pub(crate) fn bind(redirect_uri: &Uri, port: u16) -> Result<Self, Failure> {
        let addresses: &[IpAddr] = match (redirect_uri.scheme(), redirect_uri.host()) {
            ("http", "127.0.0.1") => &[IpAddr::V4(Ipv4Addr::LOCALHOST)],
            ("http", "[::1]") => &[IpAddr::V6(Ipv6Addr::LOCALHOST)],
            // A browser may try either address first.
            ("http", "localhost") => &[IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)],
            _ => return Err("the redirect URI must be http on 127.0.0.1, [::1] or localhost".into()),
        };
        let port = redirect_uri.port().unwrap_or(port);
        let mut attempts = if port == 0 { MAX_ATTEMPTS } else { 1 };
        loop {
            attempts -= 1;
            match bind_all(addresses, port) {
                Ok(listener) => return Ok(listener),
                // A port that is free at one address may be taken at the other.
                Err(_) if attempts > 0 => {}
                Err(error) => {
                    return Err(format!("cannot listen on port {port} of {}: {error}", redirect_uri.host()).into());
                }
            }
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the redirect, at most for `timeout`. Anyone on this machine can send requests here, so the crate decides
    /// which one answers the login.
    pub(crate) fn wait(self, pending: AwaitingRedirect, timeout: Duration) -> Result<CodeReceived, Failure> {
        let mut slot = Some(pending);
        let (sender, requests) = mpsc::channel();
        let start = Instant::now();
        while start.elapsed() < timeout {
            for stream in self.sockets.iter().filter_map(|socket| socket.accept().ok()).map(|(stream, _)| stream) {
                let sender = sender.clone();
                // Browsers open connections before they need them. One that sends nothing must not block the others.
                thread::spawn(move || Request::read(stream).map(|request| sender.send(request)));
            }
            let Ok(request) = requests.recv_timeout(POLL_INTERVAL) else { continue };
            // A browser sends the redirect by GET. A HEAD, by which some program checks a link, must not use the code.
            if request.method != "GET" {
                report::ignored("not a GET");
                request.answer("405 Method Not Allowed", "Not this login", "Only GET is answered here.");
                continue;
            }
            let pending = slot.take().ok_or("the step has been taken")?;
            let error = match pending.receive_redirect(Redirect::target(&request.target)) {
                Ok(code) => {
                    request.answer("200 OK", "Welcome back", "You can close this window and go on in the terminal.");
                    return Ok(code);
                }
                Err(rejected) => rejected.put_back(&mut slot),
            };
            match (error.next_step(), &error) {
                (NextStep::Wait, error) => {
                    report::ignored(&report::unauthenticated(error));
                    let is_ours = *error != RedirectError::NotOurs;
                    let status = if is_ours { "400 Bad Request" } else { "404 Not Found" };
                    request.answer(status, "Not this login", "This request does not answer the login in the terminal.");
                }
                (_, RedirectError::Refused(_)) => {
                    request.answer("200 OK", "Not logged in", "The server refused. You can close this window.");
                    return Err(report::refusal(&error).into());
                }
                _ => {
                    request.answer("400 Bad Request", "Not logged in", "The login failed. You can close this window.");
                    return Err(report::refusal(&error).into());
                }
            }
        }
        Err(format!("no redirect came within {} s. Run this again to log in.", timeout.as_secs()).into())
    }
}

/// One socket for each address, on the same port.
fn bind_all(addresses: &[IpAddr], mut port: u16) -> io::Result<Listener> {
    let (mut sockets, mut missing) = (Vec::new(), None);
    for address in addresses {
        match TcpListener::bind((*address, port)) {
            Ok(socket) => {
                socket.set_nonblocking(true)?;
                port = socket.local_addr()?.port();
                sockets.push(socket);
            }
            // Another program listens there, and would get this login's redirects.
            Err(error) if matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied) => {
                return Err(error);
            }
            // This machine has only one of the address families.
            Err(error) => missing = Some(error),
        }
    }
    match missing {
        Some(error) if sockets.is_empty() => Err(error),
        _ => Ok(Listener { sockets, port }),
    }
}

/// A request, as far as it matters here: its body is not read.
struct Request {
    stream: TcpStream,
    method: String,
    target: String,
}

impl Request {
    /// `None` if there is no request before the timeout: a connection opened in advance, or not HTTP.
    fn read(stream: TcpStream) -> Option<Self> {
        // An accepted socket is nonblocking on some systems if the listener is.
        stream.set_nonblocking(false).ok()?;
        stream.set_write_timeout(Some(REQUEST_TIMEOUT)).ok()?;
        let (mut head, mut part) = (Vec::new(), [0; 4096]);
        let end = Instant::now() + REQUEST_TIMEOUT;
        let mut limited = (&stream).take(MAX_HEAD_LEN);
        while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
            let left = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
            stream.set_read_timeout(Some(left)).ok()?;
            let len = limited.read(&mut part).ok().filter(|len| *len > 0)?;
            head.extend_from_slice(part.get(..len)?);
        }
        let head = String::from_utf8(head).ok()?;
        let mut words = head.lines().next()?.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        Some(Self { stream, method, target })
    }

    /// Answers the browser with a page that contains nothing from outside. The code is in the URL of this page, so the
    /// page is not cached, loads nothing and sends no referrer (RFC 9700 §4.2.4).
    fn answer(mut self, status: &str, title: &str, text: &str) {
        let page = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <style>:root{{color-scheme:light dark}}body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;\
             margin:15vh auto;padding:0 1.5rem}}</style><main><h1>{title}</h1><p>{text}</p></main></html>\n"
        );
        let response = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\ncontent-type: text/html; charset=utf-8\r\n\
             cache-control: no-store\r\nreferrer-policy: no-referrer\r\nx-content-type-options: nosniff\r\n\
             content-security-policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\
             connection: close\r\n\r\n{page}",
            page.len()
        );
        // If the browser is gone, it misses a page, and the login goes on.
        let written = self.stream.write_all(response.as_bytes()).and_then(|()| self.stream.shutdown(Shutdown::Write));
        if let Err(error) = written {
            report::line(&format!("  the browser did not take its page: {error}"));
        }
    }
}
