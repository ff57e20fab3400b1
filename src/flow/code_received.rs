//! There is a code: exchange it for a token, once.

use alloc::boxed::Box;
use alloc::string::String;

use crate::config::client::Client;
use crate::config::error::ConfigError;
use crate::config::parameters::ParameterError;
use crate::config::uri::Uri;
use crate::encoding::form::Pair;
use crate::encoding::time::UnixTime;
use crate::flow::exchange::{Exchange, Resend};
use crate::flow::grant::Grant;
use crate::flow::login::Attempt;
use crate::flow::policy;
use crate::flow::suspended::{Form, ResumeError, StateKind, Suspended};
use crate::flow::token_error::TokenError;
use crate::flow::{Authorized, Rejected};
use crate::http::{HttpRequest, HttpResponse};
use crate::limits::MAX_PARAMETER_LEN;
use crate::response::next_step::{NextStep, Sealed};
use crate::response::redirect_params::RedirectParams;
use crate::response::token_response;
use crate::secret::Secret;

/// A login that has its authorization code, to be exchanged for tokens.
///
/// Send [`request`](Self::request), and pass the response to [`receive_response`](Self::receive_response). The login
/// continues as [`Authorized`]. A network failure touches nothing: the state is still yours.
///
/// ```
/// # use authcode::{Authorized, CodeReceived, HttpRequest, HttpResponse, NextStep, TokenError, UnixTime};
/// # fn example(mut code: CodeReceived, send: fn(HttpRequest) -> HttpResponse, now: fn() -> UnixTime)
/// # -> Result<Authorized, TokenError> {
/// loop {
///     let response = send(code.request());
///     code = match code.receive_response(response, now()) {
///         Ok(authorized) => return Ok(authorized),
///         Err(rejected) => match rejected.next_step() {
///             NextStep::Retry { after } => {
///                 std::thread::sleep(after);
///                 rejected.recover()?
///             }
///             _ => return Err(rejected.into_error()),
///         },
///     };
/// }
/// # }
/// ```
///
/// That loop ends, since the state counts the responses that it refuses. [`Exchange`] shows it for all states at once,
/// and keeps the state where a dropped future cannot lose it.
///
/// # What can go wrong
///
/// | the response | next step | do |
/// |---|---|---|
/// | 429, 5xx, `temporarily_unavailable` | [`Retry`](NextStep::Retry) | send the request again after the pause |
/// | `invalid_client`, `unauthorized_client` | [`Fix`](NextStep::Fix) | correct the credentials: [`replace_client`](Self::replace_client) |
/// | a redirect, a page of a proxy, 2xx that is not JSON | [`Fix`](NextStep::Fix) | look what is between you and the server, then send again |
/// | any other OAuth error, or no usable token | [`StartOver`](NextStep::StartOver) | start another login |
///
/// # Storing it
///
/// A device that may lose power stores [`suspend`](Self::suspend). Most codes live for a minute or less.
///
/// Specified in RFC 6749 §4.1.3 and §4.1.4, and RFC 7636 §4.5.
#[derive(Debug)]
#[must_use = "without it the code is lost"]
pub struct CodeReceived {
    pub(crate) attempt: Box<Attempt>,
    pub(crate) code: Secret,
    pub(crate) redirect_params: RedirectParams,
}

impl CodeReceived {
    /// The token request that exchanges the code (RFC 6749 §4.1.3, RFC 7636 §4.5). It is the same at each call.
    ///
    /// Send it again when [`NextStep::Retry`] says so. If no response came, send it once more, promptly, with the first
    /// connection closed: a server that had processed the first request refuses the second, and may revoke the tokens
    /// that it issued for the first (RFC 6749 §4.1.2).
    ///
    /// Parameters: `grant_type`, `audience`, `client_id` (unless it is in a header), `code`, `code_verifier`,
    /// `redirect_uri`, `client_secret` (if it is sent in the body), then those of the dialect, `resource` and those of
    /// the login.
    pub fn request(&self) -> HttpRequest {
        let Attempt { login, secrets, .. } = &*self.attempt;
        let (client_id, client_secret) = login.client.credentials_in_body();
        let redirect_uri = self.attempt.sent_redirect_uri();
        let protocol = [
            Some(Pair::plain("grant_type", "authorization_code")),
            login.audience.as_deref().map(|audience| Pair::new("audience", audience)),
            client_id,
            Some(Pair::new("code", self.code.expose())),
            Some(Pair::plain("code_verifier", secrets.verifier.as_str())),
            Some(Pair::new("redirect_uri", &redirect_uri)),
            client_secret,
        ];
        let endpoint = self.attempt.token_endpoint.as_deref();
        let endpoint = endpoint.unwrap_or_else(|| login.client.server().token_endpoint());
        login.client.token_request(endpoint, &protocol, &login.resources, &login.token_params)
    }

