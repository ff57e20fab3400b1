//! The duties of every glue, tested with each of the six.

mod peer;

use core::net::SocketAddr;
use core::time::Duration;

use authcode::limits::{MAX_ATTEMPTS, MAX_RESPONSE_LEN};
use authcode::{
    Client, ClientAuth, CodeReceived, Discovery, DiscoveryErrorKind, ErrorCode, HttpRequest, HttpResponse, Identity,
    NextStep, Redirect, TokenErrorKind, UnixTime,
};

use std::io::Read as _;
use std::time::Instant;

use crate::login::{log_in_and_refresh, run};
use crate::server::Server;
use crate::stacks::STACKS;
use crate::tcp::TimedStream;
use peer::{Answer, ENDLESS, Exchange, Peer};

/// The most that the sockets of both sides buffer, beyond what the glue has read.
const SOCKET_BUFFERS: usize = 12 * 1024 * 1024;
const TOKEN: &str = r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":3600}"#;

/// A login that has its code, for this token endpoint.
fn code_for(token_endpoint: &str, auth: ClientAuth) -> CodeReceived {
    // Both endpoints must have the same scheme.
    let (scheme, _) = token_endpoint.split_once(':').unwrap();
    let authorization_endpoint = format!("{scheme}://127.0.0.1/authorize");
    let server = authcode::Server::danger_loopback_http(authorization_endpoint, token_endpoint).unwrap();
    let client = Client::new(server, Identity::new("my-app", auth), "http://127.0.0.1/callback").unwrap();
    let pending = client.login().start(getrandom::SysRng).unwrap();
    let target = format!("/callback?code=SplxlOBeZQQYbYS6WxSbIA&state={}", pending.state());
    pending.receive_redirect(Redirect::target(&target)).unwrap()
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
        let authorized =
            log_in_and_refresh(&server, &mut None, stack.send).map_err(|error| format!("{}: {error}", stack.name));
        assert!(authorized.unwrap().bearer().unwrap().expose().starts_with("Bearer "), "{}", stack.name);
    }
}

#[test]
fn a_redirect_of_the_token_endpoint_is_returned_and_not_followed() {
    for stack in STACKS {
        for status in
            ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
        {
            let elsewhere = Peer::answers("200 OK", "", TOKEN);
            let peer = Peer::answers(status, &format!("location: http://{}/token\r\n", elsewhere.address()), "");
            let code = code_at(peer.address());
            let response = (stack.send)(code.request()).unwrap();
            let refused = code.receive_response(response, UnixTime::from_secs(0)).unwrap_err();
            assert_eq!(refused.error().kind(), TokenErrorKind::Redirected, "{}", stack.name);
            assert_eq!(refused.error().status().to_string(), status[..3], "{}", stack.name);
            assert_eq!(refused.next_step(), NextStep::Fix, "{}", stack.name);
            assert!(refused.recover().is_ok(), "{}: the code is lost", stack.name);
            assert_eq!(peer.stop().len(), 1, "{}", stack.name);
            assert_eq!(elsewhere.stop().len(), 0, "{} followed {status}", stack.name);
        }
    }
}

#[test]
fn a_redirect_of_the_metadata_is_returned_and_not_followed() {
    for stack in STACKS {
        let elsewhere = Peer::answers("200 OK", "", "{}");
        let peer = Peer::answers("302 Found", &format!("location: http://{}/\r\n", elsewhere.address()), "");
        let discovery = Discovery::danger_loopback_http(format!("http://{}", peer.address())).unwrap();
        let response = (stack.send)(discovery.request()).unwrap();
        let refused = discovery.receive_response(response, UnixTime::from_secs(0)).unwrap_err();
        assert_eq!(refused.error().kind(), DiscoveryErrorKind::Redirected, "{}", stack.name);
        assert_eq!(refused.error().status(), Some(302), "{}", stack.name);
        assert_eq!(peer.stop().len(), 1, "{}", stack.name);
        assert_eq!(elsewhere.stop().len(), 0, "{} followed it", stack.name);
    }
}

