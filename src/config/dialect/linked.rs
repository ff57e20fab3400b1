//! Code that only some dialects need.

use alloc::string::String;
use core::fmt;

use crate::encoding::json;
use crate::encoding::time::UnixTime;

/// A function that a dialect brings along as a pointer, so that a program without such a dialect does not link it.
#[derive(Clone, Copy)]
pub(crate) struct Linked<F>(pub(crate) F);

/// Writes pairs as a JSON object: 1.6 KB of a small program.
pub(crate) type JsonWriter = Linked<fn(&[(&str, &str)]) -> String>;

/// Reads a date: 0.8 KB.
pub(crate) type DateReader = Linked<fn(&str) -> Option<UnixTime>>;

impl JsonWriter {
    pub(super) const OBJECT: Self = Self(json::object);
}

impl DateReader {
    pub(super) const RFC_3339: Self = Self(UnixTime::from_rfc3339);
}

/// There is one of each type.
impl<F> PartialEq for Linked<F> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<F> Eq for Linked<F> {}

impl<F> fmt::Debug for Linked<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Linked")
    }
}
