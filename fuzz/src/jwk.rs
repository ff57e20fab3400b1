//! No JWK causes a panic. One that is accepted is the same key to `serde_json`, has no private member, and comes out in
//! the order of RFC 7638; and what is signed with it is JSON with the right members.

use authcode::{Algorithm, Draft, Fresh, KeyError, PublicKey, UnixTime};
use serde_json::Value;

const ALGORITHMS: [Algorithm; 14] = [
    Algorithm::Ed25519,
    Algorithm::EdDsa,
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::Es512,
    Algorithm::Hs256,
    Algorithm::Hs384,
    Algorithm::Hs512,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
];

pub fn run(input: &[u8]) {
    let Some((first, rest)) = input.split_first() else { return };
    let Ok(text) = core::str::from_utf8(rest) else { return };
    let algorithm = ALGORITHMS[usize::from(*first) % ALGORITHMS.len()];
    // Without duplicates: `serde_json` takes the last one.
    let theirs = serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
    let key = match PublicKey::from_jwk(text, algorithm) {
        Ok(key) => key,
        Err(error) => {
            // `serde_json` has a limit of depth, and refuses half of a surrogate pair and numbers that are too large.
            let is_early = matches!(error, KeyError::NotAnObject | KeyError::TooLong);
            assert!(is_early || theirs.is_some() || serde_json::from_str::<Value>(text).is_err());
            return;
        }
    };
    let kept: Value = serde_json::from_str(key.as_jwk()).unwrap();
    let kept = kept.as_object().unwrap();
    let names: Vec<_> = kept.keys().map(String::as_str).collect();
    match kept["kty"].as_str().unwrap() {
        "EC" => assert_eq!(names, ["crv", "kty", "x", "y"]),
        "OKP" => assert_eq!(names, ["crv", "kty", "x"]),
        other => assert_eq!((other, names.as_slice()), ("RSA", ["e", "kty", "n"].as_slice())),
    }
    if let Some(theirs) = theirs {
        for (name, value) in kept {
            assert_eq!(theirs[name], *value);
        }
        assert!(["d", "dp", "dq", "k", "oth", "p", "priv", "q", "qi"].iter().all(|name| theirs.get(*name).is_none()));
    }
    assert_eq!(PublicKey::from_jwk(key.as_jwk(), algorithm).unwrap(), key);
    assert_eq!(key.thumbprint().len(), 43);

    let mut entropy = core::array::from_fn(|index| index as u8);
    let fresh = Fresh::from_entropy(UnixTime::from_secs(1_700_000_000), &mut entropy).unwrap();
    let draft = key.resource_headers("GET", "https://api.example/", &"token".into(), None, fresh).unwrap();
    let Draft::Sign(job) = draft else { panic!("it is to be signed") };
    assert_eq!(job.key_id(), Some(key.thumbprint()));
    let len = job.signature_len().unwrap();
    assert!(job.input().is_ascii());
    let job = job.finish(&vec![1; len + 1]).unwrap_err().into_job();
    let Draft::Ready(headers) = job.finish(&vec![1; len]).unwrap() else { panic!("there is one signature") };
    assert!(headers.iter().all(|(_, value)| value.bytes().all(|byte| (0x20..0x7F).contains(&byte))));
}
