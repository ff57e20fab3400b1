// E0382
use authcode::*;

fn misuse(stored: Suspended, client: Client) {
    let _ = stored.resume::<AwaitingRedirect>(&client);
    let _ = stored.resume::<AwaitingRedirect>(&client);
}

fn main() {}
