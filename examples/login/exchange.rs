//! The one place that sends a request of the crate and passes the response back, for every state.

use core::fmt;
use core::time::Duration;
use std::thread;
use std::time::Instant;

use authcode::{Authorized, CodeReceived, Exchange, NextStep, Refusal as _, Resend, UnixTime};

use crate::{Failure, report, transport};

/// How long a step may take, with all of its retries: as long as many codes live.
const STEP_LIMIT: Duration = Duration::from_secs(60);
/// How long a code is kept for another try. A code lives for ten minutes at most (RFC 6749 §4.1.2).
const CODE_LIMIT: Duration = Duration::from_secs(300);

/// Why [`run`] has ended without a success.
#[derive(Debug)]
pub(crate) struct Stopped {
    text: String,
    /// Nothing may be sent before that. It is later than the step could wait.
    pub(crate) not_before: Option<Instant>,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl core::error::Error for Stopped {}

impl From<&'static str> for Stopped {
    fn from(text: &'static str) -> Self {
        Self { text: text.into(), not_before: None }
    }
}

/// Exchanges the code. If that fails, and the code may still be good, it is in `slot`: `asks` tells the user why, and
/// returns whether to send it again, at the latest at the given time.
pub(crate) fn exchange(
    slot: &mut Option<CodeReceived>,
    asks: impl Fn(&Stopped, Instant) -> bool,
) -> Result<Authorized, Failure> {
    let end = Instant::now() + CODE_LIMIT;
    loop {
        match run(slot) {
            Ok(login) => return Ok(login),
            Err(stopped) if slot.is_some() && asks(&stopped, end) => {}
            Err(stopped) => return Err(stopped.into()),
        }
    }
}

/// Sends a request, and tries again while that may help and a minute has not passed. On an error, a state that is still
/// alive is in `slot`.
pub(crate) fn run<X: Exchange>(slot: &mut Option<X>) -> Result<X::Next, Stopped> {
    let end = Instant::now() + STEP_LIMIT;
    let mut may_resend = matches!(X::RESEND, Resend::Once | Resend::Freely);
    loop {
        let request = slot.as_ref().ok_or("the step has been taken")?.request();
        report::request(&request);
        let response = match transport::send(request) {
            Ok(response) => response,
            // Once more, at once: the server may have processed the first request.
            Err(_) if Instant::now() < end && core::mem::take(&mut may_resend) => {
                report::resend();
                continue;
            }
            Err(error) => return Err(Stopped { text: report::no_response(&error), not_before: None }),
        };
        let step = slot.take().ok_or("the step has been taken")?;
        let error = match step.receive_response(response, UnixTime::now()) {
            Ok(next) => return Ok(next),
            Err(rejected) => rejected.put_back(slot),
        };
        match error.next_step() {
            NextStep::Retry { after } if Instant::now() + after < end => {
                report::retry(&error, after);
                thread::sleep(after);
            }
            next_step => {
                let not_before = match next_step {
                    NextStep::Retry { after } => Some(Instant::now() + after),
                    _ => None,
                };
                return Err(Stopped { text: report::refusal(&error), not_before });
            }
        }
    }
}
