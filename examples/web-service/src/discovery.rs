//! The server: what is known of it from the start, or its metadata.

use authcode::{Client, ClientAuth, Discovery, Server};

use crate::Failure;
use crate::options::{Endpoints, Options};
use crate::transport::{self, NoAnswer};

/// Who the application is, and at which server.
pub(crate) async fn client(options: &Options, redirect_uri: &str, http: &reqwest::Client) -> Result<Client, Failure> {
    let server = match &options.server {
        Endpoints::Discover { issuer } => discover(issuer, options.loopback_http, http).await?,
        Endpoints::Known { authorize_url, token_url } if options.loopback_http => {
            Server::danger_loopback_http(authorize_url.as_str(), token_url.as_str())?
        }
        Endpoints::Known { authorize_url, token_url } => Server::new(authorize_url.as_str(), token_url.as_str())?,
    };
    let auth = match &options.client_secret {
        Some(secret) => ClientAuth::basic(secret.expose()),
        None => ClientAuth::None,
    };
    Ok(Client::new(server, &options.client_id, auth, redirect_uri)?)
}

async fn discover(issuer: &str, loopback_http: bool, http: &reqwest::Client) -> Result<Server, Failure> {
    let mut discovery = if loopback_http { Discovery::danger_loopback_http(issuer)? } else { Discovery::new(issuer)? };
    loop {
        let response = transport::send(http, discovery.request()).await.map_err(|error| match error {
            NoAnswer::NotSent(text) | NoAnswer::Lost(text) => format!("metadata: {text}"),
        })?;
        discovery = match discovery.receive_metadata(response) {
            Ok(metadata) => return Ok(metadata.into_server()),
            Err(refused) if refused.error().is_retryable() => return Err(refused.into()),
            Err(refused) => refused.recover()?,
        };
    }
}
