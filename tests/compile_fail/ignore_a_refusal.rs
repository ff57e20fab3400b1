// unused
#![deny(unused_must_use)]
use authcode::*;

fn misuse(pending: AwaitingRedirect) {
    pending.receive_redirect("").unwrap_err();
}

fn main() {}
