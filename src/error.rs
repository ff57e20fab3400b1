//! One error for each operation. None of them shows what came from outside, but for an `error` code.

use alloc::boxed::Box;
use alloc::string::String;
use core::time::Duration;

use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::json;
use crate::oauth_error::{OAuthError, Quoted, Untrusted};

/// Who has to act on an error.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// You: your program, its configuration, its HTTP stack or its random source.
    Host,
    /// The server's operator.
    Server,
    /// Nobody: anyone can call a redirect URI. The login is untouched.
    Stranger,
    /// The user, who said no.
    User,
}

/// Why a [`Uri`](crate::Uri) is not accepted.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum UriError {
    /// A character that no URI has in this place, or that parsers change.
    #[error("a character that is not allowed there")]
    Character,
    /// A `.` or `..` segment in the path: other parsers remove it.
    #[error("a '.' or '..' segment in the path")]
    DotSegment,
    /// A fragment: RFC 6749 allows none in an endpoint (§3.1) or a redirect URI (§3.1.2).
    #[error("a fragment")]
    Fragment,
    /// The host is missing, or not in the one form that all parsers agree on.
    #[error("no host, or not a plain lower-case host name, IPv4 address or canonical IPv6 address")]
    Host,
    /// A host in punycode (`xn--`). Parse it with `url::Url` and convert: see the `url` feature.
    #[error("an internationalised host: convert it from a url::Url")]
    InternationalHost,
    /// The path is relative.
    #[error("no path that begins with '/'")]
    Path,
    /// A `%` without two hexadecimal digits.
    #[error("a '%' without two hexadecimal digits")]
    PercentEncoding,
    /// The port is not a number from 1 to 65535 without leading zeros.
    #[error("a port that is not a number from 1 to 65535")]
    Port,
    /// A query, which an issuer must not have (RFC 8414 §2).
    #[error("a query")]
    Query,
    /// No scheme in lower case, or one that has rules of its own in browsers.
    #[error("no scheme in lower case, or file, ftp, ws or wss")]
    Scheme,
    /// Longer than [`MAX_URI_LEN`](crate::limits::MAX_URI_LEN).
    #[error("too long")]
    TooLong,
    /// A user name, which can make one host look like another.
    #[error("a user name before the host")]
    UserInfo,
}

