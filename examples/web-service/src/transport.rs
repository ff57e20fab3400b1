//! The glue for `reqwest`, and the driver that sends every request of the crate.

use core::time::Duration;

use authcode::{Exchange, HttpRequest, HttpResponse, NextStep, Refusal as _, UnixTime};
use http::Request;
use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::time::{Instant, sleep, timeout_at};

use crate::Failure;

/// How many times a request is sent to a server that accepts no connection.
const MAX_CONNECTION_ATTEMPTS: u32 = 3;

/// Why [`run`] has stopped, and the state, unless the attempt has ended.
pub(crate) struct Stopped<X: Exchange> {
    pub(crate) state: Option<X>,
    pub(crate) reason: Reason<X::Error>,
}

pub(crate) enum Reason<E> {
    /// The server accepted no connection, so it has not seen the request, which may be sent again.
    NotSent(String),
    /// No response came, but the server may have processed the request.
    NoResponse(String),
    /// The response was refused. If its next step is `Retry`, there was no time left for the pause.
    Refused(E),
}

impl<E: core::fmt::Display> Reason<E> {
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::NotSent(text) | Self::NoResponse(text) => text.clone(),
            Self::Refused(error) => error.to_string(),
        }
    }
}

/// Sends the request of a state, and sends it again while that may help and `end` has not come.
///
/// Run it in a task of its own for a code or a refresh token: if the future is dropped, the response is lost.
pub(crate) async fn run<X: Exchange>(http: &Client, mut state: X, end: Instant) -> Result<X::Next, Stopped<X>> {
    let mut attempt = 1;
    loop {
        let (slot, reason, pause) = match send(http, state.request(), end).await {
            Ok(response) => {
                let mut slot = None;
                let error = match state.receive_response(response, UnixTime::now()) {
                    Ok(next) => return Ok(next),
                    Err(rejected) => rejected.put_back(&mut slot),
                };
                let pause = match error.next_step() {
                    NextStep::Retry { after } => Some(after),
                    _ => None,
                };
                (slot, Reason::Refused(error), pause)
            }
            Err(NoResponse { text, is_sent: true }) => (Some(state), Reason::NoResponse(text), None),
            Err(NoResponse { text, is_sent: false }) => {
                let pause = (attempt < MAX_CONNECTION_ATTEMPTS).then_some(Duration::from_millis(200) * attempt);
                attempt += 1;
                (Some(state), Reason::NotSent(text), pause)
            }
        };
        state = match (slot, pause) {
            (Some(state), Some(pause)) if Instant::now() + pause < end => {
                sleep(pause).await;
                state
            }
            (state, _) => return Err(Stopped { state, reason }),
        };
    }
}

/// One for the whole program, because it keeps connections open.
pub(crate) fn client(limit: Duration) -> Result<Client, reqwest::Error> {
    Client::builder().redirect(Policy::none()).timeout(limit).build()
}

struct NoResponse {
    text: String,
    is_sent: bool,
}

async fn send(client: &Client, request: HttpRequest, end: Instant) -> Result<HttpResponse, NoResponse> {
    let answer = timeout_at(end, try_send(client, request)).await;
    let failure = match answer {
        Ok(Ok(response)) => return Ok(response),
        Ok(Err(failure)) => failure,
        Err(_) => return Err(NoResponse { text: "the server: no answer in time".to_owned(), is_sent: true }),
    };
    let error = failure.downcast_ref::<reqwest::Error>();
    // Not the whole error: it repeats the URL.
    let text = error.map_or_else(|| failure.to_string(), error_text);
    Err(NoResponse { text, is_sent: !error.is_some_and(reqwest::Error::is_connect) })
}

/// Returns every status. Stops reading behind the limit, so that the crate refuses the response as too long.
async fn try_send(client: &Client, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let limit = request.max_response_len;
    let mut response = client.execute(Request::try_from(request)?.try_into()?).await?;
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await? {
        body.extend_from_slice(&part);
        if body.len() > limit {
            break;
        }
    }
    Ok(HttpResponse::new(response.status().as_u16(), body).with_headers(response.headers()))
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
