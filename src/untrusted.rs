//! Text from outside, made safe to show.

use alloc::string::String;
use core::fmt::{self, Write};

use zeroize::{Zeroize as _, Zeroizing};

use crate::limits::{MAX_ERROR_BODY_LEN, MAX_SHOWN_CHARS};

/// Text from outside, for the developer's eyes.
///
/// `Display` shows at most [`MAX_SHOWN_CHARS`] characters and
/// writes control characters and those that turn the direction of text as `\u{…}`: safe for a log or a
/// terminal. For HTML it must still be escaped. `Debug` shows the length alone, so that an error that is
/// logged as a whole shows nothing that came from outside.
#[derive(Clone, Eq, PartialEq)]
pub struct Untrusted(String);

impl Untrusted {
    pub(crate) fn new(mut text: Zeroizing<String>) -> Self {
        Self(core::mem::take(&mut *text))
    }

    /// The beginning of a body, which need not be text. In one allocation: growing would leave copies.
    pub(crate) fn excerpt(body: &[u8]) -> Self {
        let chunks = || body.get(..MAX_ERROR_BODY_LEN).unwrap_or(body).utf8_chunks();
        let replacement = |invalid: &[u8]| if invalid.is_empty() { "" } else { "\u{FFFD}" };
        let len = chunks().map(|chunk| chunk.valid().len() + replacement(chunk.invalid()).len()).sum();
        let mut text = String::with_capacity(len);
        for chunk in chunks() {
            text.push_str(chunk.valid());
            text.push_str(replacement(chunk.invalid()));
        }
        Self(text)
    }

    /// What `Display` writes, as a text of its own and without `core::fmt`: escaped and cut in the same way. It may
    /// repeat what was sent, and is yours to wipe.
    pub fn shown(&self) -> String {
        // In one allocation: growing would leave copies. No character is shown by more than ten.
        let len = self.0.chars().take(MAX_SHOWN_CHARS).count() * r"\u{10ffff}".len() + "…".len();
        let mut shown = String::with_capacity(len);
        // A `String` takes every character.
        let _ = show(&self.0, is_unsafe_to_show, &mut shown);
        shown
    }

    /// The text as it came, with all that may be in it.
    pub fn raw(&self) -> &str {
        &self.0
    }
}

/// For tests of a host that has errors of this crate made up.
impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// It may repeat what was sent, a code even.
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

/// A name that may come from outside, in quotes: shown as [`Untrusted`] is. Two characters more are escaped, so that
/// nobody is misled about where it ends. `{:?}` would bring tables of Unicode into every program.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        show(self.0, |c| is_unsafe_to_show(c) || matches!(c, '"' | '\\'), f)?;
        f.write_char('"')
    }
}

/// By `write_char` alone, which needs no formatting.
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

/// Control characters, and others without a shape of their own that change how the rest is read.
fn is_unsafe_to_show(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
        || c.is_control()
}
