//! What a refused step throws.

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString};

use authcode::{Fault, OAuthError, RedirectError, StartError, TokenError};
use wasm_bindgen::prelude::*;

/// A step that was refused: why, and what the login goes on with.
#[wasm_bindgen]
pub struct Refused {
    kind: &'static str,
    message: String,
    fault: Fault,
    is_retryable: bool,
    retry_after: Option<f64>,
    server: Option<(String, Option<String>)>,
    state: JsValue,
}

#[wasm_bindgen]
impl Refused {
    /// The name of the reason: that of the variant in Rust.
    #[wasm_bindgen(getter)]
    pub fn kind(&self) -> String {
        self.kind.to_owned()
    }

    /// The reason in the crate's words. There is nothing secret in it.
    #[wasm_bindgen(getter)]
    pub fn message(&self) -> String {
        self.message.clone()
    }

    /// Who has to act: `host`, `server`, `stranger` or `user`.
    #[wasm_bindgen(getter)]
    pub fn fault(&self) -> String {
        let fault = match self.fault {
            Fault::Host => "host",
            Fault::Stranger => "stranger",
            Fault::User => "user",
            _ => "server",
        };
        fault.to_owned()
    }

    /// Whether the same may succeed later.
    #[wasm_bindgen(getter, js_name = isRetryable)]
    pub fn is_retryable(&self) -> bool {
        self.is_retryable
    }

    /// How many seconds the server asks to wait.
    #[wasm_bindgen(getter, js_name = retryAfter)]
    pub fn retry_after(&self) -> Option<f64> {
        self.retry_after
    }

    /// The server's error code. Where a redirect has no `state`, anybody may have written it.
    #[wasm_bindgen(getter, js_name = serverError)]
    pub fn server_error(&self) -> Option<String> {
        self.server.as_ref().map(|(code, _)| code.clone())
    }

    /// What the server says beside it. It is text from outside.
    #[wasm_bindgen(getter, js_name = serverDescription)]
    pub fn server_description(&self) -> Option<String> {
        self.server.as_ref().and_then(|(_, description)| description.clone())
    }

    /// What the login goes on with. `undefined`: it has ended.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> JsValue {
        self.state.clone()
    }
}

impl Refused {
    pub(crate) fn start(error: &StartError, state: Option<JsValue>) -> Self {
        Self {
            kind: error.name(),
            message: error.to_string(),
            fault: error.fault(),
            is_retryable: error.is_retryable(),
            retry_after: None,
            server: None,
            state: state.unwrap_or_default(),
        }
    }

    pub(crate) fn redirect(error: &RedirectError, state: Option<JsValue>) -> Self {
        let claimed = match error {
            RedirectError::StateMissing { unauthenticated } => unauthenticated.as_deref(),
            _ => error.oauth_error(),
        };
        Self {
            kind: error.name(),
            message: error.to_string(),
            fault: error.fault(),
            is_retryable: error.is_retryable(),
            retry_after: None,
            server: claimed.map(in_its_words),
            state: state.unwrap_or_default(),
        }
    }

    pub(crate) fn token(error: &TokenError, state: Option<JsValue>) -> Self {
        Self {
            kind: error.name(),
            message: error.to_string(),
            fault: error.fault(),
            is_retryable: error.is_retryable(),
            retry_after: error.retry_after().map(|pause| pause.as_secs_f64()),
            server: error.oauth_error().map(in_its_words),
            state: state.unwrap_or_default(),
        }
    }
}

/// The error code, and the description as the crate makes it safe to show.
fn in_its_words(error: &OAuthError) -> (String, Option<String>) {
    (error.code.as_str().to_owned(), error.description.as_ref().map(ToString::to_string))
}
