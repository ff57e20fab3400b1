//! How servers write a lifetime.

use serde::Deserialize;

use crate::config::dialect::linked::DateReader;

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

/// A [`LifetimeFormat`], with the code that reads it if not every program has that.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    Milliseconds,
    Seconds,
    Timestamp(DateReader),
    UnixSeconds,
}

impl Format {
    pub(super) const fn of(format: LifetimeFormat) -> Self {
        match format {
            LifetimeFormat::Milliseconds => Self::Milliseconds,
            LifetimeFormat::Seconds => Self::Seconds,
            LifetimeFormat::Timestamp => Self::Timestamp(DateReader::RFC_3339),
            LifetimeFormat::UnixSeconds => Self::UnixSeconds,
        }
    }
}
