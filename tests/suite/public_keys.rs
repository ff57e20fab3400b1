//! A public key is read from a JWK of any origin, and only if nothing about it is in doubt.

use authcode::limits::{MAX_JWK_LEN, MAX_RSA_BITS};
use authcode::{Algorithm, KeyError, PublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::keys::*;

fn refused(jwk: &str, algorithm: Algorithm) -> KeyError {
    PublicKey::from_jwk(jwk, algorithm).unwrap_err()
}

#[test]
fn thumbprints_of_published_keys() {
    let rsa_of_rfc_7638 = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
    let leading_zero = r#"{"kty":"EC","crv":"P-256","x":"AFVDiUrz0A7X10Cr29dclrBod7eH219w7qeLkKjXwAo","y":"u0yFo9jqKe-q-iRAaRLdhNWxTcMr9lbvbGvVil2UP5I"}"#;
    for (jwk, algorithm, thumbprint) in [
        (P256_OF_RFC_9449, Algorithm::Es256, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
        (rsa_of_rfc_7638, Algorithm::Rs256, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        (ED25519, Algorithm::EdDsa, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
        (P256, Algorithm::Es256, "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"),
        (leading_zero, Algorithm::Es256, "7Yxe6c_3bAa6kiaK1G-BZmi9EeNsUmlcbdnrtLeuK4E"),
        (P521, Algorithm::Es512, "OeKGf9VndDjYwHKRd0dpgdELFndZEEkXwdriDA_fITE"),
        (RSA, Algorithm::Ps256, "jDH_cRgbhQr6FWBeVw-itUyv-Bx8rwx9jCeWCoVS3b0"),
    ] {
        let key = PublicKey::from_jwk(jwk, algorithm).unwrap();
        assert_eq!(key.thumbprint(), thumbprint);
        assert_eq!(key.thumbprint().len(), 43);
        assert_eq!(key.algorithm(), algorithm);
        // The text is the input of its thumbprint, and reads as the same key.
        assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(<sha2::Sha256 as sha2::Digest>::digest(key.as_jwk())), thumbprint);
        assert_eq!(PublicKey::from_jwk(key.as_jwk(), algorithm).unwrap(), key);
    }
}

#[test]
fn the_thumbprints_of_another_library_are_the_same() {
    // It has a mistake in that of Ed25519.
    for (algorithm, jwk) in ALGORITHMS.into_iter().filter(|(_, jwk)| *jwk != ED25519) {
        let theirs: jsonwebtoken::jwk::Jwk = serde_json::from_str(jwk).unwrap();
        let theirs = theirs.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256);
        assert_eq!(public_key(algorithm).thumbprint(), theirs, "{algorithm}");
    }
}

/// WebCrypto writes `key_ops`, `ext`, `kty`, `x`, `y`, `crv`.
#[test]
fn members_come_in_any_order_and_with_others_between_them() {
    let (x, y) = ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
    let jwk = format!(
        r#" {{"key_ops":["verify"],"ext":true,"kty":"EC","x":"{x}","y":"{y}","crv":"P-256","kid":"a","use":"sig","alg":"ES256","x5c":[{{"d":1}}]}}"#
    );
    let key = PublicKey::from_jwk(&jwk, Algorithm::Es256).unwrap();
    assert_eq!(key.as_jwk(), format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
    assert_eq!(key, public_key(Algorithm::Es256));
    // Escapes mean what they stand for.
    let escaped = jwk.replace("\"kty\"", r#""\u006bty""#).replace("\"f83", r#""\u006683"#);
    assert_eq!(PublicKey::from_jwk(&escaped, Algorithm::Es256).unwrap(), key);
}

#[test]
fn a_private_key_is_refused_by_its_member() {
    for name in ["d", "dp", "dq", "k", "oth", "p", "priv", "q", "qi"] {
        for value in ["\"AA\"", "null", "[]"] {
            for jwk in [P256, ED25519, RSA] {
                for jwk in [
                    jwk.replacen('{', &format!("{{\"{name}\":{value},"), 1),
                    jwk.replacen('}', &format!(",\"{name}\":{value}}}"), 1),
                ] {
                    assert_eq!(refused(&jwk, Algorithm::Es256), KeyError::PrivateMember(name), "{jwk}");
                }
            }
        }
    }
    let escaped = P256.replacen('{', r#"{"\u0064":"AA","#, 1);
    assert_eq!(refused(&escaped, Algorithm::Es256), KeyError::PrivateMember("d"));
}

#[test]
fn a_member_that_occurs_twice_is_refused() {
    for (jwk, algorithm, names) in [
        (P256, Algorithm::Es256, ["kty", "crv", "x", "y"].as_slice()),
        (ED25519, Algorithm::Ed25519, &["kty", "crv", "x"]),
        (RSA, Algorithm::Rs256, &["kty", "n", "e"]),
    ] {
        let members: serde_json::Value = serde_json::from_str(jwk).unwrap();
        for name in names {
            let twice = jwk.replacen('}', &format!(",\"{name}\":{}}}", members[name]), 1);
            assert_eq!(refused(&twice, algorithm), KeyError::Duplicate(name));
            let twice = jwk.replacen('{', &format!("{{\"{name}\":null,"), 1);
            assert_eq!(refused(&twice, algorithm), KeyError::Duplicate(name));
        }
    }
    let twice = P256.replacen('{', r#"{"alg":"ES256","alg":"ES256","#, 1);
    assert_eq!(refused(&twice, Algorithm::Es256), KeyError::Duplicate("alg"));
}

#[test]
fn alg_must_be_the_algorithm() {
    let with = |jwk: &str, alg: &str| jwk.replacen('{', &format!("{{\"alg\":{alg},"), 1);
    for (algorithm, jwk) in ALGORITHMS {
        assert!(PublicKey::from_jwk(&with(jwk, &format!("\"{algorithm}\"")), algorithm).is_ok());
        for other in ["\"none\"", "\"\"", "null", "1", "\"es256\"", "\"HS256\"", "[\"ES256\"]"] {
            assert_eq!(refused(&with(jwk, other), algorithm), KeyError::AlgorithmMember);
        }
    }
    // Two names of one signature.
    assert!(PublicKey::from_jwk(&with(ED25519, "\"Ed25519\""), Algorithm::EdDsa).is_ok());
    assert!(PublicKey::from_jwk(&with(ED25519, "\"EdDSA\""), Algorithm::Ed25519).is_ok());
    assert_eq!(refused(&with(RSA, "\"RS256\""), Algorithm::Ps256), KeyError::AlgorithmMember);
}

#[test]
fn a_key_must_be_of_the_kind_that_the_algorithm_takes() {
    for (algorithm, own) in ALGORITHMS {
        for (_, jwk) in ALGORITHMS.into_iter().filter(|(_, jwk)| *jwk != own) {
            assert_eq!(refused(jwk, algorithm), KeyError::KeyType, "{algorithm}: {jwk}");
        }
        for other in ["OKP", "EC", "RSA", "oct", "ec", ""] {
            let kty = format!("\"kty\":\"{other}\"");
            let changed = own.replace("\"kty\":\"EC\"", &kty).replace("\"kty\":\"OKP\"", &kty);
            let changed = changed.replace("\"kty\":\"RSA\"", &kty);
            if changed != own {
                assert_eq!(refused(&changed, algorithm), KeyError::KeyType, "{changed}");
            }
        }
        for kty in ["null", "1", "[\"EC\"]"] {
            let changed = own.replacen("\"kty\":\"", &format!("\"kty\":{kty},\"x\":\""), 1);
            assert!(matches!(refused(&changed, algorithm), KeyError::KeyType | KeyError::Duplicate("x")));
        }
    }
    assert_eq!(refused(&ED25519.replace("Ed25519", "X25519"), Algorithm::EdDsa), KeyError::KeyType);
    assert_eq!(refused(&ED25519.replace("Ed25519", "Ed448"), Algorithm::EdDsa), KeyError::KeyType);
    assert_eq!(refused(&P256.replace("P-256", "secp256k1"), Algorithm::Es256), KeyError::KeyType);
    // A shared secret proves nothing to a third party.
    for (algorithm, _) in MACS {
        assert_eq!(refused(P256, algorithm), KeyError::Algorithm);
        assert_eq!(refused(r#"{"kty":"oct"}"#, algorithm), KeyError::Algorithm);
    }
}

#[test]
fn members_that_are_needed_must_be_there() {
    for (name, algorithm) in [
        ("x", Algorithm::Es256),
        ("y", Algorithm::Es256),
        ("x", Algorithm::EdDsa),
        ("n", Algorithm::Rs256),
        ("e", Algorithm::Rs256),
    ] {
        let (_, jwk) = ALGORITHMS.into_iter().find(|(known, _)| *known == algorithm).unwrap();
        let without = jwk.replace(&format!("\"{name}\""), "\"other\"");
        assert_eq!(refused(&without, algorithm), KeyError::Missing(name));
        for value in ["null", "7", "[]", "\"\\ud800\""] {
            let changed = without.replacen('{', &format!("{{\"{name}\":{value},"), 1);
            assert_eq!(refused(&changed, algorithm), KeyError::Encoding(name));
        }
    }
}

/// A coordinate has the full length of the field (RFC 7518 §6.2.1.2).
#[test]
fn a_coordinate_of_another_length_is_refused() {
    let stripped = r#"{"kty":"EC","crv":"P-256","x":"VUOJSvPQDtfXQKvb11yWsGh3t4fbX3Dup4uQqNfACg","y":"u0yFo9jqKe-q-iRAaRLdhNWxTcMr9lbvbGvVil2UP5I"}"#;
    assert_eq!(refused(stripped, Algorithm::Es256), KeyError::Coordinate("x"));
    for (algorithm, curve, len) in [
        (Algorithm::Es256, "P-256", 32),
        (Algorithm::Es384, "P-384", 48),
        (Algorithm::Es512, "P-521", 66),
        (Algorithm::Ed25519, "Ed25519", 32),
    ] {
        let kty = if curve == "Ed25519" { "OKP" } else { "EC" };
        let key = |x: usize, y: usize| {
            let text = |len: usize| BASE64_URL_SAFE_NO_PAD.encode(vec![7; len]);
            let jwk = format!(r#"{{"kty":"{kty}","crv":"{curve}","x":"{}","y":"{}"}}"#, text(x), text(y));
            PublicKey::from_jwk(&jwk, algorithm)
        };
        assert!(key(len, len).is_ok());
        for other in [0, 1, len - 1, len + 1, 2 * len] {
            assert_eq!(key(other, len).unwrap_err(), KeyError::Coordinate("x"));
            if kty == "EC" {
                assert_eq!(key(len, other).unwrap_err(), KeyError::Coordinate("y"));
            }
        }
    }
}

#[test]
fn each_number_has_one_text_alone() {
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    for other in [
        format!("{x}="),
        format!("{x}A="),
        format!("{x} "),
        format!(" {x}"),
        x.replace('_', "/"),
        x.replace('_', "é"),
        // The last character has two bits that nobody reads.
        x.replace("URo", "URp"),
        x.replace("URo", "URq"),
        x.replace("URo", "URr"),
        format!("{x}AA"),
        format!("{}\\n", &x[..42]),
    ] {
        let jwk = ED25519.replace(x, &other);
        assert_eq!(refused(&jwk, Algorithm::EdDsa), KeyError::Encoding("x"), "{other}");
    }
}

proptest::proptest! {
    /// Whether a text is base64url is decided as by another library.
    #[test]
    fn base64url_is_read_as_by_another_library(text in "[A-Za-z0-9_=+/-]{41,45}") {
        let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{text}"}}"#);
        let ours = match PublicKey::from_jwk(&jwk, Algorithm::EdDsa) {
            Ok(_) => Some(32),
            Err(KeyError::Coordinate("x")) => Some(0),
            Err(error) => {
                proptest::prop_assert_eq!(error, KeyError::Encoding("x"));
                None
            }
        };
        let theirs = BASE64_URL_SAFE_NO_PAD.decode(&text).ok().map(|bytes| if bytes.len() == 32 { 32 } else { 0 });
        proptest::prop_assert_eq!(ours, theirs);
    }
}

#[test]
fn rsa_numbers_are_odd_and_minimal_and_of_a_size_that_is_safe() {
    let key = |n: &[u8], e: &[u8]| {
        let text = |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let jwk = format!(r#"{{"kty":"RSA","n":"{}","e":"{}"}}"#, text(n), text(e));
        PublicKey::from_jwk(&jwk, Algorithm::Ps256).map(drop)
    };
    let number = |first: u8, len: usize, last: u8| {
        let mut bytes = vec![0; len];
        bytes[0] = first;
        bytes[len - 1] = last;
        bytes
    };
    let e = [1, 0, 1];
    let max = MAX_RSA_BITS / 8;
    for (n, result) in [
        (number(0x80, 256, 1), Ok(())),
        (number(1, 257, 1), Ok(())),
        (number(0xFF, max, 1), Ok(())),
        (number(0x7F, 256, 1), Err(KeyError::ModulusSize)),
        (number(0x80, 128, 1), Err(KeyError::ModulusSize)),
        (number(1, max + 1, 1), Err(KeyError::ModulusSize)),
        (number(0x80, 256, 2), Err(KeyError::Modulus)),
        (number(0, 257, 1), Err(KeyError::Modulus)),
        (vec![], Err(KeyError::Modulus)),
    ] {
        assert_eq!(key(&n, &e), result, "{n:?}");
    }
    let n = number(0x80, 256, 1);
    for e in [vec![3], vec![17], vec![1, 0, 1], number(1, 32, 1)] {
        assert_eq!(key(&n, &e), Ok(()));
    }
    for e in [vec![], vec![0], vec![1], vec![2], vec![0, 3], vec![1, 0, 0], vec![0, 1, 0, 1], number(1, 33, 1)] {
        assert_eq!(key(&n, &e), Err(KeyError::Exponent), "{e:?}");
    }
}

#[test]
fn what_is_not_one_json_object_is_refused() {
    for text in ["", " ", "null", "[]", "\"EC\"", "{", "{}x", "{\"kty\":}", "{'kty':'EC'}", "\u{feff}{}"] {
        assert_eq!(refused(text, Algorithm::Es256), KeyError::NotAnObject, "{text}");
    }
    assert_eq!(refused(&format!("{P256}{P256}"), Algorithm::Es256), KeyError::NotAnObject);
    assert_eq!(refused(&format!("[{P256}]"), Algorithm::Es256), KeyError::NotAnObject);
    assert_eq!(refused(&P256.replace("\"}", "\",}"), Algorithm::Es256), KeyError::NotAnObject);
    assert_eq!(refused("{}", Algorithm::Es256), KeyError::KeyType);
}

#[test]
fn a_jwk_is_limited_in_length() {
    let padded = |len: usize| format!("{P256}{}", " ".repeat(len - P256.len()));
    assert!(PublicKey::from_jwk(&padded(MAX_JWK_LEN), Algorithm::Es256).is_ok());
    assert_eq!(refused(&padded(MAX_JWK_LEN + 1), Algorithm::Es256), KeyError::TooLong);
}

#[test]
fn keys_are_equal_if_they_sign_the_same_way() {
    let key = public_key(Algorithm::EdDsa);
    assert_eq!(key, key.clone());
    assert_ne!(key, public_key(Algorithm::Ed25519));
    assert_ne!(public_key(Algorithm::Es256), PublicKey::from_jwk(P256_OF_RFC_9449, Algorithm::Es256).unwrap());
    assert!(format!("{key:?}").contains("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
    let all: std::collections::HashSet<_> = ALGORITHMS.into_iter().map(|(name, _)| public_key(name)).collect();
    assert_eq!(all.len(), ALGORITHMS.len());
}

#[test]
fn each_algorithm_has_its_name() {
    for algorithm in ALGORITHMS.into_iter().map(|(algorithm, _)| algorithm).chain(MACS.map(|(algorithm, _)| algorithm))
    {
        assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
        assert_eq!(algorithm.to_string(), algorithm.name());
        assert_eq!(algorithm.name().to_uppercase(), format!("{algorithm:?}").to_uppercase());
    }
    for other in ["", "none", "None", "es256", "ES256 ", "ES256K", "EDDSA", "ed25519", "RS1", "HS1"] {
        assert_eq!(Algorithm::from_name(other), None);
    }
}
