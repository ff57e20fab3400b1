//! Discovery: from an issuer alone to a [`Server`] (RFC 8414, OpenID Connect Discovery 1.0).

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::response::fault::Fault;
use core::time::Duration;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::config::error::ConfigError;
use crate::config::server::{IssParameter, Server, check_secure};
use crate::config::uri::Uri;
use crate::config::uri::UriError;
use crate::encoding::json;
use crate::flow::Rejected;
use crate::http::{HttpRequest, HttpResponse};

/// A search for the metadata of a server: a step of its own before a login.
///
/// **Holds** the issuer, and the places where its metadata may be: `/.well-known/oauth-authorization-server` and
/// `/.well-known/openid-configuration` in front of the issuer's path (RFC 8414 §3), then
/// `/.well-known/openid-configuration` behind it (OpenID Connect Discovery 1.0 §4).
///
/// **Can** give the [`request`](Self::request) for the first of them, and take the answer by
/// [`receive_metadata`](Self::receive_metadata).
///
/// **Refused**: where there is no metadata, the search comes back and asks at the next place; where the server cannot
/// answer now, at the same one. Whatever has an issuer in it and is bad ends the search: another place must not hide it.
///
/// **Stored**: no, it is made again from the issuer at no cost. Keep the [`Server`] for as long as the HTTP headers
/// of the answer allow.
///
/// **Next** is a [`Server`], by [`Metadata`].
///
/// ```
/// # use authcode::{ConfigError, Discovery, DiscoveryError, HttpRequest, HttpResponse, Server};
/// # fn example(send: impl Fn(HttpRequest) -> HttpResponse) -> Result<Server, Box<dyn core::error::Error>> {
/// let mut discovery = Discovery::new("https://login.example/tenant")?;
/// let metadata = loop {
///     let response = send(discovery.request());
///     discovery = match discovery.receive_metadata(response) {
///         Ok(metadata) => break metadata,
///         Err(refused) if refused.error().is_retryable() => return Err(refused.into()), // or wait, and ask again
///         Err(refused) => refused.recover()?, // not here: ask at the next place
///     };
/// };
/// let server = metadata.into_server();
/// # Ok(server) }
/// ```
///
/// The metadata is the word of whoever answers at the issuer's host. What it says is checked, and is never more
/// trusted than the issuer: see [`receive_metadata`](Self::receive_metadata). An issuer that comes from a stranger can
/// lead your program to any host on the net: ask your user, or keep a list.
#[derive(Clone, Debug)]
#[must_use = "it does nothing until its request is sent"]
pub struct Discovery(Box<Search>);

#[derive(Clone, Debug)]
struct Search {
    issuer: Uri,
    /// The next one is the last.
    places: Vec<String>,
    allows_loopback_http: bool,
    same_origin: bool,
    advertised_s256: bool,
}

impl Discovery {
    /// Looks for the metadata of `issuer`: the `https` URI that the server calls itself, byte for byte, with a `/`
    /// at the end if it has one there. (`url::Url` writes one behind a bare host, which is another issuer.)
    ///
    /// # Errors
    /// [`ConfigError::Issuer`] or [`ConfigError::Insecure`], if it is not an `https` URI without a query.
    pub fn new<I>(issuer: I) -> Result<Self, ConfigError>
    where
        I: TryInto<Uri>,
        UriError: From<I::Error>,
    {
        Self::checked(issuer, false)
    }

    /// As [`new`](Self::new), but issuer and endpoints may be `http` on `127.0.0.1`, `[::1]` or `localhost`: for tests
    /// and development.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn danger_loopback_http<I>(issuer: I) -> Result<Self, ConfigError>
    where
        I: TryInto<Uri>,
        UriError: From<I::Error>,
    {
        Self::checked(issuer, true)
    }

    fn checked<I>(issuer: I, allows_loopback_http: bool) -> Result<Self, ConfigError>
    where
        I: TryInto<Uri>,
        UriError: From<I::Error>,
    {
        let issuer = Server::check_issuer(issuer, allows_loopback_http)?;
        let places = well_known(&issuer);
        let search = Search { issuer, places, allows_loopback_http, same_origin: false, advertised_s256: true };
        Ok(Self(Box::new(search)))
    }

