//! The guide: what a program around this crate has to do, and how.
//!
//! | page | answers |
//! |---|---|
//! | [`security`] | What are my duties, and which attack does each of them stop? |
//! | [`storing`] | What do I store, where, when, and for which client can it be restored? |
//! | [`several_workers`] | How do tasks, threads or processes share one login? |
//! | [`asynchronous`] | How do I drive it from async code? |
//! | [`logging_out`] | How does a user log out: tokens, and the session at the provider? |
//! | [`errors`] | Something was refused: what do I do now, and what do I tell the user? |
//! | [`decisions`] | Why is the crate as it is? |
//!
//! The states and the table of refusals are in [`flow`](crate::flow); every limit is in [`limits`](crate::limits). The
//! README has a complete login in 70 lines.

#[doc = include_str!("async.md")]
pub mod asynchronous {}
#[doc = include_str!("decisions.md")]
pub mod decisions {}
#[doc = include_str!("errors.md")]
pub mod errors {}
#[doc = include_str!("logging_out.md")]
pub mod logging_out {}
#[doc = include_str!("security.md")]
pub mod security {}
#[doc = include_str!("several_workers.md")]
pub mod several_workers {}
#[doc = include_str!("storing.md")]
pub mod storing {}
