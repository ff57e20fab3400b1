//! One login, by the crate and by its peers.
//!
//! Each subject is a feature and a module with the same functions, so that all of them go through the same program:
//! `Subject` is what is set up once, `login` and `refresh` are what is counted. Everything that a network stack would
//! hand over is made before (`answer`), and what a step gives away goes to `black_box`.

pub mod inputs;

#[cfg_attr(feature = "authcode", path = "authcode.rs")]
#[cfg_attr(feature = "duties", path = "duties.rs")]
#[cfg_attr(feature = "floor", path = "floor.rs")]
#[cfg_attr(feature = "io-oauth", path = "io_oauth.rs")]
#[cfg_attr(feature = "oauth2", path = "oauth2.rs")]
#[cfg_attr(feature = "openidconnect", path = "openidconnect.rs")]
pub mod subject;
