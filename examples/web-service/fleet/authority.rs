//! The authorization server of the example `login`, behind a proxy that counts token requests and can delay, refuse or lose
//! them.

use core::net::Ipv4Addr;
use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode, header};
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::Failure;
use crate::server::Server;

pub(crate) struct Authority {
    server: Server,
    base_url: String,
    shared: Arc<Shared>,
}

struct Shared {
    server_url: String,
    http: reqwest::Client,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    manner: Manner,
    codes: HashMap<String, Count>,
    refreshes: HashMap<String, Count>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    sent: usize,
    granted: usize,
    /// Refused by the proxy, so that the server has not seen it.
    refused: usize,
    /// No response came to it.
    lost: usize,
}

impl Count {
    /// Whether it came again, though it had got a response.
    const fn is_sent_again(&self) -> bool {
        self.sent - self.refused - self.lost > 1
    }
}

/// How the token endpoint behaves.
#[derive(Clone, Copy, Default)]
pub(crate) struct Manner {
    pub(crate) delay: Duration,
    /// How the first requests for each code or refresh token are refused, and how many of them.
    pub(crate) refuses: Option<(Refusal, usize)>,
    /// How many of the next requests are lost, before the server has acted.
    pub(crate) drops: usize,
    /// How many of the next responses are lost, after the server has acted.
    pub(crate) loses: usize,
}

#[derive(Clone, Copy)]
pub(crate) enum Refusal {
    /// A 503 that may be retried at once.
    Unavailable,
    /// A 503 that asks for a pause of so many seconds.
    Pause(u32),
    /// `invalid_client`: the credentials are wrong.
    Client,
    /// `invalid_grant`: the code or the refresh token is dead.
    Dead,
    /// An error code that is not registered.
    UnknownCode,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unavailable => Self::Pause(0).into_response(),
            Self::Pause(seconds) => {
                (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, seconds.to_string())], "busy").into_response()
            }
            Self::Client => (StatusCode::UNAUTHORIZED, r#"{"error":"invalid_client"}"#).into_response(),
            Self::Dead => (StatusCode::BAD_REQUEST, r#"{"error":"invalid_grant"}"#).into_response(),
            Self::UnknownCode => (StatusCode::BAD_REQUEST, r#"{"error":"token_gone"}"#).into_response(),
        }
    }
}

/// What the token endpoint has seen.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) codes: usize,
    /// Requests with a code, those that were refused among them.
    pub(crate) code_requests: usize,
    /// Codes that came again, though they had got a response that did not refuse them.
    pub(crate) codes_sent_again: usize,
    /// Codes that gave tokens twice.
    pub(crate) codes_granted_twice: usize,
    pub(crate) refreshes: usize,
    /// Refresh tokens that came again, though they had got a response that did not refuse them.
    pub(crate) refreshes_sent_again: usize,
}

impl Authority {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let server = Server::start()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            server_url: server.base_url().to_owned(),
            http: reqwest::Client::new(),
            book: Mutex::default(),
        });
        let routes =
            Router::new().route("/oauth/token", post(token)).route("/me", get(me)).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { server, base_url, shared })
    }

    pub(crate) fn authorize_url(&self) -> String {
        format!("{}/authorize", self.server.base_url())
    }

    pub(crate) fn api_url(&self) -> String {
        format!("{}/me", self.base_url)
    }

    pub(crate) fn token_url(&self) -> String {
        format!("{}/oauth/token", self.base_url)
    }

    pub(crate) fn behave(&self, manner: Manner) {
        self.shared.book().manner = manner;
    }

    pub(crate) fn seen(&self) -> Seen {
        let book = self.shared.book();
        let codes = book.codes.values();
        Seen {
            codes: codes.len(),
            code_requests: codes.clone().map(|count| count.sent).sum(),
            codes_sent_again: codes.clone().filter(|count| count.is_sent_again()).count(),
            codes_granted_twice: codes.filter(|count| count.granted > 1).count(),
            refreshes: book.refreshes.values().map(|count| count.sent).sum(),
            refreshes_sent_again: book.refreshes.values().filter(|count| count.is_sent_again()).count(),
        }
    }
}

