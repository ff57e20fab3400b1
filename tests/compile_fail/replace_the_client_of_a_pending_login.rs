// E0599
use authcode::*;

fn misuse(mut pending: AwaitingRedirect, client: &Client) {
    let _ = pending.replace_client(client);
}

fn main() {}
