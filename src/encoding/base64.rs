//! Base64 (RFC 4648).
//!
//! The crate encodes a few dozen bytes in each login. A library's encoder is built for throughput, and is ten times as
//! large.

use alloc::string::String;
use alloc::vec::Vec;

/// The characters of RFC 4648 §4.
pub(crate) const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The characters of RFC 4648 §5, which need no encoding in a URL.
pub(crate) const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Encodes the bytes into the start of `out`. Padding, if it is wanted, is up to the caller.
pub(crate) fn encode(bytes: &[u8], alphabet: &[u8; 64], out: &mut [u8]) {
    for (group, characters) in bytes.chunks(3).zip(out.chunks_mut(4)) {
        let byte = |index| group.get(index).copied().map_or(0, usize::from);
        let mut bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        // One byte gives two characters, two give three, three give four.
        for slot in characters.iter_mut().take(group.len() + 1) {
            *slot = alphabet.get(bits >> 18 & 63).copied().unwrap_or_default();
            bits <<= 6;
        }
    }
}

/// How many characters so many bytes have, without padding.
pub(crate) const fn unpadded_len(bytes: usize) -> usize {
    bytes / 3 * 4 + (bytes % 3 * 4).div_ceil(3)
}

/// Appends the bytes as base64url without padding (RFC 7515 §2).
pub(crate) fn push_url_safe(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + unpadded_len(bytes.len()), 0);
    encode(bytes, URL_SAFE, out.get_mut(start..).unwrap_or_default());
}

/// The bytes as base64url without padding, in one allocation of the exact size.
pub(crate) fn url_safe(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(unpadded_len(bytes.len()));
    push_url_safe(bytes, &mut out);
    // Nothing but ASCII.
    String::from_utf8(out).unwrap_or_default()
}

/// Decodes base64url without padding. `None` if there is another character, or a length or bits at the end that no encoder
/// writes: each sequence of bytes has one text alone.
pub(crate) fn decode_url_safe(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in text.chunks(4) {
        let bits = group.iter().try_fold(0, |bits: u32, character| Some(bits << 6 | value(*character)?))?;
        // Two characters give one byte, three give two, four give three.
        let len = group.len().checked_sub(1).filter(|len| *len > 0)?;
        let [_, bytes @ ..] = (bits << (6 * (3 - len))).to_be_bytes();
        let (bytes, unused) = bytes.split_at_checked(len)?;
        if unused.iter().any(|byte| *byte != 0) {
            return None;
        }
        out.extend_from_slice(bytes);
    }
    Some(out)
}

fn value(character: u8) -> Option<u32> {
    Some(u32::from(match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    }))
}
