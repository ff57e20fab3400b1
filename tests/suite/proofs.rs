//! DPoP proofs for requests to an API (RFC 9449 §4.2, §7 and §9).

use authcode::limits::{MAX_DPOP_NONCE_LEN, MAX_URI_LEN};
use authcode::{
    Algorithm, Draft, PublicKey, ResourceHeaders, ResourceNonce, ResourceRequestError, Secret, SignatureError, UriError,
};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::keys::*;

/// RFC 9449 §7.1.
const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
const TOKEN_HASH: &str = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo";
const NONCE: &str = "eyJ7S_zG.eyJH0-Z.HX4w-7v";

fn draft(key: &PublicKey, method: &str, url: &str, nonce: Option<&ResourceNonce>) -> Draft<ResourceHeaders> {
    key.resource_headers(method, url, &TOKEN.into(), nonce, fresh(1_700_000_001, true)).unwrap()
}

fn signed(draft: Draft<ResourceHeaders>) -> ResourceHeaders {
    draft.sign_with(|job| Ok::<_, SignatureError>(sign(job.algorithm(), job.input()))).unwrap()
}

fn value(headers: &ResourceHeaders, name: &str) -> String {
    headers.iter().find(|(known, _)| *known == name).unwrap().1.to_owned()
}

fn claims(method: &str, url: &str, nonce: Option<&ResourceNonce>) -> serde_json::Value {
    let headers = signed(draft(&public_key(Algorithm::EdDsa), method, url, nonce));
    verified(&value(&headers, "dpop"), Algorithm::EdDsa).claims
}

fn nonce(url: &str, text: &str) -> Option<ResourceNonce> {
    ResourceNonce::from_response(url, [("DPoP-Nonce", text)])
}

#[test]
fn a_proof_is_the_vector_byte_for_byte() {
    let headers = signed(draft(&public_key(Algorithm::EdDsa), "GET", "https://api.example/v1/me", None));
    let headers: Vec<_> = headers.iter().collect();
    let proof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVkRFNBIiwiandrIjp7ImNydiI6IkVkMjU1MTkiLCJrdHkiOiJPS1AiLCJ4IjoiMTFxWUFZS3hDcmZWU183VHlXUUhPZzdoY3ZQYXBpTWxyd0lhYVBjSFVSbyJ9fQ.eyJqdGkiOiJFQkVTRXhRVkZoY1lHUm9iSEIwZUh3IiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9hcGkuZXhhbXBsZS92MS9tZSIsImlhdCI6MTcwMDAwMDAwMSwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.1WNH-xEic7p6z3Vl1Zivk7FYI3ZVzUwAomy3tWVNizJEqS9jMEXufDJGjQfOKsgiS6I5V5ajLDEGX4L_iraACA";
    assert_eq!(headers, [("authorization", &*format!("DPoP {TOKEN}")), ("dpop", proof)]);
}

/// The proof of RFC 9449 §7.1 has the same claims in the same order, but for a `jti` of 96 bits.
#[test]
fn a_proof_has_the_claims_of_the_rfc() {
    let key = PublicKey::from_jwk(P256_OF_RFC_9449, Algorithm::Es256).unwrap();
    let fresh = fresh(1_562_262_618, false);
    let url = "https://resource.example.org/protectedresource";
    let draft = key.resource_headers("GET", url, &TOKEN.into(), None, fresh).unwrap();
    let Draft::Sign(job) = draft else { panic!("it is to be signed") };
    let (header, claims) = core::str::from_utf8(job.input()).unwrap().split_once('.').unwrap();
    let rfc = "eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9";
    let rfc = String::from_utf8(decoded(rfc)).unwrap().replace("e1j3V_bKic8-LAEB", "AAECAwQFBgcICQoLDA0ODw");
    assert_eq!(String::from_utf8(decoded(claims)).unwrap(), rfc);
    assert_eq!(
        String::from_utf8(decoded(header)).unwrap(),
        r#"{"typ":"dpop+jwt","alg":"ES256","jwk":{"crv":"P-256","kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}}"#
    );
}

#[test]
fn another_library_verifies_proofs_of_each_algorithm() {
    for (algorithm, _) in ALGORITHMS {
        let key = public_key(algorithm);
        let nonce = nonce("https://api.example", NONCE);
        let headers = signed(draft(&key, "PATCH", "https://api.example/v1?x=1", nonce.as_ref()));
        let proof = verified(&value(&headers, "dpop"), algorithm);
        let jwk: serde_json::Value = serde_json::from_str(key.as_jwk()).unwrap();
        assert_eq!(proof.header, serde_json::json!({ "typ": "dpop+jwt", "alg": algorithm.name(), "jwk": jwk }));
        assert_eq!(
            proof.claims,
            serde_json::json!({
                "jti": "EBESExQVFhcYGRobHB0eHw",
                "htm": "PATCH",
                "htu": "https://api.example/v1",
                "iat": 1_700_000_001,
                "nonce": NONCE,
                "ath": TOKEN_HASH,
            })
        );
    }
}

