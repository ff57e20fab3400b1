// E0599
use authcode::*;

fn misuse(login: Unstarted) {
    let _ = login.suspend();
}

fn main() {}
