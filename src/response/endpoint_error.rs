//! Why a response of an endpoint other than the token endpoint was refused.

use alloc::boxed::Box;
use core::error::Error;
use core::fmt;
use core::time::Duration;

use thiserror::Error;

use crate::config::dialect::Dialect;
use crate::encoding::time::UnixTime;
use crate::http::HttpResponse;
use crate::response::fault::Fault;
use crate::response::next_step::{NextStep, Refusal, Sealed};
use crate::response::oauth_error::{ErrorCode, OAuthError};
use crate::response::token_response::{RefusedResponse, TokenErrorKind, refusal};
use crate::untrusted::Untrusted;

/// Why the response of an endpoint was refused, when a login was [pushed](crate::Pushing) or a token
/// [revoked](crate::Revocation).
///
/// [`next_step`](Self::next_step) says what to do now, [`kind`](Self::kind) what was wrong. Its message has the endpoint,
/// the status, the kind and the server's error code, and nothing else that came from outside.
///
/// ```
/// # use authcode::{AwaitingRedirect, EndpointError, HttpResponse, NextStep, Pushing, UnixTime};
/// # fn example(pushing: Pushing, response: HttpResponse, now: UnixTime) -> Result<AwaitingRedirect, EndpointError> {
/// pushing.receive_response(response, now).map_err(|rejected| {
///     let error = rejected.into_error();
///     if error.next_step() == NextStep::Fix {
///         eprintln!("{error}"); // pushed authorization request, status 400: the server refused: invalid_scope
///     }
///     error
/// })
/// # }
/// ```
///
/// Specified in RFC 6749 §5.2, RFC 9126 §2.3 and RFC 7009 §2.2.1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EndpointError {
    response: Box<RefusedByEndpoint>,
    endpoint: Endpoint,
    next_step: NextStep,
}

/// Why an endpoint other than the token endpoint gave nothing that can be used.
pub(crate) type RefusedByEndpoint = RefusedResponse<EndpointErrorKind>;

/// Which endpoint has answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Endpoint {
    PushedRequest,
    Revocation,
}

impl Endpoint {
    const fn as_str(self) -> &'static str {
        match self {
            Self::PushedRequest => "pushed authorization request",
            Self::Revocation => "revocation",
        }
    }
}

/// What was wrong with the response of an endpoint.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum EndpointErrorKind {
    /// A 2xx whose body is not JSON: empty, cut off, or a page.
    #[error("not JSON")]
    NotJson,
    /// A redirect (3xx), which must not be followed: that would send the request to another server. Either the endpoint
    /// is wrong, or something intercepts the request.
    #[error("a redirect, which must not be followed")]
    Redirected,
    /// The server refused, with an OAuth error (RFC 6749 §5.2). Some servers refuse with status 200.
    #[error("the server refused")]
    Refused,
    /// The body is longer than [`MAX_RESPONSE_LEN`](crate::limits::MAX_RESPONSE_LEN), or than your program would read. With
    /// the status of an unavailable server it is [`Unavailable`](Self::Unavailable).
    #[error("too long")]
    TooLong,
    /// The server is unavailable: 408, 425, 429 or 5xx. The response may still have an OAuth error.
    #[error("the server is unavailable")]
    Unavailable,
    /// Neither a success nor an OAuth error, such as the page of a proxy with 403 or 404.
    #[error("neither a success nor an OAuth error")]
    UnexpectedStatus,
    /// A success without a usable value of this member: it is absent, occurs twice, is too long or has another form.
    #[error("a success without a usable {0}")]
    Unusable(&'static str),
}

crate::names::names! {
    EndpointErrorKind: NotJson Redirected Refused TooLong Unavailable UnexpectedStatus Unusable;
}

