// E0599
use authcode::*;

fn misuse(pending: AwaitingRedirect, response: HttpResponse, now: UnixTime) {
    let _ = pending.receive_response(response, now);
}

fn main() {}
