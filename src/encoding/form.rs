//! `application/x-www-form-urlencoded` (RFC 6749 appendix B), both ways.

use alloc::string::String;
use alloc::vec::Vec;
use core::iter;

use zeroize::Zeroizing;

use crate::encoding::text::Text;

/// How a space is written. Both are read as a space by every server; some refuse `+` in a URL.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Space {
    /// `+`, in a body.
    Plus,
    /// `%20`, in a URL.
    Percent20,
}

/// A parameter that is to be sent.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a str,
    /// Whether name and value are known to need no encoding, as most of what a login sends.
    is_plain: [bool; 2],
}

impl<'a> Pair<'a> {
    /// Any name, any value.
    pub(crate) const fn any(name: &'a str, value: &'a str) -> Self {
        Self { name, value, is_plain: [false, false] }
    }

    /// A name of the protocol, any value.
    pub(crate) const fn new(name: &'a str, value: &'a str) -> Self {
        Self { name, value, is_plain: [true, false] }
    }

    /// A name of the protocol, and a value of letters, digits, `-` and `_` alone.
    pub(crate) const fn plain(name: &'a str, value: &'a str) -> Self {
        Self { name, value, is_plain: [true, true] }
    }

    fn encoded_len(&self, space: Space) -> usize {
        let [name, value] = self.is_plain;
        let len = |text: &str, is_plain| if is_plain { text.len() } else { encoded_len(text, space) };
        len(self.name, name) + len(self.value, value) + "=&".len()
    }

    fn push_encoded(&self, out: &mut Vec<u8>, space: Space) {
        let [name, value] = self.is_plain;
        let push = |out: &mut Vec<u8>, text: &str, is_plain| {
            if is_plain { out.extend_from_slice(text.as_bytes()) } else { push_encoded(out, text, space) }
        };
        push(out, self.name, name);
        out.push(b'=');
        push(out, self.value, value);
    }
}

/// Passes each pair of a request to a function.
pub(crate) type Pairs<'f, 'a> = &'f dyn Fn(&mut dyn FnMut(Pair<'a>));

/// Writes `start`, `name=value&…` and `end`, in one allocation of the exact size: growing would leave copies of secrets.
pub(crate) fn encode<'a>(start: &[&str], pairs: Pairs<'_, 'a>, end: &[&str], space: Space) -> String {
    let fixed_len = start.iter().chain(end).map(|part| part.len()).sum::<usize>();
    let mut pairs_len = 0;
    pairs(&mut |pair| pairs_len += pair.encoded_len(space));
    let mut out = Vec::with_capacity(fixed_len + pairs_len.saturating_sub("&".len()));
    start.iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
    let start_len = out.len();
    pairs(&mut |pair| {
        if out.len() > start_len {
            out.push(b'&');
        }
        pair.push_encoded(&mut out, space);
    });
    end.iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
    // Each part is a `str`, or ASCII.
    String::from_utf8(out).unwrap_or_default()
}

/// Encodes one text, in one allocation of the exact size.
pub(crate) fn encode_text(text: &str, space: Space) -> Zeroizing<String> {
    let mut out = Vec::with_capacity(encoded_len(text, space));
    push_encoded(&mut out, text, space);
    Zeroizing::new(String::from_utf8(out).unwrap_or_default())
}

/// The bytes that WHATWG's serializer does not encode. Every decoder accepts more and less.
#[expect(clippy::indexing_slicing, reason = "at compile time")]
const KEPT: [bool; 256] = {
    let mut kept = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        kept[byte] = matches!(byte as u8, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_');
        byte += 1;
    }
    kept
};

fn is_kept(byte: u8) -> bool {
    KEPT.get(usize::from(byte)).is_some_and(|kept| *kept)
}

fn encoded_len(text: &str, space: Space) -> usize {
    let escaped = text.bytes().filter(|byte| !is_kept(*byte)).count();
    let spaces = || text.bytes().filter(|byte| *byte == b' ').count();
    text.len() + 2 * if escaped > 0 && space == Space::Plus { escaped - spaces() } else { escaped }
}

fn push_encoded(out: &mut Vec<u8>, text: &str, space: Space) {
    let mut rest = text.as_bytes();
    loop {
        let kept = rest.iter().position(|byte| !is_kept(*byte)).unwrap_or(rest.len());
        out.extend_from_slice(rest.get(..kept).unwrap_or_default());
        match rest.get(kept..).and_then(<[u8]>::split_first) {
            None => return,
            Some((b' ', after)) if space == Space::Plus => {
                out.push(b'+');
                rest = after;
            }
            Some((byte, after)) => {
                out.push(b'%');
                out.push(hex_digit(byte >> 4));
                out.push(hex_digit(byte & 0xF));
                rest = after;
            }
        }
    }
}

