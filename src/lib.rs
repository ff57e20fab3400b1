//! The OAuth 2.0 Authorization Code flow with PKCE as a sans-IO state machine: it says
//! which HTTP request to make, you make it with any HTTP library, and a step out of
//! order does not compile.
//!
//! ```text
//!             start(rng)                   receive_redirect
//!  Unstarted ────────────▶ AwaitingRedirect ────────────────▶ CodeReceived
//!      ▲  │ start_pushed(rng) ▲  authorization_url()             request()
//!      │  └────▶ Pushing ─────┘                                    │ receive_response
//!      │ reauthorize()                                             │
//!      │                                                           ▼
//!      └──────────────────────────────────────────────────── Authorized ⟲ refreshed
//!                                                             bearer()     in place
//! ```
//!
//! Each state is a struct. A request comes from `&self` and is the same at each call, so a
//! network failure touches nothing. A step takes `self`; a refused step returns the state
//! if the login is still alive, and says what to do now.
//!
//! | state | read from it | go on |
//! |---|---|---|
//! | [`Unstarted`] | | [`start`](Unstarted::start) |
//! | [`Pushing`], if the server wants the request [pushed](Unstarted::start_pushed) | [`request`](Pushing::request) | [`receive_response`](Pushing::receive_response) |
//! | [`AwaitingRedirect`] | [`authorization_url`](AwaitingRedirect::authorization_url) | [`receive_redirect`](AwaitingRedirect::receive_redirect) |
//! | [`CodeReceived`] | [`request`](CodeReceived::request) | [`receive_response`](CodeReceived::receive_response) |
//! | [`Authorized`] | [`bearer`](Authorized::bearer), [`needs_renewal`](Authorized::needs_renewal) | [`renewal`](Authorized::renewal), then [`Refresh::receive_response`] |
//!
//! ```
//! use authcode::{Client, HttpResponse, NextStep, Server, UnixTime};
//!
//! let server = Server::new(
//!     "https://loom.example/authorize",
//!     "https://loom.example/oauth/token",
//! )?;
//! let client = Client::new(server, "my-app", "com.example.app:/callback")?;
//! let pending = client
//!     .login()
//!     .scope("openid offline_access")?
//!     .audience("https://api.loomai.com/")?
//!     .start(getrandom::SysRng)?;
//!
//! // Open this in the user's browser.
//! let url = pending.authorization_url();
//!
//! // Anyone can call a redirect URI: the login goes on waiting.
//! let rejected = pending.receive_redirect("com.example.app:/hello").unwrap_err();
//! assert_eq!(rejected.next_step(), NextStep::Wait);
//! let pending = rejected.recover()?;
//!
//! # let redirect = format!("com.example.app:/callback?code=Splx&state={}", pending.state());
//! let code = match pending.receive_redirect(&redirect) {
//!     Ok(code) => code,
//!     Err(rejected) => return Err(rejected.into_error().into()),
//! };
//!
//! // Send it with your own HTTP stack, and pass on what came.
//! let request = code.request();
//! assert_eq!(request.method, "POST");
//! assert_eq!(request.url, "https://loom.example/oauth/token");
//! # let body = r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","token_type":"Bearer","expiry":3600}"#;
//! let now = UnixTime::from_secs(1_700_000_000);
//! let login = match code.receive_response(HttpResponse::new(200, body), now) {
//!     Ok(login) => login,
//!     Err(rejected) => return Err(rejected.into_error().into()),
//! };
//! assert_eq!(login.bearer()?.expose(), "Bearer 2YotnFZFEjr1zCsicMWpAA");
//! assert_eq!(login.tokens().expires_at(), Some(UnixTime::from_secs(1_700_003_600)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A step out of order does not compile:
//!
//! ```compile_fail,E0599
//! # fn example(pending: authcode::AwaitingRedirect) {
//! let request = pending.request(); // there is no code yet
//! # }
//! ```
//!
//! # Where to go from here
//!
//! - Which refusal returns the state, and what to do then: [`flow`].
//! - Your duties, storing, several workers, async, decisions: the [guide].
//! - One driver for every request: [`Exchange`].
//! - After the login: [`Revocation`] of its tokens, [`Logout`] at the provider.
//! - The server: [`Server`], [`Discovery`] by its issuer, [`providers`], [`Dialect`].
//! - Keys that never enter the crate, for DPoP and client assertions: [`Draft`].
//! - Every limit, with its reason: [`limits`].
//!
//! It follows RFC 6749, 7009, 7523, 7636, 7638, 8252, 8414, 8707, 9126, 9207, 9449 and
//! 9700. Out of scope: sockets, TLS, opening a browser, storage engines, other grants,
//! private keys, the signature of an ID token. `unsafe` is forbidden.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `http` | no | [`HttpRequest`] to and [`HttpResponse`] from the types of the crate `http` |
//! | `serde_json` | yes | members of responses and metadata as any `Deserialize` type |
//! | `std` | yes | `UnixTime::now`, parameters as any `Serialize` or `Deserialize` type |
//! | `url` | yes | [`Uri`] from `url::Url` and back, for internationalized hosts |
//!
//! Without them the crate needs `core` and `alloc`, and builds where there is no atomic
//! compare-and-swap.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod config;
mod encoding;
pub mod flow;
pub mod guide;
mod http;
mod jose;
pub mod limits;
mod names;
mod pkce;
mod response;
mod secret;
mod setup;
mod shared;
mod untrusted;

pub use config::client::Client;
pub use config::dialect::{Dialect, LifetimeFormat};
pub use config::error::ConfigError;
pub use config::identity::{ClientAuth, Identity};
pub use config::parameters::ParameterError;
pub use config::providers;
pub use config::scope::{Scope, ScopeError};
pub use config::server::{IssParameter, Server};
pub use config::uri::{IntoUri, Uri, UriError};
pub use encoding::time::UnixTime;
#[doc(inline)]
pub use flow::{
    Authorized, AwaitingRedirect, BearerError, CodeReceived, Exchange, Flow, Logout, LogoutState, Pushing, Refresh,
    RefreshOptions, Refreshed, Refreshing, Rejected, Renewal, Resend, ResourceHeaders, ResourceRequestError,
    ResumeError, Revocation, StartError, StateKind, Suspended, TokenError, TokenTypeHint, Tokens, Unstarted,
};
pub use http::{Headers, HttpRequest, HttpResponse};
pub use jose::algorithm::Algorithm;
pub use jose::assertion::{AssertionKey, Audience, ClientAssertion};
pub use jose::draft::{Draft, Purpose, RejectedSignature, SignatureError, SigningJob};
pub use jose::fresh::{EntropyError, Fresh};
pub use jose::key_error::KeyError;
pub use jose::public_key::PublicKey;
pub use rand_core;
pub use response::authorization_response::{Redirect, RedirectError};
pub use response::challenge::{Challenge, ChallengeError};
pub use response::dpop_nonce::ResourceNonce;
pub use response::endpoint_error::{EndpointError, EndpointErrorKind};
pub use response::fault::Fault;
pub use response::lifetime::Lifetime;
pub use response::next_step::{NextStep, Refusal};
pub use response::oauth_error::{ErrorCode, OAuthError};
pub use response::token_response::{GrantedScope, TokenErrorKind, TokenType, UnusableToken};
pub use secret::Secret;
pub use setup::discovery::Discovery;
pub use setup::discovery_error::{DiscoveryError, DiscoveryErrorKind};
pub use setup::metadata::Metadata;
pub use untrusted::Untrusted;

#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
