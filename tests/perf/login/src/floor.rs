//! What no login can do without: the random bytes, three times base64url, once SHA-256, and each byte of what goes out
//! copied once. Nothing is parsed, checked, encoded or wiped.

use std::hint::black_box;

use base64_23::Engine as _;
use base64_23::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::inputs::{Rng, draw};

#[derive(Default)]
pub struct Subject {}

pub struct Token;

pub struct Answer;

pub fn answer(_: &str) -> Answer {
    Answer
}

/// The pieces of the URL and of the body, encoded by hand.
const URL: [&str; 2] = [
    "https://login.loom.example/authorize?response_type=code&audience=https%3A%2F%2Fapi.loomai.example%2F&client_id=3kX9mR2vT7pLqW5z&code_challenge_method=S256&code_challenge=",
    "&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&scope=openid%20profile%20offline_access&state=",
];
const BODY: [&str; 3] = [
    "grant_type=authorization_code&audience=https%3A%2F%2Fapi.loomai.example%2F&client_id=3kX9mR2vT7pLqW5z&code=",
    "&code_verifier=",
    "&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback",
];

impl Subject {
    pub fn login(&self, rng: &mut Rng, redirect: &str, _: Answer) -> Token {
        let (mut state, mut verifier, mut challenge) = ([0; 43], [0; 43], [0; 43]);
        URL_SAFE_NO_PAD.encode_slice(draw(rng), &mut state).unwrap();
        URL_SAFE_NO_PAD.encode_slice(draw(rng), &mut verifier).unwrap();
        URL_SAFE_NO_PAD.encode_slice(Sha256::digest(verifier), &mut challenge).unwrap();
        let mut url = [0; 400];
        copy(&mut url, [URL[0].as_bytes(), &challenge, URL[1].as_bytes(), &state]);
        let code = &redirect.as_bytes()[redirect.find('=').unwrap() + 1..redirect.find('&').unwrap()];
        let mut body = [0; 400];
        copy(&mut body, [BODY[0].as_bytes(), code, BODY[1].as_bytes(), &verifier, BODY[2].as_bytes()]);
        black_box((url, body));
        Token
    }

    pub fn refresh(&self, token: Token, _: Answer) -> Token {
        token
    }
}

fn copy<const N: usize>(out: &mut [u8], parts: [&[u8]; N]) {
    let mut rest = out;
    for part in parts {
        let (place, after) = rest.split_at_mut(part.len());
        place.copy_from_slice(part);
        rest = after;
    }
}
