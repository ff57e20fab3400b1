//! What goes into a login, the same for each subject.

use rand_chacha::ChaCha12Rng;
use rand_core::{Rng as _, SeedableRng as _};

pub const AUTHORIZATION_ENDPOINT: &str = "https://login.loom.example/authorize";
pub const TOKEN_ENDPOINT: &str = "https://login.loom.example/oauth/token";
pub const CLIENT_ID: &str = "3kX9mR2vT7pLqW5z";
pub const REDIRECT_URI: &str = "https://app.example/callback";
pub const SCOPES: [&str; 3] = ["openid", "profile", "offline_access"];
pub const AUDIENCE: &str = "https://api.loomai.example/";
pub const CODE: &str = "SplxlOBeZQQYbYS6WxSbIA-SplxlOBeZQQYbYS6WxSb";
pub const NOW: u64 = 1_700_000_000;

/// The headers of a token response, as a server sends them.
pub const HEADERS: [(&str, &str); 4] = [
    ("content-type", "application/json"),
    ("cache-control", "no-store"),
    ("date", "Tue, 14 Nov 2023 22:13:20 GMT"),
    ("server", "loom"),
];

/// The same generator for all: that which `StdRng` stands for.
pub type Rng = ChaCha12Rng;

pub fn rng() -> Rng {
    Rng::from_seed([7; 32])
}

/// The next 32 bytes: first for `state`, then for the verifier.
pub fn draw(rng: &mut Rng) -> [u8; 32] {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// The redirects that answer the next logins of the generator.
pub fn redirects() -> impl Iterator<Item = String> {
    let mut rng = rng();
    std::iter::repeat_with(move || {
        let state = base64url(&draw(&mut rng));
        draw(&mut rng);
        format!("{REDIRECT_URI}?code={CODE}&state={state}")
    })
}

/// By hand: none of the subjects' libraries has a part in it.
fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().chain([&0; 3]).take(3).fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        for place in 0..=chunk.len() {
            text.push(char::from(ALPHABET[bits >> (18 - 6 * place) & 63]));
        }
    }
    text
}

/// A token response of ordinary size: five members, one of them a JWT of 700 bytes.
pub fn body() -> String {
    response(0)
}

/// The same with as many members more as make `len` bytes of it, of the kinds that servers send.
pub fn response(len: usize) -> String {
    let jwt = format!("eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.{}.{}", "eyJpc3Mi0".repeat(36), "a-Zq9_c".repeat(60));
    let jwt = &jwt[..700];
    let mut body = format!(
        r#"{{"access_token":"{jwt}","token_type":"Bearer","expires_in":3600,"refresh_token":"{}","scope":"{}""#,
        "v1.MjAyMy0xMS0xNFQyMjoxMzoyMA-q8Xk2LpR5tYw",
        SCOPES.join(" ")
    );
    for number in 0.. {
        let member = match number % 3 {
            0 => format!(r#","claim_{number}":"https://api.loomai.example/v1/tenants/{number}/""#),
            1 => format!(r#","count_{number}":{}"#, number * 7919),
            _ => format!(r#","group_{number}":{{"id":{number},"names":["reader","writer"],"active":true}}"#),
        };
        if body.len() + member.len() + 1 > len {
            break;
        }
        body.push_str(&member);
    }
    // What is missing is blank, as a printer of JSON leaves it.
    let blanks = len.saturating_sub(body.len() + 1);
    body.push_str(&" ".repeat(blanks));
    body.push('}');
    body
}
