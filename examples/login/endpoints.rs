//! The server: by its endpoints, or by its issuer.

use authcode::{Discovery, IssParameter, Server};

use crate::options::Endpoints;
use crate::{Failure, exchange};

/// In your program, use `Server::new` or `Discovery::new`, which accept only `https`. The built-in server of this example
/// has no TLS.
pub(crate) fn server(endpoints: &Endpoints) -> Result<Server, Failure> {
    match endpoints {
        Endpoints::Discover { issuer } => {
            let discovery = Discovery::danger_loopback_http(issuer)?;
            Ok(exchange::run(&mut Some(discovery))?.into_server())
        }
        Endpoints::Known { authorize_url, token_url, issuer } => {
            let server = Server::danger_loopback_http(authorize_url, token_url)?;
            match issuer {
                Some(issuer) => Ok(server.with_issuer(issuer, IssParameter::Optional)?),
                None => Ok(server),
            }
        }
    }
}
