#![no_main]

#[path = "../src/token_response.rs"]
mod token_response;

libfuzzer_sys::fuzz_target!(|input: &[u8]| token_response::run(input));
