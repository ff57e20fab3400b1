//! No stored form makes it panic, and one that comes back is stored again in the same way.

use authcode::{Client, ClientAuth, Flow, Server, Suspended};

pub fn run(input: &[u8]) {
    let Ok(text) = core::str::from_utf8(input) else { return };
    let server = Server::new("https://server.example.com/authorize", "https://server.example.com/oauth/token").unwrap();
    let client = Client::new(server, "s6BhdRkqt3", ClientAuth::None, "https://client.example.com/cb").unwrap();
    let Ok(suspended) = serde_json::from_str::<Suspended>(text) else { return };
    // The crate reads JSON by itself, too, and reads the same.
    assert_eq!(Suspended::from_json(text).unwrap().to_json().expose(), serde_json::to_string(&suspended).unwrap());
    if let Ok(flow) = suspended.resume::<Flow>(&client) {
        let stored = serde_json::to_string(&flow.suspend()).unwrap();
        let again: Flow = serde_json::from_str::<Suspended>(&stored).unwrap().resume(&client).unwrap();
        assert_eq!(serde_json::to_string(&again.suspend()).unwrap(), stored);
    }
}
