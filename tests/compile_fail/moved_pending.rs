// E0599
use authcode::*;

fn misuse(stored: Suspended, client: Client) {
    let _ = AwaitingRedirect::danger_resume_moved(stored, &client, "https://old.example/token");
}

fn main() {}
