//! What a login asks for, and the secrets of one attempt at it.

use alloc::borrow::{Cow, ToOwned};
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use crate::config::client::Client;
use crate::config::dialect::Dialect;
use crate::config::error::ConfigError;
use crate::config::parameters::{ParameterError, Params, check_resource, check_value};
use crate::config::scope::Scope;
use crate::config::server::IssParameter;
use crate::config::uri::Uri;
use crate::encoding::time::UnixTime;
use crate::limits::MAX_PARAMETER_LEN;
use crate::pkce::LoginSecrets;
use crate::secret::Secret;
use crate::shared::Shared;

/// The client, and what it asks for. The template, the attempts, the tokens and the refreshes of a login share it.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) client: Client,
    pub(crate) scope: Scope,
    pub(crate) audience: Option<Box<str>>,
    /// URIs, separated by spaces.
    pub(crate) resources: String,
    pub(crate) authorization_params: Params,
    pub(crate) token_params: Params,
}

impl Login {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            scope: Scope::default(),
            audience: None,
            resources: String::new(),
            authorization_params: Params::default(),
            token_params: Params::default(),
        }
    }

    pub(crate) fn dialect(&self) -> &Dialect {
        self.client.server().dialect()
    }

    pub(crate) fn set_audience(&mut self, audience: &str) -> Result<(), ParameterError> {
        check_value("audience", audience)?;
        self.audience = Some(audience.into());
        Ok(())
    }

    /// The redirect URI on this port.
    pub(crate) fn redirect_uri_on(&self, port: u16) -> Result<Box<Uri>, ParameterError> {
        let redirect_uri = self.client.redirect_uri();
        if port == 0 || redirect_uri.scheme() != "http" {
            return Err(ParameterError::Port);
        }
        Ok(Box::new(redirect_uri.with_port(port)))
    }

    /// One of the server's token endpoints. `None` for the one that is used if nothing else is said.
    pub(crate) fn token_endpoint(&self, endpoint: &str) -> Result<Option<Box<Uri>>, ParameterError> {
        let server = self.client.server();
        // Only what is known is used, so an internationalized host need not be checked again.
        let endpoint = Uri::parse_any_host(endpoint).map_err(|_| ParameterError::TokenEndpoint)?;
        let known = server.token_endpoints().find(|known| known.is_same_url(&endpoint));
        let known = known.ok_or(ParameterError::TokenEndpoint)?;
        Ok((known != server.token_endpoint()).then(|| Box::new(known.clone())))
    }
}

/// Adds one more URI to a list of them.
pub(crate) fn add_resource(resources: &mut String, uri: &str) -> Result<(), ParameterError> {
    check_resource(uri)?;
    if resources.len() + uri.len() > MAX_PARAMETER_LEN {
        return Err(ParameterError::TooLong("resource".to_owned()));
    }
    if !resources.is_empty() {
        resources.push(' ');
    }
    resources.push_str(uri);
    Ok(())
}

/// One attempt at a login. Its secrets have a place on the heap, so that a step to the next state leaves no copy of them
/// on the stack.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) login: Shared<Login>,
    pub(crate) secrets: LoginSecrets,
    /// The redirect URI with the port of this attempt.
    pub(crate) loopback: Option<Box<Uri>>,
    /// The token endpoint that the authorization response led to, where the server has several.
    pub(crate) token_endpoint: Option<Box<Uri>>,
    /// Whether the response must have `iss`: the stricter of what held at the start and what holds now.
    pub(crate) requires_iss: bool,
    /// How many responses of the present step were refused.
    pub(crate) refused_responses: u8,
    /// What the URL for the browser names in place of the parameters, if they were pushed.
    pub(crate) pushed: Option<Pushed>,
}

/// A pushed request (RFC 9126).
#[derive(Debug)]
pub(crate) struct Pushed {
    /// The server's name for the request, which is stored.
    pub(crate) request_uri: Secret,
    /// The URL for the browser, made once, so that a login which is not pushed has no code for it.
    pub(crate) url: Secret,
    pub(crate) expires_at: Option<UnixTime>,
}

impl Attempt {
    /// Without its secrets, which are drawn or read into their place.
    pub(crate) fn new(login: Shared<Login>, loopback: Option<Box<Uri>>) -> Box<Self> {
        let requires_iss = login.client.server().iss_parameter() == Some(IssParameter::Required);
        Box::new(Self {
            login,
            secrets: LoginSecrets::BLANK,
            loopback,
            token_endpoint: None,
            requires_iss,
            refused_responses: 0,
            pushed: None,
        })
    }

    /// Puts a client with other credentials in the place of this one.
    pub(crate) fn replace_client(&mut self, client: &Client) -> Result<(), ConfigError> {
        if client.fingerprint() != self.login.client.fingerprint() {
            return Err(ConfigError::OtherClient);
        }
        Shared::make_mut(&mut self.login).client = client.clone();
        Ok(())
    }

    pub(crate) fn redirect_uri(&self) -> &Uri {
        self.loopback.as_deref().unwrap_or_else(|| self.login.client.redirect_uri())
    }

    /// The redirect URI as it is sent, the same on both legs.
    pub(crate) fn sent_redirect_uri(&self) -> Cow<'_, str> {
        let uri = self.redirect_uri();
        if !self.login.dialect().state_in_redirect_uri() {
            return Cow::Borrowed(uri.as_str());
        }
        let separator = if uri.query().is_some() { "&state=" } else { "?state=" };
        let state = self.secrets.state.as_str();
        let mut sent = String::with_capacity(uri.as_str().len() + separator.len() + state.len());
        for part in [uri.as_str(), separator, state] {
            sent.push_str(part);
        }
        Cow::Owned(sent)
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("client_id", &self.client.client_id())
            .field("redirect_uri", self.client.redirect_uri())
            .field("scope", &self.scope.as_str())
            .field("audience", &self.audience)
            .field("resources", &self.resources)
            .field("authorization_params", &self.authorization_params)
            .field("token_params", &self.token_params)
            .finish_non_exhaustive()
    }
}
