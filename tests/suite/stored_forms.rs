//! Stored forms: each state can be resumed as it was; every other form is refused.

use core::fmt::Debug;

use authcode::{
    Authorized, AwaitingRedirect, Client, ClientAuth, CodeReceived, Dialect, Flow, GrantedScope, HttpResponse,
    Identity, IssParameter, Lifetime, NextStep, RefreshOptions, Rejected, Renewal, ResumeError, Server, StateKind,
    Suspended, TokenType, Unstarted,
};
use serde::de::value::{BytesDeserializer, Error as ValueError, MapDeserializer, StrDeserializer, U64Deserializer};
use serde::de::{Deserialize as _, IntoDeserializer as _};

use crate::scenario::*;

fn stored(suspended: &Suspended) -> String {
    serde_json::to_string(suspended).unwrap()
}

/// What can be resumed.
trait State: Debug + Sized {
    fn resume(stored: Suspended, client: &Client) -> Result<Self, Rejected<Suspended, ResumeError>>;
}

macro_rules! states {
    ($($state:ident),+) => {$(
        impl State for $state {
            fn resume(stored: Suspended, client: &Client) -> Result<Self, Rejected<Suspended, ResumeError>> {
                $state::resume(stored, client)
            }
        }
    )+};
}

states!(AwaitingRedirect, CodeReceived, Authorized, Flow);

fn resume<S: State>(stored: &str) -> Result<S, ResumeError> {
    resume_with(stored, &Scenario::default().client())
}

/// A form that is refused is returned unchanged, unless it is damaged.
fn resume_with<S: State>(text: &str, client: &Client) -> Result<S, ResumeError> {
    let form: Suspended = serde_json::from_str(text).unwrap();
    let before = stored(&form);
    let rejected = match S::resume(form, client) {
        Ok(state) => return Ok(state),
        Err(rejected) => rejected,
    };
    let (error, next_step) = (*rejected.error(), rejected.next_step());
    match rejected.recover() {
        Ok(form) => {
            assert_eq!((stored(&form), next_step), (before, NextStep::Fix));
            assert_ne!(error, ResumeError::Damaged);
        }
        Err(same) => assert_eq!((same, error, next_step), (ResumeError::Damaged, error, NextStep::StartOver)),
    }
    Err(error)
}

/// Each state, in the order of the flow.
fn flows() -> [Flow; 3] {
    let scenario = Scenario::default();
    [scenario.to_awaiting_redirect().into(), scenario.to_code_received().into(), scenario.to_authorized().into()]
}

/// A login with every option that is stored.
fn full_unstarted() -> Unstarted {
    let mut login = Scenario { redirect_uri: "http://127.0.0.1/cb", ..Scenario::default() }.to_unstarted();
    login
        .loopback_port(51004)
        .and_then(|login| login.authorization_param("prompt", "consent"))
        .and_then(|login| login.token_param("tenant", "7"))
        .and_then(|login| login.resource("https://a.example/"))
        .and_then(|login| login.resource("https://b.example/"))
        .unwrap();
    login
}

fn full_client() -> Client {
    Scenario { redirect_uri: "http://127.0.0.1/cb", ..Scenario::default() }.client()
}

fn full_redirect() -> String {
    format!("http://127.0.0.1:51004/cb?{}&tenant=7", answer())
}

fn tokens_of(body: &str) -> Authorized {
    code_received().receive_response(HttpResponse::new(200, body), NOW).unwrap()
}

fn refreshed_with(options: &RefreshOptions, response: HttpResponse) -> Authorized {
    let mut authorized = authorized();
    let Renewal::Refresh(refresh) = authorized.renewal_with(options).unwrap() else {
        panic!("there is a refresh token")
    };
    let _ = refresh.receive_response(&mut authorized, response, NOW);
    authorized
}

#[test]
fn a_pending_login_can_be_resumed() {
    let pending = full_unstarted().start_with_entropy(&ENTROPY).unwrap();
    let url = pending.authorization_url();
    let pending: AwaitingRedirect = resume_with(&stored(&pending.suspend()), &full_client()).unwrap();
    assert_eq!(pending.authorization_url(), url);
    let code = pending.receive_redirect(&full_redirect()).unwrap();
    assert!(code.request().body.expose().contains(VERIFIER));
}

#[test]
fn a_received_code_can_be_resumed() {
    let code = full_unstarted().start_with_entropy(&ENTROPY).unwrap().receive_redirect(&full_redirect()).unwrap();
    let body = code.request().body;
    let again: CodeReceived = resume_with(&stored(&code.suspend()), &full_client()).unwrap();
    assert_eq!(again.request().body.expose(), body.expose());
    assert_eq!(again.redirect_param("tenant").as_deref(), Some("7"));
}

#[test]
fn tokens_can_be_resumed_with_all_that_the_server_said() {
    let body = r#"{"access_token":"at\/1","token_type":"bearer","refresh_token":"rt","expiry":"60","scope":"a","id_token":"e.y"}"#;
    let authorized = tokens_of(body);
    let again: Authorized = resume(&stored(&authorized.suspend())).unwrap();
    let (tokens, before) = (again.tokens(), authorized.tokens());
    assert_eq!(tokens.access_token().expose(), "at/1");
    assert_eq!(tokens.refresh_token().unwrap().expose(), "rt");
    assert_eq!(tokens.token_type(), before.token_type());
    assert_eq!(tokens.granted_scope(), before.granted_scope());
    assert_eq!((tokens.lifetime(), tokens.expires_at()), (before.lifetime(), before.expires_at()));
    assert_eq!(tokens.received_at(), NOW);
    assert_eq!(tokens.member_text("id_token"), Some("\"e.y\""));
}

