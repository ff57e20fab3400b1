//! Where metadata is asked for after a failure, whose word it is, and what is kept of it.

use crate::scenario::parsed;
use authcode::{
    Discovery, DiscoveryError, DiscoveryErrorKind as Kind, HttpResponse, Metadata, NextStep, UnixTime, limits,
};
use core::time::Duration;
use std::error::Error as _;

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
const ISSUER: &str = "https://login.example";

fn document(issuer: &str) -> String {
    format!(
        r#"{{"issuer":"{issuer}","authorization_endpoint":"https://login.example/authorize",
        "token_endpoint":"https://login.example/token","response_types_supported":["code"],
        "code_challenge_methods_supported":["S256"],"scopes_supported":["openid"]}}"#
    )
}

fn found(discovery: Discovery, body: &str) -> Metadata {
    discovery.receive_response(HttpResponse::new(200, body), NOW).unwrap()
}

/// The state after a refusal, if there is one, and the error.
fn refused(discovery: Discovery, response: HttpResponse) -> (DiscoveryError, Option<Discovery>) {
    let rejected = discovery.receive_response(response, NOW).unwrap_err();
    let error = rejected.error().clone();
    let state = rejected.recover().ok();
    assert_eq!(state.is_none(), error.next_step() == NextStep::StartOver, "{error:?}");
    (error, state)
}

fn at_once() -> NextStep {
    NextStep::Retry { after: Duration::ZERO }
}

#[test]
fn a_failing_place_is_passed_and_its_successor_is_not_kept() {
    let mut discovery = Discovery::new("https://login.example/tenant").unwrap();
    let first = discovery.request().url;
    for _ in 0..2 {
        let (error, next) = refused(discovery, HttpResponse::new(502, ""));
        assert_eq!((error.kind(), error.status(), error.next_step()), (Kind::Unavailable, Some(502), at_once()));
        discovery = next.unwrap();
    }
    assert_ne!(discovery.request().url, first);
    let metadata = found(discovery, &document("https://login.example/tenant"));
    assert_eq!(metadata.to_json(), None);
    assert_eq!(metadata.server().issuer(), Some("https://login.example/tenant"));
}

#[test]
fn when_all_places_fail_the_round_starts_anew_and_ends_one_day() {
    let mut discovery = Discovery::new(ISSUER).unwrap();
    let first = discovery.request().url;
    for round in 1..=limits::MAX_ATTEMPTS {
        let (error, next) = refused(discovery, HttpResponse::new(503, "").with_retry_after(Duration::from_secs(7)));
        assert_eq!(error.next_step(), at_once());
        let (error, next) = refused(next.unwrap(), HttpResponse::new(404, ""));
        assert_eq!((error.kind(), error.status()), (Kind::Unavailable, Some(503)));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        if round == limits::MAX_ATTEMPTS {
            assert_eq!(error.next_step(), NextStep::StartOver);
            return;
        }
        assert_eq!(error.next_step(), NextStep::Retry { after: Duration::from_secs(7) });
        discovery = next.unwrap();
        assert_eq!(discovery.request().url, first);
    }
}

#[test]
fn a_recovered_first_place_is_kept() {
    let (_, next) = refused(Discovery::new(ISSUER).unwrap(), HttpResponse::new(503, ""));
    let (error, next) = refused(next.unwrap(), HttpResponse::new(404, ""));
    assert_eq!(error.next_step(), NextStep::Retry { after: Duration::from_secs(1) });
    assert!(found(next.unwrap(), &document(ISSUER)).to_json().is_some());
}

