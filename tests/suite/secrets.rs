//! A canary in every secret, looked for in everything that can be shown.

use core::fmt::{Debug, Display};

use authcode::{
    Authorized, Client, ClientAuth, Flow, HttpResponse, Identity, Redirect, RefreshOptions, Secret, Server, Suspended,
};

use crate::scenario::*;

const CANARY: &str = "CANARY";

/// Everything that a program may log by mistake.
#[derive(Default)]
struct Shown(Vec<String>);

impl Shown {
    fn debug(&mut self, value: &impl Debug) {
        self.0.extend([format!("{value:?}"), format!("{value:#?}")]);
    }

    fn error(&mut self, error: &(impl Debug + Display)) {
        self.debug(error);
        self.0.push(error.to_string());
    }

    #[track_caller]
    fn assert_hides(&self, secrets: &[&str]) {
        assert!(!self.0.is_empty());
        for text in &self.0 {
            for secret in secrets {
                assert!(!text.contains(secret), "{secret} is shown: {text}");
            }
        }
    }
}

fn client() -> Client {
    let server = Server::new(AUTHORIZE, TOKEN).unwrap();
    Client::new(server, Identity::new("id", ClientAuth::basic("CANARY-secret")), REDIRECT_URI).unwrap()
}

fn success() -> HttpResponse {
    HttpResponse::new(
        200,
        r#"{"access_token":"CANARY-at","refresh_token":"CANARY-rt","token_type":"Bearer","id_token":"CANARY-id"}"#,
    )
}

#[test]
// rows 45, 64
fn no_state_request_or_stored_form_shows_a_secret() {
    let mut shown = Shown::default();
    let auths = [ClientAuth::basic("CANARY"), ClientAuth::basic_raw("CANARY"), ClientAuth::body("CANARY")];
    auths.iter().for_each(|auth| shown.debug(auth));
    shown.debug(&Secret::from(CANARY));
    let client = client();
    shown.debug(&client);
    shown.debug(client.server());

    shown.debug(&Identity::new("id", ClientAuth::basic(CANARY)));

    let mut login = client.login();
    login.token_param("ticket", "CANARY-param").unwrap().login_hint("CANARY-param").unwrap();
    shown.debug(&login);
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    shown.debug(&pending);
    shown.debug(&pending.suspend());
    let query = format!("state={STATE}&code=CANARY-code&tenant=CANARY-tenant");
    shown.debug(&Redirect::query(&query));
    let code = pending.receive_redirect(Redirect::query(&query)).unwrap();
    shown.debug(&code);
    shown.debug(&code.suspend());
    shown.debug(&code.request());
    shown.debug(&success());
    let mut authorized = code.receive_response(success(), NOW).unwrap();
    shown.debug(&authorized);
    shown.debug(authorized.tokens());
    shown.debug(&authorized.suspend());
    shown.debug(&authorized.suspend_without_members());
    shown.debug(&authorized.suspend().to_json());
    shown.debug(&authorized.bearer().unwrap());
    shown.debug(authorized.tokens().access_token());
    shown.debug(&authorized.tokens().refresh_token());

    let mut options = RefreshOptions::default();
    options.param("ticket", "CANARY-param").unwrap();
    shown.debug(&options);
    shown.debug(&authorized.renewal_with(&options).unwrap());
    let refresh = refresh_of(&authorized);
    let late = refresh_of(&authorized);
    shown.debug(&refresh);
    shown.debug(&refresh.request());
    shown.debug(&authorized.renewal());
    let refreshing = refresh_of(&authorized).on(&mut authorized);
    shown.debug(&refreshing);
    shown.debug(&refreshing.request());
    drop(refreshing);
    // The replaced token and the spare, too.
    let rotated = r#"{"access_token":"CANARY-at-2","refresh_token":"CANARY-rt-2","token_type":"Bearer"}"#;
    shown.debug(&refresh.receive_response(&mut authorized, HttpResponse::new(200, rotated), NOW).unwrap());
    let spare = r#"{"access_token":"CANARY-at-3","refresh_token":"CANARY-rt-3","token_type":"Bearer"}"#;
    shown.debug(&late.receive_response(&mut authorized, HttpResponse::new(200, spare), NOW).unwrap());
    shown.debug(&authorized);
    shown.debug(&authorized.reauthorize());
    shown.debug(&Flow::from(authorized));
    let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
    shown.debug(&Flow::from(pending));
    shown.assert_hides(&[CANARY, STATE, VERIFIER]);
}

#[test]
fn no_rejected_redirect_shows_its_content() {
    let mut shown = Shown::default();
    let base = "https://client.example.com/cb";
    let long = "x".repeat(authcode::limits::MAX_REDIRECT_LEN);
    for redirect in [
        format!("{base}?code=CANARY&{long}"),
        "https://CANARY.example/cb?code=CANARY".to_owned(),
        format!("{base}?state=%zzCANARY"),
        format!("{base}?code=CANARY&code=CANARY"),
        format!("{base}?code=CANARY"),
        format!("{base}?error=x&error_description=CANARY&error_uri=CANARY"),
        format!("{base}?code=CANARY&state=CANARY"),
        format!("{base}?response=CANARY&state={STATE}"),
        format!("{base}?access_token=CANARY&state={STATE}"),
        format!("{base}?code=CANARY&error=CANARY&state={STATE}"),
        format!("{base}?x=CANARY&state={STATE}"),
        format!("{base}?code=CANARY%00&state={STATE}"),
        format!("{base}?error=CANARY%00&state={STATE}"),
        format!("{base}?error=x&error_description=CANARY&error_uri=CANARY&state={STATE}"),
        format!("{base}#code=CANARY&state={STATE}"),
    ] {
        let rejected = awaiting_redirect().receive_redirect(&redirect).unwrap_err();
        shown.debug(&rejected);
        shown.error(rejected.error());
        match rejected.recover() {
            Ok(pending) => shown.debug(&pending),
            Err(error) => shown.error(&error),
        }
    }
    shown.assert_hides(&[CANARY, STATE, VERIFIER]);
}