    /// Takes the response to the [`request`](Self::request), with any status. `now` is the time at which it was
    /// received: the token's lifetime counts from it.
    ///
    /// Some servers do not state that the token is a `Bearer` token. Call [`Authorized::bearer`] at once, so that you do
    /// not find out at the first call of the API that there is no header for it.
    ///
    /// # Errors
    /// [`TokenError`] says why it was refused, and its [`next_step`](TokenError::next_step) what to do now.
    pub fn receive_response(
        mut self,
        response: HttpResponse,
        now: UnixTime,
    ) -> Result<Authorized, Rejected<Self, TokenError>> {
        let refused = match token_response::read(response, self.attempt.login.dialect(), now) {
            Ok(tokens) => {
                let Attempt { login, token_endpoint, loopback, .. } = &*self.attempt;
                let mut grant = Grant::new(login.clone(), token_endpoint.clone(), tokens, now);
                if login.dialect().redirect_uri_in_refresh() {
                    grant.port = loopback.as_deref().and_then(Uri::port);
                }
                return Ok(Authorized { grant });
            }
            Err(refused) => refused.response,
        };
        self.attempt.refused_responses = self.attempt.refused_responses.saturating_add(1);
        let next_step = policy::after_exchange(&refused, self.attempt.login.dialect(), self.attempt.refused_responses);
        let error = TokenError::new(refused, next_step);
        Err(if next_step == NextStep::StartOver { Rejected::ended(error) } else { Rejected::alive(self, error) })
    }

    /// Replaces the client by one with other credentials, after [`NextStep::Fix`].
    ///
    /// ```
    /// # use authcode::{Client, ClientAuth, CodeReceived, ConfigError, Identity, Server};
    /// # fn example(mut code: CodeReceived, server: Server) -> Result<(), ConfigError> {
    /// let identity = Identity::new("my-app", ClientAuth::basic("the right secret"));
    /// let client = Client::new(server, identity, "https://app.example/callback")?;
    /// code.replace_client(&client)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::OtherClient`] if its identifier, its server or its redirect URI is another: the code belongs to
    /// those of the login. Nothing is changed then.
    pub fn replace_client(&mut self, client: &Client) -> Result<(), ConfigError> {
        self.attempt.replace_client(client)
    }

    /// Sends the code, and later the refresh token, to this token endpoint: the one that the redirect led to, for a
    /// server that has one in each region (see [`redirect_param`](Self::redirect_param)).
    ///
    /// # Errors
    /// [`ParameterError::TokenEndpoint`] if it is not among those of
    /// [`Server::with_regional_token_endpoint`](crate::Server::with_regional_token_endpoint). Nothing is changed then.
    pub fn set_token_endpoint(&mut self, endpoint: &str) -> Result<(), ParameterError> {
        self.attempt.token_endpoint = self.attempt.login.token_endpoint(endpoint)?;
        Ok(())
    }

    /// A parameter of the redirect that the crate does not use, such as a tenant. The first one, if it
    /// repeats.
    ///
    /// It came through the user's browser: do not let it choose where a secret is sent.
    ///
    /// ```
    /// # fn example(code: &authcode::CodeReceived) {
    /// let location = code.redirect_param("location");
    /// # }
    /// ```
    pub fn redirect_param(&self, name: &str) -> Option<String> {
        self.redirect_params.get(name)
    }

    /// The parameters of the redirect that the crate does not use, as a struct or a map. Of those that repeat, the first
    /// one, as [`redirect_param`](Self::redirect_param) has it.
    ///
    /// # Errors
    /// [`ParameterError::NotPairs`] if they do not fit the type.
    #[cfg(feature = "std")]
    #[cfg_attr(docsrs, doc(cfg(feature = "std")))]
    pub fn redirect_params<T: serde::de::DeserializeOwned>(&self) -> Result<T, ParameterError> {
        self.redirect_params.read().ok_or(ParameterError::NotPairs)
    }

    /// The client that logs in, and by it the server.
    pub fn client(&self) -> &Client {
        &self.attempt.login.client
    }

    /// The stored form. It contains the code and the PKCE verifier.
    pub fn suspend(&self) -> Suspended {
        let mut form = Suspended::of_attempt(StateKind::CodeReceived, &self.attempt);
        form.put_some("token_endpoint", self.attempt.token_endpoint.as_deref().map(|endpoint| endpoint.as_str()));
        form.put_count("refused_responses", self.attempt.refused_responses);
        form.put("code", self.code.expose());
        form.put_text("redirect_params", self.redirect_params.as_form());
        form
    }

    /// Restores a stored login under the client that started it: the same client identifier, server and redirect URI.
    /// Its credentials may have changed.
    ///
    /// # Errors
    /// [`ResumeError`]. The stored form is returned by [`Rejected::recover`], unless it is damaged.
    pub fn resume(stored: Suspended, client: &Client) -> Result<Self, Rejected<Suspended, ResumeError>> {
        stored.resume_as(StateKind::CodeReceived, client, Self::read)
    }

    pub(crate) fn read(form: &mut Form<'_>, client: &Client) -> Result<Self, ResumeError> {
        let mut attempt = form.attempt(client)?;
        if let Some(endpoint) = form.get("token_endpoint") {
            attempt.token_endpoint = attempt.login.token_endpoint(endpoint).map_err(|_| ResumeError::Damaged)?;
        }
        attempt.refused_responses = form.count("refused_responses")?;
        let code = form.secret("code", MAX_PARAMETER_LEN)?.ok_or(ResumeError::Damaged)?;
        let redirect_params = RedirectParams::from_form(form.get("redirect_params").unwrap_or_default());
        Ok(Self { attempt, code, redirect_params: redirect_params.ok_or(ResumeError::Damaged)? })
    }
}

impl Sealed for CodeReceived {}

impl Exchange for CodeReceived {
    type Next = Authorized;
    type Error = TokenError;
    const RESEND: Resend = Resend::Once;

    fn request(&self) -> HttpRequest {
        self.request()
    }

    fn receive_response(self, response: HttpResponse, now: UnixTime) -> Result<Authorized, Rejected<Self, TokenError>> {
        self.receive_response(response, now)
    }
}
