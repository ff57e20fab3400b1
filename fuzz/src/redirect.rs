//! No redirect makes it panic, and none without the right `state` advances or ends a login.

use authcode::{AwaitingRedirect, Client, IssParameter, NextStep, Redirect, Server};

fn pending() -> AwaitingRedirect {
    let server = Server::new("https://a.example/authorize", "https://a.example/token")
        .and_then(|server| server.with_issuer("https://a.example/", IssParameter::Optional))
        .unwrap();
    let client = Client::new(server, "id", "https://b.example/cb?tenant=a%20b").unwrap();
    let mut entropy = [7; 64];
    entropy[63] = 8;
    client.login().start_with_entropy(&entropy).unwrap()
}

pub fn run(input: &[u8]) {
    let Some((choice, content)) = input.split_first() else { return };
    let pending = pending();
    let url = pending.authorization_url();
    let state = url.rsplit_once("state=").unwrap().1.as_bytes();
    // In three of four runs the live `state` takes the place of the word STATE: the fuzzer cannot guess it.
    let knows_state = choice & 0b1100 != 0;
    let content = if knows_state { replace(content, b"STATE", state) } else { content.to_vec() };
    let redirect = match choice & 0b11 {
        0 => Redirect::url(&content),
        1 => Redirect::target(&content),
        2 => Redirect::query(&content),
        _ => Redirect::form_post(&content),
    };
    // `state` may come percent-encoded, so it is looked for in the decoded text.
    let decoded: Vec<u8> =
        form_urlencoded::parse(&content).flat_map(|(n, v)| format!("{n}={v}&").into_bytes()).collect();
    let has_state = [&content, &decoded].iter().any(|text| text.windows(state.len()).any(|window| window == state));
    match pending.receive_redirect(redirect) {
        Ok(code) => {
            assert!(has_state);
            let request = code.request();
            assert_eq!(request.url, "https://a.example/token");
            assert!(request.body.expose().bytes().all(|byte| matches!(byte, 0x21..=0x7E)));
        }
        Err(rejected) => {
            let _ = format!("{} {rejected:?}", rejected.error());
            let next_step = rejected.next_step();
            match rejected.recover() {
                Ok(same) => {
                    assert_eq!(next_step, NextStep::Wait);
                    assert_eq!(same.authorization_url(), url);
                }
                Err(_) => {
                    assert_eq!(next_step, NextStep::StartOver);
                    assert!(has_state);
                }
            }
        }
    }
}

fn replace(text: &[u8], word: &[u8], by: &[u8]) -> Vec<u8> {
    match text.windows(word.len()).position(|window| window == word) {
        Some(at) => [&text[..at], by, &text[at + word.len()..]].concat(),
        None => text.to_vec(),
    }
}
