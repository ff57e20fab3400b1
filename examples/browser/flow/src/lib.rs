//! The flow of `authcode` as classes of JavaScript: one for each state, and `Refresh`.
//!
//! A method that takes a step consumes its object: using that object again throws. A refused step throws an object that
//! says why it was refused and what to do now, and that carries the state if the login goes on (`page/wire.js`).

// Without `std`, which would link the code that prints panics. Nothing here panics.
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
