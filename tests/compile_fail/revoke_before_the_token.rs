// E0599
use authcode::*;

fn misuse(code: CodeReceived) {
    let _ = code.revocation();
}

fn main() {}
