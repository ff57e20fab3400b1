//! What is to be signed before it can be sent, and the signatures of it.

use alloc::boxed::Box;
use core::fmt;

use thiserror::Error;

use crate::jose::algorithm::{Algorithm, KeyKind, MIN_RSA_BITS};
use crate::jose::jws;
use crate::limits::MAX_RSA_BITS;
use crate::secret::{Secret, WipedBytes};

/// What a key signs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Purpose {
    /// An assertion that authenticates the client (RFC 7523 §2.2), with the key of its
    /// [`AssertionKey`](crate::AssertionKey).
    ClientAuthentication,
    /// A proof of possession (RFC 9449), with the key whose public half is the [`PublicKey`](crate::PublicKey).
    Dpop,
}

/// Something to send, which may have to be signed first.
///
/// A draft that is not signed cannot be sent: only [`Draft::Ready`] has the request in it. Sign one job after the other
/// until it is ready. That takes no trait and no closure, so it works with WebCrypto, an HSM and a key service as well as
/// with a key in memory:
///
/// ```
/// # use authcode::{Draft, SigningJob, SignatureError};
/// # async fn sign(key: &str, input: &[u8]) -> Result<[u8; 64], SignatureError> { Ok([0; 64]) }
/// use authcode::Purpose;
///
/// async fn signed<T>(mut draft: Draft<T>) -> Result<T, SignatureError> {
///     loop {
///         let job = match draft {
///             Draft::Ready(ready) => return Ok(ready),
///             Draft::Sign(job) => job,
///         };
///         let key = match job.purpose() {
///             Purpose::Dpop => "dpop-key",
///             _ => "client-key",
///         };
///         let signature = sign(key, job.input()).await?;
///         draft = job.finish(&signature)?;
///     }
/// }
/// ```
///
/// [`sign_with`](Self::sign_with) does the same for a signer that does not wait.
///
/// Sign and send a draft at once: a server accepts a proof for seconds, and an assertion for a minute. Do not store one.
/// For a retry take a new draft, with a new [`Fresh`](crate::Fresh).
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "it is ready, or it is not")]
#[must_use = "a draft does nothing until it is signed and sent"]
pub enum Draft<T> {
    /// Nothing is left to sign.
    Ready(T),
    /// Sign this next.
    Sign(SigningJob<T>),
}

/// Where signatures are put.
pub(crate) trait Signable {
    /// Each purpose has a place of its own.
    fn attach(&mut self, purpose: Purpose, jws: Secret);
}

impl<T> Draft<T> {
    /// The `jobs` are signed in this order. Without any the draft is ready.
    pub(crate) fn new(unsigned: T, jobs: [Option<Unsigned>; 2]) -> Self
    where
        T: Signable,
    {
        let [first, second] = jobs;
        let (Some(current), next) = (match first {
            Some(first) => (Some(first), second),
            None => (second, None),
        }) else {
            return Self::Ready(unsigned);
        };
        Self::Sign(SigningJob(Box::new(Job { unsigned, attach: T::attach, current, next })))
    }

    /// Signs everything, with a signer that does not wait: a key in memory, or a call that blocks.
    ///
    /// ```
    /// # use authcode::{Draft, HttpRequest, Purpose, SignatureError};
    /// # struct Key;
    /// # impl Key { fn sign(&self, input: &[u8]) -> Result<Vec<u8>, SignatureError> { Ok(vec![0; 64]) } }
    /// # fn example(draft: Draft<HttpRequest>, dpop: Key, client: Key) -> Result<HttpRequest, SignatureError> {
    /// let request = draft.sign_with(|job| match job.purpose() {
    ///     Purpose::Dpop => dpop.sign(job.input()),
    ///     _ => client.sign(job.input()),
    /// })?;
    /// # Ok(request) }
    /// ```
    ///
    /// # Errors
    /// The error of the signer, or [`SignatureError`], converted into it.
    pub fn sign_with<S: AsRef<[u8]>, E: From<SignatureError>>(
        mut self,
        mut sign: impl FnMut(&SigningJob<T>) -> Result<S, E>,
    ) -> Result<T, E> {
        loop {
            match self {
                Self::Ready(ready) => return Ok(ready),
                Self::Sign(job) => {
                    let signature = sign(&job)?;
                    self = job.finish(signature.as_ref()).map_err(|rejected| rejected.error())?;
                }
            }
        }
    }
}

/// One signature to make.
///
/// Sign [`input`](Self::input) with the key that belongs to [`purpose`](Self::purpose), and pass the signature to
/// [`finish`](Self::finish). The input is made by the crate alone, and means nothing but what the purpose says.
///
/// | if your signer | then |
/// |---|---|
/// | wants a digest (a key service, a TPM) | hash the input with the algorithm's hash; Ed25519 takes the whole input |
/// | returns ECDSA signatures as DER (a secure enclave, PKCS#11, OpenSSL, most key services) | convert them: `r` and `s`, each in the full length of the curve |
/// | is an HMAC of the client secret | the code is 32, 48 or 64 bytes, not hexadecimal |
///
/// The input and the signature are wiped on drop: together they are a credential until the server has seen them.
#[must_use = "a request is not sent until it is signed"]
pub struct SigningJob<T>(Box<Job<T>>);

struct Job<T> {
    unsigned: T,
    attach: fn(&mut T, Purpose, Secret),
    current: Unsigned,
    next: Option<Unsigned>,
}

/// A JWS without its signature.
pub(crate) struct Unsigned {
    pub(crate) purpose: Purpose,
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<Box<str>>,
    /// `None` for an RSA key whose size is not known.
    pub(crate) signature_len: Option<usize>,
    pub(crate) input: WipedBytes,
}

