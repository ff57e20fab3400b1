// E0382
use authcode::*;

fn misuse(code: CodeReceived, response: HttpResponse, now: UnixTime) {
    let _ = code.receive_token_response(response, now);
    let _ = code.token_request();
}

fn main() {}
