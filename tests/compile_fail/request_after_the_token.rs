// E0599
use authcode::*;

fn misuse(authorized: Authorized) {
    let _ = authorized.request();
}

fn main() {}
