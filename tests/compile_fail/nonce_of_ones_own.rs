// E0308
use authcode::*;

fn misuse(key: &PublicKey, token: &Secret, fresh: Fresh) {
    let _ = key.resource_headers("GET", "https://api.example", token, Some("a nonce"), fresh);
}

fn main() {}
