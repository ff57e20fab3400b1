//! Parses what comes from outside: the authorization response, the token response, and the errors in both.

pub(crate) mod authorization_response;
pub(crate) mod challenge;
pub(crate) mod dpop_nonce;
pub(crate) mod fault;
mod fields;
pub(crate) mod lifetime;
pub(crate) mod members;
pub(crate) mod next_step;
pub(crate) mod oauth_error;
pub(crate) mod redirect_params;
pub(crate) mod token_response;
