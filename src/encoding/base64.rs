//! Base64 (RFC 4648), encoding only.
//!
//! The crate encodes a few dozen bytes in each login. A library's encoder is built for throughput, and is ten times as
//! large.

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
