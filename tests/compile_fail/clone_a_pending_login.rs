// E0599
use authcode::*;

fn misuse(pending: AwaitingRedirect) {
    let _ = pending.clone();
}

fn main() {}
