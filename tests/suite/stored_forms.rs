//! Stored forms: each state comes back as it was; everything else is refused.

use authcode::{
    Authorized, AwaitingRedirect, Client, ClientAuth, CodeReceived, Flow, HttpResponse, Leg, Refreshing, Resume,
    ResumeError, Server, Suspended, Unstarted,
};

use crate::scenario::*;

fn stored(suspended: &Suspended) -> String {
    serde_json::to_string(suspended).unwrap()
}

fn resume<S: Resume>(stored: &str) -> Result<S, ResumeError> {
    resume_with(stored, &Scenario::default().client())
}

fn resume_with<S: Resume>(stored: &str, client: &Client) -> Result<S, ResumeError> {
    serde_json::from_str::<Suspended>(stored).unwrap().resume(client)
}

/// Each state, in the order of the flow.
fn flows() -> [Flow; 5] {
    let scenario = Scenario::default();
    [
        scenario.to_unstarted().into(),
        scenario.to_awaiting_redirect().into(),
        scenario.to_code_received().into(),
        scenario.to_authorized().into(),
        scenario.to_refreshing().into(),
    ]
}

/// A login with every option that is stored.
fn full_unstarted() -> Unstarted {
    let login = Scenario { redirect_uri: "http://127.0.0.1/cb", ..Scenario::default() }.to_unstarted();
    login
        .loopback_port(51004)
        .and_then(|login| login.param(Leg::Authorization, "prompt", "consent"))
        .and_then(|login| login.param(Leg::Token, "resource", "https://a.example/"))
        .and_then(|login| login.param(Leg::Token, "resource", "https://b.example/"))
        .unwrap()
}

fn full_client() -> Client {
    Scenario { redirect_uri: "http://127.0.0.1/cb", ..Scenario::default() }.client()
}

fn full_redirect() -> String {
    format!("http://127.0.0.1:51004/cb?{}&tenant=7", answer())
}

#[test]
fn an_unstarted_login_comes_back() {
    let login: Unstarted = resume_with(&stored(&full_unstarted().suspend()), &full_client()).unwrap();
    assert_eq!(
        login.start_with_entropy(&ENTROPY).unwrap().authorization_url(),
        full_unstarted().start_with_entropy(&ENTROPY).unwrap().authorization_url()
    );
}

#[test]
fn a_pending_login_comes_back() {
    let pending = full_unstarted().start_with_entropy(&ENTROPY).unwrap();
    let url = pending.authorization_url();
    let pending: AwaitingRedirect = resume_with(&stored(&pending.suspend()), &full_client()).unwrap();
    assert_eq!(pending.authorization_url(), url);
    let code = pending.receive_redirect(&full_redirect()).unwrap();
    assert!(code.token_request().body.expose().contains(VERIFIER));
}

#[test]
fn a_received_code_comes_back() {
    let code = full_unstarted().start_with_entropy(&ENTROPY).unwrap().receive_redirect(&full_redirect()).unwrap();
    let body = code.token_request().body;
    let again: CodeReceived = resume_with(&stored(&code.suspend()), &full_client()).unwrap();
    assert_eq!(again.token_request().body.expose(), body.expose());
    assert_eq!(again.redirect_param("tenant"), Some("7"));
}

#[test]
fn tokens_come_back_with_all_that_the_server_said() {
    let body = r#"{"access_token":"at\/1","token_type":"bearer","refresh_token":"rt","expiry":"60","scope":"a","id_token":"e.y"}"#;
    let authorized = code_received().receive_token_response(HttpResponse::new(200, body), NOW).unwrap();
    let again: Authorized = resume(&stored(&authorized.suspend())).unwrap();
    assert_eq!(again.access_token().expose(), "at/1");
    assert_eq!(again.refresh_token().unwrap().expose(), "rt");
    assert_eq!(again.token_type(), authorized.token_type());
    assert_eq!(again.granted_scope(), authorized.granted_scope());
    assert_eq!((again.lifetime(), again.expires_at()), (authorized.lifetime(), authorized.expires_at()));
    assert_eq!(again.response_member::<String>("id_token").unwrap(), "e.y");
}

