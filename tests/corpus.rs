//! Runs each file of `fuzz/corpus/` through its target, so that what the fuzzers found stays fixed.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_core,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may fail, and the targets are shared with the fuzzers"
)]

use std::fs;
use std::path::Path;

macro_rules! targets {
    ($($target:ident = $path:literal,)+) => {$(
        #[path = $path]
        mod $target;

        #[test]
        fn $target() {
            replay(stringify!($target), $target::run);
        }
    )+};
}

targets! {
    challenges = "../fuzz/src/challenges.rs",
    configuration = "../fuzz/src/configuration.rs",
    discovery = "../fuzz/src/discovery.rs",
    flow = "../fuzz/src/flow.rs",
    form_encoding = "../fuzz/src/form_encoding.rs",
    jwk = "../fuzz/src/jwk.rs",
    pushed_response = "../fuzz/src/pushed_response.rs",
    redirect = "../fuzz/src/redirect.rs",
    stored_form = "../fuzz/src/stored_form.rs",
    token_response = "../fuzz/src/token_response.rs",
    uri = "../fuzz/src/uri.rs",
}

fn replay(target: &str, run: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let inputs: Vec<_> = fs::read_dir(&corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!inputs.is_empty(), "there is no corpus for {target}");
    for input in inputs {
        run(&fs::read(input).unwrap());
    }
}
