//! Refreshing a login in place: rotation, scope, several refreshes at once, other credentials, and what a stored form is
//! to be replaced after.

use authcode::limits::MAX_FOREIGN_REFUSALS;
use authcode::{
    Authorized, Client, ClientAuth, ConfigError, Dialect, GrantedScope, HttpResponse, IssParameter, Lifetime, NextStep,
    ParameterError, Redirect, RefreshOptions, Refreshed, Renewal, Scope, ScopeError, Server, Suspended, TokenErrorKind,
    UnixTime, UnusableToken,
};
use core::time::Duration;

use crate::scenario::*;

const LATER: UnixTime = UnixTime::from_secs(1_700_003_600);

/// Refreshes the login with this response.
#[track_caller]
fn renew(login: &mut Authorized, body: &str) -> Refreshed {
    refresh_of(login).receive_response(login, HttpResponse::new(200, body), LATER).unwrap()
}

fn renewed(body: &str) -> Authorized {
    let mut login = authorized();
    let _ = renew(&mut login, body);
    login
}

/// A login whose token response was this one.
fn logged_in(body: &str) -> Authorized {
    code_received().receive_response(HttpResponse::new(200, body), NOW).unwrap()
}

fn dead() -> HttpResponse {
    HttpResponse::new(400, r#"{"error":"invalid_grant"}"#)
}

fn held(login: &Authorized) -> Option<&str> {
    login.tokens().refresh_token().map(|token| token.expose())
}

fn resumed(login: &Authorized) -> Authorized {
    let stored = Suspended::from_json(login.suspend().to_json().expose()).unwrap();
    Authorized::resume(stored, &Scenario::default().client()).unwrap()
}

/// The body of a refresh with these options.
fn body_of(login: &Authorized, options: &RefreshOptions) -> String {
    match login.renewal_with(options).unwrap() {
        Renewal::Refresh(refresh) => refresh.request().body.expose().to_owned(),
        Renewal::Reauthorize(_) => panic!("there is a refresh token"),
    }
}

#[test]
// rows 40, 90
fn a_new_refresh_token_replaces_the_old_one() {
    let login = renewed(r#"{"access_token":"at-2","token_type":"Bearer","expiry":60,"refresh_token":"rt-2"}"#);
    assert_eq!(login.tokens().access_token().expose(), "at-2");
    assert_eq!(held(&login), Some("rt-2"));
    assert_eq!(login.tokens().received_at(), LATER);
    assert_eq!(login.tokens().expires_at(), Some(UnixTime::from_secs(1_700_003_660)));
}

#[test]
// rows 40
fn without_a_new_refresh_token_the_old_one_is_kept() {
    for member in ["", r#","refresh_token":null"#, r#","refresh_token":"""#, r#","refresh_token":7"#] {
        let login = renewed(&format!(r#"{{"access_token":"at-2","token_type":"Bearer"{member}}}"#));
        assert_eq!(held(&login), Some("rt-1"), "{member}");
    }
}

#[test]
fn a_login_can_be_refreshed_again_and_again() {
    let mut login = authorized();
    for round in 2..10 {
        let refresh = refresh_of(&login);
        let sent = value_of(&pairs(refresh.request().body.expose()), "refresh_token").unwrap();
        assert_eq!(sent, format!("rt-{}", round - 1));
        let body = format!(r#"{{"access_token":"at-{round}","token_type":"Bearer","refresh_token":"rt-{round}"}}"#);
        refresh.receive_response(&mut login, HttpResponse::new(200, body), LATER).unwrap();
        assert_eq!(login.tokens().access_token().expose(), format!("at-{round}"));
    }
}

/// All of the characters that a refresh token may have (RFC 6749 appendix A.17), escaped in JSON or not.
#[test]
fn hostile_characters_in_a_refresh_token_are_sent_as_they_were() {
    let token: String = (0x20..=0x7E_u8).map(char::from).collect();
    let escaped: String = token.bytes().map(|byte| format!("\\u{byte:04X}")).collect();
    for value in [serde_json::to_string(&token).unwrap(), format!("\"{escaped}\"")] {
        let login = logged_in(&format!(r#"{{"access_token":{value},"refresh_token":{value}}}"#));
        assert_eq!(login.tokens().access_token().expose(), token);
        let request = refresh_of(&login).request();
        assert!(request.body.expose().bytes().all(|byte| matches!(byte, 0x21..=0x7E)));
        assert_eq!(value_of(&pairs(request.body.expose()), "refresh_token").unwrap(), token);
    }
}

// Options of one refresh.

#[test]
// rows 39
fn the_scope_can_be_narrowed() {
    let mut options = RefreshOptions::default();
    options.narrow_scope("openid").unwrap();
    assert_eq!(
        body_of(&authorized(), &options),
        "grant_type=refresh_token&client_id=s6BhdRkqt3&refresh_token=rt-1&scope=openid"
    );
}

#[test]
// rows 39
fn the_scope_cannot_be_widened() {
    let login = authorized();
    let wider = ParameterError::Scope(ScopeError::Wider);
    for scope in ["openid admin", "admin"] {
        let mut options = RefreshOptions::default();
        options.narrow_scope(scope).unwrap();
        assert_eq!(login.renewal_with(&options).unwrap_err(), wider);
    }
    // The login is unchanged.
    assert!(!refresh_of(&login).request().body.expose().contains("scope"));
}

fn granted(login: &Authorized) -> Option<&str> {
    match login.tokens().granted_scope() {
        GrantedScope::Stated(scope) => Some(scope.as_str()),
        GrantedScope::Unstated | GrantedScope::Unreadable => None,
    }
}

fn may_ask_for(login: &Authorized, scope: &str) -> bool {
    let mut options = RefreshOptions::default();
    login.renewal_with(options.narrow_scope(scope).unwrap()).is_ok()
}

/// RFC 6749 §6: a response without a scope means the one that the refresh asked for. It never grows beyond the grant.
#[test]
fn a_refresh_without_a_scope_keeps_what_was_granted() {
    let body = r#"{"access_token":"a","refresh_token":"r","scope":"read"}"#;
    let code = Scenario { scope: "read write admin", ..Scenario::default() }.to_code_received();
    let mut login = code.receive_response(HttpResponse::new(200, body), NOW).unwrap();
    for _ in 0..3 {
        assert!(!may_ask_for(&login, "admin"));
        let _ = renew(&mut login, r#"{"access_token":"a"}"#);
        assert_eq!(granted(&login), Some("read"));
    }
}

#[test]
fn a_narrowed_refresh_can_be_followed_by_a_whole_one() {
    for body in [r#"{"access_token":"a"}"#, r#"{"access_token":"a","scope":"openid"}"#] {
        let mut login = authorized();
        let mut options = RefreshOptions::default();
        let Renewal::Refresh(narrowed) = login.renewal_with(options.narrow_scope("openid").unwrap()).unwrap() else {
            panic!("there is a refresh token")
        };
        narrowed.receive_response(&mut login, HttpResponse::new(200, body), LATER).unwrap();
        assert_eq!(granted(&login), Some("openid"));
        // The stored form has the first scope, too.
        let mut login = resumed(&login);
        assert_eq!(granted(&login), Some("openid"));
        assert!(may_ask_for(&login, "offline_access"));
        let _ = renew(&mut login, r#"{"access_token":"b"}"#);
        assert_eq!(granted(&login), Some("openid offline_access"));
    }
}

/// Without a scope in the response, it is the one that the refresh asked for (RFC 6749 §6). For a whole refresh that is
/// the grant, which stays unstated.
#[test]
fn a_scope_that_the_server_never_stated_stays_unstated() {
    let mut login = logged_in(r#"{"access_token":"a","refresh_token":"r"}"#);
    let _ = renew(&mut login, r#"{"access_token":"a"}"#);
    assert_eq!(login.tokens().granted_scope(), &GrantedScope::Unstated);
    let mut options = RefreshOptions::default();
    let Renewal::Refresh(narrowed) = login.renewal_with(options.narrow_scope("openid").unwrap()).unwrap() else {
        panic!("there is a refresh token")
    };
    narrowed.receive_response(&mut login, HttpResponse::new(200, r#"{"access_token":"a"}"#), LATER).unwrap();
    assert_eq!(granted(&login), Some("openid"));
    for login in [resumed(&login), login] {
        assert!(may_ask_for(&login, "offline_access"));
    }
}

/// A refresh does not change what was granted at first, even if that was not stated.
#[test]
fn the_scope_of_a_refresh_is_not_the_grant() {
    let mut login = logged_in(r#"{"access_token":"a","refresh_token":"r"}"#);
    let _ = renew(&mut login, r#"{"access_token":"a","scope":"openid"}"#);
    let stored = resumed(&login);
    for login in [login, stored] {
        assert_eq!(granted(&login), Some("openid"));
        assert!(may_ask_for(&login, "offline_access"));
        assert!(!may_ask_for(&login, "admin"));
    }
}

/// The requested scope stands in for the granted one, if the server does not state it.
#[test]
fn a_scope_may_be_narrowed_to_the_requested_one_if_none_is_stated() {
    let login = logged_in(r#"{"access_token":"a","refresh_token":"r"}"#);
    assert_eq!(login.tokens().granted_scope(), &GrantedScope::Unstated);
    assert!(may_ask_for(&login, "offline_access"));
    assert!(!may_ask_for(&login, "admin"));
}

#[test]
fn a_refresh_takes_parameters_of_its_own() {
    let mut login = authorized();
    let mut options = RefreshOptions::default();
    options.resource("https://cal.example.com/").unwrap().audience("a").unwrap().param("tenant", "acme").unwrap();
    assert_eq!(
        body_of(&login, &options),
        "grant_type=refresh_token&client_id=s6BhdRkqt3&refresh_token=rt-1&audience=a\
         &resource=https%3A%2F%2Fcal.example.com%2F&tenant=acme"
    );
    // They are for one refresh only.
    assert!(!refresh_of(&login).request().body.expose().contains("tenant"));
    let _ = renew(&mut login, SUCCESS);
    assert!(!refresh_of(&login).request().body.expose().contains("resource"));
    // A driver that tries again sends them again.
    let Renewal::Refresh(refresh) = login.renewal_with(&options).unwrap() else { panic!("there is a refresh token") };
    let first = refresh.request().body.expose().to_owned();
    let (_, again) = recovered(refresh.on(&mut login).receive_response(HttpResponse::new(503, ""), NOW).unwrap_err());
    assert_eq!(again.unwrap().request().body.expose(), first);
}

#[test]
fn an_option_that_is_not_accepted_changes_nothing() {
    let mut options = RefreshOptions::default();
    assert_eq!(options.audience("").unwrap_err(), ParameterError::EmptyValue("audience".into()));
    assert_eq!(options.resource("/relative").unwrap_err(), ParameterError::Resource);
    assert_eq!(options.param("tenant", "").unwrap_err(), ParameterError::EmptyValue("tenant".into()));
    assert!(options.narrow_scope("a\"b").is_err());
    assert_eq!(body_of(&authorized(), &options), refresh().0.request().body.expose());
    // Which names the protocol sends is known by the login.
    for name in ["grant_type", "refresh_token", "client_secret", "Refresh_Token"] {
        let mut options = RefreshOptions::default();
        let refused = options.param(name, "x").and_then(|options| authorized().renewal_with(options));
        assert!(matches!(refused, Err(ParameterError::Reserved(_))), "{name}");
    }
}

// In place.

#[test]
fn the_old_token_works_until_the_new_one_has_come() {
    let (refresh, login) = refresh();
    let _ = refresh.request();
    assert_eq!(login.bearer().unwrap().expose(), "Bearer at-1");
    // A refresh that is never sent, or whose response never comes, changes nothing.
    drop(refresh);
    assert_eq!(login.tokens().access_token().expose(), "at-1");
    assert_eq!(held(&login), Some("rt-1"));
    assert_eq!(login.tokens().expires_at(), Some(LATER));
    assert_eq!(login.revision(), 0);
}

#[test]
fn a_new_login_must_name_its_own_port() {
    let scenario = Scenario { redirect_uri: "http://127.0.0.1/cb", ..Scenario::default() };
    let pending = scenario.to_unstarted().loopback_port(51004).unwrap().start_with_entropy(&ENTROPY).unwrap();
    let code = pending.receive_redirect(&format!("http://127.0.0.1:51004/cb?{}", answer())).unwrap();
    let response = HttpResponse::new(200, r#"{"access_token":"a"}"#);
    let Renewal::Reauthorize(login) = code.receive_response(response, NOW).unwrap().renewal() else {
        panic!("there is no refresh token")
    };
    let url = login.start_with_entropy(&ENTROPY).unwrap().authorization_url();
    assert_eq!(value_of(&query_pairs(&url), "redirect_uri").unwrap(), "http://127.0.0.1/cb");
}

#[test]
fn a_login_can_be_repeated_although_it_has_a_refresh_token() {
    let login = authorized();
    let again = login.reauthorize().start_with_entropy(&ENTROPY).unwrap();
    assert_eq!(again.authorization_url(), awaiting_redirect().authorization_url());
    assert_eq!(login.bearer().unwrap().expose(), "Bearer at-1");
}

#[test]
fn a_refresh_says_whether_the_refresh_token_has_changed() {
    for (member, rotated) in [
        (r#","refresh_token":"rt-2""#, true),
        (r#","refresh_token":"rt-1""#, false),
        ("", false),
        (r#","refresh_token":null"#, false),
    ] {
        let mut login = authorized();
        let refreshed = renew(&mut login, &format!(r#"{{"access_token":"at-2"{member}}}"#));
        assert_eq!((refreshed.rotated, refreshed.superseded), (rotated, false), "{member}");
        assert_eq!(held(&login), Some(if rotated { "rt-2" } else { "rt-1" }));
    }
}

#[test]
fn a_refresh_says_how_the_scope_has_changed() {
    let scope = |text: &str| text.parse::<Scope>().unwrap();
    let mut login = authorized();
    let refreshed = renew(&mut login, r#"{"access_token":"at-2","scope":"openid email"}"#);
    let GrantedScope::Stated(before) = &refreshed.scope_before else { panic!("it was stated") };
    let GrantedScope::Stated(now) = login.tokens().granted_scope() else { panic!("it is stated") };
    assert_eq!((before.difference(now), now.difference(before)), (scope("offline_access"), scope("email")));
    assert_eq!(login.requested_scope(), &scope("openid offline_access"));
    assert!(before.difference(before).is_empty());
}

#[test]
fn a_new_refresh_token_without_a_usable_access_token_is_adopted() {
    for body in [
        r#"{"access_token":7,"refresh_token":"rt-2"}"#,
        r#"{"refresh_token":"rt-2"}"#,
        r#"{"access_token":"a","access_token":"b","refresh_token":"rt-2"}"#,
    ] {
        let (refresh, mut login) = refresh();
        let error = refresh.receive_response(&mut login, HttpResponse::new(200, body), LATER).unwrap_err();
        assert!(matches!(error.kind(), TokenErrorKind::Unusable(_)));
        assert_eq!(error.next_step(), NextStep::Retry { after: Duration::from_secs(1) });
        assert_eq!(error.body(), None);
        assert_eq!(login.bearer().unwrap().expose(), "Bearer at-1");
        assert_eq!((held(&login), login.revision()), (Some("rt-2"), 1));
        assert_eq!(held(&resumed(&login)), Some("rt-2"));
        // The next try sends the new one.
        let next = refresh_of(&login);
        assert!(next.request().body.expose().ends_with("&refresh_token=rt-2"));
        assert!(next.receive_response(&mut login, HttpResponse::new(200, SUCCESS), LATER).is_ok());
    }
    // One that is not usable, or that repeats, is not adopted.
    for body in [
        r#"{"refresh_token":"a\nb"}"#,
        r#"{"refresh_token":"rt-2","refresh_token":"rt-3"}"#,
        r#"{"refresh_token":"rt-1"}"#,
    ] {
        let (refresh, mut login) = refresh();
        let _ = refresh.receive_response(&mut login, HttpResponse::new(200, body), LATER).unwrap_err();
        assert_eq!(held(&login), Some("rt-1"), "{body}");
    }
    // An error of OAuth is not a success.
    let (refresh, mut login) = refresh();
    let body = r#"{"error":"invalid_scope","refresh_token":"rt-2"}"#;
    let _ = refresh.receive_response(&mut login, HttpResponse::new(400, body), LATER).unwrap_err();
    assert_eq!(held(&login), Some("rt-1"));
}

// Two refreshes of one login.

/// The responses to two refreshes that both sent `rt-1`.
const FIRST: &str = r#"{"access_token":"at-2","refresh_token":"rt-2"}"#;
const SECOND: &str = r#"{"access_token":"at-3","refresh_token":"rt-3"}"#;

#[test]
fn a_late_success_does_not_replace_the_newer_token() {
    let mut login = authorized();
    let (first, second) = (refresh_of(&login), refresh_of(&login));
    assert!(!first.receive_response(&mut login, HttpResponse::new(200, FIRST), LATER).unwrap().superseded);
    let refreshed = second.receive_response(&mut login, HttpResponse::new(200, SECOND), LATER).unwrap();
    assert_eq!((refreshed.rotated, refreshed.superseded), (false, true));
    assert_eq!(login.tokens().access_token().expose(), "at-2");
    assert_eq!((held(&login), login.revision()), (Some("rt-2"), 1));
}

#[test]
fn a_late_refusal_does_not_end_the_newer_token() {
    for (status, body) in [(400, r#"{"error":"invalid_grant"}"#), (503, ""), (302, ""), (200, "{}"), (403, "")] {
        let mut login = authorized();
        let (first, second) = (refresh_of(&login), refresh_of(&login));
        first.receive_response(&mut login, HttpResponse::new(200, FIRST), LATER).unwrap();
        let rejected = second.on(&mut login).receive_response(HttpResponse::new(status, body), LATER).unwrap_err();
        let (error, again) = recovered(rejected);
        assert_eq!((error.status(), error.next_step()), (status, NextStep::Wait));
        assert!(again.unwrap().request().body.expose().ends_with("&refresh_token=rt-2"));
        assert_eq!((held(&login), login.revision()), (Some("rt-2"), 1));
    }
}

/// The server has kept the newer one of two refresh tokens, and the login the one that came first.
#[test]
fn the_refresh_token_of_a_late_response_is_tried_once() {
    let mut login = authorized();
    let (first, second) = (refresh_of(&login), refresh_of(&login));
    first.receive_response(&mut login, HttpResponse::new(200, FIRST), LATER).unwrap();
    second.receive_response(&mut login, HttpResponse::new(200, SECOND), LATER).unwrap();
    // It is in memory only.
    assert!(!login.suspend().to_json().expose().contains("rt-3"));

    let refresh = refresh_of(&login);
    assert!(refresh.request().body.expose().ends_with("&refresh_token=rt-2"));
    let (error, again) = recovered(refresh.on(&mut login).receive_response(dead(), LATER).unwrap_err());
    assert_eq!(error.next_step(), NextStep::Retry { after: Duration::ZERO });
    let again = again.unwrap();
    assert!(again.request().body.expose().ends_with("&refresh_token=rt-3"));
    let (error, again) = recovered(again.receive_response(dead(), LATER).unwrap_err());
    assert_eq!((error.next_step(), again.is_none()), (NextStep::StartOver, true));
    assert_eq!((held(&login), login.revision()), (None, 3));
    assert_eq!(login.tokens().access_token().expose(), "at-2");
}

#[test]
fn the_refresh_token_of_a_late_response_can_save_the_login() {
    let mut login = authorized();
    let (first, second) = (refresh_of(&login), refresh_of(&login));
    first.receive_response(&mut login, HttpResponse::new(200, FIRST), LATER).unwrap();
    second.receive_response(&mut login, HttpResponse::new(200, SECOND), LATER).unwrap();
    let _ = refresh_of(&login).receive_response(&mut login, dead(), LATER).unwrap_err();
    let refreshed = renew(&mut login, r#"{"access_token":"at-4","refresh_token":"rt-4"}"#);
    assert!(refreshed.rotated);
    assert_eq!(held(&login), Some("rt-4"));
}

/// The refusals of the old refresh token say nothing about the new one.
#[test]
fn a_new_refresh_token_resets_the_count_of_foreign_refusals() {
    let mut login = authorized();
    let (first, second) = (refresh_of(&login), refresh_of(&login));
    first.receive_response(&mut login, HttpResponse::new(200, FIRST), LATER).unwrap();
    second.receive_response(&mut login, HttpResponse::new(200, SECOND), LATER).unwrap();
    for response in [dead(), HttpResponse::new(200, r#"{"refresh_token":"rt-4"}"#)] {
        for _ in 1..MAX_FOREIGN_REFUSALS {
            let refused = HttpResponse::new(403, "");
            let error = refresh_of(&login).receive_response(&mut login, refused, LATER).unwrap_err();
            assert_eq!(error.next_step(), NextStep::Wait);
        }
        let error = refresh_of(&login).receive_response(&mut login, response, LATER).unwrap_err();
        assert!(matches!(error.next_step(), NextStep::Retry { .. }));
    }
    let error = refresh_of(&login).receive_response(&mut login, HttpResponse::new(403, ""), LATER).unwrap_err();
    assert_eq!((error.next_step(), held(&login)), (NextStep::Wait, Some("rt-4")));
}

/// A server with a grace period repeats its response. The same token is not tried twice.
#[test]
fn a_late_response_with_the_token_that_is_held_leaves_nothing_to_try() {
    let mut login = authorized();
    let (first, second) = (refresh_of(&login), refresh_of(&login));
    first.receive_response(&mut login, HttpResponse::new(200, FIRST), LATER).unwrap();
    assert!(second.receive_response(&mut login, HttpResponse::new(200, FIRST), LATER).unwrap().superseded);
    let error = refresh_of(&login).receive_response(&mut login, dead(), LATER).unwrap_err();
    assert_eq!((error.next_step(), held(&login)), (NextStep::StartOver, None));
}

/// A refusal that was overtaken by its own success: the token is not dead.
#[test]
fn a_success_for_the_token_that_was_called_dead_is_adopted() {
    for (body, rotated, now_held) in [(FIRST, true, "rt-2"), (r#"{"access_token":"at-2"}"#, false, "rt-1")] {
        let mut login = authorized();
        let (first, second) = (refresh_of(&login), refresh_of(&login));
        let error = first.receive_response(&mut login, dead(), LATER).unwrap_err();
        assert_eq!((error.next_step(), held(&login)), (NextStep::StartOver, None));
        let refreshed = second.receive_response(&mut login, HttpResponse::new(200, body), LATER).unwrap();
        assert_eq!((refreshed.rotated, refreshed.superseded), (rotated, false));
        assert_eq!(login.tokens().access_token().expose(), "at-2");
        assert_eq!((held(&login), login.revision()), (Some(now_held), 2));
    }
}

/// A server that does not rotate: both responses are for the token that is held, and the last one counts.
#[test]
fn without_rotation_the_last_of_two_responses_counts() {
    let mut login = authorized();
    let (first, second) = (refresh_of(&login), refresh_of(&login));
    first.receive_response(&mut login, HttpResponse::new(200, r#"{"access_token":"at-2"}"#), LATER).unwrap();
    let response = HttpResponse::new(200, r#"{"access_token":"at-3"}"#);
    assert!(!second.receive_response(&mut login, response, LATER).unwrap().superseded);
    assert_eq!(login.tokens().access_token().expose(), "at-3");
}

#[test]
fn the_refresh_of_another_login_changes_nothing() {
    let mut other = logged_in(r#"{"access_token":"other","refresh_token":"other-rt"}"#);
    let (refresh, _) = refresh();
    let error = refresh.receive_response(&mut other, HttpResponse::new(200, FIRST), LATER).unwrap_err();
    assert_eq!((error.kind(), error.next_step()), (TokenErrorKind::Stale, NextStep::Wait));
    assert_eq!(other.tokens().access_token().expose(), "other");
    assert_eq!((held(&other), other.revision()), (Some("other-rt"), 0));
}

// When to store it again.

#[test]
fn the_revision_changes_exactly_when_the_stored_form_does() {
    let mut login = authorized();
    for (status, body) in [
        (503, ""),
        (400, r#"{"error":"invalid_scope"}"#),
        (200, FIRST),
        (200, "<html>"),
        (401, r#"{"error":"invalid_client"}"#),
        (200, r#"{"refresh_token":"rt-3"}"#),
        (200, r#"{"refresh_token":"rt-3"}"#),
        (200, r#"{"access_token":"at-4"}"#),
        (302, ""),
        (400, r#"{"error":"invalid_grant"}"#),
    ] {
        let (before, revision) = (login.suspend().to_json(), login.revision());
        let _ = refresh_of(&login).receive_response(&mut login, HttpResponse::new(status, body), LATER);
        let is_changed = login.suspend().to_json().expose() != before.expose();
        assert_eq!(login.revision() - revision, u32::from(is_changed), "{status} {body}");
    }
    assert_eq!(login.revision(), 6);
}

// Other credentials.

#[test]
fn the_credentials_of_a_login_can_be_replaced() {
    let with = |auth| Scenario { auth, ..Scenario::default() };
    let mut login = with(|| ClientAuth::body("old")).to_authorized();
    let response = HttpResponse::new(401, r#"{"error":"invalid_client"}"#);
    let error = refresh_of(&login).receive_response(&mut login, response, LATER).unwrap_err();
    assert_eq!(error.next_step(), NextStep::Fix);
    login.replace_client(&with(|| ClientAuth::body("new")).client()).unwrap();
    assert!(refresh_of(&login).request().body.expose().ends_with("&client_secret=new"));
    assert_eq!(login.bearer().unwrap().expose(), "Bearer at-1");
    // The redirect URI may be another one: it is not sent with a refresh.
    let moved = Scenario { redirect_uri: "https://client.example.com/other", ..Scenario::default() }.client();
    login.replace_client(&moved).unwrap();
    assert_eq!(login.client().redirect_uri().as_str(), "https://client.example.com/other");
    let _ = renew(&mut login, FIRST);
}

#[test]
fn tokens_are_not_moved_to_another_client_or_server() {
    let clients = [
        Scenario { client_id: "other", ..Scenario::default() }.client(),
        Client::new(
            Server::new(AUTHORIZE, "https://server.example.com/other/token").unwrap(),
            "s6BhdRkqt3",
            REDIRECT_URI,
        )
        .unwrap(),
    ];
    for client in &clients {
        let mut login = authorized();
        assert_eq!(login.replace_client(client).unwrap_err(), ConfigError::OtherClient);
        assert_eq!(refresh_of(&login).request().url, TOKEN);
        assert_eq!(login.client().client_id(), "s6BhdRkqt3");
        let mut code = code_received();
        assert_eq!(code.replace_client(client).unwrap_err(), ConfigError::OtherClient);
        assert_still_has_code(code);
    }
    // A code belongs to its redirect URI and issuer, too.
    for other in [
        Scenario { redirect_uri: "https://client.example.com/other", ..Scenario::default() },
        Scenario { issuer: Some(IssParameter::Optional), ..Scenario::default() },
    ] {
        let mut code = code_received();
        assert_eq!(code.replace_client(&other.client()).unwrap_err(), ConfigError::OtherClient);
        assert_still_has_code(code);
    }
}

#[test]
fn tokens_move_to_an_endpoint_whose_former_url_is_configured() {
    let server = Server::new(AUTHORIZE, "https://server.example.com/v2/token").unwrap();
    let server = server.with_former_token_endpoint(TOKEN).unwrap();
    let client = Client::new(server, "s6BhdRkqt3", REDIRECT_URI).unwrap();
    let mut login = authorized();
    login.replace_client(&client).unwrap();
    assert_eq!(refresh_of(&login).request().url, "https://server.example.com/v2/token");
}

// Tokens from elsewhere.

#[test]
fn tokens_from_elsewhere_are_imported() {
    let template = Scenario::default().to_unstarted();
    let mut login = Authorized::import(&template, SUCCESS, NOW).unwrap();
    let own = authorized();
    assert_eq!(login.suspend().to_json().expose(), own.suspend().to_json().expose());
    assert_eq!(login.revision(), 0);
    assert_eq!(refresh_of(&login).request().body.expose(), refresh_of(&own).request().body.expose());
    assert_eq!(login.requested_scope(), own.requested_scope());
    let _ = renew(&mut login, FIRST);
    assert_eq!(held(&login), Some("rt-2"));

    let minimal = Authorized::import(&template, r#"{"access_token":"a"}"#, NOW).unwrap();
    assert_eq!(minimal.tokens().lifetime(), Lifetime::Unstated);
    assert!(matches!(minimal.renewal(), Renewal::Reauthorize(_)));
}

#[test]
fn what_is_no_token_response_is_not_imported() {
    let template = Scenario::default().to_unstarted();
    for (text, kind) in [
        ("", TokenErrorKind::NotJson),
        ("{}", TokenErrorKind::Unusable(UnusableToken::Missing)),
        (r#"{"access_token":"a\nb"}"#, TokenErrorKind::Unusable(UnusableToken::Malformed)),
        (r#"{"error":"invalid_grant"}"#, TokenErrorKind::Refused),
        (r#"{"error":"server_error"}"#, TokenErrorKind::Refused),
    ] {
        let error = Authorized::import(&template, text, NOW).unwrap_err();
        assert_eq!((error.kind(), error.next_step()), (kind, NextStep::StartOver), "{text}");
    }
}

// Resources (RFC 8707).

#[test]
fn the_resources_of_a_login_are_sent_on_both_legs_and_with_every_refresh() {
    let sent = |encoded: &str| {
        let all = pairs(encoded).into_iter().filter(|(name, _)| name == "resource").map(|(_, value)| value);
        all.collect::<Vec<_>>()
    };
    let resources = ["https://mcp.example.com/mcp", "urn:example:calendar"];
    let mut template = Scenario::default().to_unstarted();
    template.resource(resources[0]).unwrap().resource(resources[1]).unwrap();
    let pending = template.start_with_entropy(&ENTROPY).unwrap();
    assert_eq!(sent(pending.authorization_url().split_once('?').unwrap().1), resources);
    assert_eq!(pending.suspend().resources().collect::<Vec<_>>(), resources);
    let code = pending.receive_redirect(&redirect_with("")).unwrap();
    assert_eq!(sent(code.request().body.expose()), resources);
    assert_eq!(code.suspend().resources().collect::<Vec<_>>(), resources);
    let mut login = code.receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap();
    for _ in 0..3 {
        assert_eq!(sent(refresh_of(&login).request().body.expose()), resources);
        assert_eq!(login.suspend().resources().collect::<Vec<_>>(), resources);
        let mut options = RefreshOptions::default();
        options.resource("https://one.example/").unwrap();
        assert_eq!(sent(&body_of(&login, &options)), ["https://one.example/"]);
        let _ = renew(&mut login, FIRST);
        login = resumed(&login);
    }
    let again = login.reauthorize().start_with_entropy(&ENTROPY).unwrap();
    assert_eq!(again.authorization_url(), template.start_with_entropy(&ENTROPY).unwrap().authorization_url());
}

#[test]
fn a_resource_is_an_absolute_uri_without_a_fragment() {
    for uri in ["", "mcp.example.com", "/mcp", "https://mcp.example.com/#x", "https://mcp.example.com/a b"] {
        let mut template = Scenario::default().to_unstarted();
        assert!(template.resource(uri).is_err(), "{uri}");
        assert_still_awaits(template.start_with_entropy(&ENTROPY).unwrap());
    }
}

#[test]
fn a_refresh_that_a_long_page_refuses_again_and_again_starts_over() {
    let mut login = authorized();
    let mut refuse = || {
        let error = refresh_of(&login).receive_response(&mut login, HttpResponse::too_long(403), LATER).unwrap_err();
        error.next_step()
    };
    for _ in 1..MAX_FOREIGN_REFUSALS {
        assert_eq!(refuse(), NextStep::Wait);
    }
    assert_eq!(refuse(), NextStep::StartOver);
}

#[test]
fn a_replaced_client_is_to_be_stored() {
    let mut login = authorized();
    let server = Server::new(AUTHORIZE, "https://server.example.com/new").unwrap();
    let server = server.with_former_token_endpoint(TOKEN).unwrap();
    login.replace_client(&Client::new(server, "s6BhdRkqt3", REDIRECT_URI).unwrap()).unwrap();
    assert_eq!(login.revision(), 1);
}

/// GitLab compares it with that of the login.
#[test]
fn a_refresh_sends_the_redirect_uri_of_its_login_where_the_server_wants_it() {
    let dialect = Dialect::STANDARD.with_redirect_uri_in_refresh();
    let client = |redirect_uri| {
        let server = Server::new(AUTHORIZE, TOKEN).unwrap().with_dialect(dialect.clone()).unwrap();
        Client::new(server, "s6BhdRkqt3", redirect_uri).unwrap()
    };
    let sent = |login: &Authorized| value_of(&pairs(refresh_of(login).request().body.expose()), "redirect_uri");
    let loopback = client("http://127.0.0.1/cb");
    let pending = loopback.login().loopback_port(4321).unwrap().start_with_entropy(&ENTROPY).unwrap();
    let code = pending.receive_redirect(Redirect::target(&format!("/cb?{}", answer()))).unwrap();
    let mut login = code.receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap();
    for _ in 0..2 {
        assert_eq!(sent(&login).unwrap(), "http://127.0.0.1:4321/cb");
        let _ = renew(&mut login, r#"{"access_token":"at-2","refresh_token":"rt-2"}"#);
        login = Authorized::resume(login.suspend(), &loopback).unwrap();
    }
    // The redirect URI may change: stored tokens do not depend on it.
    let moved = Authorized::resume(login.suspend(), &client(REDIRECT_URI)).unwrap();
    assert_eq!(sent(&moved).unwrap(), REDIRECT_URI);
    assert_eq!(sent(&authorized()), None);
    assert!(!authorized().suspend().to_json().expose().contains("redirect_port"));
}
