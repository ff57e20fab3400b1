//! What came from outside, read once: the authorization response, the token response and the errors in both.

pub(crate) mod authorization_response;
pub(crate) mod fault;
pub(crate) mod oauth_error;
pub(crate) mod token_response;
