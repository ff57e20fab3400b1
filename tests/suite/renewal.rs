//! Renewing a token: rotation, a kept refresh token, a narrower scope, giving up.

use authcode::{GrantedScope, HttpResponse, ParameterError, Renewal, Scope, ScopeError, UnixTime};

use crate::scenario::*;

const LATER: UnixTime = UnixTime::from_secs(1_700_003_600);

fn renewed(body: &str) -> authcode::Authorized {
    refreshing().receive_token_response(HttpResponse::new(200, body), LATER).unwrap()
}

#[test]
// rows 40, 90
fn a_new_refresh_token_takes_the_place_of_the_old_one() {
    let renewed = renewed(r#"{"access_token":"at-2","token_type":"Bearer","expiry":60,"refresh_token":"rt-2"}"#);
    assert_eq!(renewed.access_token().expose(), "at-2");
    assert_eq!(renewed.refresh_token().unwrap().expose(), "rt-2");
    assert_eq!(renewed.received_at(), LATER);
    assert_eq!(renewed.expires_at(), Some(UnixTime::from_secs(1_700_003_660)));
}

#[test]
// rows 40
fn without_a_new_refresh_token_the_old_one_is_kept() {
    for member in ["", r#","refresh_token":null"#, r#","refresh_token":"""#, r#","refresh_token":7"#] {
        let renewed = renewed(&format!(r#"{{"access_token":"at-2","token_type":"Bearer"{member}}}"#));
        assert_eq!(renewed.refresh_token().unwrap().expose(), "rt-1", "{member}");
    }
}

#[test]
fn a_login_can_be_refreshed_again_and_again() {
    let mut authorized = authorized();
    for round in 2..10 {
        let Renewal::Refresh(refreshing) = authorized.renew() else { panic!("there is a refresh token") };
        let sent = value_of(&pairs(refreshing.token_request().body.expose()), "refresh_token").unwrap();
        assert_eq!(sent, format!("rt-{}", round - 1));
        let body = format!(r#"{{"access_token":"at-{round}","token_type":"Bearer","refresh_token":"rt-{round}"}}"#);
        authorized = refreshing.receive_token_response(HttpResponse::new(200, body), LATER).unwrap();
        assert_eq!(authorized.access_token().expose(), format!("at-{round}"));
    }
}

/// All of the characters that a refresh token may have (RFC 6749 appendix A.17), escaped in JSON or not.
#[test]
fn hostile_characters_in_a_refresh_token_come_back_as_they_were() {
    let token: String = (0x20..=0x7E_u8).map(char::from).collect();
    let escaped: String = token.bytes().map(|byte| format!("\\u{byte:04X}")).collect();
    for value in [serde_json::to_string(&token).unwrap(), format!("\"{escaped}\"")] {
        let body = format!(r#"{{"access_token":{value},"refresh_token":{value}}}"#);
        let authorized = code_received().receive_token_response(HttpResponse::new(200, body), NOW).unwrap();
        assert_eq!(authorized.access_token().expose(), token);
        let Renewal::Refresh(refreshing) = authorized.renew() else { panic!("there is a refresh token") };
        let request = refreshing.token_request();
        assert!(request.body.expose().bytes().all(|byte| matches!(byte, 0x21..=0x7E)));
        assert_eq!(value_of(&pairs(request.body.expose()), "refresh_token").unwrap(), token);
    }
}

#[test]
// rows 39
fn the_scope_can_be_narrowed() {
    let mut refreshing = refreshing();
    refreshing.narrow_scope("openid").unwrap();
    assert_eq!(
        refreshing.token_request().body.expose(),
        "grant_type=refresh_token&client_id=s6BhdRkqt3&refresh_token=rt-1&scope=openid"
    );
}

#[test]
// rows 39
fn the_scope_cannot_be_widened() {
    let mut refreshing = refreshing();
    let wider = ParameterError::Scope(ScopeError::Wider);
    assert_eq!(refreshing.narrow_scope("openid admin").unwrap_err(), wider);
    // Nothing is changed by it.
    assert!(!refreshing.token_request().body.expose().contains("scope"));
    refreshing.narrow_scope("openid").unwrap();
    assert_eq!(refreshing.narrow_scope("admin").unwrap_err(), wider);
    assert!(refreshing.token_request().body.expose().ends_with("&scope=openid"));
}

fn granted(authorized: &authcode::Authorized) -> Option<&str> {
    match authorized.granted_scope() {
        GrantedScope::Stated(scope) => Some(scope.as_str()),
        GrantedScope::Unstated => None,
    }
}

/// RFC 6749 §6: without a word, the scope is what the refresh asked for. It never grows to what was not granted.
#[test]
fn a_refresh_without_a_scope_keeps_what_was_granted() {
    let body = r#"{"access_token":"a","refresh_token":"r","scope":"read"}"#;
    let code = Scenario { scope: "read write admin", ..Scenario::default() }.to_code_received();
    let mut authorized = code.receive_token_response(HttpResponse::new(200, body), NOW).unwrap();
    for _ in 0..3 {
        let Renewal::Refresh(mut refreshing) = authorized.renew() else { panic!("there is a refresh token") };
        assert_eq!(refreshing.narrow_scope("admin").unwrap_err(), ParameterError::Scope(ScopeError::Wider));
        let response = HttpResponse::new(200, r#"{"access_token":"a"}"#);
        authorized = refreshing.receive_token_response(response, LATER).unwrap();
        assert_eq!(granted(&authorized), Some("read"));
    }
}

#[test]
fn a_narrowed_refresh_can_be_followed_by_a_whole_one() {
    for body in [r#"{"access_token":"a"}"#, r#"{"access_token":"a","scope":"openid"}"#] {
        let mut narrowed = refreshing();
        narrowed.narrow_scope("openid").unwrap();
        let token = narrowed.receive_token_response(HttpResponse::new(200, body), LATER).unwrap();
        assert_eq!(granted(&token), Some("openid"));
        // The stored form knows the first scope, too.
        let stored = serde_json::to_string(&token.suspend()).unwrap();
        let token: authcode::Authorized = serde_json::from_str::<authcode::Suspended>(&stored)
            .unwrap()
            .resume(&Scenario::default().client())
            .unwrap();
        assert_eq!(granted(&token), Some("openid"));
        let Renewal::Refresh(mut whole) = token.renew() else { panic!("there is a refresh token") };
        assert!(whole.narrow_scope("offline_access").is_ok());
        let whole = whole.cancel().renew();
        let Renewal::Refresh(whole) = whole else { panic!("there is a refresh token") };
        let response = HttpResponse::new(200, r#"{"access_token":"b"}"#);
        let token = whole.receive_token_response(response, LATER).unwrap();
        assert_eq!(granted(&token), Some("openid offline_access"));
    }
}

#[test]
fn a_scope_that_nobody_stated_stays_unstated() {
    let body = r#"{"access_token":"a","refresh_token":"r"}"#;
    let authorized = code_received().receive_token_response(HttpResponse::new(200, body), NOW).unwrap();
    let Renewal::Refresh(mut refreshing) = authorized.renew() else { panic!("there is a refresh token") };
    refreshing.narrow_scope("openid").unwrap();
    let token = refreshing.receive_token_response(HttpResponse::new(200, body), LATER).unwrap();
    assert_eq!(granted(&token), None);
}

/// What was asked for is what was granted, whatever a later refresh says of itself.
#[test]
fn a_grant_that_nobody_stated_is_not_what_a_refresh_states() {
    let body = r#"{"access_token":"a","refresh_token":"r"}"#;
    let authorized = code_received().receive_token_response(HttpResponse::new(200, body), NOW).unwrap();
    let Renewal::Refresh(refreshing) = authorized.renew() else { panic!("there is a refresh token") };
    let response = HttpResponse::new(200, r#"{"access_token":"a","scope":"openid"}"#);
    let token = refreshing.receive_token_response(response, LATER).unwrap();
    let stored = serde_json::to_string(&token.suspend()).unwrap();
    let again: authcode::Suspended = serde_json::from_str(&stored).unwrap();
    for token in [token, again.resume(&Scenario::default().client()).unwrap()] {
        assert_eq!(granted(&token), Some("openid"));
        let Renewal::Refresh(mut refreshing) = token.renew() else { panic!("there is a refresh token") };
        assert!(refreshing.narrow_scope("offline_access").is_ok());
        assert!(refreshing.narrow_scope("admin").is_err());
    }
}

/// What was asked for stands in for what was granted, where the server does not say.
#[test]
fn the_scope_is_measured_on_what_was_asked_for_if_none_is_stated() {
    let body = r#"{"access_token":"a","refresh_token":"r"}"#;
    let authorized = code_received().receive_token_response(HttpResponse::new(200, body), NOW).unwrap();
    assert_eq!(authorized.granted_scope(), &GrantedScope::Unstated);
    let Renewal::Refresh(mut refreshing) = authorized.renew() else { panic!("there is a refresh token") };
    assert!(refreshing.narrow_scope("offline_access").is_ok());
    assert!(refreshing.narrow_scope("admin").is_err());
}

#[test]
fn a_refresh_takes_parameters_of_its_own() {
    let mut refreshing = refreshing();
    refreshing.add_param("resource", "https://cal.example.com/").unwrap();
    assert!(refreshing.token_request().body.expose().ends_with("&resource=https%3A%2F%2Fcal.example.com%2F"));
    refreshing.add_param("audience", "a").unwrap();
    assert!(refreshing.token_request().body.expose().ends_with("&audience=a"));
    let stored = serde_json::to_string(&refreshing.suspend()).unwrap();
    let resumed: authcode::Suspended = serde_json::from_str(&stored).unwrap();
    let refreshing: authcode::Refreshing = resumed.resume(&Scenario::default().client()).unwrap();
    assert!(refreshing.token_request().body.expose().ends_with("&audience=a"));
    // They were for this refresh alone.
    let renewed = refreshing.receive_token_response(HttpResponse::new(200, SUCCESS), LATER).unwrap();
    let Renewal::Refresh(again) = renewed.renew() else { panic!("there is a refresh token") };
    assert!(!again.token_request().body.expose().contains("resource"));
}

#[test]
fn the_old_token_works_until_the_new_one_has_come() {
    let refreshing = refreshing();
    assert_eq!(refreshing.authorized().bearer().unwrap().expose(), "Bearer at-1");
    let authorized = refreshing.cancel();
    assert_eq!(authorized.access_token().expose(), "at-1");
    assert_eq!(authorized.refresh_token().unwrap().expose(), "rt-1");
    assert_eq!(authorized.expires_at(), Some(LATER));
}

#[test]
fn a_new_login_must_name_its_own_port() {
    let scenario = Scenario { redirect_uri: "http://127.0.0.1/cb", ..Scenario::default() };
    let pending = scenario.to_unstarted().loopback_port(51004).unwrap().start_with_entropy(&ENTROPY).unwrap();
    let code = pending.receive_redirect(&format!("http://127.0.0.1:51004/cb?{}", answer())).unwrap();
    let response = HttpResponse::new(200, r#"{"access_token":"a"}"#);
    let Renewal::Reauthorize(unstarted) = code.receive_token_response(response, NOW).unwrap().renew() else {
        panic!("there is no refresh token")
    };
    let url = unstarted.start_with_entropy(&ENTROPY).unwrap().authorization_url();
    assert_eq!(value_of(&query_pairs(&url), "redirect_uri").unwrap(), "http://127.0.0.1/cb");
}

#[test]
fn a_refresh_says_whether_the_refresh_token_has_changed() {
    assert_eq!(authorized().refreshed(), None);
    for (member, rotated) in [
        (r#","refresh_token":"rt-2""#, true),
        (r#","refresh_token":"rt-1""#, false),
        ("", false),
        (r#","refresh_token":null"#, false),
    ] {
        let renewed = renewed(&format!(r#"{{"access_token":"at-2"{member}}}"#));
        assert_eq!(renewed.refreshed().unwrap().rotated, rotated, "{member}");
        assert_eq!(renewed.refresh_token().unwrap().expose(), if rotated { "rt-2" } else { "rt-1" });
    }
}

#[test]
fn a_refresh_says_how_the_scope_has_changed() {
    let scope = |text: &str| text.parse::<Scope>().unwrap();
    let renewed = renewed(r#"{"access_token":"at-2","scope":"openid email"}"#);
    let GrantedScope::Stated(before) = &renewed.refreshed().unwrap().scope_before else { panic!("it was stated") };
    let GrantedScope::Stated(now) = renewed.granted_scope() else { panic!("it is stated") };
    assert_eq!((before.difference(now), now.difference(before)), (scope("offline_access"), scope("email")));
    assert_eq!(renewed.requested_scope(), &scope("openid offline_access"));
    assert!(before.difference(before).is_empty());
}
