// E0277
use authcode::*;

fn misuse(pending: AwaitingRedirect) {
    let _ = serde_json::to_string(&pending);
}

fn main() {}
