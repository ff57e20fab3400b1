//! What every glue must do, tried with each of the six.

mod peer;

use core::net::SocketAddr;

use authcode::limits::MAX_RESPONSE_LEN;
use authcode::{
    Client, ClientAuth, CodeReceived, Discovery, DiscoveryError, ErrorCode, HttpRequest, HttpResponse, Redirect,
    TokenError, UnixTime,
};

use crate::login::log_in_and_refresh;
use crate::server::Server;
use crate::stacks::STACKS;
use peer::{Answer, ENDLESS, Exchange, Peer};

/// What the sockets of both sides hold at the most, beyond what the glue has read.
const SOCKET_BUFFERS: usize = 12 * 1024 * 1024;
const TOKEN: &str = r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":3600}"#;

/// A login that has come as far as its code, at the token endpoint that is given.
fn code_for(token_endpoint: &str, auth: ClientAuth) -> CodeReceived {
    let server = authcode::Server::danger_loopback_http("http://127.0.0.1/authorize", token_endpoint).unwrap();
    let client = Client::new(server, "my-app", auth, "http://127.0.0.1/callback").unwrap();
    let pending = client.login().try_start(getrandom::SysRng).unwrap();
    let url = pending.authorization_url();
    let (_, state) = url.split_once("&state=").unwrap();
    let state = state.split('&').next().unwrap();
    pending.receive_redirect(Redirect::target(&format!("/callback?code=SplxlOBeZQQYbYS6WxSbIA&state={state}"))).unwrap()
}

fn code_at(address: SocketAddr) -> CodeReceived {
    code_for(&format!("http://{address}/token"), ClientAuth::None)
}

fn metadata_at(address: SocketAddr) -> HttpRequest {
    Discovery::danger_loopback_http(format!("http://{address}")).unwrap().request()
}

fn only(exchanges: Vec<Exchange>) -> Exchange {
    let [exchange] = <[Exchange; 1]>::try_from(exchanges).ok().expect("one connection");
    exchange
}

/// Request line, headers with names in lower case, and body.
fn parse(request: &[u8]) -> (String, Vec<(String, String)>, String) {
    let text = str::from_utf8(request).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let (line, headers) = head.split_once("\r\n").unwrap();
    let header = |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    (line.to_owned(), headers.split("\r\n").map(|line| header(line).unwrap()).collect(), body.to_owned())
}

fn values<'a>(headers: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    headers.iter().filter(|(own, _)| own == name).map(|(_, value)| &**value).collect()
}

#[test]
fn a_login_works_and_the_token_is_refreshed() {
    let server = Server::start().unwrap();
    for stack in STACKS {
        let authorized = log_in_and_refresh(&server, stack.send).map_err(|error| format!("{}: {error}", stack.name));
        assert!(authorized.unwrap().bearer().unwrap().expose().starts_with("Bearer "), "{}", stack.name);
    }
}

#[test]
fn a_redirect_of_the_token_endpoint_is_handed_back_and_not_followed() {
    for stack in STACKS {
        for status in
            ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
        {
            let elsewhere = Peer::answers("200 OK", "", TOKEN);
            let peer = Peer::answers(status, &format!("location: http://{}/token\r\n", elsewhere.address()), "");
            let code = code_at(peer.address());
            let response = (stack.send)(code.token_request()).unwrap();
            let refused = code.receive_token_response(response, UnixTime::from_secs(0)).unwrap_err();
            let expected = status[..3].parse().unwrap();
            assert_eq!(*refused.error(), TokenError::Redirected { status: expected }, "{}", stack.name);
            assert!(refused.recover().is_ok(), "{}: the code is lost", stack.name);
            assert_eq!(peer.stop().len(), 1, "{}", stack.name);
            assert_eq!(elsewhere.stop().len(), 0, "{} followed {status}", stack.name);
        }
    }
}

