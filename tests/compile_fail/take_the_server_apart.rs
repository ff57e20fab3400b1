// E0616
use authcode::*;

fn misuse(mut server: Server, other: Server) {
    server.token_endpoint = other.token_endpoint;
}

fn main() {}