#[test]
fn an_overloaded_server_or_a_named_place_does_not_fall_through() {
    let named = Discovery::new(ISSUER).unwrap().at("https://login.example/metadata").unwrap();
    for (mut discovery, status) in [(Discovery::new(ISSUER).unwrap(), 429), (named.clone(), 503), (named.clone(), 429)]
    {
        let url = discovery.request().url;
        let mut pauses = Vec::new();
        loop {
            let (error, next) = refused(discovery, HttpResponse::new(status, ""));
            assert_eq!(error.kind(), Kind::Unavailable);
            let NextStep::Retry { after } = error.next_step() else { break };
            pauses.push(after.as_secs());
            discovery = next.unwrap();
            assert_eq!(discovery.request().url, url);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16]);
    }
    let (error, _) = refused(named, HttpResponse::new(404, ""));
    assert_eq!((error.kind(), error.next_step()), (Kind::UnexpectedStatus, NextStep::StartOver));
    let forever = HttpResponse::new(429, "").with_retry_after(Duration::MAX);
    let (error, _) = refused(Discovery::new(ISSUER).unwrap(), forever);
    assert_eq!(error.next_step(), NextStep::Retry { after: Duration::from_secs(limits::MAX_RETRY_AFTER) });
    let zero = HttpResponse::new(429, "").with_retry_after(Duration::ZERO);
    let (error, _) = refused(Discovery::new(ISSUER).unwrap(), zero);
    assert_eq!(error.next_step(), NextStep::Retry { after: Duration::from_secs(1) });
}

#[test]
fn an_issuer_that_is_not_known_before_is_confirmed() {
    let discovery = Discovery::from_metadata_url("https://cdn.example/metadata.json").unwrap();
    let (error, next) = refused(discovery.clone(), HttpResponse::new(200, document(ISSUER)));
    assert_eq!((error.kind(), error.next_step()), (Kind::IssuerUnconfirmed, at_once()));
    assert_eq!(error.received_issuer().unwrap().raw(), ISSUER);
    let confirming = next.unwrap();
    assert_eq!(confirming.request().url, "https://login.example/.well-known/oauth-authorization-server");
    let (error, _) = refused(confirming.clone(), HttpResponse::new(200, document("https://other.example")));
    assert_eq!(error.kind(), Kind::IssuerMismatch);
    let other_token = document(ISSUER).replace("example/token", "example/confirmed");
    let metadata = found(confirming, &other_token);
    assert_eq!(metadata.server().token_endpoint().path(), "/confirmed");

    // At the issuer's own place, there is nothing to confirm.
    let own = Discovery::from_metadata_url("https://login.example/.well-known/openid-configuration").unwrap();
    assert_eq!(found(own, &document(ISSUER)).server().issuer(), Some(ISSUER));
    // By name, without confirmation.
    let metadata = found(discovery.clone().danger_accept_unconfirmed_issuer(), &document(ISSUER));
    assert_eq!(metadata.server().issuer(), Some(ISSUER));
    // A claim does not lead into a private network, or to plain http.
    for issuer in ["https://10.0.0.1", "https://localhost", "http://login.example"] {
        let (error, _) = refused(discovery.clone(), HttpResponse::new(200, document(issuer)));
        assert_eq!(error.next_step(), NextStep::StartOver, "{issuer}");
    }
    // A failure at the trusted URL does not fall through.
    let (error, _) = refused(discovery, HttpResponse::new(404, ""));
    assert_eq!(error.next_step(), NextStep::StartOver);
}

#[test]
fn the_slash_of_a_root_issuer_is_for_looking_up_alone() {
    for (asked, said) in [(ISSUER, "https://login.example/"), ("https://login.example/", ISSUER)] {
        let (error, _) = refused(Discovery::new(asked).unwrap(), HttpResponse::new(200, document(said)));
        assert_eq!((error.kind(), error.received_issuer().unwrap().raw()), (Kind::IssuerMismatch, said));
        assert!(!error.to_string().contains(said) && !format!("{error:?}").contains(said));
        let metadata = found(Discovery::new(asked).unwrap().accept_root_slash_difference(), &document(said));
        assert_eq!(metadata.server().issuer(), Some(said));
    }
    let with_path = Discovery::new("https://login.example/a").unwrap().accept_root_slash_difference();
    assert_eq!(
        refused(with_path, HttpResponse::new(200, document("https://login.example/a/"))).0.kind(),
        Kind::IssuerMismatch
    );
    let (error, _) =
        refused(Discovery::new(ISSUER).unwrap(), HttpResponse::new(200, document("https://x.example/?secret#s")));
    assert_eq!(error.received_issuer().unwrap().raw(), "https://x.example/");
}

