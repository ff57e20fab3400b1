// E0599
use authcode::*;

fn misuse(code: CodeReceived) {
    let _ = code.receive_redirect("");
}

fn main() {}