    /// Asks at this URL and nowhere else, where a server keeps its metadata in a place of its own. The issuer in it
    /// must still be the one that was asked for; but that host is then trusted as the issuer's own is.
    ///
    /// # Errors
    /// [`ConfigError::MetadataUrl`] or [`ConfigError::Insecure`], if it is not an `https` URL.
    pub fn at<U>(mut self, url: U) -> Result<Self, ConfigError>
    where
        U: TryInto<Uri>,
        UriError: From<U::Error>,
    {
        let url = url.try_into().map_err(|error| ConfigError::MetadataUrl(error.into()))?;
        check_secure(&url, "metadata url", self.0.allows_loopback_http)?;
        self.0.places = vec![url.as_str().to_string()];
        Ok(self)
    }

    /// Refuses endpoints that are not at the issuer's own scheme, host and port. Many honest servers have them
    /// elsewhere; if yours has not, this stops metadata that names an endpoint of somebody else.
    pub fn require_same_origin(mut self) -> Self {
        self.0.same_origin = true;
        self
    }

    /// Accepts metadata that says nothing of PKCE. By RFC 8414 §2 such a server does not do it, and a login there is
    /// not protected by it; but some servers do it and do not say so. Metadata that says it does other methods than
    /// `S256` alone is refused all the same.
    pub fn accept_unadvertised_s256(mut self) -> Self {
        self.0.advertised_s256 = false;
        self
    }

    /// Goes on to the next place without an answer of the present one, if there is one: where a server fails at a place
    /// that it does not know.
    pub fn next_place(mut self) -> Option<Self> {
        self.0.places.pop();
        (!self.0.places.is_empty()).then_some(self)
    }

    /// The request for the metadata, at the place that is next: a `GET`. It is the same at each call.
    pub fn request(&self) -> HttpRequest {
        HttpRequest::get(self.0.places.last().map_or("", |place| place))
    }

    /// Takes the answer to the [`request`](Self::request), whatever its status is.
    ///
    /// Checked in this order: status; size; JSON, with issuer and both endpoints in it, each once; that the `issuer` is
    /// the one that was asked for, byte for byte (RFC 8414 §3.3); that the endpoints are `https`, without parameters
    /// of the protocol, and not at an address in place of a name, unless it is the issuer's own; the code flow; PKCE
    /// with `S256`. If the server says that it sends `iss`, a redirect without it will be refused
    /// (RFC 9207 §2.4).
    ///
    /// The media type is not looked at, as for a token. `signed_metadata` is not read (RFC 8414 §2.1 leaves that
    /// to the client).
    ///
    /// # Errors
    /// [`DiscoveryError`] says what was wrong, and [`Rejected::recover`] whether to ask again: at the next place, or,
    /// if the error [is retryable](DiscoveryError::is_retryable), at the same one.
    pub fn receive_metadata(mut self, response: HttpResponse) -> Result<Metadata, Rejected<Self, DiscoveryError>> {
        let error = match self.0.read(&response) {
            Ok(server) => return Ok(Metadata { server, document: response.body.text().into() }),
            Err(error) => error,
        };
        if error.is_no_metadata() {
            self.0.places.pop();
        }
        let goes_on = (error.is_no_metadata() || error.is_retryable()) && !self.0.places.is_empty();
        Err(if goes_on { Rejected::alive(self, error) } else { Rejected::ended(error) })
    }
}

impl Search {
    fn read(&self, response: &HttpResponse) -> Result<Server, DiscoveryError> {
        let status = response.status;
        match status {
            200 => {}
            300..=399 => return Err(DiscoveryError::Redirected { status }),
            429 | 500 | 502..=504 => {
                return Err(DiscoveryError::Unavailable { status, retry_after: response.retry_after });
            }
            _ => return Err(DiscoveryError::UnexpectedStatus { status }),
        }
        if response.is_too_long() {
            return Err(DiscoveryError::TooLong);
        }
        let text = core::str::from_utf8(&response.body).map_err(|_| DiscoveryError::NotMetadata)?;
        let text = json::without_byte_order_mark(text);
        if !json::is_json(text) || json::find(text, "issuer").is_ok_and(|issuer| issuer.is_none()) {
            return Err(DiscoveryError::NotMetadata);
        }
        self.judge(serde_json::from_str(text).map_err(|_| DiscoveryError::Malformed)?)
    }