#[test]
fn a_kept_refresh_token_and_a_dead_one_are_stored_as_such() {
    let kept = refreshed_with(&RefreshOptions::default(), HttpResponse::new(200, r#"{"access_token":"at-2"}"#));
    let again: Authorized = resume(&stored(&kept.suspend())).unwrap();
    assert_eq!(again.tokens().refresh_token().unwrap().expose(), "rt-1");

    let dead = refreshed_with(&RefreshOptions::default(), HttpResponse::new(400, r#"{"error":"invalid_grant"}"#));
    let form = stored(&dead.suspend());
    assert!(!form.contains("rt-1"), "{form}");
    let again: Authorized = resume(&form).unwrap();
    assert!(again.tokens().refresh_token().is_none());
    assert_eq!(again.tokens().access_token().expose(), "at-1");
}

/// A refresh that was under way when the process ended is made again from the stored tokens.
#[test]
fn a_resumed_login_sends_the_same_refresh() {
    let mut login = full_unstarted();
    login.audience("https://other.example/").unwrap();
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    let code = pending.receive_redirect(&full_redirect()).unwrap();
    let authorized = code.receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap();
    let again: Authorized = resume_with(&stored(&authorized.suspend()), &full_client()).unwrap();
    let mut options = RefreshOptions::default();
    options.narrow_scope("openid").unwrap().param("tenant", "8").unwrap();
    let request = |login: &Authorized| {
        let Renewal::Refresh(refresh) = login.renewal_with(&options).unwrap() else {
            panic!("there is a refresh token")
        };
        let request = refresh.request();
        (request.url, request.body.into_exposed())
    };
    assert_eq!(request(&again), request(&authorized));
    assert!(request(&again).1.contains("resource=https%3A%2F%2Fa.example%2F&resource=https%3A%2F%2Fb.example%2F"));
}

#[test]
fn a_flow_stores_and_resumes_each_state() {
    for flow in flows() {
        let form = stored(&flow.suspend());
        let again: Flow = resume(&form).unwrap();
        assert_eq!(stored(&again.suspend()), form);
        assert_eq!(format!("{again:?}"), format!("{flow:?}"));
    }
}

/// Fault B14: resumed and stored again, each state gives the same bytes.
#[test]
fn every_stored_form_is_stable_byte_for_byte() {
    let pending = full_unstarted().start_with_entropy(&ENTROPY).unwrap();
    assert_stable(&pending.suspend(), &full_client());
    let code = pending.receive_redirect(&format!("{}&a%26=b%3D&empty=&a%26=c", full_redirect())).unwrap();
    assert_stable(&code.suspend(), &full_client());
    assert_stable(&code.receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap().suspend(), &full_client());

    let required = Scenario { issuer: Some(IssParameter::Required), ..Scenario::default() };
    assert_stable(&required.to_awaiting_redirect().suspend(), &required.client());
    let optional = Scenario { issuer: Some(IssParameter::Optional), ..Scenario::default() };
    assert_stable(&optional.to_awaiting_redirect().suspend(), &optional.client());
    assert_stable(&optional.to_code_received().suspend(), &optional.client());
    assert_stable(&optional.to_authorized().suspend(), &optional.client());
    let bare = Scenario { scope: "", audience: None, ..Scenario::default() };
    assert_stable(&bare.to_awaiting_redirect().suspend(), &bare.client());
    assert_stable(&bare.to_code_received().suspend(), &bare.client());

    let client = Scenario::default().client();
    for body in [
        r#"{"access_token":"at"}"#,
        r#"{"access_token":"at","scope":""}"#,
        r#"{"access_token":"at","scope":"a d d"}"#,
        r#"{"access_token":"at","scope":" b  a "}"#,
        r#"{"access_token":"at","scope":{"a":1}}"#,
        r#"{"access_token":"at","token_type":"mac"}"#,
        r#"{"access_token":"at","token_type":"bearer"}"#,
        r#"{"access_token":"at","token_type":["Bearer"]}"#,
        r#"{"access_token":"at","expires_in":0}"#,
        r#"{"access_token":"at","expires_in":"18446744073709551615"}"#,
        r#"{"access_token":"at","expires_in":"3600 s"}"#,
        "\u{feff} { \"access_token\" : \"at\" , \"x\" : [ 1e5, \"\\u00e9\u{e9}\\n\" ] } ",
    ] {
        let authorized = tokens_of(body);
        assert_stable(&authorized.suspend(), &client);
        assert_stable(&authorized.suspend_without_members(), &client);
    }
    let bytes = b"{\"access_token\":\"at\",\"name\":\"Jos\xe9\",\"x\":1}".to_vec();
    assert_stable(&code_received().receive_response(HttpResponse::new(200, bytes), NOW).unwrap().suspend(), &client);

    let mut narrowed = RefreshOptions::default();
    narrowed.narrow_scope("openid").unwrap();
    for options in [RefreshOptions::default(), narrowed] {
        for (status, body) in [
            (200, r#"{"access_token":"at-2"}"#),
            (200, r#"{"access_token":"at-2","refresh_token":"rt-2","scope":"a d d"}"#),
            (200, r#"{"access_token":"at-2","scope":7}"#),
            (200, r#"{"refresh_token":"rt-2","access_token":""}"#),
            (400, r#"{"error":"invalid_grant"}"#),
            (503, ""),
        ] {
            assert_stable(&refreshed_with(&options, HttpResponse::new(status, body)).suspend(), &client);
        }
    }
}

#[track_caller]
fn assert_stable(form: &Suspended, client: &Client) {
    let text = stored(form);
    let again: Flow = resume_with(&text, client).unwrap();
    let twice: Flow = resume_with(&stored(&again.suspend()), client).unwrap();
    assert_eq!(stored(&again.suspend()), text);
    assert_eq!(stored(&twice.suspend()), text);
}

/// Fault B14, the scope alone: what `granted_scope` says is the same after a restart.
#[test]
fn a_repeated_scope_is_the_same_after_a_restart() {
    let response = HttpResponse::new(200, r#"{"access_token":"at-2","scope":"a d d"}"#);
    let refreshed = refreshed_with(&RefreshOptions::default(), response);
    let again: Authorized = resume(&stored(&refreshed.suspend())).unwrap();
    assert_eq!(again.tokens().granted_scope(), refreshed.tokens().granted_scope());
    assert!(matches!(again.tokens().granted_scope(), GrantedScope::Stated(scope) if scope.as_str() == "a d d"));
}

/// What was forgiven when it came is forgiven from the store, and unreadable does not become absent.
#[test]
fn what_could_not_be_read_stays_unreadable() {
    let body = r#"{"access_token":"at","token_type":["Bearer"],"scope":{"a":1},"expires_in":"3600 s"}"#;
    let again: Authorized = resume(&stored(&tokens_of(body).suspend())).unwrap();
    let tokens = again.tokens();
    assert_eq!(*tokens.token_type(), TokenType::Unreadable);
    assert_eq!(*tokens.granted_scope(), GrantedScope::Unreadable);
    assert_eq!(tokens.lifetime(), Lifetime::Unreadable);

    let unstated: Authorized = resume(&stored(&tokens_of(r#"{"access_token":"at"}"#).suspend())).unwrap();
    let tokens = unstated.tokens();
    assert_eq!(*tokens.token_type(), TokenType::Unstated);
    assert_eq!(*tokens.granted_scope(), GrantedScope::Unstated);
    assert_eq!(tokens.lifetime(), Lifetime::Unstated);
}

/// A refresh may ask for what was granted at first, after a restart too, although a narrower refresh came between.
#[test]
fn the_first_scope_is_stored() {
    let mut narrowed = RefreshOptions::default();
    narrowed.narrow_scope("openid").unwrap();
    let refreshed = refreshed_with(&narrowed, HttpResponse::new(200, r#"{"access_token":"at-2"}"#));
    let again: Authorized = resume(&stored(&refreshed.suspend())).unwrap();
    assert!(matches!(again.tokens().granted_scope(), GrantedScope::Stated(scope) if scope.as_str() == "openid"));
    let mut wide = RefreshOptions::default();
    wide.narrow_scope("openid offline_access").unwrap();
    assert!(again.renewal_with(&wide).is_ok());
    let mut wider = RefreshOptions::default();
    wider.narrow_scope("admin").unwrap();
    assert!(again.renewal_with(&wider).is_err());
}

/// Each token has one place in the form, whatever place it had in the response.
#[test]
fn each_token_is_stored_once() {
    let once = |form: &str, token: &str| assert_eq!(form.matches(token).count(), 1, "{token} in {form}");
    for body in [
        r#"{"access_token":"CANARY-at","refresh_token":"CANARY-rt","token_type":"Bearer","expires_in":3600}"#,
        r#"{"x":1,"refresh_token":"CANARY-rt","y":{"a":2},"access_token":"CANARY-at"}"#,
        r#"{ "refresh_token" : "CANARY\u002drt", "access_token" : "CANARY\u002Dat" }"#,
    ] {
        let form = stored(&tokens_of(body).suspend());
        once(&form, "CANARY-at");
        once(&form, "CANARY-rt");
        assert_eq!(form.matches("CANARY").count(), 2, "{form}");
    }
    // As a form, at a path, and after a refresh.
    let dialects = [
        (Dialect::STANDARD.with_form_responses(), "access_token=CANARY-at&refresh_token=CANARY-rt&x=1"),
        (
            Dialect::STANDARD.with_response_paths(&[("access_token", &["data", "token"])]),
            r#"{"data":{"token":"CANARY-at","x":1},"refresh_token":"CANARY-rt"}"#,
        ),
    ];
    for (dialect, body) in dialects {
        let code = Scenario { dialect, ..Scenario::default() }.to_code_received();
        let form = stored(&code.receive_response(HttpResponse::new(200, body), NOW).unwrap().suspend());
        once(&form, "CANARY-at");
        once(&form, "CANARY-rt");
    }
    let body = r#"{"access_token":"CANARY-at","refresh_token":"CANARY-rt"}"#;
    let form = stored(&refreshed_with(&RefreshOptions::default(), HttpResponse::new(200, body)).suspend());
    once(&form, "CANARY-at");
    once(&form, "CANARY-rt");
    assert!(!form.contains("at-1") && !form.contains("rt-1"), "{form}");
    let body = HttpResponse::new(200, r#"{"access_token":"CANARY-at"}"#);
    let form = stored(&refreshed_with(&RefreshOptions::default(), body).suspend());
    once(&form, "CANARY-at");
    once(&form, "rt-1");
}

/// The smallest form, for a credential store with a limit.
#[test]
fn members_can_be_left_out() {
    let id_token = "e".repeat(700);
    let body = format!(
        r#"{{"access_token":"at","refresh_token":"rt","token_type":"Bearer","expires_in":60,"scope":"a","id_token":"{id_token}"}}"#
    );
    let authorized = tokens_of(&body);
    let (with, without) = (stored(&authorized.suspend()), stored(&authorized.suspend_without_members()));
    assert!(with.contains(&id_token) && !without.contains(&id_token));
    assert!(without.len() < 400, "{} bytes: {without}", without.len());
    let again: Authorized = resume(&without).unwrap();
    assert_eq!(again.tokens().member_text("id_token"), None);
    assert_eq!(again.tokens().refresh_token().unwrap().expose(), "rt");
    assert_eq!(again.tokens().lifetime(), authorized.tokens().lifetime());
    assert_eq!(again.tokens().granted_scope(), authorized.tokens().granted_scope());
    assert_eq!(again.bearer().unwrap().expose(), "Bearer at");
    // The login itself still has them.
    assert_eq!(authorized.tokens().member_text("id_token").map(str::len), Some(702));
}

/// A program with several clients finds the right one before it resumes anything.
#[test]
fn a_stored_form_says_whose_it_is() {
    let mut login = Scenario { issuer: Some(IssParameter::Optional), ..Scenario::default() }.to_unstarted();
    login.resource("https://mcp.example/a").unwrap().resource("https://mcp.example/b").unwrap();
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    let assert_is = |form: &Suspended, kind| {
        let form: Suspended = serde_json::from_str(&stored(form)).unwrap();
        assert_eq!(form.kind(), Some(kind));
        assert_eq!((form.client_id(), form.issuer()), (Some("s6BhdRkqt3"), Some(ISSUER)));
        assert_eq!(form.resources().collect::<Vec<_>>(), ["https://mcp.example/a", "https://mcp.example/b"]);
    };
    assert_is(&pending.suspend(), StateKind::AwaitingRedirect);
    let answer = format!("{REDIRECT_URI}?{}&iss={ISSUER}", answer());
    let code = pending.receive_redirect(&answer).unwrap();
    assert_is(&code.suspend(), StateKind::CodeReceived);
    let authorized = code.receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap();
    assert_is(&authorized.suspend(), StateKind::Authorized);
    assert_is(&authorized.suspend_without_members(), StateKind::Authorized);

    let plain = awaiting_redirect().suspend();
    assert_eq!((plain.issuer(), plain.resources().count()), (None, 0));
    let unknown: Suspended = serde_json::from_str(r#"{"v":"2","kind":"of_later"}"#).unwrap();
    assert_eq!((unknown.kind(), unknown.client_id(), unknown.issuer()), (None, None, None));
}

/// The forms of version 1, as they are released. They must always be readable, and are written in the same way until
/// there is a version 2.
#[test]
fn golden_forms_are_read_and_written() {
    let golden = [
        include_str!("../golden/awaiting_redirect.json"),
        include_str!("../golden/code_received.json"),
        include_str!("../golden/authorized.json"),
    ];
    for (golden, flow) in golden.iter().zip(flows()) {
        assert_eq!(stored(&flow.suspend()), golden.trim_end());
        let again: Flow = resume(golden).unwrap();
        assert_eq!(stored(&again.suspend()), golden.trim_end());
    }
}

/// A login with every member that a form can have, of each kind.
#[test]
fn golden_forms_with_every_member_are_read_and_written() {
    let regional = "https://eu.server.example.com/oauth/token";
    let server = Server::new(AUTHORIZE, TOKEN)
        .and_then(|server| server.with_issuer(ISSUER, IssParameter::Required))
        .and_then(|server| server.with_regional_token_endpoint(regional))
        .unwrap();
    let client = Client::new(server, "s6BhdRkqt3", "http://127.0.0.1/cb").unwrap();
    let mut login = client.login();
    login
        .scope("openid offline_access")
        .and_then(|login| login.audience("https://api.loomai.com/"))
        .and_then(|login| login.resource("https://a.example/"))
        .and_then(|login| login.resource("https://b.example/"))
        .and_then(|login| login.prompt("consent"))
        .and_then(|login| login.token_param("tenant", "7"))
        .and_then(|login| login.loopback_port(51004))
        .unwrap();
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    let first = pending.suspend();
    let mut code = pending.receive_redirect(&format!("{}&iss={ISSUER}&location=eu", full_redirect())).unwrap();
    code.set_token_endpoint(regional).unwrap();
    let second = code.suspend();
    let body =
        r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"Bearer","expires_in":3600,"id_token":"e.y"}"#;
    let mut authorized = code.receive_response(HttpResponse::new(200, body), NOW).unwrap();
    let body = r#"{"access_token":"at-2","refresh_token":"rt-2","token_type":"Bearer","expires_in":60,"scope":"openid","id_token":"e.y"}"#;
    refresh_of(&authorized).receive_response(&mut authorized, HttpResponse::new(200, body), NOW).unwrap();
    for (form, golden) in [
        (first, include_str!("../golden/awaiting_redirect_full.json")),
        (second, include_str!("../golden/code_received_full.json")),
        (authorized.suspend(), include_str!("../golden/authorized_full.json")),
    ] {
        assert_eq!(stored(&form), golden.trim_end());
        let again: Flow = resume_with(golden, &client).unwrap();
        assert_eq!(stored(&again.suspend()), golden.trim_end());
    }
}

/// The login of the README fits into a small cell of a store.
#[test]
fn a_pending_login_is_small() {
    let server = Server::new("https://loom.example/authorize", "https://loom.example/oauth/token").unwrap();
    let client = Client::new(server, "my-app", "com.example.app:/callback").unwrap();
    let mut login = client.login();
    login.scope("openid offline_access").unwrap().audience("https://api.loomai.com/").unwrap();
    let form = stored(&login.start_with_entropy(&ENTROPY).unwrap().suspend());
    println!("README: {} bytes: {form}", form.len());
    assert!(form.len() <= 256, "{} bytes: {form}", form.len());
}

#[test]
fn another_version_is_refused() {
    let form = stored(&awaiting_redirect().suspend());
    for version in ["0", "2", "4294967295"] {
        let other = form.replace("\"v\":\"1\"", &format!("\"v\":\"{version}\""));
        assert_eq!(resume::<Flow>(&other).unwrap_err(), ResumeError::OtherVersion);
    }
    // With members that a later version may add.
    let later = r#"{"v":"2","kind":"something_new","client":"x","more":{"a":[1]}}"#;
    assert_eq!(resume::<Flow>(later).unwrap_err(), ResumeError::OtherVersion);
}

#[test]
fn another_kind_is_refused() {
    let pending = stored(&awaiting_redirect().suspend());
    assert_eq!(resume::<CodeReceived>(&pending).unwrap_err(), ResumeError::OtherKind);
    assert_eq!(resume::<Authorized>(&pending).unwrap_err(), ResumeError::OtherKind);
    let tokens = stored(&authorized().suspend());
    assert_eq!(resume::<AwaitingRedirect>(&tokens).unwrap_err(), ResumeError::OtherKind);
    let unknown = pending.replace("login", "awaiting_nothing");
    assert_eq!(resume::<Flow>(&unknown).unwrap_err(), ResumeError::OtherKind);
    // Nothing else in it is looked at.
    let others = Client::new(Server::new(AUTHORIZE, TOKEN).unwrap(), "others", REDIRECT_URI).unwrap();
    assert_eq!(resume_with::<CodeReceived>(&pending, &others).unwrap_err(), ResumeError::OtherKind);
    assert_eq!(resume_with::<AwaitingRedirect>(&pending, &others).unwrap_err(), ResumeError::OtherClient);
    let damaged = pending.replace("\"secrets\":\"", "\"secrets\":\"!");
    assert_eq!(resume::<CodeReceived>(&damaged).unwrap_err(), ResumeError::OtherKind);
    assert_eq!(resume::<AwaitingRedirect>(&damaged).unwrap_err(), ResumeError::Damaged);
}

/// A form that was refused is returned, and can be resumed with the right client and as the right state.
#[test]
fn a_refused_form_can_still_be_resumed() {
    let client = Scenario::default().client();
    let other = Scenario { client_id: "other", ..Scenario::default() }.client();
    let form = awaiting_redirect().suspend();
    let form = AwaitingRedirect::resume(form, &other).unwrap_err().recover().unwrap();
    let form = CodeReceived::resume(form, &client).unwrap_err().recover().unwrap();
    let form = Authorized::resume(form, &client).unwrap_err().recover().unwrap();
    let form = Flow::resume(form, &other).unwrap_err().recover().unwrap();
    assert_still_awaits(AwaitingRedirect::resume(form, &client).unwrap());

    let form = authorized().suspend();
    let form = Authorized::resume(form, &other).unwrap_err().recover().unwrap();
    let form = Authorized::danger_resume_moved(form, &client, "https://elsewhere.example/").unwrap_err();
    assert_eq!((*form.error(), form.next_step()), (ResumeError::OtherClient, NextStep::Fix));
    let again = Authorized::resume(form.recover().unwrap(), &client).unwrap();
    assert_eq!(again.tokens().access_token().expose(), "at-1");
}

/// A form of one kind must not be read as another one.
#[test]
fn a_form_whose_kind_was_changed_is_refused() {
    let kinds = ["login", "code", "tokens"];
    for (flow, kind) in flows().iter().zip(kinds) {
        for other in kinds {
            let form =
                stored(&flow.suspend()).replace(&format!("\"kind\":\"{kind}\""), &format!("\"kind\":\"{other}\""));
            let resumed = resume::<Flow>(&form);
            assert_eq!(resumed.is_ok(), kind == other, "{kind} as {other}");
            assert!(kind == other || resumed.unwrap_err() == ResumeError::Damaged, "{kind} as {other}");
        }
    }
}

#[test]
// rows 47, 97
fn another_client_or_server_is_refused() {
    let elsewhere = |authorize: &str, token: &str| {
        Client::new(Server::new(authorize, token).unwrap(), "s6BhdRkqt3", REDIRECT_URI).unwrap()
    };
    let scenario = Scenario::default();
    let [pending, code, tokens] = flows().map(|flow| stored(&flow.suspend()));
    let refused = |form: &str, client: &Client| {
        assert_eq!(resume_with::<Flow>(form, client).unwrap_err(), ResumeError::OtherClient, "{form}");
    };
    let other_id = Scenario { client_id: "other", ..scenario }.client();
    let other_token_endpoint = elsewhere(AUTHORIZE, "https://server.example.com/other");
    for client in [&other_id, &other_token_endpoint] {
        for form in [&pending, &code, &tokens] {
            refused(form, client);
        }
    }
    // A pending login belongs to the whole configuration.
    let other_issuer = Scenario { issuer: Some(IssParameter::Optional), ..Scenario::default() }.client();
    let other_authorization_endpoint = elsewhere("https://server.example.com/other", TOKEN);
    for client in [&other_issuer, &other_authorization_endpoint] {
        refused(&pending, client);
        refused(&code, client);
        // Tokens belong to client identifier, issuer (as far as it is known) and token endpoint.
        assert!(resume_with::<Authorized>(&tokens, client).is_ok());
    }
    let named = Scenario { issuer: Some(IssParameter::Optional), ..Scenario::default() }.to_authorized();
    let server = Server::new(AUTHORIZE, TOKEN).unwrap().with_issuer("https://other.example/", IssParameter::Optional);
    let of_other_issuer = Client::new(server.unwrap(), "s6BhdRkqt3", REDIRECT_URI).unwrap();
    refused(&stored(&named.suspend()), &of_other_issuer);
}

#[test]
fn another_redirect_uri_ends_a_pending_login_and_leaves_tokens_alone() {
    let other = Scenario { redirect_uri: "https://client.example.com/other", ..Scenario::default() }.client();
    let [pending, code, tokens] = flows().map(|flow| stored(&flow.suspend()));
    assert_eq!(resume_with::<Flow>(&pending, &other).unwrap_err(), ResumeError::OtherClient);
    assert_eq!(resume_with::<Flow>(&code, &other).unwrap_err(), ResumeError::OtherClient);
    assert!(resume_with::<Authorized>(&tokens, &other).is_ok());
}

#[test]
fn another_secret_is_the_same_client() {
    let other = Scenario { auth: || ClientAuth::basic("new"), ..Scenario::default() }.client();
    for flow in flows() {
        assert!(resume_with::<Flow>(&stored(&flow.suspend()), &other).is_ok());
    }
}

#[test]
fn a_damaged_form_is_refused() {
    let pending = stored(&full_unstarted().start_with_entropy(&ENTROPY).unwrap().suspend());
    let client = full_client();
    let secrets = format!("{STATE}{VERIFIER}");
    let zeros = "A".repeat(43);
    for (from, to) in [
        (secrets.as_str(), ""),
        (&secrets, &secrets[..85]),
        (&secrets, &format!("{secrets}A")),
        (&secrets, &format!("{STATE}{STATE}")),
        (&secrets, &format!("{zeros}{VERIFIER}")),
        (&secrets, &format!("{STATE}{zeros}")),
        (&secrets, &format!("{STATE}{}", VERIFIER.replace('d', "!"))),
        // Not the one way to write these bytes.
        (&secrets, &format!("{STATE}{}l", &VERIFIER[..42])),
        (&secrets, &format!("{}é{VERIFIER}", &STATE[..42])),
        (&format!("\"secrets\":\"{secrets}\","), ""),
        ("51004", "0"),
        ("\"openid offline_access\"", "\"a\\\"b\""),
        ("https://api.loomai.com/", ""),
        ("51004", "65536"),
        ("51004", "+51004"),
        ("51004", "051004"),
        ("prompt=", "state="),
        ("prompt=", "="),
        ("=consent", "="),
        ("=consent", "=%zz"),
        ("=consent", "=%ff"),
        ("=consent", "=consent&prompt=login"),
        ("tenant=", "code_verifier="),
        ("https://b.example/", "not-a-uri"),
        ("https://b.example/", "https://b.example/#fragment"),
        ("\"client_id\":\"s6BhdRkqt3\",", ""),
        ("\"port\":\"51004\"", "\"port\":\"51004\",\"code\":\"x\""),
        ("\"port\":\"51004\"", "\"port\":\"51004\",\"received_at\":\"1\""),
        ("\"port\":\"51004\"", "\"port\":\"51004\",\"redirect_params\":\"a=b\""),
        ("\"port\":\"51004\"", "\"port\":\"51004\",\"token_endpoint\":\"https://server.example.com/oauth/token\""),
    ] {
        let damaged = pending.replacen(from, to, 1);
        assert_ne!(damaged, pending, "{from}");
        assert_eq!(resume_with::<Flow>(&damaged, &client).unwrap_err(), ResumeError::Damaged, "{damaged}");
    }
}

#[test]
fn a_port_for_a_client_that_is_not_on_loopback_is_refused() {
    let form = stored(&awaiting_redirect().suspend()).replacen("\"scope\"", "\"port\":\"1\",\"scope\"", 1);
    assert_eq!(resume::<Flow>(&form).unwrap_err(), ResumeError::Damaged);
}

#[test]
fn a_damaged_code_is_refused() {
    let form = stored(&code_received().suspend());
    for to in ["", "a\\nb", "é", &"x".repeat(16385)] {
        let damaged = form.replacen(CODE, to, 1);
        assert_eq!(resume::<Flow>(&damaged).unwrap_err(), ResumeError::Damaged, "{to}");
    }
    let elsewhere = form.replacen("\"code\":\"", "\"token_endpoint\":\"https://evil.example/\",\"code\":\"", 1);
    assert_eq!(resume::<Flow>(&elsewhere).unwrap_err(), ResumeError::Damaged);
}

#[test]
fn damaged_tokens_are_refused() {
    let form = stored(&authorized().suspend());
    for (from, to) in [
        ("\"access_token\":\"at-1\",", ""),
        ("at-1", ""),
        ("at-1", "a\\nt"),
        ("at-1", "é"),
        ("\"received_at\":\"1700000000\"", "\"received_at\":\"\""),
        (",\"received_at\":\"1700000000\"", ""),
        ("\"received_at\":\"1700000000\"", "\"received_at\":\"-1\""),
        ("\"received_at\":\"1700000000\"", "\"received_at\":\"18446744073709551616\""),
        ("\"lifetime\":\"3600\"", "\"lifetime\":\"1e3\""),
        ("\"lifetime\":\"3600\"", "\"lifetime\":\"03600\""),
        ("\"refresh_token\":\"rt-1\"", "\"refresh_token\":\"\""),
        ("\"refresh_token\":\"rt-1\"", "\"refresh_token\":\"a\\n\""),
        ("\"token_type\":\"Bearer\"", "\"token_type\":\"\""),
        ("\"token_type\":\"Bearer\"", "\"token_type\":\"a\\nb\""),
        ("\"granted_scope\":\"openid offline_access\"", "\"granted_scope\":\"\\\"\""),
        ("\"granted_scope\"", "\"first_scope\":\"\\\"\",\"granted_scope\""),
        ("\"members\":\"{", "\"members\":\"["),
        ("\"members\":\"{", "\"members\":\"{,"),
        ("\"token_endpoint\":\"https://server.example.com/oauth/token\",", ""),
        ("\"client_id\":\"s6BhdRkqt3\",", ""),
        // Members of the other states.
        ("\"kind\":\"tokens\"", "\"kind\":\"tokens\",\"code\":\"x\""),
        ("\"kind\":\"tokens\"", "\"kind\":\"tokens\",\"secrets\":\"x\""),
        ("\"kind\":\"tokens\"", "\"kind\":\"tokens\",\"redirect_params\":\"a=b\""),
        ("\"kind\":\"tokens\"", "\"kind\":\"tokens\",\"requires_iss\":\"true\""),
    ] {
        let damaged = form.replacen(from, to, 1);
        assert_ne!(damaged, form, "{from}");
        assert_eq!(resume::<Flow>(&damaged).unwrap_err(), ResumeError::Damaged, "{damaged}");
    }
}

#[test]
fn tokens_have_no_port() {
    let scenario = Scenario { redirect_uri: "http://127.0.0.1/cb", ..Scenario::default() };
    let form = stored(&scenario.to_authorized().suspend()).replacen("\"scope\"", "\"port\":\"1\",\"scope\"", 1);
    assert_eq!(resume_with::<Flow>(&form, &full_client()).unwrap_err(), ResumeError::Damaged);
}

#[test]
fn a_token_that_is_too_long_is_refused() {
    let form = stored(&authorized().suspend());
    let of_len = |len: usize| form.replacen("at-1", &"a".repeat(len), 1);
    assert!(resume::<Authorized>(&of_len(authcode::limits::MAX_TOKEN_LEN)).is_ok());
    let over = of_len(authcode::limits::MAX_TOKEN_LEN + 1);
    assert_eq!(resume::<Authorized>(&over).unwrap_err(), ResumeError::Damaged);
}

#[test]
fn members_that_are_too_long_are_refused() {
    let form = stored(&authorized().suspend());
    let text =
        r#"{"access_token":"","refresh_token":"","token_type":"Bearer","expiry":3600,"scope":"openid offline_access"}"#;
    let padded =
        |len: usize| form.replacen("\"members\":\"", &format!("\"members\":\"{}", " ".repeat(len - text.len())), 1);
    assert!(resume::<Authorized>(&padded(authcode::limits::MAX_RESPONSE_LEN)).is_ok());
    let over = padded(authcode::limits::MAX_RESPONSE_LEN + 1);
    assert_eq!(resume::<Authorized>(&over).unwrap_err(), ResumeError::Damaged);
}

/// A lifetime from the store has the same bound as one from the server.
#[test]
fn a_stored_lifetime_is_capped() {
    let form =
        stored(&authorized().suspend()).replacen("\"lifetime\":\"3600\"", "\"lifetime\":\"18446744073709551615\"", 1);
    let again: Authorized = resume(&form).unwrap();
    let longest = core::time::Duration::from_secs(authcode::limits::MAX_LIFETIME);
    assert_eq!(again.tokens().lifetime(), Lifetime::Stated(longest));
}

#[test]
fn a_text_that_is_not_a_form_is_an_error_of_the_format() {
    for text in
        ["", "[]", "null", r#"{"v":1}"#, r#"{"v":"1","kind":null}"#, r#"{"v":"1""#, r#"{"v":"1","scope":"a","v":"1"}"#]
    {
        assert!(serde_json::from_str::<Suspended>(text).is_err(), "{text}");
        assert_eq!(Suspended::from_json(text).map(drop).unwrap_err(), ResumeError::Damaged, "{text}");
    }
    for text in ["{}", r#"{"v":"1"}"#, r#"{"v":"1","kind":"login"}"#, r#"{"v":"1","kind":"tokens"}"#] {
        assert_eq!(resume::<Flow>(text).unwrap_err(), ResumeError::Damaged, "{text}");
    }
}

/// Fault B3: the error of a library must not repeat the form, which has secrets: not a form that was encoded twice, nor a
/// number or bytes in its place, nor a member of another type.
#[test]
fn no_error_of_a_library_repeats_the_form() {
    let form = stored(&authorized().suspend());
    let twice = serde_json::to_string(&form).unwrap();
    let number = 7_007_007;
    let mut errors = Vec::new();
    for text in [
        twice.as_str(),
        "\"at-1\"",
        "7007007",
        "-7007007",
        "7007007.5",
        "true",
        "[\"at-1\",7007007]",
        r#"{"access_token":7007007}"#,
        r#"{"access_token":{"at-1":7007007}}"#,
        r#"{"access_token":["at-1"]}"#,
        r#"{"at-1":"at-1"#,
        r#"{"access_token":"at-1","access_token":"at-1"}"#,
        "{\"access_token\":\"at-1\u{1}\"}",
        r#"{"access_token":"at-1\q"}"#,
    ] {
        let error = serde_json::from_str::<Suspended>(text).unwrap_err();
        errors.extend([error.to_string(), format!("{error:?}")]);
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(text) {
            if let Err(error) = serde_json::from_value::<Suspended>(value) {
                errors.extend([error.to_string(), format!("{error:?}")]);
            }
        }
        let error = Suspended::from_json(text).unwrap_err();
        errors.extend([error.to_string(), format!("{error:?}")]);
    }
    let mut of_value = |result: Result<Suspended, ValueError>| {
        let error = result.unwrap_err();
        errors.extend([error.to_string(), format!("{error:?}")]);
    };
    of_value(Suspended::deserialize(StrDeserializer::new(&form)));
    of_value(Suspended::deserialize(form.clone().into_deserializer()));
    of_value(Suspended::deserialize(BytesDeserializer::new(form.as_bytes())));
    of_value(Suspended::deserialize(U64Deserializer::new(number)));
    of_value(Suspended::deserialize('@'.into_deserializer()));
    of_value(Suspended::deserialize(MapDeserializer::new([("access_token", number)].into_iter())));
    of_value(Suspended::deserialize(MapDeserializer::new([("access_token", b"at-1\xFF".as_slice())].into_iter())));
    of_value(Suspended::deserialize(MapDeserializer::new([(number, "at-1")].into_iter())));
    let bytes: Vec<u8> = form.bytes().chain([0xFF]).collect();
    for error in [
        serde_json::from_slice::<Suspended>(&bytes).unwrap_err(),
        serde_json::from_slice(&bytes[1..]).map(|_: Suspended| ()).unwrap_err(),
    ] {
        errors.extend([error.to_string(), format!("{error:?}")]);
    }
    let decimal_bytes = format!("{:?}", b"at-1");
    for error in errors {
        for secret in ["at-1", "rt-1", "7007007", "server.example", "@", decimal_bytes.trim_matches(['[', ']'])] {
            assert!(!error.contains(secret), "{secret} is in: {error}");
        }
    }
}

/// A program without `serde_json` writes and reads the same form.
#[test]
fn the_crates_own_json_is_that_of_serde_json() {
    let odd = "{\"access_token\":\"a\",\r\n\t\"x\":\"\u{7f}\u{e9}\u{1f600}\\u0041\\n\"}";
    let client = Scenario::default().client();
    for flow in flows().into_iter().chain([Flow::from(tokens_of(odd))]) {
        let form = flow.suspend();
        assert_eq!(form.to_json().expose(), stored(&form));
        let again = Flow::resume(Suspended::from_json(&stored(&form)).unwrap(), &client).unwrap();
        assert_eq!(stored(&again.suspend()), stored(&form));
    }
    let unknown = stored(&awaiting_redirect().suspend()).replacen('{', r#"{"more":{"a":[1]},"#, 1);
    assert!(AwaitingRedirect::resume(Suspended::from_json(&unknown).unwrap(), &client).is_ok());
    assert!(resume::<AwaitingRedirect>(&unknown).is_ok());
}

/// Names and values of every kind can be resumed as they were.
#[test]
fn parameters_are_stored_exactly() {
    let value = "a&b=c+d%20 \"\\\u{e9}\n";
    let mut login = Scenario::default().to_unstarted();
    login.token_param("x[]", value).unwrap().token_param("x[]", "&").unwrap();
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    let again: AwaitingRedirect = resume(&stored(&pending.suspend())).unwrap();
    let redirect = redirect_with("&na%26me=v%26%3D%0A&empty=");
    let code: CodeReceived = resume(&stored(&again.receive_redirect(&redirect).unwrap().suspend())).unwrap();
    let sent = pairs(code.request().body.expose());
    let values: Vec<_> = sent.iter().filter(|(name, _)| name == "x[]").map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, [value, "&"]);
    assert_eq!(
        (code.redirect_param("na&me").as_deref(), code.redirect_param("empty").as_deref()),
        (Some("v&=\n"), Some(""))
    );
}

/// The stricter of two policies counts: the one at the start, and the one of the client that resumes.
#[test]
fn iss_stays_required_for_a_stored_login() {
    let strict = Scenario { issuer: Some(IssParameter::Required), ..Scenario::default() };
    let lax = Scenario { issuer: Some(IssParameter::Optional), ..Scenario::default() };
    for (one, other) in [(&strict, &lax), (&lax, &strict)] {
        let pending: AwaitingRedirect =
            resume_with(&stored(&one.to_awaiting_redirect().suspend()), &other.client()).unwrap();
        let error = pending.receive_redirect(&redirect_with("")).unwrap_err().into_error();
        assert!(matches!(error, authcode::RedirectError::IssuerMissing { .. }), "{error}");
    }
}

#[test]
fn the_client_secret_is_never_stored() {
    let auth = || ClientAuth::basic("CANARY-secret");
    let scenario = Scenario { auth, ..Scenario::default() };
    for form in [
        scenario.to_awaiting_redirect().suspend(),
        scenario.to_code_received().suspend(),
        scenario.to_authorized().suspend(),
    ] {
        let form = stored(&form);
        assert!(!form.contains("CANARY-secret") && !form.contains("Basic"), "{form}");
    }
    assert!(Client::new(Server::new(AUTHORIZE, TOKEN).unwrap(), Identity::new("id", auth()), REDIRECT_URI).is_ok());
}

#[test]
fn a_flow_is_returned_if_it_is_another_state() {
    let flow = Flow::from(awaiting_redirect());
    let flow = CodeReceived::try_from(flow).unwrap_err();
    let flow = Authorized::try_from(flow).unwrap_err();
    assert_still_awaits(AwaitingRedirect::try_from(flow).unwrap());
}

#[test]
fn tokens_survive_a_configuration_that_sends_an_option_of_the_login_itself() {
    let client = |server| Client::new(server, "my-app", REDIRECT_URI).unwrap();
    let mut login = client(Server::new(AUTHORIZE, TOKEN).unwrap()).login();
    login.authorization_param("access_type", "offline").unwrap().token_param("tenant", "1").unwrap();
    let form = Authorized::import(&login, SUCCESS, NOW).unwrap().suspend().to_json();

    let plain = || Server::new(AUTHORIZE, TOKEN).unwrap();
    let renamed = Dialect::STANDARD.with_token_names(&[("client_id", "tenant")]);
    for server in [
        Server::new("https://server.example.com/authorize?access_type=offline", TOKEN).unwrap(),
        plain().with_dialect(renamed).unwrap(),
        plain().with_refresh_endpoint("https://server.example.com/refresh?tenant=1").unwrap(),
    ] {
        let stored = Suspended::from_json(form.expose()).unwrap();
        let resumed = Authorized::resume(stored, &client(server)).unwrap();
        assert_eq!(resumed.tokens().refresh_token().unwrap().expose(), "rt-1");
        let url = resumed.reauthorize().start_with_entropy(&ENTROPY).unwrap().authorization_url();
        assert_eq!(url.matches("access_type").count(), 1);
    }
}

/// A byte that is not UTF-8 is stored as three.
#[test]
fn tokens_beside_much_text_that_is_not_utf8_can_be_stored() {
    let mut body = br#"{"access_token":"at","refresh_token":"rt","token_type":"Bearer","x":""#.to_vec();
    body.extend(vec![0xE9; 400_000]);
    body.extend_from_slice(b"\"}");
    let login = code_received().receive_response(HttpResponse::new(200, body), NOW).unwrap();
    let resumed = Authorized::resume(login.suspend(), login.client()).unwrap();
    assert_eq!(resumed.tokens().refresh_token().unwrap().expose(), "rt");
}
