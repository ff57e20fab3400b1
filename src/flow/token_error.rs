//! Why a token response was refused.

use alloc::boxed::Box;
use core::error::Error;
use core::fmt;
use core::time::Duration;

use crate::response::fault::Fault;
use crate::response::next_step::{NextStep, Refusal, Sealed};
use crate::response::oauth_error::OAuthError;
use crate::response::token_response::{RefusedResponse, TokenErrorKind};
use crate::untrusted::Untrusted;

/// Why a response of the token endpoint was refused, when a code was exchanged or a token refreshed.
///
/// [`next_step`](Self::next_step) says what to do now, [`kind`](Self::kind) what was wrong. Its message has the status,
/// the kind and the server's error code, and nothing else that came from outside.
///
/// ```
/// # use authcode::{NextStep, TokenError, TokenErrorKind};
/// # fn example(error: TokenError) {
/// match error.next_step() {
///     NextStep::Retry { after } => println!("{error}; again in {after:?}"),
///     NextStep::StartOver => println!("{error}; please log in again"),
///     _ => println!("{error}"),
/// }
/// let said = error.oauth_error().and_then(|error| error.description.as_ref());
/// if let Some(description) = said {
///     println!("the server says: {description}"); // control characters are escaped
/// }
/// # }
/// ```
///
/// Specified in RFC 6749 §5.2.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenError {
    response: Box<RefusedResponse>,
    next_step: NextStep,
}

impl TokenError {
    pub(crate) fn new(response: Box<RefusedResponse>, next_step: NextStep) -> Self {
        Self { response, next_step }
    }

    /// What was wrong with the response.
    pub fn kind(&self) -> TokenErrorKind {
        self.response.kind
    }

    /// The name of the [`kind`](Self::kind), which stays the same in later versions: for a metric, or for a program that
    /// has its own messages. Unlike `Display` it links no formatting.
    pub fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// What to do now. For a refused exchange it is also [`Rejected::next_step`](crate::Rejected::next_step).
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
    /// [`MAX_ERROR_BODY_LEN`](crate::limits::MAX_ERROR_BODY_LEN) bytes, for a developer. `None` if the body may contain
    /// a token. Servers repeat what was sent to them, secrets included: do not log it.
    pub fn body(&self) -> Option<&Untrusted> {
        self.response.body.as_ref()
    }

    /// Which party can fix it.
    pub fn fault(&self) -> Fault {
        match (self.kind(), self.oauth_error()) {
            (TokenErrorKind::Redirected | TokenErrorKind::Stale, _) => Fault::Caller,
            (TokenErrorKind::Refused, Some(error)) => error.fault(),
            _ => Fault::Server,
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.response.fmt(f)
    }
}

impl Error for TokenError {}

impl Sealed for TokenError {}

impl Refusal for TokenError {
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
