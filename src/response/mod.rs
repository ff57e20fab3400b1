//! Parses what comes from outside: the authorization response, the responses of the token endpoint and
//! of others, and the errors in them.

pub(crate) mod authorization_response;
pub(crate) mod challenge;
pub(crate) mod dpop_nonce;
pub(crate) mod endpoint_error;
pub(crate) mod fault;
mod fields;
pub(crate) mod lifetime;
pub(crate) mod members;
pub(crate) mod next_step;
pub(crate) mod oauth_error;
pub(crate) mod pushed_response;
pub(crate) mod redirect_params;
pub(crate) mod token_response;
