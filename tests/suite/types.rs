//! What the types promise: small, and free to move between threads.

use core::mem::size_of;

use authcode::*;

static_assertions::assert_impl_all!(Client: Clone, Send, Sync);
static_assertions::assert_impl_all!(Server: Clone, Send, Sync);
static_assertions::assert_impl_all!(Unstarted: Send, Sync, Unpin);
static_assertions::assert_impl_all!(AwaitingRedirect: Send, Sync, Unpin);
static_assertions::assert_impl_all!(CodeReceived: Send, Sync, Unpin);
static_assertions::assert_impl_all!(Authorized: Send, Sync, Unpin);
static_assertions::assert_impl_all!(Refreshing: Send, Sync, Unpin);
static_assertions::assert_impl_all!(Flow: Send, Sync);
static_assertions::assert_impl_all!(Suspended: Send, Sync);
static_assertions::assert_impl_all!(HttpRequest: Send, Sync);
static_assertions::assert_impl_all!(Rejected<AwaitingRedirect, RedirectError>: core::error::Error, Send, Sync);
static_assertions::assert_impl_all!(RefreshEnded: core::error::Error, Send, Sync);
static_assertions::assert_impl_all!(RedirectError: core::error::Error, Clone, PartialEq, Send, Sync);
static_assertions::assert_impl_all!(TokenError: core::error::Error, Clone, PartialEq, Send, Sync);

static_assertions::assert_not_impl_any!(Unstarted: Clone);
static_assertions::assert_not_impl_any!(AwaitingRedirect: Clone, serde::Serialize, PartialEq);
static_assertions::assert_not_impl_any!(CodeReceived: Clone, serde::Serialize, PartialEq);
static_assertions::assert_not_impl_any!(Authorized: Clone, serde::Serialize, PartialEq);
static_assertions::assert_not_impl_any!(Refreshing: Clone, serde::Serialize, PartialEq);
static_assertions::assert_not_impl_any!(Suspended: Clone, PartialEq, core::fmt::Display);
static_assertions::assert_not_impl_any!(Secret: Clone, PartialEq, core::fmt::Display, serde::Serialize);

/// The secrets stand on the heap, so a move is cheap and leaves no copy of them.
#[test]
fn a_state_with_secrets_is_a_pointer_to_them() {
    assert_eq!(words::<AwaitingRedirect>(), 1);
    assert_eq!(words::<Refreshing>(), 1);
    assert!(words::<CodeReceived>() <= 7);
    // No secrets of the login in these two.
    assert!(words::<Unstarted>() <= 14);
    assert!(words::<Authorized>() <= 42);
}

#[test]
fn refusals_are_small() {
    assert!(words::<Rejected<Unstarted, StartError>>() <= 15);
    assert!(words::<Rejected<AwaitingRedirect, RedirectError>>() <= 8);
    assert!(words::<Rejected<CodeReceived, TokenError>>() <= 14);
    assert!(words::<Rejected<Refreshing, TokenError, RefreshEnded>>() <= 8);
}

fn words<T>() -> usize {
    size_of::<T>() / size_of::<usize>()
}

#[test]
fn each_state_says_whose_it_is() {
    let scenario = crate::scenario::Scenario::default();
    let id = "s6BhdRkqt3";
    assert_eq!(scenario.to_unstarted().client().client_id(), id);
    assert_eq!(scenario.to_awaiting_redirect().client().client_id(), id);
    assert_eq!(scenario.to_code_received().client().client_id(), id);
    assert_eq!(scenario.to_authorized().client().client_id(), id);
    assert_eq!(scenario.to_refreshing().client().client_id(), id);
}
