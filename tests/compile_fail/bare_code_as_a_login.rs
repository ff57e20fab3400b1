// E0277
use authcode::*;

fn misuse(code: Secret) {
    let _: CodeReceived = code.into();
}

fn main() {}
