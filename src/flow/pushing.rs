//! The login is pushed: its parameters go to the server directly, and the browser gets a handle for them (RFC 9126).

use alloc::boxed::Box;

use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use crate::config::client::Client;
use crate::config::error::ConfigError;
use crate::config::server::PUSHED_REQUEST;
use crate::config::uri::Uri;
use crate::encoding::time::UnixTime;
use crate::flow::exchange::{Exchange, Resend};
use crate::flow::login::Attempt;
use crate::flow::{AwaitingRedirect, Rejected, StartError, Unstarted, policy};
use crate::http::{HttpRequest, HttpResponse};
use crate::response::endpoint_error::{Endpoint, EndpointError};
use crate::response::next_step::{NextStep, Sealed};
use crate::response::pushed_response;

impl Unstarted {
    /// Starts a login whose parameters are sent to the server directly, not through the browser: [`Pushing`]. Otherwise as
    /// [`start`](Self::start).
    ///
    /// ```
    /// # fn example(client: authcode::Client) -> Result<(), Box<dyn core::error::Error>> {
    /// let pushing = client.login().scope("openid")?.start_pushed(getrandom::SysRng)?;
    /// let request = pushing.request();
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`start`](Self::start). [`StartError::NoPushedRequestEndpoint`] if the server is not configured with
    /// [an endpoint](crate::Server::with_pushed_request_endpoint) for it. Whether to [`start`](Self::start) without a push
    /// then is your decision, and nothing in the crate takes it.
    pub fn start_pushed(&self, mut rng: impl TryCryptoRng) -> Result<Pushing, StartError> {
        let mut entropy = Zeroizing::new([0; 64]);
        rng.try_fill_bytes(&mut *entropy).map_err(|_| StartError::RandomSource)?;
        self.start_pushed_with_entropy(&entropy)
    }

    /// As [`start_pushed`](Self::start_pushed), with 64 random bytes that you have drawn: see
    /// [`start_with_entropy`](Self::start_with_entropy).
    ///
    /// # Errors
    /// As [`start_pushed`](Self::start_pushed).
    pub fn start_pushed_with_entropy(&self, entropy: &[u8; 64]) -> Result<Pushing, StartError> {
        let endpoint = endpoint_of(self.client()).ok_or(StartError::NoPushedRequestEndpoint)?;
        Ok(Pushing { attempt: self.attempt(entropy)?, endpoint })
    }
}

fn endpoint_of(client: &Client) -> Option<Box<Uri>> {
    client.server().pushed_request_endpoint().map(|endpoint| Box::new(endpoint.clone()))
}

/// A login whose parameters are being sent to the server directly (RFC 9126).
///
/// Nobody can read or change them in the browser, and they can be of any length. Send [`request`](Self::request), and pass
/// the response to [`receive_response`](Self::receive_response). The login continues as [`AwaitingRedirect`], whose URL
/// names what was pushed.
///
/// ```
/// # use authcode::{AwaitingRedirect, Client, EndpointError, HttpRequest, HttpResponse, NextStep, UnixTime};
/// # fn example(client: Client, send: fn(HttpRequest) -> HttpResponse, now: fn() -> UnixTime)
/// # -> Result<AwaitingRedirect, Box<dyn std::error::Error>> {
/// let mut pushing = client.login().scope("openid")?.start_pushed(getrandom::SysRng)?;
/// let pending = loop {
///     let response = send(pushing.request());
///     pushing = match pushing.receive_response(response, now()) {
///         Ok(pending) => break pending,
///         Err(rejected) => match rejected.next_step() {
///             NextStep::Retry { after } => {
///                 std::thread::sleep(after);
///                 rejected.recover()?
///             }
///             _ => return Err(rejected.into_error().into()),
///         },
///     };
/// };
/// // Has `client_id` and `request_uri` alone. Open it once, and soon.
/// let url = pending.authorization_url();
/// # Ok(pending) }
/// ```
///
/// # What can go wrong
///
/// A pushed request that is refused, or whose response is lost, has spent nothing: send it again. It never becomes a login
/// that is not pushed.
///
/// | the response | next step | do |
/// |---|---|---|
/// | 408, 425, 429, 5xx, `temporarily_unavailable`, `server_error` | [`Retry`](NextStep::Retry) | send the request again after the pause |
/// | `invalid_client`, `unauthorized_client` | [`Fix`](NextStep::Fix) | correct the credentials: [`replace_client`](Self::replace_client) |
/// | `invalid_request`, `invalid_scope`, `invalid_target` and other OAuth errors | [`Fix`](NextStep::Fix) | change the options of [`unstarted`](Self::unstarted), and push that |
/// | a redirect, a page of a proxy, a success without a usable `request_uri` | [`Fix`](NextStep::Fix) | look what is between you and the server, then send again |
/// | the sixth refused response | [`StartOver`](NextStep::StartOver) | start another login |
///
/// # Storing it
///
/// It is not stored: nothing has been spent, so after a restart the login starts again from its template.
#[derive(Debug)]
#[must_use = "a pushed request does nothing until it is sent"]
pub struct Pushing {
    pub(crate) attempt: Box<Attempt>,
    endpoint: Box<Uri>,
}

