// E0599
use authcode::*;

fn misuse(pushing: Pushing) {
    // Nothing has been pushed yet.
    let _ = pushing.authorization_url();
}

fn main() {}
