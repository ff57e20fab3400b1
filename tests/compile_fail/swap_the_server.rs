// E0616
use authcode::*;

fn misuse(pending: AwaitingRedirect, other: Client) {
    pending.login.client = other;
}

fn main() {}
