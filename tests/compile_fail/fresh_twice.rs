// E0382
use authcode::*;

fn misuse(key: &PublicKey, token: &Secret, fresh: Fresh) {
    let _ = key.resource_headers("GET", "https://api.example", token, None, fresh);
    let _ = key.resource_headers("GET", "https://api.example", token, None, fresh);
}

fn main() {}
