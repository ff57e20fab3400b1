#![no_main]

#[path = "../src/stored_form.rs"]
mod stored_form;

libfuzzer_sys::fuzz_target!(|input: &[u8]| stored_form::run(input));
