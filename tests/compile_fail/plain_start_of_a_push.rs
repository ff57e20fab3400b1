// E0599
use authcode::*;

fn misuse(pushing: Pushing) {
    // A failed push never becomes a login that is not pushed.
    let _: AwaitingRedirect = pushing.start();
}

fn main() {}
