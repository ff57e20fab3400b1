//! What a careful client cannot leave out, done in the cheapest plain Rust at hand: the floor, and the parameters
//! encoded, the redirect taken apart and its `state` compared, the response read and checked, the blocks on the heap that
//! hold all this, and what is secret wiped. No rule of the protocol beyond that, no error but a panic, no option.
//!
//! It is not a client: an escape in a redirect or in a response is refused, and what is the same in each login is encoded
//! before the first one.

use std::hint::black_box;

use base64_23::Engine as _;
use base64_23::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::inputs::{AUDIENCE, AUTHORIZATION_ENDPOINT, CLIENT_ID, REDIRECT_URI, Rng, TOKEN_ENDPOINT, draw};

/// Wiped as a slice, which is one fill. `Zeroizing<Vec<u8>>` wipes byte by byte.
struct Secret(Vec<u8>);

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

pub struct Subject {
    authorize: String,
    exchange: String,
    refresh: String,
}

pub struct Token {
    access: Secret,
    refresh: Secret,
    scope: String,
    expires_in: u64,
}

pub type Answer = Vec<u8>;

pub fn answer(body: &str) -> Answer {
    body.into()
}

impl Default for Subject {
    fn default() -> Self {
        let mut uri = Vec::new();
        encode(&mut uri, REDIRECT_URI.as_bytes());
        let both = format!("client_id={CLIENT_ID}&redirect_uri={}", String::from_utf8(uri).unwrap());
        Self {
            authorize: format!("{AUTHORIZATION_ENDPOINT}?response_type=code&{both}&code_challenge_method=S256&scope="),
            exchange: format!("grant_type=authorization_code&{both}&code="),
            refresh: format!("grant_type=refresh_token&client_id={CLIENT_ID}&refresh_token="),
        }
    }
}

impl Subject {
    pub fn login(&self, rng: &mut Rng, redirect: &str, answer: Answer) -> Token {
        // The options.
        let (scope, audience) = black_box((String::from("openid profile offline_access"), String::from(AUDIENCE)));

        // `state` and verifier, in one block.
        let mut secrets = Secret(vec![0; 86]);
        let (state, verifier) = secrets.0.split_at_mut(43);
        URL_SAFE_NO_PAD.encode_slice(*Zeroizing::new(draw(rng)), state).unwrap();
        URL_SAFE_NO_PAD.encode_slice(*Zeroizing::new(draw(rng)), verifier).unwrap();
        let mut challenge = [0; 43];
        URL_SAFE_NO_PAD.encode_slice(Sha256::digest(&*verifier), &mut challenge).unwrap();

        let url = joined([
            (self.authorize.as_bytes(), scope.as_bytes()),
            (b"&audience=", audience.as_bytes()),
            (b"&code_challenge=", b""),
            (&challenge, b""),
            (b"&state=", b""),
            (state, b""),
        ]);
        let _ = black_box(String::from_utf8(url).unwrap());

        let (mut code, mut claimed) = ("", "");
        for pair in redirect.strip_prefix(REDIRECT_URI).unwrap().strip_prefix('?').unwrap().split('&') {
            match pair.split_once('=') {
                Some(("code", value)) => code = value,
                Some(("state", value)) => claimed = value,
                _ => {}
            }
        }
        assert!(bool::from(claimed.as_bytes().ct_eq(state)));
        assert!(!code.is_empty() && !code.bytes().any(|byte| matches!(byte, b'%' | b'+')));
        let code = Secret(code.into());

        let body = Secret(joined([
            (self.exchange.as_bytes(), &code.0),
            (b"&audience=", audience.as_bytes()),
            (b"&code_verifier=", b""),
            (verifier, b""),
        ]));
        let _ = black_box((String::from(TOKEN_ENDPOINT), body));
        receive(answer)
    }

    pub fn refresh(&self, token: Token, answer: Answer) -> Token {
        let body = Secret(joined([(self.refresh.as_bytes(), &token.refresh.0)]));
        let _ = black_box((String::from(TOKEN_ENDPOINT), body));
        receive(answer)
    }
}

#[derive(serde::Deserialize)]
struct Response<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_in: u64,
    refresh_token: &'a str,
    scope: &'a str,
}

/// A token response, read once. The texts are copied, so that a large response does not stay for the sake of a token.
pub fn receive(answer: Answer) -> Token {
    let answer = Secret(answer);
    let text = std::str::from_utf8(&answer.0).unwrap();
    let response: Response<'_> = serde_json::from_str(text).unwrap();
    assert!(response.token_type.eq_ignore_ascii_case("bearer"));
    assert!(response.access_token.bytes().fold(true, |all, byte| all & byte.is_ascii_graphic()));
    Token {
        access: Secret(response.access_token.into()),
        refresh: Secret(response.refresh_token.into()),
        scope: response.scope.into(),
        expires_in: response.expires_in,
    }
}

impl Drop for Token {
    /// So that nothing is left out of it.
    fn drop(&mut self) {
        black_box((&self.access, &self.scope, self.expires_in));
    }
}

/// What goes out as it is in a query: the unreserved characters.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        plain[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    plain
};

/// Each first text as it is and each second one encoded, in a block of just that length.
fn joined<const N: usize>(pairs: [(&[u8], &[u8]); N]) -> Vec<u8> {
    let escapes = pairs.map(|(_, text)| text.iter().filter(|byte| !PLAIN[usize::from(**byte)]).count());
    let lens = pairs.iter().map(|(plain, text)| plain.len() + text.len());
    let mut out = Vec::with_capacity(lens.sum::<usize>() + 2 * escapes.iter().sum::<usize>());
    for ((plain, text), escapes) in pairs.into_iter().zip(escapes) {
        out.extend_from_slice(plain);
        if escapes == 0 {
            out.extend_from_slice(text);
        } else {
            encode(&mut out, text);
        }
    }
    out
}

fn encode(out: &mut Vec<u8>, text: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut rest = text;
    while let Some(place) = rest.iter().position(|byte| !PLAIN[usize::from(*byte)]) {
        out.extend_from_slice(&rest[..place]);
        let byte = usize::from(rest[place]);
        out.extend_from_slice(&[b'%', DIGITS[byte >> 4], DIGITS[byte & 15]]);
        rest = &rest[place + 1..];
    }
    out.extend_from_slice(rest);
}
