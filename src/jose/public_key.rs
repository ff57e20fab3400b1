//! The public key that DPoP binds tokens to, as a JSON Web Key (RFC 7517).

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use sha2::{Digest as _, Sha256};

use crate::encoding::text::Text;
use crate::encoding::{base64, json};
use crate::jose::algorithm::{Algorithm, KeyKind, MIN_RSA_BITS};
use crate::jose::key_error::KeyError;
use crate::limits::{MAX_JWK_LEN, MAX_RSA_BITS};

/// The public half of the key that tokens are bound to by DPoP (RFC 9449), and the algorithm that it signs with.
///
/// The private half stays where it is: in WebCrypto, a secure enclave, an HSM or a file. The crate says what to sign; see
/// [`SigningJob`](crate::SigningJob).
///
/// ```
/// use authcode::{Algorithm, PublicKey};
///
/// // As WebCrypto exports it: in any order, and with members that are not needed.
/// let jwk = r#"{
///     "key_ops": ["verify"],
///     "ext": true,
///     "kty": "EC",
///     "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
///     "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
///     "crv": "P-256"
/// }"#;
/// let key = PublicKey::from_jwk(jwk, Algorithm::Es256)?;
/// assert_eq!(key.thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
/// # Ok::<(), authcode::KeyError>(())
/// ```
///
/// Use a key for DPoP alone, and another one to authenticate the client: a text that is signed for one purpose then means
/// nothing for the other. Use another key for each authorization server, too, so that a server cannot use the tokens of
/// another one.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct PublicKey {
    algorithm: Algorithm,
    /// The members of RFC 7638 in its order: what the thumbprint is made from, and what goes into a proof.
    jwk: Box<str>,
    thumbprint: Box<str>,
    signature_len: usize,
}

