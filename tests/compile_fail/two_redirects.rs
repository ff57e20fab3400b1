// E0382
use authcode::*;

fn misuse(pending: AwaitingRedirect) {
    let _ = pending.receive_redirect("");
    let _ = pending.receive_redirect("");
}

fn main() {}
