//! No stored form causes a panic, and one that can be resumed is stored again as the same bytes.

use authcode::{Client, Flow, ResumeError, Server, Suspended};

pub fn run(input: &[u8]) {
    let Ok(text) = core::str::from_utf8(input) else { return };
    let server = Server::new("https://server.example.com/authorize", "https://server.example.com/oauth/token").unwrap();
    let client = Client::new(server, "s6BhdRkqt3", "https://client.example.com/cb").unwrap();
    let Ok(suspended) = serde_json::from_str::<Suspended>(text) else { return };
    // The crate has a JSON parser of its own, which must agree with `serde_json`.
    assert_eq!(Suspended::from_json(text).unwrap().to_json().expose(), serde_json::to_string(&suspended).unwrap());
    let form = suspended.to_json();
    let _ = (suspended.kind(), suspended.client_id(), suspended.issuer(), suspended.resources().count());
    match Flow::resume(suspended, &client) {
        Ok(flow) => {
            let stored = serde_json::to_string(&flow.suspend()).unwrap();
            let again = Flow::resume(serde_json::from_str(&stored).unwrap(), &client).unwrap();
            assert_eq!(serde_json::to_string(&again.suspend()).unwrap(), stored);
        }
        Err(rejected) => {
            let is_damaged = *rejected.error() == ResumeError::Damaged;
            match rejected.recover() {
                Ok(returned) => assert_eq!(returned.to_json().expose(), form.expose()),
                Err(_) => assert!(is_damaged),
            }
        }
    }
}
