//! The parameters of a redirect that the crate does not read.

use alloc::string::String;
use core::fmt;

use crate::encoding::form;
use crate::secret::Secret;

/// The parameters as they came: form-encoded pairs, all of which can be decoded. Wiped on drop.
pub(crate) struct RedirectParams(Secret);

impl RedirectParams {
    /// The pairs of a query whose name is wanted, and that can be decoded.
    pub(super) fn select(query: &[u8], is_wanted: impl Fn(&[u8]) -> bool) -> Self {
        // A pair may become one byte longer. It does not grow: growing would leave copies.
        let mut encoded = String::with_capacity(2 * query.len());
        for (name, value) in form::pairs(query) {
            if !is_wanted(name) || form::check(name).and(form::check(value)).is_err() {
                continue;
            }
            // If half of a character is encoded, the pair can be decoded, but is not text as it came.
            let (Ok(name), Ok(value)) = (core::str::from_utf8(name), core::str::from_utf8(value)) else {
                continue;
            };
            let separator = if encoded.is_empty() { "" } else { "&" };
            for part in [separator, name, "=", value] {
                encoded.push_str(part);
            }
        }
        Self(encoded.into())
    }

    /// From the store. `None` if it cannot be decoded.
    pub(crate) fn from_form(encoded: &str) -> Option<Self> {
        let mut pairs = form::pairs(encoded.as_bytes());
        let is_good = pairs.all(|(name, value)| form::check(name).and(form::check(value)).is_ok());
        is_good.then(|| Self(encoded.into()))
    }

    pub(crate) fn as_form(&self) -> &str {
        self.0.expose()
    }

    /// The first value of this name.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let mut pairs = form::pairs(self.0.expose().as_bytes());
        let (_, value) = pairs.find(|(known, _)| form::decodes_to(known, name))?;
        form::decode(value).ok().map(|mut value| core::mem::take(&mut *value))
    }

    /// Deserializes the parameters as a struct or a map. `None` if they do not fit.
    #[cfg(feature = "std")]
    pub(crate) fn read<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        serde_urlencoded::from_str(self.0.expose()).ok()
    }
}

/// The names only: a value may be somebody's name or a ticket.
impl fmt::Debug for RedirectParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = form::pairs(self.0.expose().as_bytes());
        f.debug_list().entries(pairs.filter_map(|(name, _)| form::decode(name).ok())).finish()
    }
}
