//! Points in time, and the formats of a date that servers send.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::encoding::text;

/// A point in time: whole seconds since 1970-01-01 00:00:00 UTC, without leap seconds.
///
/// The crate never reads a clock by itself: each operation that needs the time takes one of these. With the feature
/// `std`, use `UnixTime::now()`, or convert a `SystemTime`; without it, ask your platform's clock. It is serialized as
/// the number of seconds.
///
/// ```
/// # use authcode::UnixTime;
/// # use core::time::Duration;
/// let received = UnixTime::from_secs(1_700_000_000);
/// let end = received.saturating_add(Duration::from_secs(60));
/// assert_eq!(end.as_secs(), 1_700_000_060);
/// ```
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct UnixTime(u64);

impl UnixTime {
    /// From seconds since the epoch.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    pub const fn as_secs(self) -> u64 {
        self.0
    }

    /// The time `later` after this one, in whole seconds. Saturates at the largest time.
    #[must_use]
    pub const fn saturating_add(self, later: Duration) -> Self {
        Self(self.0.saturating_add(later.as_secs()))
    }

    /// The time that has passed since `earlier`; zero if `earlier` is later.
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_secs(self.0.saturating_sub(earlier.0))
    }

    /// The time of the system's clock. A clock that is set before 1970 counts as 1970.
    ///
    /// Not available on `wasm32-unknown-unknown`, which has no clock in `std`: use `Date.now() / 1000` there.
    #[cfg(all(feature = "std", not(all(target_family = "wasm", target_os = "unknown"))))]
    #[cfg_attr(docsrs, doc(cfg(feature = "std")))]
    pub fn now() -> Self {
        std::time::SystemTime::now().into()
    }

    /// From a date with a time and an offset (RFC 3339 §5.6), in whole seconds. A time before 1970 counts as 1970.
    pub(crate) fn from_rfc3339(text: &str) -> Option<Self> {
        let mut rest = text.as_bytes();
        let year = take_number(&mut rest, "", 4)?;
        let month = take_number(&mut rest, "-", 2)?;
        let day = take_number(&mut rest, "-", 2)?;
        let time = take_time(&mut rest, "Tt ")?;
        let local = seconds_since_1970([year, month, day], time)?;
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
        Some(Self(u64::try_from(local - i64::from(offset)).unwrap_or(0)))
    }
}

/// A `SystemTime` before 1970 counts as 1970.
#[cfg(feature = "std")]
#[cfg_attr(docsrs, doc(cfg(feature = "std")))]
impl From<std::time::SystemTime> for UnixTime {
    fn from(time: std::time::SystemTime) -> Self {
        Self(time.duration_since(std::time::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs()))
    }
}

/// The date in an HTTP header (RFC 9110 §5.6.7).
#[derive(Clone, Copy, Debug)]
pub(crate) struct HttpDate {
    time: UnixTime,
    /// It has two digits for the year, and [`time`](Self::time) is in the years 2000 to 2099.
    lacks_century: bool,
}

impl HttpDate {
    /// Parses each of the three forms that a recipient must accept:
    ///
    /// - `Sun, 06 Nov 1994 08:49:37 GMT`, the only one that a server may send;
    /// - `Sunday, 06-Nov-94 08:49:37 GMT` (RFC 850);
    /// - `Sun Nov  6 08:49:37 1994` (`asctime` of C).
    ///
    /// The day of the week is not checked.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let (weekday, mut rest) = text.split_at_checked(text.iter().position(|byte| *byte == b' ')?)?;
        let (date, time, lacks_century);
        if weekday.ends_with(b",") {
            let day = take_number(&mut rest, " ", 2)?;
            lacks_century = rest.starts_with(b"-");
            let (separator, year_digits) = if lacks_century { ("-", 2) } else { (" ", 4) };
            let month = take_month(&mut rest, separator)?;
            let year = take_number(&mut rest, separator, year_digits)?;
            date = [if lacks_century { 2000 + year } else { year }, month, day];
            time = take_time(&mut rest, " ")?;
            rest = rest.strip_prefix(b" GMT")?;
        } else {
            let month = take_month(&mut rest, " ")?;
            // A space takes the place of the first digit.
            let day_digits = if rest.starts_with(b"  ") { 1 } else { 2 };
            rest = rest.get(2 - day_digits..)?;
            let day = take_number(&mut rest, " ", day_digits)?;
            time = take_time(&mut rest, " ")?;
            date = [take_number(&mut rest, " ", 4)?, month, day];
            lacks_century = false;
        }
        let seconds = seconds_since_1970(date, time)?;
        rest.is_empty().then(|| Self { time: UnixTime(u64::try_from(seconds).unwrap_or(0)), lacks_century })
    }

    /// The time from `now` until this date; zero if it is over. A year of two digits that seems to be more than 50 years
    /// ahead is in the past (RFC 9110 §5.6.7).
    pub(crate) fn saturating_since(self, now: UnixTime) -> Duration {
        // With 13 leap days, which is the most.
        const FIFTY_YEARS: Duration = Duration::from_secs((50 * 365 + 13) * 24 * 60 * 60);
        let left = self.time.saturating_since(now);
        if self.lacks_century && left > FIFTY_YEARS { Duration::ZERO } else { left }
    }
}

/// `None` if there is no such day or time of day. A leap second is a second of its own.
fn seconds_since_1970([year, month, day]: [i32; 3], [hour, minute, second]: [i32; 3]) -> Option<i64> {
    if !(1..=12).contains(&month) || day < 1 || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let first_day = days(year, month, 1);
    if first_day + day > days(year, month + 1, 1) {
        return None;
    }
    let day = first_day + day - 1 - DAYS_TO_1970;
    Some(i64::from(day) * 86_400 + i64::from((hour * 60 + minute) * 60 + second))
}

/// Takes a number of so many digits from the front, after one of the separators if any are given.
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

/// Takes hour, minute and second, after one of the separators.
fn take_time(rest: &mut &[u8], separators: &str) -> Option<[i32; 3]> {
    Some([take_number(rest, separators, 2)?, take_number(rest, ":", 2)?, take_number(rest, ":", 2)?])
}

/// Takes the English name of a month, in three letters, after the separator.
fn take_month(rest: &mut &[u8], separator: &str) -> Option<i32> {
    const MONTHS: [&[u8]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let (name, after) = rest.strip_prefix(separator.as_bytes())?.split_first_chunk::<3>()?;
    *rest = after;
    MONTHS.into_iter().zip(1..).find_map(|(month, number)| (month == name).then_some(number))
}

/// The [`days`] of 1970-01-01.
const DAYS_TO_1970: i32 = 865_565;

/// Days in the Gregorian calendar, counted from 400 years before the year 0, so that nothing that is divided is negative.
/// The year begins in March, so that the leap day is its last day.
const fn days(year: i32, month: i32, day: i32) -> i32 {
    let year = if month > 2 { year + 400 } else { year + 399 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year / 4 - year / 100 + year / 400 + day_of_year
}
