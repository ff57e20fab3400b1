//! What a server says when it refuses: its own words, made safe to show.

use alloc::boxed::Box;
use core::fmt;

use thiserror::Error;

use crate::encoding::grammar::is_error_code;
use crate::response::fault::Fault;
use crate::untrusted::Untrusted;

/// What a server says when it refuses (RFC 6749 §4.1.2.1 and §5.2).
///
/// Its `Display` is the error code alone: the rest is text from outside.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{code}")]
#[non_exhaustive]
pub struct OAuthError {
    /// `error`: the code, verbatim.
    pub code: ErrorCode,
    /// `error_description`: for the developer, not for the user.
    pub description: Option<Untrusted>,
    /// `error_uri`: a page about the error. Never open it by yourself.
    pub uri: Option<Untrusted>,
}

macro_rules! error_codes {
    ($($(#[$doc:meta])+ $variant:ident = $text:literal,)+) => {
        /// An `error` code: the registered ones that matter to a client, and any other verbatim.
        #[derive(Clone, Debug, Eq, PartialEq)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])+ $variant,)+
            /// Another code.
            Other(Box<str>),
            /// The `error` is no text that could be a code, such as an object.
            Unreadable,
        }

        impl ErrorCode {
            /// The code as it came. Compare this rather than [`ErrorCode::Other`]: a later version may give a code a
            /// variant of its own. [`ErrorCode::Unreadable`] has a text that no code can be.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(code) => code,
                    Self::Unreadable => "\\unreadable",
                }
            }

            pub(crate) fn parse(code: &str) -> Option<Self> {
                is_error_code(code).then(|| match code {
                    $($text => Self::$variant,)+
                    other => Self::Other(other.into()),
                })
            }
        }
    };
}

error_codes! {
    /// The user or the server said no.
    AccessDenied = "access_denied",
    /// The client is not known, or its credentials are wrong.
    InvalidClient = "invalid_client",
    /// The code or the refresh token is spent, run out or of another client.
    InvalidGrant = "invalid_grant",
    /// The request lacks something, or has it twice.
    InvalidRequest = "invalid_request",
    /// The scope is unknown, or more than is allowed.
    InvalidScope = "invalid_scope",
    /// The `audience` or `resource` is not one of the server's (RFC 8707 §2).
    InvalidTarget = "invalid_target",
    /// The server failed.
    ServerError = "server_error",
    /// The server is too busy.
    TemporarilyUnavailable = "temporarily_unavailable",
    /// The client may not do this.
    UnauthorizedClient = "unauthorized_client",
    /// The server does not do this kind of grant.
    UnsupportedGrantType = "unsupported_grant_type",
    /// The server does not do the code flow.
    UnsupportedResponseType = "unsupported_response_type",
}

const USER_CODES: [&str; 7] = [
    "account_selection_required",
    "consent_required",
    "denied",
    "deny",
    "interaction_required",
    "login_required",
    "user_denied",
];

impl ErrorCode {
    /// Whether it is one of the registered codes that have a variant.
    pub(crate) const fn is_registered(&self) -> bool {
        !matches!(self, Self::Other(_) | Self::Unreadable)
    }

    pub(crate) fn fault(&self) -> Fault {
        match self {
            Self::AccessDenied => Fault::User,
            // What large providers have for it, and the answers of OpenID Connect to `prompt=none`.
            Self::Other(code) if code.starts_with("user_cancelled") => Fault::User,
            Self::Other(code) if USER_CODES.contains(&&**code) => Fault::User,
            Self::InvalidGrant | Self::ServerError | Self::TemporarilyUnavailable => Fault::Server,
            Self::Other(_) | Self::Unreadable => Fault::Server,
            _ => Fault::Host,
        }
    }

    pub(crate) const fn is_retryable(&self) -> bool {
        matches!(self, Self::ServerError | Self::TemporarilyUnavailable)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
