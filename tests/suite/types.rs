//! Properties of the types: small, and `Send` and `Sync`.

use core::mem::size_of;

use authcode::*;

static_assertions::assert_impl_all!(Client: Clone, Send, Sync);
static_assertions::assert_impl_all!(Server: Clone, Send, Sync);
static_assertions::assert_impl_all!(Unstarted: Clone, Send, Sync, Unpin);
static_assertions::assert_impl_all!(AwaitingRedirect: Send, Sync, Unpin);
static_assertions::assert_impl_all!(CodeReceived: Send, Sync, Unpin);
static_assertions::assert_impl_all!(Authorized: Send, Sync, Unpin);
static_assertions::assert_impl_all!(Refresh: Send, Sync, Unpin);
static_assertions::assert_impl_all!(Refreshing<'static>: Exchange, Send, Sync, Unpin);
static_assertions::assert_impl_all!(CodeReceived: Exchange);
static_assertions::assert_impl_all!(Discovery: Exchange, Clone, Send, Sync);
static_assertions::assert_impl_all!(Pushing: Exchange, Send, Sync, Unpin);
static_assertions::assert_impl_all!(Revocation: Exchange, Send, Sync, Unpin);
static_assertions::assert_impl_all!(Logout: Send, Sync, Unpin);
static_assertions::assert_impl_all!(LogoutState: Send, Sync, Unpin);
static_assertions::assert_impl_all!(Tokens: Send, Sync);
static_assertions::assert_impl_all!(RefreshOptions: Clone, Default, Send, Sync);
static_assertions::assert_impl_all!(Flow: Send, Sync);
static_assertions::assert_impl_all!(Suspended: Send, Sync);
static_assertions::assert_impl_all!(HttpRequest: Send, Sync);
static_assertions::assert_impl_all!(Rejected<AwaitingRedirect, RedirectError>: core::fmt::Debug, Send, Sync);
static_assertions::assert_impl_all!(RedirectError: Refusal, Clone, PartialEq, Send, Sync);
static_assertions::assert_impl_all!(TokenError: Refusal, Clone, PartialEq, Send, Sync);
static_assertions::assert_impl_all!(EndpointError: Refusal, Clone, PartialEq, Send, Sync);
static_assertions::assert_impl_all!(ResumeError: Refusal, Copy, PartialEq, Send, Sync);
static_assertions::assert_impl_all!(DiscoveryError: Refusal, Clone, Send, Sync);
static_assertions::assert_impl_all!(StartError: core::error::Error, Copy, PartialEq, Send, Sync);
static_assertions::assert_impl_all!(PublicKey: Clone, Eq, core::hash::Hash, Send, Sync);
static_assertions::assert_impl_all!(AssertionKey: Clone, Eq, core::hash::Hash, Send, Sync);
static_assertions::assert_impl_all!(Fresh: Send, Sync);
static_assertions::assert_impl_all!(Draft<HttpRequest>: core::fmt::Debug, Send, Sync, Unpin);
static_assertions::assert_impl_all!(ResourceNonce: Clone, Eq, Send, Sync);
// Nothing is lost with a signature, so its error may be passed on.
static_assertions::assert_impl_all!(RejectedSignature<HttpRequest>: core::error::Error, Send, Sync);
static_assertions::assert_impl_all!(SignatureError: core::error::Error, Copy, Eq, Send, Sync);

// `?` on a refused step must not compile: it would drop a live login.
static_assertions::assert_not_impl_any!(Rejected<AwaitingRedirect, RedirectError>: core::error::Error);
static_assertions::assert_not_impl_any!(Rejected<CodeReceived, TokenError>: core::error::Error);
static_assertions::assert_not_impl_any!(Rejected<Pushing, EndpointError>: core::error::Error);

static_assertions::assert_not_impl_any!(AwaitingRedirect: Clone, serde::Serialize, PartialEq);
static_assertions::assert_not_impl_any!(CodeReceived: Clone, serde::Serialize, PartialEq);
static_assertions::assert_not_impl_any!(Authorized: Clone, serde::Serialize, PartialEq);
static_assertions::assert_not_impl_any!(Refresh: Clone, serde::Serialize, PartialEq);
static_assertions::assert_not_impl_any!(Refreshing<'static>: Clone, serde::Serialize, PartialEq);
static_assertions::assert_not_impl_any!(Pushing: Clone, serde::Serialize, PartialEq);
static_assertions::assert_not_impl_any!(Revocation: Clone, serde::Serialize, PartialEq);
static_assertions::assert_not_impl_any!(LogoutState: Clone, serde::Serialize, PartialEq);
static_assertions::assert_not_impl_any!(Suspended: Clone, PartialEq, core::fmt::Display);
static_assertions::assert_not_impl_any!(Fresh: Clone, serde::Serialize, PartialEq);
static_assertions::assert_not_impl_any!(Draft<HttpRequest>: Clone, serde::Serialize);
static_assertions::assert_not_impl_any!(SigningJob<HttpRequest>: Clone, serde::Serialize);
static_assertions::assert_not_impl_any!(ResourceHeaders: Clone, serde::Serialize);
static_assertions::assert_not_impl_any!(ClientAssertion: Clone, serde::Serialize);
static_assertions::assert_not_impl_any!(Secret: Clone, PartialEq, core::fmt::Display, serde::Serialize);

/// The secrets are on the heap, so a move is cheap and leaves no copy of them.
#[test]
fn a_step_moves_pointers_to_secrets_and_no_secret() {
    assert_eq!(words::<AwaitingRedirect>(), 1);
    assert!(words::<Authorized>() <= 32, "{}", words::<Authorized>());
    assert_eq!(words::<Refresh>(), 1);
    assert_eq!(words::<Pushing>(), 2);
    assert_eq!(words::<Revocation>(), 1);
    assert_eq!(words::<LogoutState>(), 1);
    assert_eq!(words::<Refreshing<'static>>(), 2);
    assert!(words::<CodeReceived>() <= 7);
    assert_eq!(words::<SigningJob<HttpRequest>>(), 1);
    assert!(words::<RejectedSignature<HttpRequest>>() <= 4);
    // No secrets in it.
    assert_eq!(words::<Unstarted>(), 2);
}

#[test]
fn refusals_are_small() {
    assert!(words::<Rejected<AwaitingRedirect, RedirectError>>() <= 8);
    assert!(words::<Rejected<CodeReceived, TokenError>>() <= 10);
    assert!(words::<Rejected<Refreshing<'static>, TokenError>>() <= 6);
    assert!(words::<TokenError>() <= 3);
    assert!(words::<EndpointError>() <= 4);
    assert!(words::<Rejected<Pushing, EndpointError>>() <= 6);
}

fn words<T>() -> usize {
    size_of::<T>() / size_of::<usize>()
}

#[test]
fn each_state_names_its_client() {
    let scenario = crate::scenario::Scenario::default();
    let id = "s6BhdRkqt3";
    assert_eq!(scenario.to_unstarted().client().client_id(), id);
    assert_eq!(scenario.to_awaiting_redirect().client().client_id(), id);
    assert_eq!(scenario.to_code_received().client().client_id(), id);
    assert_eq!(scenario.to_authorized().client().client_id(), id);
}
