// E0616
use authcode::*;

fn misuse(mut one: CodeReceived, other: CodeReceived) {
    one.attempt = other.attempt;
}

fn main() {}
