#![no_main]

#[path = "../src/discovery.rs"]
mod discovery;

libfuzzer_sys::fuzz_target!(|input: &[u8]| discovery::run(input));
