//! Time as an argument: the crate never reads a clock by itself.

use core::time::Duration;

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
        let number = |start: usize, end: usize| {
            let digits = text.get(start..end).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
            digits.parse::<i64>().ok()
        };
        let is_at = |index: usize, allowed: &str| text.get(index..=index).is_some_and(|found| allowed.contains(found));
        let separated = is_at(4, "-") && is_at(7, "-") && is_at(10, "Tt ") && is_at(13, ":") && is_at(16, ":");
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let last_day = days_since_epoch(year, month + 1, 1) - days_since_epoch(year, month, 1);
        let in_range = (1..=12).contains(&month) && (1..=last_day).contains(&day);
        let in_range = in_range && hour < 24 && minute < 60 && second <= 60;
        if !separated || !in_range {
            return None;
        }
        let fraction = text.get(19..)?;
        let zone = match fraction.strip_prefix('.') {
            Some(digits) => {
                let zone = digits.trim_start_matches(|c: char| c.is_ascii_digit());
                (zone.len() < digits.len()).then_some(zone)?
            }
            None => fraction,
        };
        let zone_start = text.len() - zone.len();
        let offset = match zone.as_bytes() {
            [b'Z' | b'z'] => 0,
            [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
                let (hours, minutes) =
                    (number(zone_start + 1, zone_start + 3)?, number(zone_start + 4, zone_start + 6)?);
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let minutes = hours * 60 + minutes;
                if *sign == b'+' { minutes } else { -minutes }
            }
            _ => return None,
        };
        let minutes = (days_since_epoch(year, month, day) * 24 + hour) * 60 + minute - offset;
        Some(Self(u64::try_from(minutes * 60 + second).unwrap_or(0)))
    }
}

/// Days from 1970-01-01 in the Gregorian calendar. The year is counted from March, so that the leap day is its last.
const fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}
