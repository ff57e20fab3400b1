// E0308
use authcode::*;

fn misuse(login: Unstarted) {
    let _ = login.start_with_entropy(b"a verifier that is much shorter");
}

fn main() {}