#[test]
fn a_redirect_of_the_metadata_is_handed_back_and_not_followed() {
    for stack in STACKS {
        let elsewhere = Peer::answers("200 OK", "", "{}");
        let peer = Peer::answers("302 Found", &format!("location: http://{}/\r\n", elsewhere.address()), "");
        let discovery = Discovery::danger_loopback_http(format!("http://{}", peer.address())).unwrap();
        let response = (stack.send)(discovery.request()).unwrap();
        let refused = discovery.receive_metadata(response).unwrap_err();
        assert_eq!(*refused.error(), DiscoveryError::Redirected { status: 302 }, "{}", stack.name);
        assert_eq!(peer.stop().len(), 1, "{}", stack.name);
        assert_eq!(elsewhere.stop().len(), 0, "{} followed it", stack.name);
    }
}

/// Sends to a server that never stops. Either the glue gives an error, or the crate gets a body that is too long.
fn endless(head: &'static str, part: &str) {
    for stack in STACKS {
        let peer = Peer::start(Answer::Endless(head, part.to_owned()));
        let code = code_at(peer.address());
        if let Ok(response) = (stack.send)(code.token_request()) {
            let refused = code.receive_token_response(response, UnixTime::from_secs(0)).unwrap_err();
            assert_eq!(*refused.error(), TokenError::TooLong { status: 200 }, "{}", stack.name);
        }
        let taken = only(peer.stop()).taken;
        assert!(taken < MAX_RESPONSE_LEN + SOCKET_BUFFERS, "{} took {taken} of {ENDLESS} bytes", stack.name);
    }
}

#[test]
fn a_body_without_length_and_end_is_cut() {
    endless("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", &" ".repeat(64 * 1024));
}

#[test]
fn a_chunked_body_without_end_is_cut() {
    endless("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", &format!("10000\r\n{}\r\n", " ".repeat(0x10000)));
}

#[test]
fn a_body_that_says_how_endless_it_is_is_cut() {
    endless("HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n", &" ".repeat(64 * 1024));
}

#[test]
fn a_head_without_end_is_cut() {
    endless("HTTP/1.1 200 OK\r\n", &format!("x-more: {}\r\n", "a".repeat(1000)));
}

#[test]
fn a_body_of_just_the_limit_is_whole() {
    let body = format!("{TOKEN}{}", " ".repeat(MAX_RESPONSE_LEN - TOKEN.len()));
    let with_length = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    let without_length = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}");
    for answer in [with_length, without_length] {
        for stack in STACKS {
            let peer = Peer::start(Answer::Whole(answer.clone().into_bytes()));
            let code = code_at(peer.address());
            let response = (stack.send)(code.token_request()).unwrap();
            assert!(code.receive_token_response(response, UnixTime::from_secs(0)).is_ok(), "{}", stack.name);
            assert_eq!(only(peer.stop()).taken, answer.len(), "{}", stack.name);
        }
    }
}

#[test]
fn a_chunked_body_is_put_together() {
    let (start, end) = TOKEN.split_at(20);
    let chunks = format!("{:x}\r\n{start}\r\n{:x};a=b\r\n{end}\r\n0\r\n\r\n", start.len(), end.len());
    let answer = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n{chunks}");
    // To a request of HTTP/1.0 no server answers so (RFC 9112 §6.1).
    for stack in STACKS.iter().filter(|stack| stack.name != "TcpStream") {
        let peer = Peer::start(Answer::Whole(answer.clone().into_bytes()));
        let code = code_at(peer.address());
        let response = (stack.send)(code.token_request()).unwrap();
        assert!(code.receive_token_response(response, UnixTime::from_secs(0)).is_ok(), "{}", stack.name);
        peer.stop();
    }
}

#[test]
fn every_status_is_handed_back_with_body_and_headers() {
    let error = r#"{"error":"invalid_grant","error_description":"the code has run out"}"#;
    for (status, body) in [("400 Bad Request", error), ("401 Unauthorized", error), ("503 Service Unavailable", "busy")]
    {
        for stack in STACKS {
            let headers = "WWW-Authenticate: Basic realm=\"token\"\r\nRetry-After: 17\r\n";
            let peer = Peer::answers(status, headers, body);
            let code = code_at(peer.address());
            let response = (stack.send)(code.token_request()).unwrap();
            let expected = HttpResponse::new(status[..3].parse().unwrap(), body).with_headers([("retry-after", "17")]);
            assert_eq!(format!("{response:?}"), format!("{expected:?}"), "{}", stack.name);
            let refused = code.receive_token_response(response, UnixTime::from_secs(0)).unwrap_err();
            match refused.error() {
                TokenError::Refused { error, .. } => assert_eq!(error.code, ErrorCode::InvalidGrant),
                error => assert_eq!(error.retry_after().map(|pause| pause.as_secs()), Some(17)),
            }
            assert_eq!(peer.stop().len(), 1, "{} asked again by itself", stack.name);
        }
    }
}

