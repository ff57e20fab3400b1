//! The crate from the outside, one topic a file. `scenario` walks to any state.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    clippy::unwrap_used,
    reason = "a test may fail, and has `std`"
)]

mod client_authentication;
mod configuration;
mod dialects;
mod entropy;
mod errors;
mod exact_exchange;
mod extra_parameters;
mod form_encoding;
mod lifetimes;
mod limits;
mod redirect_forms;
mod redirect_uris;
mod refusals;
mod renewal;
mod scenario;
mod scopes;
mod secrets;
mod sequences;
mod stored_forms;
mod token_responses;
mod types;
mod uris;
