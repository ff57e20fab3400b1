// E0616
use authcode::*;

fn misuse(pending: AwaitingRedirect) {
    println!("{:?}", pending.attempt.secrets);
}

fn main() {}
