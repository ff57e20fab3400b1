//! Text that must not be shown: redacted, wiped on drop, compared in constant time.

use alloc::string::String;
use core::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, Zeroizing};

/// A token, a code, a client secret or a request body.
///
/// It is wiped when it is dropped. It has no `Display`, no `Clone` and no `PartialEq`, and its
/// `Debug` shows nothing of it, so that it cannot reach a log by accident.
///
/// ```
/// let secret = authcode::Secret::from("s3cret");
/// assert_eq!(format!("{secret:?}"), "[redacted]");
/// assert_eq!(secret.expose(), "s3cret");
/// ```
///
/// Two secrets cannot be compared with `==`, whose running time tells where they differ:
///
/// ```compile_fail
/// # use authcode::Secret;
/// let same = Secret::from("a") == Secret::from("a");
/// ```
pub struct Secret(String);

impl Secret {
    /// The text itself. Use it for the wire or for your store, never for a log.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it is the same, in constant time for texts of the same length.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    /// The text itself, without a copy. From here on, wiping it is up to you.
    pub fn into_exposed(mut self) -> String {
        core::mem::take(&mut self.0)
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        let mut bytes = core::mem::take(&mut self.0).into_bytes();
        // As slices: a vector is wiped byte by byte.
        bytes.as_mut_slice().zeroize();
        bytes.spare_capacity_mut().zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<Zeroizing<String>> for Secret {
    fn from(mut text: Zeroizing<String>) -> Self {
        Self::from(core::mem::take(&mut *text))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}
