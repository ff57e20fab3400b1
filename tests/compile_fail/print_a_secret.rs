// E0277
use authcode::*;

fn misuse(secret: Secret) {
    println!("{secret}");
}

fn main() {}
