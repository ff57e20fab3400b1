//! From a URL to a client.

pub(crate) mod discovery;
pub(crate) mod discovery_error;
pub(crate) mod metadata;