/// Why a [`Server`](crate::Server) or a [`Client`](crate::Client) cannot be made. The fault is the host's.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The authorization endpoint is not an acceptable URI.
    #[error("authorization endpoint: {0}")]
    AuthorizationEndpoint(UriError),
    /// The client identifier is empty, too long or has a character beyond visible ASCII and space.
    #[error("client identifier: empty, too long, or a character that is not visible ASCII or a space")]
    ClientId,
    /// The client identifier has a `:`, where raw Basic credentials end it.
    #[error("client identifier: a ':' cannot be sent as raw Basic credentials")]
    ClientIdColon,
    /// The client secret is too long, has a control character, or is empty where it goes into the body.
    #[error("client secret: too long, a control character, or empty where it goes into the body")]
    ClientSecret,
    /// The [`Dialect`](crate::Dialect) names something that it cannot: a slip of the pen, a parameter that is sent
    /// already, or one that a login is not safe without.
    #[error("dialect: {name} cannot be named there", name = Quoted(.0))]
    Dialect(&'static str),
    /// An endpoint is neither `https` nor, where that was asked for by name, loopback `http`.
    #[error("{0}: neither https nor http on loopback with Server::danger_loopback_http")]
    Insecure(&'static str),
    /// The issuer is not an acceptable URI.
    #[error("issuer: {0}")]
    Issuer(UriError),
    /// The place of the metadata is not an acceptable URI.
    #[error("metadata url: {0}")]
    MetadataUrl(UriError),
    /// The query of an endpoint or of the redirect URI is not form-urlencoded UTF-8.
    #[error("{0}: its query is not form-urlencoded UTF-8")]
    MalformedQuery(&'static str),
    /// A name in the URL of a [`Provider`](crate::providers::Provider) has no value, or one that does not fit there.
    #[error("provider: no value for {name}, or not a plain one", name = Quoted(.0))]
    Placeholder(&'static str),
    /// The redirect URI is not an acceptable URI.
    #[error("redirect uri: {0}")]
    RedirectUri(UriError),
    /// The redirect URI is of none of the three kinds of RFC 8252 §7.
    #[error("redirect uri: neither https, http on loopback, nor a private-use scheme with a '.' in it")]
    RedirectUriKind,
    /// The refresh endpoint is not an acceptable URI.
    #[error("refresh endpoint: {0}")]
    RefreshEndpoint(UriError),
    /// The query of an endpoint or of the redirect URI brings a parameter of the protocol.
    #[error("{0}: its query has the parameter {1}, which belongs to the protocol")]
    ReservedParameter(&'static str, &'static str),
    /// The token endpoint is not an acceptable URI.
    #[error("token endpoint: {0}")]
    TokenEndpoint(UriError),
}

/// Why there is no server at the end of a [`Discovery`](crate::Discovery).
///
/// After the first three there may be metadata at the next place. Whether the search goes on is for
/// [`Rejected::recover`](crate::Rejected::recover) to say.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// Neither metadata nor a sign that it will be there later: usually 404.
    #[error("metadata, status {status}: there is none at this place")]
    UnexpectedStatus {
        /// The HTTP status.
        status: u16,
    },
    /// A redirect (3xx), which must not be followed. If it leads to the metadata, name that place by
    /// [`Discovery::at`](crate::Discovery::at).
    #[error("metadata, status {status}: a redirect, which must not be followed")]
    Redirected {
        /// The HTTP status.
        status: u16,
    },
    /// The body is not a JSON object with an `issuer` in it: usually a page.
    #[error("metadata: not a JSON object with an issuer")]
    NotMetadata,
    /// It has an issuer, but not both endpoints, or a member that is read here comes twice or is of another type.
    #[error("metadata: not both endpoints, or a member twice or of another type")]
    Malformed,
    /// The body is longer than [`MAX_RESPONSE_LEN`](crate::limits::MAX_RESPONSE_LEN).
    #[error("metadata: too long")]
    TooLong,
    /// The server cannot answer now (429, 500, 502, 503 or 504): ask again, at the same place. If it never can there,
    /// go on by [`Discovery::next_place`](crate::Discovery::next_place).
    #[error("metadata, status {status}: the server cannot answer now")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// How long the server asks you to wait (`Retry-After` in seconds).
        retry_after: Option<Duration>,
    },
    /// The metadata is that of another issuer (RFC 8414 §3.3), and none of it may be used. Compare what you asked for
    /// byte for byte: a `/` at the end counts.
    #[error("metadata: of another issuer than the one that was asked for")]
    IssuerMismatch,
    /// An endpoint that is not accepted: see the error in it.
    #[error("metadata: {0}")]
    Endpoint(#[from] ConfigError),
    /// An endpoint at an address, or on this machine, where the issuer is not.
    #[error("metadata: {0}: at an address in place of a name")]
    Address(&'static str),
    /// An endpoint at another origin, which was not to be accepted.
    #[error("metadata: {0}: not at the issuer's origin")]
    OtherOrigin(&'static str),
    /// The server does not do the response type `code`.
    #[error("metadata: the server does not do the code flow")]
    NoCodeFlow,
    /// The server does not say that it does PKCE with `S256`. If it says nothing at all, and you know better, see
    /// [`Discovery::accept_unadvertised_s256`](crate::Discovery::accept_unadvertised_s256).
    #[error("metadata: the server does not offer PKCE with S256")]
    NoS256,
}

impl DiscoveryError {
    /// Whether there is no metadata where it was looked for.
    pub(crate) const fn is_no_metadata(&self) -> bool {
        matches!(self, Self::UnexpectedStatus { .. } | Self::Redirected { .. } | Self::NotMetadata)
    }

    /// How long the server asks you to wait before the next request.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Who has to act.
    pub const fn fault(&self) -> Fault {
        match self {
            // The issuer, or the place, is not the one that the server goes by.
            Self::IssuerMismatch | Self::Redirected { .. } | Self::UnexpectedStatus { .. } => Fault::Host,
            _ => Fault::Server,
        }
    }

    /// Whether the same request may succeed later.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

/// Why a list of scopes is not accepted. The fault is the host's.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ScopeError {
    /// A character that RFC 6749 §3.3 does not allow in a scope.
    #[error("scope: a character that is not visible ASCII, or '\"' or '\\'")]
    Character,
    /// Longer than [`MAX_PARAMETER_LEN`](crate::limits::MAX_PARAMETER_LEN).
    #[error("scope: too long")]
    TooLong,
    /// More than was granted (RFC 6749 §6): a refresh can only narrow the scope.
    #[error("scope: more than was granted")]
    Wider,
}

/// Why an option of a login or of a refresh is not accepted. The fault is the host's.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ParameterError {
    /// An empty value, which a server must take for no parameter at all (RFC 6749 §3.1).
    #[error("parameter {name}: an empty value", name = Quoted(.0))]
    EmptyValue(String),
    /// A name that is not made of letters, digits, `-`, `.`, `_`, `[` and `]` (RFC 6749 §8.2).
    #[error("parameter {name}: not a name of letters, digits, '-', '.', '_', '[' and ']'", name = Quoted(.0))]
    Name(String),
    /// The token endpoint is not one that the server is known to have.
    #[error("token endpoint: not one of this server's")]
    TokenEndpoint,
    /// The redirect URI has no port to choose: it is not a loopback one. Or the port is 0.
    #[error("loopback port: the redirect uri is not on loopback, or the port is 0")]
    Port,
    /// The value cannot be written as or read from a flat list of pairs.
    #[error("parameters: not a flat struct or list of pairs")]
    NotPairs,
    /// The name belongs to the protocol, or has a method of its own.
    #[error("parameter {name}: a name that the protocol itself sends", name = Quoted(.0))]
    Reserved(&'static str),
    /// The scope is not accepted.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// Longer than [`MAX_PARAMETER_LEN`](crate::limits::MAX_PARAMETER_LEN).
    #[error("parameter {name}: too long", name = Quoted(.0))]
    TooLong(String),
}

/// Why a login cannot start. The [`Unstarted`](crate::Unstarted) state is always handed back.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum StartError {
    /// 32 of the random bytes are all zero: the source does not work.
    #[error("the random source gave nothing but zeros")]
    NoEntropy,
    /// The random source reported a failure.
    #[error("the random source failed")]
    RandomSource,
    /// Both halves of the random bytes are the same: the source does not work.
    #[error("the random source gave the same bytes twice")]
    RepeatedEntropy,
}

impl StartError {
    /// Always the host: the random source is its own.
    pub const fn fault(&self) -> Fault {
        Fault::Host
    }

    /// Whether the same call may succeed later: only a source that knows that it failed may recover.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::RandomSource)
    }
}

/// Why a redirect did not give a code.
///
/// The first six do not count as an answer to this login, and hand the [`AwaitingRedirect`](crate::AwaitingRedirect)
/// state back: go on waiting. The others are an answer to it, and end it: start afresh.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum RedirectError {
    /// Longer than [`MAX_REDIRECT_LEN`](crate::limits::MAX_REDIRECT_LEN).
    #[error("redirect: too long")]
    TooLong,
    /// It did not come to the redirect URI: other scheme, authority or path, or without its query.
    #[error("redirect: not to the redirect uri of this login")]
    NotOurs,
    /// A parameter is not form-urlencoded UTF-8.
    #[error("redirect: a parameter that is not form-urlencoded UTF-8")]
    Malformed,
    /// A parameter of the protocol comes twice (RFC 6749 §3.1).
    #[error("redirect: the parameter {0} comes twice")]
    DuplicateParameter(&'static str),
    /// There is no `state`, so nothing shows that it answers this login.
    ///
    /// Some servers leave `state` out of an error. What the redirect claims is kept as
    /// `unauthenticated`: anybody may have written it. Show it, or give up, by your own choice.
    #[error("redirect: no state")]
    StateMissing {
        /// The error that the redirect claims.
        unauthenticated: Option<Box<OAuthError>>,
    },
    /// The `state` is not that of this login (RFC 6749 §10.12): an old one, another one, or an attack.
    #[error("redirect: the state of another login")]
    StateMismatch,

    /// A JWT-secured response (`response`), which the crate does not read.
    #[error("redirect: a JWT-secured response, which was not asked for")]
    JwtResponse,
    /// A token in the redirect (RFC 9700 §2.1.2), which the crate never asks for.
    #[error("redirect: a token in it, which was not asked for")]
    TokenInRedirect,
    /// The server must name itself in `iss` and does not (RFC 9207 §2.4).
    ///
    /// Some servers leave `iss` out of an error, though their metadata promises it. What the redirect claims is kept as
    /// `unauthenticated`: it carries this login's `state`, and nothing shows which server wrote it.
    #[error("redirect: no iss, which this server must send")]
    IssuerMissing {
        /// The error that the redirect claims.
        unauthenticated: Option<Box<OAuthError>>,
    },
    /// The answer comes from another server than the one that was asked (RFC 9207 §2.4): a mix-up attack,
    /// or a wrong issuer in the configuration.
    #[error("redirect: the iss of another server")]
    IssuerMismatch,
    /// `code` and `error` together.
    #[error("redirect: both a code and an error")]
    CodeAndError,
    /// Neither `code` nor `error`.
    #[error("redirect: neither a code nor an error")]
    NoCodeNoError,
    /// The code is empty, too long or has a character that RFC 6749 appendix A.11 does not allow.
    #[error("redirect: a code that is empty, too long or has a character that is not allowed")]
    MalformedCode,
    /// The error code is empty, too long or has a character that RFC 6749 appendix A.7 does not allow.
    #[error("redirect: an error code that is empty, too long or has a character that is not allowed")]
    MalformedError,
    /// The server or the user said no, and `state` (and `iss`) show that it was this server.
    #[error("the server refused the authorization: {0}")]
    Refused(Box<OAuthError>),
}

impl RedirectError {
    /// What the server said, if it was this server that said it. What a redirect without `state` claims is not that.
    pub fn oauth_error(&self) -> Option<&OAuthError> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }

    /// Who has to act.
    pub fn fault(&self) -> Fault {
        match self {
            Self::TooLong
            | Self::NotOurs
            | Self::Malformed
            | Self::DuplicateParameter(_)
            | Self::StateMissing { .. }
            | Self::StateMismatch => Fault::Stranger,
            Self::Refused(error) => error.code.fault(),
            _ => Fault::Server,
        }
    }

    /// Whether a new login may succeed without anything being changed.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Refused(error) if error.code.is_retryable())
    }
}

