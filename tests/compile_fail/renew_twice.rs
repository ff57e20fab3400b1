// E0382
use authcode::*;

fn misuse(authorized: Authorized) {
    let _ = authorized.renew();
    let _ = authorized.renew();
}

fn main() {}
