//! Secret text: redacted in `Debug`, wiped on drop, compared in constant time.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, Zeroizing};

/// A token, a code, a client secret or a request body.
///
/// The text is wiped when the value is dropped. There is no `Display`, no `Clone` and no `PartialEq`, and `Debug` prints
/// `[redacted]`, so that it cannot reach a log by accident.
///
/// ```
/// let secret = authcode::Secret::from("s3cret");
/// assert_eq!(format!("{secret:?}"), "[redacted]");
/// assert_eq!(secret.expose(), "s3cret");
/// ```
///
/// Two secrets cannot be compared with `==`, whose running time reveals where they differ:
///
/// ```compile_fail
/// # use authcode::Secret;
/// let same = Secret::from("a") == Secret::from("a");
/// ```
pub struct Secret(String);

impl Secret {
    /// The text. Send it or store it, and never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Takes over text that was to be wiped, without a copy.
    pub(crate) fn from_wiped(mut text: Zeroizing<String>) -> Self {
        Self(core::mem::take(&mut *text))
    }

    /// Whether both are equal, in constant time for texts of the same length.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    /// A second copy, for a request that is under way while the first one stays where it is.
    pub(crate) fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    /// The text, without a copy. You are responsible for wiping it.
    pub fn into_exposed(mut self) -> String {
        core::mem::take(&mut self.0)
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        drop(WipedBytes(core::mem::take(&mut self.0).into_bytes()));
    }
}

/// Bytes that are wiped on drop, as slices: `Zeroizing` wipes a vector byte by byte.
pub(crate) struct WipedBytes(pub(crate) Vec<u8>);

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

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}
