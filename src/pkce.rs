//! The two random values of a login: `state` (RFC 6749 §10.12) and the PKCE verifier (RFC 7636 §4).

use alloc::string::String;
use core::fmt;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::encoding::grammar::is_base64url_of_32_bytes;
use crate::encoding::{base64, form};

/// 32 bytes as 43 characters of base64url: the form that RFC 7636 has for a verifier (§4.1) and its challenge
/// (§4.2). Wiped on drop.
pub(crate) struct Base64Url32([u8; Self::LEN]);

impl Base64Url32 {
    pub(crate) const LEN: usize = 43;
    /// To be filled where it is to stay.
    pub(crate) const BLANK: Self = Self([0; Self::LEN]);
    /// 32 zeros.
    const ZERO: [u8; Self::LEN] = [b'A'; Self::LEN];

    /// Writes the token where it is to stay, so that no copy is left behind.
    pub(crate) fn fill(&mut self, bytes: &[u8]) {
        // Only called with 32 bytes, which are always 43 characters.
        base64::encode(bytes, base64::URL_SAFE, &mut self.0);
    }

    /// Takes over a text that [`fill`](Self::fill) could have written.
    pub(crate) fn refill(&mut self, text: &str) -> Option<()> {
        if !is_base64url_of_32_bytes(text.as_bytes()) {
            return None;
        }
        // Byte by byte into its place: an array that passes through an `Option` leaves a copy on the stack.
        self.0.iter_mut().zip(text.bytes()).for_each(|(slot, byte)| *slot = byte);
        Some(())
    }

    /// Whether it cannot have come from a working random source.
    pub(crate) fn is_zero(&self) -> bool {
        self.0 == Self::ZERO
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
        // As a slice: an array is wiped byte by byte.
        self.0.as_mut_slice().zeroize();
    }
}

impl fmt::Debug for Base64Url32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Random bytes that cannot have come from a working source.
#[derive(Debug)]
pub(crate) enum WeakEntropy {
    /// Half of them are all zero.
    Zero,
    /// Both halves are the same.
    Repeated,
}

/// `state` and verifier of one login.
#[derive(Debug)]
pub(crate) struct LoginSecrets {
    pub(crate) state: Base64Url32,
    pub(crate) verifier: Base64Url32,
}

impl LoginSecrets {
    /// To be filled where it is to stay: a value that moves leaves a copy behind.
    pub(crate) const BLANK: Self = Self { state: Base64Url32::BLANK, verifier: Base64Url32::BLANK };

    /// The first 32 bytes are for `state`, the others for the verifier.
    pub(crate) fn fill(&mut self, entropy: &[u8; 64]) -> Result<(), WeakEntropy> {
        let (state, verifier) = entropy.split_at(32);
        self.state.fill(state);
        self.verifier.fill(verifier);
        self.check()
    }

    fn check(&self) -> Result<(), WeakEntropy> {
        if [&self.state, &self.verifier].iter().any(|half| half.is_zero()) {
            return Err(WeakEntropy::Zero);
        }
        if self.state.0 == self.verifier.0 { Err(WeakEntropy::Repeated) } else { Ok(()) }
    }

    /// Both as one text, for the store.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(2 * Base64Url32::LEN));
        text.push_str(self.state.as_str());
        text.push_str(self.verifier.as_str());
        text
    }

    /// From the store, checked like fresh ones.
    pub(crate) fn refill(&mut self, text: &str) -> Option<()> {
        let (state, verifier) = text.split_at_checked(Base64Url32::LEN)?;
        self.state.refill(state)?;
        self.verifier.refill(verifier)?;
        self.check().ok()
    }
}
