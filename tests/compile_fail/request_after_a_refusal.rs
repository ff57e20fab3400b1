// E0382
use authcode::*;

fn misuse(pending: AwaitingRedirect) {
    if pending.receive_redirect("").is_err() {
        let _ = pending.authorization_url();
    }
}

fn main() {}