/// Why a token response gave no token.
///
/// Whether the state is handed back is for [`Rejected::recover`](crate::Rejected::recover) to say.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum TokenError {
    /// The body is longer than [`MAX_RESPONSE_LEN`](crate::limits::MAX_RESPONSE_LEN), or than the host would read. At
    /// 429 and 5xx it is [`Unavailable`](Self::Unavailable).
    #[error("token response, status {status}: too long")]
    TooLong {
        /// The HTTP status.
        status: u16,
    },
    /// A redirect (3xx). It must not be followed: it would carry the code to another place. Either the token
    /// endpoint is wrong, or something stands between you and the server.
    #[error("token response, status {status}: a redirect, which must not be followed")]
    Redirected {
        /// The HTTP status.
        status: u16,
    },
    /// The server cannot answer now (5xx or 429).
    #[error("token response, status {status}: the server cannot answer now")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// How long the server asks you to wait (`Retry-After` in seconds).
        retry_after: Option<Duration>,
        /// What the body says, if it is an OAuth error.
        error: Option<Box<OAuthError>>,
        /// The beginning of the body, if there can be no token in it.
        body: Option<Untrusted>,
    },
    /// Neither success nor an OAuth error, such as a page of a proxy at 403 or 404.
    #[error("token response, status {status}: neither a token nor an OAuth error")]
    UnexpectedStatus {
        /// The HTTP status.
        status: u16,
        /// The beginning of the body, if there can be no token in it.
        body: Option<Untrusted>,
    },
    /// A success whose body is empty, cut off or not JSON.
    #[error("token response, status {status}: not JSON")]
    NotJson {
        /// The HTTP status.
        status: u16,
    },
    /// The server refused, with an OAuth error (RFC 6749 §5.2).
    #[error("token response, status {status}: the server refused: {error}")]
    Refused {
        /// The HTTP status. Some servers refuse with 200.
        status: u16,
        /// What the server said.
        error: Box<OAuthError>,
        /// The beginning of the body, if there can be no token in it.
        body: Option<Untrusted>,
    },
    /// A success without an access token that can be used.
    #[error("token response, status {status}: {reason}")]
    Unusable {
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        reason: UnusableToken,
    },
}

