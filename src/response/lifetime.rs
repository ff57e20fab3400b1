//! How long an access token lives (RFC 6749 §5.1), in the forms in which servers say it.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::dialect::{Dialect, Format, Linked};
use crate::encoding::text;
use crate::encoding::time::UnixTime;
use crate::limits::MAX_LIFETIME;

/// How long the access token lives, from the time at which the response was received.
///
/// Read from `expires_in` or `expiry` in seconds (a number or a string; the shorter one, if there are both), or from the
/// member that the [`Dialect`] names. A fraction is dropped. A lifetime longer than
/// [`MAX_LIFETIME`](crate::limits::MAX_LIFETIME) counts as that one, so that you can add it to a clock.
///
/// # When it is unreadable
///
/// - One of these members is present, and is not a number: negative, with an exponent, a date, an object.
/// - Instead of them, there is a member whose name says that it is a lifetime (`expires`, `expires_at`, `expires_on`,
///   `expire_time`, `expiration`, `expiration_date` and the like, also in camel case, and after `token_` or
///   `access_token_`), and whose value contains a digit. Whether it is a number of seconds or a date differs from server
///   to server: say it by [`Dialect::with_lifetime`].
///
/// A member of another kind (`"expires": "never"`, `"expiration_policy": "rolling"`, `refresh_expires_in`) is ignored.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "the server says it readably, unreadably, or not at all")]
pub enum Lifetime {
    /// The token lives for this long.
    Stated(Duration),
    /// The server says something that cannot be read. That does not mean "for ever": the token counts as due for
    /// renewal.
    Unreadable,
    /// The server says nothing. Use the token until the API refuses it.
    Unstated,
}

/// One member that is a lifetime.
#[derive(Clone, Copy)]
pub(super) enum Stated {
    /// So many seconds.
    Seconds(u64),
    /// A zero as it is written, not one that is left of a token that has expired.
    Zero,
    Unreadable,
}

impl Lifetime {
    /// The lifetime of a response: `stated` is what it says, in the order in which it counts.
    pub(super) fn choose(stated: &[Option<Stated>], dialect: &Dialect) -> Self {
        let first = stated.iter().flatten().copied().reduce(Stated::or_readable);
        match (first, dialect.assumed_lifetime().map(u64::from)) {
            (Some(Stated::Seconds(seconds)), _) => Self::of_seconds(seconds),
            (Some(Stated::Zero), _) if !dialect.zero_means_unstated() => Self::of_seconds(0),
            (_, Some(assumed)) => Self::of_seconds(assumed),
            (Some(Stated::Unreadable), None) => Self::Unreadable,
            (Some(Stated::Zero) | None, None) => Self::Unstated,
        }
    }

    fn of_seconds(seconds: u64) -> Self {
        Self::Stated(Duration::from_secs(seconds.min(MAX_LIFETIME)))
    }
}

impl Stated {
    /// `value` is a number or the content of a string.
    pub(super) fn read(value: &str, format: Format, now: UnixTime) -> Self {
        Self::read_some(value, format, now).unwrap_or(Self::Unreadable)
    }

    fn read_some(value: &str, format: Format, now: UnixTime) -> Option<Self> {
        let end = match format {
            Format::Timestamp(Linked(read)) => read(value)?,
            _ => {
                let count = whole_number(value, if format == Format::Milliseconds { 3 } else { 0 })?;
                if !value.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
                    return Some(Self::Zero);
                }
                match format {
                    // Beyond the year 9999 it is not counted in seconds.
                    Format::UnixSeconds if count < 253_402_300_800 => UnixTime::from_secs(count),
                    Format::UnixSeconds => return None,
                    _ => return Some(Self::Seconds(count)),
                }
            }
        };
        Some(if end.as_secs() == 0 { Self::Zero } else { Self::Seconds(end.saturating_since(now).as_secs()) })
    }

    /// This one, unless only the other one can be read.
    fn or_readable(self, other: Self) -> Self {
        if matches!(self, Self::Unreadable) { other } else { self }
    }

    /// The shorter one, if both can be read.
    pub(super) fn shorter(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unreadable, other) => other,
            (Self::Zero, _) | (_, Self::Zero) => Self::Zero,
            (Self::Seconds(one), Self::Seconds(other)) => Self::Seconds(one.min(other)),
            (seconds, Self::Unreadable) => seconds,
        }
    }
}

/// A positive number of seconds, at most [`MAX_LIFETIME`]. `None` for anything else.
pub(super) fn positive_seconds(value: &str, now: UnixTime) -> Option<Duration> {
    match Stated::read(value, Format::Seconds, now) {
        Stated::Seconds(seconds) if seconds > 0 => Some(Duration::from_secs(seconds.min(MAX_LIFETIME))),
        _ => None,
    }
}

/// A decimal number without its fraction and without so many digits before that. One that does not fit is the largest one.
///
/// Parsing `f64` would link its tables, which are 10 KB, and dividing `u64` a kilobyte where the hardware cannot.
fn whole_number(text: &str, dropped: usize) -> Option<u64> {
    let (whole, fraction) = text::cut(text.trim_ascii(), b'.');
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let fits = !whole.is_empty() && is_number(whole) && fraction.is_none_or(is_number);
    fits.then(|| match whole.get(..whole.len().saturating_sub(dropped)) {
        None | Some("") => 0,
        Some(kept) => kept.parse().unwrap_or(u64::MAX),
    })
}

/// Whether a member other than the protocol's own says how long the access token lives, by its name. Only the dialect can
/// say how to read it.
pub(super) fn is_lifetime_name(name: &str) -> bool {
    const STEMS: [&str; 4] = ["expiration", "expires", "expire", "expiry"];
    const ENDS: [&str; 11] =
        ["", "after", "at", "date", "datetime", "in", "inseconds", "on", "time", "timestamp", "utc"];
    let prefix = ["access_token_", "accessToken", "token_"].into_iter().find_map(|start| name.strip_prefix(start));
    let rest = prefix.unwrap_or(name);
    STEMS.into_iter().any(|stem| {
        let end = rest.split_at_checked(stem.len()).filter(|(start, _)| start.eq_ignore_ascii_case(stem));
        end.is_some_and(|(_, end)| {
            let letters =
                || end.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase());
            ENDS.into_iter().any(|known| letters().eq(known.bytes()))
        })
    })
}
