//! The states, in the order of the flow.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use authcode::{
    ConfigError, GrantedScope, IssParameter, Lifetime, ParameterError, Renewal, ResumeError, Server, StateKind,
    Suspended, UnixTime,
};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use crate::wire::{redirect_refused, refused, request, response, token_refused};

/// Who logs in, and where.
#[wasm_bindgen]
pub struct Client(authcode::Client);

#[wasm_bindgen]
impl Client {
    /// A public client: a web page cannot keep a secret. Pass the issuer if the server sends `iss` (RFC 9207).
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

    /// A template for logins that ask for these scopes, separated by spaces.
    pub fn login(&self, scope: &str, audience: Option<String>, prompt: Option<String>) -> Result<Unstarted, JsError> {
        let login = login(&self.0, scope, audience.as_deref(), prompt.as_deref());
        login.map(Unstarted).map_err(|error| thrown(error.name()))
    }

    /// Restores a stored login: an `AwaitingRedirect` or a `CodeReceived`. If it is refused and the `nextStep` is `Fix`,
    /// the text is still good, for another client: put it back into the store.
    pub fn resume(&self, stored: &str) -> Result<JsValue, JsValue> {
        self.restore(stored).map_err(|error| refused(error.name(), error.next_step(), error.fault(), None, None))
    }

    fn restore(&self, stored: &str) -> Result<JsValue, ResumeError> {
        let stored = Suspended::from_json(stored)?;
        // Not as a `Flow`, which would link the code that reads stored tokens: this page stores none.
        let resumed = match stored.kind() {
            Some(StateKind::CodeReceived) => {
                authcode::CodeReceived::resume(stored, &self.0).map(|state| CodeReceived(state).into())
            }
            _ => authcode::AwaitingRedirect::resume(stored, &self.0).map(|state| AwaitingRedirect(state).into()),
        };
        // The page has the text, so the stored form in the refusal is not needed.
        resumed.map_err(|rejected| rejected.into_error())
    }
}

fn client(
    authorize_url: &str,
    token_url: &str,
    client_id: &str,
    redirect_uri: &str,
    issuer: Option<&str>,
) -> Result<authcode::Client, ConfigError> {
    // In your program: `Server::new`, which accepts `https` alone.
    let mut server = Server::danger_loopback_http(authorize_url, token_url)?;
    if let Some(issuer) = issuer {
        server = server.with_issuer(issuer, IssParameter::Required)?;
    }
    authcode::Client::new(server, client_id, redirect_uri)
}

fn login(
    client: &authcode::Client,
    scope: &str,
    audience: Option<&str>,
    prompt: Option<&str>,
) -> Result<authcode::Unstarted, ParameterError> {
    let mut login = client.login();
    login.scope(scope)?;
    if let Some(audience) = audience {
        login.audience(audience)?;
    }
    if let Some(prompt) = prompt {
        login.prompt(prompt)?;
    }
    Ok(login)
}

/// A template for logins: start as many from it as you like.
#[wasm_bindgen]
pub struct Unstarted(authcode::Unstarted);

#[wasm_bindgen]
impl Unstarted {
    /// Starts a login: draws `state` and the PKCE verifier from 64 bytes of `crypto.getRandomValues`.
    pub fn start(&self, entropy: Vec<u8>) -> Result<AwaitingRedirect, JsError> {
        let entropy = Zeroizing::new(entropy);
        // Too few bytes are refused like zeros.
        let bytes = entropy.first_chunk().unwrap_or(&[0; 64]);
        self.0.start_with_entropy(bytes).map(AwaitingRedirect).map_err(|error| thrown(error.name()))
    }
}

/// A login whose user is at the server.
#[wasm_bindgen]
pub struct AwaitingRedirect(authcode::AwaitingRedirect);

#[wasm_bindgen]
impl AwaitingRedirect {
    /// Where to send the user.
    #[wasm_bindgen(js_name = authorizationUrl)]
    pub fn authorization_url(&self) -> JsValue {
        self.0.authorization_url().into()
    }

    /// The text to store before the page is left. It contains the PKCE verifier.
    pub fn suspend(&self) -> JsValue {
        self.0.suspend().to_json().expose().into()
    }

    /// Takes the URL that the user came back to.
    #[wasm_bindgen(js_name = receiveRedirect)]
    pub fn receive_redirect(self, url: &str) -> Result<CodeReceived, JsValue> {
        self.0.receive_redirect(url).map(CodeReceived).map_err(|rejected| {
            let mut state = None;
            let error = rejected.put_back(&mut state);
            redirect_refused(&error, state.map(|state| Self(state).into()))
        })
    }
}

/// A login that has its code.
#[wasm_bindgen]
pub struct CodeReceived(authcode::CodeReceived);

