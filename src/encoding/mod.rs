//! Text formats. Nothing in this module knows about OAuth.

pub(crate) mod auth_params;
pub(crate) mod base64;
pub(crate) mod form;
pub(crate) mod grammar;
pub(crate) mod json;
pub(crate) mod text;
pub(crate) mod time;