impl TokenError {
    /// The HTTP status of the response.
    pub const fn status(&self) -> u16 {
        match self {
            Self::TooLong { status }
            | Self::Redirected { status }
            | Self::Unavailable { status, .. }
            | Self::UnexpectedStatus { status, .. }
            | Self::NotJson { status }
            | Self::Refused { status, .. }
            | Self::Unusable { status, .. } => *status,
        }
    }

    /// The OAuth error in the response, if it has one.
    pub fn oauth_error(&self) -> Option<&OAuthError> {
        match self {
            Self::Unavailable { error, .. } => error.as_deref(),
            Self::Refused { error, .. } => Some(error),
            _ => None,
        }
    }

    /// What the server sent with its refusal: its first [`MAX_ERROR_BODY_LEN`](crate::limits::MAX_ERROR_BODY_LEN)
    /// bytes. Servers repeat in it what was sent to them, secrets included: look at it, and do not log it. A body that
    /// has a token where this crate looks for one, or the word "token" in what it cannot read, is not kept.
    pub const fn body(&self) -> Option<&Untrusted> {
        match self {
            Self::Unavailable { body, .. } | Self::UnexpectedStatus { body, .. } | Self::Refused { body, .. } => {
                body.as_ref()
            }
            _ => None,
        }
    }

