// E0599
use authcode::*;

fn misuse(login: Unstarted) {
    let _ = login.token_request();
}

fn main() {}
