// E0599
use authcode::*;

fn misuse(refresh: Refresh) {
    let _ = refresh.clone();
}

fn main() {}
