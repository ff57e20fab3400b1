//! JSON, SHA-256 and base64 alone: what a login is made of, without the login.

use alloc::string::{String, ToString as _};

use base64_23::Engine as _;
use base64_23::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::{Text, given};

#[derive(serde::Deserialize)]
struct Response {
    access_token: String,
    token_type: String,
    expires_in: Option<u64>,
    refresh_token: Option<String>,
    scope: Option<String>,
}

/// # Safety
/// `entropy` are 32 bytes, and nobody else has the texts meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn start(entropy: *const [u8; 32], verifier: &mut Text, challenge: &mut Text) {
    // SAFETY: as above.
    let text = URL_SAFE_NO_PAD.encode(unsafe { *entropy });
    challenge.set(URL_SAFE_NO_PAD.encode(Sha256::digest(&text)));
    verifier.set(text);
}

/// # Safety
/// The body is of `buffer`, and given once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn receive_token_response(body: *mut u8, len: usize, texts: &mut [Text; 4]) -> u64 {
    // SAFETY: as above.
    match serde_json::from_slice::<Response>(&unsafe { given(body, len) }) {
        Ok(response) => {
            texts[0].set(response.access_token);
            texts[1].set(response.token_type);
            texts[2].set(response.refresh_token.unwrap_or_default());
            texts[3].set(response.scope.unwrap_or_default());
            response.expires_in.unwrap_or_default()
        }
        Err(error) => {
            texts[0].set(error.to_string());
            0
        }
    }
}

/// So that the linker keeps them.
pub fn entries() -> [usize; 2] {
    [start as *const () as usize, receive_token_response as *const () as usize]
}
