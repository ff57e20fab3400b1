// E0599
use authcode::*;

fn misuse(authorized: Authorized) {
    let _ = authorized.clone();
}

fn main() {}
