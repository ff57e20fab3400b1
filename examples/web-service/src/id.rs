//! Random identifiers: of browsers, of sessions, and of the holders of leases.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// 32 random bytes, as 43 characters.
#[derive(Clone, PartialEq)]
pub(crate) struct Id(String);

impl Id {
    pub(crate) const LEN: usize = 43;

    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Parses an identifier that a browser sent. Whether it exists is for the store to say.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let is_id = text.len() == Self::LEN && URL_SAFE_NO_PAD.decode(text).is_ok();
        is_id.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A digest of the parts, for keys of the store: they appear in logs and monitors, where an identifier would open a
/// session.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}
