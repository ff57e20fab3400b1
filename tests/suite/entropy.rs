//! Where the random bytes come from, and what happens when the source does not work.

use crate::scenario::*;
use authcode::rand_core::{TryCryptoRng, TryRng, UnwrapErr};
use authcode::{AwaitingRedirect, EntropyError, Fresh, StartError};

/// A source that gives what it is told to.
struct Scripted(Result<[u8; 64], ()>);

#[derive(Debug)]
struct Broken;

impl core::fmt::Display for Broken {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("broken")
    }
}

impl core::error::Error for Broken {}

impl TryRng for Scripted {
    type Error = Broken;

    fn try_next_u32(&mut self) -> Result<u32, Broken> {
        Err(Broken)
    }

    fn try_next_u64(&mut self) -> Result<u64, Broken> {
        Err(Broken)
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Broken> {
        out.copy_from_slice(&self.0.map_err(|()| Broken)?);
        Ok(())
    }
}

impl TryCryptoRng for Scripted {}

/// The source is refused, and the same template starts with a good one.
#[track_caller]
fn assert_refused(source: Result<[u8; 64], ()>, error: StartError) {
    let login = Scenario::default().to_unstarted();
    assert_eq!(login.start(Scripted(source)).unwrap_err(), error);
    assert_eq!(
        login.start(Scripted(Ok(ENTROPY))).unwrap().authorization_url(),
        awaiting_redirect().authorization_url()
    );
}

fn start(source: Result<[u8; 64], ()>) -> Result<AwaitingRedirect, StartError> {
    Scenario::default().to_unstarted().start(Scripted(source))
}

#[test]
fn the_same_bytes_give_the_same_login() {
    let url = awaiting_redirect().authorization_url();
    assert_eq!(start(Ok(ENTROPY)).unwrap().authorization_url(), url);
    let infallible = UnwrapErr(Scripted(Ok(ENTROPY)));
    assert_eq!(Scenario::default().to_unstarted().start(infallible).unwrap().authorization_url(), url);
}

#[test]
fn a_source_may_be_passed_by_reference() {
    let mut source = UnwrapErr(Scripted(Ok(ENTROPY)));
    assert!(Scenario::default().to_unstarted().start(&mut source).is_ok());
}

#[test]
fn a_source_that_fails_leaves_the_template_unchanged() {
    assert_refused(Err(()), StartError::RandomSource);
}

#[test]
fn a_source_of_zeros_leaves_the_template_unchanged() {
    assert_refused(Ok([0; 64]), StartError::NoEntropy);
}

#[test]
fn zeros_in_one_half_alone_are_refused() {
    for half in [0..32, 32..64] {
        let mut bytes = ENTROPY;
        bytes[half].fill(0);
        assert_refused(Ok(bytes), StartError::NoEntropy);
    }
}

#[test]
fn a_source_that_repeats_itself_is_refused() {
    let mut bytes = ENTROPY;
    bytes.copy_within(..32, 32);
    assert_refused(Ok(bytes), StartError::RepeatedEntropy);
}

#[test]
fn a_single_bit_makes_another_login() {
    for byte in 0..64 {
        let mut bytes = ENTROPY;
        bytes[byte] ^= 1;
        let changed = start(Ok(bytes)).unwrap().authorization_url();
        assert_ne!(changed, awaiting_redirect().authorization_url(), "byte {byte}");
    }
}

#[test]
// rows 20, 50, 55, 56, 58
fn state_and_verifier_are_32_bytes_in_43_characters() {
    assert_eq!((STATE.len(), VERIFIER.len()), (43, 43));
    let sent = query_pairs(&awaiting_redirect().authorization_url());
    assert_eq!(value_of(&sent, "state").unwrap(), STATE);
    assert_eq!(value_of(&sent, "code_challenge").unwrap(), CHALLENGE);
    assert_eq!(value_of(&sent, "code_challenge_method").unwrap(), "S256");
    let request = code_received().request();
    assert_eq!(value_of(&pairs(request.body.expose()), "code_verifier").unwrap(), VERIFIER);
}

#[test]
// rows 62
fn the_system_source_gives_a_new_login_each_time() {
    let urls: std::collections::HashSet<_> = (0..1000)
        .map(|_| Scenario::default().to_unstarted().start(getrandom::SysRng).unwrap().authorization_url())
        .collect();
    assert_eq!(urls.len(), 1000);
}

#[test]
fn the_random_source_is_the_callers() {
    for error in [StartError::RandomSource, StartError::NoEntropy, StartError::RepeatedEntropy] {
        assert_eq!(error.fault(), authcode::Fault::Caller);
    }
}

/// What a signed request takes.
fn fresh(mut bytes: [u8; 32]) -> Result<Fresh, EntropyError> {
    let result = Fresh::from_entropy(NOW, &mut bytes);
    assert_eq!(bytes, [0; 32], "the bytes are taken out");
    result
}

#[test]
fn fresh_bytes_are_taken_out_once() {
    let mut bytes = core::array::from_fn(|index| index as u8);
    assert!(Fresh::from_entropy(NOW, &mut bytes).is_ok());
    assert_eq!(Fresh::from_entropy(NOW, &mut bytes).unwrap_err(), EntropyError::NoEntropy);
}

#[test]
fn fresh_bytes_of_a_broken_source_are_refused() {
    let good: [u8; 32] = core::array::from_fn(|index| index as u8);
    assert!(fresh(good).is_ok());
    for half in [0..16, 16..32] {
        let mut bytes = good;
        bytes[half].fill(0);
        assert_eq!(fresh(bytes).unwrap_err(), EntropyError::NoEntropy);
    }
    let mut bytes = good;
    bytes.copy_within(..16, 16);
    assert_eq!(fresh(bytes).unwrap_err(), EntropyError::RepeatedEntropy);
    assert_eq!(fresh([7; 32]).unwrap_err(), EntropyError::RepeatedEntropy);
}

#[test]
fn fresh_bytes_are_drawn_from_any_source() {
    assert!(Fresh::draw(NOW, getrandom::SysRng).is_ok());
    assert!(Fresh::draw(NOW, UnwrapErr(getrandom::SysRng)).is_ok());
    assert_eq!(Fresh::draw(NOW, Scripted(Err(()))).unwrap_err(), EntropyError::RandomSource);
}
