use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Instant;

use authcode::{AwaitingRedirect, Client, CodeReceived, Server};

use crate::Failure;
use crate::listener::Listener;

const CODE: &str = "code=SplxlOBeZQQYbYS6WxSbIA";

/// A pending login, and its listener.
fn pending_at(redirect_uri: &str) -> (AwaitingRedirect, Listener) {
    let server = Server::new("https://server.example/authorize", "https://server.example/token").unwrap();
    let client = Client::new(server, "my-app", redirect_uri).unwrap();
    let listener = Listener::bind(client.redirect_uri(), 0).unwrap();
    let pending = client.login().loopback_port(listener.port()).unwrap().start(getrandom::SysRng).unwrap();
    (pending, listener)
}

/// Sends each request in turn. Returns the result of the wait, and the status line of each response.
fn wait_while_sending(
    host: &str,
    requests: impl Fn(&AwaitingRedirect) -> Vec<String>,
) -> (Result<CodeReceived, Failure>, Vec<String>) {
    let (pending, listener) = pending_at(&format!("http://{host}/callback"));
    let (address, requests) = (format!("{host}:{}", listener.port()), requests(&pending));
    // A browser may open a connection in advance and send nothing.
    let silent = TcpStream::connect(&address).unwrap();
    let browser = thread::spawn(move || requests.iter().map(|request| status_line(&address, request)).collect());
    let result = listener.wait(pending, Duration::from_secs(20));
    drop(silent);
    (result, browser.join().unwrap())
}

fn status_line(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{request} HTTP/1.1\r\nhost: {address}\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn only_the_redirect_of_the_login_ends_the_wait() {
    let (result, lines) = wait_while_sending("127.0.0.1", |pending| {
        let state = pending.state();
        vec![
            "GET /favicon.ico".into(),
            format!("GET /callback?{CODE}&state=another"),
            "GET /callback?error=access_denied".into(),
            format!("HEAD /callback?{CODE}&state={state}"),
            format!("POST /callback?{CODE}&state={state}"),
            format!("GET /callback?{CODE}&state={state}"),
        ]
    });
    assert!(result.is_ok());
    let statuses: Vec<_> = lines.iter().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(statuses, ["404", "400", "400", "405", "405", "200"]);
}

#[test]
fn a_refusal_of_the_server_ends_the_wait_with_advice() {
    let (result, lines) = wait_while_sending("127.0.0.1", |pending| {
        vec![format!("GET /callback?error=access_denied&state={}", pending.state())]
    });
    let error = result.unwrap_err().to_string();
    assert!(error.contains("access_denied. You declined."), "{error}");
    assert_eq!(lines, ["HTTP/1.1 200 OK"]);
}

#[test]
fn localhost_is_reached_at_both_addresses() {
    for own_address in ["127.0.0.1", "[::1]"] {
        let (pending, listener) = pending_at("http://localhost/callback");
        let address = format!("{own_address}:{}", listener.port());
        // A machine without IPv6 has one address.
        if own_address == "[::1]" && TcpStream::connect(&address).is_err() {
            continue;
        }
        let request = format!("GET /callback?{CODE}&state={}", pending.state());
        let browser = thread::spawn(move || status_line(&address, &request));
        assert!(listener.wait(pending, Duration::from_secs(20)).is_ok(), "{own_address}");
        assert_eq!(browser.join().unwrap(), "HTTP/1.1 200 OK");
    }
}

#[test]
fn a_port_that_another_program_has_is_an_error() {
    let (_, first) = pending_at("http://localhost/callback");
    let taken = authcode::Uri::parse(&format!("http://localhost:{}/callback", first.port())).unwrap();
    assert!(Listener::bind(&taken, 0).is_err());
}

#[test]
fn the_wait_ends() {
    let (pending, listener) = pending_at("http://127.0.0.1/callback");
    let start = Instant::now();
    let error = listener.wait(pending, Duration::from_millis(200)).unwrap_err().to_string();
    assert!(error.contains("no redirect came"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10));
}
