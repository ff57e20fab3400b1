//! Revocation: tells the server that a token is no longer needed (RFC 7009).

use alloc::boxed::Box;

use crate::config::client::Client;
use crate::config::error::ConfigError;
use crate::config::server::REVOCATION;
use crate::config::uri::Uri;
use crate::encoding::form::Pair;
use crate::encoding::time::UnixTime;
use crate::flow::exchange::{Exchange, Resend};
use crate::flow::{Authorized, Rejected, policy};
use crate::http::{HttpRequest, HttpResponse};
use crate::response::endpoint_error::{Endpoint, EndpointError, RefusedByEndpoint};
use crate::response::next_step::{NextStep, Sealed};
use crate::secret::Secret;

/// What a token that is to be revoked is (RFC 7009 §2.1): it helps the server to find it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum TokenTypeHint {
    /// An access token.
    AccessToken,
    /// A refresh token.
    RefreshToken,
}

impl TokenTypeHint {
    const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
        }
    }
}

impl Authorized {
    /// Revokes this login: its refresh token if there is one, or else its access token.
    ///
    /// ```
    /// # use authcode::{Authorized, ConfigError, HttpRequest, HttpResponse, UnixTime};
    /// # fn example(login: Authorized, send: fn(HttpRequest) -> HttpResponse, now: UnixTime) -> Result<(), ConfigError> {
    /// let revocation = login.revocation()?;
    /// let response = send(revocation.request());
    /// if let Err(rejected) = revocation.receive_response(response, now) {
    ///     eprintln!("{}", rejected.error()); // the token may still be good
    /// }
    /// drop(login); // and delete its stored form
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::NoEndpoint`] if the server is not configured with a
    /// [revocation endpoint](crate::Server::with_revocation_endpoint).
    pub fn revocation(&self) -> Result<Revocation, ConfigError> {
        let tokens = self.tokens();
        match tokens.refresh_token() {
            Some(token) => Revocation::new(self.client(), token, Some(TokenTypeHint::RefreshToken)),
            None => Revocation::new(self.client(), tokens.access_token(), Some(TokenTypeHint::AccessToken)),
        }
    }
}

/// The revocation of one token (RFC 7009): one request, and its response.
///
/// [`Authorized::revocation`] makes one for a login, [`new`](Self::new) for any token. The login is not touched: drop it,
/// and delete its stored form, whatever the server answers.
///
/// # Both tokens of a login
///
/// Revoking the refresh token ends the whole grant at most servers: RFC 7009 §2.1 says that the server *should* end the
/// access tokens with it. Revoking the access token ends the refresh token at some servers and not at others. So revoke the
/// refresh token. If the API checks access tokens by itself, they work until they expire, whatever is revoked. To be sure of
/// a server that ends only what it is given, revoke the access token first and then the refresh token, so that the client
/// still has a grant when it asks:
///
/// ```
/// # use authcode::{Authorized, ConfigError, Revocation, TokenTypeHint};
/// # fn example(login: &Authorized) -> Result<(), ConfigError> {
/// let access_token = login.tokens().access_token();
/// let first = Revocation::new(login.client(), access_token, Some(TokenTypeHint::AccessToken))?;
/// let second = login.revocation()?;
/// # Ok(()) }
/// ```
///
/// Never revoke a token that came beside another one of the same login (an answer that was refused, a sibling process's):
/// that may end the grant of both.
///
/// # What can go wrong
///
/// | the response | next step | what it means |
/// |---|---|---|
/// | any 2xx, with any body | done | the token is revoked, or was not known (RFC 7009 §2.2) |
/// | 408, 425, 429, 5xx, `temporarily_unavailable`, `server_error` | [`Retry`](NextStep::Retry) | the token still lives (RFC 7009 §2.2.1): send the request again after the pause |
/// | `invalid_client`, `unauthorized_client` | [`Fix`](NextStep::Fix) | correct the credentials: [`replace_client`](Self::replace_client) |
/// | a redirect, or a page of a proxy | [`Fix`](NextStep::Fix) | look what is between you and the server |
/// | `unsupported_token_type` | [`StartOver`](NextStep::StartOver) | the server does not revoke tokens of this kind: revoke the refresh token, or let the token expire |
/// | any other OAuth error | [`StartOver`](NextStep::StartOver) | see below |
/// | the sixth refused response | [`StartOver`](NextStep::StartOver) | give up |
///
/// Some servers answer 400 for a token that they do not know. That is not taken for a success, because the answer is the
/// same for a token of another client, which still works. A program that logs out goes on all the same.
#[derive(Debug)]
#[must_use = "a revocation does nothing until its request is sent"]
pub struct Revocation(Box<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    endpoint: Uri,
    token: Secret,
    hint: Option<TokenTypeHint>,
    refused_responses: u8,
}

impl Revocation {
    /// The revocation of any token that `client` has got. `hint` says what it is, if you know.
    ///
    /// # Errors
    /// [`ConfigError::NoEndpoint`] if the client's server is not configured with a
    /// [revocation endpoint](crate::Server::with_revocation_endpoint).
    pub fn new(client: &Client, token: &Secret, hint: Option<TokenTypeHint>) -> Result<Self, ConfigError> {
        let endpoint = endpoint_of(client)?;
        let (client, token) = (client.clone(), token.duplicate());
        Ok(Self(Box::new(Inner { client, endpoint, token, hint, refused_responses: 0 })))
    }

