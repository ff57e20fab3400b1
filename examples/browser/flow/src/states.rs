//! The states, in the order of the flow.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use authcode::{
    ClientAuth, ConfigError, GrantedScope, IssParameter, Leg, Lifetime, ParameterError, Renewal, Resume, ResumeError,
    Server, Suspended, UnixTime,
};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use crate::wire::{redirect_refused, request, response, start_refused, token_refused};

/// Who logs in, and where.
#[wasm_bindgen]
pub struct Client(authcode::Client);

#[wasm_bindgen]
impl Client {
    /// A public client: a secret in a web page is none. Give the issuer if the server sends `iss` (RFC 9207).
    #[wasm_bindgen(constructor)]
    pub fn new(
        authorize_url: &str,
        token_url: &str,
        client_id: &str,
        redirect_uri: &str,
        issuer: Option<String>,
    ) -> Result<Self, JsError> {
        let client = client(authorize_url, token_url, client_id, redirect_uri, issuer.as_deref());
        client.map(Self).map_err(|error| thrown(error.name()))
    }

    /// A login that asks for scopes, separated by spaces.
    pub fn login(&self, scope: &str, audience: Option<String>, prompt: Option<String>) -> Result<Unstarted, JsError> {
        let login = login(&self.0, scope, audience.as_deref(), prompt.as_deref());
        login.map(Unstarted).map_err(|error| thrown(error.name()))
    }

    /// The state that a stored text stands for: an `AwaitingRedirect` or a `CodeReceived`.
    pub fn resume(&self, stored: &str) -> Result<JsValue, JsError> {
        // Not as a `Flow`, which would bring the states that this page does not store.
        let state = match self.resume_as(stored) {
            Err(ResumeError::OtherKind) => self.resume_as(stored).map(|state| CodeReceived(state).into()),
            state => state.map(|state| AwaitingRedirect(state).into()),
        };
        state.map_err(|error| thrown(error.name()))
    }

    fn resume_as<S: Resume>(&self, stored: &str) -> Result<S, ResumeError> {
        Suspended::from_json(stored)?.resume(&self.0)
    }
}

fn client(
    authorize_url: &str,
    token_url: &str,
    client_id: &str,
    redirect_uri: &str,
    issuer: Option<&str>,
) -> Result<authcode::Client, ConfigError> {
    // Your program has `Server::new`: `https` and nothing else.
    let mut server = Server::danger_loopback_http(authorize_url, token_url)?;
    if let Some(issuer) = issuer {
        server = server.with_issuer(issuer, IssParameter::Required)?;
    }
    authcode::Client::new(server, client_id, ClientAuth::None, redirect_uri)
}

fn login(
    client: &authcode::Client,
    scope: &str,
    audience: Option<&str>,
    prompt: Option<&str>,
) -> Result<authcode::Unstarted, ParameterError> {
    let mut login = client.login().scope(scope)?;
    if let Some(audience) = audience {
        login = login.audience(audience)?;
    }
    if let Some(prompt) = prompt {
        // Not by `prompt`, which would bring more code.
        login = login.param(Leg::Authorization, "prompt", prompt)?;
    }
    Ok(login)
}

/// A login that has not started: the first state.
#[wasm_bindgen]
pub struct Unstarted(authcode::Unstarted);

#[wasm_bindgen]
impl Unstarted {
    /// Draws `state` and the PKCE verifier, from 64 bytes of `crypto.getRandomValues`.
    pub fn start(self, entropy: Vec<u8>) -> Result<AwaitingRedirect, JsValue> {
        let entropy = Zeroizing::new(entropy);
        // Too few bytes are as bad as none: the crate refuses zeros.
        let bytes = entropy.first_chunk().unwrap_or(&[0; 64]);
        self.0.start_with_entropy(bytes).map(AwaitingRedirect).map_err(|refused| {
            let (error, state) = refused.into_parts();
            start_refused(&error, state.map(|state| Self(state).into()))
        })
    }
}

/// A login whose user is at the server: the second state.
#[wasm_bindgen]
pub struct AwaitingRedirect(authcode::AwaitingRedirect);

#[wasm_bindgen]
impl AwaitingRedirect {
    /// Where to send the user.
    #[wasm_bindgen(js_name = authorizationUrl)]
    pub fn authorization_url(&self) -> JsValue {
        self.0.authorization_url().into()
    }

    /// The text to store before the page is left. It holds the verifier.
    pub fn suspend(&self) -> JsValue {
        self.0.suspend().to_json().expose().into()
    }

    /// Takes the address that the user came back to.
    #[wasm_bindgen(js_name = receiveRedirect)]
    pub fn receive_redirect(self, url: &str) -> Result<CodeReceived, JsValue> {
        self.0.receive_redirect(url).map(CodeReceived).map_err(|refused| {
            let (error, state) = refused.into_parts();
            redirect_refused(&error, state.map(|state| Self(state).into()))
        })
    }
}

/// A login that has its code: the third state.
#[wasm_bindgen]
pub struct CodeReceived(authcode::CodeReceived);

