//! The authorization server: its endpoints and its issuer, as one value.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::config::dialect::Dialect;
use crate::config::error::ConfigError;
use crate::config::parameters::ParameterError;
use crate::config::uri::{IntoUri, Uri, UriError};
use crate::encoding::form::{self, Malformed};
use crate::encoding::grammar::{RESERVED_NAMES, is_read_alike, reads_as};
use crate::limits::MAX_PARAMETERS;

/// An authorization server.
///
/// ```
/// use authcode::{IssParameter, Server};
///
/// let server = Server::new(
///     "https://login.example/authorize",
///     "https://login.example/oauth/token",
/// )?
///     .with_issuer("https://login.example/", IssParameter::Optional)?;
/// # Ok::<(), authcode::ConfigError>(())
/// ```
///
/// Endpoints and issuer are one value that cannot be taken apart, and every state carries it: a code is only sent to the
/// token endpoint of the server that issued it. That prevents mix-up attacks (RFC 9700 §4.4).
///
/// All URLs must be `https`. An endpoint may have a query of at most [`MAX_PARAMETERS`] parameters, which is kept
/// (RFC 6749 §3.1), but not one with parameters of the protocol.
///
/// If the server publishes metadata, [`Discovery`](crate::Discovery) makes a `Server` from the issuer alone. For well-known
/// servers, see [`providers`](crate::providers).
///
/// # Plain http
///
/// On loopback, for tests and development, use [`danger_loopback_http`](Self::danger_loopback_http). On one other host,
/// such as a service in a compose network, use [`danger_plain_http`](Self::danger_plain_http).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Server {
    authorization_endpoint: Uri,
    token_endpoint: Uri,
    issuer: Option<Issuer>,
    /// `None` is the standard one, which most servers speak.
    dialect: Option<Box<Dialect>>,
    plain_http: PlainHttp,
    /// `None` if there are none, so that a server without them is not larger.
    optional: Option<Box<OptionalEndpoints>>,
}

/// The endpoints that a login can do without, and how they are used.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct OptionalEndpoints {
    refresh: Option<Uri>,
    regional_token: Vec<Uri>,
    former_token: Vec<Uri>,
    pushed_request: Option<Uri>,
    requires_pushed_requests: bool,
    repeats_scope: bool,
    revocation: Option<Uri>,
    end_session: Option<Uri>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Issuer {
    /// As given: `iss` and the metadata are compared byte for byte (RFC 8414 §3.3, RFC 9207 §2.4).
    text: Box<str>,
    iss: IssParameter,
    is_discovered: bool,
}

/// Whether the server must send the `iss` parameter in an authorization response (RFC 9207).
///
/// If `iss` is present, it is always compared with the issuer.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum IssParameter {
    /// It may be absent: the server is not known to send it.
    Optional,
    /// An authorization response without it is refused: the server's metadata has
    /// `authorization_response_iss_parameter_supported`.
    Required,
}

/// Where plain http is allowed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum PlainHttp {
    Nowhere,
    Loopback,
    /// On loopback and on this host.
    Host(Box<str>),
}

impl PlainHttp {
    /// RFC 6749 §3.1.2.1 and §3.2 require TLS.
    pub(crate) fn check(&self, uri: &Uri, which: &'static str) -> Result<(), ConfigError> {
        let is_allowed = match (uri.scheme(), self) {
            ("https", _) => true,
            ("http", Self::Loopback) => uri.is_loopback(),
            ("http", Self::Host(host)) => uri.is_loopback() || uri.host() == &**host,
            _ => false,
        };
        if is_allowed { Ok(()) } else { Err(ConfigError::Insecure(which)) }
    }

    /// The URI of an issuer: no query (RFC 8414 §2).
    pub(crate) fn check_issuer(&self, issuer: Result<Uri, UriError>) -> Result<Uri, ConfigError> {
        let issuer = issuer.map_err(ConfigError::Issuer)?;
        if issuer.query().is_some() {
            return Err(ConfigError::Issuer(UriError::Query));
        }
        self.check(&issuer, "issuer")?;
        Ok(issuer)
    }
}

static STANDARD: Dialect = Dialect::STANDARD;