#[test]
fn the_claims_come_in_one_order() {
    let nonce = nonce("https://api.example", NONCE);
    let Draft::Sign(job) = draft(&public_key(Algorithm::EdDsa), "GET", "https://api.example", nonce.as_ref()) else {
        panic!("it is to be signed")
    };
    let claims = core::str::from_utf8(job.input()).unwrap().split_once('.').unwrap().1;
    assert_eq!(
        String::from_utf8(decoded(claims)).unwrap(),
        format!(
            r#"{{"jti":"EBESExQVFhcYGRobHB0eHw","htm":"GET","htu":"https://api.example/","iat":1700000001,"nonce":"{NONCE}","ath":"{TOKEN_HASH}"}}"#
        )
    );
}

#[test]
fn the_hash_of_the_token_is_in_base64url() {
    let hash = <sha2::Sha256 as sha2::Digest>::digest(TOKEN);
    assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(hash), TOKEN_HASH);
    assert_eq!(claims("GET", "https://api.example", None)["ath"], TOKEN_HASH);
}

/// What WHATWG's `origin + pathname` is, which other clients send.
#[test]
fn the_target_is_the_url_without_what_servers_read_differently() {
    for (url, target) in [
        ("https://API.example/v1?x=1#f", "https://api.example/v1"),
        ("https://api.example:443/v1", "https://api.example/v1"),
        ("https://api.example", "https://api.example/"),
        ("https://api.example?x", "https://api.example/"),
        ("https://api.example#f", "https://api.example/"),
        ("https://api.example:443", "https://api.example/"),
        ("https://api.example/a%2fb", "https://api.example/a%2fb"),
        ("https://api.example/%7Euser", "https://api.example/%7Euser"),
        ("https://api.example//a", "https://api.example//a"),
        ("https://api.example/a/", "https://api.example/a/"),
        ("https://api.example/A?q='#/../x", "https://api.example/A"),
        ("https://[2001:DB8::1]/x", "https://[2001:db8::1]/x"),
        ("https://[2001:db8::1]:443/x", "https://[2001:db8::1]/x"),
        ("http://127.0.0.1:80/x", "http://127.0.0.1/x"),
        ("http://127.0.0.1:443/x", "http://127.0.0.1:443/x"),
        ("https://api.example:80/x", "https://api.example:80/x"),
        ("https://api.example:8443/x", "https://api.example:8443/x"),
        ("https://xn--bcher-kva.example/x", "https://xn--bcher-kva.example/x"),
    ] {
        assert_eq!(claims("GET", url, None)["htu"], target);
        let whatwg = url::Url::parse(url).unwrap();
        assert_eq!(format!("{}{}", whatwg.origin().ascii_serialization(), whatwg.path()), target);
    }
    let long = format!("https://api.example/x?{}", "q".repeat(MAX_URI_LEN));
    assert_eq!(claims("GET", &long, None)["htu"], "https://api.example/x");
}

#[track_caller]
fn refused(method: &str, url: &str, token: &str) -> ResourceRequestError {
    let key = public_key(Algorithm::EdDsa);
    key.resource_headers(method, url, &Secret::from(token), None, fresh(0, false)).unwrap_err()
}

#[test]
fn a_request_that_cannot_be_named_exactly_is_refused() {
    for (url, reason) in [
        ("", UriError::Scheme),
        ("/v1/me", UriError::Scheme),
        ("ftp://api.example/", UriError::Scheme),
        ("wss://api.example/", UriError::Scheme),
        ("myapp://api.example/", UriError::Scheme),
        ("urn:x", UriError::Path),
        ("https:/api.example", UriError::Host),
        ("https://", UriError::Host),
        ("https://user@api.example/", UriError::UserInfo),
        ("https://api.example/a/../b", UriError::DotSegment),
        ("https://api.example/%2e%2e/b", UriError::DotSegment),
        ("https://api.example/a b", UriError::Character),
        ("https://api.example/a\"b", UriError::Character),
        ("https://api.example/a\\b", UriError::Character),
        ("https://api.example/é", UriError::Character),
        ("https://api.example/%zz", UriError::PercentEncoding),
        ("https://api.example:0/", UriError::Port),
    ] {
        assert_eq!(refused("GET", url, TOKEN), ResourceRequestError::Url(reason), "{url}");
    }
    for method in ["", "GET ", "GET\"", "GET\\", "GET\r\nX: y", "GÉT", "G:T"] {
        assert_eq!(refused(method, "https://api.example", TOKEN), ResourceRequestError::Method, "{method:?}");
    }
    for token in ["", " ", "a b", "a\"b", "a\\b", "a\nb", "é", "a,b"] {
        assert_eq!(refused("GET", "https://api.example", token), ResourceRequestError::AccessToken, "{token:?}");
    }
    // Salesforce, Amazon and JetBrains have tokens of their own kind.
    for token in ["00D5!AQ.x", "Atza|IwE-_", "perm:YQ==.a=b"] {
        let key = public_key(Algorithm::EdDsa);
        assert!(key.resource_headers("GET", "https://api.example", &token.into(), None, fresh(0, false)).is_ok());
    }
    // Methods are case-sensitive (RFC 9110 §9.1), and there are others.
    for method in ["get", "PROPFIND", "M-SEARCH", "!#$%&'*+.^_`|~"] {
        assert_eq!(claims(method, "https://api.example", None)["htm"], method);
    }
}

