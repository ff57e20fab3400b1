//! Client assertions (RFC 7523 §2.2, OpenID Connect Core §9).

use authcode::limits::MAX_KEY_ID_LEN;
use authcode::{Algorithm, AssertionKey, Audience, ClientAssertion, Draft, Fresh, KeyError, SignatureError, UnixTime};

use crate::keys::*;

const ISSUER: &str = "https://as.example";
const CLIENT_ID: &str = "s6BhdRkqt3";

fn private_key(algorithm: Algorithm) -> AssertionKey {
    AssertionKey::private_key_jwt(algorithm, Some("k1")).unwrap()
}

fn signed(draft: Draft<ClientAssertion>) -> String {
    let signed = draft.sign_with(|job| Ok::<_, SignatureError>(sign(job.algorithm(), job.input()))).unwrap();
    let [(name_of_type, assertion_type), (name, jws)] = signed.params();
    assert_eq!((name_of_type, name), ("client_assertion_type", "client_assertion"));
    assert_eq!(assertion_type, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    jws.to_owned()
}

#[test]
fn an_assertion_is_the_vector_byte_for_byte() {
    let jws = signed(private_key(Algorithm::EdDsa).assertion(CLIENT_ID, ISSUER, fresh(1_700_000_000, true)));
    assert_eq!(
        jws,
        "eyJ0eXAiOiJjbGllbnQtYXV0aGVudGljYXRpb24rand0IiwiYWxnIjoiRWREU0EiLCJraWQiOiJrMSJ9.eyJpc3MiOiJzNkJoZFJrcXQzIiwic3ViIjoiczZCaGRSa3F0MyIsImF1ZCI6Imh0dHBzOi8vYXMuZXhhbXBsZSIsImp0aSI6IkFBRUNBd1FGQmdjSUNRb0xEQTBPRHciLCJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMDA2MH0.EUvaTpTbce8XJjOfwDreFHBsGJWkgGNhOt18Z4Mr39ulBmUxepCYPsBA5X_yNlK5orH3379waCrqJNS0V-HlBQ"
    );
    // Of the vector by HMAC all but the signature, which is by a shorter secret.
    let secret = "0123456789abcdef0123456789abcdef".into();
    let key = AssertionKey::client_secret_jwt(Algorithm::Hs256, &secret).unwrap();
    let signature = decoded("PAa5PR87xvX5RCyD-qBqW8sgUHUx7C8UULWIOD1iRSw");
    let draft = key.assertion(CLIENT_ID, ISSUER, fresh(1_700_000_000, true));
    let signed = draft.sign_with(|_| Ok::<_, SignatureError>(&signature)).unwrap();
    assert_eq!(
        signed.params()[1].1,
        "eyJ0eXAiOiJjbGllbnQtYXV0aGVudGljYXRpb24rand0IiwiYWxnIjoiSFMyNTYifQ.eyJpc3MiOiJzNkJoZFJrcXQzIiwic3ViIjoiczZCaGRSa3F0MyIsImF1ZCI6Imh0dHBzOi8vYXMuZXhhbXBsZSIsImp0aSI6IkFBRUNBd1FGQmdjSUNRb0xEQTBPRHciLCJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMDA2MH0.PAa5PR87xvX5RCyD-qBqW8sgUHUx7C8UULWIOD1iRSw"
    );
}

#[test]
fn another_library_verifies_assertions_of_each_algorithm() {
    let claims = serde_json::json!({
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "aud": ISSUER,
        "jti": "EBESExQVFhcYGRobHB0eHw",
        "iat": 1_700_000_000,
        "exp": 1_700_000_060,
    });
    for (algorithm, _) in ALGORITHMS {
        let jws = signed(private_key(algorithm).assertion(CLIENT_ID, ISSUER, fresh(1_700_000_000, false)));
        let assertion = verified(&jws, algorithm);
        let typ = "client-authentication+jwt";
        assert_eq!(assertion.header, serde_json::json!({ "typ": typ, "alg": algorithm.name(), "kid": "k1" }));
        assert_eq!(assertion.claims, claims);
    }
    for (algorithm, _) in MACS {
        let key = AssertionKey::client_secret_jwt(algorithm, &CLIENT_SECRET.into()).unwrap();
        let jws = signed(key.assertion(CLIENT_ID, ISSUER, fresh(1_700_000_000, false)));
        assert_eq!(verified(&jws, algorithm).claims, claims);
    }
}

/// A proof and an assertion from the same bytes are never the same `jti`.
#[test]
fn a_proof_and_an_assertion_have_different_ids() {
    let assertion = signed(private_key(Algorithm::EdDsa).assertion(CLIENT_ID, ISSUER, fresh(0, false)));
    let key = public_key(Algorithm::EdDsa);
    let Draft::Sign(proof) = key.resource_headers("GET", ISSUER, &"token".into(), None, fresh(0, false)).unwrap()
    else {
        panic!("it is to be signed")
    };
    let proof = core::str::from_utf8(proof.input()).unwrap().split_once('.').unwrap().1;
    let proof: serde_json::Value = serde_json::from_slice(&decoded(proof)).unwrap();
    assert_ne!(verified(&assertion, Algorithm::EdDsa).claims["jti"], proof["jti"]);
}

#[test]
fn one_for_the_token_endpoint_is_untyped() {
    let endpoint = "https://as.example/token";
    let key = private_key(Algorithm::EdDsa);
    assert_eq!(key.audience(), Audience::Issuer);
    let key = key.danger_audience_token_endpoint();
    assert_eq!(key.audience(), Audience::TokenEndpoint);
    let jws = signed(key.assertion(CLIENT_ID, endpoint, fresh(0, false)));
    let assertion = verified(&jws, Algorithm::EdDsa);
    assert_eq!(assertion.header, serde_json::json!({ "alg": "EdDSA", "kid": "k1" }));
    assert_eq!(assertion.claims["aud"], endpoint);
}

#[test]
fn the_time_does_not_overflow() {
    let jws = signed(private_key(Algorithm::EdDsa).assertion(CLIENT_ID, ISSUER, fresh(u64::MAX, false)));
    let claims = verified(&jws, Algorithm::EdDsa).claims;
    assert_eq!((&claims["iat"], &claims["exp"]), (&u64::MAX.into(), &u64::MAX.into()));
}

#[test]
fn a_key_identifier_is_limited() {
    let with = |key_id: &str| AssertionKey::private_key_jwt(Algorithm::Es256, Some(key_id));
    for key_id in ["k", "2026-01", "a b", "\"\\", "https://a.example/keys#1", &"k".repeat(MAX_KEY_ID_LEN)] {
        assert_eq!(with(key_id).unwrap().key_id(), Some(key_id));
    }
    for key_id in ["", "é", "a\n", "\0", &"k".repeat(MAX_KEY_ID_LEN + 1)] {
        assert_eq!(with(key_id).unwrap_err(), KeyError::KeyId);
    }
}

#[test]
fn each_door_takes_its_own_algorithms() {
    for (algorithm, _) in ALGORITHMS {
        assert_eq!(private_key(algorithm).algorithm(), algorithm);
        let error = AssertionKey::client_secret_jwt(algorithm, &CLIENT_SECRET.into()).unwrap_err();
        assert_eq!(error, KeyError::Algorithm);
    }
    for (algorithm, hash_len) in MACS {
        assert_eq!(AssertionKey::private_key_jwt(algorithm, None).unwrap_err(), KeyError::Algorithm);
        let of_len = |len| AssertionKey::client_secret_jwt(algorithm, &CLIENT_SECRET[..len].into());
        assert_eq!(of_len(hash_len).unwrap().algorithm(), algorithm);
        assert_eq!(of_len(hash_len - 1).unwrap_err(), KeyError::SecretTooShort);
        assert_eq!(of_len(0).unwrap_err(), KeyError::SecretTooShort);
    }
}

/// A client identifier that a server chose cannot add a claim.
#[test]
fn a_name_cannot_leave_its_string() {
    let evil = r#"a","aud":"https://evil.example"#;
    let jws = signed(private_key(Algorithm::EdDsa).assertion(evil, ISSUER, fresh(0, false)));
    let claims = verified(&jws, Algorithm::EdDsa).claims;
    assert_eq!((&claims["sub"], &claims["aud"]), (&evil.into(), &ISSUER.into()));
    assert_eq!(claims.as_object().unwrap().len(), 6);
}

proptest::proptest! {
    #[test]
    fn any_name_is_read_back_by_another_reader(id: String, audience: String, key_id in "[ -~]{1,256}", now: u64) {
        let key = AssertionKey::private_key_jwt(Algorithm::Es256, Some(&key_id)).unwrap();
        let fresh = Fresh::from_entropy(UnixTime::from_secs(now), &mut core::array::from_fn(|byte| byte as u8)).unwrap();
        let Draft::Sign(job) = key.assertion(&id, &audience, fresh) else { panic!("it is to be signed") };
        let (header, claims) = core::str::from_utf8(job.input()).unwrap().split_once('.').unwrap();
        let header: serde_json::Value = serde_json::from_slice(&decoded(header)).unwrap();
        proptest::prop_assert_eq!(
            header,
            serde_json::json!({ "typ": "client-authentication+jwt", "alg": "ES256", "kid": key_id })
        );
        let claims: serde_json::Value = serde_json::from_slice(&decoded(claims)).unwrap();
        let jti = "EBESExQVFhcYGRobHB0eHw";
        proptest::prop_assert_eq!(
            claims,
            serde_json::json!({
                "iss": id, "sub": id, "aud": audience, "jti": jti, "iat": now, "exp": now.saturating_add(60)
            })
        );
    }
}