impl RefusedByEndpoint {
    /// The refusal in a response, if it is one by its status or by an OAuth error in it.
    pub(crate) fn find(response: &HttpResponse, dialect: &Dialect, now: UnixTime) -> Option<Box<Self>> {
        let RefusedResponse { kind, status, oauth_error, body, retry_after } = *refusal(response, dialect, now)?;
        let kind = match kind {
            TokenErrorKind::NotJson => EndpointErrorKind::NotJson,
            TokenErrorKind::Redirected => EndpointErrorKind::Redirected,
            TokenErrorKind::Refused => EndpointErrorKind::Refused,
            TokenErrorKind::TooLong => EndpointErrorKind::TooLong,
            TokenErrorKind::Unavailable => EndpointErrorKind::Unavailable,
            // The others are of the token endpoint alone.
            TokenErrorKind::UnexpectedStatus | TokenErrorKind::Stale | TokenErrorKind::Unusable(_) => {
                EndpointErrorKind::UnexpectedStatus
            }
        };
        // Beside an error in a success there may be what a success gives.
        let body = body.filter(|_| !(200..=299).contains(&status));
        Some(Box::new(Self { kind, status, oauth_error, body, retry_after }))
    }

    /// The code of the server's error, if the response is refused for it.
    pub(crate) fn code(&self) -> Option<&ErrorCode> {
        let is_refused = matches!(self.kind, EndpointErrorKind::Refused | EndpointErrorKind::Unavailable);
        self.oauth_error.as_ref().filter(|_| is_refused)?.code.as_ref()
    }

    /// A success that lacks what it should give. Its body may have something secret, so it is not kept.
    pub(crate) fn without(member: &'static str, status: u16) -> Box<Self> {
        let kind = EndpointErrorKind::Unusable(member);
        Box::new(Self { kind, status, oauth_error: None, body: None, retry_after: None })
    }
}

impl EndpointError {
    pub(crate) fn new(endpoint: Endpoint, response: Box<RefusedByEndpoint>, next_step: NextStep) -> Self {
        Self { response, endpoint, next_step }
    }

    /// What was wrong with the response.
    pub fn kind(&self) -> EndpointErrorKind {
        self.response.kind
    }

    /// The name of the [`kind`](Self::kind), which stays the same in later versions: for a metric, or for a program that
    /// has its own messages. Unlike `Display` it links no formatting.
    pub fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// What to do now. It is also [`Rejected::next_step`](crate::Rejected::next_step).
    pub fn next_step(&self) -> NextStep {
        self.next_step
    }

    /// The HTTP status of the response.
    pub fn status(&self) -> u16 {
        self.response.status
    }

    /// The OAuth error in the response, if there is one.
    pub fn oauth_error(&self) -> Option<&OAuthError> {
        self.response.oauth_error.as_ref()
    }

    /// How long the server asked you to wait (`Retry-After`), at most
    /// [`MAX_RETRY_AFTER`](crate::limits::MAX_RETRY_AFTER).
    pub fn retry_after(&self) -> Option<Duration> {
        self.response.retry_after
    }

    /// The beginning of the response's body, at most
    /// [`MAX_ERROR_BODY_LEN`](crate::limits::MAX_ERROR_BODY_LEN) bytes, for a developer. `None` for a 2xx, or if the body
    /// may contain a token. Servers repeat what was sent to them, secrets included: do not log it.
    pub fn body(&self) -> Option<&Untrusted> {
        self.response.body.as_ref()
    }

    /// Which party can fix it.
    pub fn fault(&self) -> Fault {
        match (self.kind(), self.oauth_error()) {
            (EndpointErrorKind::Redirected, _) => Fault::Caller,
            (EndpointErrorKind::Refused, Some(error)) => error.fault(),
            _ => Fault::Server,
        }
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.endpoint.as_str())?;
        self.response.fmt_after_name(f, matches!(self.kind(), EndpointErrorKind::Refused))
    }
}

impl Error for EndpointError {}

impl Sealed for EndpointError {}

impl Refusal for EndpointError {
    fn next_step(&self) -> NextStep {
        self.next_step()
    }

    fn fault(&self) -> Fault {
        self.fault()
    }

    fn oauth_error(&self) -> Option<&OAuthError> {
        self.oauth_error()
    }
}
