//! What else is in a token response: kept for the caller, and not read by the crate.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::config::dialect::{Dialect, JsonWriter, Linked};
use crate::encoding::json::Raw;
use crate::encoding::text::{self, Text};
use crate::encoding::{form, json};
use crate::limits::{MAX_FORM_PAIRS, MAX_PARAMETER_LEN, MAX_RESPONSE_LEN};
use crate::secret::{Secret, WipedBytes};

/// The JSON object of a token response as it came, or one that was made of a form. Empty if nothing is kept.
pub(crate) struct Members(WipedBytes);

impl Members {
    pub(super) fn from_json(object: WipedBytes) -> Self {
        Self(object)
    }

    /// The first pairs of a form, as far as they can be decoded. None, if they are too long for the store.
    pub(super) fn from_form(encoded: &[u8], Linked(object): JsonWriter) -> Self {
        let decoded =
            form::pairs(encoded).filter_map(|(name, value)| Some((form::text(name).ok()?, form::text(value).ok()?)));
        let decoded: Vec<(Text<'_>, Text<'_>)> = decoded.take(MAX_FORM_PAIRS).collect();
        let pairs: Vec<(&str, &str)> = decoded.iter().map(|(name, value)| (&**name, &**value)).collect();
        let members = Self(WipedBytes(object(&pairs).into_bytes()));
        // In JSON, a control character of a form takes six.
        if members.0.len() > MAX_RESPONSE_LEN { Self::none() } else { members }
    }

    /// From the store. `None` if it is not a JSON object, or is longer than a response.
    pub(crate) fn from_stored(text: &str) -> Option<Self> {
        let is_object = json::members(text.as_bytes())?.all(|member| member.is_ok());
        (is_object && text.len() <= MAX_RESPONSE_LEN).then(|| Self(WipedBytes(text.as_bytes().into())))
    }

    pub(crate) const fn none() -> Self {
        Self(WipedBytes(Vec::new()))
    }

    /// The JSON text of a member, if it occurs exactly once and is UTF-8. The tokens have places of their own.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        if matches!(name, "access_token" | "refresh_token") {
            return None;
        }
        self.raw(name)?.text()
    }

    fn raw(&self, name: &str) -> Option<Raw<'_>> {
        let mut found = None;
        for (known, value) in json::members(json::without_byte_order_mark(&self.0))?.flatten() {
            if json::string(known).is_some_and(|known| *known == *name) && found.replace(value).is_some() {
                return None;
            }
        }
        found
    }

    /// The ID token, if it has the form of one and is short enough for a URL.
    pub(crate) fn id_token(&self) -> Option<Secret> {
        let raw = self.raw("id_token")?;
        let text = json::string(raw).filter(|text| is_id_token(text))?;
        Some(Secret::from_wiped(text.into_owned()))
    }

    /// For the store: an empty string is in the place of each token, so that the store has each of them once. What is not
    /// UTF-8 is replaced by U+FFFD. `None` if there are no members, or if they have become too long to be read again.
    pub(crate) fn without(&self, tokens: [Option<&Secret>; 2], dialect: &Dialect) -> Option<Zeroizing<String>> {
        let object = json::without_byte_order_mark(&self.0);
        json::members(object)?.next()?.ok()?;
        let is_token_name = |name: &str| matches!(name, "access_token" | "refresh_token");
        let moved = || dialect.response_places().filter(|(ours, _)| is_token_name(ours));
        let is_place = |name: &str| is_token_name(name) || moved().any(|(_, place)| place.steps().last() == Some(name));
        // In an array it has no name. An ID token may be the same text, and is another thing.
        let is_token = |text: &str| tokens.into_iter().flatten().any(|token| token.expose() == text);
        let goes = |name: &str, text: &str| is_place(name) || (is_token(text) && name != "id_token");
        let kept = Zeroizing::new(json::without_strings(object, goes));
        Some(Zeroizing::new(text::lossy(&kept))).filter(|kept| kept.len() <= MAX_RESPONSE_LEN)
    }
}

/// Whether a text has the form of a signed or an encrypted JWT (RFC 7515 §7.1, RFC 7516 §7.1).
pub(crate) fn is_id_token(text: &str) -> bool {
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() <= MAX_PARAMETER_LEN
        && text.bytes().all(|byte| is_base64url(byte) || byte == b'.')
        && matches!(text::parts(text, b'.').count(), 3 | 5)
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
