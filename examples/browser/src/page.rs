//! The server of the page: a few files, each with the headers that a page with tokens in it should have.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use tiny_http::{Header, Method, Request, Response, Server};

use crate::Failure;
use crate::module::Module;
use crate::options::Site;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Path, file and type. The page is at two places: where a person begins, and where the server sends them back to.
pub(crate) const FILES: [(&str, &str, &str); 9] = [
    ("/", "index.html", HTML),
    ("/callback", "index.html", HTML),
    ("/style.css", "style.css", "text/css; charset=utf-8"),
    ("/icon.svg", "icon.svg", "image/svg+xml"),
    ("/main.js", "main.js", SCRIPT),
    ("/log.js", "log.js", SCRIPT),
    ("/store.js", "store.js", SCRIPT),
    ("/transport.js", "transport.js", SCRIPT),
    ("/words.js", "words.js", SCRIPT),
];

/// Where the files of the page are.
pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/page");

/// Serves the page until the process is stopped. The files are read at each request, so a change shows at once.
pub(crate) fn serve(socket: TcpListener, site: &Site, module: &Module) -> Result<(), Failure> {
    let policy = content_security_policy(site);
    let http = Server::from_listener(socket, None)?;
    for request in http.incoming_requests() {
        let (status, kind, body) = answer(&request, site, module);
        let headers = [
            ("Content-Type", kind),
            ("Content-Security-Policy", &*policy),
            // The code is in the address for a moment: it must not leave by it, nor be kept.
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("X-Content-Type-Options", "nosniff"),
        ];
        let mut response = Response::from_data(body).with_status_code(status);
        for header in headers.into_iter().filter_map(|(name, value)| Header::from_bytes(name, value).ok()) {
            response.add_header(header);
        }
        // A browser that has gone away gets no answer, and the next one is served.
        drop(request.respond(response));
    }
    Ok(())
}

fn answer(request: &Request, site: &Site, module: &Module) -> (u16, &'static str, Vec<u8>) {
    if *request.method() != Method::Get {
        return (405, "text/plain", b"Only GET is answered here.".to_vec());
    }
    let path = request.url().split('?').next().unwrap_or_default();
    match path {
        "/config.json" => return (200, "application/json", site.to_json().into_bytes()),
        "/flow.js" => return (200, SCRIPT, module.script.clone().into_bytes()),
        "/flow.wasm" => return (200, "application/wasm", module.wasm.clone()),
        _ => {}
    }
    let file = FILES.into_iter().find(|(known, ..)| *known == path);
    let found = file.and_then(|(_, name, kind)| Some((kind, fs::read(Path::new(FOLDER).join(name)).ok()?)));
    found.map_or_else(|| (404, "text/plain", b"There is nothing here.".to_vec()), |(kind, body)| (200, kind, body))
}

/// Nothing but what the page is made of, and requests to nobody but the server.
fn content_security_policy(site: &Site) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         connect-src 'self' {}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        site.origins().join(" ")
    )
}
