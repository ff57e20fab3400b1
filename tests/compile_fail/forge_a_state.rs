// E0451
use authcode::*;

fn misuse(code: CodeReceived) {
    let _ = CodeReceived { code: Secret::from("forged"), ..code };
}

fn main() {}