    /// The request (RFC 7009 §2.1). It is the same at each call, and may be sent again if no response came: a token that is
    /// revoked already is no error.
    ///
    /// Parameters: `token`, `token_type_hint` (if there is a hint), `client_id` (unless it is in a header),
    /// `client_secret` (if it is sent in the body). The client authenticates as at the token endpoint.
    pub fn request(&self) -> HttpRequest {
        let Inner { client, endpoint, token, hint, .. } = &*self.0;
        let (client_id, client_secret) = client.credentials_in_body();
        let protocol = [
            Some(Pair::new("token", token.expose())),
            hint.map(|hint| Pair::plain("token_type_hint", hint.as_str())),
            client_id,
            client_secret,
        ];
        client.endpoint_request(endpoint, &protocol)
    }

    /// Takes the response to the [`request`](Self::request), with any status. `now` is the time at which it was received.
    ///
    /// The status decides: the body of a 2xx is not looked at (RFC 7009 §2.2).
    ///
    /// # Errors
    /// [`EndpointError`] says why it was refused, and its [`next_step`](EndpointError::next_step) what to do now.
    pub fn receive_response(
        mut self,
        response: HttpResponse,
        now: UnixTime,
    ) -> Result<(), Rejected<Self, EndpointError>> {
        let dialect = self.0.client.server().dialect();
        let refused = match RefusedByEndpoint::find(&response, dialect, now) {
            Some(refused) if !(200..=299).contains(&response.status) => refused,
            _ => return Ok(()),
        };
        self.0.refused_responses = self.0.refused_responses.saturating_add(1);
        let next_step = policy::after_revocation(&refused, self.0.client.server().dialect(), self.0.refused_responses);
        let error = EndpointError::new(Endpoint::Revocation, refused, next_step);
        Err(if next_step == NextStep::StartOver { Rejected::ended(error) } else { Rejected::alive(self, error) })
    }

    /// Replaces the client by one with other credentials, or with another revocation endpoint, after [`NextStep::Fix`].
    ///
    /// # Errors
    /// [`ConfigError::OtherClient`] if its identifier, its server or its redirect URI is another: the token must not go
    /// elsewhere. [`ConfigError::NoEndpoint`] if its server has no revocation endpoint. Nothing is changed then.
    pub fn replace_client(&mut self, client: &Client) -> Result<(), ConfigError> {
        if client.fingerprint() != self.0.client.fingerprint() {
            return Err(ConfigError::OtherClient);
        }
        self.0.endpoint = endpoint_of(client)?;
        self.0.client = client.clone();
        Ok(())
    }

    /// The client whose token it is, and by it the server.
    pub fn client(&self) -> &Client {
        &self.0.client
    }
}

fn endpoint_of(client: &Client) -> Result<Uri, ConfigError> {
    client.server().revocation_endpoint().cloned().ok_or(ConfigError::NoEndpoint(REVOCATION))
}

impl Sealed for Revocation {}

impl Exchange for Revocation {
    type Next = ();
    type Error = EndpointError;
    const RESEND: Resend = Resend::Freely;

    fn request(&self) -> HttpRequest {
        self.request()
    }

    fn receive_response(self, response: HttpResponse, now: UnixTime) -> Result<(), Rejected<Self, EndpointError>> {
        self.receive_response(response, now)
    }
}
