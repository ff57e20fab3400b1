//! Public keys, and what a caller's key signs: DPoP proofs (RFC 9449) and client assertions (RFC 7523).
//!
//! There is no private key and no signature algorithm in this crate: the text to sign goes out, a signature comes back.

pub(crate) mod algorithm;
pub(crate) mod assertion;
pub(crate) mod draft;
pub(crate) mod fresh;
mod jws;
pub(crate) mod key_error;
pub(crate) mod proof;
pub(crate) mod public_key;
mod request;
#[cfg(test)]
mod tests;
