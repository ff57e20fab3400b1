//! Why a key is not accepted.

use thiserror::Error;

/// Why a [`PublicKey`](crate::PublicKey) or an [`AssertionKey`](crate::AssertionKey) cannot be made. Correct the key, or
/// choose another algorithm.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum KeyError {
    /// The algorithm does not fit the use. An HMAC takes a secret that the server has, too, so it is for
    /// [`AssertionKey::client_secret_jwt`](crate::AssertionKey::client_secret_jwt) alone, and not for DPoP (RFC 9449
    /// §4.2) or a private key.
    #[error("the algorithm cannot be used with this kind of key")]
    Algorithm,
    /// The JWK has an `alg` of its own, which is not the algorithm that you passed.
    #[error("'alg' of the JWK is another algorithm")]
    AlgorithmMember,
    /// A coordinate does not have the full length of the curve's field: 32 bytes for P-256 and Ed25519, 48 for P-384, 66
    /// for P-521. A library that removes leading zero bytes does this to one key in 256: put them back (RFC 7518
    /// §6.2.1.2).
    #[error("'{0}' of the JWK does not have the full length of the curve, with leading zeros")]
    Coordinate(&'static str),
    /// A member occurs twice (RFC 7517 §4). Parsers do not agree on which one counts.
    #[error("'{0}' of the JWK occurs twice")]
    Duplicate(&'static str),
    /// A member is not base64url without padding (RFC 7515 §2), or not a string.
    #[error("'{0}' of the JWK is not base64url without padding")]
    Encoding(&'static str),
    /// The RSA exponent is 1, even, longer than 32 bytes, or begins with a zero byte.
    #[error("'e' of the JWK is not an odd number above 1 without leading zeros")]
    Exponent,
    /// The key identifier is empty, longer than [`MAX_KEY_ID_LEN`](crate::limits::MAX_KEY_ID_LEN), or has a character
    /// that is not visible ASCII or a space.
    #[error("key identifier: empty, too long, or a character that is not visible ASCII or a space")]
    KeyId,
    /// `kty` or `crv` is missing, or of another kind of key than the algorithm takes.
    #[error("'kty' or 'crv' of the JWK does not fit the algorithm")]
    KeyType,
    /// A member that this kind of key must have is missing.
    #[error("'{0}' of the JWK is missing")]
    Missing(&'static str),
    /// The RSA modulus is even, or begins with a zero byte (RFC 7518 §6.3.1.1).
    #[error("'n' of the JWK is not an odd number without leading zeros")]
    Modulus,
    /// The RSA modulus has less than 2048 bits (RFC 7518 §3.3), or more than
    /// [`MAX_RSA_BITS`](crate::limits::MAX_RSA_BITS).
    #[error("'n' of the JWK has less than 2048 bits, or more than are accepted")]
    ModulusSize,
    /// The text is not a JSON object.
    #[error("the JWK is not a JSON object")]
    NotAnObject,
    /// The JWK has a private or a secret member: this is its name. Export the public key alone. A private key that was
    /// passed to code that does not need it should be replaced.
    #[error("the JWK has the private member '{0}': pass the public key alone")]
    PrivateMember(&'static str),
    /// The client secret has fewer bytes than the hash of the algorithm (RFC 7518 §3.2). Ask the server for a longer
    /// one.
    #[error("the client secret is shorter than the hash of the algorithm")]
    SecretTooShort,
    /// The text is longer than [`MAX_JWK_LEN`](crate::limits::MAX_JWK_LEN).
    #[error("the JWK is too long")]
    TooLong,
}

crate::names::names! {
    KeyError: Algorithm AlgorithmMember Coordinate Duplicate Encoding Exponent KeyId KeyType Missing Modulus ModulusSize NotAnObject PrivateMember SecretTooShort TooLong;
}
