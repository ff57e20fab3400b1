//! From a URL to a client.

pub(crate) mod discovery;
