//! Discovery: from an issuer to a [`Server`] (RFC 8414, OpenID Connect Discovery 1.0).

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use crate::config::error::ConfigError;
use crate::config::server::{IssParameter, PlainHttp, Server};
use crate::config::uri::{IntoUri, Uri, UriError};
use crate::encoding::json;
use crate::encoding::time::UnixTime;
use crate::flow::{Exchange, Rejected, Resend, policy};
use crate::http::{HttpRequest, HttpResponse};
use crate::limits::MAX_ATTEMPTS;
use crate::response::next_step::{NextStep, Sealed};
use crate::setup::discovery_error::{Claimed, DiscoveryError, DiscoveryErrorKind, Failure};
use crate::setup::metadata::{Document, Metadata};

/// A search for the metadata of an authorization server, which gives a [`Server`].
///
/// Send the [`request`](Self::request) and pass the response to [`receive_response`](Self::receive_response), until there
/// is [`Metadata`]. If the issuer is all that you know, this is the way to a [`Client`](crate::Client).
///
/// ```
/// # use authcode::{Discovery, HttpRequest, HttpResponse, NextStep, Server, UnixTime};
/// # fn example(send: impl Fn(HttpRequest) -> HttpResponse, sleep: impl Fn(core::time::Duration), now: fn() -> UnixTime)
/// # -> Result<Server, Box<dyn core::error::Error>> {
/// let mut discovery = Discovery::new("https://login.example/tenant")?;
/// let metadata = loop {
///     let response = send(discovery.request());
///     discovery = match discovery.receive_response(response, now()) {
///         Ok(metadata) => break metadata,
///         Err(rejected) => {
///             if let NextStep::Retry { after } = rejected.error().next_step() {
///                 sleep(after); // zero if there is another place to ask
///             }
///             rejected.recover()?
///         }
///     };
/// };
/// let server = metadata.into_server();
/// # Ok(server) }
/// ```
///
/// # Where metadata is looked for
///
/// At `/.well-known/oauth-authorization-server` and `/.well-known/openid-configuration` in front of the issuer's path
/// (RFC 8414 §3), then at `/.well-known/openid-configuration` behind it (OpenID Connect Discovery 1.0 §4). If you know
/// another place, see [`at`](Self::at); if you do not know the issuer, see [`from_metadata_url`](Self::from_metadata_url).
///
/// # What can go wrong
///
/// | the response | [`next_step`](DiscoveryError::next_step) |
/// |---|---|
/// | no metadata (404, a redirect, a page), at one of the places above | `Retry` without a pause: the next request is for the next place |
/// | 5xx, at one of the places above | the same. If no other place has metadata, `Retry` after a pause, from the first place |
/// | 408, 425 or 429; 5xx at a URL that you named | `Retry` after a pause, at the same place |
/// | no metadata at the last place, or at a URL that you named | `StartOver`: check the issuer |
/// | names an issuer but is invalid, which includes a byte anywhere in it that is not UTF-8 | `StartOver`; no other place is tried, which could hide it |
///
/// Retries with a pause end: the server may be unavailable [`MAX_ATTEMPTS`] times.
///
/// # Security
///
/// The metadata is what the operator of the issuer's host says. It is validated and never more trusted than the issuer: see
/// [`receive_response`](Self::receive_response). An issuer that comes from somebody whom you do not trust can send your
/// program to any host: ask your user, or keep a list.
///
/// It is not stored: make it again from the issuer. The result can be kept: see [`Metadata::to_json`].
#[derive(Clone, Debug)]
#[must_use = "it does nothing until its request is sent"]
pub struct Discovery(Box<Search>);

#[derive(Clone, Debug)]
struct Search {
    target: Target,
    /// The next place is the last item.
    places: Vec<String>,
    /// A place that could not answer in this round: its status, and the longest pause that was asked for.
    unavailable: Option<(u16, Option<Duration>)>,
    /// How many rounds have ended because a place could not answer.
    attempts: u8,
    plain_http: PlainHttp,
    same_origin: bool,
    advertised_s256: bool,
    either_root_slash: bool,
}

/// What is looked for.
#[derive(Clone, Debug)]
enum Target {
    /// The metadata of this issuer, at its own places or at the URL that was named.
    Issuer { text: Box<str>, uri: Uri, is_place_named: bool },
    /// The metadata at this URL, whose issuer is not known before.
    Url { url: Uri, accepts_unconfirmed: bool },
}

