//! How many allocations each step makes, counted.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

use authcode::{
    Authorized, Client, ClientAuth, HttpResponse, Identity, RedirectError, Renewal, Server, TokenErrorKind, UnixTime,
    Unstarted,
};

/// The result of `step`, and how many allocations it made.
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
    Client::new(server, Identity::new("client", auth), "https://client.example.com/cb").unwrap()
}

/// A response of ordinary size.
fn body() -> Vec<u8> {
    let token = "x".repeat(700);
    format!(r#"{{"access_token":"{token}","refresh_token":"r","token_type":"Bearer","expiry":3600,"scope":"openid"}}"#)
        .into_bytes()
}

/// The options of the README's login.
fn template(auth: ClientAuth) -> Unstarted {
    let mut login = client(auth).login();
    login.scope("openid offline_access").unwrap().audience("https://api.example.com/").unwrap();
    login
}

/// How many allocations a login makes: for its options, and from `start` to `Authorized`. Made before: the client, the
/// text of the redirect and the response's body.
fn whole_login(auth: ClientAuth) -> (u64, u64) {
    let configured = client(auth);
    let (login, options) = count(|| {
        let mut login = configured.login();
        login.scope("openid offline_access").unwrap().audience("https://api.example.com/").unwrap();
        login
    });
    let (pending, start) = count(|| login.start_with_entropy(&ENTROPY).unwrap());
    let (url, authorize) = count(|| pending.authorization_url());
    assert_eq!(url.len(), url.capacity());
    let redirect = format!("https://client.example.com/cb?code=SplxlOBeZQQYbYS6WxSbIA&state={}", pending.state());
    let (code, receive) = count(|| pending.receive_redirect(&redirect).unwrap());
    let (request, emit) = count(|| code.request());
    let body = body();
    let (authorized, exchange) = count(|| code.receive_response(HttpResponse::new(200, body), NOW).unwrap());
    println!(
        "options {options}, start {start}, url {authorize}, redirect {receive}, request {emit}, response {exchange}"
    );
    drop((request, authorized));
    (options, start + authorize + receive + emit + exchange)
}

#[test]
fn a_whole_login_makes_eleven_allocations() {
    // The budget is 11 for a plain login, options included. One more than these is a copy that somebody added.
    assert_eq!(whole_login(ClientAuth::None), (3, 8));
    assert_eq!(whole_login(ClientAuth::basic("secret")), (3, 9));
    assert_eq!(whole_login(ClientAuth::body("secret")), (3, 8));
}

/// A template is checked once, and each login that starts from it shares its options.
#[test]
fn another_login_from_the_same_template_makes_one_allocation() {
    let login = template(ClientAuth::None);
    let (_one, first) = count(|| login.start_with_entropy(&ENTROPY).unwrap());
    let (_other, second) = count(|| login.start_with_entropy(&ENTROPY).unwrap());
    assert_eq!((first, second), (1, 1));
}

/// Anyone can send these, so they must cost nothing.
#[test]
fn a_redirect_that_is_not_ours_makes_no_allocation() {
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
        let client = Client::new(server, "client", redirect_uri).unwrap();
        let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
        let (refused, allocations) = count(|| pending.receive_redirect(redirect).unwrap_err());
        assert_eq!(refused.error(), &error);
        assert_eq!(allocations, 0, "{redirect_uri}");
    }
}

fn authorized() -> Authorized {
    let pending = client(ClientAuth::None).login().start_with_entropy(&ENTROPY).unwrap();
    let redirect = format!("https://client.example.com/cb?code=c&state={}", pending.state());
    let code = pending.receive_redirect(&redirect).unwrap();
    code.receive_response(HttpResponse::new(200, body()), NOW).unwrap()
}

#[test]
fn a_refresh_makes_eight_allocations() {
    let mut authorized = authorized();
    let body = body();
    let ((), allocations) = count(|| {
        let Renewal::Refresh(refresh) = authorized.renewal() else { panic!("there is a refresh token") };
        drop(refresh.request());
        let _ = refresh.receive_response(&mut authorized, HttpResponse::new(200, body), NOW).unwrap();
    });
    println!("refresh {allocations}");
    assert_eq!(allocations, 8);
}

/// A retry costs the refresh with its copy of the refresh token, its request and the error.
#[test]
fn a_refused_refresh_makes_five_allocations() {
    let mut authorized = authorized();
    let ((), allocations) = count(|| {
        let Renewal::Refresh(refresh) = authorized.renewal() else { panic!("there is a refresh token") };
        drop(refresh.request());
        let _ = refresh.receive_response(&mut authorized, HttpResponse::too_long(503), NOW).unwrap_err();
    });
    println!("refused refresh {allocations}");
    assert_eq!(allocations, 5);
}

#[test]
fn a_stored_form_is_written_in_one_text_per_member() {
    let authorized = authorized();
    let (form, suspend) = count(|| authorized.suspend());
    let (json, to_json) = count(|| form.to_json());
    println!("suspend {suspend}, to_json {to_json}");
    assert_eq!(json.expose().len(), json.into_exposed().capacity());
    assert_eq!(to_json, 2);
}

/// An input over the limit is refused before anything is read.
#[test]
fn an_input_over_the_limit_is_not_copied() {
    let pending = client(ClientAuth::None).login().start_with_entropy(&ENTROPY).unwrap();
    let redirect = format!("https://client.example.com/cb?code={}", "x".repeat(1_000_000));
    let (refused, allocations) = count(|| pending.receive_redirect(&redirect).unwrap_err());
    assert_eq!((refused.error(), allocations), (&RedirectError::TooLong, 0));

    let pending = refused.recover().unwrap();
    let answer = format!("https://client.example.com/cb?code=c&state={}", pending.state());
    let code = pending.receive_redirect(&answer).unwrap();
    let response = HttpResponse::new(200, vec![b'['; 100_000_000]);
    let (refused, allocations) = count(|| code.receive_response(response, NOW).unwrap_err());
    // The error alone is allocated.
    assert_eq!((refused.error().kind(), allocations), (TokenErrorKind::TooLong, 1));
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
            bytes(&|| drop(code.take().unwrap().receive_response(response.take().unwrap(), NOW)))
        };
        assert!(response(1_000_000) < response(500_000) * 9 / 4 + 1000, "{filler}");
    }
}
