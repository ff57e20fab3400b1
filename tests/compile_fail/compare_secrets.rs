// E0369
use authcode::*;

fn misuse(one: Secret, two: Secret) {
    let _ = one == two;
}

fn main() {}
