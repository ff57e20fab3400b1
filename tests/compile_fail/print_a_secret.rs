use authcode::*;

fn misuse(secret: Secret) {
    println!("{secret}");
}

fn main() {}
