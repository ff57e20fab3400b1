// E0308
use authcode::*;

fn misuse(refresh: Refresh, pending: &mut AwaitingRedirect, response: HttpResponse, now: UnixTime) {
    let _ = refresh.receive_response(pending, response, now);
}

fn main() {}
