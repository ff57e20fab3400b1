use core::cell::Cell;
use core::net::Ipv4Addr;
use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use authcode::{AwaitingRedirect, Client, CodeReceived, Redirect, Server};

use crate::Failure;
use crate::exchange::{self, Stopped};
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

const TOKEN: &str = r#"{"access_token":"at","token_type":"Bearer","expires_in":3600}"#;

/// A login that has its code, and a token endpoint that gives each of these responses to one request. An empty one is no
/// response. The thread returns the requests' bodies.
fn code_at(responses: Vec<String>) -> (CodeReceived, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let endpoint = thread::spawn(move || {
        let answer = |response: String| {
            let (mut stream, _) = listener.accept().unwrap();
            let request = read_request(&mut stream);
            // The client may have read enough.
            drop(stream.write_all(response.as_bytes()));
            request
        };
        responses.into_iter().map(answer).collect()
    });
    let server = Server::danger_loopback_http(format!("{base_url}/authorize"), format!("{base_url}/token")).unwrap();
    let client = Client::new(server, "my-app", "http://127.0.0.1/callback").unwrap();
    let pending = client.login().start(getrandom::SysRng).unwrap();
    let target = format!("/callback?{CODE}&state={}", pending.state());
    (pending.receive_redirect(Redirect::target(&target)).unwrap(), endpoint)
}

fn read_request(stream: &mut TcpStream) -> String {
    let (mut request, mut part) = (String::new(), [0; 4096]);
    loop {
        let len = stream.read(&mut part).unwrap();
        request.push_str(core::str::from_utf8(&part[..len]).unwrap());
        let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
        if body.len() >= length.parse().unwrap() {
            return body.to_owned();
        }
    }
}

fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}connection: close\r\n\r\n{body}", body.len())
}

#[test]
fn a_longer_pause_than_a_minute_ends_the_step_and_keeps_the_code() {
    let (code, endpoint) = code_at(vec![response("503 Service Unavailable", "retry-after: 300\r\n", "busy")]);
    let (start, mut slot) = (Instant::now(), Some(code));
    let stopped = exchange::run(&mut slot).unwrap_err();
    assert!(slot.is_some(), "the code is lost");
    assert!(stopped.not_before.unwrap() > start + Duration::from_secs(299));
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!(endpoint.join().unwrap().len(), 1);
}

#[test]
fn without_a_response_the_code_is_sent_once_more_and_kept() {
    let (code, endpoint) = code_at(vec![String::new(), String::new()]);
    let mut slot = Some(code);
    assert!(exchange::run(&mut slot).unwrap_err().to_string().contains("no response came"));
    assert!(slot.is_some(), "the code is lost");
    let requests = endpoint.join().unwrap();
    assert_eq!(requests[0], requests[1]);
}

#[test]
fn a_busy_server_with_a_page_that_is_too_long_is_asked_again() {
    let page = " ".repeat(authcode::limits::MAX_RESPONSE_LEN + 1);
    let (code, endpoint) =
        code_at(vec![response("503 Service Unavailable", "retry-after: 1\r\n", &page), response("200 OK", "", TOKEN)]);
    assert_eq!(exchange::run(&mut Some(code)).unwrap().bearer().unwrap().expose(), "Bearer at");
    assert_eq!(endpoint.join().unwrap().len(), 2);
}

/// After `NextStep::Fix` the code may still be good.
#[test]
fn the_user_is_asked_before_a_code_is_given_up() {
    let refused = || response("401 Unauthorized", "", r#"{"error":"invalid_client"}"#);
    for is_wanted in [true, false] {
        let mut responses = vec![refused(), response("200 OK", "", TOKEN)];
        responses.truncate(if is_wanted { 2 } else { 1 });
        let (code, endpoint) = code_at(responses);
        let (mut slot, asked) = (Some(code), Cell::new(0));
        let outcome = exchange::exchange(&mut slot, |stopped: &Stopped, _| {
            assert!(stopped.not_before.is_none());
            asked.set(asked.get() + 1);
            is_wanted
        });
        assert_eq!((outcome.is_ok(), slot.is_some(), asked.get()), (is_wanted, !is_wanted, 1));
        endpoint.join().unwrap();
    }
}