    fn judge(&self, document: Document) -> Result<Server, DiscoveryError> {
        if document.issuer != self.issuer.as_str() {
            return Err(DiscoveryError::IssuerMismatch);
        }
        let server = Server::checked(
            self.endpoint(&document.authorization_endpoint).map_err(ConfigError::AuthorizationEndpoint)?,
            self.endpoint(&document.token_endpoint).map_err(ConfigError::TokenEndpoint)?,
            self.allows_loopback_http,
        )?;
        for (endpoint, which) in
            [(&server.authorization_endpoint, "authorization endpoint"), (&server.token_endpoint, "token endpoint")]
        {
            self.check_place_of(endpoint, which)?;
        }
        let offers =
            |list: &Option<Vec<String>>, word| list.as_ref().is_none_or(|list| list.iter().any(|is| is == word));
        if !offers(&document.response_types_supported, "code")
            || !offers(&document.grant_types_supported, "authorization_code")
        {
            return Err(DiscoveryError::NoCodeFlow);
        }
        match document.code_challenge_methods_supported {
            Some(methods) if methods.iter().any(|method| method == "S256") => {}
            None if !self.advertised_s256 => {}
            _ => return Err(DiscoveryError::NoS256),
        }
        let iss = match document.authorization_response_iss_parameter_supported {
            Some(true) => IssParameter::Required,
            _ => IssParameter::Optional,
        };
        Ok(server.with_issuer(self.issuer.clone(), iss)?)
    }

    /// Beside an issuer with an internationalised host, which has come from `url::Url`, an endpoint may have the same.
    fn endpoint(&self, text: &str) -> Result<Uri, UriError> {
        Uri::parse(text).or_else(|error| {
            let beside = Uri::parse_any_host(text)?;
            if beside.host() == self.issuer.host() { Ok(beside) } else { Err(error) }
        })
    }

    /// An address in place of a name leads into somebody's own network, where a stranger's metadata must not send us.
    fn check_place_of(&self, endpoint: &Uri, which: &'static str) -> Result<(), DiscoveryError> {
        let is_own_machine = endpoint.is_loopback() && self.issuer.is_loopback();
        if endpoint.has_address() && endpoint.host() != self.issuer.host() && !is_own_machine {
            return Err(DiscoveryError::Address(which));
        }
        if self.same_origin && !endpoint.has_origin_of(&self.issuer) {
            return Err(DiscoveryError::OtherOrigin(which));
        }
        Ok(())
    }
}

/// The places in reverse order. Without a path, the two forms of OpenID Connect are the same.
fn well_known(issuer: &Uri) -> Vec<String> {
    let origin = issuer.origin();
    let path = issuer.path().strip_suffix('/').unwrap_or(issuer.path());
    let mut places = vec![
        format!("{origin}{path}/.well-known/openid-configuration"),
        format!("{origin}/.well-known/openid-configuration{path}"),
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
    ];
    places.dedup();
    places
}

/// What is read of the metadata. A member twice, or of another type, makes it malformed.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    response_types_supported: Option<Vec<String>>,
    grant_types_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    authorization_response_iss_parameter_supported: Option<bool>,
}

/// The metadata of a server, checked.
#[must_use = "it holds the server"]
pub struct Metadata {
    server: Server,
    document: String,
}

impl Metadata {
    /// The server, to make a [`Client`](crate::Client) of. A [`Dialect`](crate::Dialect) can still be added to it.
    pub const fn server(&self) -> &Server {
        &self.server
    }

    /// The server, to make a [`Client`](crate::Client) of.
    pub fn into_server(self) -> Server {
        self.server
    }

    /// A member by its name, such as `userinfo_endpoint`, `scopes_supported` or
    /// `token_endpoint_auth_methods_supported` (where that is absent, it means `client_secret_basic`, RFC 8414 §2).
    /// `None` if it is not there once, or is not of this type.
    ///
    /// It is not checked. Look at a URL as at any that comes from outside before you use it.
    pub fn member<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        json::member(&self.document, name)
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metadata").field("server", &self.server).finish_non_exhaustive()
    }
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

crate::names::names! {
    DiscoveryError: UnexpectedStatus Redirected NotMetadata Malformed TooLong Unavailable IssuerMismatch Endpoint Address OtherOrigin NoCodeFlow NoS256;
}
