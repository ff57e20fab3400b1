//! The authorization server: its endpoints and its issuer, as one value.

use alloc::vec::Vec;

use crate::config::dialect::Dialect;
use crate::config::error::ConfigError;
use crate::config::uri::Uri;
use crate::config::uri::UriError;
use crate::encoding::form;
use crate::encoding::grammar::RESERVED_NAMES;

/// An authorization server.
///
/// Endpoints and issuer are one value that cannot be taken apart, and every state carries it: a code
/// can only go to the token endpoint of the server that was asked for it. That is what stops a
/// mix-up attack (RFC 9700 §4.4).
///
/// Both endpoints must be `https`. An endpoint may have a query, which is kept (RFC 6749 §3.1), but
/// not one with parameters of the protocol in it.
///
/// ```
/// use authcode::{IssParameter, Server};
///
/// let server = Server::new("https://login.example/authorize", "https://login.example/oauth/token")?
///     .with_issuer("https://login.example/", IssParameter::Optional)?;
/// # Ok::<(), authcode::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Server {
    pub(crate) authorization_endpoint: Uri,
    pub(crate) token_endpoint: Uri,
    regional_token_endpoints: Vec<Uri>,
    refresh_endpoint: Option<Uri>,
    pub(crate) issuer: Option<(Uri, IssParameter)>,
    pub(crate) dialect: Dialect,
    allows_loopback_http: bool,
}

/// Whether a server must name itself in the `iss` parameter of a redirect (RFC 9207).
///
/// If `iss` is there, it is always compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum IssParameter {
    /// It may be absent: the server is not known to send it.
    Optional,
    /// A redirect without it is refused: the server's metadata has
    /// `authorization_response_iss_parameter_supported`.
    Required,
}

impl Server {
    /// A server whose endpoints are `https`.
    ///
    /// # Errors
    /// [`ConfigError`] says which endpoint is not accepted, and why.
    pub fn new<A, T>(authorization_endpoint: A, token_endpoint: T) -> Result<Self, ConfigError>
    where
        A: TryInto<Uri>,
        T: TryInto<Uri>,
        UriError: From<A::Error> + From<T::Error>,
    {
        Self::checked(authorization_endpoint, token_endpoint, false)
    }

    /// A server whose endpoints may be `http` on `127.0.0.1`, `[::1]` or `localhost`: for tests and
    /// development. Other programs on the machine may listen in.
    ///
    /// # Errors
    /// [`ConfigError`] says which endpoint is not accepted, and why.
    pub fn danger_loopback_http<A, T>(authorization_endpoint: A, token_endpoint: T) -> Result<Self, ConfigError>
    where
        A: TryInto<Uri>,
        T: TryInto<Uri>,
        UriError: From<A::Error> + From<T::Error>,
    {
        Self::checked(authorization_endpoint, token_endpoint, true)
    }

    pub(crate) fn checked<A, T>(authorization: A, token: T, allows_loopback_http: bool) -> Result<Self, ConfigError>
    where
        A: TryInto<Uri>,
        T: TryInto<Uri>,
        UriError: From<A::Error> + From<T::Error>,
    {
        let authorization_endpoint =
            authorization.try_into().map_err(|error| ConfigError::AuthorizationEndpoint(error.into()))?;
        let token_endpoint = token.try_into().map_err(|error| ConfigError::TokenEndpoint(error.into()))?;
        for (uri, which) in [(&authorization_endpoint, "authorization endpoint"), (&token_endpoint, "token endpoint")] {
            check_endpoint(uri, which, allows_loopback_http)?;
        }
        Ok(Self {
            authorization_endpoint,
            token_endpoint,
            regional_token_endpoints: Vec::new(),
            refresh_endpoint: None,
            issuer: None,
            dialect: Dialect::STANDARD,
            allows_loopback_http,
        })
    }

    /// Adds the issuer identifier (RFC 8414 §2), byte for byte as the server's metadata has it: with a `/` at
    /// the end if it has one there.
    ///
    /// Without it `iss` in a redirect is ignored. Give it whenever your program knows more than one server.
    ///
    /// # Errors
    /// [`ConfigError::Issuer`] or [`ConfigError::Insecure`], if it is not an `https` URI without a query (or,
    /// for [`Server::danger_loopback_http`], an `http` one on loopback).
    pub fn with_issuer<I>(mut self, issuer: I, iss: IssParameter) -> Result<Self, ConfigError>
    where
        I: TryInto<Uri>,
        UriError: From<I::Error>,
    {
        self.issuer = Some((Self::check_issuer(issuer, self.allows_loopback_http)?, iss));
        Ok(self)
    }

    /// RFC 8414 §2: `https`, without a query.
    pub(crate) fn check_issuer<I>(issuer: I, allows_loopback_http: bool) -> Result<Uri, ConfigError>
    where
        I: TryInto<Uri>,
        UriError: From<I::Error>,
    {
        let issuer = issuer.try_into().map_err(|error| ConfigError::Issuer(error.into()))?;
        if issuer.query().is_some() {
            return Err(ConfigError::Issuer(UriError::Query));
        }
        check_secure(&issuer, "issuer", allows_loopback_http)?;
        Ok(issuer)
    }

    /// Adds the endpoint to which refresh tokens go, where it is not the [token endpoint](Self::token_endpoint). A
    /// region that the redirect led to comes before it.
    ///
    /// # Errors
    /// [`ConfigError`] says why it is not accepted.
    pub fn with_refresh_endpoint<T>(mut self, endpoint: T) -> Result<Self, ConfigError>
    where
        T: TryInto<Uri>,
        UriError: From<T::Error>,
    {
        let endpoint = endpoint.try_into().map_err(|error| ConfigError::RefreshEndpoint(error.into()))?;
        self.check_token_endpoint(&endpoint, "refresh endpoint")?;
        self.refresh_endpoint = Some(endpoint);
        Ok(self)
    }

