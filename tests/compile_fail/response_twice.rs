// E0382
use authcode::*;

fn misuse(code: CodeReceived, one: HttpResponse, two: HttpResponse, now: UnixTime) {
    let _ = code.receive_response(one, now);
    let _ = code.receive_response(two, now);
}

fn main() {}
