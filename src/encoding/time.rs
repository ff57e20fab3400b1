//! Time as an argument: the crate never reads a clock by itself.

use core::time::Duration;

use crate::encoding::text;

/// A moment: whole seconds since 1970-01-01 00:00:00 UTC, leap seconds not counted.
///
/// Every operation that needs the time takes one of these. With the `std` feature
/// `UnixTime::now` reads the system's clock; without it, ask your own.
///
/// ```
/// # use authcode::UnixTime;
/// # use core::time::Duration;
/// let received = UnixTime::from_secs(1_700_000_000);
/// assert_eq!(received.saturating_add(Duration::from_secs(60)).as_secs(), 1_700_000_060);
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnixTime(u64);

impl UnixTime {
    /// From whole seconds since the epoch.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Whole seconds since the epoch.
    pub const fn as_secs(self) -> u64 {
        self.0
    }

    /// The moment `later` after this one, or the last one there is.
    #[must_use]
    pub const fn saturating_add(self, later: Duration) -> Self {
        Self(self.0.saturating_add(later.as_secs()))
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_secs(self.0.saturating_sub(earlier.0))
    }

    /// What the system's clock says; a clock set before 1970 counts as 1970.
    ///
    /// It is not there on `wasm32-unknown-unknown`, which has no clock in `std`: take `Date.now()` in seconds.
    #[cfg(all(feature = "std", not(all(target_family = "wasm", target_os = "unknown"))))]
    #[cfg_attr(docsrs, doc(cfg(feature = "std")))]
    pub fn now() -> Self {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Self(since_epoch.map_or(0, |elapsed| elapsed.as_secs()))
    }

    /// From a date with a time and an offset (RFC 3339 §5.6), in whole seconds. A moment before 1970 counts as 1970.
    pub(crate) fn from_rfc3339(text: &str) -> Option<Self> {
        let mut rest = text.as_bytes();
        let year = take_number(&mut rest, "", 4)?;
        let month = take_number(&mut rest, "-", 2)?;
        let day = take_number(&mut rest, "-", 2)?;
        let hour = take_number(&mut rest, "Tt ", 2)?;
        let minute = take_number(&mut rest, ":", 2)?;
        let second = take_number(&mut rest, ":", 2)?;
        if !(1..=12).contains(&month) || day < 1 || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let first_day = days(year, month, 1);
        if first_day + day > days(year, month + 1, 1) {
            return None;
        }
        if let [b'.', fraction @ ..] = rest {
            rest = fraction;
            take_number(&mut rest, "", 1)?;
            while let [b'0'..=b'9', after @ ..] = rest {
                rest = after;
            }
        }
        let offset = match rest {
            [b'Z' | b'z'] => 0,
            [sign, zone @ ..] => {
                rest = zone;
                let hours = take_number(&mut rest, "", 2)?;
                let minutes = take_number(&mut rest, ":", 2)?;
                if hours > 23 || minutes > 59 || !rest.is_empty() {
                    return None;
                }
                match sign {
                    b'+' => (hours * 60 + minutes) * 60,
                    b'-' => -(hours * 60 + minutes) * 60,
                    _ => return None,
                }
            }
            [] => return None,
        };
        let second_of_day = (hour * 60 + minute) * 60 + second;
        let days = first_day + day - 1 - DAYS_TO_1970;
        let seconds = i64::from(days) * 86_400 + i64::from(second_of_day - offset);
        Some(Self(u64::try_from(seconds).unwrap_or(0)))
    }
}

/// Takes a decimal number of so many digits from the front, behind one of the separators if there are any.
fn take_number(rest: &mut &[u8], separators: &str, digits: usize) -> Option<i32> {
    if !separators.is_empty() {
        let (first, after) = rest.split_first()?;
        if !text::has(separators, *first) {
            return None;
        }
        *rest = after;
    }
    let mut number = 0;
    for _ in 0..digits {
        let [digit @ b'0'..=b'9', after @ ..] = *rest else { return None };
        number = number * 10 + i32::from(digit - b'0');
        *rest = after;
    }
    Some(number)
}

/// What [`days`] gives for 1970-01-01.
const DAYS_TO_1970: i32 = 865_565;

/// Days in the Gregorian calendar, counted from 400 years before the year 0, so that no division is of less than zero.
/// The year begins in March, so that the leap day is its last.
const fn days(year: i32, month: i32, day: i32) -> i32 {
    let year = if month > 2 { year + 400 } else { year + 399 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year / 4 - year / 100 + year / 400 + day_of_year
}