    /// A member of that [`body`](Self::body) by its name, if it is a JSON object and has it in this type: what a
    /// server says beyond RFC 6749, such as `error_codes` or `claims`.
    pub fn response_member<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        json::member(self.body()?.raw(), name)
    }

    /// How long the server asks you to wait before the next request.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Who has to act.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Redirected { .. } => Fault::Host,
            Self::Refused { error, .. } => error.code.fault(),
            _ => Fault::Server,
        }
    }

    /// Whether trying again may succeed without anything being changed: the same request, if the state was handed
    /// back, or else a new login. If [`retry_after`](Self::retry_after) says so, wait so long.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable { .. } | Self::NotJson { .. } => true,
            Self::Refused { error, .. } => error.code.is_retryable(),
            _ => false,
        }
    }
}

/// Why the access token of a success cannot be used.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum UnusableToken {
    /// A member of the protocol comes twice, so that readers may disagree about it.
    #[error("the member {0} comes twice")]
    DuplicateMember(&'static str),
    /// The access token is not a string, is empty, too long, or has a character that RFC 6749 appendix A.12 does not allow.
    #[error("an access token that is not a string of visible ASCII, or is too long")]
    Malformed,
    /// There is no access token.
    #[error("no access token")]
    Missing,
    /// The body is JSON, but not an object.
    #[error("not a JSON object")]
    NotAnObject,
}

/// Why there is no `Authorization: Bearer` header for a token. Read the token by other means, or authorize again.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum BearerError {
    /// The token has a character that the header does not allow (RFC 6750 §2.1).
    #[error("the access token has a character that a bearer header does not allow")]
    Character,
    /// The server gave a token of another type, or did not say of which. A token of a type that is not understood
    /// must not be used (RFC 6749 §7.1). If the server means `Bearer`, say so in its [`Dialect`](crate::Dialect).
    #[error("the access token is not of the type Bearer")]
    TokenType,
}

/// Why a stored state does not come back. If no other client of yours has it, log in again.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ResumeError {
    /// A value is missing, or is not what this crate writes: damaged, or changed by somebody.
    #[error("stored state: damaged")]
    Damaged,
    /// It belongs to another client, another server or another redirect URI.
    #[error("stored state: of another client, server or redirect uri")]
    OtherClient,
    /// It is a state, but not the one that was asked for. Nothing else in it was looked at.
    #[error("stored state: of another kind")]
    OtherKind,
    /// It was written by a version of this crate whose form this one does not read.
    #[error("stored state: of another version")]
    OtherVersion,
}

macro_rules! names {
    ($($error:ident: $($variant:ident)+;)+) => {$(
        impl $error {
            /// The name of the variant, which stays the same: for a metric, or for a host that has words of its own.
            /// Unlike `Display` it brings no formatting along.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => stringify!($variant),)+
                }
            }
        }
    )+};
}

names! {
    UriError: Character DotSegment Fragment Host InternationalHost Path PercentEncoding Port Query Scheme TooLong
        UserInfo;
    ConfigError: AuthorizationEndpoint ClientId ClientIdColon ClientSecret Dialect Insecure Issuer MetadataUrl
        MalformedQuery Placeholder RedirectUri RedirectUriKind RefreshEndpoint ReservedParameter TokenEndpoint;
    DiscoveryError: UnexpectedStatus Redirected NotMetadata Malformed TooLong Unavailable IssuerMismatch Endpoint
        Address OtherOrigin NoCodeFlow NoS256;
    ScopeError: Character TooLong Wider;
    ParameterError: EmptyValue Name TokenEndpoint Port NotPairs Reserved Scope TooLong;
    StartError: NoEntropy RandomSource RepeatedEntropy;
    RedirectError: TooLong NotOurs Malformed DuplicateParameter StateMissing StateMismatch JwtResponse
        TokenInRedirect IssuerMissing IssuerMismatch CodeAndError NoCodeNoError MalformedCode MalformedError
        Refused;
    TokenError: TooLong Redirected Unavailable UnexpectedStatus NotJson Refused Unusable;
    UnusableToken: DuplicateMember Malformed Missing NotAnObject;
    BearerError: Character TokenType;
    ResumeError: Damaged OtherClient OtherKind OtherVersion;
}
