//! Why there is no metadata, or not yet.

use alloc::boxed::Box;
use core::error::Error;
use core::fmt;
use core::time::Duration;

use crate::config::error::ConfigError;
use crate::config::uri::Uri;
use crate::encoding::text;
use crate::response::fault::Fault;
use crate::response::next_step::{NextStep, Refusal, Sealed};
use crate::response::oauth_error::OAuthError;
use crate::untrusted::Untrusted;

/// An issuer that a document claims.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Claimed {
    pub(super) text: Box<str>,
    pub(super) uri: Uri,
}

/// Why a [`Discovery`](crate::Discovery) has no server, or not yet.
///
/// [`next_step`](Self::next_step) says what to do now. Its message contains nothing that came from outside.
#[derive(Clone, Eq, PartialEq)]
pub struct DiscoveryError(Box<Failure>);

#[derive(Clone, Eq, PartialEq)]
pub(super) struct Failure {
    pub(super) kind: DiscoveryErrorKind,
    pub(super) status: Option<u16>,
    pub(super) received_issuer: Option<Untrusted>,
    pub(super) claimed: Option<Claimed>,
    pub(super) cause: Option<ConfigError>,
    pub(super) retry_after: Option<Duration>,
    pub(super) next_step: NextStep,
}

impl Failure {
    pub(super) fn of(kind: DiscoveryErrorKind) -> Box<Self> {
        Box::new(Self {
            kind,
            status: None,
            received_issuer: None,
            claimed: None,
            cause: None,
            retry_after: None,
            next_step: NextStep::StartOver,
        })
    }

    pub(super) fn with_status(kind: DiscoveryErrorKind, status: u16) -> Box<Self> {
        let mut failure = Self::of(kind);
        failure.status = Some(status);
        failure
    }

    /// With what the document calls its issuer, without a query or a fragment.
    pub(super) fn with_issuer(kind: DiscoveryErrorKind, issuer: &str) -> Box<Self> {
        let mut failure = Self::of(kind);
        failure.received_issuer = Some(Untrusted::without_query(issuer));
        failure
    }

    pub(super) fn with_next(mut self: Box<Self>, next_step: NextStep, retry_after: Option<Duration>) -> DiscoveryError {
        self.next_step = next_step;
        self.retry_after = retry_after;
        DiscoveryError(self)
    }
}

impl From<DiscoveryErrorKind> for Box<Failure> {
    fn from(kind: DiscoveryErrorKind) -> Self {
        Failure::of(kind)
    }
}

impl From<ConfigError> for Box<Failure> {
    fn from(cause: ConfigError) -> Self {
        let mut failure = Failure::of(DiscoveryErrorKind::InvalidUrl);
        failure.cause = Some(cause);
        failure
    }
}

