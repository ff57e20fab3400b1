// E0277
use authcode::*;

fn misuse(code: CodeReceived, response: HttpResponse, now: UnixTime) -> Result<Authorized, Box<dyn std::error::Error>> {
    Ok(code.receive_response(response, now)?)
}

fn main() {}
