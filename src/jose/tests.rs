//! What a login will sign, before there is a login that does: proofs for the authorization server, and requests with two
//! signatures. The rest is in `tests/suite`.

use alloc::string::String;

use crate::encoding::base64;
use crate::encoding::time::UnixTime;
use crate::http::HttpRequest;
use crate::jose::algorithm::Algorithm;
use crate::jose::assertion::AssertionKey;
use crate::jose::draft::{Draft, Purpose, SigningJob};
use crate::jose::fresh::Fresh;
use crate::jose::proof::Proof;
use crate::jose::public_key::PublicKey;

/// RFC 8037 §A.1.
const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
/// RFC 7515 §A.3.
const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

fn fresh() -> Fresh {
    let mut entropy = core::array::from_fn(|index| index as u8);
    Fresh::from_entropy(UnixTime::from_secs(1_700_000_000), &mut entropy).unwrap()
}

fn request() -> HttpRequest {
    HttpRequest::post_form("https://as.example/token", None, String::from("grant_type=x&client_id=s6BhdRkqt3"))
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

fn job<T>(draft: Draft<T>) -> SigningJob<T> {
    match draft {
        Draft::Sign(job) => job,
        Draft::Ready(_) => panic!("it is to be signed"),
    }
}

fn proof(key: &PublicKey, nonce: Option<&str>) -> Draft<HttpRequest> {
    let proof = Proof { method: "POST", target: "https://as.example/token", nonce, access_token: None };
    Draft::new(request(), [None, Some(key.unsigned_proof(&proof, &fresh()))])
}

/// The same bytes as two other libraries make (RFC 6979 for ES256).
#[test]
fn a_proof_for_the_token_endpoint_has_no_hash_of_a_token() {
    for (jwk, algorithm, nonce, expected) in [
        (
            ED25519,
            Algorithm::EdDsa,
            Some("eyJ7S_zG.eyJH0-Z.HX4w-7v"),
            "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVkRFNBIiwiandrIjp7ImNydiI6IkVkMjU1MTkiLCJrdHkiOiJPS1AiLCJ4IjoiMTFxWUFZS3hDcmZWU183VHlXUUhPZzdoY3ZQYXBpTWxyd0lhYVBjSFVSbyJ9fQ.eyJqdGkiOiJBQUVDQXdRRkJnY0lDUW9MREEwT0R3IiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vYXMuZXhhbXBsZS90b2tlbiIsImlhdCI6MTcwMDAwMDAwMCwibm9uY2UiOiJleUo3U196Ry5leUpIMC1aLkhYNHctN3YifQ.b_fWSjpWVrEnftGmMN15XHRp8Ucs7np5W1JLQjyqnZHj5qfQcCxODA9L5-U6el4ybqxsY68-uN6jnHQ3K6HmBQ",
        ),
        (
            P256,
            Algorithm::Es256,
            None,
            "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7ImNydiI6IlAtMjU2Iiwia3R5IjoiRUMiLCJ4IjoiZjgzT0ozRDJ4RjFCZzh2dWI5dExlMWdITXpWNzZlOFR1czl1UEh2UlZFVSIsInkiOiJ4X0ZFelJ1OW0zNkhMTl90dWU2NTlMTnBYVzZwQ3lTdGlrWWpLSVdJNWEwIn19.eyJqdGkiOiJBQUVDQXdRRkJnY0lDUW9MREEwT0R3IiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vYXMuZXhhbXBsZS90b2tlbiIsImlhdCI6MTcwMDAwMDAwMH0.uAKqkeSQcKHHOExPDN9pZeC27XAfWNU4USgAMHq-B2wBjzZXFUhYjnSRaddAC4C2UrnNRIav5KYeE2o8oGA3Yw",
        ),
    ] {
        let key = PublicKey::from_jwk(jwk, algorithm).unwrap();
        let job = job(proof(&key, nonce));
        let (input, signature) = expected.rsplit_once('.').unwrap();
        assert_eq!(job.input(), input.as_bytes());
        let draft = job.finish(&base64::decode_url_safe(signature.as_bytes()).unwrap()).unwrap();
        let Draft::Ready(request) = draft else { panic!("there is one signature") };
        assert_eq!(header(&request, "dpop"), Some(expected));
        assert_eq!(request.body.expose(), "grant_type=x&client_id=s6BhdRkqt3");
    }
}

#[test]
fn a_request_with_two_signatures_is_signed_one_after_the_other() {
    let client_key = AssertionKey::private_key_jwt(Algorithm::EdDsa, Some("k1")).unwrap();
    let dpop_key = PublicKey::from_jwk(P256, Algorithm::Es256).unwrap();
    let fresh = fresh();
    let assertion = client_key.unsigned_assertion("s6BhdRkqt3", "https://as.example", &fresh);
    let proof = Proof { method: "POST", target: "https://as.example/token", nonce: None, access_token: None };
    let proof = dpop_key.unsigned_proof(&proof, &fresh);

    let first = job(Draft::new(request(), [Some(assertion), Some(proof)]));
    assert_eq!((first.purpose(), first.key_id()), (Purpose::ClientAuthentication, Some("k1")));
    let assertion = String::from_utf8(first.input().into()).unwrap();
    let second = job(first.finish(&[1; 64]).unwrap());
    assert_eq!((second.purpose(), second.key_id()), (Purpose::Dpop, Some(dpop_key.thumbprint())));
    let proof = String::from_utf8(second.input().into()).unwrap();
    // A signature that is refused leaves the one before it where it is.
    let second = second.finish(&[]).unwrap_err().into_job();
    let Draft::Ready(request) = second.finish(&[2; 64]).unwrap() else { panic!("there are two signatures") };

    let signatures = [[1; 64], [2; 64]].map(|signature| base64::url_safe(&signature));
    assert_eq!(header(&request, "dpop"), Some([&*proof, ".", &signatures[1]].concat().as_str()));
    let expected = [
        "grant_type=x&client_id=s6BhdRkqt3",
        "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=",
        &assertion,
        ".",
        &signatures[0],
    ];
    assert_eq!(request.body.expose(), expected.concat());
}

#[test]
fn a_request_without_a_job_is_ready() {
    let Draft::Ready(request) = Draft::new(request(), [None, None]) else { panic!("there is nothing to sign") };
    assert_eq!(header(&request, "dpop"), None);
    let names: alloc::vec::Vec<_> = request.headers.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["content-type", "accept"]);
}
