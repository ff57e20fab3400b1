//! A draft is signed by anything that returns the right number of bytes, and cannot be sent before.

use authcode::limits::MAX_RSA_BITS;
use authcode::{
    Algorithm, AssertionKey, ClientAssertion, Draft, Purpose, ResourceHeaders, Secret, SignatureError, SigningJob,
};

use crate::keys::*;

fn proof(algorithm: Algorithm) -> SigningJob<ResourceHeaders> {
    let token = Secret::from("CANARY-token");
    let draft = public_key(algorithm).resource_headers("GET", "https://api.example", &token, None, fresh(0, false));
    job(draft.unwrap())
}

fn assertion(key: &AssertionKey) -> SigningJob<ClientAssertion> {
    job(key.assertion("id", "https://as.example", fresh(0, false)))
}

fn job<T>(draft: Draft<T>) -> SigningJob<T> {
    match draft {
        Draft::Sign(job) => job,
        Draft::Ready(_) => panic!("it is to be signed"),
    }
}

#[track_caller]
fn ready<T>(draft: Draft<T>) -> T {
    match draft {
        Draft::Ready(ready) => ready,
        Draft::Sign(_) => panic!("it is to be ready"),
    }
}

#[test]
fn a_job_says_which_key_signs() {
    for (algorithm, _) in ALGORITHMS {
        let job = proof(algorithm);
        assert_eq!((job.purpose(), job.algorithm()), (Purpose::Dpop, algorithm));
        assert_eq!(job.key_id(), Some(public_key(algorithm).thumbprint()));
        let key = AssertionKey::private_key_jwt(algorithm, Some("k1")).unwrap();
        let job = assertion(&key);
        assert_eq!((job.purpose(), job.algorithm()), (Purpose::ClientAuthentication, algorithm));
        assert_eq!(job.key_id(), Some("k1"));
    }
    let key = AssertionKey::private_key_jwt(Algorithm::Es256, None).unwrap();
    assert_eq!(assertion(&key).key_id(), None);
}

/// Every length but one is refused, and the job is returned unchanged.
#[track_caller]
fn assert_takes_only<T: core::fmt::Debug>(mut job: SigningJob<T>, len: usize) {
    let input = job.input().to_vec();
    assert_eq!(job.signature_len(), Some(len));
    for given in (0..=200).chain([256, 512, 2 * len]).filter(|given| *given != len) {
        let rejected = job.finish(&vec![1; given]).unwrap_err();
        assert!(matches!(
            rejected.error(),
            SignatureError::Length { expected, given: said, .. } if expected == len && said == given
        ));
        job = rejected.into_job();
        assert_eq!(job.input(), input);
    }
    ready(job.finish(&vec![1; len]).unwrap());
}

#[test]
fn a_signature_has_the_length_of_its_algorithm() {
    for (algorithm, len) in [
        (Algorithm::Ed25519, 64),
        (Algorithm::EdDsa, 64),
        (Algorithm::Es256, 64),
        (Algorithm::Es384, 96),
        (Algorithm::Es512, 132),
        (Algorithm::Ps256, 256),
        (Algorithm::Rs512, 256),
    ] {
        assert_takes_only(proof(algorithm), len);
        let key = AssertionKey::private_key_jwt(algorithm, None).unwrap();
        if len != 256 {
            assert_takes_only(assertion(&key), len);
        }
    }
    for (algorithm, len) in MACS {
        let key = AssertionKey::client_secret_jwt(algorithm, &CLIENT_SECRET.into()).unwrap();
        assert_takes_only(assertion(&key), len);
    }
}

#[test]
fn an_rsa_signature_of_a_key_of_unknown_size_is_at_least_2048_bits() {
    let key = AssertionKey::private_key_jwt(Algorithm::Ps256, None).unwrap();
    for len in [256, 257, 384, 512, MAX_RSA_BITS / 8] {
        let job = assertion(&key);
        assert_eq!(job.signature_len(), None);
        ready(job.finish(&vec![1; len]).unwrap());
    }
    for len in [0, 64, 128, 255, MAX_RSA_BITS / 8 + 1] {
        let error = assertion(&key).finish(&vec![1; len]).unwrap_err().error();
        assert!(matches!(error, SignatureError::Length { expected: 256, given, .. } if given == len));
    }
}

/// `SEQUENCE { INTEGER, INTEGER }` of numbers with so many bytes.
fn der(len: usize) -> Vec<u8> {
    let integer = |first| [&[2, len as u8, first], vec![9; len - 1].as_slice()].concat();
    let content = [integer(1), integer(2)].concat();
    let start: &[u8] = if content.len() < 128 { &[0x30] } else { &[0x30, 0x81] };
    [start, &[content.len() as u8], &content].concat()
}

