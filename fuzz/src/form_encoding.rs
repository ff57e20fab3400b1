//! What the crate writes, others read as it was; what others write, the crate reads as it was.

use authcode::{Client, ClientAuth, Leg, Redirect, Server};

pub fn run(input: &[u8]) {
    let Ok(value) = core::str::from_utf8(input) else { return };
    let server = Server::new("https://a.example/authorize", "https://a.example/token").unwrap();
    let client = Client::new(server, "id", ClientAuth::None, "https://b.example/cb").unwrap();
    let Ok(login) = client.login().param(Leg::Authorization, "x", value) else { return };
    let login = login.param(Leg::Token, "x", value).unwrap();
    let mut entropy = [7; 64];
    entropy[63] = 8;
    let pending = login.start_with_entropy(&entropy).unwrap();
    let last = |encoded: &str| form_urlencoded::parse(encoded.as_bytes()).last().unwrap().1.into_owned();

    let url = pending.authorization_url();
    assert_eq!(last(url.split_once('?').unwrap().1), value);
    let theirs: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let answer = format!("code=c&state={}&x={theirs}", pending.state());
    let code = pending.receive_redirect(Redirect::form_post(&answer)).unwrap();
    assert_eq!(code.redirect_param("x"), Some(value));
    let body = code.token_request().body;
    assert_eq!(last(body.expose()), value);
    assert!(body.expose().ends_with(&format!("&x={theirs}")));
}
