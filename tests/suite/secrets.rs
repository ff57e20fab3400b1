//! A canary in every secret, looked for in everything that can be shown.

use core::fmt::{Debug, Display};

use authcode::{Client, ClientAuth, Flow, HttpResponse, Leg, Redirect, Renewal, Secret, Server};

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
    Client::new(server, "id", ClientAuth::basic("CANARY-secret"), REDIRECT_URI).unwrap()
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

    let login = client.login().param(Leg::Token, "ticket", "CANARY-param").unwrap();
    let login = login.param(Leg::Authorization, "login_hint", "CANARY-param").unwrap();
    shown.debug(&login);
    shown.debug(&login.suspend());
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    shown.debug(&pending);
    shown.debug(&pending.suspend());
    let query = format!("state={STATE}&code=CANARY-code&tenant=CANARY-tenant");
    shown.debug(&Redirect::query(&query));
    let code = pending.receive_redirect(Redirect::query(&query)).unwrap();
    shown.debug(&code);
    shown.debug(&code.suspend());
    shown.debug(&code.token_request());
    shown.debug(&success());
    let authorized = code.receive_token_response(success(), NOW).unwrap();
    shown.debug(&authorized);
    shown.debug(&authorized.suspend());
    shown.debug(&authorized.bearer().unwrap());
    shown.debug(authorized.access_token());
    let Renewal::Refresh(refreshing) = authorized.renew() else { panic!("there is a refresh token") };
    shown.debug(&refreshing);
    shown.debug(&refreshing.suspend());
    shown.debug(&refreshing.token_request());
    shown.debug(&Renewal::Refresh(refreshing));
    let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
    shown.debug(&Flow::from(pending));
    shown.assert_hides(&[CANARY, STATE, VERIFIER]);
}

#[test]
fn no_refused_redirect_shows_what_was_in_it() {
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
        let refused = awaiting_redirect().receive_redirect(&redirect).unwrap_err();
        shown.error(&refused);
        shown.error(refused.error());
        match refused.recover() {
            Ok(pending) => shown.debug(&pending),
            Err(error) => shown.error(&error),
        }
    }
    shown.assert_hides(&[CANARY, STATE, VERIFIER]);
}

#[test]
fn no_refused_token_response_shows_what_was_in_it() {
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
        let refused = code.receive_token_response(HttpResponse::new(status, body.clone()), NOW).unwrap_err();
        shown.error(&refused);
        shown.error(refused.error());
        if let Ok(code) = refused.recover() {
            let Renewal::Refresh(refreshing) = code.receive_token_response(success(), NOW).unwrap().renew() else {
                panic!("there is a refresh token")
            };
            shown.debug(&refreshing.receive_token_response(HttpResponse::new(status, body), NOW));
        }
        let refused = refreshing().receive_token_response(HttpResponse::new(status, "{}"), NOW).unwrap_err();
        if let Err(ended) = refused.recover() {
            shown.error(&ended);
        }
    }
    shown.assert_hides(&[CANARY, STATE, VERIFIER]);
}

#[test]
fn no_refused_configuration_or_stored_form_shows_a_secret() {
    let mut shown = Shown::default();
    for auth in [ClientAuth::basic("CANARY\n"), ClientAuth::basic_raw("CANARY\n"), ClientAuth::body("CANARY\n")] {
        let server = Server::new(AUTHORIZE, TOKEN).unwrap();
        shown.error(&Client::new(server, "id", auth, REDIRECT_URI).unwrap_err());
    }
    shown.error(&Server::new("https://user:CANARY@a.example/", TOKEN).unwrap_err());
    shown.error(&client().login().param(Leg::Token, "client_secret", CANARY).unwrap_err());
    let stored = serde_json::to_string(&awaiting_redirect().suspend()).unwrap();
    let suspended: authcode::Suspended =
        serde_json::from_str(&stored.replace(STATE, &STATE.replace('A', "!"))).unwrap();
    shown.debug(&suspended);
    shown.error(&suspended.resume::<Flow>(&Scenario::default().client()).unwrap_err());
    shown.assert_hides(&[CANARY, STATE, VERIFIER]);
}

#[test]
fn a_stored_form_never_holds_the_client_secret() {
    let pending = client().login().start_with_entropy(&ENTROPY).unwrap();
    let code = pending.receive_redirect(&redirect_with("")).unwrap();
    let stored = serde_json::to_string(&code.suspend()).unwrap();
    assert!(!stored.contains("CANARY-secret") && !stored.contains("Basic"));
}
