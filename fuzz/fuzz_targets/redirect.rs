#![no_main]

#[path = "../src/redirect.rs"]
mod redirect;

libfuzzer_sys::fuzz_target!(|input: &[u8]| redirect::run(input));
