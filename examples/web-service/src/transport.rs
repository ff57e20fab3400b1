//! The glue for `reqwest`, and the driver that sends every request of the crate.

use core::time::Duration;

use authcode::{Exchange, HttpRequest, HttpResponse, NextStep, Refusal as _, Resend, UnixTime};
use http::Request;
use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::time::{Instant, sleep, timeout_at};

use crate::Failure;

/// Why [`run`] has stopped, and the state, unless the attempt has ended.
pub(crate) struct Stopped<X: Exchange> {
    pub(crate) state: Option<X>,
    pub(crate) reason: Reason<X::Error>,
}

pub(crate) enum Reason<E> {
    /// No response came. The server may have processed the request.
    NoResponse(String),
    /// The response was refused. If its next step is `Retry`, there was no time left for the pause.
    Refused(E),
}

impl<E: core::fmt::Display> Reason<E> {
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::NoResponse(text) => text.clone(),
            Self::Refused(error) => error.to_string(),
        }
    }
}

/// Sends the request of a state, and sends it again while that may help and `end` has not come.
///
/// Run it in a task of its own for a code or a refresh token: if the future is dropped, the response is lost.
pub(crate) async fn run<X: Exchange>(http: &Client, mut state: X, end: Instant) -> Result<X::Next, Stopped<X>> {
    let mut may_resend = matches!(X::RESEND, Resend::Once | Resend::Freely);
    loop {
        let response = match send(http, state.request(), end).await {
            Ok(response) => response,
            // Once more, at once: `reqwest` has closed the first connection.
            Err(_) if Instant::now() < end && core::mem::take(&mut may_resend) => continue,
            Err(text) => return Err(Stopped { state: Some(state), reason: Reason::NoResponse(text) }),
        };
        let mut slot = None;
        let error = match state.receive_response(response, UnixTime::now()) {
            Ok(next) => return Ok(next),
            Err(rejected) => rejected.put_back(&mut slot),
        };
        state = match (slot, error.next_step()) {
            (Some(state), NextStep::Retry { after }) if Instant::now() + after < end => {
                sleep(after).await;
                state
            }
            (state, _) => return Err(Stopped { state, reason: Reason::Refused(error) }),
        };
    }
}

/// One for the whole program, because it keeps connections open.
pub(crate) fn client(limit: Duration) -> Result<Client, reqwest::Error> {
    Client::builder().redirect(Policy::none()).timeout(limit).build()
}

/// The error is a text without the URL.
async fn send(client: &Client, request: HttpRequest, end: Instant) -> Result<HttpResponse, String> {
    let failure = match timeout_at(end, try_send(client, request)).await {
        Ok(Ok(response)) => return Ok(response),
        Ok(Err(failure)) => failure,
        Err(_) => return Err("the server: no answer in time".to_owned()),
    };
    Err(failure.downcast_ref::<reqwest::Error>().map_or_else(|| failure.to_string(), error_text))
}

/// Returns every status.
async fn try_send(client: &Client, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let limit = request.max_response_len;
    let mut response = client.execute(Request::try_from(request)?.try_into()?).await?;
    let (status, mut body) = (response.status().as_u16(), Vec::new());
    while let Some(part) = response.chunk().await? {
        body.extend_from_slice(&part);
        if body.len() > limit {
            return Ok(HttpResponse::too_long(status).with_headers(response.headers()));
        }
    }
    Ok(HttpResponse::new(status, body).with_headers(response.headers()))
}

fn error_text(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    format!("the server: {what}")
}
