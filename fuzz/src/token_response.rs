//! No response causes a panic, and the header of each accepted token is visible ASCII and one space.

use authcode::{
    Client, CodeReceived, Dialect, HttpResponse, LifetimeFormat, NextStep, Redirect, Server, TokenErrorKind, UnixTime,
};

const DIALECTS: [Dialect; 4] = [
    Dialect::STANDARD,
    Dialect::STANDARD.with_assumed_bearer().with_scope_separator(','),
    Dialect::STANDARD.with_form_responses().with_lifetime("expires_at", LifetimeFormat::Timestamp),
    Dialect::STANDARD
        .with_response_names(&[("scope", "s")])
        .with_response_paths(&[("access_token", &["data", "0", "token"]), ("error", &["errors", "0", "errorType"])])
        .with_lifetime_path(&["data", "0", "expires_on"], LifetimeFormat::UnixSeconds),
];

fn code(dialect: Dialect) -> CodeReceived {
    let server =
        Server::new("https://a.example/authorize", "https://a.example/token").unwrap().with_dialect(dialect).unwrap();
    let client = Client::new(server, "id", "https://b.example/cb").unwrap();
    let mut entropy = [7; 64];
    entropy[63] = 8;
    let pending = client.login().start_with_entropy(&entropy).unwrap();
    let url = pending.authorization_url();
    let state = url.rsplit_once("state=").unwrap().1;
    pending.receive_redirect(Redirect::query(&format!("code=x&state={state}"))).unwrap()
}

/// JSON is read as JSON, whether or not a form would be accepted, too.
fn check_form_dialect(status: u16, body: &[u8]) {
    let receive = |dialect| {
        let response = HttpResponse::new(status, body);
        code(dialect).receive_response(response, UnixTime::from_secs(1_700_000_000))
    };
    if serde_json::from_slice::<serde_json::Value>(body).is_ok() {
        match (receive(Dialect::STANDARD), receive(Dialect::STANDARD.with_form_responses())) {
            (Ok(one), Ok(other)) => {
                assert_eq!(one.tokens().access_token().expose(), other.tokens().access_token().expose())
            }
            (Err(one), Err(other)) => assert_eq!(one.error(), other.error()),
            _ => panic!("a form in JSON"),
        }
    }
}

/// The crate and `serde_json` agree on what is JSON, at any depth.
fn check_json(body: &[u8]) {
    let response = HttpResponse::new(200, body);
    let received = code(Dialect::STANDARD).receive_response(response, UnixTime::from_secs(1_700_000_000));
    // A byte that is not UTF-8 is forgiven in a string, as if a replacement character were there, and nowhere else.
    let text = String::from_utf8_lossy(body);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let is_json = serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok();
    let ours = !received.is_err_and(|refused| refused.error().kind() == TokenErrorKind::NotJson);
    assert_eq!(ours, is_json);
}

pub fn run(input: &[u8]) {
    let [high, low, choice, body @ ..] = input else { return };
    let status = u16::from_be_bytes([*high, *low]);
    check_form_dialect(status, body);
    check_json(body);
    let now = if choice & 2 == 0 { 1_700_000_000 } else { u64::MAX };
    let dialect = DIALECTS[usize::from(choice & 1 | choice >> 1 & 2)].clone();
    match code(dialect).receive_response(HttpResponse::new(status, body), UnixTime::from_secs(now)) {
        Ok(authorized) => {
            assert!((200..300).contains(&status));
            let _ = authorized.needs_renewal(UnixTime::from_secs(now), core::time::Duration::MAX);
            if let Ok(header) = authorized.bearer() {
                let token = header.expose().strip_prefix("Bearer ").unwrap();
                assert!(token.bytes().all(|byte| matches!(byte, 0x21..=0x7E)));
            }
            let _ = format!("{authorized:?}");
        }
        Err(rejected) => {
            let _ = format!("{} {rejected:?}", rejected.error());
            let next_step = rejected.next_step();
            assert_eq!(rejected.recover().is_err(), next_step == NextStep::StartOver);
        }
    }
}
