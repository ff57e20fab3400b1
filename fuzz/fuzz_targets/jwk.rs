#![no_main]

#[path = "../src/jwk.rs"]
mod jwk;

libfuzzer_sys::fuzz_target!(|input: &[u8]| jwk::run(input));
