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
}
