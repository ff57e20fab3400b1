//! How servers write a lifetime.

use serde::Deserialize;

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