#[test]
fn metadata_is_asked_for_by_get_without_a_body() {
    for stack in STACKS {
        let peer = Peer::answers("404 Not Found", "", "");
        (stack.send)(metadata_at(peer.address())).unwrap();
        let (line, headers, body) = parse(&only(peer.stop()).request);
        let (line, _version) = line.rsplit_once(' ').unwrap();
        assert_eq!(line, "GET /.well-known/oauth-authorization-server", "{}", stack.name);
        assert_eq!(values(&headers, "accept"), ["application/json"], "{}", stack.name);
        for name in ["content-type", "content-length", "transfer-encoding", "authorization", "expect"] {
            assert_eq!(values(&headers, name), [""; 0], "{}: {name}", stack.name);
        }
        assert_eq!(body, "", "{}", stack.name);
    }
}

#[test]
fn a_token_is_asked_for_as_the_crate_says_byte_for_byte() {
    for stack in STACKS {
        let peer = Peer::answers("200 OK", "", TOKEN);
        let address = peer.address();
        let path = "/oauth//token;v=1/%7Eada?tenant=a%2fb&empty=&x=1+2";
        let code = code_for(&format!("http://{address}{path}"), ClientAuth::basic("s3cr&t"));
        (stack.send)(code.token_request()).unwrap();
        let (line, headers, body) = parse(&only(peer.stop()).request);
        let (line, _version) = line.rsplit_once(' ').unwrap();
        let request = code.token_request();
        assert_eq!(line, format!("POST {path}"), "{}", stack.name);
        assert_eq!(request.headers.iter().count(), 3);
        for (name, value) in &request.headers {
            assert_eq!(values(&headers, name), [value], "{}: {name}", stack.name);
        }
        assert_eq!(values(&headers, "host"), [address.to_string()], "{}", stack.name);
        assert_eq!(values(&headers, "content-length"), [request.body.expose().len().to_string()], "{}", stack.name);
        assert_eq!(body, request.body.expose(), "{}", stack.name);
    }
}

#[test]
fn nothing_of_an_https_request_goes_out_in_the_clear() {
    for stack in STACKS {
        let peer = Peer::answers("200 OK", "", TOKEN);
        let code = code_for(&format!("https://{}/token", peer.address()), ClientAuth::None);
        assert!((stack.send)(code.token_request()).is_err(), "{}", stack.name);
        for exchange in peer.stop() {
            let request = String::from_utf8_lossy(&exchange.request).into_owned();
            assert!(!request.contains("SplxlOBeZQQYbYS6WxSbIA"), "{}", stack.name);
        }
    }
}

#[test]
fn each_glue_has_at_most_fifteen_lines_and_the_readme_counts_them() {
    let readme = include_str!("../README.md");
    for (file, source) in [
        ("ureq.rs", include_str!("ureq.rs")),
        ("reqwest_async.rs", include_str!("reqwest_async.rs")),
        ("reqwest_blocking.rs", include_str!("reqwest_blocking.rs")),
        ("hyper.rs", include_str!("hyper.rs")),
        ("curl.rs", include_str!("curl.rs")),
        ("tcp.rs", include_str!("tcp.rs")),
    ] {
        let from_signature = source.lines().skip_while(|line| !line.contains("fn send("));
        let lines = from_signature.skip(1).take_while(|line| *line != "}").count();
        assert!((1..=15).contains(&lines), "{file}: {lines} lines");
        assert!(
            readme.contains(&format!("(src/{file}) | {lines} |")),
            "README.md does not say that {file} has {lines}"
        );
    }
}
