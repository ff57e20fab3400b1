//! Why a configuration is not accepted.

use thiserror::Error;

use crate::config::uri::UriError;
use crate::untrusted::Quoted;

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

crate::names::names! {
    ConfigError: AuthorizationEndpoint ClientId ClientIdColon ClientSecret Dialect Insecure Issuer MetadataUrl MalformedQuery Placeholder RedirectUri RedirectUriKind RefreshEndpoint ReservedParameter TokenEndpoint;
}
