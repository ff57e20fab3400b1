//! Serves the files of the page, with the headers that a page with tokens needs.

use core::time::Duration;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;

use crate::Failure;
use crate::module::Module;
use crate::options::Site;

const MAX_HEAD_LEN: u64 = 16 * 1024;
const TIMEOUT: Duration = Duration::from_secs(10);

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Path, file and type. The page has two paths: the start, and the redirect URI.
pub(crate) const FILES: [(&str, &str, &str); 10] = [
    ("/", "index.html", HTML),
    ("/callback", "index.html", HTML),
    ("/style.css", "style.css", "text/css; charset=utf-8"),
    ("/icon.svg", "icon.svg", "image/svg+xml"),
    ("/main.js", "main.js", SCRIPT),
    ("/log.js", "log.js", SCRIPT),
    ("/store.js", "store.js", SCRIPT),
    ("/transport.js", "transport.js", SCRIPT),
    ("/wire.js", "wire.js", SCRIPT),
    ("/words.js", "words.js", SCRIPT),
];

/// Where the files of the page are.
pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/page");

/// Serves the page until the process is stopped. The files are read at each request, so that an edit shows at once.
///
/// Each connection has a thread: a browser opens several, and does not use all of them.
pub(crate) fn serve(socket: &TcpListener, site: &Site, module: &Module) -> Result<(), Failure> {
    let policy = content_security_policy(site);
    let config = site.to_json();
    thread::scope(|scope| {
        for connection in socket.incoming() {
            let (policy, config) = (&policy, &config);
            // An error means that the browser has gone: the next connection is served.
            scope.spawn(move || connection.and_then(|connection| respond(connection, policy, config, module)));
        }
    });
    Ok(())
}

/// Reads one request, and responds to it.
fn respond(mut connection: TcpStream, policy: &str, config: &str, module: &Module) -> io::Result<()> {
    connection.set_read_timeout(Some(TIMEOUT))?;
    connection.set_write_timeout(Some(TIMEOUT))?;
    let mut head = Vec::new();
    let mut lines = BufReader::new((&connection).take(MAX_HEAD_LEN));
    while lines.read_until(b'\n', &mut head)? > 0 && !head.ends_with(b"\r\n\r\n") {}
    let head = String::from_utf8_lossy(&head);
    let mut words = head.split(' ');
    let (status, kind, body) = match (words.next(), words.next()) {
        (Some("GET"), Some(target)) => file(target.split('?').next().unwrap_or_default(), config, module),
        (Some(""), _) => return Ok(()),
        _ => ("405 Method Not Allowed", "text/plain", b"Only GET is supported.".to_vec()),
    };
    // For a moment the URL contains the code: it must not be sent on as a referrer, or cached.
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\
         Content-Security-Policy: {policy}\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\n\
         Cross-Origin-Resource-Policy: same-origin\r\nX-Content-Type-Options: nosniff\r\n\r\n",
        body.len()
    );
    connection.write_all(&[head.as_bytes(), &body].concat())
}

fn file(path: &str, config: &str, module: &Module) -> (&'static str, &'static str, Vec<u8>) {
    match path {
        "/config.json" => return ("200 OK", "application/json", config.into()),
        "/flow.js" => return ("200 OK", SCRIPT, module.script.clone().into_bytes()),
        "/flow.wasm" => return ("200 OK", "application/wasm", module.wasm.clone()),
        _ => {}
    }
    let file = FILES.into_iter().find(|(known, ..)| *known == path);
    match file.and_then(|(_, name, kind)| Some((kind, fs::read(Path::new(FOLDER).join(name)).ok()?))) {
        Some((kind, body)) => ("200 OK", kind, body),
        None => ("404 Not Found", "text/plain", b"There is nothing here.".to_vec()),
    }
}

/// Allows the files of the page, and requests to the configured server, and nothing else.
fn content_security_policy(site: &Site) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         connect-src 'self' {}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        site.origins().join(" ")
    )
}