impl PublicKey {
    /// Reads a public JWK, for an algorithm that your signer and the server support.
    ///
    /// Of the members, only `kty` and those that this kind of key requires are kept. `alg` must fit if it is there.
    /// Whether a point is on its curve is not checked: that is up to whoever verifies a signature.
    ///
    /// # Errors
    /// [`KeyError`] says what does not fit. A JWK with a private member is refused.
    pub fn from_jwk(jwk: &str, algorithm: Algorithm) -> Result<Self, KeyError> {
        let members = Members::read(jwk)?;
        if members.get("alg").is_some_and(|alg| !alg.as_deref().is_some_and(|name| algorithm.is_named(name))) {
            return Err(KeyError::AlgorithmMember);
        }
        let (jwk, signature_len) = match algorithm.key_kind() {
            KeyKind::Mac { .. } => return Err(KeyError::Algorithm),
            KeyKind::Ec { curve, coordinate_len } => {
                members.require("kty", "EC")?;
                members.require("crv", curve)?;
                let x = members.coordinate("x", coordinate_len)?;
                let y = members.coordinate("y", coordinate_len)?;
                let jwk = [r#"{"crv":""#, curve, r#"","kty":"EC","x":""#, x, r#"","y":""#, y, r#""}"#].concat();
                (jwk, 2 * coordinate_len)
            }
            KeyKind::Ed25519 => {
                members.require("kty", "OKP")?;
                members.require("crv", "Ed25519")?;
                let x = members.coordinate("x", 32)?;
                ([r#"{"crv":"Ed25519","kty":"OKP","x":""#, x, r#""}"#].concat(), 64)
            }
            KeyKind::Rsa => {
                members.require("kty", "RSA")?;
                let e = members.exponent()?;
                let (n, len) = members.modulus()?;
                ([r#"{"e":""#, e, r#"","kty":"RSA","n":""#, n, r#""}"#].concat(), len)
            }
        };
        let thumbprint = base64::url_safe(&Sha256::digest(jwk.as_bytes())).into();
        Ok(Self { algorithm, jwk: jwk.into(), thumbprint, signature_len })
    }

    /// The algorithm that the key signs with.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The SHA-256 thumbprint (RFC 7638) in base64url: 43 characters. It is what `dpop_jkt` and the `jkt` of a bound
    /// token are (RFC 9449 §10 and §6.1).
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The key as a JWK of the required members alone, in the order of RFC 7638 and without white space.
    ///
    /// ```
    /// # use authcode::{Algorithm, PublicKey};
    /// let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    /// let key = PublicKey::from_jwk(jwk, Algorithm::EdDsa)?;
    /// assert_eq!(
    ///     key.as_jwk(),
    ///     r#"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    /// );
    /// # Ok::<(), authcode::KeyError>(())
    /// ```
    pub fn as_jwk(&self) -> &str {
        &self.jwk
    }

    /// The length of a signature by this key.
    pub(crate) const fn signature_len(&self) -> usize {
        self.signature_len
    }
}

/// Shows the thumbprint, by which the key can be found.
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey")
            .field("algorithm", &self.algorithm)
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}

/// The members of a JWK that are read.
const NAMES: [&str; 7] = ["alg", "crv", "e", "kty", "n", "x", "y"];

/// Private and secret members: RFC 7518 §6.2.2, §6.3.2 and §6.4, RFC 8037 §2, and `priv` of ML-DSA.
const PRIVATE_NAMES: [&str; 9] = ["d", "dp", "dq", "k", "oth", "p", "priv", "q", "qi"];

/// By their place in [`NAMES`]. `Some(None)` is a member that is not a string.
struct Members<'a>([Option<Option<Text<'a>>>; NAMES.len()]);

impl<'a> Members<'a> {
    fn read(jwk: &'a str) -> Result<Self, KeyError> {
        if jwk.len() > MAX_JWK_LEN {
            return Err(KeyError::TooLong);
        }
        let mut members = Self([const { None }; NAMES.len()]);
        for member in json::members(jwk.as_bytes()).ok_or(KeyError::NotAnObject)? {
            let (name, value) = member.map_err(|_| KeyError::NotAnObject)?;
            let Some(name) = json::string(name) else { continue };
            if let Some(private) = PRIVATE_NAMES.into_iter().find(|private| **private == *name) {
                return Err(KeyError::PrivateMember(private));
            }
            let known = NAMES.into_iter().zip(&mut members.0).find(|(known, _)| **known == *name);
            if let Some((known, slot)) = known {
                if slot.replace(json::string(value)).is_some() {
                    return Err(KeyError::Duplicate(known));
                }
            }
        }
        Ok(members)
    }

    fn get(&self, name: &str) -> Option<&Option<Text<'a>>> {
        NAMES.into_iter().zip(&self.0).find(|(known, _)| *known == name)?.1.as_ref()
    }

    fn require(&self, name: &'static str, value: &str) -> Result<(), KeyError> {
        let fits = self.get(name).and_then(Option::as_deref) == Some(value);
        if fits { Ok(()) } else { Err(KeyError::KeyType) }
    }

    /// Text and bytes of a member.
    fn bytes(&self, name: &'static str) -> Result<(&str, Vec<u8>), KeyError> {
        let text = self.get(name).ok_or(KeyError::Missing(name))?;
        let text = text.as_deref().ok_or(KeyError::Encoding(name))?;
        let bytes = base64::decode_url_safe(text.as_bytes()).ok_or(KeyError::Encoding(name))?;
        Ok((text, bytes))
    }

    /// RFC 7518 §6.2.1.2: of the full length of the field.
    fn coordinate(&self, name: &'static str, len: usize) -> Result<&str, KeyError> {
        let (text, bytes) = self.bytes(name)?;
        if bytes.len() == len { Ok(text) } else { Err(KeyError::Coordinate(name)) }
    }

    /// RFC 7518 §6.3.1.2. FIPS 186-5 §A.1.1 limits it to 256 bits.
    fn exponent(&self) -> Result<&str, KeyError> {
        let (text, bytes) = self.bytes("e")?;
        if is_odd_number(&bytes) && bytes != [1] && bytes.len() <= 32 { Ok(text) } else { Err(KeyError::Exponent) }
    }

    /// RFC 7518 §6.3.1.1: the text, and the length in bytes, which is that of a signature.
    fn modulus(&self) -> Result<(&str, usize), KeyError> {
        let (text, bytes) = self.bytes("n")?;
        if !is_odd_number(&bytes) {
            return Err(KeyError::Modulus);
        }
        let unused = bytes.first().map_or(0, |first| first.leading_zeros() as usize);
        let bits = bytes.len() * 8 - unused;
        if (MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) { Ok((text, bytes.len())) } else { Err(KeyError::ModulusSize) }
    }
}

/// An odd number, big-endian and without leading zeros.
fn is_odd_number(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| *first != 0) && bytes.last().is_some_and(|last| last % 2 == 1)
}
