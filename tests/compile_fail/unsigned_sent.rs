// E0308
use authcode::*;

fn send(_: HttpRequest) {}

fn misuse(draft: Draft<HttpRequest>) {
    send(draft);
}

fn main() {}
