// private fields
use authcode::*;

fn misuse() {
    let _ = AwaitingRedirect {};
}

fn main() {}
