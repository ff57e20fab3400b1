//! Text that must not be shown: redacted, wiped on drop, compared in constant time.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

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
        drop(WipedBytes(core::mem::take(&mut self.0).into_bytes()));
    }
}

/// Bytes that are wiped on drop. As slices: `Zeroizing` wipes a vector byte by byte.
pub(crate) struct WipedBytes(pub(crate) Vec<u8>);

impl WipedBytes {
    /// For what has been read as UTF-8 before. It is looked at again, which is seldom asked for.
    pub(crate) fn text(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for WipedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Deref for WipedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for WipedBytes {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
        self.0.spare_capacity_mut().zeroize();
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