impl Server {
    /// Makes a server from its authorization endpoint and its token endpoint, both `https`.
    ///
    /// # Errors
    /// [`ConfigError`] says which endpoint is not accepted, and why.
    pub fn new(authorization_endpoint: impl IntoUri, token_endpoint: impl IntoUri) -> Result<Self, ConfigError> {
        Self::checked(Uri::given(&authorization_endpoint), Uri::given(&token_endpoint), PlainHttp::Nowhere)
    }

    /// Makes a server whose URLs may be plain `http` on `127.0.0.1`, `[::1]` or `localhost`, for tests and development.
    /// Other programs on the machine may listen in.
    ///
    /// All of the server's URLs have the same scheme: with `http` endpoints, the issuer must be `http`, too.
    ///
    /// # Errors
    /// As [`new`](Self::new). [`ConfigError::MixedSchemes`] if one endpoint is `https` and the other one `http`.
    pub fn danger_loopback_http(
        authorization_endpoint: impl IntoUri,
        token_endpoint: impl IntoUri,
    ) -> Result<Self, ConfigError> {
        Self::checked(Uri::given(&authorization_endpoint), Uri::given(&token_endpoint), PlainHttp::Loopback)
    }

    /// Makes a server whose URLs are plain `http` on one host of any kind, such as `http://keycloak:8080` in a compose
    /// network or a service behind the proxy of a mesh. That host is the one in `token_endpoint`; the authorization endpoint
    /// and the issuer are on the same host or on loopback, where a developer's browser may reach the same server.
    ///
    /// Everybody on the network path can read the codes, the tokens and the client secret, and can answer in the server's
    /// place. Use it only if the network itself is encrypted or nobody else is on it.
    ///
    /// ```
    /// # use authcode::{ConfigError, Server};
    /// let [authorize, token] = ["http://keycloak:8080/auth", "http://keycloak:8080/token"];
    /// let server = Server::danger_plain_http(authorize, token)?;
    /// // No other host, and no `https` issuer for endpoints that anybody may impersonate.
    /// let error = Server::danger_plain_http(authorize, "http://10.0.0.7/token").unwrap_err();
    /// assert_eq!(error, ConfigError::Insecure("authorization endpoint"));
    /// # Ok::<(), ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new). [`ConfigError::Insecure`] for `http` on a second host, and [`ConfigError::MixedSchemes`] if
    /// one endpoint is `https` and the other one `http`.
    pub fn danger_plain_http(
        authorization_endpoint: impl IntoUri,
        token_endpoint: impl IntoUri,
    ) -> Result<Self, ConfigError> {
        let token_endpoint = Uri::given(&token_endpoint);
        let host = token_endpoint.as_ref().map_or("", Uri::host).into();
        Self::checked(Uri::given(&authorization_endpoint), token_endpoint, PlainHttp::Host(host))
    }

    pub(crate) fn checked(
        authorization_endpoint: Result<Uri, UriError>,
        token_endpoint: Result<Uri, UriError>,
        plain_http: PlainHttp,
    ) -> Result<Self, ConfigError> {
        let authorization_endpoint = endpoint(authorization_endpoint).map_err(ConfigError::AuthorizationEndpoint)?;
        let token_endpoint = endpoint(token_endpoint).map_err(ConfigError::TokenEndpoint)?;
        let server =
            Self { authorization_endpoint, token_endpoint, issuer: None, dialect: None, plain_http, optional: None };
        server.plain_http.check(&server.authorization_endpoint, "authorization endpoint")?;
        server.plain_http.check(&server.token_endpoint, "token endpoint")?;
        server.check_scheme(&server.authorization_endpoint, "authorization endpoint")?;
        check_query(&server.authorization_endpoint, "authorization endpoint", &mut RESERVED_NAMES.into_iter())?;
        check_query(&server.token_endpoint, "token endpoint", &mut RESERVED_NAMES.into_iter())?;
        Ok(server)
    }

