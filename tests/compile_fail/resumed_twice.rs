// E0382
use authcode::*;

fn misuse(stored: Suspended, client: Client) {
    let _ = AwaitingRedirect::resume(stored, &client);
    let _ = AwaitingRedirect::resume(stored, &client);
}

fn main() {}
