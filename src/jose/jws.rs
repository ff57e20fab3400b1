//! The compact serialization of JWS (RFC 7515 §3.1 and §7.1), around a signature that comes from elsewhere.

use alloc::string::String;
use alloc::vec::Vec;

use crate::encoding::base64;
use crate::secret::{Secret, WipedBytes};

/// The text that is signed: ASCII.
pub(crate) fn signing_input(header: &str, claims: &str) -> WipedBytes {
    let mut input = Vec::with_capacity(base64::unpadded_len(header.len()) + 1 + base64::unpadded_len(claims.len()));
    base64::push_url_safe(header.as_bytes(), &mut input);
    input.push(b'.');
    base64::push_url_safe(claims.as_bytes(), &mut input);
    WipedBytes(input)
}

/// The whole JWS. In one allocation: growing would leave copies.
pub(crate) fn compact(signing_input: &[u8], signature: &[u8]) -> Secret {
    let mut jws = Vec::with_capacity(signing_input.len() + 1 + base64::unpadded_len(signature.len()));
    jws.extend_from_slice(signing_input);
    jws.push(b'.');
    base64::push_url_safe(signature, &mut jws);
    // Nothing but ASCII.
    String::from_utf8(jws).unwrap_or_default().into()
}
