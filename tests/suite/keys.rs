//! Keys of published test vectors, and a JOSE library that signs and verifies with them.

use authcode::{Algorithm, Fresh, PublicKey, UnixTime};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, EncodingKey};

/// RFC 9449 §4.1.
pub(crate) const P256_OF_RFC_9449: &str = r#"{"kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","crv":"P-256"}"#;
/// RFC 7515 §A.3.
pub(crate) const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
const P256_PRIVATE: &str = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
/// RFC 6979 §A.2.6.
pub(crate) const P384: &str = r#"{"kty":"EC","crv":"P-384","x":"7DpOQVtOGaRWhhgCn0J_pdqai8SukuAuBqrlKGswDGTe-PDqkFWGYGSiVFFUgLwT","y":"gBXZty19VyROqO-awMYhiWcIpZNn-d-59UyoSz8cnbEoiyMcOuDU_nNE_SUzJkcg"}"#;
const P384_PRIVATE: &str = "a509rS4bjBwFsZh1tmWfTeI8O2Z78pe6mqR3QHhxN9iW1XJOTHCoJfhyyepg0u31";
/// The base point.
pub(crate) const P521: &str = r#"{"kty":"EC","crv":"P-521","x":"AMaFjga3BATpzZ4-y2YjlbRCnGSBOQU_tSH4KK9ga009uqFLXnfv51ko_h3BJ6L_qN4zSLPBhWpCm_l-fjHC5b1m","y":"ARg5KWp4mjvABFyKX7QsfRvZmPVESVebRGgXr70XJz5mLJfucple9CZAxVC5AT-tB2E1PHCGonLCQIi-lHaf0WZQ"}"#;
/// RFC 8037 §A.1.
pub(crate) const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const ED25519_PRIVATE: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
/// RFC 9126 §3.
pub(crate) const RSA: &str = r#"{"kty":"RSA","kid":"k2bdc","n":"y9Lqv4fCp6Ei-u2-ZCKq83YvbFEk6JMs_pSj76eMkddWRuWX2aBKGHAtKlE5P7_vn__PCKZWePt3vGkB6ePgzAFu08NmKemwE5bQI0e6kIChtt_6KzT5OaaXDFI6qCLJmk51Cc4VYFaxgqevMncYrzaW_50mZ1yGSFIQzLYP8bijAHGVjdEFgZaZEN9lsn_GdWLaJpHrB3ROlS50E45wxrlg9xMncVb8qDPuXZarvghLL0HzOuYRadBJVoWZowDNTpKpk2RklZ7QaBO7XDv3uR7s_sf2g-bAjSYxYUGsqkNA9b3xVW53am_UZZ3tZbFTIh557JICWKHlWj5uzeJXaw","e":"AQAB"}"#;
const RSA_PRIVATE: &str = "MIIEogIBAAKCAQEAy9Lqv4fCp6Ei-u2-ZCKq83YvbFEk6JMs_pSj76eMkddWRuWX2aBKGHAtKlE5P7_vn__PCKZWePt3vGkB6ePgzAFu08NmKemwE5bQI0e6kIChtt_6KzT5OaaXDFI6qCLJmk51Cc4VYFaxgqevMncYrzaW_50mZ1yGSFIQzLYP8bijAHGVjdEFgZaZEN9lsn_GdWLaJpHrB3ROlS50E45wxrlg9xMncVb8qDPuXZarvghLL0HzOuYRadBJVoWZowDNTpKpk2RklZ7QaBO7XDv3uR7s_sf2g-bAjSYxYUGsqkNA9b3xVW53am_UZZ3tZbFTIh557JICWKHlWj5uzeJXawIDAQABAoIBACzcBv6Qiq8KMAC6QqUXXDipUlaspUrq2YROgqZEYhPXKQ4BiiJDvQsT5Vzi846sV7kHPDHTKkUGU5wMIHexx9AeoJ3K67ldzXsCPl0FdHJJXU46jXzk89VUbPoxPueygFyN2ASIbvv9GKSA83ZP8AbgJOutUr59BrD0Hu5vQ6MXc3p0LvTv7KHsFIZT80a0x9BHiKmCO9ea8CN02Gks6FgZhDw9nyAso9fBRdDD8v0kM5N56FVFCM38y55yYlsv6et0AQjKo0aEhx3TJyOM_YlaSMCVkN4zuZ_9pQtvnEoMI5irBcwwW0DSXO6jBtTehLLCVMIBicc9XgFBX9MOGAECgYEA5sd9Er3I2FFT9R-gy84_oakEyCmgw036B_nfYEEOCwpSvi2z7UcIVK3bSEL5WCW6BNgB3HDWhq8aYPirwQnqm0K9mX1E-4xM10WWZ-rP3XjYpQeS0Snru5LFVWsAzi-FX7BOqBibSAXLdEGXcXa44l08iec_bPD3xduq5V_1YoECgYEA4hlMYAGa0dvogdK1jnxQ7J_Lqpqi99e-AeoFvoYpMPhthChTzwFZO9lQmUoBpMqVQTws_s7vWGmt7ZAB3ywkurf0pV7BD0fweJiUzrWk4KJjxtmP_auuxrjvm3s2FUGn6f0wRY9Z8Hj9A7C72DnYCjuZiJQMYCWDsZ8-d-L1a-sCgYBlzzvuOKuSQs63JOza_HI170qcw0CY6J2VRza0T_7SAAvgumjWFLAoK0rB5kn6CSq3WFP53A3H_Re2D_41exp0xEzAmfMExjBgB-MClSR-oAFzTJQIkmXcqjNEK6B_VZeRT0ZkAfb_Hw9Sil01QRrvQhKjA9GHTgcA0pfh-SNYAQKBgDc9jxd1zOmxHOF7JbimTu9BK3WHSoHbSCUXlEe0Z6P7TmaXo8JTxgWFVtfc6QHmLQk_No8a6Adl6oS8RnjMRD0KbM9qkyi0nuAYB2NppdrsUgxnY3LK22zaClCmjdQrsmbM4VpdZ9AE_2xDZeGyYEI_xYdFBLEI-WAQVCbeYK_5AoGAJ-mG0swR4FTy3atrcQ7dd0hhYn1E9QndN--sDG4EQO0RnFj6wIefCvwIc47hCtVeFnCTPYJNc_JyV-mU-9vlzS5GSNuyR5qdpsMZXUMpEvQcwKt23ffPZYGaqfKyEesmf_Wi8fFcE68H9REQjnniKrXm7w2-IuG_IrVJA9Ox-uU";
/// As long as the longest hash.
pub(crate) const CLIENT_SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Every algorithm, and the key that it takes here.
pub(crate) const ALGORITHMS: [(Algorithm, &str); 11] = [
    (Algorithm::Ed25519, ED25519),
    (Algorithm::EdDsa, ED25519),
    (Algorithm::Es256, P256),
    (Algorithm::Es384, P384),
    (Algorithm::Es512, P521),
    (Algorithm::Ps256, RSA),
    (Algorithm::Ps384, RSA),
    (Algorithm::Ps512, RSA),
    (Algorithm::Rs256, RSA),
    (Algorithm::Rs384, RSA),
    (Algorithm::Rs512, RSA),
];

