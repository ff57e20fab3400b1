// E0382
use authcode::*;

fn misuse(code: CodeReceived, response: HttpResponse, now: UnixTime) {
    let _ = code.receive_response(response, now);
    let _ = code.request();
}

fn main() {}
