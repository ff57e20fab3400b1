//! There is a code: exchange it for a token, once.

use alloc::boxed::Box;

use crate::config::parameters::Params;
use crate::encoding::form::Pair;
use crate::encoding::time::UnixTime;
use crate::flow::{Attempt, Authorized, Rejected, leaves_grant_unspent};
use crate::http::{HttpRequest, HttpResponse};
use crate::response::token_response::TokenError;
use crate::response::token_response::TokenResponse;
use crate::secret::Secret;

/// A login that has its code: the third state.
///
/// **Holds** the options of the login, the code and the PKCE verifier that belongs to it.
///
/// **Can** give the [`token_request`](Self::token_request), and take the answer by
/// [`receive_token_response`](Self::receive_token_response). A failure of the network touches nothing: ask for
/// the request again.
///
/// **Refused**: an answer that leaves the code unspent (5xx, 429, 3xx, no JSON, `invalid_client`) hands this
/// state back. Any other OAuth error, or a success without a usable token, ends the login.
///
/// **Stored**: yes, by [`suspend`](Self::suspend), for a device that may lose power. Most codes live for a
/// minute or less.
///
/// **Next** is [`Authorized`].
///
/// ```
/// # use authcode::{Authorized, CodeReceived, HttpRequest, HttpResponse, TokenError, UnixTime};
/// # fn example(mut code: CodeReceived, send: fn(HttpRequest) -> HttpResponse) -> Result<Authorized, TokenError> {
/// let mut attempts = 1;
/// loop {
///     let response = send(code.token_request());
///     code = match code.receive_token_response(response, UnixTime::from_secs(1_700_000_000)) {
///         Ok(authorized) => return Ok(authorized),
///         Err(refused) if attempts == 3 || !refused.error().is_retryable() => return Err(refused.error().clone()),
///         Err(refused) => refused.recover()?, // wait for `retry_after` here
///     };
///     attempts += 1;
/// }
/// # }
/// ```
#[derive(Debug)]
#[must_use = "dropping it throws the code away"]
pub struct CodeReceived {
    pub(crate) attempt: Box<Attempt>,
    pub(crate) code: Secret,
    pub(crate) extra_params: Params,
}

impl CodeReceived {
    /// The request that exchanges the code (RFC 6749 §4.1.3, RFC 7636 §4.5).
    ///
    /// It is the same at each call. Send it again when this state was handed back, or when no answer came, and
    /// not more than a few times. If the server has acted on the first one, it refuses the second, and may take
    /// back the tokens that it gave for the first (RFC 6749 §4.1.2): nothing is lost that had arrived.
    ///
    /// Parameters: `grant_type`, `audience`, `client_id` (where it is not in a header), `code`, `code_verifier`,
    /// `redirect_uri`, `client_secret` (where it is sent in the body), then those of the login.
    pub fn token_request(&self) -> HttpRequest {
        let Attempt { login, secrets } = &*self.attempt;
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
        let endpoint = login.token_endpoint.as_deref().unwrap_or_else(|| login.client.server().token_endpoint());
        login.client.token_request(endpoint, &protocol, &login.token_params)
    }

    /// Sends the code, and later the refresh token, to this token endpoint of the server's: the one that the redirect
    /// led to, where the server has one for each region (see [`redirect_param`](Self::redirect_param)).
    ///
    /// # Errors
    /// [`ParameterError::TokenEndpoint`](crate::ParameterError::TokenEndpoint), if it is not among those of
    /// [`Server::with_regional_token_endpoint`](crate::Server::with_regional_token_endpoint). Then nothing is changed.
    pub fn set_token_endpoint(&mut self, endpoint: &str) -> Result<(), crate::ParameterError> {
        self.attempt.login.set_token_endpoint(endpoint)
    }

    /// Takes the answer to the [`token_request`](Self::token_request), whatever its status is. `now` is the
    /// moment at which it came: the token's lifetime counts from it.
    ///
    /// # Errors
    /// [`TokenError`] says what was wrong, and [`Rejected::recover`] whether the code is worth another try.
    /// After `invalid_client`, mend the credentials: [`suspend`](Self::suspend) this state and resume it with
    /// the mended [`Client`](crate::Client).
    pub fn receive_token_response(
        self,
        mut response: HttpResponse,
        now: UnixTime,
    ) -> Result<Authorized, Rejected<Self, TokenError>> {
        match TokenResponse::read(&mut response, self.attempt.login.dialect(), now) {
            Ok(token) => Ok(Authorized::new(self.attempt.login, token, response, now)),
            Err(error) if leaves_grant_unspent(&error) => Err(Rejected::alive(self, error)),
            Err(error) => Err(Rejected::ended(error)),
        }
    }

    /// A parameter of the redirect that the crate does not know, such as a tenant. The first one, if it repeats.
    ///
    /// It came through the user's browser: do not let it choose where a secret goes.
    pub fn redirect_param(&self, name: &str) -> Option<&str> {
        self.extra_params.iter().find_map(|(known, value)| (known == name).then_some(value))
    }

    /// The parameters of the redirect that the crate does not know, as a struct or a map.
    ///
    /// # Errors
    /// [`ParameterError::NotPairs`](crate::ParameterError::NotPairs) if they do not fit.
    #[cfg(feature = "std")]
    #[cfg_attr(docsrs, doc(cfg(feature = "std")))]
    pub fn redirect_params<T: serde::de::DeserializeOwned>(&self) -> Result<T, crate::ParameterError> {
        self.extra_params.read()
    }
}
