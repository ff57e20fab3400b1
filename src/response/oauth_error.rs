//! The error of a server (RFC 6749 §4.1.2.1 and §5.2), sanitized for display.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;
use zeroize::Zeroize as _;

use crate::encoding::grammar::is_error_code;
use crate::response::fault::Fault;
use crate::untrusted::{Code, Untrusted};

/// The error of a server (RFC 6749 §4.1.2.1 and §5.2).
///
/// `Display` shows only the code, escaped as [`ErrorCode`] says. Description and URI are text from outside.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub struct OAuthError {
    /// `error`. `None` if there is one that cannot be read as a code: an object, or text in other characters than
    /// RFC 6749 appendix A.7 allows.
    pub code: Option<ErrorCode>,
    /// `error_description`: for the developer, not for the user.
    pub description: Option<Untrusted>,
    /// `error_uri`: a page about the error. Do not open it automatically.
    pub uri: Option<Untrusted>,
}

impl OAuthError {
    pub(crate) fn fault(&self) -> Fault {
        self.code.as_ref().map_or(Fault::Server, ErrorCode::fault)
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => code.fmt(f),
            None => f.write_str("an error without a readable code"),
        }
    }
}

macro_rules! error_codes {
    ($($(#[$doc:meta])+ $variant:ident = $text:literal,)+) => {
        /// An `error` code: a variant for each registered one that matters to a client, and any other as it came.
        ///
        /// `Display` escapes `<`, `>`, `&` and quotes, which the grammar of a code allows, as `\u{…}`, so a message with a
        /// code in it is safe in a log, a terminal and HTML. [`as_str`](Self::as_str) is the code as it came: escape it
        /// before you put it into HTML. It is serialized as that text.
        ///
        /// ```
        /// # use authcode::ErrorCode;
        /// let code = ErrorCode::Other("<b>".into());
        /// assert_eq!(code.as_str(), "<b>");
        /// assert_eq!(code.to_string(), r"\u{3c}b\u{3e}");
        /// assert_eq!(ErrorCode::InvalidGrant.to_string(), "invalid_grant");
        /// ```
        #[derive(Clone, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])+ $variant,)+
            /// Another code.
            Other(Box<str>),
        }

        impl ErrorCode {
            /// The code as it came. Compare this rather than [`ErrorCode::Other`]: a later version may add a variant for
            /// a code.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(code) => code,
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
    /// The user or the server declined.
    AccessDenied = "access_denied",
    /// The client is unknown, or its credentials are wrong.
    InvalidClient = "invalid_client",
    /// The code or the refresh token is invalid, expired, revoked, already used, or was issued to another client.
    InvalidGrant = "invalid_grant",
    /// The request lacks a parameter, repeats one, or is otherwise malformed.
    InvalidRequest = "invalid_request",
    /// The scope is unknown, or more than the server allows.
    InvalidScope = "invalid_scope",
    /// The `audience` or `resource` is unknown to the server (RFC 8707 §2).
    InvalidTarget = "invalid_target",
    /// The server failed.
    ServerError = "server_error",
    /// The server is overloaded or under maintenance.
    TemporarilyUnavailable = "temporarily_unavailable",
    /// The client may not use this grant.
    UnauthorizedClient = "unauthorized_client",
    /// The server does not support this grant type.
    UnsupportedGrantType = "unsupported_grant_type",
    /// The server does not support the code flow.
    UnsupportedResponseType = "unsupported_response_type",
}

/// OpenID Connect Core §3.1.2.6. Some servers answer a refresh by them, too.
const INTERACTION_CODES: [&str; 4] =
    ["account_selection_required", "consent_required", "interaction_required", "login_required"];

/// The codes of large providers for `access_denied`.
const DENIAL_CODES: [&str; 3] = ["denied", "deny", "user_denied"];

impl ErrorCode {
    /// Whether it is one of the registered codes that have a variant.
    pub(crate) const fn is_registered(&self) -> bool {
        !matches!(self, Self::Other(_))
    }

    /// Whether the server may accept the same request later.
    pub(crate) const fn is_transient(&self) -> bool {
        matches!(self, Self::ServerError | Self::TemporarilyUnavailable)
    }

    /// Whether the user has to do something at the server.
    pub(crate) fn needs_interaction(&self) -> bool {
        matches!(self, Self::Other(code) if INTERACTION_CODES.contains(&&**code))
    }

    pub(crate) fn fault(&self) -> Fault {
        match self {
            Self::AccessDenied => Fault::User,
            Self::Other(code) if code.starts_with("user_cancelled") || DENIAL_CODES.contains(&&**code) => Fault::User,
            _ if self.needs_interaction() => Fault::User,
            Self::InvalidGrant | Self::ServerError | Self::TemporarilyUnavailable | Self::Other(_) => Fault::Server,
            _ => Fault::Caller,
        }
    }
}

impl AsRef<str> for ErrorCode {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// It may repeat what was sent.
impl Drop for ErrorCode {
    fn drop(&mut self) {
        if let Self::Other(code) = self {
            code.zeroize();
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Code(self.as_str()).fmt(f)
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::parse(&code).ok_or_else(|| de::Error::custom("not an error code of RFC 6749 appendix A.7"))
    }
}
