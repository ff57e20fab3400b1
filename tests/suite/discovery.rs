//! Discovery: where metadata is looked for, and which metadata is accepted.

use authcode::{
    Client, ConfigError, Discovery, DiscoveryError, DiscoveryErrorKind as Kind, Fault, HttpResponse, IssParameter,
    Metadata, NextStep, RedirectError, Rejected, StartError, UriError, limits,
};
use core::error::Error as _;
use core::time::Duration;
use serde_json::{Value, json};

use crate::scenario::*;

const ISSUER: &str = "https://server.example.com";

fn metadata() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://server.example.com/authorize",
        "token_endpoint": "https://server.example.com/token",
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
    })
}

/// The metadata with some members in place of others. `null` is the same as absent.
fn metadata_with(changes: Value) -> String {
    let mut document = metadata();
    document.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    document.to_string()
}

type Answer = Result<Metadata, Rejected<Discovery, DiscoveryError>>;

fn receive_from(discovery: Discovery, status: u16, body: impl Into<Vec<u8>>) -> Answer {
    discovery.receive_response(HttpResponse::new(status, body), NOW)
}

fn receive(body: impl Into<Vec<u8>>) -> Answer {
    receive_from(Discovery::new(ISSUER).unwrap(), 200, body)
}

#[track_caller]
fn kind(answer: Answer) -> Kind {
    answer.unwrap_err().error().kind()
}

/// Another place must not hide it.
#[track_caller]
fn assert_ended(answer: Answer, kind: Kind) -> DiscoveryError {
    let error = answer.unwrap_err().recover().unwrap_err();
    assert_eq!((error.kind(), error.next_step()), (kind, NextStep::StartOver));
    error
}

/// The configuration error that is the source.
fn cause(error: &DiscoveryError) -> Option<&ConfigError> {
    error.source()?.downcast_ref()
}

/// Each place that is asked, in order, if none has metadata.
fn places(issuer: &str) -> Vec<String> {
    let mut discovery = Discovery::new(issuer).unwrap();
    let mut places = Vec::new();
    loop {
        places.push(discovery.request().url);
        match receive_from(discovery, 404, "").unwrap_err().recover() {
            Ok(next) => discovery = next,
            Err(ended) => {
                assert_eq!((ended.kind(), ended.status()), (Kind::UnexpectedStatus, Some(404)));
                return places;
            }
        }
    }
}

#[test]
// rows 108
fn metadata_is_looked_for_at_the_places_of_rfc_8414_and_of_openid_connect() {
    for issuer in ["https://example.com", "https://example.com/"] {
        assert_eq!(
            places(issuer),
            [
                "https://example.com/.well-known/oauth-authorization-server",
                "https://example.com/.well-known/openid-configuration"
            ]
        );
    }
    for issuer in ["https://example.com:8443/issuer1", "https://example.com:8443/issuer1/"] {
        assert_eq!(
            places(issuer),
            [
                "https://example.com:8443/.well-known/oauth-authorization-server/issuer1",
                "https://example.com:8443/.well-known/openid-configuration/issuer1",
                "https://example.com:8443/issuer1/.well-known/openid-configuration",
            ]
        );
    }
}

#[test]
// rows 108
fn the_request_is_a_get_for_json_without_a_body() {
    let request = Discovery::new(ISSUER).unwrap().request();
    assert_eq!((request.method, request.body.expose()), ("GET", ""));
    assert_eq!(request.headers.iter().collect::<Vec<_>>(), [("accept", "application/json")]);
    assert!(!request.follow_redirects);
    assert_eq!(request.max_response_len, limits::MAX_RESPONSE_LEN);
}

#[test]
// rows 107
fn an_issuer_is_https_without_query_or_fragment() {
    let error = |issuer| Discovery::new(issuer).unwrap_err();
    assert_eq!(error("http://server.example.com"), ConfigError::Insecure("issuer"));
    assert_eq!(error("http://127.0.0.1:9000"), ConfigError::Insecure("issuer"));
    assert_eq!(error("https://server.example.com?x=1"), ConfigError::Issuer(UriError::Query));
    assert_eq!(error("https://server.example.com#x"), ConfigError::Issuer(UriError::Fragment));
    assert!(Discovery::danger_loopback_http("http://127.0.0.1:9000").is_ok());
    assert!(Discovery::danger_loopback_http("http://server.example.com").is_err());
}

