//! Pushed authorization requests (RFC 9126): what is pushed, what comes back, and what the browser is shown.

use core::time::Duration;

use authcode::limits::{MAX_ATTEMPTS, MAX_LIFETIME, MAX_REQUEST_URI_LEN, MAX_RESPONSE_LEN};
use authcode::{
    AwaitingRedirect, Client, ClientAuth, ConfigError, Dialect, EndpointError, EndpointErrorKind as Kind, ErrorCode,
    Exchange, Fault, HttpResponse, Identity, NextStep, ParameterError, Pushing, Rejected, Resend, ResumeError, Server,
    StartError, StateKind, Suspended, UnixTime, UriError,
};

use crate::model_server::*;
use crate::scenario::*;

const RETRY: NextStep = NextStep::Retry { after: Duration::from_secs(1) };

fn pushing() -> Pushing {
    Scenario::default().to_pushing()
}

fn pushed() -> AwaitingRedirect {
    Scenario::default().to_pushed()
}

fn receive(status: u16, body: impl Into<Vec<u8>>) -> Result<AwaitingRedirect, Rejected<Pushing, EndpointError>> {
    pushing().receive_response(HttpResponse::new(status, body), NOW)
}

/// Refused, and the state sends the same request again.
#[track_caller]
fn refused(status: u16, body: impl Into<Vec<u8>>) -> EndpointError {
    let (error, state) = recovered(receive(status, body).unwrap_err());
    assert_eq!(error.status(), status);
    assert_still_pushes(state.unwrap());
    error
}

#[track_caller]
fn assert_still_pushes(pushing: Pushing) {
    assert_eq!(pushing.request().body.expose(), self::pushing().request().body.expose());
    assert_is_pushed(&pushing.receive_response(HttpResponse::new(201, PUSHED), NOW).unwrap());
}

#[track_caller]
fn assert_is_pushed(pending: &AwaitingRedirect) {
    assert_eq!(
        pending.authorization_url(),
        "https://server.example.com/authorize?client_id=s6BhdRkqt3&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A6esc_11ACC5bwc014ltc14eY22c"
    );
}

fn answer_with(request_uri: &str) -> String {
    serde_json::json!({ "request_uri": request_uri, "expires_in": 60 }).to_string()
}

// The request.

