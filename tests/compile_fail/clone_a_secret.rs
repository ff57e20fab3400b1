// E0599
use authcode::*;

fn misuse(secret: Secret) {
    let _ = secret.clone();
}

fn main() {}
