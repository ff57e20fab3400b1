//! No response to a pushed request causes a panic. A success opens the endpoint with two parameters and nothing else, and
//! comes back from the store as it was. A refusal returns the state exactly if it says so.

use authcode::{AwaitingRedirect, Client, HttpResponse, NextStep, Server, UnixTime};

pub fn run(input: &[u8]) {
    let [high, low, choice, body @ ..] = input else { return };
    let status = u16::from_be_bytes([*high, *low]);
    let server = Server::new("https://a.example/authorize?x=1", "https://a.example/token").unwrap();
    let server = server.with_pushed_request_endpoint("https://a.example/par").unwrap();
    let client = Client::new(server, "id", "https://b.example/cb").unwrap();
    let mut entropy = [7; 64];
    entropy[63] = 8;
    let pushing = client.login().start_pushed_with_entropy(&entropy).unwrap();
    let now = UnixTime::from_secs(if choice & 1 == 0 { 1_700_000_000 } else { u64::MAX });
    match pushing.receive_response(HttpResponse::new(status, body), now) {
        Ok(pending) => {
            assert!((200..300).contains(&status));
            let url = pending.authorization_url();
            assert!(url.bytes().all(|byte| matches!(byte, 0x21..=0x7E)) && !url.contains('#'));
            let encoded = url.strip_prefix("https://a.example/authorize?x=1&client_id=id&request_uri=").unwrap();
            assert!(!encoded.contains('&'));
            // Another reader of JSON and another one of URLs find the same. A byte that is not UTF-8 may be elsewhere.
            if let Ok(document) = serde_json::from_slice::<serde_json::Value>(body) {
                let parsed = url::Url::parse(&url).unwrap();
                let (_, request_uri) = parsed.query_pairs().last().unwrap();
                assert_eq!(document["request_uri"], *request_uri);
            }
            assert!(pending.authorization_url_expires_at().is_none_or(|end| end >= now));
            let again = AwaitingRedirect::resume(pending.suspend(), &client).unwrap();
            assert_eq!(again.authorization_url(), url);
            assert_eq!(again.authorization_url_expires_at(), pending.authorization_url_expires_at());
        }
        Err(rejected) => {
            let _ = format!("{} {rejected:?}", rejected.error());
            assert_ne!(rejected.next_step(), NextStep::Wait);
            let next_step = rejected.next_step();
            assert_eq!(rejected.recover().is_err(), next_step == NextStep::StartOver);
        }
    }
}