impl Discovery {
    /// Looks for the metadata of `issuer`: the `https` URI that the server calls itself, exactly as it writes it. A `/` at
    /// the end counts, and so does each capital letter. (`url::Url` adds a `/` to a URL without a path; see
    /// [`accept_root_slash_difference`](Self::accept_root_slash_difference).)
    ///
    /// # Errors
    /// [`ConfigError::Issuer`] or [`ConfigError::Insecure`] if it is not an `https` URI without a query.
    pub fn new(issuer: impl IntoUri) -> Result<Self, ConfigError> {
        Self::checked(issuer, PlainHttp::Nowhere)
    }

    /// Looks for the metadata of an issuer like [`new`](Self::new). Issuer and endpoints may be `http` on `127.0.0.1`,
    /// `[::1]` or `localhost`: for tests and development.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn danger_loopback_http(issuer: impl IntoUri) -> Result<Self, ConfigError> {
        Self::checked(issuer, PlainHttp::Loopback)
    }

    /// Looks for the metadata of an issuer like [`new`](Self::new). Issuer and endpoints may be `http` on the host of the
    /// issuer, such as `http://keycloak:8080/realms/acme` in a compose network. Everybody on the network path can answer in
    /// the server's place: see [`Server::danger_plain_http`].
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn danger_plain_http(issuer: impl IntoUri) -> Result<Self, ConfigError> {
        let host = Uri::given(&issuer).map_err(ConfigError::Issuer)?.host().into();
        Self::checked(issuer, PlainHttp::Host(host))
    }

    /// Looks for metadata at this URL, whose issuer you do not know. The URL must be one that you trust, and `https`.
    ///
    /// The issuer in that document is only a claim: the document can name an honest issuer with its honest authorization
    /// endpoint, and a token endpoint of its own, which would get your users' codes. So the claimed issuer is confirmed: the
    /// response leads to one ordinary discovery of that issuer, and the document found there is used. (Nothing has to be
    /// confirmed if the URL is one of the issuer's own places.) Until then, [`receive_response`](Self::receive_response)
    /// gives [`DiscoveryErrorKind::IssuerUnconfirmed`], whose next step is `Retry` without a pause.
    ///
    /// # Errors
    /// [`ConfigError::MetadataUrl`] or [`ConfigError::Insecure`] if it is not an `https` URL.
    pub fn from_metadata_url(url: impl IntoUri) -> Result<Self, ConfigError> {
        let url = metadata_url(&url, &PlainHttp::Nowhere)?;
        let places = vec![url.as_str().into()];
        let target = Target::Url { url, accepts_unconfirmed: false };
        Ok(Self::of(target, places, PlainHttp::Nowhere))
    }

    fn checked(issuer: impl IntoUri, plain_http: PlainHttp) -> Result<Self, ConfigError> {
        let uri = plain_http.check_issuer(Uri::given(&issuer))?;
        let places = well_known(&uri);
        let target = Target::Issuer { text: issuer.text().into(), uri, is_place_named: false };
        Ok(Self::of(target, places, plain_http))
    }

    fn of(target: Target, places: Vec<String>, plain_http: PlainHttp) -> Self {
        Self(Box::new(Search {
            target,
            places,
            unavailable: None,
            attempts: 0,
            plain_http,
            same_origin: false,
            advertised_s256: true,
            either_root_slash: false,
        }))
    }

    /// Looks for the metadata at this URL only, for a server that publishes it elsewhere. The issuer in it must still be the
    /// one that was given, so the host of the URL is trusted like the issuer's own.
    ///
    /// Stored tokens then belong to the token endpoint, as with an issuer that is written by hand, unless the URL is one of
    /// the issuer's own places: see [`Authorized::resume`](crate::Authorized::resume).
    ///
    /// # Errors
    /// [`ConfigError::MetadataUrl`] or [`ConfigError::Insecure`] if it is not an `https` URL, or an `http` one that the
    /// constructor allows. [`ConfigError::MixedSchemes`] if it is `http` and the issuer is `https`.
    pub fn at(mut self, url: impl IntoUri) -> Result<Self, ConfigError> {
        let url = metadata_url(&url, &self.0.plain_http)?;
        if matches!(&self.0.target, Target::Issuer { uri, .. } if uri.scheme() == "https") && url.scheme() != "https" {
            return Err(ConfigError::MixedSchemes("metadata url"));
        }
        self.0.places = vec![url.as_str().into()];
        match &mut self.0.target {
            Target::Issuer { is_place_named, .. } => *is_place_named = true,
            Target::Url { url: place, .. } => *place = url,
        }
        Ok(self)
    }

    /// Refuses endpoints that do not have the issuer's scheme, host and port, or leaves them out if a login can do without
    /// them. Many honest servers have endpoints on
    /// another host; if yours does not, this stops metadata that names an endpoint of somebody else.
    pub fn require_same_origin(mut self) -> Self {
        self.0.same_origin = true;
        self
    }

    /// Accepts metadata that does not mention PKCE. By RFC 8414 §2 such a server does not support PKCE, and codes are then
    /// not protected by it; but some servers support it without saying so. Metadata that lists other methods than `S256` only
    /// is still refused.
    pub fn accept_unadvertised_s256(mut self) -> Self {
        self.0.advertised_s256 = false;
        self
    }

    /// Accepts metadata whose issuer differs from the given one in the `/` at the end, if it has no path otherwise:
    /// `https://login.example` and `https://login.example/`. From then on, the issuer is what the metadata says:
    /// [`Server::issuer`] returns that, and `iss` is compared with that.
    pub fn accept_root_slash_difference(mut self) -> Self {
        self.0.either_root_slash = true;
        self
    }

    /// Uses the document at a [metadata URL](Self::from_metadata_url) although nothing confirms its issuer. Whoever controls
    /// that URL can then get the codes and tokens of your users at any issuer that the document names. Tokens belong to the
    /// endpoints in the document, not to the claimed issuer.
    ///
    /// It has no effect if the issuer is known.
    pub fn danger_accept_unconfirmed_issuer(mut self) -> Self {
        if let Target::Url { accepts_unconfirmed, .. } = &mut self.0.target {
            *accepts_unconfirmed = true;
        }
        self
    }

    /// The request for the metadata at the next place: a `GET`. It is the same at each call, and may be sent again if no
    /// response came.
    pub fn request(&self) -> HttpRequest {
        HttpRequest::get(self.0.places.last().map_or("", |place| place))
    }

    /// Takes the response to the [`request`](Self::request), with any status. `now` is the time at which it came.
    ///
    /// Checked in this order: status; size; that it is a JSON object with an `issuer`; that it is UTF-8; that the members
    /// which are read here occur once and have the right type; that the issuer is the one that was asked for, byte for byte
    /// (RFC 8414 §3.3); that the endpoints are `https`, have no parameters of the protocol, and are not at an IP address
    /// unless the issuer is; the code flow; PKCE with `S256`. If the server states that it sends `iss`, an authorization
    /// response without it will be refused (RFC 9207 §2.4).
    ///
    /// The server also gets the endpoints for pushed requests (RFC 9126), revocation (RFC 7009) and logout from the metadata,
    /// by the same checks. One of these that is not acceptable, or that occurs twice, is left out, so that it costs no login
    /// which does not need it. If the server requires pushed requests, no other login starts, with or without an endpoint for
    /// them.
    ///
    /// The media type is not checked. `signed_metadata` is not read (RFC 8414 §2.1 makes that optional).
    ///
    /// # Errors
    /// [`DiscoveryError`] says why there is no server yet, and what to do now. [`Rejected::recover`] gives the state that
    /// sends the next request, unless discovery has ended.
    pub fn receive_response(
        mut self,
        response: HttpResponse,
        now: UnixTime,
    ) -> Result<Metadata, Rejected<Self, DiscoveryError>> {
        let failure = match self.0.read(&response) {
            Ok((document, server)) => {
                let is_claimed = matches!(self.0.target, Target::Url { .. }) && !server.issuer_is_discovered();
                let can_be_kept = self.0.unavailable.is_none() && !is_claimed;
                return Ok(Metadata { server, document: document.into(), received_at: now, can_be_kept });
            }
            Err(failure) => failure,
        };
        let error = self.0.decide(failure, response.retry_after(now));
        Err(match error.next_step() {
            NextStep::StartOver => Rejected::ended(error),
            _ => Rejected::alive(self, error),
        })
    }

    /// Reads a document again that [`Metadata::to_json`] gave, and that came at `received_at`. It is validated under the
    /// issuer and the policies of this value, as if it had come just now. Nothing is sent.
    ///
    /// ```
    /// # use authcode::{Discovery, DiscoveryError, Metadata, UnixTime};
    /// # fn example(kept: &str, received_at: UnixTime) -> Result<Metadata, Box<dyn core::error::Error>> {
    /// let discovery = Discovery::new("https://login.example")?;
    /// let metadata = discovery.read_kept(kept, received_at)?;
    /// # Ok(metadata) }
    /// ```
    ///
    /// # Errors
    /// [`DiscoveryError`] if it is not acceptable: discover the server again.
    pub fn read_kept(self, document: &str, received_at: UnixTime) -> Result<Metadata, DiscoveryError> {
        match self.0.judge(document.as_bytes()) {
            Ok((document, server)) => {
                Ok(Metadata { server, document: document.into(), received_at, can_be_kept: true })
            }
            Err(failure) => Err(failure.with_next(NextStep::StartOver, None)),
        }
    }
}

