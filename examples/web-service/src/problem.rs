//! Errors: a page for the user and a line for the log.

use core::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

use crate::page;
use crate::store::StoreError;

#[derive(Debug)]
pub(crate) enum Problem {
    /// The store does not answer. The user can try again.
    Store(StoreError),
    /// The authorization server or the API cannot answer now. The login is kept.
    Busy { what: String, retry_after: Option<Duration> },
    /// The redirect answers no login that is pending in this browser.
    NotOpen,
    /// The user declined.
    Denied,
    /// The login has ended: the user decides whether to start another.
    Refused(String),
    /// The login is kept, but somebody has to correct the configuration, the server or the network first.
    Fix(String),
    /// The session belongs to a client that this replica is not configured for.
    OtherClient(String),
    /// Another site sent the form.
    CrossSite,
    /// This program has failed.
    Internal(String),
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<getrandom::Error> for Problem {
    fn from(_: getrandom::Error) -> Self {
        Self::Internal("no random numbers".to_owned())
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
                "It has expired, or it was started in another browser. Nothing has happened.",
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
            Self::Fix(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something is broken",
                "We could not complete this step with the server that knows you. Nothing is lost: try again later.",
                again,
            ),
            Self::OtherClient(_) => (
                StatusCode::FORBIDDEN,
                "Please log in again",
                "The settings of this site have changed since you logged in.",
                page::LOG_IN,
            ),
            Self::Internal(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "That is our fault", "Something is broken on our side.", page::HOME)
            }
        };
        match &self {
            Self::Store(StoreError(text))
            | Self::Busy { what: text, .. }
            | Self::Refused(text)
            | Self::Fix(text)
            | Self::OtherClient(text)
            | Self::Internal(text) => eprintln!("{status}: {text}"),
            Self::NotOpen | Self::Denied | Self::CrossSite => {}
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
