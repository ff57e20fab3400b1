//! The OAuth 2.0 Authorization Code flow with PKCE as a sans-IO state machine: it says which HTTP request to make,
//! you make it with whatever you have, and a step out of order does not compile.
//!
//! ```text
//!              start(rng)                 receive_redirect(url)                receive_token_response(resp, now)
//! Unstarted ───────────────▶ AwaitingRedirect ───────────────▶ CodeReceived ───────────────▶ Authorized
//!     ▲                        │  ▲    authorization_url()        │  ▲   token_request()          │
//!     │                        └──┘ refused: state handed back    └──┘ refused: handed back       │ renew()
//!     │                                                                                           ▼
//!     └──────────────── Reauthorize ◀──────────────────────────────────────────────── Renewal::{Refresh, Reauthorize}
//!                                                                     Refreshing ◀────┘
//!                                                                     (the two verbs of CodeReceived) ──▶ Authorized
//! ```
//!
//! Each state is a struct of its own. A request comes from `&self` and is the same at each call, so a failure of the
//! network touches nothing. A step takes `self`; a refused one hands the state back if the login is still alive.
//!
//! | state | emits, by `&self` | moves on, by `self` |
//! |---|---|---|
//! | [`Unstarted`] | | [`start`](Unstarted::start), [`try_start`](Unstarted::try_start), [`start_with_entropy`](Unstarted::start_with_entropy) |
//! | [`AwaitingRedirect`] | [`authorization_url`](AwaitingRedirect::authorization_url) | [`receive_redirect`](AwaitingRedirect::receive_redirect) |
//! | [`CodeReceived`] | [`token_request`](CodeReceived::token_request) | [`receive_token_response`](CodeReceived::receive_token_response) |
//! | [`Authorized`] | [`bearer`](Authorized::bearer), [`needs_renewal`](Authorized::needs_renewal) | [`renew`](Authorized::renew) |
//! | [`Refreshing`] | [`token_request`](Refreshing::token_request) | [`receive_token_response`](Refreshing::receive_token_response), [`cancel`](Refreshing::cancel) |
//!
//! Before them, if only the server's issuer is known: [`Discovery`], which finds its endpoints. All of the states have
//! `suspend`, and come back by [`Suspended::resume`]. [`Flow`] holds any of them. Which refusal hands
//! the state back is one table: see [`flow`].
//!
//! # A whole login
//!
//! ```
//! use authcode::{Client, ClientAuth, HttpResponse, Redirect, Renewal, Server, UnixTime};
//!
//! let server = Server::new("https://loom.example/authorize", "https://loom.example/oauth/token")?;
//! let client = Client::new(server, "my-app", ClientAuth::None, "http://127.0.0.1/callback")?;
//!
//! // Listen first, so that the port is known. Then draw `state` and verifier.
//! let pending = client
//!     .login()
//!     .scope("openid offline_access")?
//!     .audience("https://api.loomai.com/")?
//!     .loopback_port(51004)?
//!     .try_start(getrandom::SysRng)?;
//! let url = pending.authorization_url();
//! assert!(url.starts_with("https://loom.example/authorize?response_type=code&audience=https%3A%2F%2Fapi.loomai.com%2F"));
//!
//! // The user's browser goes to `url`. Whatever is not an answer to this login hands the state back.
//! let refused = pending.receive_redirect(Redirect::target("/favicon.ico")).unwrap_err();
//! let pending = refused.recover()?;
//! # let state = &url[url.find("&state=").unwrap() + 7..];
//! # let target = format!("/callback?code=SplxlOBeZQQYbYS6WxSbIA&state={state}");
//! let code = pending.receive_redirect(Redirect::target(&target))?;
//!
//! // Send the request with your own HTTP stack, and hand back what came.
//! let request = code.token_request();
//! assert_eq!((request.method, &*request.url), ("POST", "https://loom.example/oauth/token"));
//! # let body = r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","token_type":"Bearer","expiry":3600}"#;
//! let now = UnixTime::from_secs(1_700_000_000);
//! let authorized = code.receive_token_response(HttpResponse::new(200, body), now)?;
//! assert_eq!(authorized.bearer()?.expose(), "Bearer 2YotnFZFEjr1zCsicMWpAA");
//! assert_eq!(authorized.expires_at(), Some(UnixTime::from_secs(1_700_003_600)));
//!
//! // When it has run out: refresh, or authorize again.
//! match authorized.renew() {
//!     Renewal::Refresh(refreshing) => assert_eq!(refreshing.token_request().url, "https://loom.example/oauth/token"),
//!     Renewal::Reauthorize(unstarted) => drop(unstarted.loopback_port(51004)?),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A step out of order does not compile:
//!
//! ```compile_fail
//! # fn example(pending: authcode::AwaitingRedirect) {
//! let request = pending.token_request(); // there is no code yet
//! # }
//! ```
//!
//! # Scope
//!
//! The Authorization Code flow with PKCE (RFC 6749, RFC 7636), for native and mobile applications (RFC 8252), with
//! `iss` (RFC 9207), metadata (RFC 8414), and as RFC 9700 wants it.
//!
//! Out of scope: sockets, TLS, opening a browser, storage engines, the device and the client-credentials grant,
//! validating the signature of an ID token ([`Authorized::response_member`] hands it to a library that does).
//!
//! # Security
//!
//! What the crate does:
//!
//! - PKCE with `S256` and a `state` of 256 random bits, always; there is no `plain`. `state` is compared in constant
//!   time, and before anything else in a redirect is believed, `error` included.
//! - Endpoints and issuer are one value that goes with the login: a code cannot go to another server.
//! - Secrets are redacted in every `Debug` and absent from every error, and wiped on drop. They stand on the heap, and
//!   a state that moves on does not copy them. What the host copies out, the host must wipe. A scanning allocator looks
//!   for them in every freed block: `cargo test --manifest-path tests/memory/Cargo.toml`.
//! - Metadata is checked like anything that comes from outside: see [`Discovery`].
//! - Whatever comes from outside is limited ([`limits`]), checked and answered with a typed error. Nothing panics.
//! - `unsafe` is forbidden in this crate.
//!
//! What the host must do, for the requests:
//!
//! - **TLS**, with the server's certificate checked; for the API, too. There the token goes into the header, never into
//!   a URL or a cookie.
//! - **Never follow a redirect** from the token endpoint, and **stop reading** a body that is longer than the request's
//!   [`max_response_len`](HttpRequest::max_response_len).
//! - **Check where an endpoint leads**, if it comes from somebody else: `https://169.254.169.254/` is a good URI. Refuse
//!   private addresses in the network layer.
//!
//! For the user's browser:
//!
//! - **Use the user's own browser** (RFC 8252 §8.12), and hand it the URL as one argument, without a shell. A native
//!   application is a public client: a secret in it is none.
//! - **Bind a pending login to the user's session** (an `HttpOnly`, `Secure`, `SameSite=Lax` cookie that names the
//!   stored login): only the browser that started a login may finish it.
//! - **Answer the redirect** with a page that has no content of others, `Cache-Control: no-store` and
//!   `Referrer-Policy: no-referrer`, or with a redirect to one. Take query and fragment out of the address bar.
//! - **Follow nothing that a redirect names**, `error_uri` included, and escape a description before it goes into HTML.
//!   Between windows, take a message from the exact origin of the redirect page alone.
//! - **On loopback**, listen on the address (`127.0.0.1` or `[::1]`) alone, and stop when the login is done.
//! - **An end to the waiting.** Some servers leave `state` out of an error, and a user may never come back.
//!
//! For the store:
//!
//! - **Take a stored login exactly once**, in one atomic step, and let it expire. Only your program may read and write it.
//!   A callback that finds it taken waits for the result of the first one, or starts a new login: the code of the first
//!   may have been used, and a second use can take its tokens back.
//! - **One refresh at a time** for each login: see *Several workers*.
//!
//! For the choice of the server:
//!
//! - **Endpoints and issuer come from one document**, the server's metadata where it has any: [`Discovery`] uses it only
//!   if the `issuer` in it is the one that you asked for. No two servers may have the same issuer.
//! - **A redirect URI for each server**, where your program knows more than one and they do not send `iss`.
//! - **Look whether it does PKCE**, where you do not use [`Discovery`], which does: a client cannot see a server that
//!   ignores it.
//! - **Ask for as little scope as will do**, and for one audience. An access token does not say who the user is: that
//!   takes a validated ID token.
//!
//! # Several workers
//!
//! A refresh token of a careful server can be used once. Whoever uses an old one is taken for a thief, and the whole
//! login ends. So one worker at a time may hold a [`Refreshing`]:
//!
//! - **Tasks of one process** share one [`Authorized`] behind a mutex, and refresh while they hold it. The example
//!   `refresh_once` does that, for any number of tasks.
//! - **Processes** share one stored form. Take a lock in the store; **read the stored form after that**, since another
//!   one may have renewed it meanwhile: if it has changed, and any time is left, use it. Otherwise refresh; write
//!   [`suspend`](Authorized::suspend) back **before** anybody uses the new token, and only if the stored form is still
//!   the one that you read; let the lock go. The lock must outlive the timeout of the request, and run out by itself if
//!   its holder dies. The example `web-service` does that in Redis.
//! - **A browser that goes away must not take the refresh with it**: where a server drops the handler of a request whose
//!   client has gone, exchange and refresh belong in a task of their own.
//! - **If the holder dies** between the request and the write, the new refresh token is lost, and the next refresh may
//!   be refused: `invalid_grant`, and the user logs in again. Nothing on the client's side can prevent that. Many
//!   servers leave the old one good for some seconds.
//! - **A token that is refused** before its time (401 from the API) is a reason to refresh once, by the same way, and
//!   only if the stored token is still the one that was refused.
//!
//! [`Authorized::refreshed`] tells whether the refresh token is a new one and what the scope was before,
//! [`time_left`](Authorized::time_left) when to come again.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `http` | no | [`HttpRequest`] to and [`HttpResponse`] from the types of the crate `http` |
//! | `std` | yes | `UnixTime::now`, extra parameters as any `Serialize` or `Deserialize` type |
//! | `url` | yes | [`Uri`] from `url::Url` and back; the only way for internationalised hosts |
//!
//! Without them the crate needs `core` and `alloc`, and builds where there is no atomic compare-and-swap.
//!
//! # Decisions
//!
//! - **The secrets of a login are boxed**, and its options with them. One heap block buys three things: a step moves a
//!   pointer and leaves no copy of the secrets on the stack, `Rejected` is small without a box of its own, and a refused
//!   redirect hands the state back without an allocation. For the same reason `start_with_entropy` takes its bytes by reference.
//! - **A parameter is known to need no encoding, or is looked at.** Names of the protocol, `state` and the values of PKCE
//!   are written as they are; that saves a fifth of the instructions of a login (`tests/perf/run.sh`).
//! - **A stored token is the server's own response.** Resuming reads it again through the same parser, so there is no
//!   second form to keep in step, and unknown members survive.
//! - **The dialect belongs to the [`Server`]**, not to the client: it says how the server behaves.
//! - **The media type of a token response is not looked at.** Real servers send JSON as `text/plain`, as `text/html` or
//!   as nothing. A page of HTML is no JSON.
//! - **A success is any 2xx with a usable token.** RFC 6749 has 200 alone; a token that came with 201 is not lost.
//! - **Redirects are compared byte for byte**, but for what every browser does to a URL: it leaves out the scheme's own
//!   port and writes an empty path as `/`. A query of the redirect URI's own is compared decoded: servers re-encode it.
//! - **Beyond 2xx, 400, 401 and 403 only a registered error code is an OAuth error.** A gateway's `{"error":"Not Found"}`
//!   says nothing about the code, so it hands the state back.
//! - **A description is not part of an error's text.** It may repeat what was sent. [`OAuthError`] has it, made safe to
//!   show.
//! - **A dialect cannot reach `state` and PKCE**, and there is no login without them. Other
//!   clients switch PKCE off for some providers, of which a few refuse its parameters: this crate is not for those.
//! - **Discovery wants `S256` to be advertised.** RFC 8414 §2 reads silence as "no PKCE". Some servers do it silently:
//!   [`accept_unadvertised_s256`](Discovery::accept_unadvertised_s256) is for them, by name.
//! - **An address in metadata is refused** where a name should be, unless the issuer is at it. That is not a filter for
//!   private networks (a name can lead there, too), but it takes the shortest way away.
//! - **Addresses and dates are read by the crate itself**, and messages quote names by themselves. What `core` has for
//!   them is right, and brings its formatting and tables of Unicode along: a sixth of a WebAssembly module. The suite
//!   holds the addresses against `core::net`.
//! - **Nothing of a login but a message is formatted.** Numbers are written and texts are cut by a few lines of the crate's
//!   own, and an error has a [`name`](TokenError::name) beside its message. A host that shows names links neither
//!   `core::fmt` nor the search of `core::str`: a tenth of a WebAssembly module (`examples/browser`).
//! - **A stored form comes back as the state that is asked for**, by [`Resume`], and not by way of a [`Flow`]: a program
//!   has no code for the states that it never stores.
//! - **JSON is read by the crate itself.** A response is passed over, and what matters is borrowed from it: `json.rs`.
//!   `serde_json` would do, but its typed values and errors bring tables for floats and half of `core::fmt`: 48 KB
//!   more flash on a Cortex-M0, as long as it read responses and stored forms, and lifetimes as floats. A whole login
//!   takes 51 KB there (`examples/cortex-m/run.sh`). It also copies some of what it refuses into memory that nobody
//!   wipes.
//!   The suite and the fuzzers hold the two against each other; [`Authorized::response_member`] and [`Discovery`] still
//!   use the library.
//! - **A stored form is texts under names.** Numbers and lists are written as texts, too, so that every format of `serde`
//!   that has maps, and [`Suspended::to_json`], write and read the same thing.
//! - **A dialect renames; it does not run.** A function in its place could do everything, and could not be a `const`,
//!   compared, or checked before the first login. What it cannot say, the host says first: it holds request and response.
//! - **A body of a refusal is kept**, and none of it is shown. Without it, an error of a server that does not follow the
//!   RFC is a status and nothing else.
//! - **Hosts in punycode come through `url::Url`.** To tell a good one from a bad one takes tables of Unicode, which have
//!   no place in the core.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod config;
mod encoding;
pub mod flow;
mod http;
pub mod limits;
mod names;
mod pkce;
mod response;
mod secret;
mod setup;
mod untrusted;

pub use config::client::{Client, ClientAuth};
pub use config::dialect::{Dialect, LifetimeFormat};
pub use config::error::ConfigError;
pub use config::parameters::{Leg, ParameterError};
pub use config::providers;
pub use config::scope::{Scope, ScopeError};
pub use config::server::{IssParameter, Server};
pub use config::uri::{Uri, UriError};
pub use encoding::time::UnixTime;
pub use flow::suspended::{Resume, ResumeError, Suspended};
pub use flow::{
    Authorized, AwaitingRedirect, BearerError, CodeReceived, Flow, RefreshEnded, Refreshed, Refreshing, Rejected,
    Renewal, StartError, Unstarted,
};
pub use http::{Headers, HttpRequest, HttpResponse};
pub use rand_core;
pub use response::authorization_response::{Redirect, RedirectError};
pub use response::fault::Fault;
pub use response::oauth_error::{ErrorCode, OAuthError};
pub use response::token_response::{GrantedScope, Lifetime, TokenError, TokenType, UnusableToken};
pub use secret::Secret;
pub use setup::discovery::{Discovery, DiscoveryError, Metadata};
pub use untrusted::Untrusted;

#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