/// Sends to a server that never stops. The crate gets a body that is too long.
fn endless(head: &'static str, part: &str) {
    for stack in STACKS {
        let peer = Peer::start(Answer::Endless(head, part.to_owned()));
        let code = code_at(peer.address());
        let response = (stack.send)(code.request()).unwrap();
        let refused = code.receive_response(response, UnixTime::from_secs(0)).unwrap_err();
        assert_eq!(refused.error().kind(), TokenErrorKind::TooLong, "{}", stack.name);
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
fn a_body_that_states_an_endless_length_is_cut() {
    endless("HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n", &" ".repeat(64 * 1024));
}

#[test]
fn a_head_without_end_is_an_error() {
    for stack in STACKS {
        let peer = Peer::start(Answer::Endless("HTTP/1.1 200 OK\r\n", format!("x-more: {}\r\n", "a".repeat(1000))));
        assert!((stack.send)(code_at(peer.address()).request()).is_err(), "{}", stack.name);
        let taken = only(peer.stop()).taken;
        assert!(taken < MAX_RESPONSE_LEN + SOCKET_BUFFERS, "{} took {taken} of {ENDLESS} bytes", stack.name);
    }
}

/// The status says enough, and so does the header.
#[test]
fn a_busy_server_with_a_page_that_is_too_long_is_still_busy() {
    let head = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 17\r\nconnection: close\r\n\r\n";
    for stack in STACKS {
        let peer = Peer::start(Answer::Endless(head, " ".repeat(64 * 1024)));
        let code = code_at(peer.address());
        let response = (stack.send)(code.request()).unwrap();
        let refused = code.receive_response(response, UnixTime::from_secs(0)).unwrap_err();
        assert_eq!(refused.next_step(), NextStep::Retry { after: Duration::from_secs(17) }, "{}", stack.name);
        peer.stop();
    }
}

/// A timeout for each read would never pass.
#[test]
fn a_byte_now_and_then_does_not_keep_the_tcp_stream_open() {
    let peer = Peer::start(Answer::Slow(Duration::from_millis(20)));
    let address = peer.address();
    let start = Instant::now();
    let mut stream =
        TimedStream::connect((&address.ip().to_string(), address.port()), Duration::from_millis(300)).unwrap();
    assert!(stream.read_to_end(&mut Vec::new()).is_err());
    assert!((300..3000).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
    drop(stream);
    peer.stop();
}

#[test]
fn a_body_of_exactly_the_limit_is_complete() {
    let body = format!("{TOKEN}{}", " ".repeat(MAX_RESPONSE_LEN - TOKEN.len()));
    let with_length = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    let without_length = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}");
    for answer in [with_length, without_length] {
        for stack in STACKS {
            let peer = Peer::start(Answer::Whole(answer.clone().into_bytes()));
            let code = code_at(peer.address());
            let response = (stack.send)(code.request()).unwrap();
            assert!(code.receive_response(response, UnixTime::from_secs(0)).is_ok(), "{}", stack.name);
            assert_eq!(only(peer.stop()).taken, answer.len(), "{}", stack.name);
        }
    }
}

#[test]
fn a_chunked_body_is_assembled() {
    let (start, end) = TOKEN.split_at(20);
    let chunks = format!("{:x}\r\n{start}\r\n{:x};a=b\r\n{end}\r\n0\r\n\r\n", start.len(), end.len());
    let answer = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n{chunks}");
    // A server must not answer HTTP/1.0 in chunks (RFC 9112 §6.1).
    for stack in STACKS.iter().filter(|stack| stack.name != "TcpStream") {
        let peer = Peer::start(Answer::Whole(answer.clone().into_bytes()));
        let code = code_at(peer.address());
        let response = (stack.send)(code.request()).unwrap();
        assert!(code.receive_response(response, UnixTime::from_secs(0)).is_ok(), "{}", stack.name);
        peer.stop();
    }
}

#[test]
fn every_status_is_returned_with_body_and_headers() {
    let error = r#"{"error":"invalid_grant","error_description":"the code has run out"}"#;
    for (status, body) in [("400 Bad Request", error), ("401 Unauthorized", error), ("503 Service Unavailable", "busy")]
    {
        for stack in STACKS {
            let headers = "WWW-Authenticate: Basic realm=\"token\"\r\nRetry-After: 17\r\n";
            let peer = Peer::answers(status, headers, body);
            let code = code_at(peer.address());
            let response = (stack.send)(code.request()).unwrap();
            let expected = HttpResponse::new(status[..3].parse().unwrap(), body).with_headers([("retry-after", "17")]);
            assert_eq!(format!("{response:?}"), format!("{expected:?}"), "{}", stack.name);
            let refused = code.receive_response(response, UnixTime::from_secs(0)).unwrap_err();
            let error = refused.error();
            match error.oauth_error() {
                Some(oauth_error) => assert_eq!(oauth_error.code, Some(ErrorCode::InvalidGrant)),
                None => assert_eq!(error.next_step(), NextStep::Retry { after: Duration::from_secs(17) }),
            }
            assert_eq!(error.retry_after(), Some(Duration::from_secs(17)), "{}", stack.name);
            assert_eq!(peer.stop().len(), 1, "{} sent it again by itself", stack.name);
        }
    }
}

/// One that is not the server has answered, so the driver neither follows nor sends again.
#[test]
fn the_driver_stops_at_a_redirect_and_keeps_the_code() {
    for stack in STACKS {
        let peer = Peer::answers("307 Temporary Redirect", "location: http://127.0.0.1:9/\r\n", "");
        let mut slot = Some(code_at(peer.address()));
        assert!(run(&mut slot, stack.send).is_err(), "{}", stack.name);
        assert!(slot.is_some(), "{}: the code is lost", stack.name);
        assert_eq!(peer.stop().len(), 1, "{}", stack.name);
    }
}

#[test]
fn the_driver_ends_if_the_server_wants_a_longer_pause_than_a_minute_and_keeps_the_code() {
    for pause in ["300", "Fri, 31 Dec 2999 23:59:59 GMT"] {
        let peer = Peer::answers("503 Service Unavailable", &format!("retry-after: {pause}\r\n"), "busy");
        let (start, mut slot) = (Instant::now(), Some(code_at(peer.address())));
        assert!(run(&mut slot, STACKS[0].send).is_err());
        assert!(slot.is_some(), "the code is lost");
        assert!(start.elapsed() < Duration::from_secs(10));
        assert_eq!(peer.stop().len(), 1);
    }
}

#[test]
fn the_driver_sends_once_more_if_no_response_comes_and_keeps_the_code() {
    for stack in STACKS {
        let peer = Peer::start(Answer::Whole(Vec::new()));
        let mut slot = Some(code_at(peer.address()));
        assert!(run(&mut slot, stack.send).is_err(), "{}", stack.name);
        assert!(slot.is_some(), "{}: the code is lost", stack.name);
        let exchanges = peer.stop();
        assert_eq!(exchanges.len(), 2, "{}", stack.name);
        assert_eq!(exchanges[0].request, exchanges[1].request, "{}", stack.name);
    }
}

#[test]
fn the_driver_sends_again_while_the_server_is_busy_and_then_ends() {
    let peer = Peer::answers("503 Service Unavailable", "retry-after: 0\r\n", "busy");
    let mut slot = Some(code_at(peer.address()));
    // One stack is enough: the pauses take seconds.
    assert!(run(&mut slot, STACKS[0].send).is_err());
    assert!(slot.is_none(), "after so many attempts the code has expired");
    assert_eq!(peer.stop().len(), usize::from(MAX_ATTEMPTS));
}

#[test]
fn metadata_is_requested_by_get_without_a_body() {
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
fn the_token_request_is_sent_byte_for_byte() {
    for stack in STACKS {
        let peer = Peer::answers("200 OK", "", TOKEN);
        let address = peer.address();
        let path = "/oauth//token;v=1/%7Eada?tenant=a%2fb&empty=&x=1+2";
        let code = code_for(&format!("http://{address}{path}"), ClientAuth::basic("s3cr&t"));
        (stack.send)(code.request()).unwrap();
        let (line, headers, body) = parse(&only(peer.stop()).request);
        let (line, _version) = line.rsplit_once(' ').unwrap();
        let request = code.request();
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
fn no_https_request_is_sent_in_the_clear() {
    for stack in STACKS {
        let peer = Peer::answers("200 OK", "", TOKEN);
        let code = code_for(&format!("https://{}/token", peer.address()), ClientAuth::None);
        assert!((stack.send)(code.request()).is_err(), "{}", stack.name);
        for exchange in peer.stop() {
            let request = String::from_utf8_lossy(&exchange.request).into_owned();
            assert!(!request.contains("SplxlOBeZQQYbYS6WxSbIA"), "{}", stack.name);
        }
    }
}

#[test]
fn each_glue_has_at_most_twenty_lines_and_the_readme_counts_them() {
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
        assert!((1..=20).contains(&lines), "{file}: {lines} lines");
        assert!(
            readme.contains(&format!("(src/{file}) | {lines} |")),
            "README.md does not say that {file} has {lines}"
        );
    }
}

#[test]
fn the_readme_of_the_crate_has_the_glue_for_ureq_and_the_driver() {
    let readme = include_str!("../../../README.md");
    for (source, name) in [(include_str!("ureq.rs"), "fn send("), (include_str!("login.rs"), "fn run<")] {
        let (_, function) = source.split_at(source.find(name).unwrap());
        let (function, _) = function.split_once("\n}\n").unwrap();
        assert!(readme.contains(function), "README.md has another {name}");
    }
}