impl<T> SigningJob<T> {
    /// What is signed, and so which key signs it.
    pub fn purpose(&self) -> Purpose {
        self.0.current.purpose
    }

    /// The algorithm to sign with.
    pub fn algorithm(&self) -> Algorithm {
        self.0.current.algorithm
    }

    /// Which key signs: for DPoP its [`thumbprint`](crate::PublicKey::thumbprint), for the client's key its `kid`, if it
    /// has one.
    pub fn key_id(&self) -> Option<&str> {
        self.0.current.key_id.as_deref()
    }

    /// The bytes to sign: ASCII, not hashed.
    pub fn input(&self) -> &[u8] {
        &self.0.current.input
    }

    /// The length of the signature in bytes (RFC 7518 §3). `None` for the RSA key of a client, whose size the crate is not
    /// told: at least 256.
    pub fn signature_len(&self) -> Option<usize> {
        self.0.current.signature_len
    }

    /// Takes the signature: the bytes themselves, neither base64 nor DER.
    ///
    /// ```
    /// # use authcode::{Draft, SignatureError, SigningJob};
    /// # fn to_raw(der: &[u8]) -> Vec<u8> { der.to_vec() }
    /// # fn example<T>(job: SigningJob<T>, signature: &[u8]) -> Result<Draft<T>, SignatureError> {
    /// // A device that sometimes returns DER.
    /// let draft = match job.finish(signature) {
    ///     Err(rejected) if rejected.error() == SignatureError::Der => {
    ///         rejected.into_job().finish(&to_raw(signature))?
    ///     }
    ///     result => result?,
    /// };
    /// # Ok(draft) }
    /// ```
    ///
    /// Only the length is checked. The server finds out whether the signature is right.
    ///
    /// # Errors
    /// [`RejectedSignature`] if the length does not fit the algorithm, with this job in it.
    pub fn finish(mut self, signature: &[u8]) -> Result<Draft<T>, RejectedSignature<T>> {
        if let Err(error) = self.0.current.check(signature) {
            return Err(RejectedSignature { job: self, error });
        }
        let job = &mut *self.0;
        let jws = jws::compact(&job.current.input, signature);
        (job.attach)(&mut job.unsigned, job.current.purpose, jws);
        Ok(match job.next.take() {
            Some(next) => {
                job.current = next;
                Draft::Sign(self)
            }
            None => Draft::Ready(self.0.unsigned),
        })
    }
}

impl Unsigned {
    fn check(&self, signature: &[u8]) -> Result<(), SignatureError> {
        let given = signature.len();
        let fits = match self.signature_len {
            Some(len) => given == len,
            None => (MIN_RSA_BITS / 8..=MAX_RSA_BITS / 8).contains(&given),
        };
        if fits {
            return Ok(());
        }
        if matches!(self.algorithm.key_kind(), KeyKind::Ec { .. }) && is_der_sequence(signature) {
            return Err(SignatureError::Der);
        }
        Err(SignatureError::Length { expected: self.signature_len.unwrap_or(MIN_RSA_BITS / 8), given })
    }
}

/// Whether it is one DER sequence of less than 256 bytes: `SEQUENCE { r INTEGER, s INTEGER }` of any curve.
fn is_der_sequence(bytes: &[u8]) -> bool {
    match bytes {
        [0x30, 0x81, len @ 0x80..=0xFF, content @ ..] | [0x30, len @ 0..=0x7F, content @ ..] => {
            content.len() == usize::from(*len)
        }
        _ => false,
    }
}

impl<T> fmt::Debug for SigningJob<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningJob")
            .field("purpose", &self.purpose())
            .field("algorithm", &self.algorithm())
            .field("key_id", &self.key_id())
            .finish_non_exhaustive()
    }
}

/// A signature that was not accepted, and the job that it was for.
///
/// Nothing is lost: give the job another signature, or drop it and take a new draft from the state. So, unlike a refused
/// step of a login, this is an error that `?` may pass on, also as the [`SignatureError`] alone.
pub struct RejectedSignature<T> {
    job: SigningJob<T>,
    error: SignatureError,
}

impl<T> RejectedSignature<T> {
    /// Why the signature was not accepted.
    pub const fn error(&self) -> SignatureError {
        self.error
    }

    /// The job, unchanged.
    pub fn into_job(self) -> SigningJob<T> {
        self.job
    }
}

impl<T> fmt::Debug for RejectedSignature<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RejectedSignature").field("error", &self.error).field("job", &self.job).finish()
    }
}

impl<T> fmt::Display for RejectedSignature<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<T> core::error::Error for RejectedSignature<T> {}

impl<T> From<RejectedSignature<T>> for SignatureError {
    fn from(rejected: RejectedSignature<T>) -> Self {
        rejected.error
    }
}

/// Why a signature is not accepted. Correct how your signer writes it.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum SignatureError {
    /// An ECDSA signature is in DER, as most hardware and most key services write it. JWS has `r` and `s`, one after the
    /// other, each in the full length of the curve with leading zeros (RFC 7518 §3.4): convert it.
    #[error("the signature is in DER: convert it to r and s in their full length")]
    Der,
    /// The length does not fit the algorithm. The signature may be in hexadecimal or base64, without leading zeros, or by
    /// another key.
    #[error("the signature has {given} bytes, where {expected} are expected")]
    #[non_exhaustive]
    Length {
        /// What the algorithm and the key have; if the size of an RSA key is not known, the least that it may have.
        expected: usize,
        /// What came.
        given: usize,
    },
}

crate::names::names! {
    SignatureError: Der Length;
}
