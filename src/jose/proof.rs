//! DPoP proofs (RFC 9449 §4.2) as signing inputs.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::encoding::{base64, text};
use crate::jose::draft::{Purpose, Unsigned};
use crate::jose::fresh::Fresh;
use crate::jose::jws;
use crate::jose::public_key::PublicKey;

/// The request that a proof is for.
pub(crate) struct Proof<'a> {
    /// A token of RFC 9110 §5.6.2.
    pub(crate) method: &'a str,
    /// As `Uri::as_dpop_target` writes it.
    pub(crate) target: &'a str,
    /// The server's last nonce: `NQCHAR` alone.
    pub(crate) nonce: Option<&'a str>,
    /// At a resource alone. An authorization server does not expect a hash of it.
    pub(crate) access_token: Option<&'a str>,
}

impl PublicKey {
    /// Nothing in it needs to be escaped in JSON: see the fields of [`Proof`].
    pub(crate) fn unsigned_proof(&self, proof: &Proof<'_>, fresh: &Fresh) -> Unsigned {
        let header =
            [r#"{"typ":"dpop+jwt","alg":""#, self.algorithm().name(), r#"","jwk":"#, self.as_jwk(), "}"].concat();
        let id = fresh.proof_id();
        let issued_at = text::of_number(fresh.now().as_secs());
        let hash = proof.access_token.map(|token| base64::url_safe(&Sha256::digest(token.as_bytes())));
        let [nonce_name, nonce, nonce_end] = member(r#","nonce":""#, proof.nonce);
        let [hash_name, hash, hash_end] = member(r#","ath":""#, hash.as_deref());
        let claims = Zeroizing::new(
            [
                r#"{"jti":""#,
                id.as_str(),
                r#"","htm":""#,
                proof.method,
                r#"","htu":""#,
                proof.target,
                r#"","iat":"#,
                issued_at.as_str(),
                nonce_name,
                nonce,
                nonce_end,
                hash_name,
                hash,
                hash_end,
                "}",
            ]
            .concat(),
        );
        Unsigned {
            purpose: Purpose::Dpop,
            algorithm: self.algorithm(),
            key_id: Some(self.thumbprint().into()),
            signature_len: Some(self.signature_len()),
            input: jws::signing_input(&header, &claims),
        }
    }
}

/// The parts of a member that may be left out.
fn member<'a>(start: &'a str, value: Option<&'a str>) -> [&'a str; 3] {
    value.map_or([""; 3], |value| [start, value, "\""])
}
