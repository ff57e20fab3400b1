//! The server: as it is given, or as its metadata says.

use authcode::{Discovery, IssParameter, Server};

use crate::options::Endpoints;
use crate::{Failure, report, transport};

/// Your program has `Server::new` or `Discovery::new`: `https` and nothing else.
pub(crate) fn server(endpoints: &Endpoints) -> Result<Server, Failure> {
    match endpoints {
        Endpoints::Discover { issuer } => discover(issuer),
        Endpoints::Known { authorize_url, token_url, issuer } => {
            let server = Server::danger_loopback_http(authorize_url, token_url)?;
            match issuer {
                Some(issuer) => Ok(server.with_issuer(issuer, IssParameter::Optional)?),
                None => Ok(server),
            }
        }
    }
}

/// Asks at one place after the other.
fn discover(issuer: &str) -> Result<Server, Failure> {
    let mut discovery = Discovery::danger_loopback_http(issuer)?;
    loop {
        report::discovering(&discovery.request().url);
        let response = transport::send(discovery.request())?;
        discovery = match discovery.receive_metadata(response) {
            Ok(metadata) => return Ok(metadata.into_server()),
            Err(refused) if refused.error().is_retryable() => return Err(refused.error().to_string().into()),
            Err(refused) => refused.recover()?,
        };
    }
}
