// E0599
use authcode::*;

fn misuse(pending: AwaitingRedirect) {
    let _ = pending.token_request();
}

fn main() {}
