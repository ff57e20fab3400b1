//! How often a login asks for memory, counted.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

use authcode::{Client, ClientAuth, HttpResponse, RedirectError, Renewal, Server, TokenError, UnixTime};

/// How often `step` asks for memory, and what it gives.
fn count<T>(step: impl FnOnce() -> T) -> (T, u64) {
    let mut result = None;
    let counted = allocation_counter::measure(|| result = Some(step()));
    (result.unwrap(), counted.count_total)
}

const ENTROPY: [u8; 64] = {
    let mut bytes = [1; 64];
    bytes[63] = 2;
    bytes
};
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn client(auth: ClientAuth) -> Client {
    let server = Server::new("https://server.example.com/authorize", "https://server.example.com/token").unwrap();
    Client::new(server, "client", auth, "https://client.example.com/cb").unwrap()
}

/// An answer of ordinary size.
fn body() -> Vec<u8> {
    let token = "x".repeat(700);
    format!(r#"{{"access_token":"{token}","refresh_token":"r","token_type":"Bearer","expiry":3600,"scope":"openid"}}"#)
        .into_bytes()
}

/// From `start` to `Authorized`. Set up before: the client, the options, the response's body.
fn whole_login(auth: ClientAuth) -> u64 {
    let login =
        client(auth).login().scope("openid offline_access").unwrap().audience("https://api.example.com/").unwrap();
    let (pending, start) = count(|| login.start_with_entropy(&ENTROPY).unwrap());
    let (url, authorize) = count(|| pending.authorization_url());
    assert_eq!(url.len(), url.capacity());
    let state = url.rsplit_once("state=").unwrap().1;
    let redirect = format!("https://client.example.com/cb?code=SplxlOBeZQQYbYS6WxSbIA&state={state}");
    let (code, receive) = count(|| pending.receive_redirect(&redirect).unwrap());
    let (request, emit) = count(|| code.token_request());
    let body = body();
    let (authorized, exchange) = count(|| code.receive_token_response(HttpResponse::new(200, body), NOW).unwrap());
    println!("start {start}, url {authorize}, redirect {receive}, request {emit}, response {exchange}");
    drop((request, authorized));
    start + authorize + receive + emit + exchange
}

#[test]
fn a_whole_login_asks_for_memory_eight_times() {
    // The budget is 10. One more than these is a copy that somebody added.
    assert_eq!(whole_login(ClientAuth::None), 8);
    assert_eq!(whole_login(ClientAuth::basic("secret")), 9);
    assert_eq!(whole_login(ClientAuth::body("secret")), 8);
}

/// Anybody can send these, so they must cost nothing.
#[test]
fn a_redirect_that_is_not_ours_asks_for_no_memory() {
    let plain = "https://client.example.com/cb";
    let own_query = "https://client.example.com/cb?tenant=a%20b";
    let many = format!("{plain}?{}", "a&".repeat(30_000));
    for (redirect_uri, redirect, error) in [
        (plain, "https://client.example.com/favicon.ico", RedirectError::NotOurs),
        (plain, "https://evil.example/cb?code=x&state=y", RedirectError::NotOurs),
        (plain, "https://client.example.com/cb?code=x&state=y", RedirectError::StateMismatch),
        (plain, "https://client.example.com/cb?code=x", RedirectError::StateMissing { unauthenticated: None }),
        (plain, "https://client.example.com/cb?code=x&code=y", RedirectError::DuplicateParameter("code")),
        (plain, &many, RedirectError::StateMissing { unauthenticated: None }),
        (own_query, &many, RedirectError::NotOurs),
        (own_query, "https://client.example.com/cb?tenant=a+b&code=x&state=y", RedirectError::StateMismatch),
    ] {
        let server = Server::new("https://server.example.com/authorize", "https://server.example.com/token").unwrap();
        let client = Client::new(server, "client", ClientAuth::None, redirect_uri).unwrap();
        let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
        let (refused, allocations) = count(|| pending.receive_redirect(redirect).unwrap_err());
        assert_eq!(refused.error(), &error);
        assert_eq!(allocations, 0, "{redirect_uri}");
    }
}

#[test]
fn a_refresh_asks_for_memory_seven_times() {
    let pending = client(ClientAuth::None).login().start_with_entropy(&ENTROPY).unwrap();
    let url = pending.authorization_url();
    let state = url.rsplit_once("state=").unwrap().1;
    let code = pending.receive_redirect(&format!("https://client.example.com/cb?code=c&state={state}")).unwrap();
    let authorized = code.receive_token_response(HttpResponse::new(200, body()), NOW).unwrap();
    let body = body();
    let (_, allocations) = count(|| {
        let Renewal::Refresh(refreshing) = authorized.renew() else { panic!("there is a refresh token") };
        let request = refreshing.token_request();
        (request, refreshing.receive_token_response(HttpResponse::new(200, body), NOW).unwrap())
    });
    println!("refresh {allocations}");
    assert_eq!(allocations, 7);
}

/// Whoever sends too much is refused before anything is read.
#[test]
fn what_is_over_the_limit_asks_for_no_memory() {
    let pending = client(ClientAuth::None).login().start_with_entropy(&ENTROPY).unwrap();
    let redirect = format!("https://client.example.com/cb?code={}", "x".repeat(1_000_000));
    let (refused, allocations) = count(|| pending.receive_redirect(&redirect).unwrap_err());
    assert_eq!((refused.error(), allocations), (&RedirectError::TooLong, 0));

    let pending = refused.recover().unwrap();
    let answer = format!("https://client.example.com/cb?code=c&state={}", pending.state());
    let code = pending.receive_redirect(&answer).unwrap();
    let response = HttpResponse::new(200, vec![b'['; 100_000_000]);
    let (refused, allocations) = count(|| code.receive_token_response(response, NOW).unwrap_err());
    assert_eq!((refused.error(), allocations), (&TokenError::TooLong { status: 200 }, 0));
}

/// Twice the input, at most twice the memory, and a little.
#[test]
fn memory_grows_with_the_input_and_no_faster() {
    let bytes = |step: &dyn Fn()| allocation_counter::measure(step).bytes_total;
    for filler in ["a&", "a=b&", "%41=%42&", "tenant=1&", "=&"] {
        let redirect = |len: usize| {
            let pending = client(ClientAuth::None).login().start_with_entropy(&ENTROPY).unwrap();
            let more = filler.repeat(len / filler.len());
            let answer = format!("https://client.example.com/cb?code=c&state={}&{more}", pending.state());
            let pending = core::cell::Cell::new(Some(pending));
            bytes(&|| drop(pending.take().unwrap().receive_redirect(&answer).unwrap()))
        };
        assert!(redirect(60_000) < redirect(30_000) * 9 / 4 + 1000, "{filler}");
    }
    for filler in [r#""a":1,"#, r#""error_uri":[[[[]]]],"#, r#""\u0061":"\u0061","#] {
        let response = |len: usize| {
            let pending = client(ClientAuth::None).login().start_with_entropy(&ENTROPY).unwrap();
            let answer = format!("https://client.example.com/cb?code=c&state={}", pending.state());
            let code = core::cell::Cell::new(Some(pending.receive_redirect(&answer).unwrap()));
            let body = format!("{{{}\"access_token\":\"a\"}}", filler.repeat(len / filler.len()));
            let response = core::cell::Cell::new(Some(HttpResponse::new(200, body)));
            bytes(&|| drop(code.take().unwrap().receive_token_response(response.take().unwrap(), NOW)))
        };
        assert!(response(1_000_000) < response(500_000) * 9 / 4 + 1000, "{filler}");
    }
}
