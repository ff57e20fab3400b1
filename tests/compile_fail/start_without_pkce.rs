// E0061
use authcode::*;

fn misuse(login: Unstarted) {
    let _ = login.start_with_entropy();
}

fn main() {}