#[wasm_bindgen]
impl CodeReceived {
    /// The request that exchanges the code.
    #[wasm_bindgen(js_name = tokenRequest)]
    pub fn token_request(&self) -> JsValue {
        request(&self.0.token_request())
    }

    /// The text to store. It holds the code and the verifier.
    pub fn suspend(&self) -> JsValue {
        self.0.suspend().to_json().expose().into()
    }

    /// Takes the answer, whatever its status is. `now` is in seconds.
    #[wasm_bindgen(js_name = receiveTokenResponse)]
    pub fn receive_token_response(
        self,
        status: u16,
        retry_after: Option<f64>,
        body: Vec<u8>,
        now: f64,
    ) -> Result<Authorized, JsValue> {
        let answer = self.0.receive_token_response(response(status, retry_after, body), time(now));
        answer.map(Authorized).map_err(|refused| {
            let (error, state) = refused.into_parts();
            token_refused(&error, state.map(|state| Self(state).into()))
        })
    }
}

/// A login that has its token: the fourth state.
#[wasm_bindgen]
pub struct Authorized(authcode::Authorized);

#[wasm_bindgen]
impl Authorized {
    /// The value of the `Authorization` header for the API.
    pub fn bearer(&self) -> Result<JsValue, JsError> {
        self.0.bearer().map(|header| header.expose().into()).map_err(|error| thrown(error.name()))
    }

    /// When the token runs out, in seconds. `undefined`: the server did not say so.
    #[wasm_bindgen(getter, js_name = expiresAt)]
    pub fn expires_at(&self) -> Option<f64> {
        self.0.expires_at().map(|moment| moment.as_secs() as f64)
    }

    /// How many seconds it lives. `undefined`: not stated, or not readable.
    #[wasm_bindgen(getter)]
    pub fn lifetime(&self) -> Option<f64> {
        match self.0.lifetime() {
            Lifetime::Stated(lifetime) => Some(lifetime.as_secs() as f64),
            _ => None,
        }
    }

    /// Whether to renew the token before it is used. `now` and `leeway` are in seconds.
    #[wasm_bindgen(js_name = needsRenewal)]
    pub fn needs_renewal(&self, now: f64, leeway: f64) -> bool {
        self.0.needs_renewal(time(now), Duration::from_secs(leeway as u64))
    }

    /// What was granted. `undefined`: the server did not say so.
    #[wasm_bindgen(getter, js_name = grantedScope)]
    pub fn granted_scope(&self) -> JsValue {
        match self.0.granted_scope() {
            GrantedScope::Stated(scope) => scope.as_str().into(),
            _ => JsValue::UNDEFINED,
        }
    }

    /// Whether there is a refresh token, so that `renew` gives a `Refreshing`.
    #[wasm_bindgen(getter, js_name = canRefresh)]
    pub fn can_refresh(&self) -> bool {
        self.0.refresh_token().is_some()
    }

    /// Whether the last refresh gave a new refresh token.
    #[wasm_bindgen(getter)]
    pub fn rotated(&self) -> bool {
        self.0.refreshed().is_some_and(|refreshed| refreshed.rotated)
    }

    /// Goes on to a new token: a `Refreshing`, or an `Unstarted` where there is nothing to refresh.
    pub fn renew(self) -> JsValue {
        match self.0.renew() {
            Renewal::Refresh(state) => Refreshing(state).into(),
            Renewal::Reauthorize(state) => Unstarted(state).into(),
        }
    }
}

/// A token that is being renewed.
#[wasm_bindgen]
pub struct Refreshing(authcode::Refreshing);

#[wasm_bindgen]
impl Refreshing {
    /// The request for a new token.
    #[wasm_bindgen(js_name = tokenRequest)]
    pub fn token_request(&self) -> JsValue {
        request(&self.0.token_request())
    }

    /// Gives up the refresh. Nothing is lost.
    pub fn cancel(self) -> Authorized {
        Authorized(self.0.cancel())
    }

    /// Takes the answer. If it is refused, the `state` is the `Authorized` that it was before.
    #[wasm_bindgen(js_name = receiveTokenResponse)]
    pub fn receive_token_response(
        self,
        status: u16,
        retry_after: Option<f64>,
        body: Vec<u8>,
        now: f64,
    ) -> Result<Authorized, JsValue> {
        let answer = self.0.receive_token_response(response(status, retry_after, body), time(now));
        answer.map(Authorized).map_err(|refused| {
            let ended = refused.give_up();
            token_refused(&ended.error, Some(Authorized(ended.authorized).into()))
        })
    }
}

/// `Date.now() / 1000`.
fn time(seconds: f64) -> UnixTime {
    UnixTime::from_secs(seconds as u64)
}

/// A mistake of the page's: the name of a variant of `ConfigError`, `ParameterError`, `ResumeError` or `BearerError`. The
/// crate's documentation has its sentence.
fn thrown(name: &str) -> JsError {
    JsError::new(name)
}
