//! Text from outside, sanitized for display.

use alloc::string::String;
use core::fmt::{self, Write};

use zeroize::{Zeroize as _, Zeroizing};

use crate::encoding::text;
use crate::limits::{MAX_ERROR_BODY_LEN, MAX_SHOWN_CHARS};

/// Text that came from outside, for the developer, not for the user. It is wiped on drop.
///
/// `Display` shows at most [`MAX_SHOWN_CHARS`] characters, and escapes control characters and those that change the
/// direction of text as `\u{…}`. The result is safe in a log or a terminal. **In HTML it must still be escaped**: it can
/// contain `<`, `&` and quotes. `Debug` shows the length only, so that logging an error with `{:?}` shows nothing that
/// came from outside.
///
/// ```
/// let description = authcode::Untrusted::from("denied\n<b>");
/// assert_eq!(description.to_string(), r"denied\u{a}<b>");
/// assert_eq!(description.raw(), "denied\n<b>");
/// assert_eq!(format!("{description:?}"), "Untrusted(10 bytes)");
/// ```
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Untrusted(String);

impl Untrusted {
    pub(crate) fn new(mut text: Zeroizing<String>) -> Self {
        Self(core::mem::take(&mut *text))
    }

    /// A URI without its query and its fragment, where a secret may be.
    pub(crate) fn without_query(uri: &str) -> Self {
        let end = uri.bytes().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(uri.len());
        Self(uri.get(..end).unwrap_or_default().into())
    }

    /// The first [`MAX_ERROR_BODY_LEN`] bytes of a body. Bytes that are not UTF-8 are replaced.
    pub(crate) fn excerpt(body: &[u8]) -> Self {
        Self(text::lossy(body.get(..MAX_ERROR_BODY_LEN).unwrap_or(body)))
    }

    /// The text as `Display` writes it, without `core::fmt`. It may repeat what your program sent; wiping it is up to
    /// you.
    pub fn shown(&self) -> String {
        // In one allocation: growing would leave copies. No character is shown as more than ten.
        let len = self.0.chars().take(MAX_SHOWN_CHARS).count() * r"\u{10ffff}".len() + "…".len();
        let mut shown = String::with_capacity(len);
        // A `String` takes every character.
        let _ = show(&self.0, is_unsafe_to_show, &mut shown);
        shown
    }

    /// The text as it came, unescaped.
    pub fn raw(&self) -> &str {
        &self.0
    }
}

/// For tests of your own error handling.
impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// It may repeat what was sent, even a code.
impl Drop for Untrusted {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted({} bytes)", self.0.len())
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(&self.0, is_unsafe_to_show, f)
    }
}

/// A name that may come from outside, in quotes and escaped as [`Untrusted`] is. Quotes and backslashes are escaped, too,
/// so that it is clear where the name ends. `{:?}` would link tables of Unicode into every program.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        show(self.0, |c| is_unsafe_to_show(c) || matches!(c, '"' | '\\'), f)?;
        f.write_char('"')
    }
}

/// A short code from outside, for a message. Characters that mean something in HTML are escaped, too.
pub(crate) struct Code<'a>(pub(crate) &'a str);

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(self.0, |c| is_unsafe_to_show(c) || matches!(c, '<' | '>' | '&' | '"' | '\''), f)
    }
}

/// Only by `write_char`, which links no formatting.
fn show(text: &str, is_escaped: fn(char) -> bool, out: &mut impl Write) -> fmt::Result {
    let mut chars = text.chars();
    for c in chars.by_ref().take(MAX_SHOWN_CHARS) {
        if is_escaped(c) {
            c.escape_unicode().try_for_each(|c| out.write_char(c))?;
        } else {
            out.write_char(c)?;
        }
    }
    if chars.next().is_some() { out.write_char('…') } else { Ok(()) }
}

/// Control characters, and invisible characters that change how the rest is read.
fn is_unsafe_to_show(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
        || c.is_control()
}
