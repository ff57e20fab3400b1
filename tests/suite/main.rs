//! The crate from the outside, one topic a file. `scenario` walks to any state.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    clippy::unwrap_used,
    reason = "a test may fail, and has `std`"
)]

mod assertions;
mod attacks;
mod challenges;
mod client_authentication;
mod configuration;
mod conformance;
mod costs;
mod costs_of_entry_points;
mod dialect_at_run_time;
mod dialects;
mod discovery;
mod endpoints;
mod entropy;
mod errors;
mod exact_exchange;
mod extra_parameters;
mod form_encoding;
mod http_conversions;
mod json;
mod keys;
mod layers;
mod lifetimes;
mod limits;
mod logout;
mod metadata_rounds;
mod model_server;
mod other_clients;
mod proofs;
mod providers;
mod public_keys;
mod pushed_requests;
mod quirks;
mod redirect_forms;
mod redirect_parameters;
mod redirect_uris;
mod refusals;
mod renewal;
mod requirements;
mod retries;
mod revocation;
mod scenario;
mod scopes;
mod secrets;
mod sequences;
mod server_security;
mod signing;
mod stored_counts;
mod stored_forms;
mod templates;
mod time_left;
mod token_responses;
mod types;
mod uris;
