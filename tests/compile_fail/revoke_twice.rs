// E0382
use authcode::*;

fn misuse(revocation: Revocation, one: HttpResponse, two: HttpResponse, now: UnixTime) {
    let _ = revocation.receive_response(one, now);
    let _ = revocation.receive_response(two, now);
}

fn main() {}
