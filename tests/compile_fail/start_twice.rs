// E0382
use authcode::*;

fn misuse(login: Unstarted, entropy: [u8; 64]) {
    let _ = login.start_with_entropy(&entropy);
    let _ = login.start_with_entropy(&entropy);
}

fn main() {}