    /// Adds the issuer identifier (RFC 8414 §2), exactly as the server's metadata has it: a `/` at the end counts, and so
    /// does each capital letter. It is kept and compared as given.
    ///
    /// Without an issuer, `iss` in an authorization response is ignored. Add it if your program knows more than one server
    /// (RFC 9207).
    ///
    /// # Errors
    /// [`ConfigError::Issuer`] if it is not a URI without a query. [`ConfigError::Insecure`] if it is neither `https` nor
    /// `http` on a host that this server's constructor allows. [`ConfigError::MixedSchemes`] if the endpoints have the
    /// other scheme.
    pub fn with_issuer(mut self, issuer: impl IntoUri, iss: IssParameter) -> Result<Self, ConfigError> {
        let uri = self.plain_http.check_issuer(Uri::given(&issuer))?;
        self.check_scheme(&uri, "issuer")?;
        self.issuer = Some(Issuer { text: issuer.text().into(), iss, is_discovered: false });
        Ok(self)
    }

    /// Adds an issuer whose own metadata names it.
    pub(crate) fn with_discovered_issuer(
        mut self,
        text: Box<str>,
        uri: &Uri,
        iss: IssParameter,
        is_discovered: bool,
    ) -> Result<Self, ConfigError> {
        self.check_scheme(uri, "issuer")?;
        self.issuer = Some(Issuer { text, iss, is_discovered });
        Ok(self)
    }

    /// Adds the endpoint to which refresh tokens are sent, if it is not the [token endpoint](Self::token_endpoint). If the
    /// authorization response chose a [region](Self::with_regional_token_endpoint), that region's endpoint is used instead.
    ///
    /// # Errors
    /// [`ConfigError`] says why it is not accepted.
    pub fn with_refresh_endpoint(mut self, endpoint: impl IntoUri) -> Result<Self, ConfigError> {
        let endpoint = self::endpoint(Uri::given(&endpoint)).map_err(ConfigError::RefreshEndpoint)?;
        self.check_token_endpoint(&endpoint, "refresh endpoint")?;
        self.optional_mut().refresh = Some(endpoint);
        Ok(self)
    }

    /// Adds a token endpoint of another region of the same server, for a server that states the region of a code in the
    /// authorization response. [`CodeReceived::set_token_endpoint`](crate::CodeReceived::set_token_endpoint) selects one of
    /// the endpoints that are added here, and no other: an authorization response must not decide where a code is sent.
    ///
    /// # Errors
    /// [`ConfigError`] says why it is not accepted.
    pub fn with_regional_token_endpoint(mut self, endpoint: impl IntoUri) -> Result<Self, ConfigError> {
        let endpoint = self::endpoint(Uri::given(&endpoint)).map_err(ConfigError::TokenEndpoint)?;
        self.check_token_endpoint(&endpoint, "token endpoint")?;
        self.optional_mut().regional_token.push(endpoint);
        Ok(self)
    }

    /// Adds a URL to which an earlier version of this configuration sent refresh tokens. May be called repeatedly.
    ///
    /// A stored token resumes only if its refresh token is sent to the same URL as before, so that a changed configuration
    /// does not send it to somebody else. If the server has moved its token endpoint, name the former URL here and your
    /// users stay logged in. Nothing is ever sent to it.
    ///
    /// ```
    /// # use authcode::{ConfigError, Server};
    /// let authorize = "https://login.example/authorize";
    /// let server = Server::new(authorize, "https://login.example/2026-09/token")?
    ///     .with_former_token_endpoint("https://login.example/2026-03/token")?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::FormerTokenEndpoint`], [`ConfigError::Insecure`] or [`ConfigError::MixedSchemes`]: the same URLs are
    /// accepted as for a token endpoint.
    pub fn with_former_token_endpoint(mut self, endpoint: impl IntoUri) -> Result<Self, ConfigError> {
        let endpoint = Uri::given(&endpoint).map_err(ConfigError::FormerTokenEndpoint)?;
        self.check_url(&endpoint, "former token endpoint")?;
        self.optional_mut().former_token.push(endpoint);
        Ok(self)
    }

