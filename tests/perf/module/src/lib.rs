//! A whole login as functions for a host that is no Rust program: a page, or firmware. The host brings random bytes,
//! the redirect and the response, and gets the URL, the request and the token, or the reason why not.
//!
//! Built as a `cdylib` for WebAssembly, and linked into `firmware.rs` for a microcontroller.
#![cfg_attr(target_os = "none", no_std)]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;

#[cfg_attr(feature = "authcode", path = "authcode.rs")]
#[cfg_attr(feature = "oauth2", path = "oauth2.rs")]
#[cfg_attr(feature = "parts", path = "parts.rs")]
pub mod subject;

/// A text that the host reads.
#[repr(C)]
pub struct Text {
    start: *const u8,
    len: usize,
}

impl Text {
    fn set(&mut self, text: String) {
        let text = text.leak();
        (self.start, self.len) = (text.as_ptr(), text.len());
    }
}

/// A place for what the host gives.
#[unsafe(no_mangle)]
pub extern "C" fn buffer(len: usize) -> *mut u8 {
    Vec::leak(alloc::vec![0; len]).as_mut_ptr()
}

/// What the host has written into a buffer.
///
/// # Safety
/// It is one of `buffer`, of that length, and given once.
unsafe fn given(start: *mut u8, len: usize) -> Vec<u8> {
    // SAFETY: as above.
    unsafe { Vec::from_raw_parts(start, len, len) }
}