fn hex_digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
}

/// The pairs of a query or a form body, still encoded. Empty pairs are skipped.
pub(crate) fn pairs(encoded: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
    let mut rest = encoded;
    iter::from_fn(move || {
        while !rest.is_empty() {
            let (pair, after) = split_at_byte(rest, b'&');
            rest = after;
            if !pair.is_empty() {
                return Some(split_at_byte(pair, b'='));
            }
        }
        None
    })
}

/// The bytes before and after the first such byte.
pub(crate) fn split_at_byte(text: &[u8], byte: u8) -> (&[u8], &[u8]) {
    let end = text.iter().position(|other| *other == byte).unwrap_or(text.len());
    (text.get(..end).unwrap_or_default(), text.get(end + 1..).unwrap_or_default())
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

/// Whether the text decodes to itself: ASCII, and nothing in it is encoded.
fn is_plain(encoded: &[u8]) -> bool {
    // Without a branch for each byte, so that many are tested at once.
    encoded.iter().fold(true, |all, byte| all & byte.is_ascii() & !matches!(byte, b'%' | b'+'))
}

/// Whether `encoded` decodes to `plain`. Not in constant time.
pub(crate) fn decodes_to(encoded: &[u8], plain: &str) -> bool {
    // A long name that anyone may have sent is not looked at.
    let fits = (plain.len()..=3 * plain.len()).contains(&encoded.len());
    fits && bytes(encoded).eq(plain.bytes().map(Ok))
}

/// Whether two encoded texts decode to the same. Two that cannot be decoded may be called the same, so one of them must be
/// known to be good.
pub(crate) fn is_same(good: &[u8], other: &[u8]) -> bool {
    bytes(good).eq(bytes(other))
}

/// Decodes into `out`, and says whether that filled it exactly.
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

/// Whether the text can be decoded. Allocates nothing.
pub(crate) fn check(encoded: &[u8]) -> Result<(), Malformed> {
    if is_plain(encoded) {
        return Ok(());
    }
    let mut bytes = bytes(encoded);
    while let Some(byte) = bytes.next() {
        let first = byte?;
        let len = match first {
            0..=0x7F => continue,
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => return Err(Malformed),
        };
        let mut character = [first, 0, 0, 0];
        for slot in character.iter_mut().take(len).skip(1) {
            *slot = bytes.next().unwrap_or(Err(Malformed))?;
        }
        if character.get(..len).is_none_or(|character| core::str::from_utf8(character).is_err()) {
            return Err(Malformed);
        }
    }
    Ok(())
}

/// Whether each name and each value can be decoded.
pub(crate) fn check_pairs(encoded: &[u8]) -> Result<(), Malformed> {
    pairs(encoded).try_for_each(|(name, value)| check(name).and(check(value)))
}

/// Decodes a text, borrowed if that changes nothing.
pub(crate) fn text(encoded: &[u8]) -> Result<Text<'_>, Malformed> {
    match core::str::from_utf8(encoded) {
        Ok(plain) if is_plain(encoded) => Ok(Text::Borrowed(plain)),
        _ => decode(encoded).map(Text::Decoded),
    }
}

/// Decodes a text into `out`, in place of what it holds.
pub(crate) fn decode_into<'a>(encoded: &[u8], out: &'a mut Vec<u8>) -> Result<&'a str, Malformed> {
    out.clear();
    out.reserve(encoded.len());
    for byte in bytes(encoded) {
        out.push(byte?);
    }
    core::str::from_utf8(out).map_err(|_| Malformed)
}

/// Decodes a text, in one allocation of the exact size. It may be a code, so every copy of it is wiped.
pub(crate) fn decode(encoded: &[u8]) -> Result<Zeroizing<String>, Malformed> {
    let mut out = Zeroizing::new(Vec::new());
    if is_plain(encoded) {
        out.extend_from_slice(encoded);
    } else {
        out.reserve_exact(bytes(encoded).count());
        for byte in bytes(encoded) {
            out.push(byte?);
        }
    }
    String::from_utf8(core::mem::take(&mut *out)).map(Zeroizing::new).map_err(|error| {
        drop(Zeroizing::new(error.into_bytes()));
        Malformed
    })
}