impl Sealed for Discovery {}

impl Exchange for Discovery {
    type Next = Metadata;
    type Error = DiscoveryError;
    const RESEND: Resend = Resend::Freely;

    fn request(&self) -> HttpRequest {
        self.request()
    }

    fn receive_response(
        self,
        response: HttpResponse,
        now: UnixTime,
    ) -> Result<Metadata, Rejected<Self, DiscoveryError>> {
        self.receive_response(response, now)
    }
}

fn metadata_url(url: &impl IntoUri, plain_http: &PlainHttp) -> Result<Uri, ConfigError> {
    let url = Uri::given(url).map_err(ConfigError::MetadataUrl)?;
    plain_http.check(&url, "metadata url")?;
    Ok(url)
}

impl Search {
    fn read<'a>(&mut self, response: &'a HttpResponse) -> Result<(&'a str, Server), Box<Failure>> {
        let status = response.status;
        let kind = match status {
            200 if response.is_too_long() => DiscoveryErrorKind::TooLong,
            200 => return self.judge(json::without_byte_order_mark(&response.body)),
            300..=399 => DiscoveryErrorKind::Redirected,
            408 | 425 | 429 | 500..=599 => DiscoveryErrorKind::Unavailable,
            _ => DiscoveryErrorKind::UnexpectedStatus,
        };
        Err(Failure::with_status(kind, status))
    }

    /// What to do after a failure, and the state in which to do it.
    fn decide(&mut self, failure: Box<Failure>, retry_after: Option<Duration>) -> DiscoveryError {
        let is_place_named = matches!(self.target, Target::Url { .. } | Target::Issuer { is_place_named: true, .. });
        match (failure.kind, failure.status) {
            (DiscoveryErrorKind::IssuerUnconfirmed, _) => {
                // The claimed issuer's own document decides, and it is looked for like that of any issuer.
                let Some(issuer) = failure.claimed.clone() else { return failure.with_next(NextStep::StartOver, None) };
                self.places = well_known(&issuer.uri);
                self.target = Target::Issuer { text: issuer.text, uri: issuer.uri, is_place_named: false };
                failure.with_next(NextStep::Retry { after: Duration::ZERO }, None)
            }
            // A server that is overloaded must not be able to choose a poorer document at another place by that.
            (DiscoveryErrorKind::Unavailable, status)
                if is_place_named || status.is_some_and(|status| status < 500) =>
            {
                let next = self.pause(retry_after);
                failure.with_next(next, retry_after)
            }
            (DiscoveryErrorKind::Unavailable, Some(status)) => {
                let longest = self.unavailable.and_then(|(_, longest)| longest).max(retry_after);
                self.unavailable = Some((status, longest));
                self.go_on(failure, retry_after)
            }
            (kind, _) if kind.is_no_metadata() && !is_place_named => self.go_on(failure, None),
            _ => failure.with_next(NextStep::StartOver, None),
        }
    }

    /// Goes on to the next place, or, after the last one, back to the first if a place was unavailable.
    fn go_on(&mut self, failure: Box<Failure>, retry_after: Option<Duration>) -> DiscoveryError {
        self.places.pop();
        if !self.places.is_empty() {
            return failure.with_next(NextStep::Retry { after: Duration::ZERO }, retry_after);
        }
        let (Some((status, longest)), Target::Issuer { uri, .. }) = (self.unavailable.take(), &self.target) else {
            return failure.with_next(NextStep::StartOver, None);
        };
        self.places = well_known(uri);
        let failure = Failure::with_status(DiscoveryErrorKind::Unavailable, status);
        let next = self.pause(longest);
        failure.with_next(next, longest)
    }

    /// A pause before the same request, or the end.
    fn pause(&mut self, retry_after: Option<Duration>) -> NextStep {
        self.attempts = self.attempts.saturating_add(1);
        if self.attempts >= MAX_ATTEMPTS { NextStep::StartOver } else { policy::retry(retry_after, self.attempts) }
    }

    /// The text of the document, and its server.
    fn judge<'a>(&self, text: &'a [u8]) -> Result<(&'a str, Server), Box<Failure>> {
        let document = Document::read(text)?;
        let (issuer, is_confirmed) = self.issuer(&document.issuer)?;
        let server = Server::checked(
            endpoint(&document.authorization_endpoint, &issuer.uri),
            endpoint(&document.token_endpoint, &issuer.uri),
            self.plain_http.clone(),
        )?;
        self.check_place_of(server.authorization_endpoint(), &issuer.uri, "authorization endpoint")?;
        self.check_place_of(server.token_endpoint(), &issuer.uri, "token endpoint")?;
        if document.lacks_code_flow {
            return Err(DiscoveryErrorKind::NoCodeFlow.into());
        }
        match document.offers_s256 {
            Some(true) => {}
            None if !self.advertised_s256 => {}
            _ => return Err(DiscoveryErrorKind::NoS256.into()),
        }
        let iss = if document.sends_iss { IssParameter::Required } else { IssParameter::Optional };
        let server = self.with_optional_endpoints(server, &document, &issuer.uri);
        Ok((document.text, server.with_discovered_issuer(issuer.text, &issuer.uri, iss, is_confirmed)?))
    }

    /// Adds the endpoints that a login can do without. One that is not acceptable is left out, so that it costs no login that
    /// does not need it. That pushed requests are required holds without an endpoint, too.
    fn with_optional_endpoints(&self, server: Server, document: &Document<'_>, issuer: &Uri) -> Server {
        type Add = fn(Server, Uri) -> Result<Server, ConfigError>;
        let mut server = if document.requires_pushed_requests { server.require_pushed_requests() } else { server };
        let optional: [(_, Add); 3] = [
            (&document.pushed_request_endpoint, Server::with_pushed_request_endpoint),
            (&document.revocation_endpoint, Server::with_revocation_endpoint),
            (&document.end_session_endpoint, Server::with_end_session_endpoint),
        ];
        for (text, add) in optional {
            let uri = text.as_ref().and_then(|text| endpoint(text, issuer).ok());
            let uri = uri.filter(|uri| self.check_place_of(uri, issuer, "").is_ok());
            server = uri.and_then(|uri| add(server.clone(), uri).ok()).unwrap_or(server);
        }
        server
    }

    /// The issuer that a document names, if it is the one that was asked for, and whether it is confirmed: the document
    /// came from one of the issuer's own places.
    fn issuer(&self, received: &str) -> Result<(Claimed, bool), Box<Failure>> {
        match &self.target {
            Target::Issuer { text, uri, is_place_named } => {
                if !self.is_asked(text, uri, received) {
                    return Err(Failure::with_issuer(DiscoveryErrorKind::IssuerMismatch, received));
                }
                let is_confirmed = !is_place_named || self.places.iter().any(|place| well_known(uri).contains(place));
                Ok((Claimed { text: received.into(), uri: uri.clone() }, is_confirmed))
            }
            Target::Url { url, accepts_unconfirmed } => {
                let uri = self.plain_http.check_issuer(Uri::parse(received))?;
                // The claim must not lead into a private network.
                if uri.has_address() && uri.host() != url.host() {
                    return Err(DiscoveryErrorKind::Address("issuer").into());
                }
                let is_confirmed = well_known(&uri).iter().any(|place| place == url.as_str());
                let claimed = Claimed { text: received.into(), uri };
                if !is_confirmed && !accepts_unconfirmed {
                    let mut failure = Failure::with_issuer(DiscoveryErrorKind::IssuerUnconfirmed, received);
                    failure.claimed = Some(claimed);
                    return Err(failure);
                }
                Ok((claimed, is_confirmed))
            }
        }
    }

    fn is_asked(&self, text: &str, uri: &Uri, received: &str) -> bool {
        let without_slash = |text| str::strip_suffix(text, '/').unwrap_or(text);
        let is_same_root = || matches!(uri.path(), "" | "/") && without_slash(text) == without_slash(received);
        text == received || (self.either_root_slash && is_same_root())
    }

    /// An address instead of a name leads into somebody's private network, and metadata must not send the program there.
    fn check_place_of(&self, endpoint: &Uri, issuer: &Uri, which: &'static str) -> Result<(), Box<Failure>> {
        let is_own_machine = endpoint.is_loopback() && issuer.is_loopback();
        if endpoint.has_address() && endpoint.host() != issuer.host() && !is_own_machine {
            return Err(DiscoveryErrorKind::Address(which).into());
        }
        if self.same_origin && !endpoint.has_origin_of(issuer) {
            return Err(DiscoveryErrorKind::OtherOrigin(which).into());
        }
        Ok(())
    }
}

/// An endpoint may have the internationalized host of the issuer, which `url::Url` has checked.
fn endpoint(text: &str, issuer: &Uri) -> Result<Uri, UriError> {
    Uri::parse(text).or_else(|error| {
        let beside = Uri::parse_any_host(text)?;
        if beside.host() == issuer.host() { Ok(beside) } else { Err(error) }
    })
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
