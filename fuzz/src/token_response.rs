//! No response makes it panic, and the header of whatever token comes out of one is visible ASCII and one space.

use authcode::{
    Client, ClientAuth, CodeReceived, Dialect, HttpResponse, LifetimeFormat, Redirect, Server, TokenError, UnixTime,
};

const DIALECTS: [Dialect; 4] = [
    Dialect::STANDARD,
    Dialect::STANDARD.assume_bearer().with_scope_separator(','),
    Dialect::STANDARD.with_form_responses().with_lifetime("expires_at", LifetimeFormat::Timestamp),
    Dialect::STANDARD
        .with_response_names(&[("access_token", "/data/0/token"), ("error", "/errors/0/errorType"), ("scope", "s")])
        .with_lifetime("/data/0/expires_on", LifetimeFormat::UnixSeconds),
];

fn code(dialect: Dialect) -> CodeReceived {
    let server =
        Server::new("https://a.example/authorize", "https://a.example/token").unwrap().with_dialect(dialect).unwrap();
    let client = Client::new(server, "id", ClientAuth::None, "https://b.example/cb").unwrap();
    let mut entropy = [7; 64];
    entropy[63] = 8;
    let pending = client.login().start_with_entropy(&entropy).unwrap();
    let url = pending.authorization_url();
    let state = url.rsplit_once("state=").unwrap().1;
    pending.receive_redirect(Redirect::query(&format!("code=x&state={state}"))).unwrap()
}

/// What is JSON is read as that, whether or not a form would be read, too.
fn check_form_dialect(status: u16, body: &[u8]) {
    let receive = |dialect| {
        let response = HttpResponse::new(status, body);
        code(dialect).receive_token_response(response, UnixTime::from_secs(1_700_000_000))
    };
    if serde_json::from_slice::<serde_json::Value>(body).is_ok() {
        match (receive(Dialect::STANDARD), receive(Dialect::STANDARD.with_form_responses())) {
            (Ok(one), Ok(other)) => assert_eq!(one.access_token().expose(), other.access_token().expose()),
            (Err(one), Err(other)) => assert_eq!(one.error(), other.error()),
            _ => panic!("a form in JSON"),
        }
    }
}

/// What is JSON is no matter of opinion: `serde_json` says the same, at any depth.
fn check_json(body: &[u8]) {
    let response = HttpResponse::new(200, body);
    let received = code(Dialect::STANDARD).receive_token_response(response, UnixTime::from_secs(1_700_000_000));
    let is_json = std::str::from_utf8(body).is_ok_and(|text| {
        serde_json::from_str::<&serde_json::value::RawValue>(text.strip_prefix('\u{feff}').unwrap_or(text)).is_ok()
    });
    let ours = !received.is_err_and(|refused| matches!(refused.error(), TokenError::NotJson { .. }));
    assert_eq!(ours, is_json);
}

pub fn run(input: &[u8]) {
    let [high, low, choice, body @ ..] = input else { return };
    let status = u16::from_be_bytes([*high, *low]);
    check_form_dialect(status, body);
    check_json(body);
    let now = if choice & 2 == 0 { 1_700_000_000 } else { u64::MAX };
    let dialect = DIALECTS[usize::from(choice & 1 | choice >> 1 & 2)];
    match code(dialect).receive_token_response(HttpResponse::new(status, body), UnixTime::from_secs(now)) {
        Ok(authorized) => {
            assert!((200..300).contains(&status));
            let _ = authorized.needs_renewal(UnixTime::from_secs(now), core::time::Duration::MAX);
            if let Ok(header) = authorized.bearer() {
                let token = header.expose().strip_prefix("Bearer ").unwrap();
                assert!(token.bytes().all(|byte| matches!(byte, 0x21..=0x7E)));
            }
            let _ = format!("{authorized:?}");
        }
        Err(refused) => {
            let _ = format!("{refused} {refused:?}");
        }
    }
}
