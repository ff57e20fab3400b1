//! Servers that many programs log in to, as data: a convenience, and no promise.
//!
//! Each value was taken from the public source that stands beside it, on 2026-11-22. Providers change their endpoints
//! and their ways. Where a provider publishes metadata, [`Discovery`](crate::Discovery) tells what is true today.
//! A provider that is not here needs no more than [`Server::new`] and perhaps a [`Dialect`].
//!
//! "PKCE: documented" means that the source says so. Where it is not known, the parameters of PKCE are sent all the
//! same (RFC 7636 §5): a server that does not know them ignores them (RFC 6749 §3.1), and then they protect nobody.
//!
//! ```
//! use authcode::{Client, providers};
//!
//! let github = Client::new(
//!     providers::GITHUB.server()?,
//!     "my-client-id",
//!     providers::GITHUB.client_auth("my-client-secret"),
//!     "https://app.example/callback",
//! )?;
//! let auth0 = providers::AUTH0.server_for(&[("domain", "acme.eu.auth0.com")])?;
//! assert_eq!(auth0.token_endpoint().as_str(), "https://acme.eu.auth0.com/oauth/token");
//! # Ok::<(), authcode::ConfigError>(())
//! ```

use alloc::borrow::ToOwned;
use alloc::string::String;

use crate::client::ClientAuth;
use crate::dialect::Dialect;
use crate::error::ConfigError;
use crate::secret::Secret;
use crate::server::{IssParameter, Server};

/// What is known of a provider.
///
/// A URL of a provider that has a server for each customer has names in braces, such as `https://{domain}/authorize`.
/// [`server_for`](Self::server_for) puts values in their place.
#[derive(Clone, Copy, Debug)]
pub struct Provider {
    name: &'static str,
    authorization_endpoint: &'static str,
    token_endpoint: &'static str,
    refresh_endpoint: Option<&'static str>,
    issuer: Option<&'static str>,
    secret_in: SecretIn,
    dialect: Dialect,
}

#[derive(Clone, Copy, Debug)]
enum SecretIn {
    Basic,
    Body,
}

impl Provider {
    /// What most of them have in common: a secret goes into the body.
    const fn new(name: &'static str, authorization_endpoint: &'static str, token_endpoint: &'static str) -> Self {
        Self {
            name,
            authorization_endpoint,
            token_endpoint,
            refresh_endpoint: None,
            issuer: None,
            secret_in: SecretIn::Body,
            dialect: Dialect::STANDARD,
        }
    }

    /// The provider's name, for people.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it does differently.
    pub const fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// How a client with a secret proves who it is. A public client has [`ClientAuth::None`].
    pub fn client_auth(&self, secret: impl Into<Secret>) -> ClientAuth {
        match self.secret_in {
            SecretIn::Basic => ClientAuth::basic(secret),
            SecretIn::Body => ClientAuth::body(secret),
        }
    }

    /// The server of a provider that has one for everybody.
    ///
    /// # Errors
    /// [`ConfigError::Placeholder`], if it has one for each customer: use [`server_for`](Self::server_for).
    pub fn server(&self) -> Result<Server, ConfigError> {
        self.server_for(&[])
    }

    /// The server of a provider that has one for each customer: `&[("domain", "acme.eu.auth0.com")]`.
    ///
    /// # Errors
    /// [`ConfigError::Placeholder`], if a value is missing or has anything but letters, digits, `-`, `.`, `_` and `:`.
    /// Such a value cannot move an endpoint to another host than the one that its place is in; where it is the whole
    /// host, ask where it comes from.
    pub fn server_for(&self, values: &[(&str, &str)]) -> Result<Server, ConfigError> {
        let mut server = Server::new(fill(self.authorization_endpoint, values)?, fill(self.token_endpoint, values)?)?;
        if let Some(endpoint) = self.refresh_endpoint {
            server = server.with_refresh_endpoint(fill(endpoint, values)?)?;
        }
        if let Some(issuer) = self.issuer {
            server = server.with_issuer(fill(issuer, values)?, IssParameter::Optional)?;
        }
        Ok(server.with_dialect(self.dialect))
    }
}

/// Puts values in the places of `{names}`.
fn fill(template: &'static str, values: &[(&str, &str)]) -> Result<String, ConfigError> {
    let mut parts = template.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').ok_or(ConfigError::Placeholder(template))?;
        let value = values.iter().find_map(|(known, value)| (*known == name).then_some(*value));
        filled.push_str(value.filter(|value| is_value(value)).ok_or(ConfigError::Placeholder(name))?);
        filled.push_str(rest);
    }
    Ok(filled)
}

fn is_value(value: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':');
    !value.is_empty() && value.bytes().all(fits)
}

/// The Loom AI API, for which this crate was first made: `{domain}` is where yours is. PKCE: documented, `S256` only.
pub const LOOM_AI: Provider = Provider::new("Loom AI", "https://{domain}/authorize", "https://{domain}/oauth/token");

/// Auth0: `{domain}` is the domain of the tenant. PKCE: documented.
/// <https://auth0.com/docs/api/authentication/authorization-code-flow-with-pkce/authorize-with-pkce>
pub const AUTH0: Provider = Provider {
    issuer: Some("https://{domain}/"),
    ..Provider::new("Auth0", "https://{domain}/authorize", "https://{domain}/oauth/token")
};

/// GitHub. PKCE: documented. A refresh token comes for GitHub Apps alone.
/// <https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps>
pub const GITHUB: Provider = Provider {
    issuer: Some("https://github.com/login/oauth"),
    dialect: Dialect::STANDARD.with_granted_scope_separator(','),
    ..Provider::new("GitHub", "https://github.com/login/oauth/authorize", "https://github.com/login/oauth/access_token")
};

/// Every provider of this module.
pub const ALL: &[Provider] = &[LOOM_AI, AUTH0, GITHUB];
