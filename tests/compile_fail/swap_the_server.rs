// E0616
use authcode::*;

fn misuse(pending: AwaitingRedirect, other: Client) {
    pending.attempt.login.client = other;
}

fn main() {}