#[test]
// rows 109
fn good_metadata_gives_a_server_to_log_in_to() {
    let server = receive(metadata().to_string()).unwrap().into_server();
    assert_eq!(server.issuer(), Some(ISSUER));
    let client = Client::new(server, "id", REDIRECT_URI).unwrap();
    let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
    assert!(pending.authorization_url().starts_with("https://server.example.com/authorize?response_type=code&"));
    let code = pending.receive_redirect(&redirect_with("")).unwrap();
    assert_eq!(code.request().url, "https://server.example.com/token");
}

#[test]
// rows 109, 114
fn the_document_of_rfc_8414_says_nothing_of_pkce() {
    let body = r#"{"issuer":"https://server.example.com","authorization_endpoint":"https://server.example.com/authorize","token_endpoint":"https://server.example.com/token","token_endpoint_auth_methods_supported":["client_secret_basic","private_key_jwt"],"userinfo_endpoint":"https://server.example.com/userinfo","jwks_uri":"https://server.example.com/jwks.json","scopes_supported":["openid","profile","email","address","phone","offline_access"],"response_types_supported":["code","code token"],"service_documentation":"http://server.example.com/service_documentation.html","ui_locales_supported":["en-US","en-GB","en-CA","fr-FR","fr-CA"],"signed_metadata":"e30.e30."}"#;
    assert_eq!(kind(receive(body)), Kind::NoS256);
    let trusting = Discovery::new(ISSUER).unwrap().accept_unadvertised_s256();
    let metadata = receive_from(trusting, 200, body).unwrap();
    assert_eq!(metadata.member_text("userinfo_endpoint"), Some(r#""https://server.example.com/userinfo""#));
    assert_eq!(metadata.member_text("no_such_member"), None);
    assert_eq!(metadata.member_text("scopes_supported").and_then(parsed::<Vec<String>>).unwrap().len(), 6);
    assert_eq!(
        metadata.member_text("userinfo_endpoint").and_then(parsed::<String>).unwrap(),
        "https://server.example.com/userinfo"
    );
    assert_eq!(metadata.member_text("no_such_member").and_then(parsed::<String>), None);
    assert_eq!(metadata.server().token_endpoint().as_str(), "https://server.example.com/token");
}

#[test]
// rows 110
fn the_issuer_is_compared_byte_for_byte() {
    for issuer in [
        "https://server.example.comINVALID",
        "https://server.example.com/",
        "https://SERVER.example.com",
        "https://server.example.com:443",
        "https://server.example.com/.",
        "http://server.example.com",
        "https://attacker.example",
        "",
    ] {
        let error = assert_ended(receive(metadata_with(json!({ "issuer": issuer }))), Kind::IssuerMismatch);
        assert_eq!(error.fault(), Fault::Caller);
        assert_eq!(error.received_issuer().unwrap().raw(), issuer);
    }
}

#[test]
// rows 113
fn the_issuer_is_compared_after_json_is_unescaped() {
    let escaped = metadata().to_string().replace('/', r"\/").replace("server.example", r"\u0073erver.example");
    assert!(receive(escaped).is_ok());
    // The same name to a reader, in another normal form of Unicode: not the same bytes.
    let body = metadata_with(json!({ "issuer": "https://server.example.com/caf\u{e9}" }));
    let asked = Discovery::new("https://server.example.com/cafe%CC%81").unwrap();
    assert_eq!(kind(receive_from(asked, 200, body)), Kind::IssuerMismatch);
}

#[test]
// rows 114
fn pkce_with_s256_must_be_offered() {
    for (methods, accepted, accepted_by_trust) in [
        (json!(["S256"]), true, true),
        (json!(["plain", "S256"]), true, true),
        (json!(null), false, true),
        (json!([]), false, false),
        (json!(["plain"]), false, false),
        (json!(["s256"]), false, false),
    ] {
        let body = metadata_with(json!({ "code_challenge_methods_supported": methods }));
        let answer = receive(body.clone());
        assert_eq!(answer.is_ok(), accepted, "{methods}");
        assert!(accepted || kind(answer) == Kind::NoS256);
        let trusting = Discovery::new(ISSUER).unwrap().accept_unadvertised_s256();
        assert_eq!(receive_from(trusting, 200, body).is_ok(), accepted_by_trust, "{methods}");
    }
}

#[test]
// rows 115
fn the_code_flow_must_be_offered() {
    for (types, accepted) in [
        (json!(["code"]), true),
        (json!(["code id_token", "code"]), true),
        (json!(null), true),
        (json!(["code id_token"]), false),
        (json!(["token"]), false),
        (json!([]), false),
    ] {
        let answer = receive(metadata_with(json!({ "response_types_supported": types })));
        assert_eq!(answer.is_ok(), accepted, "{types}");
        assert!(accepted || kind(answer) == Kind::NoCodeFlow);
    }
    for (types, accepted) in [
        (json!(["refresh_token", "authorization_code"]), true),
        (json!(null), true),
        (json!(["client_credentials"]), false),
    ] {
        let answer = receive(metadata_with(json!({ "grant_types_supported": types })));
        assert_eq!(answer.is_ok(), accepted, "{types}");
    }
}

#[test]
fn a_server_that_says_it_sends_iss_must_send_it() {
    for (says, is_required) in [(json!(true), true), (json!(false), false), (json!(null), false)] {
        let body = metadata_with(json!({ "authorization_response_iss_parameter_supported": says }));
        let client = Client::new(receive(body).unwrap().into_server(), "id", REDIRECT_URI).unwrap();
        let login = || client.login().start_with_entropy(&ENTROPY).unwrap();
        let without_iss = login().receive_redirect(&redirect_with(""));
        assert_eq!(
            without_iss
                .is_err_and(|refused| refused.error() == &RedirectError::IssuerMissing { unauthenticated: None }),
            is_required
        );
        assert!(login().receive_redirect(&redirect_with("&iss=https%3A%2F%2Fserver.example.com")).is_ok());
        let wrong = login().receive_redirect(&redirect_with("&iss=https%3A%2F%2Fserver.example.com%2F"));
        let received = "https://server.example.com/".into();
        assert_eq!(wrong.unwrap_err().error(), &RedirectError::IssuerMismatch { received });
    }
}

#[test]
// rows 111
fn the_next_place_is_asked_if_there_is_no_metadata() {
    let as_list = json!([ISSUER, "https://a.example/a", "https://a.example/t", ["code"], null, ["S256"], true]);
    let as_list = as_list.to_string().into_bytes();
    let page = b"<!doctype html><title>Not found</title>".to_vec();
    for (status, body, expected) in [
        (404, Vec::new(), Kind::UnexpectedStatus),
        (403, page.clone(), Kind::UnexpectedStatus),
        (204, Vec::new(), Kind::UnexpectedStatus),
        (302, Vec::new(), Kind::Redirected),
        (500, page.clone(), Kind::Unavailable),
        (501, page.clone(), Kind::Unavailable),
        (503, page.clone(), Kind::Unavailable),
        (200, page, Kind::NotMetadata),
        (200, b"{}".to_vec(), Kind::NotMetadata),
        (200, b"\"\\u0041\"".to_vec(), Kind::NotMetadata),
        (200, b"\xFF{}".to_vec(), Kind::NotMetadata),
        // Its values as an array, in their order: a derived deserializer would accept that as an object.
        (200, as_list, Kind::NotMetadata),
    ] {
        let refused = receive_from(Discovery::new(ISSUER).unwrap(), status, body).unwrap_err();
        let error = refused.error();
        assert_eq!((error.kind(), error.next_step()), (expected, NextStep::Retry { after: Duration::ZERO }));
        assert_eq!(error.status(), (status != 200).then_some(status));
        let next = refused.recover().unwrap();
        assert!(next.request().url.ends_with("/.well-known/openid-configuration"));
        assert!(receive_from(next, 200, metadata().to_string()).is_ok());
    }
}

#[test]
fn an_overloaded_server_is_asked_again_at_the_same_place() {
    for status in [408, 425, 429] {
        let response = HttpResponse::new(status, "busy").with_headers([("retry-after", "7")]);
        let discovery = Discovery::new(ISSUER).unwrap();
        let place = discovery.request().url;
        let refused = discovery.receive_response(response, NOW).unwrap_err();
        let seven = Duration::from_secs(7);
        assert_eq!(refused.error().next_step(), NextStep::Retry { after: seven });
        assert_eq!(refused.error().retry_after(), Some(seven));
        let same = refused.recover().unwrap();
        assert_eq!(same.request().url, place);
        assert!(receive_from(same, 200, metadata().to_string()).unwrap().to_json().is_some());
    }
}

#[test]
// rows 111
fn metadata_with_a_member_twice_or_of_another_type_ends_the_search() {
    for name in ["issuer", "authorization_endpoint", "token_endpoint", "code_challenge_methods_supported"] {
        let twice = metadata().to_string().replacen('{', &format!("{{{name:?}:{},", metadata()[name]), 1);
        assert_ended(receive(twice), Kind::Malformed);
        assert_ended(receive(metadata_with(json!({ name: 7 }))), Kind::Malformed);
    }
    assert_ended(receive(metadata_with(json!({ "token_endpoint": null }))), Kind::Malformed);
    // A wrong issuer ends it, too, even if something else is wrong as well.
    assert_ended(receive(r#"{"issuer":"https://attacker.example"}"#), Kind::Malformed);
    let body = format!("{}{}", metadata(), " ".repeat(limits::MAX_RESPONSE_LEN - metadata().to_string().len()));
    assert!(receive(body.clone()).is_ok());
    assert_ended(receive(format!("{body} ")), Kind::TooLong);
    assert!(receive(metadata_with(json!({ "unknown": [[[]]], "jwks_uri": 7 }))).is_ok());
    assert!(receive(format!("\u{feff}{}", metadata())).is_ok());
}

/// Otherwise a poorer document at another place would be chosen, one that does not require `iss` for example.
#[test]
fn metadata_with_a_byte_that_is_not_utf8_ends_the_search() {
    let members = metadata().to_string();
    let members = members.strip_prefix('{').unwrap().strip_suffix('}').unwrap();
    let stray: [&[u8]; 5] = [
        br#""name":"Jos|""#,
        br#""na|me":1"#,
        br#""nested":{"a":["|"]}"#,
        br#""scopes_supported":["|"]"#,
        br#""signed_metadata":"|""#,
    ];
    for member in stray {
        for byte in [b"\xE9".as_slice(), b"\xFF", b"\xC3", b"\xED\xA0\x80", b"\xC0\x80"] {
            let place = member.iter().position(|byte| *byte == b'|').unwrap();
            let member = [&member[..place], byte, &member[place + 1..]].concat();
            for body in [
                [b"{", members.as_bytes(), b",", &member, b"}"].concat(),
                [b"{", member.as_slice(), b",", members.as_bytes(), b"}"].concat(),
                [b"\xEF\xBB\xBF{", member.as_slice(), b",", members.as_bytes(), b"}"].concat(),
            ] {
                let named = || Discovery::from_metadata_url("https://cdn.example/as.json").unwrap();
                assert_ended(receive(body.clone()), Kind::Malformed);
                assert_ended(receive_from(named(), 200, body), Kind::Malformed);
            }
            // It names no issuer, so it is not a document.
            let refused = receive([b"{", member.as_slice(), b"}"].concat()).unwrap_err();
            assert_eq!(refused.error().kind(), Kind::NotMetadata);
            assert!(refused.recover().is_ok());
        }
    }
    // In a member that is read, the issuer among them.
    for name in ["issuer", "authorization_endpoint", "token_endpoint"] {
        let body =
            metadata().to_string().replacen(&format!("{name:?}:\"https://"), &format!("{name:?}:\"https://|"), 1);
        let body: Vec<u8> = body.bytes().map(|byte| if byte == b'|' { 0xE9 } else { byte }).collect();
        assert_ended(receive(body), Kind::Malformed);
    }
}

/// Metadata is untrusted input. CVE-2025-6514: an endpoint that a program passes to a shell.
#[test]
// rows 116
fn an_endpoint_that_is_no_https_url_is_refused() {
    for endpoint in [
        "http://server.example.com/authorize",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "a:$(cmd.exe /c calc.exe)?response_type=code",
        "-oProxyCommand=calc",
        "https://server.example.com/$(id)?`id`",
        "https://server.example.com/\" & calc",
        "https://user@server.example.com/",
        "https://server.example.com/a b",
        "https://server.example.com/\u{202e}",
        "https://server.example.com#code",
        "https://server.example.com?client_id=other",
        "//server.example.com/authorize",
        "",
    ] {
        for member in ["authorization_endpoint", "token_endpoint"] {
            let error = assert_ended(receive(metadata_with(json!({ member: endpoint }))), Kind::InvalidUrl);
            assert!(cause(&error).is_some(), "{endpoint}: {error:?}");
        }
    }
}

/// What untrusted metadata could reach from inside a private network.
#[test]
fn an_endpoint_at_an_address_in_place_of_a_name_is_refused() {
    for host in
        ["169.254.169.254", "10.0.0.1", "127.0.0.1", "[::1]", "[fe80::1]", "localhost", "a.localhost", "8.8.8.8"]
    {
        let endpoint = format!("https://{host}/latest/meta-data");
        let body = metadata_with(json!({ "token_endpoint": endpoint }));
        assert_eq!(kind(receive(body)), Kind::Address("token endpoint"), "{host}");
    }
    // Other ways to write an address are no host at all.
    for host in ["2852039166", "0xa9fea9fe", "169.254.43518", "0251.0376.0251.0376", "[::ffff:169.254.169.254]"] {
        let body = metadata_with(json!({ "token_endpoint": format!("https://{host}/") }));
        assert!(matches!(kind(receive(body)), Kind::InvalidUrl | Kind::Address(_)), "{host}");
    }
}

#[test]
fn an_issuer_at_an_address_may_have_its_endpoints_there() {
    let body = |issuer: &str, endpoint: &str| {
        let endpoint = format!("{endpoint}/x");
        metadata_with(json!({ "issuer": issuer, "authorization_endpoint": endpoint, "token_endpoint": endpoint }))
    };
    let at_address = Discovery::new("https://10.0.0.7").unwrap();
    assert!(receive_from(at_address, 200, body("https://10.0.0.7", "https://10.0.0.7:8443")).is_ok());
    let local = || Discovery::danger_loopback_http("http://127.0.0.1:9000/o").unwrap();
    assert!(receive_from(local(), 200, body("http://127.0.0.1:9000/o", "http://localhost:9001")).is_ok());
    let refused = receive_from(local(), 200, body("http://127.0.0.1:9000/o", "http://10.0.0.1"));
    let error = assert_ended(refused, Kind::InvalidUrl);
    assert_eq!(cause(&error), Some(&ConfigError::Insecure("authorization endpoint")));
    // The opt-in is for a server on this machine, and not for one that points to it.
    let remote = Discovery::danger_loopback_http(ISSUER).unwrap();
    let refused = receive_from(remote, 200, body(ISSUER, "http://127.0.0.1:9000"));
    assert_eq!(kind(refused), Kind::Address("authorization endpoint"));
}

#[test]
fn endpoints_at_another_origin_are_refused_where_that_is_asked_for() {
    for (origin, is_own) in [
        ("https://server.example.com", true),
        ("https://server.example.com:443", true),
        ("https://server.example.com:8443", false),
        ("https://tokens.example.com", false),
        ("https://attacker.example", false),
    ] {
        let body = metadata_with(json!({ "token_endpoint": format!("{origin}/token") }));
        assert!(receive(body.clone()).is_ok(), "{origin}");
        let strict = receive_from(Discovery::new(ISSUER).unwrap().require_same_origin(), 200, body);
        assert_eq!(strict.is_ok(), is_own, "{origin}");
        assert!(is_own || kind(strict) == Kind::OtherOrigin("token endpoint"));
    }
    let body = metadata_with(json!({ "authorization_endpoint": "https://accounts.example.com/authorize" }));
    let strict = receive_from(Discovery::new(ISSUER).unwrap().require_same_origin(), 200, body);
    assert_eq!(kind(strict), Kind::OtherOrigin("authorization endpoint"));
}

/// A host that only `url::Url` can validate.
#[test]
#[cfg(feature = "url")]
fn an_issuer_with_an_internationalized_host_has_its_endpoints_there() {
    let issuer = url::Url::parse("https://b\u{fc}cher.example/").unwrap();
    let body = |host: &str| {
        let endpoint = format!("https://{host}/x");
        metadata_with(
            json!({ "issuer": issuer.as_str(), "authorization_endpoint": endpoint, "token_endpoint": endpoint }),
        )
    };
    let answer = |host| receive_from(Discovery::new(&issuer).unwrap(), 200, body(host));
    assert!(answer(issuer.host_str().unwrap()).is_ok());
    assert!(answer("login.example.com").is_ok());
    let error = assert_ended(answer("xn--mnchen-3ya.example"), Kind::InvalidUrl);
    assert_eq!(cause(&error), Some(&ConfigError::AuthorizationEndpoint(UriError::InternationalHost)));
}

#[test]
fn a_server_says_whether_it_must_send_iss() {
    let server = receive(metadata_with(json!({ "authorization_response_iss_parameter_supported": true }))).unwrap();
    assert_eq!(server.into_server().iss_parameter(), Some(IssParameter::Required));
    assert_eq!(receive(metadata().to_string()).unwrap().server().iss_parameter(), Some(IssParameter::Optional));
}

#[test]
fn metadata_may_be_at_a_place_of_its_own() {
    let place = "https://metadata.example.com/tenant?p=policy";
    let discovery = || Discovery::new(ISSUER).unwrap().at(place).unwrap();
    assert_eq!(discovery().request().url, place);
    assert!(receive_from(discovery(), 200, metadata().to_string()).is_ok());
    assert_ended(receive_from(discovery(), 404, ""), Kind::UnexpectedStatus);
    for insecure in ["http://metadata.example.com/", "http://127.0.0.1/"] {
        let error = Discovery::new(ISSUER).unwrap().at(insecure).unwrap_err();
        assert_eq!(error, ConfigError::Insecure("metadata url"));
    }
    let fragment = Discovery::new(ISSUER).unwrap().at("https://metadata.example.com/#x").unwrap_err();
    assert_eq!(fragment, ConfigError::MetadataUrl(UriError::Fragment));
}

#[test]
fn metadata_is_not_shown_whole() {
    let metadata = receive(metadata_with(json!({ "registration_access_token": "canary" }))).unwrap();
    assert!(!format!("{metadata:?}").contains("canary"));
}

#[test]
fn metadata_of_an_https_issuer_is_not_fetched_by_http() {
    let discovery = Discovery::danger_plain_http("https://login.example").unwrap();
    let error = discovery.at("http://login.example/metadata").unwrap_err();
    assert_eq!(error, ConfigError::MixedSchemes("metadata url"));
    let discovery = Discovery::danger_plain_http("http://login.example").unwrap();
    assert!(discovery.at("http://login.example/metadata").is_ok());
}

const OPTIONAL: [&str; 3] = ["pushed_authorization_request_endpoint", "revocation_endpoint", "end_session_endpoint"];

/// The endpoints that a login can do without, in that order.
fn optional_endpoints(metadata: &Metadata) -> [Option<&str>; 3] {
    let server = metadata.server();
    let endpoints = [server.pushed_request_endpoint(), server.revocation_endpoint(), server.end_session_endpoint()];
    endpoints.map(|endpoint| endpoint.map(|endpoint| endpoint.as_str()))
}

#[test]
fn metadata_has_the_endpoints_that_a_login_can_do_without() {
    assert_eq!(optional_endpoints(&receive(metadata().to_string()).unwrap()), [None; 3]);
    let body = metadata_with(json!({
        "pushed_authorization_request_endpoint": PUSH,
        "revocation_endpoint": REVOKE,
        "end_session_endpoint": END_SESSION,
    }));
    let metadata = receive(body).unwrap();
    assert_eq!(optional_endpoints(&metadata), [Some(PUSH), Some(REVOKE), Some(END_SESSION)]);
    assert!(!metadata.server().requires_pushed_requests());
    let client = Client::new(metadata.into_server(), "id", REDIRECT_URI).unwrap();
    assert_eq!(client.login().start_pushed_with_entropy(&ENTROPY).unwrap().request().url, PUSH);
}

/// One that is not acceptable is left out, and costs no login that does not need it.
#[test]
fn an_unusable_optional_endpoint_costs_nothing() {
    for name in OPTIONAL {
        let here = OPTIONAL.iter().position(|other| *other == name).unwrap();
        for value in [
            json!("http://server.example.com/x"),
            json!("https://10.0.0.1/x"),
            json!("https://localhost/x"),
            json!("https://user@server.example.com/x"),
            json!("https://server.example.com/x?client_id=1"),
            json!("javascript:alert(1)"),
            json!(""),
            json!(7),
            json!(["https://server.example.com/x"]),
            json!(null),
        ] {
            let mut changes = json!({
                "pushed_authorization_request_endpoint": PUSH,
                "revocation_endpoint": REVOKE,
                "end_session_endpoint": END_SESSION,
            });
            changes[name] = value.clone();
            let metadata = receive(metadata_with(changes)).unwrap();
            let mut expected = [Some(PUSH), Some(REVOKE), Some(END_SESSION)];
            expected[here] = None;
            assert_eq!(optional_endpoints(&metadata), expected, "{name}: {value}");
            let client = Client::new(metadata.into_server(), "id", REDIRECT_URI).unwrap();
            assert!(client.login().start_with_entropy(&ENTROPY).is_ok());
        }
        // Of two, nobody can say which one is meant.
        let twice = metadata().to_string().replacen('{', &format!("{{{name:?}:{PUSH:?},{name:?}:{PUSH:?},"), 1);
        assert_eq!(optional_endpoints(&receive(twice).unwrap()), [None; 3]);
    }
}

/// The same origin is asked for by name, and holds for each endpoint.
#[test]
fn an_optional_endpoint_of_another_origin_is_left_out_by_name() {
    for name in OPTIONAL {
        let body = metadata_with(json!({ name: "https://other.example/x" }));
        assert_eq!(optional_endpoints(&receive(body.clone()).unwrap()).into_iter().flatten().count(), 1);
        let strict = Discovery::new(ISSUER).unwrap().require_same_origin();
        let metadata = receive_from(strict, 200, body).unwrap();
        assert_eq!(optional_endpoints(&metadata), [None; 3]);
    }
}

/// RFC 9126 §5. It holds without a usable endpoint, too: then no login starts.
#[test]
fn required_pushes_are_required_with_or_without_an_endpoint() {
    for (endpoint, pushes) in
        [(json!(PUSH), true), (json!("http://server.example.com/par"), false), (json!(null), false)]
    {
        let body = metadata_with(json!({
            "require_pushed_authorization_requests": true,
            "pushed_authorization_request_endpoint": endpoint,
        }));
        let server = receive(body).unwrap().into_server();
        let login = Client::new(server, "id", REDIRECT_URI).unwrap().login();
        assert_eq!(login.start_with_entropy(&ENTROPY).unwrap_err(), StartError::PushedRequestRequired);
        let pushing = login.start_pushed_with_entropy(&ENTROPY);
        assert_eq!(pushing.is_ok(), pushes);
        assert!(pushes || pushing.unwrap_err() == StartError::NoPushedRequestEndpoint);
    }
    for says in [json!("true"), json!(1), json!([])] {
        let body = metadata_with(json!({ "require_pushed_authorization_requests": says }));
        assert_ended(receive(body), Kind::Malformed);
    }
    for says in [json!(false), json!(null)] {
        let body = metadata_with(json!({ "require_pushed_authorization_requests": says }));
        assert!(!receive(body).unwrap().server().requires_pushed_requests());
    }
}

#[test]
fn kept_metadata_keeps_what_is_required() {
    let body = metadata_with(json!({
        "require_pushed_authorization_requests": true,
        "pushed_authorization_request_endpoint": PUSH,
    }));
    let metadata = receive(body).unwrap();
    let again = Discovery::new(ISSUER).unwrap().read_kept(metadata.to_json().unwrap(), NOW).unwrap();
    assert_eq!(again.server(), metadata.server());
    assert!(again.server().requires_pushed_requests());
}
