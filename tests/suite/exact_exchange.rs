//! The exchange that the crate was made for, byte for byte, and the vectors of the RFCs.

use crate::scenario::*;
use authcode::{Client, ClientAuth, Dialect, HttpResponse, Identity, Renewal, Server, TokenType, UnixTime};

#[test]
// rows 10, 13, 19, 59, 65
fn authorization_request_is_exact() {
    assert_eq!(
        awaiting_redirect().authorization_url(),
        "https://server.example.com/authorize?response_type=code&audience=https%3A%2F%2Fapi.loomai.com%2F\
         &client_id=s6BhdRkqt3&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
         &redirect_uri=https%3A%2F%2Fclient.example.com%2Fcb&scope=openid%20offline_access\
         &state=AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"
    );
}

#[test]
// rows 15, 16, 28, 60
fn token_request_is_exact() {
    let request = code_received().request();
    assert_eq!(request.method, "POST");
    assert_eq!(request.url, "https://server.example.com/oauth/token");
    assert_eq!(
        request.headers.iter().collect::<Vec<_>>(),
        [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")]
    );
    assert_eq!(
        request.body.expose(),
        "grant_type=authorization_code&audience=https%3A%2F%2Fapi.loomai.com%2F&client_id=s6BhdRkqt3\
         &code=SplxlOBeZQQYbYS6WxSbIA&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk\
         &redirect_uri=https%3A%2F%2Fclient.example.com%2Fcb"
    );
}

#[test]
// rows 101
fn token_request_says_how_to_be_sent() {
    let request = code_received().request();
    assert!(!request.follow_redirects);
    assert_eq!(request.max_response_len, authcode::limits::MAX_RESPONSE_LEN);
}

#[test]
fn the_whole_token_response_is_read() {
    let authorized = authorized();
    assert_eq!(authorized.tokens().access_token().expose(), "at-1");
    assert_eq!(authorized.tokens().refresh_token().unwrap().expose(), "rt-1");
    assert_eq!(authorized.tokens().token_type(), &TokenType::Bearer);
    assert_eq!(authorized.tokens().expires_at(), Some(UnixTime::from_secs(1_700_003_600)));
    assert_eq!(authorized.bearer().unwrap().expose(), "Bearer at-1");
}

#[test]
fn renewal_is_a_refresh_if_there_is_a_refresh_token() {
    let (refresh, _) = refresh();
    assert_eq!(refresh.request().body.expose(), "grant_type=refresh_token&client_id=s6BhdRkqt3&refresh_token=rt-1");
}

#[test]
fn renewal_is_another_login_if_there_is_no_refresh_token() {
    let body = r#"{"access_token":"at-1","token_type":"Bearer","expiry":3600}"#;
    let authorized = code_received().receive_response(HttpResponse::new(200, body), NOW).unwrap();
    let Renewal::Reauthorize(unstarted) = authorized.renewal() else { panic!("there is no refresh token") };
    // It asks for the same as the first login.
    assert_eq!(
        unstarted.start_with_entropy(&ENTROPY).unwrap().authorization_url(),
        awaiting_redirect().authorization_url()
    );
}

/// RFC 6749 §4.1.1, §4.1.2 and §4.1.3, §2.3.1 for the header.
#[test]
// rows 19, 28, 29
fn vectors_of_rfc_6749() {
    let server = Server::new("https://server.example.com/authorize", "https://server.example.com/token").unwrap();
    let identity = Identity::new("s6BhdRkqt3", ClientAuth::basic("gX1fBat3bV"));
    let client = Client::new(server, identity, "https://client.example.com/cb").unwrap();
    let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
    let sent = query_pairs(&pending.authorization_url());
    let expected = query_pairs(
        "https://server.example.com/authorize?response_type=code&client_id=s6BhdRkqt3&redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb",
    );
    assert!(expected.iter().all(|pair| sent.contains(pair)));

    let code = pending
        .receive_redirect(&format!("https://client.example.com/cb?code=SplxlOBeZQQYbYS6WxSbIA&state={STATE}"))
        .unwrap();
    let request = code.request();
    assert_eq!(request.headers.iter().last(), Some(("authorization", "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW")));
    let sent = pairs(request.body.expose());
    let expected = pairs(
        "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA&redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb",
    );
    assert!(expected.iter().all(|pair| sent.contains(pair)));
}

/// RFC 6749 §5.1: a token of the type `example` is kept, and not used (§7.1).
#[test]
// rows 9, 32
fn token_response_of_rfc_6749() {
    let body = r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example","expires_in":3600,"refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"example_value"}"#;
    let authorized = code_received().receive_response(HttpResponse::new(200, body), NOW).unwrap();
    assert_eq!(authorized.tokens().access_token().expose(), "2YotnFZFEjr1zCsicMWpAA");
    assert_eq!(authorized.tokens().token_type(), &TokenType::Other("example".into()));
    assert_eq!(authorized.bearer().unwrap_err(), authcode::BearerError::TokenType);
    assert_eq!(
        authorized.tokens().member_text("example_parameter").and_then(parsed::<String>).unwrap(),
        "example_value"
    );
}

