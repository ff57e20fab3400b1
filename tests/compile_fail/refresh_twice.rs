// E0382
use authcode::*;

fn misuse(refresh: Refresh, login: &mut Authorized, response: HttpResponse, now: UnixTime) {
    let _ = refresh.receive_response(login, response, now);
    let _ = refresh.request();
}

fn main() {}