/// The kinds of a [`DiscoveryError`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DiscoveryErrorKind {
    /// Neither metadata nor a sign that there will be some later: usually status 404. If no place is left, check the
    /// issuer.
    UnexpectedStatus,
    /// A redirect (3xx), which must not be followed. If it leads to the metadata, name that place by
    /// [`Discovery::at`](crate::Discovery::at).
    Redirected,
    /// The body is not a JSON object with an `issuer`: usually a page.
    NotMetadata,
    /// There is an issuer, but not both endpoints, or a member that is read here occurs twice or has another type, or a
    /// byte of the document is not UTF-8 (RFC 8259 §8.1).
    Malformed,
    /// The body is longer than [`MAX_RESPONSE_LEN`](crate::limits::MAX_RESPONSE_LEN).
    TooLong,
    /// The server cannot answer now (408, 425, 429 or 5xx).
    Unavailable,
    /// The metadata is that of another issuer (RFC 8414 §3.3), and none of it may be used. Compare
    /// [`received_issuer`](DiscoveryError::received_issuer) with the one that you gave, byte for byte. If only the `/` at the
    /// end differs, see [`Discovery::accept_root_slash_difference`](crate::Discovery::accept_root_slash_difference).
    IssuerMismatch,
    /// The document at the [metadata URL](crate::Discovery::from_metadata_url) names an issuer, which is looked up next.
    IssuerUnconfirmed,
    /// An endpoint or the issuer is not accepted: the [source](core::error::Error::source) is a [`ConfigError`], which says
    /// why.
    InvalidUrl,
    /// This endpoint, or the issuer, is at an IP address or on this machine, although the issuer, or the metadata URL, is
    /// not.
    Address(&'static str),
    /// This endpoint is not at the issuer's origin, which
    /// [`Discovery::require_same_origin`](crate::Discovery::require_same_origin) asks for.
    OtherOrigin(&'static str),
    /// The server does not support the response type `code`.
    NoCodeFlow,
    /// The server does not state that it supports PKCE with `S256`. If it states nothing at all, and you know better, see
    /// [`Discovery::accept_unadvertised_s256`](crate::Discovery::accept_unadvertised_s256).
    NoS256,
}

impl DiscoveryErrorKind {
    pub(super) const fn is_no_metadata(self) -> bool {
        matches!(self, Self::UnexpectedStatus | Self::Redirected | Self::NotMetadata)
    }
}

impl DiscoveryError {
    /// What went wrong.
    pub fn kind(&self) -> DiscoveryErrorKind {
        self.0.kind
    }

    /// The name of the [kind](Self::kind), which stays the same: for a metric, or for messages of your own.
    pub fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// The HTTP status, if that is what was wrong.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The issuer in the metadata, if it is not the one that was asked for, or is not confirmed. It has no query and no
    /// fragment.
    pub fn received_issuer(&self) -> Option<&Untrusted> {
        self.0.received_issuer.as_ref()
    }

    /// How long the server asked you to wait (`Retry-After`), at most
    /// [`MAX_RETRY_AFTER`](crate::limits::MAX_RETRY_AFTER).
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What to do now: send the next request, perhaps after a pause, or give up.
    pub fn next_step(&self) -> NextStep {
        self.0.next_step
    }

    /// Which party can fix it.
    pub fn fault(&self) -> Fault {
        match self.kind() {
            // The issuer, or the place, is not the one that the server uses.
            DiscoveryErrorKind::IssuerMismatch
            | DiscoveryErrorKind::Redirected
            | DiscoveryErrorKind::UnexpectedStatus => Fault::Caller,
            _ => Fault::Server,
        }
    }
}

impl Sealed for DiscoveryError {}

impl Refusal for DiscoveryError {
    fn next_step(&self) -> NextStep {
        self.next_step()
    }

    fn fault(&self) -> Fault {
        self.fault()
    }

    fn oauth_error(&self) -> Option<&OAuthError> {
        None
    }
}

impl Error for DiscoveryError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.cause.as_ref().map(|cause| cause as _)
    }
}

impl fmt::Debug for DiscoveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiscoveryError")
            .field("kind", &self.kind())
            .field("status", &self.status())
            .field("received_issuer", &self.received_issuer())
            .field("cause", &self.0.cause)
            .field("next_step", &self.next_step())
            .finish()
    }
}

impl fmt::Display for DiscoveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("metadata: ")?;
        match self.kind() {
            DiscoveryErrorKind::UnexpectedStatus => f.write_str("none at this place"),
            DiscoveryErrorKind::Redirected => f.write_str("a redirect, which must not be followed"),
            DiscoveryErrorKind::NotMetadata => f.write_str("not a JSON object with an issuer"),
            DiscoveryErrorKind::Malformed => {
                f.write_str("not both endpoints, a member twice or of another type, or not UTF-8")
            }
            DiscoveryErrorKind::TooLong => f.write_str("too long"),
            DiscoveryErrorKind::Unavailable => f.write_str("the server cannot answer now"),
            DiscoveryErrorKind::IssuerMismatch => f.write_str("of another issuer than the one that was asked for"),
            DiscoveryErrorKind::IssuerUnconfirmed => {
                f.write_str("its issuer has to be confirmed at the issuer's own place")
            }
            DiscoveryErrorKind::InvalidUrl => f.write_str("a url in it is not accepted"),
            DiscoveryErrorKind::Address(which) => write!(f, "{which}: at an address in place of a name"),
            DiscoveryErrorKind::OtherOrigin(which) => write!(f, "{which}: not at the issuer's origin"),
            DiscoveryErrorKind::NoCodeFlow => f.write_str("the server does not support the code flow"),
            DiscoveryErrorKind::NoS256 => f.write_str("the server does not offer PKCE with S256"),
        }?;
        match self.status() {
            Some(status) => {
                f.write_str(" (status ")?;
                f.write_str(&text::of_number(status.into()))?;
                f.write_str(")")
            }
            None => Ok(()),
        }
    }
}

crate::names::names! {
    DiscoveryErrorKind: UnexpectedStatus Redirected NotMetadata Malformed TooLong Unavailable IssuerMismatch IssuerUnconfirmed InvalidUrl Address OtherOrigin NoCodeFlow NoS256;
}
