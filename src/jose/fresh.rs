//! What is new in each signed request: the time, and random bytes.

use alloc::string::String;
use core::fmt;

use rand_core::TryCryptoRng;
use thiserror::Error;
use zeroize::{Zeroize as _, Zeroizing};

use crate::encoding::base64;
use crate::encoding::time::UnixTime;

/// The time and 32 random bytes, for one request that is signed.
///
/// A proof and an assertion are good once: a server that has seen their `jti` refuses them. So each request, a retry
/// included, takes a `Fresh` of its own, by value, and there is no `Clone`.
///
/// ```
/// # use authcode::{EntropyError, Fresh, UnixTime};
/// # fn example(now: UnixTime) -> Result<(), EntropyError> {
/// let fresh = Fresh::draw(now, getrandom::SysRng)?;
/// # Ok(()) }
/// ```
///
/// ```compile_fail,E0382
/// # use authcode::{AssertionKey, Fresh};
/// # fn example(key: &AssertionKey, fresh: Fresh) {
/// let draft = key.assertion("my-app", "https://login.example", fresh);
/// let again = key.assertion("my-app", "https://login.example", fresh);
/// # }
/// ```
///
/// A server compares the time with its own clock, and allows for little: Keycloak refuses a proof that is more than 15
/// seconds ahead. If your device's clock is wrong, correct it by the `Date` header of a response.
pub struct Fresh {
    now: UnixTime,
    entropy: [u8; 32],
}

impl Fresh {
    /// Draws the bytes from a cryptographically secure source: any `TryCryptoRng` of `rand_core` 0.10, by value or by
    /// `&mut`.
    ///
    /// # Errors
    /// [`EntropyError`] if the source fails or cannot be a working one.
    pub fn draw(now: UnixTime, mut rng: impl TryCryptoRng) -> Result<Self, EntropyError> {
        let mut entropy = Zeroizing::new([0; 32]);
        rng.try_fill_bytes(&mut *entropy).map_err(|_| EntropyError::RandomSource)?;
        Self::from_entropy(now, &mut entropy)
    }

    /// As [`draw`](Self::draw), with random bytes that you have drawn: from a hardware source, from another version of
    /// `rand_core`, or, in a test, from a constant. They are taken out: zeros are left, which are refused, so that the
    /// same bytes cannot be used twice by accident.
    ///
    /// ```
    /// # use authcode::{EntropyError, Fresh, UnixTime};
    /// # let mut entropy = [7; 32]; entropy[31] = 1;
    /// let now = UnixTime::from_secs(1_700_000_000);
    /// let fresh = Fresh::from_entropy(now, &mut entropy)?;
    /// assert_eq!(entropy, [0; 32]);
    /// assert_eq!(Fresh::from_entropy(now, &mut entropy).unwrap_err(), EntropyError::NoEntropy);
    /// # Ok::<(), EntropyError>(())
    /// ```
    ///
    /// # Errors
    /// [`EntropyError`] if a half is all zeros, or both halves are equal.
    pub fn from_entropy(now: UnixTime, entropy: &mut [u8; 32]) -> Result<Self, EntropyError> {
        let fresh = Self { now, entropy: *entropy };
        entropy.as_mut_slice().zeroize();
        let (proof, assertion) = fresh.halves();
        if [proof, assertion].iter().any(|half| half.iter().all(|byte| *byte == 0)) {
            return Err(EntropyError::NoEntropy);
        }
        if proof == assertion { Err(EntropyError::RepeatedEntropy) } else { Ok(fresh) }
    }

    /// Each purpose has a half of its own, so that no server sees the same `jti` twice. 128 bits are more than the 96
    /// that RFC 9449 §4.2 wants.
    fn halves(&self) -> (&[u8], &[u8]) {
        self.entropy.split_at(16)
    }

    pub(crate) const fn now(&self) -> UnixTime {
        self.now
    }

    pub(crate) fn proof_id(&self) -> Zeroizing<String> {
        Zeroizing::new(base64::url_safe(self.halves().0))
    }

    pub(crate) fn assertion_id(&self) -> Zeroizing<String> {
        Zeroizing::new(base64::url_safe(self.halves().1))
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        self.entropy.as_mut_slice().zeroize();
    }
}

impl fmt::Debug for Fresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fresh").field("now", &self.now).finish_non_exhaustive()
    }
}

/// Why there is no [`Fresh`].
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum EntropyError {
    /// 16 of the random bytes are all zero: the source does not work, or the bytes have been used already. Replace the
    /// source, or draw new bytes.
    #[error("the random bytes are zeros: the source does not work, or they have been used")]
    NoEntropy,
    /// The random source reported a failure. Try again later.
    #[error("the random source failed")]
    RandomSource,
    /// Both halves of the random bytes are equal, so the source does not work. Replace it.
    #[error("the random source returned the same bytes twice")]
    RepeatedEntropy,
}

crate::names::names! {
    EntropyError: NoEntropy RandomSource RepeatedEntropy;
}
