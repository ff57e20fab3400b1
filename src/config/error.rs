//! Why a configuration is not accepted.

use alloc::boxed::Box;
use core::fmt;

use thiserror::Error;

use crate::config::uri::UriError;
use crate::untrusted::Quoted;

/// Why a [`Server`](crate::Server), a [`Client`](crate::Client) or a [`Discovery`](crate::Discovery) cannot be made.
/// Correct the value that it names.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The authorization endpoint is not an acceptable URI.
    #[error("authorization endpoint: not accepted")]
    AuthorizationEndpoint(#[source] UriError),
    /// The client identifier is empty, too long or has a character beyond visible ASCII and space (RFC 6749 appendix A.1).
    #[error("client identifier: empty, too long, or a character that is not visible ASCII or a space")]
    ClientId,
    /// The client identifier has a `:`, which ends the identifier in raw Basic credentials.
    #[error("client identifier: a ':' cannot be sent as raw Basic credentials")]
    ClientIdColon,
    /// The client secret is too long, has a control character, or is empty although it is sent in the body.
    #[error("client secret: too long, a control character, or empty although it is sent in the body")]
    ClientSecret,
    /// The [`Dialect`](crate::Dialect) contains a name that is not allowed in that place: a typo, a parameter that is sent
    /// already, or one that the security of a login depends on.
    #[error("dialect: {name} is not allowed there", name = Quoted(.0))]
    Dialect(Box<str>),
    /// This endpoint, or the URI to which the browser returns after a logout, is not an acceptable URI.
    #[error(fmt = not_accepted)]
    Endpoint(&'static str, #[source] UriError),
    /// A former token endpoint is not an acceptable URI.
    #[error("former token endpoint: not accepted")]
    FormerTokenEndpoint(#[source] UriError),
    /// A URL is not `https`. Plain `http` takes a constructor with a name of its own: `danger_loopback_http` for this
    /// machine, `danger_plain_http` for one other host.
    #[error(fmt = insecure)]
    Insecure(&'static str),
    /// The issuer is not an acceptable URI.
    #[error("issuer: not accepted")]
    Issuer(#[source] UriError),
    /// The URL of the metadata is not an acceptable URI.
    #[error("metadata url: not accepted")]
    MetadataUrl(#[source] UriError),
    /// The query of an endpoint or of the redirect URI is not form-urlencoded UTF-8.
    #[error(fmt = malformed)]
    MalformedQuery(&'static str),
    /// Some URLs of the server are `https` and some are `http`. An `https` issuer would vouch for endpoints that anybody on
    /// the network can impersonate.
    #[error(fmt = mixed)]
    MixedSchemes(&'static str),
    /// A placeholder in the URL of a [`Provider`](crate::providers::Provider) has no value, or one with a character that
    /// is not allowed there.
    #[error("provider: no value for {name}, or a character that is not allowed there", name = Quoted(.0))]
    Placeholder(&'static str),
    /// The server is not configured with this endpoint: add it by a method of [`Server`](crate::Server) if the server has
    /// one. [`Discovery`](crate::Discovery) leaves out an endpoint that is not acceptable.
    #[error(fmt = not_configured)]
    NoEndpoint(&'static str),
    /// The client that is to take the place of another has another identifier, server or redirect URI. Use that of the
    /// login, with other credentials.
    #[error("client: not the client of this login")]
    OtherClient,
    /// The redirect URI is not an acceptable URI.
    #[error("redirect uri: not accepted")]
    RedirectUri(#[source] UriError),
    /// The redirect URI is of none of the three kinds of RFC 8252 §7. For another custom scheme, see
    /// [`Client::with_custom_scheme`](crate::Client::with_custom_scheme).
    #[error("redirect uri: neither https, http on loopback, nor an allowed custom scheme")]
    RedirectUriKind,
    /// The refresh endpoint is not an acceptable URI.
    #[error("refresh endpoint: not accepted")]
    RefreshEndpoint(#[source] UriError),
    /// The query of an endpoint or of the redirect URI has a parameter that the protocol sends, or one that servers may
    /// read as it: the URL, and the parameter of the protocol.
    #[error("{0}: its query has the parameter {name}, which belongs to the protocol", name = Quoted(.1))]
    ReservedParameter(&'static str, Box<str>),
    /// The token endpoint is not an acceptable URI.
    #[error("token endpoint: not accepted")]
    TokenEndpoint(#[source] UriError),
}

/// The name of a URL, and what is wrong with it. By `write_str`, which takes less code than a formatted text for each.
fn wrong(url: &str, reason: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(url)?;
    f.write_str(reason)
}

fn insecure(url: &&'static str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let reason = ": not https (plain http needs danger_loopback_http or danger_plain_http, and a host that it allows)";
    wrong(url, reason, f)
}

fn malformed(url: &&'static str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    wrong(url, ": its query is not form-urlencoded UTF-8", f)
}

fn mixed(url: &&'static str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    wrong(url, ": https and http for the same server", f)
}

fn not_accepted(url: &&'static str, _: &UriError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    wrong(url, ": not accepted", f)
}

fn not_configured(url: &&'static str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    wrong(url, ": not configured", f)
}

crate::names::names! {
    ConfigError: AuthorizationEndpoint ClientId ClientIdColon ClientSecret Dialect Endpoint FormerTokenEndpoint Insecure Issuer MetadataUrl MalformedQuery MixedSchemes NoEndpoint OtherClient Placeholder RedirectUri RedirectUriKind RefreshEndpoint ReservedParameter TokenEndpoint;
}
