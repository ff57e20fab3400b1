// E0624
use authcode::*;

fn misuse(pending: AwaitingRedirect) {
    let _ = Rejected::alive(pending, RedirectError::NotOurs);
}

fn main() {}
