//! What all steps that send one request and take one response have in common.

use crate::encoding::time::UnixTime;
use crate::flow::Rejected;
use crate::http::{HttpRequest, HttpResponse};
use crate::response::next_step::{Refusal, Sealed};

/// A step that sends one request and takes one response: [`CodeReceived`](crate::CodeReceived),
/// [`Discovery`](crate::Discovery), [`Pushing`](crate::Pushing), [`Refreshing`](crate::Refreshing) and
/// [`Revocation`](crate::Revocation).
///
/// Write "send, wait, try again" once, for all of them. Each state has methods of the same names, so a program that
/// drives one state alone does not need the trait. The trait cannot be implemented outside of this crate.
///
/// ```
/// # #[cfg(feature = "std")]
/// # mod example {
/// use authcode::{Exchange, HttpRequest, HttpResponse, NextStep, Refusal, Resend, UnixTime};
/// use std::time::{Duration, Instant};
///
/// type Failure = Box<dyn std::error::Error + Send + Sync>;
///
/// /// Sends, and tries again while that may help and a minute has not passed. If it fails, a
/// /// state that is still alive is in `slot`.
/// fn run<X: Exchange>(
///     slot: &mut Option<X>,
///     send: impl Fn(HttpRequest) -> Result<HttpResponse, Failure>,
/// ) -> Result<X::Next, Failure> {
///     let end = Instant::now() + Duration::from_secs(60);
///     let mut may_resend = matches!(X::RESEND, Resend::Once | Resend::Freely);
///     loop {
///         let request = slot.as_ref().ok_or("the slot is empty")?.request();
///         let response = match send(request) {
///             Ok(response) => response,
///             // No response came: once more, at once.
///             Err(_) if Instant::now() < end && std::mem::take(&mut may_resend) => continue,
///             Err(error) => return Err(error),
///         };
///         let step = slot.take().ok_or("the slot is empty")?;
///         let error = match step.receive_response(response, UnixTime::now()) {
///             Ok(next) => return Ok(next),
///             Err(rejected) => rejected.put_back(slot),
///         };
///         match error.next_step() {
///             NextStep::Retry { after } if Instant::now() + after < end => std::thread::sleep(after),
///             _ => return Err(error.into()),
///         }
///     }
/// }
/// # }
/// ```
///
/// It ends: it has a deadline, and each state counts the responses that it has refused and answers something else than
/// [`NextStep::Retry`](crate::NextStep::Retry) after [`MAX_ATTEMPTS`](crate::limits::MAX_ATTEMPTS) of them. The guide says
/// [what to do](crate::guide::errors#what-a-driver-does) with a state that is left in the slot.
pub trait Exchange: Sized + Sealed {
    /// What a success gives.
    type Next;

    /// Why a response is refused.
    type Error: Refusal;

    /// Whether the request may be sent again if no response came: the connection broke, or a timeout passed. Turn off
    /// the automatic retries of your HTTP stack for POST: it does not know this.
    const RESEND: Resend;

    /// The request to send. It is the same at each call.
    fn request(&self) -> HttpRequest;

    /// Takes the response, with any status. `now` is the time at which it was received.
    ///
    /// # Errors
    /// [`Rejected`] says why the response was refused and what to do now.
    fn receive_response(self, response: HttpResponse, now: UnixTime)
    -> Result<Self::Next, Rejected<Self, Self::Error>>;
}

/// Whether a request may be sent again when no response came.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Resend {
    /// As often as you like: the request changes nothing at the server, or the same once as twice.
    Freely,
    /// Once, promptly, and only after the first connection is closed. If the server had processed the first request, it
    /// may treat the second as the reuse of a code or a refresh token, and may end the grant (RFC 6749 §4.1.2,
    /// RFC 9700 §4.14.2).
    Once,
}
