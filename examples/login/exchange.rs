//! The one place that sends a request of the crate and passes the response back, for every state.

use std::thread;

use authcode::{Exchange, NextStep, Refusal as _, UnixTime};

use crate::{Failure, report, transport};

/// Sends a request, and tries again while that may help. On an error, a state that is still alive is in `slot`.
///
/// It ends: each state counts the responses that it has refused, and the crate limits each pause.
pub(crate) fn run<X: Exchange>(slot: &mut Option<X>) -> Result<X::Next, Failure> {
    loop {
        let request = slot.as_ref().ok_or("the step has been taken")?.request();
        report::request(&request);
        let response = transport::send(request).map_err(report::no_response)?;
        let step = slot.take().ok_or("the step has been taken")?;
        let error = match step.receive_response(response, UnixTime::now()) {
            Ok(next) => return Ok(next),
            Err(rejected) => rejected.put_back(slot),
        };
        match error.next_step() {
            NextStep::Retry { after } => {
                report::retry(&error, after);
                thread::sleep(after);
            }
            _ => return Err(report::refusal(&error).into()),
        }
    }
}