#[test]
fn a_kept_refresh_token_and_a_dead_one_come_back_as_such() {
    let response = HttpResponse::new(200, r#"{"access_token":"at-2"}"#);
    let kept = refreshing().receive_token_response(response, NOW).unwrap();
    let again: Authorized = resume(&stored(&kept.suspend())).unwrap();
    assert_eq!(again.refresh_token().unwrap().expose(), "rt-1");

    let response = HttpResponse::new(400, r#"{"error":"invalid_grant"}"#);
    let ended = refreshing().receive_token_response(response, NOW).unwrap_err().recover().unwrap_err();
    let again: Authorized = resume(&stored(&ended.authorized.suspend())).unwrap();
    assert!(again.refresh_token().is_none());
}

#[test]
fn a_refresh_comes_back() {
    let mut refreshing = refreshing();
    refreshing.narrow_scope("openid").unwrap();
    refreshing.add_param("resource", "https://a.example/").unwrap();
    let again: Refreshing = resume(&stored(&refreshing.suspend())).unwrap();
    assert_eq!(again.token_request().body.expose(), refreshing.token_request().body.expose());
    assert_eq!(again.cancel().access_token().expose(), "at-1");
}

#[test]
fn a_flow_stores_and_brings_back_whichever_state_it_holds() {
    for flow in flows() {
        let form = stored(&flow.suspend());
        let again: Flow = resume(&form).unwrap();
        assert_eq!(stored(&again.suspend()), form);
        assert_eq!(format!("{again:?}"), format!("{flow:?}"));
    }
}

/// The forms of version 1, as they are released. They must be read for ever, and written in the same way
/// until there is a version 2.
#[test]
fn golden_forms_are_read_and_written() {
    let golden = [
        include_str!("../golden/unstarted.json"),
        include_str!("../golden/awaiting_redirect.json"),
        include_str!("../golden/code_received.json"),
        include_str!("../golden/authorized.json"),
        include_str!("../golden/refreshing.json"),
    ];
    for (golden, flow) in golden.iter().zip(flows()) {
        assert_eq!(stored(&flow.suspend()), golden.trim_end());
        let again: Flow = resume(golden).unwrap();
        assert_eq!(stored(&again.suspend()), golden.trim_end());
    }
}

#[test]
fn a_pending_login_is_small() {
    let form = stored(&awaiting_redirect().suspend());
    assert!(form.len() < 256, "{} bytes: {form}", form.len());
}

#[test]
fn another_version_is_refused() {
    let form = stored(&awaiting_redirect().suspend());
    for version in ["0", "2", "4294967295"] {
        let other = form.replace("\"v\":\"1\"", &format!("\"v\":\"{version}\""));
        assert_eq!(resume::<Flow>(&other).unwrap_err(), ResumeError::OtherVersion);
    }
    // Whatever a later version may add.
    let later = r#"{"v":"2","kind":"something_new","client":"x","more":{"a":[1]}}"#;
    assert_eq!(resume::<Flow>(later).unwrap_err(), ResumeError::OtherVersion);
}

#[test]
fn another_kind_is_refused() {
    let pending = stored(&awaiting_redirect().suspend());
    assert_eq!(resume::<CodeReceived>(&pending).unwrap_err(), ResumeError::OtherKind);
    assert_eq!(resume::<Authorized>(&pending).unwrap_err(), ResumeError::OtherKind);
    assert_eq!(resume::<Unstarted>(&pending).unwrap_err(), ResumeError::OtherKind);
    let unknown = pending.replace("awaiting_redirect", "awaiting_nothing");
    assert_eq!(resume::<Flow>(&unknown).unwrap_err(), ResumeError::OtherKind);
    // Nothing else in it is looked at.
    let others = Client::new(Server::new(AUTHORIZE, TOKEN).unwrap(), "others", ClientAuth::None, REDIRECT_URI).unwrap();
    assert_eq!(resume_with::<CodeReceived>(&pending, &others).unwrap_err(), ResumeError::OtherKind);
    assert_eq!(resume_with::<AwaitingRedirect>(&pending, &others).unwrap_err(), ResumeError::OtherClient);
    let damaged = pending.replace("\"secrets\":\"", "\"secrets\":\"!");
    assert_eq!(resume::<CodeReceived>(&damaged).unwrap_err(), ResumeError::OtherKind);
    assert_eq!(resume::<AwaitingRedirect>(&damaged).unwrap_err(), ResumeError::Damaged);
}

/// A form of one kind is not to be read as another one.
#[test]
fn a_form_whose_kind_was_changed_is_refused() {
    let kinds = ["unstarted", "awaiting_redirect", "code_received", "authorized", "refreshing"];
    for (flow, kind) in flows().iter().zip(kinds) {
        for other in kinds {
            let form = stored(&flow.suspend()).replace(&format!("\"{kind}\""), &format!("\"{other}\""));
            // A refresh without options has the content of the token that it renews.
            let is_same = kind == other
                || (["authorized", "refreshing"].contains(&kind) && ["authorized", "refreshing"].contains(&other));
            assert_eq!(resume::<Flow>(&form).is_ok(), is_same, "{kind} as {other}");
        }
    }
}

#[test]
// rows 47, 97
fn another_client_or_server_is_refused() {
    let issuer = Some(authcode::IssParameter::Optional);
    let elsewhere = |authorize: &str, token: &str| {
        Client::new(Server::new(authorize, token).unwrap(), "s6BhdRkqt3", ClientAuth::None, REDIRECT_URI).unwrap()
    };
    let others = [
        Scenario { client_id: "other", ..Scenario::default() }.client(),
        Scenario { issuer, ..Scenario::default() }.client(),
        elsewhere("https://server.example.com/other", TOKEN),
        elsewhere(AUTHORIZE, "https://server.example.com/other"),
    ];
    let scenario = Scenario::default();
    for client in &others {
        for form in [
            stored(&scenario.to_unstarted().suspend()),
            stored(&scenario.to_awaiting_redirect().suspend()),
            stored(&scenario.to_code_received().suspend()),
            stored(&scenario.to_authorized().suspend()),
            stored(&scenario.to_refreshing().suspend()),
        ] {
            assert_eq!(resume_with::<Flow>(&form, client).unwrap_err(), ResumeError::OtherClient);
        }
    }
}

#[test]
fn another_redirect_uri_ends_a_pending_login_and_leaves_tokens_alone() {
    let other = Scenario { redirect_uri: "https://client.example.com/other", ..Scenario::default() }.client();
    let scenario = Scenario::default();
    let pending = stored(&scenario.to_awaiting_redirect().suspend());
    assert_eq!(resume_with::<Flow>(&pending, &other).unwrap_err(), ResumeError::OtherClient);
    let code = stored(&scenario.to_code_received().suspend());
    assert_eq!(resume_with::<Flow>(&code, &other).unwrap_err(), ResumeError::OtherClient);
    assert!(resume_with::<Authorized>(&stored(&scenario.to_authorized().suspend()), &other).is_ok());
    assert!(resume_with::<Refreshing>(&stored(&scenario.to_refreshing().suspend()), &other).is_ok());
}

#[test]
fn another_secret_is_the_same_client() {
    let other = Scenario { auth: || ClientAuth::basic("new"), ..Scenario::default() }.client();
    assert!(resume_with::<Flow>(&stored(&code_received().suspend()), &other).is_ok());
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
        ("\"port\":\"51004\"", "\"port\":\"51004\",\"code\":\"x\""),
        ("\"port\":\"51004\"", "\"port\":\"51004\",\"received_at\":\"1\""),
        ("\"port\":\"51004\"", "\"port\":\"51004\",\"redirect_params\":\"a=b\""),
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
}

#[test]
fn damaged_tokens_are_refused() {
    let form = stored(&refreshing().suspend());
    for (from, to) in [
        ("\\\"access_token\\\":\\\"at-1\\\",", ""),
        ("at-1", ""),
        ("\"received_at\":\"1700000000\"", "\"received_at\":\"\""),
        (",\"received_at\":\"1700000000\"", ""),
        ("\"refresh_token\":\"rt-1\"", "\"refresh_token\":\"\""),
        ("\"refresh_token\":\"rt-1\"", "\"refresh_token\":\"a\\n\""),
        ("\"response\":\"{", "\"response\":\"["),
        ("\"kind\":\"refreshing\"", "\"kind\":\"refreshing\",\"refresh_scope\":\"admin\""),
        ("\"kind\":\"refreshing\"", "\"kind\":\"refreshing\",\"refresh_params\":\"scope=admin\""),
    ] {
        let damaged = form.replacen(from, to, 1);
        assert_ne!(damaged, form, "{from}");
        assert_eq!(resume::<Flow>(&damaged).unwrap_err(), ResumeError::Damaged, "{damaged}");
    }
    // There is nothing to refresh with.
    let form_without = form.replacen(",\"refresh_token\":\"rt-1\"", "", 1);
    assert_eq!(resume::<Flow>(&form_without).unwrap_err(), ResumeError::Damaged);
    // The scope of the first response comes with what has taken its place, or not at all.
    for more in
        ["\"first_scope\":\"a\"", "\"granted_scope\":\"\\\"\"", "\"first_scope\":\"\\\"\",\"granted_scope\":\"a\""]
    {
        let damaged = form.replacen("\"received_at\"", &format!("{more},\"received_at\""), 1);
        assert_eq!(resume::<Flow>(&damaged).unwrap_err(), ResumeError::Damaged, "{damaged}");
    }
    // Options of a refresh are not there for a token that is not being refreshed.
    let mut narrowed = refreshing();
    narrowed.narrow_scope("openid").unwrap();
    let form = stored(&narrowed.suspend()).replacen("refreshing", "authorized", 1);
    assert_eq!(resume::<Flow>(&form).unwrap_err(), ResumeError::Damaged);
}

#[test]
fn tokens_have_no_port() {
    let scenario = Scenario { redirect_uri: "http://127.0.0.1/cb", ..Scenario::default() };
    let form = stored(&scenario.to_authorized().suspend()).replacen("\"scope\"", "\"port\":\"1\",\"scope\"", 1);
    assert_eq!(resume_with::<Flow>(&form, &full_client()).unwrap_err(), ResumeError::Damaged);
}

#[test]
fn a_response_that_is_too_long_is_refused() {
    let form = stored(&authorized().suspend());
    let padded = |len: usize| {
        form.replacen("\"response\":\"", &format!("\"response\":\"{}", " ".repeat(len - SUCCESS.len())), 1)
    };
    assert!(resume::<Authorized>(&padded(authcode::limits::MAX_RESPONSE_LEN)).is_ok());
    let over = padded(authcode::limits::MAX_RESPONSE_LEN + 1);
    assert_eq!(resume::<Authorized>(&over).unwrap_err(), ResumeError::Damaged);
}

#[test]
fn what_is_no_form_at_all_is_an_error_of_the_format() {
    for text in
        ["", "[]", "null", r#"{"v":1}"#, r#"{"v":"1","kind":null}"#, r#"{"v":"1""#, r#"{"v":"1","scope":"a","v":"1"}"#]
    {
        assert!(serde_json::from_str::<Suspended>(text).is_err(), "{text}");
        assert_eq!(Suspended::from_json(text).map(drop).unwrap_err(), ResumeError::Damaged, "{text}");
    }
    for text in ["{}", r#"{"v":"1"}"#, r#"{"v":"1","kind":"unstarted"}"#] {
        assert_eq!(resume::<Flow>(text).unwrap_err(), ResumeError::Damaged, "{text}");
    }
}

/// A program without `serde_json` writes and reads the same form.
#[test]
fn the_crates_own_json_is_that_of_serde_json() {
    let odd = "{\"access_token\":\"a\",\r\n\t\"x\":\"\u{7f}\u{e9}\u{1f600}\\u0041\\n\"}";
    let odd = code_received().receive_token_response(HttpResponse::new(200, odd), NOW).unwrap();
    for flow in flows().into_iter().chain([Flow::from(odd)]) {
        let form = flow.suspend();
        assert_eq!(form.to_json().expose(), stored(&form));
        let again: Flow = Suspended::from_json(&stored(&form)).unwrap().resume(&Scenario::default().client()).unwrap();
        assert_eq!(stored(&again.suspend()), stored(&form));
    }
    let unknown = stored(&awaiting_redirect().suspend()).replacen('{', r#"{"more":{"a":[1]},"#, 1);
    assert!(Suspended::from_json(&unknown).unwrap().resume::<AwaitingRedirect>(&Scenario::default().client()).is_ok());
    assert!(resume::<AwaitingRedirect>(&unknown).is_ok());
}

/// Names and values of every kind come back as they were.
#[test]
fn parameters_come_back_whatever_is_in_them() {
    let value = "a&b=c+d%20 \"\\\u{e9}\n";
    let login = Scenario::default().to_unstarted().param(Leg::Token, "x[]", value).unwrap();
    let pending = login.param(Leg::Token, "x[]", "&").unwrap().start_with_entropy(&ENTROPY).unwrap();
    let again: AwaitingRedirect = resume(&stored(&pending.suspend())).unwrap();
    let redirect = redirect_with("&na%26me=v%26%3D%0A&empty=");
    let code: CodeReceived = resume(&stored(&again.receive_redirect(&redirect).unwrap().suspend())).unwrap();
    let sent = pairs(code.token_request().body.expose());
    let values: Vec<_> = sent.iter().filter(|(name, _)| name == "x[]").map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, [value, "&"]);
    assert_eq!((code.redirect_param("na&me"), code.redirect_param("empty")), (Some("v&=\n"), Some("")));
}

#[test]
fn a_flow_gives_itself_back_if_it_is_another_state() {
    let flow = Flow::from(awaiting_redirect());
    let flow = CodeReceived::try_from(flow).unwrap_err();
    let flow = Authorized::try_from(flow).unwrap_err();
    assert_still_awaits(AwaitingRedirect::try_from(flow).unwrap());
}
