use authcode::*;

fn misuse(pending: AwaitingRedirect) {
    let _ = pending.clone();
}

fn main() {}
