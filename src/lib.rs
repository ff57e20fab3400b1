//! The OAuth 2.0 Authorization Code flow with PKCE as a sans-IO state machine.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod client;
mod dialect;
mod error;
pub mod flow;
mod form;
mod http;
pub mod limits;
mod oauth_error;
mod params;
mod pkce;
mod redirect;
mod scope;
mod secret;
mod server;
mod suspend;
mod time;
mod token;
mod uri;

pub use client::{Client, ClientAuth};
pub use dialect::{Dialect, LifetimeUnit};
pub use error::{
    BearerError, ConfigError, Fault, ParameterError, RedirectError, ResumeError, ScopeError, StartError, TokenError,
    UnusableToken, UriError,
};
pub use flow::{
    Authorized, AwaitingRedirect, CodeReceived, Flow, RefreshEnded, Refreshing, Rejected, Renewal, Unstarted,
};
pub use http::{Headers, HttpRequest, HttpResponse};
pub use oauth_error::{ErrorCode, OAuthError, Untrusted};
pub use params::Leg;
pub use rand_core;
pub use redirect::Redirect;
pub use scope::Scope;
pub use secret::Secret;
pub use server::{IssParameter, Server};
pub use suspend::Suspended;
pub use time::UnixTime;
pub use token::{GrantedScope, Lifetime, TokenType};
pub use uri::Uri;
