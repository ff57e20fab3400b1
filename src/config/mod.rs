//! Who the client is, which server it logs in to, and what may be asked for.

pub(crate) mod client;
pub(crate) mod dialect;
pub(crate) mod error;
pub(crate) mod parameters;
pub mod providers;
pub(crate) mod scope;
pub(crate) mod server;
pub(crate) mod uri;
