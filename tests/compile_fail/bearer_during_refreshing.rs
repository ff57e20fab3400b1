// E0502
use authcode::*;

fn misuse(login: &mut Authorized, refresh: Refresh) {
    let refreshing = refresh.on(login);
    let _ = login.bearer();
    drop(refreshing);
}

fn main() {}
