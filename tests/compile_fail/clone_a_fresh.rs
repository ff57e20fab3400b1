// E0599
use authcode::*;

fn misuse(fresh: Fresh) {
    let _ = fresh.clone();
}

fn main() {}
