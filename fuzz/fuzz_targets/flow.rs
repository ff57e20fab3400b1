#![no_main]

#[path = "../src/flow.rs"]
mod flow;

libfuzzer_sys::fuzz_target!(|input: &[u8]| flow::run(input));