#[test]
fn metadata_is_kept_and_read_again_under_the_readers_policies() {
    let metadata = found(Discovery::new(ISSUER).unwrap(), &format!("\u{FEFF}{}", document(ISSUER)));
    assert_eq!(metadata.received_at(), NOW);
    assert_eq!(metadata.member_text("scopes_supported"), Some(r#"["openid"]"#));
    assert_eq!(metadata.member_text("scopes_supported").and_then(parsed::<Vec<String>>).unwrap(), ["openid"]);
    #[cfg(feature = "serde_json")]
    assert_eq!(metadata.member::<Vec<String>>("scopes_supported").unwrap(), ["openid"]);
    assert_eq!(metadata.member_text("absent"), None);
    let kept = metadata.to_json().unwrap();
    let again = Discovery::new(ISSUER).unwrap().read_kept(kept, NOW).unwrap();
    assert_eq!(again.server(), metadata.server());
    assert_eq!(again.to_json(), Some(kept));
    let error = Discovery::new("https://other.example").unwrap().read_kept(kept, NOW).unwrap_err();
    assert_eq!((error.kind(), error.next_step()), (Kind::IssuerMismatch, NextStep::StartOver));
    let moved = kept.replace("https://login.example/token", "https://token.example/");
    assert!(Discovery::new(ISSUER).unwrap().read_kept(&moved, NOW).is_ok());
    let error = Discovery::new(ISSUER).unwrap().require_same_origin().read_kept(&moved, NOW).unwrap_err();
    assert_eq!(error.kind(), Kind::OtherOrigin("token endpoint"));
    let plain = kept.replace("https://login.example/token", "http://login.example/token");
    let error = Discovery::new(ISSUER).unwrap().read_kept(&plain, NOW).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidUrl);
    assert!(error.source().unwrap().to_string().starts_with("token endpoint: not https"));
    assert!(!error.to_string().contains("not https"), "printed once");
}

#[test]
fn capitals_in_hosts_of_metadata_are_accepted_and_the_issuer_stays_as_it_is() {
    let issuer = "https://TEST.corp.example/adfs";
    let discovery = Discovery::new(issuer).unwrap();
    assert_eq!(discovery.request().url, "https://test.corp.example/.well-known/oauth-authorization-server/adfs");
    let body = document(issuer).replace("login.example/authorize", "Login.Example.com/authorize");
    let metadata = found(discovery, &body);
    assert_eq!(metadata.server().issuer(), Some(issuer));
    assert_eq!(metadata.server().authorization_endpoint().as_str(), "https://login.example.com/authorize");
}

#[test]
fn a_member_twice_is_malformed_and_null_is_absent() {
    let kind = |body: &str| refused(Discovery::new(ISSUER).unwrap(), HttpResponse::new(200, body)).0.kind();
    let good = document(ISSUER);
    let with = |more: &str| good.replacen('{', &format!("{{{more},"), 1);
    assert_eq!(kind(&with(r#""token_endpoint":"https://login.example/token""#)), Kind::Malformed);
    assert_eq!(kind(&with(r#""grant_types_supported":"authorization_code""#)), Kind::Malformed);
    assert_eq!(kind(&with(r#""authorization_response_iss_parameter_supported":"true""#)), Kind::Malformed);
    assert_eq!(kind(&with(r#""grant_types_supported":["implicit"]"#)), Kind::NoCodeFlow);
    assert_eq!(kind("<html>"), Kind::NotMetadata);
    assert_eq!(kind(good.strip_suffix('}').unwrap()), Kind::NotMetadata);
    let _ = found(Discovery::new(ISSUER).unwrap(), &with(r#""grant_types_supported":null,"other":1,"other":2"#));
}

/// Kept under the issuer that it claims, it would be read as that issuer's own.
#[test]
fn metadata_whose_issuer_is_unconfirmed_is_not_kept() {
    let document = r#"{"issuer":"https://honest.example","authorization_endpoint":"https://honest.example/a",
        "token_endpoint":"https://evil.example/t","code_challenge_methods_supported":["S256"]}"#;
    let discovery = Discovery::from_metadata_url("https://evil.example/m").unwrap().danger_accept_unconfirmed_issuer();
    let metadata = discovery.receive_response(HttpResponse::new(200, document), NOW).unwrap();
    assert_eq!(metadata.to_json(), None);
}
