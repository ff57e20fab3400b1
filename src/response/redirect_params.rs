//! The parameters of a redirect that the crate does not read.

use alloc::string::String;
use core::fmt;

#[cfg(feature = "std")]
use serde::de::{Deserializer, Visitor};

use crate::encoding::form;
#[cfg(feature = "std")]
use crate::encoding::text;
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
        form::check_pairs(encoded.as_bytes()).ok().map(|()| Self(encoded.into()))
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

    /// Deserializes the parameters as a struct, a map or a list. `None` if they do not fit.
    #[cfg(feature = "std")]
    pub(crate) fn read<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        let firsts = self.first_of_each_name();
        T::deserialize(Repeated { all: self.0.expose(), firsts: firsts.expose() }).ok()
    }

    #[cfg(feature = "std")]
    fn first_of_each_name(&self) -> Secret {
        let mut names = alloc::collections::BTreeSet::new();
        let mut firsts = String::with_capacity(self.0.expose().len());
        for pair in text::parts(self.0.expose(), b'&') {
            let (name, _) = text::cut(pair, b'=');
            if form::decode(name.as_bytes()).is_ok_and(|name| names.insert((*name).clone())) {
                firsts.push_str(if firsts.is_empty() { "" } else { "&" });
                firsts.push_str(pair);
            }
        }
        firsts.into()
    }
}

/// Parameters whose names may repeat. A list has all of them. Anything else has the first one of each name, as
/// [`RedirectParams::get`]: a map would take the last one, and a struct would fail.
#[cfg(feature = "std")]
struct Repeated<'a> {
    all: &'a str,
    firsts: &'a str,
}

#[cfg(feature = "std")]
impl<'de> Deserializer<'de> for Repeated<'de> {
    type Error = serde_urlencoded::de::Error;

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let pairs = form_urlencoded::parse(self.all.as_bytes());
        serde_urlencoded::Deserializer::new(pairs).deserialize_seq(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let pairs = form_urlencoded::parse(self.firsts.as_bytes());
        serde_urlencoded::Deserializer::new(pairs).deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The names only: a value may be somebody's name or a ticket.
impl fmt::Debug for RedirectParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = form::pairs(self.0.expose().as_bytes());
        f.debug_list().entries(pairs.filter_map(|(name, _)| form::decode(name).ok())).finish()
    }
}
