//! The token endpoint: asks for a token, and tries again where that may help.

use core::borrow::Borrow;
use core::time::Duration;
use std::io::ErrorKind;
use std::thread;

use authcode::{Authorized, HttpRequest, HttpResponse, Rejected, TokenError, UnixTime};

use crate::{Failure, report, transport};

const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);
/// A server that asks for more patience than this gets no second try.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// Exchanges a code or a refresh token. Both states have the same two verbs: `request` and `receive`.
///
/// A refusal that can pass hands the state back, so the next attempt starts from it.
pub(crate) fn fetch<State, End: Borrow<TokenError>>(
    mut state: State,
    request: impl Fn(&State) -> HttpRequest,
    receive: impl Fn(State, HttpResponse, UnixTime) -> Result<Authorized, Rejected<State, TokenError, End>>,
) -> Result<Authorized, Failure> {
    let mut attempt = 1;
    loop {
        let (problem, pause) = match transport::send(request(&state)) {
            Ok(response) => {
                let refused = match receive(state, response, UnixTime::now()) {
                    Ok(authorized) => return Ok(authorized),
                    Err(refused) => refused,
                };
                let (problem, pause) = (describe(refused.error()), pause_after(refused.error()));
                match refused.recover() {
                    Ok(same) => state = same,
                    Err(_) => return Err(problem.into()),
                }
                (problem, pause)
            }
            // Where nobody listens, nobody has seen the code. After any other failure the server may have acted,
            // and would refuse the same code again.
            Err(error) => {
                let unseen = matches!(&error, ureq::Error::Io(io) if io.kind() == ErrorKind::ConnectionRefused);
                (format!("the request to the token endpoint failed: {error}"), unseen.then_some(PAUSE))
            }
        };
        match pause {
            Some(pause) if attempt < ATTEMPTS => {
                report::trying_again(&problem, pause);
                thread::sleep(pause);
                attempt += 1;
            }
            _ => return Err(problem.into()),
        }
    }
}

/// How long to wait before another try, if there is a point in one.
fn pause_after(error: &TokenError) -> Option<Duration> {
    let pause = PAUSE.max(error.retry_after().unwrap_or_default());
    (error.is_retryable() && pause <= LONGEST_PAUSE).then_some(pause)
}

fn describe(error: &TokenError) -> String {
    format!("{error}{}", report::in_its_words(error.oauth_error()))
}
