//! The glue for `reqwest`: no redirects, an end to the body, and an end to the waiting.

use core::time::Duration;

use authcode::{HttpRequest, HttpResponse};
use http::Request;
use reqwest::Client;
use reqwest::redirect::Policy;

use crate::Failure;

/// Why there is no answer.
pub(crate) enum NoAnswer {
    /// There was no connection, so the server has seen nothing. The same request may be sent again.
    NotSent(String),
    /// The server may have acted on it.
    Lost(String),
}

/// One for the whole program: it keeps connections open.
pub(crate) fn client(limit: Duration) -> Result<Client, reqwest::Error> {
    Client::builder().redirect(Policy::none()).timeout(limit).build()
}

/// Sends a request and gives the answer, whatever its status is.
pub(crate) async fn send(client: &Client, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
    try_send(client, request).await.map_err(|failure| {
        let error = failure.downcast_ref::<reqwest::Error>();
        // Its URL has no secret in it, but stands in the configuration anyway.
        let text = error.map_or_else(|| failure.to_string(), error_text);
        if error.is_some_and(reqwest::Error::is_connect) { NoAnswer::NotSent(text) } else { NoAnswer::Lost(text) }
    })
}

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
