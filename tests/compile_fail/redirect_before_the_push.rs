// E0599
use authcode::*;

fn misuse(pushing: Pushing) {
    let _ = pushing.receive_redirect("https://app.example/callback");
}

fn main() {}
