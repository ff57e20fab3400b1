//! Texts cut at an ASCII character. What `core` has for it looks for any character, which is more code than all that is
//! done with the parts.

use core::iter;

/// Where the first of these bytes is.
pub(crate) fn find(text: &str, byte: u8) -> Option<usize> {
    text.bytes().position(|other| other == byte)
}

/// Whether this byte is in it.
pub(crate) fn has(text: &str, byte: u8) -> bool {
    find(text, byte).is_some()
}

/// What stands before the first of these bytes, and what stands behind it if it is there.
pub(crate) fn cut(text: &str, byte: u8) -> (&str, Option<&str>) {
    match find(text, byte).and_then(|place| text.split_at_checked(place)) {
        Some((before, after)) => (before, after.get(1..)),
        None => (text, None),
    }
}

/// What stands between these bytes.
pub(crate) fn parts(text: &str, byte: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    iter::from_fn(move || {
        let (part, after) = cut(rest?, byte);
        rest = after;
        Some(part)
    })
}
