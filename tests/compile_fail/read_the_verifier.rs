// E0616
use authcode::*;

fn misuse(pending: AwaitingRedirect) {
    println!("{:?}", pending.secrets);
}

fn main() {}