    /// Adds the endpoint for pushed authorization requests (RFC 9126 §5). With it,
    /// [`Unstarted::start_pushed`](crate::Unstarted::start_pushed) is possible; [`start`](crate::Unstarted::start) stays so,
    /// unless pushed requests are [required](Self::require_pushed_requests).
    ///
    /// ```
    /// # use authcode::{ConfigError, Server};
    /// let server = Server::new("https://login.example/authorize", "https://login.example/token")?
    ///     .with_pushed_request_endpoint("https://login.example/par")?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError`] says why it is not accepted: the same URLs are accepted as for a token endpoint.
    pub fn with_pushed_request_endpoint(mut self, endpoint: impl IntoUri) -> Result<Self, ConfigError> {
        let endpoint =
            self::endpoint(Uri::given(&endpoint)).map_err(|error| ConfigError::Endpoint(PUSHED_REQUEST, error))?;
        self.check_pushed_request_endpoint(&endpoint)?;
        self.optional_mut().pushed_request = Some(endpoint);
        Ok(self)
    }

    /// Refuses a login that is not pushed, as the metadata `require_pushed_authorization_requests` says (RFC 9126 §5): an
    /// authorization request that goes through the browser can be read and changed there.
    /// [`Client::require_pushed_requests`](crate::Client::require_pushed_requests) is for one client of the server.
    pub fn require_pushed_requests(mut self) -> Self {
        self.optional_mut().requires_pushed_requests = true;
        self
    }

    /// Repeats `response_type` and `scope` beside the `request_uri` of a pushed request, for a server that insists on
    /// OpenID Connect Core §6.2. Without it, the URL has `client_id` and `request_uri` alone, as RFC 9126 §4 has it; FAPI 2.0
    /// allows no others.
    pub fn repeat_scope_beside_request_uri(mut self) -> Self {
        self.optional_mut().repeats_scope = true;
        self
    }

    /// Adds the endpoint at which tokens are revoked (RFC 7009): see [`Revocation`](crate::Revocation).
    ///
    /// # Errors
    /// [`ConfigError`] says why it is not accepted: the same URLs are accepted as for a token endpoint.
    pub fn with_revocation_endpoint(mut self, endpoint: impl IntoUri) -> Result<Self, ConfigError> {
        let endpoint =
            self::endpoint(Uri::given(&endpoint)).map_err(|error| ConfigError::Endpoint(REVOCATION, error))?;
        self.check_revocation_endpoint(&endpoint)?;
        self.optional_mut().revocation = Some(endpoint);
        Ok(self)
    }

    /// Adds the endpoint at which the user's browser logs out (OpenID Connect RP-Initiated Logout 1.0 §2.1): see
    /// [`Logout`](crate::Logout).
    ///
    /// # Errors
    /// [`ConfigError::Endpoint`], [`ConfigError::Insecure`] or [`ConfigError::MixedSchemes`];
    /// [`ConfigError::ReservedParameter`] if its query has a parameter of a logout.
    pub fn with_end_session_endpoint(mut self, endpoint: impl IntoUri) -> Result<Self, ConfigError> {
        let endpoint =
            self::endpoint(Uri::given(&endpoint)).map_err(|error| ConfigError::Endpoint(END_SESSION, error))?;
        self.check_url(&endpoint, END_SESSION)?;
        check_query(&endpoint, END_SESSION, &mut LOGOUT_NAMES.into_iter())?;
        self.optional_mut().end_session = Some(endpoint);
        Ok(self)
    }

    fn optional_mut(&mut self) -> &mut OptionalEndpoints {
        self.optional.get_or_insert_default()
    }

    /// Sets how this server departs from the standard. The previous dialect is replaced.
    ///
    /// # Errors
    /// [`ConfigError::Dialect`] if the dialect contradicts itself or contains a name that is not allowed.
    /// [`ConfigError::ReservedParameter`] if the query of an endpoint has a parameter of a name that the dialect sends.
    pub fn with_dialect(mut self, dialect: Dialect) -> Result<Self, ConfigError> {
        dialect.check()?;
        check_query(
            &self.authorization_endpoint,
            "authorization endpoint",
            &mut dialect.authorization_request().fixed_names(),
        )?;
        for endpoint in self.token_endpoints() {
            check_query(endpoint, "token endpoint", &mut dialect.token_request().fixed_names())?;
        }
        if let Some(endpoint) = self.own_refresh_endpoint() {
            check_query(endpoint, "refresh endpoint", &mut dialect.token_request().fixed_names())?;
        }
        self.dialect = (dialect != STANDARD).then(|| Box::new(dialect));
        if let Some(endpoint) = self.pushed_request_endpoint() {
            self.check_pushed_request_endpoint(endpoint)?;
        }
        if let Some(endpoint) = self.revocation_endpoint() {
            self.check_revocation_endpoint(endpoint)?;
        }
        Ok(self)
    }