impl Pushing {
    /// The request that pushes the parameters (RFC 9126 §2.1). It is the same at each call.
    ///
    /// Parameters: all of those that [`AwaitingRedirect::authorization_url`] would have, then the client secret if it is
    /// sent in the body. The client authenticates as at the token endpoint, and `client_id` is always in the body. It is
    /// always a form, also if the [`Dialect`](crate::Dialect) has JSON for token requests.
    ///
    /// If no response came, send it again: it changes nothing but what the server keeps for a minute.
    pub fn request(&self) -> HttpRequest {
        self.attempt.pushed_request(&self.endpoint)
    }

    /// Takes the response to the [`request`](Self::request), with any status. `now` is the time at which it was received:
    /// the lifetime of the pushed request counts from it.
    ///
    /// Any 2xx with a usable `request_uri` is a success: RFC 9126 §2.2 has 201, and some servers send 200. It must be there
    /// once, and be an absolute URI of any scheme of at most
    /// [`MAX_REQUEST_URI_LEN`](crate::limits::MAX_REQUEST_URI_LEN) bytes. An `expires_in` that cannot be read, or is not
    /// positive, is the same as none. A 2xx with an `error` is a refusal.
    ///
    /// # Errors
    /// [`EndpointError`] says why it was refused, and its [`next_step`](EndpointError::next_step) what to do now.
    pub fn receive_response(
        mut self,
        response: HttpResponse,
        now: UnixTime,
    ) -> Result<AwaitingRedirect, Rejected<Self, EndpointError>> {
        let refused = match pushed_response::read(&response, self.attempt.login.dialect(), now) {
            Ok(pushed) => {
                let expires_at = pushed.lifetime.map(|lifetime| now.saturating_add(lifetime));
                self.attempt.set_pushed(pushed.request_uri.expose(), expires_at);
                // The code has tries of its own.
                self.attempt.refused_responses = 0;
                return Ok(AwaitingRedirect { attempt: self.attempt });
            }
            Err(refused) => refused,
        };
        self.attempt.refused_responses = self.attempt.refused_responses.saturating_add(1);
        let next_step = policy::after_push(&refused, self.attempt.refused_responses);
        let error = EndpointError::new(Endpoint::PushedRequest, refused, next_step);
        Err(if next_step == NextStep::StartOver { Rejected::ended(error) } else { Rejected::alive(self, error) })
    }

    /// A template that asks for the same, to be changed and pushed anew. This login stays as it is.
    ///
    /// ```
    /// # use authcode::{Pushing, StartError};
    /// # fn example(pushing: Pushing) -> Result<Pushing, Box<dyn core::error::Error>> {
    /// let mut login = pushing.unstarted();
    /// login.prompt("consent")?;
    /// Ok(login.start_pushed(getrandom::SysRng)?)
    /// # }
    /// ```
    pub fn unstarted(&self) -> Unstarted {
        self.attempt.unstarted()
    }

    /// Replaces the client by one with other credentials, or with another endpoint for pushed requests, after
    /// [`NextStep::Fix`].
    ///
    /// # Errors
    /// [`ConfigError::OtherClient`] if its identifier, its server or its redirect URI is another,
    /// [`ConfigError::NoEndpoint`] if its server has no endpoint for pushed requests. Nothing is changed then.
    pub fn replace_client(&mut self, client: &Client) -> Result<(), ConfigError> {
        let endpoint = endpoint_of(client).ok_or(ConfigError::NoEndpoint(PUSHED_REQUEST))?;
        self.attempt.replace_client(client)?;
        self.endpoint = endpoint;
        Ok(())
    }

    /// The client that logs in, and by it the server.
    pub fn client(&self) -> &Client {
        &self.attempt.login.client
    }
}

impl Sealed for Pushing {}

impl Exchange for Pushing {
    type Next = AwaitingRedirect;
    type Error = EndpointError;
    const RESEND: Resend = Resend::Freely;

    fn request(&self) -> HttpRequest {
        self.request()
    }

    fn receive_response(
        self,
        response: HttpResponse,
        now: UnixTime,
    ) -> Result<AwaitingRedirect, Rejected<Self, EndpointError>> {
        self.receive_response(response, now)
    }
}
