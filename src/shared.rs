//! The reference count that the target has.

// A target without atomic compare-and-swap has no `Arc` in `alloc`.
#[cfg(not(target_has_atomic = "ptr"))]
pub(crate) use alloc::rc::Rc as Shared;
#[cfg(target_has_atomic = "ptr")]
pub(crate) use alloc::sync::Arc as Shared;
