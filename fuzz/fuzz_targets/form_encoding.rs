#![no_main]

#[path = "../src/form_encoding.rs"]
mod form_encoding;

libfuzzer_sys::fuzz_target!(|input: &[u8]| form_encoding::run(input));