#[test]
fn no_refused_token_response_shows_its_content() {
    let mut shown = Shown::default();
    let long = "x".repeat(authcode::limits::MAX_RESPONSE_LEN);
    for (status, body) in [
        (200, format!("{{\"access_token\":\"CANARY\"{long}")),
        (307, r#"{"access_token":"CANARY"}"#.to_owned()),
        (500, "CANARY".to_owned()),
        (503, r#"{"error":"x","error_description":"CANARY"}"#.to_owned()),
        (404, "CANARY".to_owned()),
        (200, r#"{"access_token":"CANARY""#.to_owned()),
        (200, "CANARY".to_owned()),
        (200, r#"{"access_token":"CANARY","access_token":"CANARY"}"#.to_owned()),
        (200, r#"{"access_token":"CANARY\u0000"}"#.to_owned()),
        (200, r#"{"access_token":["CANARY"]}"#.to_owned()),
        (200, r#"["CANARY"]"#.to_owned()),
        (200, r#"{"token":"CANARY"}"#.to_owned()),
        (400, r#"{"error":"invalid_grant","error_description":"CANARY","error_uri":"CANARY"}"#.to_owned()),
        (401, r#"{"error":"invalid_client","error_description":"CANARY"}"#.to_owned()),
        (400, r#"{"error":{"message":"CANARY"}}"#.to_owned()),
        (400, r#"{"error":"CANARY\n"}"#.to_owned()),
    ] {
        let pending = client().login().start_with_entropy(&ENTROPY).unwrap();
        let code = pending.receive_redirect(&redirect_with("&x=CANARY")).unwrap();
        let rejected = code.receive_response(HttpResponse::new(status, body.clone()), NOW).unwrap_err();
        shown.debug(&rejected);
        shown.error(rejected.error());
        match rejected.recover() {
            Ok(code) => shown.debug(&code),
            Err(error) => shown.error(&error),
        }
        let mut authorized = to_authorized();
        let refresh = refresh_of(&authorized);
        let error =
            refresh.receive_response(&mut authorized, HttpResponse::new(status, body.clone()), NOW).unwrap_err();
        shown.error(&error);
        shown.debug(&authorized);
        let mut authorized = to_authorized();
        let refreshing = refresh_of(&authorized).on(&mut authorized);
        shown.debug(&refreshing.receive_response(HttpResponse::new(status, body.clone()), NOW).unwrap_err());
        if let Err(error) = Authorized::import(&client().login(), &body, NOW) {
            shown.error(&error);
        }
    }
    shown.assert_hides(&[CANARY, STATE, VERIFIER]);
}

fn to_authorized() -> Authorized {
    let pending = client().login().start_with_entropy(&ENTROPY).unwrap();
    pending.receive_redirect(&redirect_with("")).unwrap().receive_response(success(), NOW).unwrap()
}

#[test]
fn no_refused_configuration_or_stored_form_shows_a_secret() {
    let mut shown = Shown::default();
    for auth in [ClientAuth::basic("CANARY\n"), ClientAuth::basic_raw("CANARY\n"), ClientAuth::body("CANARY\n")] {
        let server = Server::new(AUTHORIZE, TOKEN).unwrap();
        shown.error(&Client::new(server, Identity::new("id", auth), REDIRECT_URI).unwrap_err());
    }
    shown.error(&Server::new("https://user:CANARY@a.example/", TOKEN).unwrap_err());
    shown.error(&client().login().token_param("client_secret", CANARY).unwrap_err());
    shown.error(
        &client().login().token_param("x", "CANARY\0").and_then(|login| login.token_param("x", CANARY)).unwrap_err(),
    );
    shown.error(&client().login().resource("CANARY").unwrap_err());
    let mut options = RefreshOptions::default();
    options.param("client_secret", CANARY).unwrap();
    shown.error(&to_authorized().renewal_with(&options).unwrap_err());
    let mut options = RefreshOptions::default();
    options.narrow_scope("CANARY").unwrap();
    shown.error(&to_authorized().renewal_with(&options).unwrap_err());
    let stored = serde_json::to_string(&awaiting_redirect().suspend()).unwrap();
    let suspended: Suspended = serde_json::from_str(&stored.replace(STATE, &STATE.replace('A', "!"))).unwrap();
    shown.debug(&suspended);
    let rejected = Flow::resume(suspended, &Scenario::default().client()).unwrap_err();
    shown.debug(&rejected);
    shown.error(rejected.error());
    // One that is returned.
    let rejected = Flow::resume(to_authorized().suspend(), &Scenario::default().client()).unwrap_err();
    shown.debug(&rejected);
    shown.error(rejected.error());
    shown.debug(&rejected.recover().unwrap());
    shown.assert_hides(&[CANARY, STATE, VERIFIER]);
}
