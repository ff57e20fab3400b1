// E0599
use authcode::*;

fn misuse(authorized: Authorized) {
    let _ = authorized.token_request();
}

fn main() {}
