//! The flow of `authcode` as classes of JavaScript, one for each state.
//!
//! A method that moves the login on takes its object: to use that one again throws. A step that is refused throws an
//! object that says why, and whose `state` is what the login goes on with, if it does.

// Without `std`, which would bring its printing of panics. Nothing here panics.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod states;
mod wire;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