/// RFC 6749 §6 and §2.3.1.
#[test]
// rows 39, 41
fn refresh_requests_of_rfc_6749() {
    let body = r#"{"access_token":"a","token_type":"Bearer","refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA"}"#;
    let renew = |auth: fn() -> ClientAuth| {
        let code = Scenario { auth, ..Scenario::default() }.to_code_received();
        refresh_of(&code.receive_response(HttpResponse::new(200, body), NOW).unwrap()).request()
    };
    assert_eq!(
        renew(|| ClientAuth::basic("gX1fBat3bV")).body.expose(),
        "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA"
    );
    let mut in_body = pairs(renew(|| ClientAuth::body("7Fjfp0ZBr1KtDRbnfVdmIw")).body.expose());
    let mut expected = pairs(
        "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA&client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw",
    );
    in_body.sort();
    expected.sort();
    assert_eq!(in_body, expected);
}

/// RFC 9207 §2.
#[test]
// rows 76
fn redirect_of_rfc_9207() {
    let server = Server::new("https://honest.as.example/authorize", "https://honest.as.example/token")
        .and_then(|server| server.with_issuer("https://honest.as.example", authcode::IssParameter::Required))
        .unwrap();
    let client = Client::new(server, "id", "https://client.example/cb").unwrap();
    let code = client
        .login()
        .start_with_entropy(&ENTROPY)
        .unwrap()
        .receive_redirect(&format!(
            "https://client.example/cb?code=x1848ZT64p4IirMPT0R-X3141MFPTuBX-VFL_cvaplMH58&state={STATE}&iss=https%3A%2F%2Fhonest.as.example"
        ))
        .unwrap();
    assert!(code.request().body.expose().contains("code=x1848ZT64p4IirMPT0R-X3141MFPTuBX-VFL_cvaplMH58"));
}

/// RFC 8707 §2: a name may repeat, and spaces in a URL are `%20`. Both legs carry the same resources.
#[test]
fn resource_indicators_of_rfc_8707() {
    let mut login = Scenario { scope: "calendar contacts", ..Scenario::default() }.to_unstarted();
    login.resource("https://cal.example.com/").unwrap().resource("https://contacts.example.com/").unwrap();
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    let url = pending.authorization_url();
    assert!(url.contains("&scope=calendar%20contacts&"));
    let resources = "&resource=https%3A%2F%2Fcal.example.com%2F&resource=https%3A%2F%2Fcontacts.example.com%2F";
    assert!(url.ends_with(resources));
    let code = pending.receive_redirect(&redirect_with("")).unwrap();
    let request = code.request();
    assert!(request.body.expose().ends_with(resources));
}

#[test]
// rows 7
fn a_query_of_the_endpoint_is_kept_in_front() {
    for (endpoint, start) in [
        ("https://server.example.com/az?tenant=x", "https://server.example.com/az?tenant=x&response_type=code&"),
        ("https://server.example.com/az?", "https://server.example.com/az?response_type=code&"),
    ] {
        let client = Client::new(Server::new(endpoint, TOKEN).unwrap(), "id", REDIRECT_URI).unwrap();
        let url = client.login().start_with_entropy(&ENTROPY).unwrap().authorization_url();
        assert!(url.starts_with(start), "{url}");
    }
}

#[test]
// rows 8, 63
fn what_is_not_set_is_left_out() {
    let client = Scenario::default().client();
    let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
    let names: Vec<_> = query_pairs(&pending.authorization_url()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["response_type", "client_id", "code_challenge_method", "code_challenge", "redirect_uri", "state"]
    );
}

#[test]
fn requests_are_the_same_at_each_call() {
    let pending = awaiting_redirect();
    assert_eq!(pending.authorization_url(), pending.authorization_url());
    let code = code_received();
    assert_eq!(code.request().body.expose(), code.request().body.expose());
    let (refresh, _) = refresh();
    assert_eq!(refresh.request().body.expose(), refresh.request().body.expose());
}

#[test]
fn a_server_may_want_commas_between_scopes() {
    let scenario =
        Scenario { dialect: Dialect::STANDARD.with_scope_separator(','), scope: "a b", ..Scenario::default() };
    let url = scenario.to_awaiting_redirect().authorization_url();
    assert!(url.contains("&scope=a%2Cb&"), "{url}");
}

#[test]
fn a_server_may_want_no_redirect_uri_in_the_request() {
    let dialect = Dialect::STANDARD.without_token_params(&["redirect_uri"]);
    let request = Scenario { dialect, ..Scenario::default() }.to_code_received().request();
    assert!(!request.body.expose().contains("redirect_uri"));
}
