// E0616
use authcode::*;

fn misuse(mut authorized: Authorized, other: Authorized) {
    authorized.grant.tokens = other.grant.tokens;
}

fn main() {}