    /// A pushed request has the parameters of an authorization request, and the client authentication of a token request.
    fn check_pushed_request_endpoint(&self, uri: &Uri) -> Result<(), ConfigError> {
        self.check_token_endpoint(uri, PUSHED_REQUEST)?;
        check_query(uri, PUSHED_REQUEST, &mut self.dialect().authorization_request().fixed_names())
    }

    fn check_revocation_endpoint(&self, uri: &Uri) -> Result<(), ConfigError> {
        self.check_token_endpoint(uri, REVOCATION)?;
        check_query(uri, REVOCATION, &mut ["token", "token_type_hint"].into_iter())
    }

    fn check_token_endpoint(&self, uri: &Uri, which: &'static str) -> Result<(), ConfigError> {
        self.check_url(uri, which)?;
        check_query(uri, which, &mut RESERVED_NAMES.into_iter())?;
        check_query(uri, which, &mut self.dialect().token_request().fixed_names())
    }

    fn check_url(&self, uri: &Uri, which: &'static str) -> Result<(), ConfigError> {
        self.plain_http.check(uri, which)?;
        self.check_scheme(uri, which)
    }

    /// Everything of one server has the same scheme as its token endpoint.
    fn check_scheme(&self, uri: &Uri, which: &'static str) -> Result<(), ConfigError> {
        let is_same = uri.scheme() == self.token_endpoint.scheme();
        if is_same { Ok(()) } else { Err(ConfigError::MixedSchemes(which)) }
    }

    /// The endpoint that the user's browser opens.
    pub const fn authorization_endpoint(&self) -> &Uri {
        &self.authorization_endpoint
    }

    /// The endpoint to which codes are sent, and refresh tokens unless there is a
    /// [refresh endpoint](Self::refresh_endpoint).
    pub const fn token_endpoint(&self) -> &Uri {
        &self.token_endpoint
    }

    /// The endpoint to which refresh tokens are sent: the [token endpoint](Self::token_endpoint), unless another one was
    /// added.
    pub fn refresh_endpoint(&self) -> &Uri {
        self.own_refresh_endpoint().unwrap_or(&self.token_endpoint)
    }

    /// The endpoint for pushed authorization requests, if there is one.
    pub fn pushed_request_endpoint(&self) -> Option<&Uri> {
        self.optional.as_ref()?.pushed_request.as_ref()
    }

    /// Whether each login must be pushed.
    pub fn requires_pushed_requests(&self) -> bool {
        self.optional.as_ref().is_some_and(|optional| optional.requires_pushed_requests)
    }

    pub(crate) fn repeats_scope(&self) -> bool {
        self.optional.as_ref().is_some_and(|optional| optional.repeats_scope)
    }

    /// The endpoint at which tokens are revoked, if there is one.
    pub fn revocation_endpoint(&self) -> Option<&Uri> {
        self.optional.as_ref()?.revocation.as_ref()
    }

    /// The endpoint at which the user's browser logs out, if there is one.
    pub fn end_session_endpoint(&self) -> Option<&Uri> {
        self.optional.as_ref()?.end_session.as_ref()
    }

    fn own_refresh_endpoint(&self) -> Option<&Uri> {
        self.optional.as_ref()?.refresh.as_ref()
    }

    /// All endpoints that a code may be sent to.
    pub(crate) fn token_endpoints(&self) -> impl Iterator<Item = &Uri> {
        self.optional.as_ref().map_or(&[][..], |optional| &optional.regional_token).iter().chain([&self.token_endpoint])
    }

