// E0277
use authcode::*;

fn misuse(
    pushing: Pushing,
    response: HttpResponse,
    now: UnixTime,
) -> Result<AwaitingRedirect, Box<dyn std::error::Error>> {
    Ok(pushing.receive_response(response, now)?)
}

fn main() {}
