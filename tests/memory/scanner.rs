//! An allocator that looks for secrets in each block when it is freed.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};

/// The system's allocator, which scans each block that is freed.
#[derive(Debug)]
pub struct Scanner;

thread_local! {
    static SECRETS: RefCell<Vec<&'static [u8]>> = const { RefCell::new(Vec::new()) };
    static FOUND: Cell<Option<&'static [u8]>> = const { Cell::new(None) };
    static FREED: Cell<usize> = const { Cell::new(0) };
}

/// The result of a scan.
#[derive(Debug, PartialEq)]
pub struct Seen {
    /// A secret that was in a freed block.
    pub secret: Option<String>,
    /// How many blocks were freed, so that a scan of nothing does not pass.
    pub freed: usize,
}

/// Runs `flow`, and looks for `secrets` in every block that this thread frees meanwhile.
pub fn scan(secrets: &[&'static str], flow: impl FnOnce()) -> Seen {
    SECRETS.set(secrets.iter().map(|secret| secret.as_bytes()).collect());
    FOUND.set(None);
    FREED.set(0);
    flow();
    let seen =
        Seen { secret: FOUND.get().map(|secret| String::from_utf8_lossy(secret).into_owned()), freed: FREED.get() };
    SECRETS.take();
    seen
}

// SAFETY: everything is left to the system's allocator. A block is read before it is freed, as far as it was written:
// `alloc` writes all of it.
unsafe impl GlobalAlloc for Scanner {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract. Zeroed, so that all of the block can be read later.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is alive and has this size, and all of it was written by `alloc`.
        let freed = unsafe { std::slice::from_raw_parts(block, layout.size()) };
        // Not while the list itself changes.
        let _ = SECRETS.try_with(|secrets| {
            if let Ok(secrets) = secrets.try_borrow() {
                FREED.set(FREED.get() + 1);
                let is_in = |secret: &&&[u8]| freed.windows(secret.len()).any(|window| window == **secret);
                if let Some(secret) = secrets.iter().find(is_in) {
                    FOUND.set(Some(secret));
                }
            }
        });
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(block, layout) }
    }

    // `realloc` is left to the default, which allocates, copies and frees: the old block is looked at, too.
}
