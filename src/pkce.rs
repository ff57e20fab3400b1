//! The two random values of a login: `state` (RFC 6749 §10.12) and the PKCE verifier (RFC 7636 §4).

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::error::StartError;
use crate::form;

/// 32 bytes as 43 characters of base64url: the form that RFC 7636 has for a verifier (§4.1) and its challenge
/// (§4.2). Kept in place, wiped on drop.
pub(crate) struct Base64Url32([u8; Self::LEN]);

impl Base64Url32 {
    pub(crate) const LEN: usize = 43;
    const BLANK: Self = Self([0; Self::LEN]);

    /// Writes the token where it is to stay, so that no copy is left behind.
    fn fill(&mut self, bytes: &[u8]) {
        // Only called with 32 bytes, which are always 43 characters.
        let _ = URL_SAFE_NO_PAD.encode_slice(bytes, &mut self.0);
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether a form-encoded value is this token, in constant time.
    pub(crate) fn is(&self, encoded: &[u8]) -> bool {
        let mut theirs = Self::BLANK;
        let fits = form::decode_exact(encoded, &mut theirs.0);
        bool::from(self.0.ct_eq(&theirs.0)) && fits
    }

    /// RFC 7636 §4.2, method `S256`.
    pub(crate) fn challenge(&self) -> Self {
        let mut challenge = Self::BLANK;
        challenge.fill(&Sha256::digest(self.0.as_slice()));
        challenge
    }
}

impl Drop for Base64Url32 {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Base64Url32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// `state` and verifier of one login, in one place on the heap: a state that moves on leaves no copy of them.
#[derive(Debug)]
pub(crate) struct LoginSecrets {
    pub(crate) state: Base64Url32,
    pub(crate) verifier: Base64Url32,
}

impl LoginSecrets {
    /// The first 32 bytes are for `state`, the others for the verifier.
    pub(crate) fn new(entropy: &[u8; 64]) -> Result<Box<Self>, StartError> {
        let (state, verifier) = entropy.split_at(32);
        if [state, verifier].iter().any(|half| half.iter().all(|byte| *byte == 0)) {
            return Err(StartError::NoEntropy);
        }
        if state == verifier {
            return Err(StartError::RepeatedEntropy);
        }
        let mut secrets = Box::new(Self { state: Base64Url32::BLANK, verifier: Base64Url32::BLANK });
        secrets.state.fill(state);
        secrets.verifier.fill(verifier);
        Ok(secrets)
    }

    /// Both as one text, for the store.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(2 * Base64Url32::LEN));
        text.push_str(self.state.as_str());
        text.push_str(self.verifier.as_str());
        text
    }

    /// From the store, through the same door as fresh ones.
    pub(crate) fn from_text(text: &str) -> Option<Box<Self>> {
        let (state, verifier) = text.split_at_checked(Base64Url32::LEN)?;
        let mut entropy = Zeroizing::new([0; 64]);
        let (first, second) = entropy.split_at_mut(32);
        for (half, text) in [(first, state), (second, verifier)] {
            URL_SAFE_NO_PAD.decode_slice(text, half).ok().filter(|len| *len == 32)?;
        }
        Self::new(&entropy).ok()
    }
}
