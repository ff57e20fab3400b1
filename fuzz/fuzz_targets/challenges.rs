#![no_main]

#[path = "../src/challenges.rs"]
mod challenges;

libfuzzer_sys::fuzz_target!(|input: &[u8]| challenges::run(input));