    /// The URLs to which earlier versions of this configuration sent refresh tokens.
    pub(crate) fn former_token_endpoints(&self) -> &[Uri] {
        self.optional.as_ref().map_or(&[], |optional| &optional.former_token)
    }

    /// The issuer as it was given, if it is known.
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_ref().map(|issuer| &*issuer.text)
    }

    /// Whether the issuer was found in metadata at the issuer's own well-known place.
    pub(crate) fn issuer_is_discovered(&self) -> bool {
        self.issuer.as_ref().is_some_and(|issuer| issuer.is_discovered)
    }

    /// Whether the server must send `iss` in an authorization response, if its issuer is known.
    pub fn iss_parameter(&self) -> Option<IssParameter> {
        self.issuer.as_ref().map(|issuer| issuer.iss)
    }

    /// How this server departs from the standard.
    pub const fn dialect(&self) -> &Dialect {
        match &self.dialect {
            Some(dialect) => dialect,
            None => &STANDARD,
        }
    }

    /// Errors if an authorization request already has a parameter that servers may read as this one.
    pub(crate) fn check_authorization_param(&self, name: &str) -> Result<(), ParameterError> {
        self.dialect().authorization_request().check_name(name)?;
        check_not_in_query(&self.authorization_endpoint, name)?;
        self.pushed_request_endpoint().map_or(Ok(()), |endpoint| check_not_in_query(endpoint, name))
    }

    /// Errors if a token request already has a parameter that servers may read as this one.
    pub(crate) fn check_token_param(&self, name: &str) -> Result<(), ParameterError> {
        self.dialect().token_request().check_name(name)?;
        let mut endpoints = self.token_endpoints().chain(self.own_refresh_endpoint());
        endpoints.try_for_each(|endpoint| check_not_in_query(endpoint, name))
    }
}

/// The URI of an endpoint, whose parameters are each compared with those of a request.
fn endpoint(uri: Result<Uri, UriError>) -> Result<Uri, UriError> {
    let uri = uri?;
    let params = form::pairs(uri.query().unwrap_or_default().as_bytes()).count();
    if params > MAX_PARAMETERS { Err(UriError::TooLong) } else { Ok(uri) }
}

/// The names of the optional endpoints in errors.
pub(crate) const PUSHED_REQUEST: &str = "pushed authorization request endpoint";
pub(crate) const REVOCATION: &str = "revocation endpoint";
pub(crate) const END_SESSION: &str = "end-session endpoint";

/// The parameters of a logout (OpenID Connect RP-Initiated Logout 1.0 §2).
const LOGOUT_NAMES: [&str; 6] =
    ["client_id", "id_token_hint", "logout_hint", "post_logout_redirect_uri", "state", "ui_locales"];

/// The query of a configured URI must be readable, and must not have a parameter that the protocol sends: of two with the
/// same name, servers differ in which one they use.
pub(crate) fn check_query(
    uri: &Uri,
    which: &'static str,
    reserved: &mut dyn Iterator<Item = &str>,
) -> Result<(), ConfigError> {
    let query = uri.query().unwrap_or_default().as_bytes();
    form::check_pairs(query).map_err(|Malformed| ConfigError::MalformedQuery(which))?;
    for reserved in reserved {
        if has_name(query, &|name| reads_as(name, reserved)) {
            return Err(ConfigError::ReservedParameter(which, reserved.into()));
        }
    }
    Ok(())
}

/// RFC 6749 §3.1: a parameter must not be sent twice, once in the endpoint's own query and once behind it.
fn check_not_in_query(endpoint: &Uri, name: &str) -> Result<(), ParameterError> {
    let query = endpoint.query().unwrap_or_default().as_bytes();
    if has_name(query, &|own| is_read_alike(own, name)) {
        Err(ParameterError::Repeated(name.to_owned()))
    } else {
        Ok(())
    }
}

/// Whether one of the names in a query is such a name.
fn has_name(query: &[u8], is_such: &dyn Fn(&str) -> bool) -> bool {
    // Decoded into the same memory: a stored login may have as many parameters as the query.
    let mut decoded = Vec::new();
    form::pairs(query).any(|(name, _)| form::decode_into(name, &mut decoded).is_ok_and(is_such))
}
