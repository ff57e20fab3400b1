// E0369
use authcode::*;

fn misuse(one: LogoutState, other: LogoutState) -> bool {
    one == other
}

fn main() {}