#[test]
fn what_would_be_in_the_url_is_pushed_in_a_form() {
    let request = pushing().request();
    assert_eq!((request.method, request.url.as_str(), request.follow_redirects), ("POST", PUSH, false));
    let headers: Vec<_> = request.headers.iter().collect();
    assert_eq!(headers, [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")]);
    let in_url = query_pairs(&awaiting_redirect().authorization_url());
    assert_eq!(pairs(request.body.expose()), in_url);
    assert_eq!(value_of(&in_url, "client_id").as_deref(), Some("s6BhdRkqt3"));
    assert_eq!(value_of(&in_url, "request_uri"), None);
}

#[test]
fn options_of_login_and_dialect_are_pushed_too() {
    let dialect = Dialect::STANDARD
        .with_scope_separator(',')
        .with_authorization_params(&[("access_type", "offline")])
        .with_token_params(&[("of_tokens", "1")])
        .with_json_requests();
    let scenario = Scenario { dialect, ..Scenario::default() };
    let mut login = scenario.client_with_endpoints().login();
    login.scope("a b").unwrap().resource("https://a.example/").unwrap().resource("https://b.example/").unwrap();
    login.prompt("consent").unwrap().authorization_param("ui", "dark & light").unwrap();
    let plain = login.start_with_entropy(&ENTROPY).unwrap().authorization_url();
    let pushing = login.start_pushed_with_entropy(&ENTROPY).unwrap();
    assert_eq!(pairs(pushing.request().body.expose()), query_pairs(&plain));
    let body = pushing.request().body.into_exposed();
    for part in ["scope=a%2Cb", "access_type=offline", "resource=https%3A%2F%2Fa.example%2F", "ui=dark+%26+light"] {
        assert!(body.contains(part), "{part}: {body}");
    }
    assert!(!body.contains("of_tokens"));
    // The browser sees none of it.
    let pending = pushing.receive_response(HttpResponse::new(201, PUSHED), NOW).unwrap();
    assert_is_pushed(&pending);
}

#[test]
fn the_client_authenticates_as_at_the_token_endpoint_and_is_named_in_the_body() {
    for (auth, header, secret) in [
        (ClientAuth::None, None, None),
        (ClientAuth::basic("s&c"), Some("Basic czZCaGRSa3F0MzpzJTI2Yw=="), None),
        (ClientAuth::basic_raw("s&c"), Some("Basic czZCaGRSa3F0MzpzJmM="), None),
        (ClientAuth::body("s&c"), None, Some("s&c")),
    ] {
        let server = Server::new(AUTHORIZE, TOKEN).unwrap().with_pushed_request_endpoint(PUSH).unwrap();
        let client = Client::new(server, Identity::new("s6BhdRkqt3", auth), REDIRECT_URI).unwrap();
        let request = client.login().start_pushed_with_entropy(&ENTROPY).unwrap().request();
        let authorization = request.headers.iter().find(|(name, _)| *name == "authorization").map(|(_, value)| value);
        assert_eq!(authorization, header);
        let sent = pairs(request.body.expose());
        assert_eq!(value_of(&sent, "client_id").as_deref(), Some("s6BhdRkqt3"));
        assert_eq!(value_of(&sent, "client_secret").as_deref(), secret);
    }
}

#[test]
fn a_dialect_names_the_client_and_its_secret() {
    let dialect = Dialect::STANDARD
        .with_authorization_names(&[("client_id", "appid")])
        .with_token_names(&[("client_secret", "secret")]);
    let scenario = Scenario { dialect, auth: || ClientAuth::body("s3cret"), ..Scenario::default() };
    let sent = pairs(scenario.to_pushing().request().body.expose());
    assert_eq!(value_of(&sent, "appid").as_deref(), Some("s6BhdRkqt3"));
    assert_eq!(value_of(&sent, "secret").as_deref(), Some("s3cret"));
    assert_eq!((value_of(&sent, "client_id"), value_of(&sent, "client_secret")), (None, None));
    assert!(scenario.to_pushed().authorization_url().contains("?appid=s6BhdRkqt3&request_uri=urn"));

    // RFC 9126 §2.1 and §4 require the identifier, whatever the dialect leaves out.
    let dialect = Dialect::STANDARD.without_authorization_params(&["client_id"]);
    let scenario = Scenario { dialect, ..Scenario::default() };
    let sent = pairs(scenario.to_pushing().request().body.expose());
    assert_eq!(sent.iter().filter(|(name, _)| name == "client_id").count(), 1);
    assert!(scenario.to_pushed().authorization_url().contains("?client_id=s6BhdRkqt3&request_uri="));
}

#[test]
fn the_request_is_the_same_at_each_call_and_may_be_sent_again() {
    let pushing = pushing();
    assert_eq!(pushing.request().body.expose(), pushing.request().body.expose());
    assert_eq!(<Pushing as Exchange>::RESEND, Resend::Freely);
}

/// A whole login at a server that checks what comes, for each way to authenticate.
#[test]
fn a_server_that_wants_pushes_logs_the_user_in() {
    for how in [Registered::Public, Registered::Basic("s3cret"), Registered::Body("s3cret")] {
        let mut server = ModelServer::new("honest.example");
        let client = server.client("ours", how, REDIRECT_URI).require_pushed_requests();
        let mut login = client.login();
        login.scope("openid offline_access").unwrap();
        let pushing = login.start_pushed(getrandom::SysRng).unwrap();
        let response = server.push(&pushing.request());
        let pending = pushing.receive_response(response, NOW).unwrap();
        let stored = pending.suspend();
        let pending = AwaitingRedirect::resume(stored, &client).unwrap();
        let answer = server.authorize(&pending.authorization_url());
        let code = pending.receive_redirect(&answer.url()).unwrap();
        let response = server.token(&code.request());
        assert!(code.receive_response(response, NOW).is_ok());
    }
}

// A success.

/// RFC 9126 §2.2 and §3.
#[test]
fn the_vector_of_rfc_9126() {
    let pending = pushed();
    assert_is_pushed(&pending);
    assert_eq!(pending.authorization_url_expires_at(), Some(UnixTime::from_secs(NOW.as_secs() + 60)));
    let code = pending.receive_redirect(&redirect_with("")).unwrap();
    assert_still_has_code(code);
}

/// Some servers send 200, and a client that accepts one status alone loses the login.
#[test]
fn any_2xx_with_a_request_uri_is_a_success() {
    for status in [200, 201, 202] {
        assert_is_pushed(&receive(status, PUSHED).unwrap());
    }
}

#[test]
fn a_request_uri_has_any_scheme() {
    for uri in [
        "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "org:example:request:abc_-~!$'()*+,;=:@/?%41",
        "https://server.example.com/requests/1?a=b&c=d",
        "urn:x",
    ] {
        let pending = receive(201, answer_with(uri)).unwrap();
        let url = pending.authorization_url();
        let expected = [("client_id".to_owned(), "s6BhdRkqt3".to_owned()), ("request_uri".to_owned(), uri.to_owned())];
        assert_eq!(query_pairs(&url), expected);
    }
}

#[test]
fn a_success_without_a_usable_request_uri_can_be_fixed() {
    let long = |len: usize| format!("urn:{}", "x".repeat(len - 4));
    assert!(receive(201, answer_with(&long(MAX_REQUEST_URI_LEN))).is_ok());
    let too_long = answer_with(&long(MAX_REQUEST_URI_LEN + 1));
    let twice = r#"{"request_uri":"urn:a","request_uri":"urn:a"}"#;
    for body in [
        "{}",
        r#"{"expires_in":60}"#,
        r#"{"request_uri":null}"#,
        r#"{"request_uri":7}"#,
        r#"{"request_uri":["urn:a"]}"#,
        r#"{"request_uri":""}"#,
        r#"{"request_uri":"abc"}"#,
        r#"{"request_uri":"/requests/1"}"#,
        r#"{"request_uri":"urn:"}"#,
        r#"{"request_uri":"urn:a#b"}"#,
        r#"{"request_uri":"urn:a b"}"#,
        r#"{"request_uri":"urn:a\r\nb"}"#,
        r#"{"request_uri":"urn:a\u0000"}"#,
        r#"{"request_uri":"urn:%zz"}"#,
        r#"{"request_uri":"urn:\u00e9"}"#,
        r#"{"request_uri":"1:a"}"#,
        twice,
        &too_long,
        "[]",
        "null",
        r#""urn:a""#,
    ] {
        let error = refused(201, body);
        assert_eq!((error.kind(), error.next_step()), (Kind::Unusable("request_uri"), NextStep::Fix), "{body}");
        assert_eq!((error.fault(), error.body(), error.name()), (Fault::Server, None, "Unusable"));
        let shown = "pushed authorization request, status 201: a success without a usable request_uri";
        assert_eq!(error.to_string(), shown);
    }
}

/// A lifetime that cannot be read says nothing, and never costs a good `request_uri`.
#[test]
fn a_lifetime_that_cannot_be_read_costs_nothing() {
    let after = |seconds| Some(UnixTime::from_secs(NOW.as_secs() + seconds));
    for (lifetime, expected) in [
        ("60", after(60)),
        (r#""60""#, after(60)),
        ("59.9", after(59)),
        ("0", None),
        ("-1", None),
        ("0.5", None),
        ("null", None),
        ("true", None),
        (r#""soon""#, None),
        ("{}", None),
        ("6e1", None),
        ("99999999999999999999999999", after(MAX_LIFETIME)),
    ] {
        let pending = receive(201, format!(r#"{{"expires_in":{lifetime},"request_uri":"{REQUEST_URI}"}}"#)).unwrap();
        assert_eq!(pending.authorization_url_expires_at(), expected, "{lifetime}");
        assert_is_pushed(&pending);
    }
    let without = receive(201, format!(r#"{{"request_uri":"{REQUEST_URI}"}}"#)).unwrap();
    assert_eq!(without.authorization_url_expires_at(), None);
    let late = pushing().receive_response(HttpResponse::new(201, PUSHED), UnixTime::from_secs(u64::MAX)).unwrap();
    assert_eq!(late.authorization_url_expires_at(), Some(UnixTime::from_secs(u64::MAX)));
    assert_eq!(awaiting_redirect().authorization_url_expires_at(), None);
}

/// Row b48: scope, redirect URI and the rest went into the URL, too.
#[test]
fn the_url_keeps_the_query_of_the_endpoint_and_has_nothing_else() {
    for (endpoint, start) in [
        ("https://as.example/authorize?tenant=acme", "https://as.example/authorize?tenant=acme&"),
        ("https://as.example/authorize?", "https://as.example/authorize?"),
        ("https://as.example", "https://as.example?"),
    ] {
        let server = Server::new(endpoint, "https://as.example/token").unwrap();
        let server = server.with_pushed_request_endpoint("https://as.example/par").unwrap();
        let client = Client::new(server, "a b&c", REDIRECT_URI).unwrap();
        let pushing = client.login().scope("openid").unwrap().start_pushed_with_entropy(&ENTROPY).unwrap();
        let pending = pushing.receive_response(HttpResponse::new(201, PUSHED), NOW).unwrap();
        let expected = format!("{start}client_id=a%20b%26c&request_uri={}", REQUEST_URI.replace(':', "%3A"));
        assert_eq!(pending.authorization_url(), expected);
    }
}

/// OpenID Connect Core §6.2.
#[test]
fn scope_and_response_type_are_repeated_by_name() {
    let url = |server: Server, scope: &str| {
        let server = server.with_pushed_request_endpoint(PUSH).unwrap().repeat_scope_beside_request_uri();
        let client = Client::new(server, "id", REDIRECT_URI).unwrap();
        let pushing = client.login().scope(scope).unwrap().start_pushed_with_entropy(&ENTROPY).unwrap();
        let pending = pushing.receive_response(HttpResponse::new(201, PUSHED), NOW).unwrap();
        pending.authorization_url().split_once("&request_uri=").unwrap().0.to_owned()
    };
    let server = || Server::new(AUTHORIZE, TOKEN).unwrap();
    assert_eq!(url(server(), "openid a"), format!("{AUTHORIZE}?response_type=code&scope=openid%20a&client_id=id"));
    assert_eq!(url(server(), ""), format!("{AUTHORIZE}?response_type=code&client_id=id"));
    let dialect = Dialect::STANDARD.with_authorization_names(&[("scope", "s")]).with_fragment("x");
    let server = server().with_dialect(dialect.without_authorization_params(&["response_type"])).unwrap();
    assert_eq!(url(server, "a"), format!("{AUTHORIZE}?s=a&client_id=id"));
}

#[test]
fn the_fragment_of_a_dialect_stays_at_the_end() {
    let scenario = Scenario { dialect: Dialect::STANDARD.with_fragment("wechat=x"), ..Scenario::default() };
    let pending = scenario.to_pushed();
    assert!(pending.authorization_url().ends_with("14eY22c#wechat=x"));
    let again = AwaitingRedirect::resume(pending.suspend(), &scenario.client_with_endpoints()).unwrap();
    assert_eq!(again.authorization_url(), pending.authorization_url());
}

// Refusals. Nothing is spent by a push, so the state is returned.

#[test]
fn a_server_that_is_unavailable_is_asked_again() {
    for status in [408, 425, 429, 500, 502, 503, 599] {
        let error = refused(status, "<html>busy</html>");
        assert_eq!((error.kind(), error.next_step()), (Kind::Unavailable, RETRY));
    }
    for code in ["temporarily_unavailable", "server_error"] {
        let error = refused(400, format!(r#"{{"error":"{code}"}}"#));
        assert_eq!((error.kind(), error.next_step()), (Kind::Refused, RETRY));
    }
    let response = HttpResponse::new(503, "").with_headers([("retry-after", "30")]);
    let error = pushing().receive_response(response, NOW).unwrap_err().into_error();
    assert_eq!(error.next_step(), NextStep::Retry { after: Duration::from_secs(30) });
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
}

#[test]
fn every_oauth_error_returns_the_state() {
    for (status, code) in [
        (401, "invalid_client"),
        (400, "unauthorized_client"),
        (400, "invalid_request"),
        (400, "invalid_scope"),
        (400, "invalid_target"),
        (400, "invalid_authorization_details"),
        (400, "invalid_request_object"),
        (400, "use_dpop_nonce"),
        (400, "invalid_dpop_proof"),
        (400, "request_uri_not_supported"),
        (200, "invalid_request"),
    ] {
        let error = refused(status, format!(r#"{{"error":"{code}","error_description":"no"}}"#));
        assert_eq!((error.kind(), error.next_step()), (Kind::Refused, NextStep::Fix), "{code}");
        assert_eq!(error.oauth_error().unwrap().code.as_ref().unwrap().as_str(), code);
        assert_eq!(error.oauth_error().unwrap().description.as_ref().unwrap().raw(), "no");
        assert_eq!(
            error.to_string(),
            format!("pushed authorization request, status {status}: the server refused: {code}")
        );
    }
    assert_eq!(refused(401, r#"{"error":"invalid_client"}"#).fault(), Fault::Caller);
}

/// The error of a success counts, and its body, in which the handle may be, is not kept.
#[test]
fn an_error_in_a_success_is_a_refusal() {
    let body = format!(r#"{{"error":"invalid_request","request_uri":"{REQUEST_URI}"}}"#);
    let error = refused(201, body);
    assert_eq!((error.kind(), error.next_step(), error.body()), (Kind::Refused, NextStep::Fix, None));
    assert_eq!(error.oauth_error().unwrap().code, Some(ErrorCode::InvalidRequest));
    // Some servers send `error` with every success.
    let body = format!(r#"{{"error":null,"request_uri":"{REQUEST_URI}"}}"#);
    assert_is_pushed(&receive(201, body).unwrap());
}

#[test]
fn a_page_a_redirect_and_what_is_too_long_return_the_state() {
    for (status, body, kind, fault) in [
        (302, "", Kind::Redirected, Fault::Caller),
        (404, "<html>", Kind::UnexpectedStatus, Fault::Server),
        (405, "", Kind::UnexpectedStatus, Fault::Server),
        (413, r#"{"error":"Too Large"}"#, Kind::UnexpectedStatus, Fault::Server),
        (200, "<html>", Kind::NotJson, Fault::Server),
        (201, "", Kind::NotJson, Fault::Server),
        (204, "", Kind::NotJson, Fault::Server),
    ] {
        let error = refused(status, body);
        assert_eq!((error.kind(), error.next_step(), error.fault()), (kind, NextStep::Fix, fault), "{status}");
    }
    assert_eq!(refused(404, "<html>").body().unwrap().raw(), "<html>");
    assert_eq!(refused(200, "x".repeat(MAX_RESPONSE_LEN + 1)).kind(), Kind::TooLong);
    let cut_off = pushing().receive_response(HttpResponse::too_long(201), NOW).unwrap_err();
    assert_eq!(cut_off.error().kind(), Kind::TooLong);
}

#[test]
fn retries_and_corrections_end() {
    for (status, body, next_step) in
        [(503, "", None), (400, r#"{"error":"invalid_scope"}"#, Some(NextStep::Fix)), (201, "{}", Some(NextStep::Fix))]
    {
        let mut pushing = pushing();
        for refusal in 1..MAX_ATTEMPTS {
            let rejected = pushing.receive_response(HttpResponse::new(status, body), NOW).unwrap_err();
            let pause = NextStep::Retry { after: Duration::from_secs(1 << (refusal - 1)) };
            assert_eq!(rejected.next_step(), next_step.unwrap_or(pause));
            pushing = rejected.recover().unwrap();
        }
        let (error, state) = recovered(pushing.receive_response(HttpResponse::new(status, body), NOW).unwrap_err());
        assert!(state.is_none());
        assert_eq!(error.next_step(), NextStep::StartOver);
    }
}

/// The code has all of its tries, however often the push was refused.
#[test]
fn refused_pushes_do_not_count_for_the_code() {
    let mut pushing = pushing();
    for _ in 1..MAX_ATTEMPTS {
        pushing = pushing.receive_response(HttpResponse::new(503, ""), NOW).unwrap_err().recover().unwrap();
    }
    let pending = pushing.receive_response(HttpResponse::new(201, PUSHED), NOW).unwrap();
    let mut code = pending.receive_redirect(&redirect_with("")).unwrap();
    for _ in 1..MAX_ATTEMPTS {
        code = code.receive_response(HttpResponse::new(503, ""), NOW).unwrap_err().recover().unwrap();
    }
}

#[test]
fn wrong_credentials_or_a_wrong_endpoint_are_corrected_in_place() {
    let scenario = Scenario { auth: || ClientAuth::body("wrong"), ..Scenario::default() };
    let pushing = scenario.to_pushing();
    let refused = pushing.receive_response(HttpResponse::new(401, r#"{"error":"invalid_client"}"#), NOW);
    let mut pushing = refused.unwrap_err().recover().unwrap();
    let secrets = pushing.request().body.expose().replace("wrong", "right");

    let other = Client::new(Server::new(AUTHORIZE, TOKEN).unwrap(), "s6BhdRkqt3", REDIRECT_URI).unwrap();
    let no_endpoint = ConfigError::NoEndpoint("pushed authorization request endpoint");
    assert_eq!(pushing.replace_client(&other).unwrap_err(), no_endpoint);
    assert_eq!(no_endpoint.to_string(), "pushed authorization request endpoint: not configured");
    let other = Scenario { client_id: "other", ..Scenario::default() }.client_with_endpoints();
    assert_eq!(pushing.replace_client(&other).unwrap_err(), ConfigError::OtherClient);
    assert_eq!((pushing.client().client_id(), pushing.request().url.as_str()), ("s6BhdRkqt3", PUSH));

    let server = Server::new(AUTHORIZE, TOKEN).unwrap();
    let server = server.with_pushed_request_endpoint("https://server.example.com/par2").unwrap();
    let identity = Identity::new("s6BhdRkqt3", ClientAuth::body("right"));
    pushing.replace_client(&Client::new(server, identity, REDIRECT_URI).unwrap()).unwrap();
    assert_eq!(pushing.request().url, "https://server.example.com/par2");
    assert_eq!(pushing.request().body.expose(), secrets);
}

/// A template from a push asks for the same, the port included.
#[test]
fn a_push_starts_over_with_its_options() {
    let scenario = Scenario { redirect_uri: "http://127.0.0.1/cb", ..Scenario::default() };
    let mut login = scenario.client_with_endpoints().login();
    login.scope("openid").unwrap().prompt("consent").unwrap().loopback_port(51004).unwrap();
    let pushing = login.start_pushed_with_entropy(&ENTROPY).unwrap();
    let body = pushing.request().body.into_exposed();
    assert_eq!(pushing.unstarted().start_pushed_with_entropy(&ENTROPY).unwrap().request().body.expose(), body);
    let pending = pushing.receive_response(HttpResponse::new(201, PUSHED), NOW).unwrap();
    assert_eq!(pending.unstarted().start_pushed_with_entropy(&ENTROPY).unwrap().request().body.expose(), body);
    assert_eq!(pending.redirect_uri().as_str(), "http://127.0.0.1:51004/cb");
}

// The configuration.

#[test]
fn a_push_needs_an_endpoint() {
    let error = Scenario::default().to_unstarted().start_pushed_with_entropy(&ENTROPY).unwrap_err();
    assert_eq!((error, error.fault()), (StartError::NoPushedRequestEndpoint, Fault::Caller));
    let login = Scenario::default().client_with_endpoints().login();
    assert_eq!(login.start_pushed_with_entropy(&[0; 64]).unwrap_err(), StartError::NoEntropy);
    assert!(login.start_pushed(getrandom::SysRng).is_ok());
    // The endpoint alone requires nothing.
    assert!(login.start_with_entropy(&ENTROPY).is_ok());
}

#[test]
fn a_login_that_must_be_pushed_does_not_start_otherwise() {
    let server = || Server::new(AUTHORIZE, TOKEN).unwrap().with_pushed_request_endpoint(PUSH).unwrap();
    let by_server = Client::new(server().require_pushed_requests(), "id", REDIRECT_URI).unwrap();
    let by_client = Client::new(server(), "id", REDIRECT_URI).unwrap().require_pushed_requests();
    for client in [by_server, by_client] {
        assert!(client.requires_pushed_requests());
        let login = client.login();
        assert_eq!(login.start_with_entropy(&ENTROPY).unwrap_err(), StartError::PushedRequestRequired);
        assert_eq!(login.start(getrandom::SysRng).unwrap_err(), StartError::PushedRequestRequired);
        let pushing = login.start_pushed_with_entropy(&ENTROPY).unwrap();
        assert!(pushing.receive_response(HttpResponse::new(201, PUSHED), NOW).is_ok());
    }
    // Required without an endpoint: neither way is open.
    let server = Server::new(AUTHORIZE, TOKEN).unwrap().require_pushed_requests();
    let login = Client::new(server, "id", REDIRECT_URI).unwrap().login();
    assert!(login.start_with_entropy(&ENTROPY).is_err() && login.start_pushed_with_entropy(&ENTROPY).is_err());
}

/// The setting belongs to one handle of the client, and not to those that were cloned before.
#[test]
fn requiring_pushes_changes_no_other_handle_of_the_client() {
    let client = Scenario { auth: || ClientAuth::basic("s3cret"), ..Scenario::default() }.client_with_endpoints();
    let strict = client.clone().require_pushed_requests();
    assert!(strict.requires_pushed_requests() && !client.requires_pushed_requests());
    assert_ne!(strict, client);
    assert_eq!(strict, client.clone().require_pushed_requests());
    let header = |client: &Client| {
        let request = client.login().start_pushed_with_entropy(&ENTROPY).unwrap().request();
        request.headers.iter().find(|(name, _)| *name == "authorization").unwrap().1.to_owned()
    };
    assert_eq!(header(&strict), header(&client));
}

#[test]
fn the_endpoint_is_checked_like_the_token_endpoint() {
    const WHICH: &str = "pushed authorization request endpoint";
    let error =
        |endpoint: &str| Server::new(AUTHORIZE, TOKEN).unwrap().with_pushed_request_endpoint(endpoint).unwrap_err();
    assert_eq!(error("http://server.example.com/par"), ConfigError::Insecure(WHICH));
    assert_eq!(error("/par"), ConfigError::Endpoint(WHICH, UriError::Scheme));
    assert_eq!(error("https://server.example.com/par#x"), ConfigError::Endpoint(WHICH, UriError::Fragment));
    assert_eq!(error("https://server.example.com/par?%zz"), ConfigError::Endpoint(WHICH, UriError::PercentEncoding));
    for name in ["client_id", "Request.Uri", "state%5B%5D", "scope", "client_secret"] {
        let is_reserved = |error| matches!(error, ConfigError::ReservedParameter(WHICH, _));
        assert!(is_reserved(error(&format!("https://server.example.com/par?{name}=1"))), "{name}");
    }
    assert_eq!(error("/par").to_string(), "pushed authorization request endpoint: not accepted");
    let loopback = Server::danger_loopback_http("http://127.0.0.1/a", "http://127.0.0.1/t").unwrap();
    assert!(loopback.clone().with_pushed_request_endpoint("http://127.0.0.1/par").is_ok());
    let mixed = loopback.with_pushed_request_endpoint("https://127.0.0.1/par").unwrap_err();
    assert_eq!(mixed, ConfigError::MixedSchemes(WHICH));
}

/// In either order of the calls.
#[test]
fn the_endpoint_has_no_parameter_that_the_dialect_sends() {
    let dialects = [
        Dialect::STANDARD.with_authorization_names(&[("client_id", "appid")]),
        Dialect::STANDARD.with_authorization_params(&[("appid", "1")]),
        Dialect::STANDARD.with_token_names(&[("client_secret", "appid")]),
    ];
    for dialect in dialects {
        let server = || Server::new(AUTHORIZE, TOKEN).unwrap();
        let endpoint = "https://server.example.com/par?appid=1";
        let first = server().with_dialect(dialect.clone()).unwrap().with_pushed_request_endpoint(endpoint);
        let last = server().with_pushed_request_endpoint(endpoint).unwrap().with_dialect(dialect);
        for error in [first.unwrap_err(), last.unwrap_err()] {
            assert!(matches!(error, ConfigError::ReservedParameter(..)), "{error:?}");
        }
    }
    let server = Server::new(AUTHORIZE, TOKEN).unwrap();
    let server = server.with_pushed_request_endpoint("https://server.example.com/par?tenant=1").unwrap();
    let mut login = Client::new(server, "id", REDIRECT_URI).unwrap().login();
    let repeated = ParameterError::Repeated("tenant".into());
    assert_eq!(login.authorization_param("tenant", "2").unwrap_err(), repeated);
}

// The stored form.

#[test]
fn a_pushed_login_resumes_as_such() {
    let client = Scenario::default().client_with_endpoints();
    let golden = include_str!("../golden/awaiting_redirect_pushed.json").trim_end();
    let pending = pushed();
    assert_eq!(pending.suspend().to_json().expose(), golden);
    let again = AwaitingRedirect::resume(Suspended::from_json(golden).unwrap(), &client).unwrap();
    assert_is_pushed(&again);
    assert_eq!(again.authorization_url_expires_at(), pending.authorization_url_expires_at());
    assert_eq!(again.suspend().to_json().expose(), golden);
    assert_eq!(again.suspend().kind(), Some(StateKind::AwaitingRedirect));
    assert_still_has_code(again.receive_redirect(&redirect_with("")).unwrap());
    // The code needs none of it.
    let code = pushed().receive_redirect(&redirect_with("")).unwrap();
    assert_eq!(code.suspend().to_json().expose(), code_received().suspend().to_json().expose());
    // Also with a client that no longer has the endpoint, and without a lifetime.
    let unstated = receive(201, answer_with(REQUEST_URI).replace(r#""expires_in":60,"#, "")).unwrap();
    let again = AwaitingRedirect::resume(unstated.suspend(), &Scenario::default().client()).unwrap();
    assert_is_pushed(&again);
    assert_eq!(again.authorization_url_expires_at(), None);
}

/// A request URI with parameters of its own comes back as it was.
#[test]
fn each_request_uri_is_stored_as_it_came() {
    for uri in ["https://server.example.com/requests/1?a=b&c=%41+d", "urn:a:request_uri=b"] {
        let pending = receive(201, answer_with(uri)).unwrap();
        assert!(pending.suspend().to_json().expose().contains(&format!(r#""request_uri":"{uri}""#)));
        let client = Scenario::default().client_with_endpoints();
        let again = AwaitingRedirect::resume(pending.suspend(), &client).unwrap();
        assert_eq!(again.authorization_url(), pending.authorization_url());
    }
}

#[test]
fn a_changed_form_of_a_pushed_login_is_refused() {
    let client = Scenario::default().client_with_endpoints();
    let golden = pushed().suspend().to_json().into_exposed();
    let resume = |form: &str| AwaitingRedirect::resume(Suspended::from_json(form).unwrap(), &client);
    for (from, to) in [
        (REQUEST_URI, "urn:a b"),
        (REQUEST_URI, ""),
        (REQUEST_URI, "abc"),
        (r#""1700000060""#, r#""-1""#),
        (r#""request_uri""#, r#""unknown""#),
    ] {
        let changed = golden.replace(from, to);
        assert_ne!(changed, golden);
        assert_eq!(resume(&changed).unwrap_err().error(), &ResumeError::Damaged, "{changed}");
    }
}

/// The stricter of what held at the start and what holds now.
#[test]
fn a_login_that_was_not_pushed_does_not_resume_where_it_must_be() {
    let strict = Scenario::default().client_with_endpoints().require_pushed_requests();
    let (error, form) = recovered(AwaitingRedirect::resume(awaiting_redirect().suspend(), &strict).unwrap_err());
    assert_eq!((error, error.next_step()), (ResumeError::NotPushed, NextStep::Fix));
    // The form is not lost.
    assert!(AwaitingRedirect::resume(form.unwrap(), &Scenario::default().client()).is_ok());
    assert!(AwaitingRedirect::resume(pushed().suspend(), &strict).is_ok());
    // A code is past that.
    assert!(authcode::CodeReceived::resume(code_received().suspend(), &strict).is_ok());
}

#[test]
fn no_secret_of_a_push_is_shown() {
    let scenario = Scenario { auth: || ClientAuth::body("CANARY-secret"), ..Scenario::default() };
    let pushing = scenario.to_pushing();
    let shown = format!("{pushing:?} {:?}", pushing.request());
    let pending = scenario.to_pushed();
    let shown = format!("{shown} {pending:?} {:?}", pending.suspend());
    for secret in ["CANARY", VERIFIER, STATE, REQUEST_URI, "6esc_11ACC5bwc014ltc14eY22c"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}
