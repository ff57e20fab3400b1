//! How servers write a lifetime, and what takes JSON to be written.

use alloc::string::String;
use core::fmt;

use serde::Deserialize;

use crate::encoding::json;

/// How a lifetime in a token response is written. A number may also be in a string.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LifetimeFormat {
    /// Milliseconds from now.
    Milliseconds,
    /// Seconds from now, as in RFC 6749 §5.1.
    Seconds,
    /// The time at which the token expires, as a date: `"2026-01-02T03:04:05Z"` (RFC 3339).
    Timestamp,
    /// The time at which the token expires, in seconds since 1970.
    UnixSeconds,
}

/// Writes pairs as a JSON object. A dialect that needs it brings it along as a pointer, so that a program without such a
/// dialect does not link it: 1.6 KB of a small one.
#[derive(Clone, Copy)]
pub(crate) struct JsonWriter(pub(crate) fn(&[(&str, &str)]) -> String);

impl JsonWriter {
    pub(super) const OBJECT: Self = Self(json::object);
}

/// There is only one.
impl PartialEq for JsonWriter {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for JsonWriter {}

impl fmt::Debug for JsonWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonWriter")
    }
}
