// E0599
use authcode::*;

fn misuse(pending: AwaitingRedirect) {
    let _ = pending.request();
}

fn main() {}