    /// Adds a token endpoint of another region of the same server, which says only in the redirect which one has the
    /// code. [`CodeReceived::set_token_endpoint`](crate::CodeReceived::set_token_endpoint) chooses among those that are
    /// added here, and no others: what comes in a redirect must not decide where a code goes.
    ///
    /// # Errors
    /// [`ConfigError`] says why it is not accepted.
    pub fn with_regional_token_endpoint<T>(mut self, endpoint: T) -> Result<Self, ConfigError>
    where
        T: TryInto<Uri>,
        UriError: From<T::Error>,
    {
        let endpoint = endpoint.try_into().map_err(|error| ConfigError::TokenEndpoint(error.into()))?;
        self.check_token_endpoint(&endpoint, "token endpoint")?;
        self.regional_token_endpoints.push(endpoint);
        Ok(self)
    }

    /// Says what this server does differently, in place of what was said before.
    ///
    /// # Errors
    /// [`ConfigError::Dialect`] if the dialect contradicts itself or names what it must not;
    /// [`ConfigError::ReservedParameter`] if the query of an endpoint has a parameter of a name that the dialect sends.
    pub fn with_dialect(mut self, dialect: Dialect) -> Result<Self, ConfigError> {
        dialect.check()?;
        check_query(&self.authorization_endpoint, "authorization endpoint", dialect.authorization.sent_names())?;
        for endpoint in self.token_endpoints() {
            check_query(endpoint, "token endpoint", dialect.token.sent_names())?;
        }
        if let Some(endpoint) = &self.refresh_endpoint {
            check_query(endpoint, "refresh endpoint", dialect.token.sent_names())?;
        }
        self.dialect = dialect;
        Ok(self)
    }

    fn check_token_endpoint(&self, uri: &Uri, which: &'static str) -> Result<(), ConfigError> {
        check_endpoint(uri, which, self.allows_loopback_http)?;
        check_query(uri, which, self.dialect.token.sent_names())
    }

    /// Where the user's browser goes.
    pub const fn authorization_endpoint(&self) -> &Uri {
        &self.authorization_endpoint
    }

    /// Where codes and refresh tokens go.
    pub const fn token_endpoint(&self) -> &Uri {
        &self.token_endpoint
    }

    /// Where refresh tokens go: the [token endpoint](Self::token_endpoint), if nothing else was said.
    pub fn refresh_endpoint(&self) -> &Uri {
        self.refresh_endpoint.as_ref().unwrap_or(&self.token_endpoint)
    }

    /// All of the endpoints that a code may go to.
    pub(crate) fn token_endpoints(&self) -> impl Iterator<Item = &Uri> {
        self.regional_token_endpoints.iter().chain([&self.token_endpoint])
    }

    /// The endpoint for refresh tokens, if it is another than that for codes.
    pub(crate) fn own_refresh_endpoint(&self) -> Option<&Uri> {
        self.refresh_endpoint.as_ref()
    }

    /// The issuer, if it is known.
    pub fn issuer(&self) -> Option<&Uri> {
        self.issuer.as_ref().map(|(issuer, _)| issuer)
    }

    /// Whether it must name itself in a redirect, if its issuer is known.
    pub fn iss_parameter(&self) -> Option<IssParameter> {
        self.issuer.as_ref().map(|(_, iss)| *iss)
    }

    /// What this server does differently.
    pub const fn dialect(&self) -> &Dialect {
        &self.dialect
    }
}

/// RFC 6749 §3.1.2.1 and §3.2: TLS, or a connection that does not leave the machine.
pub(crate) fn check_secure(uri: &Uri, which: &'static str, allows_loopback_http: bool) -> Result<(), ConfigError> {
    match uri.scheme() {
        "https" => Ok(()),
        "http" if allows_loopback_http && uri.is_loopback() => Ok(()),
        _ => Err(ConfigError::Insecure(which)),
    }
}

fn check_endpoint(uri: &Uri, which: &'static str, allows_loopback_http: bool) -> Result<(), ConfigError> {
    check_secure(uri, which, allows_loopback_http)?;
    check_query(uri, which, RESERVED_NAMES)
}

/// A URI of ours must have a query that can be read. It must not bring a parameter that the protocol sends: one of
/// the two would win, and servers differ in which.
pub(crate) fn check_query(
    uri: &Uri,
    which: &'static str,
    reserved: impl IntoIterator<Item = &'static str>,
) -> Result<(), ConfigError> {
    let mut reserved = reserved.into_iter();
    check_query_for(uri, which, &mut || reserved.next())
}

/// Once for all kinds of iterators.
fn check_query_for(
    uri: &Uri,
    which: &'static str,
    next_reserved: &mut dyn FnMut() -> Option<&'static str>,
) -> Result<(), ConfigError> {
    let own = form::pairs(uri.query().unwrap_or_default().as_bytes());
    for (name, value) in own.clone() {
        form::check(name).and(form::check(value)).map_err(|_| ConfigError::MalformedQuery(which))?;
    }
    while let Some(reserved) = next_reserved() {
        for (name, _) in own.clone() {
            if form::stands_for(name, reserved) {
                return Err(ConfigError::ReservedParameter(which, reserved));
            }
        }
    }
    Ok(())
}
