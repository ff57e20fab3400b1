// E0382
use authcode::*;

fn misuse(pushing: Pushing, one: HttpResponse, two: HttpResponse, now: UnixTime) {
    let _ = pushing.receive_response(one, now);
    let _ = pushing.receive_response(two, now);
}

fn main() {}
