//! `application/x-www-form-urlencoded` (RFC 6749 appendix B), both ways.

use alloc::string::String;
use alloc::vec::Vec;
use core::iter;

use zeroize::Zeroizing;

/// How a space is written. Both are read as a space by every server; some refuse `+` in a URL.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Space {
    /// `+`, in a body.
    Plus,
    /// `%20`, in a URL.
    Percent20,
}

/// Writes `start`, `name=value&…` and `end`, in one allocation of the exact size: growing would leave copies of secrets.
pub(crate) fn encode<'a, P>(start: &[&str], pairs: P, end: &[&str], space: Space) -> String
where
    P: Iterator<Item = (&'a str, &'a str)> + Clone,
{
    let fixed_len = start.iter().chain(end).map(|part| part.len()).sum::<usize>();
    let pair_len = |(name, value)| encoded_len(name, space) + encoded_len(value, space) + "=&".len();
    let len = pairs.clone().map(pair_len).sum::<usize>().saturating_sub("&".len());
    let mut out = String::with_capacity(fixed_len + len);
    start.iter().for_each(|part| out.push_str(part));
    for (index, (name, value)) in pairs.enumerate() {
        if index > 0 {
            out.push('&');
        }
        push_encoded(&mut out, name, space);
        out.push('=');
        push_encoded(&mut out, value, space);
    }
    end.iter().for_each(|part| out.push_str(part));
    out
}

/// What WHATWG's serializer keeps as it is. Every decoder accepts more and less.
fn is_kept(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'-' | b'.' | b'_')
}

pub(crate) fn encoded_len(text: &str, space: Space) -> usize {
    let width = |byte| if is_kept(byte) || (byte == b' ' && space == Space::Plus) { 1 } else { 3 };
    text.bytes().map(width).sum()
}

pub(crate) fn push_encoded(out: &mut String, text: &str, space: Space) {
    for byte in text.bytes() {
        if is_kept(byte) {
            out.push(char::from(byte));
        } else if byte == b' ' && space == Space::Plus {
            out.push('+');
        } else {
            out.push('%');
            out.push(hex_digit(byte >> 4));
            out.push(hex_digit(byte & 0xF));
        }
    }
}

fn hex_digit(nibble: u8) -> char {
    char::from(if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 })
}

/// The pairs of a query or a form body, as they stand there: still encoded. Empty pairs are skipped.
pub(crate) fn pairs(encoded: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
    encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        (halves.next().unwrap_or_default(), halves.next().unwrap_or_default())
    })
}

/// The text is not form-urlencoded UTF-8.
#[derive(Debug, PartialEq)]
pub(crate) struct Malformed;

/// The decoded bytes, one by one, so that a comparison needs no memory.
fn bytes(encoded: &[u8]) -> impl Iterator<Item = Result<u8, Malformed>> {
    let mut rest = encoded.iter().copied();
    iter::from_fn(move || {
        Some(match rest.next()? {
            b'+' => Ok(b' '),
            b'%' => match (rest.next().and_then(hex_value), rest.next().and_then(hex_value)) {
                (Some(high), Some(low)) => Ok(high * 16 + low),
                _ => Err(Malformed),
            },
            plain => Ok(plain),
        })
    })
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Whether the encoded text stands for `plain`. Not in constant time.
pub(crate) fn stands_for(encoded: &[u8], plain: &str) -> bool {
    bytes(encoded).eq(plain.bytes().map(Ok))
}

/// Whether two encoded texts stand for the same. One that stands for nothing is the same as none.
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    bytes(one).all(|byte| byte.is_ok()) && bytes(one).eq(bytes(other))
}

/// Decodes into `out` what fills it exactly. Anything else gives `false`.
pub(crate) fn decode_exact(encoded: &[u8], out: &mut [u8]) -> bool {
    let mut decoded = bytes(encoded);
    let filled = out.iter_mut().all(|slot| match decoded.next() {
        Some(Ok(byte)) => {
            *slot = byte;
            true
        }
        _ => false,
    });
    filled && decoded.next().is_none()
}

/// Whether the text can be decoded. Plain ASCII, the usual case, needs no memory for that.
pub(crate) fn check(encoded: &[u8]) -> Result<(), Malformed> {
    let mut is_ascii = true;
    for byte in bytes(encoded) {
        is_ascii &= byte?.is_ascii();
    }
    if is_ascii { Ok(()) } else { decode(encoded).map(drop) }
}

/// Decodes a text, in one allocation of the exact size. It may be a code, so whatever becomes of it is wiped.
pub(crate) fn decode(encoded: &[u8]) -> Result<Zeroizing<String>, Malformed> {
    let mut out = Zeroizing::new(Vec::with_capacity(bytes(encoded).count()));
    for byte in bytes(encoded) {
        out.push(byte?);
    }
    core::str::from_utf8(&out).map_err(|_| Malformed)?;
    Ok(Zeroizing::new(String::from_utf8(core::mem::take(&mut *out)).unwrap_or_default()))
}