#[test]
fn a_nonce_is_read_from_exactly_one_header() {
    let url = "https://api.example/";
    let from = |headers: &[(&str, &str)]| ResourceNonce::from_response(url, headers.iter().copied());
    assert!(from(&[("DPoP-Nonce", NONCE)]).is_some());
    assert!(from(&[("date", "x"), ("dpop-nonce", NONCE), ("x", "y")]).is_some());
    assert!(from(&[("DPOP-NONCE", " \teyJ \t")]) == nonce(url, "eyJ"));
    assert!(from(&[]).is_none());
    assert!(from(&[("DPoP", NONCE), ("Nonce", NONCE)]).is_none());
    // Two, apart or joined, are none, even if they are equal.
    assert!(from(&[("DPoP-Nonce", NONCE), ("dpop-nonce", NONCE)]).is_none());
    assert!(from(&[("DPoP-Nonce", ""), ("dpop-nonce", NONCE)]).is_none());
    assert!(nonce(url, "a, b").is_none());
    // A comma alone may be part of a nonce.
    assert!(nonce(url, "a,b").is_some());
    let bytes = [("dpop-nonce", b"a\xFFb".as_slice())];
    assert!(ResourceNonce::from_response(url, bytes).is_none());
    assert!(nonce("nonsense", NONCE).is_none());
}

#[test]
fn a_nonce_has_the_characters_and_the_length_of_one() {
    let url = "https://api.example/";
    for byte in 0..=0x7F_u8 {
        let is_allowed = matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        let text = format!("a{}b", char::from(byte));
        assert_eq!(nonce(url, &text).is_some(), is_allowed, "{byte}");
        if is_allowed {
            assert_eq!(claims("GET", url, nonce(url, &text).as_ref())["nonce"], text);
        }
    }
    assert!(nonce(url, "").is_none());
    assert!(nonce(url, " ").is_none());
    assert!(nonce(url, "é").is_none());
    assert!(nonce(url, &"n".repeat(MAX_DPOP_NONCE_LEN)).is_some());
    assert!(nonce(url, &"n".repeat(MAX_DPOP_NONCE_LEN + 1)).is_none());
}

/// RFC 9449 §9: the nonces of two servers must not mix.
#[test]
fn a_nonce_is_sent_to_the_origin_that_it_came_from_and_to_no_other() {
    let from = |url| nonce(url, NONCE);
    for (came, goes) in [
        ("https://api.example/a?x", "https://api.example/b#y"),
        ("https://api.example:443", "https://API.example/b"),
        ("http://127.0.0.1:80", "http://127.0.0.1/"),
    ] {
        assert_eq!(claims("GET", goes, from(came).as_ref())["nonce"], NONCE, "{came} {goes}");
    }
    for (came, goes) in [
        ("https://api.example/", "https://api.example:8443/"),
        ("https://api.example/", "http://api.example/"),
        ("http://api.example:443/", "https://api.example/"),
        ("https://api.example/", "https://api.example.evil/"),
        ("https://api.example/", "https://apiaexample/"),
        ("https://a.example/", "https://api.example/"),
    ] {
        assert!(claims("GET", goes, from(came).as_ref()).get("nonce").is_none(), "{came} {goes}");
    }
}

#[test]
fn two_requests_have_proofs_of_their_own() {
    let proof = |fresh| {
        let key = public_key(Algorithm::EdDsa);
        let draft = key.resource_headers("GET", "https://api.example", &TOKEN.into(), None, fresh);
        verified(&value(&signed(draft.unwrap()), "dpop"), Algorithm::EdDsa).claims
    };
    let draw = || authcode::Fresh::draw(crate::scenario::NOW, getrandom::SysRng).unwrap();
    let ids: std::collections::HashSet<_> =
        (0..100).map(|_| proof(draw())["jti"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 100);
    assert!(ids.iter().all(|id| decoded(id).len() == 16));
}
