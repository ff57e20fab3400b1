// E0499
use authcode::*;

fn misuse(login: &mut Authorized, one: Refresh, other: Refresh) {
    let first = one.on(login);
    let second = other.on(login);
    drop((first, second));
}

fn main() {}
