//! The signature algorithms of JWS.

use core::fmt;

/// A signature algorithm of JWS (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864).
///
/// Use one that the server lists: `dpop_signing_alg_values_supported` for a [`PublicKey`](crate::PublicKey),
/// `token_endpoint_auth_signing_alg_values_supported` for an [`AssertionKey`](crate::AssertionKey). FAPI 2.0 allows
/// `ES256`, `PS256` and Ed25519.
///
/// ```
/// # use authcode::Algorithm;
/// let listed = ["none", "RS256", "ES256"];
/// let supported = [Algorithm::Es256, Algorithm::Rs256];
/// let chosen = supported.into_iter().find(|algorithm| listed.contains(&algorithm.name()));
/// assert_eq!(chosen, Some(Algorithm::Es256));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Algorithm {
    /// Ed25519, by the name of RFC 9864.
    Ed25519,
    /// Ed25519, by the older name `EdDSA` (RFC 8037). The signature is the same: use the name that the server lists.
    EdDsa,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// ECDSA with P-384 and SHA-384.
    Es384,
    /// ECDSA with P-521 and SHA-512.
    Es512,
    /// HMAC with SHA-256, for `client_secret_jwt` alone.
    Hs256,
    /// HMAC with SHA-384, for `client_secret_jwt` alone.
    Hs384,
    /// HMAC with SHA-512, for `client_secret_jwt` alone.
    Hs512,
    /// RSASSA-PSS with SHA-256, and a salt of 32 bytes.
    Ps256,
    /// RSASSA-PSS with SHA-384, and a salt of 48 bytes.
    Ps384,
    /// RSASSA-PSS with SHA-512, and a salt of 64 bytes.
    Ps512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
}

/// The size of the smallest RSA key (RFC 7518 §3.3 and §3.5).
pub(crate) const MIN_RSA_BITS: usize = 2048;

/// What kind of key an algorithm takes.
#[derive(Clone, Copy)]
pub(crate) enum KeyKind {
    /// An elliptic curve, whose coordinates have this length (RFC 7518 §6.2.1).
    Ec {
        curve: &'static str,
        coordinate_len: usize,
    },
    Ed25519,
    /// A shared secret, at least as long as the hash (RFC 7518 §3.2).
    Mac {
        hash_len: usize,
    },
    Rsa,
}

impl Algorithm {
    const ALL: [Self; 14] = [
        Self::Ed25519,
        Self::EdDsa,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
    ];

    /// The name in the header of a JWS, in metadata, and in WebCrypto's JWK.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
        }
    }

    /// The algorithm of this name. Returns `None` if the crate does not know it. Names are case-sensitive (RFC 7515
    /// §4.1.1).
    ///
    /// ```
    /// # use authcode::Algorithm;
    /// assert_eq!(Algorithm::from_name("PS256"), Some(Algorithm::Ps256));
    /// assert_eq!(Algorithm::from_name("none"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    pub(crate) const fn key_kind(self) -> KeyKind {
        match self {
            Self::Ed25519 | Self::EdDsa => KeyKind::Ed25519,
            Self::Es256 => KeyKind::Ec { curve: "P-256", coordinate_len: 32 },
            Self::Es384 => KeyKind::Ec { curve: "P-384", coordinate_len: 48 },
            Self::Es512 => KeyKind::Ec { curve: "P-521", coordinate_len: 66 },
            Self::Hs256 => KeyKind::Mac { hash_len: 32 },
            Self::Hs384 => KeyKind::Mac { hash_len: 48 },
            Self::Hs512 => KeyKind::Mac { hash_len: 64 },
            Self::Ps256 | Self::Ps384 | Self::Ps512 | Self::Rs256 | Self::Rs384 | Self::Rs512 => KeyKind::Rsa,
        }
    }

    /// The length of a signature (RFC 7518 §3). That of RSA depends on the key.
    pub(crate) const fn signature_len(self) -> Option<usize> {
        match self.key_kind() {
            KeyKind::Ec { coordinate_len, .. } => Some(2 * coordinate_len),
            KeyKind::Ed25519 => Some(64),
            KeyKind::Mac { hash_len } => Some(hash_len),
            KeyKind::Rsa => None,
        }
    }

    /// Whether a name in a JWK is this algorithm, by either of the names of Ed25519.
    pub(crate) fn is_named(self, name: &str) -> bool {
        match self {
            Self::Ed25519 | Self::EdDsa => matches!(name, "Ed25519" | "EdDSA"),
            _ => name == self.name(),
        }
    }
}

/// The [`name`](Algorithm::name).
impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
