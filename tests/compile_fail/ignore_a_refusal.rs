// unused
#![deny(unused_must_use)]
use authcode::*;

fn misuse(pending: AwaitingRedirect, entropy: [u8; 64]) {
    pending.receive_redirect("").unwrap_err();
}

fn main() {}
