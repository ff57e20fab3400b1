#![no_main]

#[path = "../src/pushed_response.rs"]
mod pushed_response;

libfuzzer_sys::fuzz_target!(|input: &[u8]| pushed_response::run(input));
