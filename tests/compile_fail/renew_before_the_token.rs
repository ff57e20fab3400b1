// E0599
use authcode::*;

fn misuse(code: CodeReceived) {
    let _ = code.renew();
}

fn main() {}
