//! What goes wrong, as a page for the user and a line for the log.

use core::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

use crate::page;
use crate::store::StoreError;

#[derive(Debug)]
pub(crate) enum Problem {
    /// The store is down. Nothing is lost by waiting.
    Store(StoreError),
    /// The authorization server or the API cannot answer now.
    Busy { what: String, retry_after: Option<Duration> },
    /// The redirect belongs to no login that this browser has open.
    NotOpen,
    /// The user said no.
    Denied,
    /// The login has ended, and a new one would end in the same way.
    Refused(String),
    /// Another site sent the form.
    CrossSite,
    /// The host itself has failed.
    Host(String),
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<getrandom::Error> for Problem {
    fn from(_: getrandom::Error) -> Self {
        Self::Host("no random numbers".to_owned())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let again = "<a class=\"button\" href=\"\">Try again</a>";
        let (status, title, text, action) = match &self {
            Self::Store(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "One moment, please",
                "We cannot reach our own store. Nothing is lost: try again in a few seconds.",
                again,
            ),
            Self::Busy { .. } => (
                StatusCode::SERVICE_UNAVAILABLE,
                "One moment, please",
                "The server that knows you cannot answer just now. Try again in a few seconds.",
                again,
            ),
            Self::NotOpen => (
                StatusCode::BAD_REQUEST,
                "This login is no longer open",
                "It has run out, or it was started in another browser. Nothing has happened.",
                page::LOG_IN,
            ),
            Self::Denied => {
                (StatusCode::FORBIDDEN, "You are not logged in", "You did not allow it. That is fine.", page::LOG_IN)
            }
            Self::Refused(_) => (
                StatusCode::BAD_GATEWAY,
                "The login did not work",
                "The server that knows you did not let us in. If it happens again, tell us.",
                page::LOG_IN,
            ),
            Self::CrossSite => (
                StatusCode::FORBIDDEN,
                "Not from here",
                "Another site sent you here. Nothing has happened.",
                page::HOME,
            ),
            Self::Host(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "That is our fault", "Something is broken on our side.", page::HOME)
            }
        };
        if let Self::Store(StoreError(text)) | Self::Busy { what: text, .. } | Self::Refused(text) | Self::Host(text) =
            &self
        {
            eprintln!("{status}: {text}");
        }
        let mut response = page::html(status, title, &format!("<p>{text}</p>{action}"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let wait = match self {
                Self::Busy { retry_after: Some(wait), .. } => wait.as_secs().max(1),
                _ => 2,
            };
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
        }
        response
    }
}
