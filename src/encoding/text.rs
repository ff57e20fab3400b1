//! Splitting at an ASCII character, and text that is decoded only where it has to be.
//!
//! `core::str` searches for any character, which is more code than everything that is done with the parts.

use alloc::string::String;
use core::iter;
use core::ops::Deref;

use zeroize::Zeroizing;

/// The position of the first such byte.
pub(crate) fn find(text: &str, byte: u8) -> Option<usize> {
    text.bytes().position(|other| other == byte)
}

/// Whether the text contains the byte.
pub(crate) fn has(text: &str, byte: u8) -> bool {
    find(text, byte).is_some()
}

/// The text before the first such byte, and the text after it if there is one.
pub(crate) fn cut(text: &str, byte: u8) -> (&str, Option<&str>) {
    match find(text, byte).and_then(|place| text.split_at_checked(place)) {
        Some((before, after)) => (before, after.get(1..)),
        None => (text, None),
    }
}

/// The parts between such bytes.
pub(crate) fn parts(text: &str, byte: u8) -> impl Iterator<Item = &str> + Clone {
    let mut rest = Some(text);
    iter::from_fn(move || {
        let (part, after) = cut(rest?, byte);
        rest = after;
        Some(part)
    })
}

/// Decoded text: borrowed where decoding changes nothing. It may be a token or a code, so a copy is wiped on drop.
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Decoded(Zeroizing<String>),
}

impl Text<'_> {
    pub(crate) fn into_owned(self) -> Zeroizing<String> {
        match self {
            Self::Borrowed(text) => Zeroizing::new(text.into()),
            Self::Decoded(text) => text,
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Decoded(text) => text,
        }
    }
}

/// The text of these bytes, with U+FFFD in the place of what is not UTF-8.
///
/// In one allocation: `String::from_utf8_lossy` grows, and would leave copies of secrets.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    let invalid = bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    // U+FFFD has three bytes, and stands for at least one.
    let mut text = String::with_capacity(bytes.len() + 2 * invalid);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

/// A number in decimal. A program that never formats a number otherwise does not link `core::fmt` for this.
pub(crate) fn of_number(number: u64) -> String {
    let mut text = String::new();
    let mut power = 10_000_000_000_000_000_000;
    while power > 0 {
        let digit = number / power % 10;
        if digit > 0 || power == 1 || !text.is_empty() {
            text.push(char::from(b'0' + digit as u8));
        }
        power /= 10;
    }
    text
}
