// E0599
use authcode::*;

fn misuse(refreshing: Refreshing) {
    let _ = refreshing.bearer();
}

fn main() {}