#[wasm_bindgen]
impl CodeReceived {
    /// The request that exchanges the code.
    pub fn request(&self) -> JsValue {
        request(&self.0.request())
    }

    /// The text to store. It contains the code and the PKCE verifier.
    pub fn suspend(&self) -> JsValue {
        self.0.suspend().to_json().expose().into()
    }

    /// Takes the response, whatever its status is. `retry_after` is the value of that header. `now` is in seconds.
    #[wasm_bindgen(js_name = receiveResponse)]
    pub fn receive_response(
        self,
        status: u16,
        retry_after: Option<String>,
        body: Vec<u8>,
        now: f64,
    ) -> Result<Authorized, JsValue> {
        let next = self.0.receive_response(response(status, retry_after, body), time(now));
        next.map(Authorized).map_err(|rejected| {
            let mut state = None;
            let error = rejected.put_back(&mut state);
            token_refused(&error, state.map(|state| Self(state).into()))
        })
    }
}

/// A login that has its tokens. A refresh renews it in place; nothing consumes it.
#[wasm_bindgen]
pub struct Authorized(authcode::Authorized);

#[wasm_bindgen]
impl Authorized {
    /// The value of the `Authorization` header for the API.
    pub fn bearer(&self) -> Result<JsValue, JsError> {
        self.0.bearer().map(|header| header.expose().into()).map_err(|error| thrown(error.name()))
    }

    /// When the access token expires, in seconds since 1970. `undefined` if the server did not say so.
    #[wasm_bindgen(getter, js_name = expiresAt)]
    pub fn expires_at(&self) -> Option<f64> {
        self.0.tokens().expires_at().map(|moment| moment.as_secs() as f64)
    }

    /// For how many seconds it is valid. `undefined` if that is not stated or cannot be read.
    #[wasm_bindgen(getter)]
    pub fn lifetime(&self) -> Option<f64> {
        match self.0.tokens().lifetime() {
            Lifetime::Stated(lifetime) => Some(lifetime.as_secs() as f64),
            _ => None,
        }
    }

    /// Whether to renew the access token before it is used. `now` and `leeway` are in seconds.
    #[wasm_bindgen(js_name = needsRenewal)]
    pub fn needs_renewal(&self, now: f64, leeway: f64) -> bool {
        self.0.needs_renewal(time(now), Duration::from_secs(leeway as u64))
    }

    /// The scope that was granted. `undefined` if the server did not say so.
    #[wasm_bindgen(getter, js_name = grantedScope)]
    pub fn granted_scope(&self) -> JsValue {
        match self.0.tokens().granted_scope() {
            GrantedScope::Stated(scope) => scope.as_str().into(),
            _ => JsValue::UNDEFINED,
        }
    }

    /// Whether there is a refresh token, so that `renewal` returns a `Refresh`.
    #[wasm_bindgen(getter, js_name = canRefresh)]
    pub fn can_refresh(&self) -> bool {
        self.0.tokens().refresh_token().is_some()
    }

    /// How to renew the access token: a `Refresh`, or an `Unstarted` if there is no refresh token. Call it again for
    /// another try.
    pub fn renewal(&self) -> JsValue {
        match self.0.renewal() {
            Renewal::Refresh(refresh) => Refresh(refresh).into(),
            Renewal::Reauthorize(template) => Unstarted(template).into(),
        }
    }

    /// A template that asks for the same again, for a user who has to log in anew.
    pub fn reauthorize(&self) -> Unstarted {
        Unstarted(self.0.reauthorize())
    }
}

/// One refresh: a request, good for one response.
#[wasm_bindgen]
pub struct Refresh(authcode::Refresh);

#[wasm_bindgen]
impl Refresh {
    /// The request for a new token.
    pub fn request(&self) -> JsValue {
        request(&self.0.request())
    }

    /// Takes the response, and renews the login that it came from in place. Returns whether it has another refresh token
    /// now. If it is refused, the login has kept every token that may still work.
    #[wasm_bindgen(js_name = receiveResponse)]
    pub fn receive_response(
        self,
        login: &mut Authorized,
        status: u16,
        retry_after: Option<String>,
        body: Vec<u8>,
        now: f64,
    ) -> Result<bool, JsValue> {
        let refreshed = self.0.receive_response(&mut login.0, response(status, retry_after, body), time(now));
        refreshed.map(|refreshed| refreshed.rotated).map_err(|error| token_refused(&error, None))
    }
}

/// `Date.now() / 1000`.
fn time(seconds: f64) -> UnixTime {
    UnixTime::from_secs(seconds as u64)
}

/// A mistake in the page: the name of a variant of `ConfigError`, `ParameterError`, `StartError` or `BearerError`. The
/// documentation of the crate has its sentence.
fn thrown(name: &str) -> JsError {
    JsError::new(name)
}