pub(crate) const MACS: [(Algorithm, usize); 3] =
    [(Algorithm::Hs256, 32), (Algorithm::Hs384, 48), (Algorithm::Hs512, 64)];

pub(crate) fn public_key(algorithm: Algorithm) -> PublicKey {
    let (_, jwk) = ALGORITHMS.into_iter().find(|(known, _)| *known == algorithm).unwrap();
    PublicKey::from_jwk(jwk, algorithm).unwrap()
}

/// Bytes 00…0f for the proof, 10…1f for the assertion; exchanged, the other way round.
pub(crate) fn fresh(seconds: u64, is_exchanged: bool) -> Fresh {
    let mut entropy = core::array::from_fn(|index| index as u8 ^ if is_exchanged { 0x10 } else { 0 });
    Fresh::from_entropy(UnixTime::from_secs(seconds), &mut entropy).unwrap()
}

pub(crate) fn decoded(base64url: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(base64url).unwrap()
}

/// PKCS #8 around a private key.
fn pkcs8(start: &str, key: &str) -> Vec<u8> {
    let digits: Vec<_> = start.chars().map(|digit| digit.to_digit(16).unwrap() as u8).collect();
    let start: Vec<_> = digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    [start, decoded(key)].concat()
}

/// What the library calls it. It does not know ES512, nor the newer name of Ed25519.
fn known(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::Ed25519 => jsonwebtoken::Algorithm::EdDSA,
        other => other.name().parse().unwrap(),
    }
}

/// A signature by the private half of the key.
pub(crate) fn sign(algorithm: Algorithm, input: &[u8]) -> Vec<u8> {
    let key = match algorithm {
        Algorithm::Ed25519 | Algorithm::EdDsa => {
            EncodingKey::from_ed_der(&pkcs8("302e020100300506032b657004220420", ED25519_PRIVATE))
        }
        Algorithm::Es256 => EncodingKey::from_ec_der(&pkcs8(
            "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420",
            P256_PRIVATE,
        )),
        Algorithm::Es384 => EncodingKey::from_ec_der(&pkcs8(
            "304e020100301006072a8648ce3d020106052b81040022043730350201010430",
            P384_PRIVATE,
        )),
        Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => EncodingKey::from_secret(CLIENT_SECRET.as_bytes()),
        // Nothing here signs with it.
        Algorithm::Es512 => return vec![0; 132],
        _ => EncodingKey::from_rsa_der(&decoded(RSA_PRIVATE)),
    };
    decoded(&jsonwebtoken::crypto::sign(input, &key, known(algorithm)).unwrap())
}

/// A JWS, taken apart and verified by the library.
pub(crate) struct Verified {
    pub(crate) header: serde_json::Value,
    pub(crate) claims: serde_json::Value,
}

#[track_caller]
pub(crate) fn verified(jws: &str, algorithm: Algorithm) -> Verified {
    let (input, signature) = jws.rsplit_once('.').unwrap();
    let (header, claims) = input.split_once('.').unwrap();
    let key = match ALGORITHMS.into_iter().find(|(known, _)| *known == algorithm) {
        Some((_, jwk)) => DecodingKey::from_jwk(&serde_json::from_str::<Jwk>(jwk).unwrap()).unwrap(),
        None => DecodingKey::from_secret(CLIENT_SECRET.as_bytes()),
    };
    if algorithm != Algorithm::Es512 {
        assert!(jsonwebtoken::crypto::verify(signature, input.as_bytes(), &key, known(algorithm)).unwrap());
    }
    let json = |text| serde_json::from_slice(&decoded(text)).unwrap();
    Verified { header: json(header), claims: json(claims) }
}
