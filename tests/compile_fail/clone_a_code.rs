// E0599
use authcode::*;

fn misuse(code: CodeReceived) {
    let _ = code.clone();
}

fn main() {}
