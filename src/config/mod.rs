//! Everything that is configured before a login: client, server, dialect, scopes and parameters.

pub(crate) mod client;
pub(crate) mod dialect;
pub(crate) mod error;
pub(crate) mod identity;
pub(crate) mod parameters;
pub mod providers;
pub(crate) mod scope;
pub(crate) mod server;
pub(crate) mod uri;
