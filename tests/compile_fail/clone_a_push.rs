// E0599
use authcode::*;

fn misuse(pushing: Pushing) {
    let _ = pushing.clone();
}

fn main() {}