#[test]
fn der_is_refused_by_its_name() {
    let der_of_the_vector =
        decoded("MEUCIQC4AqqR5JBwocc4TE8M32ll4LbtcB9Y1ThRKAAwer4HbAIgAY82VxVIWI50kWnXQAuAtlK5zUSGr-SmHhNqPKBgN2M");
    let rejected = proof(Algorithm::Es256).finish(&der_of_the_vector).unwrap_err();
    assert_eq!(rejected.error(), SignatureError::Der);
    // Converted, the same job takes it.
    let raw = [&der_of_the_vector[5..37], &der_of_the_vector[39..]].concat();
    let headers = ready(rejected.into_job().finish(&raw).unwrap());
    assert_eq!(headers.iter().last().unwrap().1.rsplit_once('.').unwrap().1.len(), 86);

    for (algorithm, len) in [(Algorithm::Es256, 32), (Algorithm::Es384, 48), (Algorithm::Es512, 66)] {
        for len in [len - 1, len, len + 1] {
            let error = proof(algorithm).finish(&der(len)).unwrap_err().error();
            assert_eq!(error, SignatureError::Der, "{algorithm} {len}");
        }
        // One byte more or less is not DER.
        let mut other = der(len);
        other.push(0);
        assert_ne!(proof(algorithm).finish(&other).unwrap_err().error(), SignatureError::Der);
        other.truncate(other.len() - 2);
        assert_ne!(proof(algorithm).finish(&other).unwrap_err().error(), SignatureError::Der);
    }
    // Other algorithms have nothing to do with it.
    assert_ne!(proof(Algorithm::EdDsa).finish(&der(32)).unwrap_err().error(), SignatureError::Der);
}

/// A signature may begin like DER by chance.
#[test]
fn a_signature_of_the_right_length_is_taken_whatever_is_in_it() {
    let mut signature = [7; 64];
    signature[..2].copy_from_slice(&[0x30, 62]);
    ready(proof(Algorithm::Es256).finish(&signature).unwrap());
}

#[derive(Debug, PartialEq)]
enum SignerError {
    Locked,
    Signature(SignatureError),
}

impl From<SignatureError> for SignerError {
    fn from(error: SignatureError) -> Self {
        Self::Signature(error)
    }
}

#[test]
fn a_signer_that_does_not_wait_is_a_closure() {
    let draft = || Draft::Sign(proof(Algorithm::Es256));
    assert!(draft().sign_with(|job| Ok::<_, SignerError>(sign(job.algorithm(), job.input()))).is_ok());
    assert!(draft().sign_with(|_| Ok::<_, SignerError>([1; 64])).is_ok());
    let error = draft().sign_with(|_| Err::<Vec<u8>, _>(SignerError::Locked)).unwrap_err();
    assert_eq!(error, SignerError::Locked);
    let error = draft().sign_with(|_| Ok::<_, SignerError>(der(32))).unwrap_err();
    assert_eq!(error, SignerError::Signature(SignatureError::Der));
    let ready = Draft::Ready(7).sign_with(|_| Ok::<[u8; 0], SignerError>([]));
    assert_eq!(ready, Ok(7));
}

/// `?` passes a rejected signature on, in a program with one error for everything, too.
#[test]
fn a_rejected_signature_is_an_error() {
    fn finish<T: Send + Sync + 'static>(
        job: SigningJob<T>,
    ) -> Result<Draft<T>, Box<dyn core::error::Error + Send + Sync>> {
        Ok(job.finish(&[])?)
    }
    let error = finish(proof(Algorithm::Es256)).unwrap_err();
    assert_eq!(error.to_string(), "the signature has 0 bytes, where 64 are expected");
    assert_eq!(error.to_string(), proof(Algorithm::Es256).finish(&[]).unwrap_err().error().to_string());
}

#[test]
fn nothing_that_is_signed_is_shown() {
    let job = proof(Algorithm::Es256);
    let input = String::from_utf8(job.input().to_vec()).unwrap();
    let mut shown = vec![format!("{job:?}"), format!("{:?}", fresh(0, false))];
    let rejected = job.finish(b"CANARY").unwrap_err();
    shown.push(format!("{rejected:?} {rejected}"));
    let draft = Draft::Sign(rejected.into_job());
    shown.push(format!("{draft:?}"));
    let headers = draft.sign_with(|job| Ok::<_, SignerError>(sign(job.algorithm(), job.input()))).unwrap();
    shown.push(format!("{headers:?} {:?}", Draft::Ready(&headers)));
    let key = AssertionKey::client_secret_jwt(Algorithm::Hs256, &"CANARY-0123456789abcdef0123456789".into()).unwrap();
    shown.push(format!("{key:?}"));
    shown.push(format!("{:?}", ready(assertion(&key).finish(&[1; 32]).unwrap())));
    for text in shown {
        assert!(!text.contains("CANARY") && !text.contains("AAECAwQF") && !text.contains("eyJ"), "{text}");
        assert!(!text.contains(&input) && !text.contains("ICAgIC"), "{text}");
    }
}
