// E0382
use authcode::*;

fn misuse(code: CodeReceived, one: HttpResponse, two: HttpResponse, now: UnixTime) {
    let _ = code.receive_token_response(one, now);
    let _ = code.receive_token_response(two, now);
}

fn main() {}
