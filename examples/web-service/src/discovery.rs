//! The authorization server: configured by its endpoints, or discovered by its issuer.

use core::time::Duration;

use authcode::{Client, ClientAuth, Discovery, Identity, Server};
use tokio::time::Instant;

use crate::Failure;
use crate::options::{Endpoints, Options};
use crate::transport;

/// How long to try to get the server's metadata before the program gives up. A supervisor starts it again.
const DISCOVERY_LIMIT: Duration = Duration::from_secs(60);

/// The application's identity at its authorization server.
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
    Ok(Client::new(server, Identity::new(&options.client_id, auth), redirect_uri)?)
}

async fn discover(issuer: &str, loopback_http: bool, http: &reqwest::Client) -> Result<Server, Failure> {
    let discovery = if loopback_http { Discovery::danger_loopback_http(issuer)? } else { Discovery::new(issuer)? };
    match transport::run(http, discovery, Instant::now() + DISCOVERY_LIMIT).await {
        Ok(metadata) => Ok(metadata.into_server()),
        Err(stopped) => Err(format!("metadata: {}", stopped.reason.to_text()).into()),
    }
}