impl Shared {
    fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn count(&mut self, grant: &Grant) -> &mut Count {
        let counts = if grant.is_refresh { &mut self.refreshes } else { &mut self.codes };
        counts.entry(grant.value.clone()).or_default()
    }
}

/// A code or a refresh token.
struct Grant {
    is_refresh: bool,
    value: String,
}

impl Grant {
    fn in_form(body: &[u8]) -> Self {
        let find =
            |wanted: &str| form_urlencoded::parse(body).find_map(|(name, value)| (name == wanted).then_some(value));
        match find("refresh_token") {
            Some(value) => Self { is_refresh: true, value: value.into_owned() },
            None => Self { is_refresh: false, value: find("code").unwrap_or_default().into_owned() },
        }
    }
}

async fn token(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let grant = Grant::in_form(&body);
    let (delay, refusal, is_dropped, is_lost) = {
        let mut book = shared.book();
        let manner = book.manner;
        let count = book.count(&grant);
        count.sent += 1;
        let refusal = manner.refuses.filter(|(_, times)| count.refused < *times).map(|(refusal, _)| refusal);
        let is_dropped = refusal.is_none() && manner.drops > 0;
        let is_lost = refusal.is_none() && !is_dropped && manner.loses > 0;
        count.refused += usize::from(refusal.is_some());
        count.lost += usize::from(is_dropped || is_lost);
        book.manner.drops -= usize::from(is_dropped);
        book.manner.loses -= usize::from(is_lost);
        (manner.delay, refusal, is_dropped, is_lost)
    };
    if is_dropped {
        return Body::new(Broken).into_response();
    }
    if let Some(refusal) = refusal {
        return refusal.into_response();
    }
    // Half before the server acts, half after: a replica may be killed in either.
    sleep(delay / 2).await;
    let url = format!("{}/oauth/token", shared.server_url);
    let form = "application/x-www-form-urlencoded";
    let request = shared.http.post(url).header(header::CONTENT_TYPE, form).body(body);
    let (status, headers, body) = match forward(request).await {
        Ok(answer) => answer,
        Err(error) => return (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    };
    let was_granted = {
        let mut book = shared.book();
        let count = book.count(&grant);
        let was_granted = count.granted > 0;
        count.granted += usize::from(status.is_success());
        was_granted
    };
    sleep(delay / 2).await;
    if is_lost {
        // The connection breaks in the middle of the body.
        return Body::new(Broken).into_response();
    }
    // RFC 6749 §5.2 has this code for a code that was used. The embedded server says `invalid_request`.
    if was_granted && status == StatusCode::BAD_REQUEST {
        return Refusal::Dead.into_response();
    }
    let mut response = (status, body).into_response();
    *response.headers_mut() = headers;
    response
}

/// The API.
async fn me(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let mut request = shared.http.get(format!("{}/me", shared.server_url));
    if let Some(authorization) = headers.get(header::AUTHORIZATION) {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    match forward(request).await {
        Ok(answer) => answer.into_response(),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

/// Forwards to the server. `tiny_http` can leave a new connection waiting while the earlier ones are open.
async fn forward(request: reqwest::RequestBuilder) -> Result<(StatusCode, HeaderMap, Bytes), reqwest::Error> {
    let answer = request.header(header::CONNECTION, "close").send().await?;
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    for name in [header::TRANSFER_ENCODING, header::CONTENT_LENGTH, header::CONNECTION] {
        headers.remove(name);
    }
    Ok((status, headers, answer.bytes().await?))
}

/// A body that never comes.
struct Broken;

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: core::pin::Pin<&mut Self>,
        _: &mut core::task::Context<'_>,
    ) -> core::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        core::task::Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
    }
}
