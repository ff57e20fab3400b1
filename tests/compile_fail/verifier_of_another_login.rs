// E0616
use authcode::*;

fn misuse(mut one: CodeReceived, other: CodeReceived) {
    one.secrets = other.secrets;
}

fn main() {}
