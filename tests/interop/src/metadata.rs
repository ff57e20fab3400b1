//! The search for a server's metadata, as a host does it.

use authcode::{Discovery, Metadata};

use crate::{Error, transport};

/// Metadata, and the URL where it was.
pub(crate) struct Found {
    pub(crate) metadata: Metadata,
    pub(crate) url: String,
}

/// Asks at one place after the other. A server that cannot answer now is a failure here: it is up.
pub(crate) fn find(mut discovery: Discovery) -> Result<Found, Error> {
    loop {
        let request = discovery.request();
        discovery = match discovery.receive_metadata(transport::send(&request)?) {
            Ok(metadata) => return Ok(Found { metadata, url: request.url }),
            Err(refused) if refused.error().is_retryable() => return Err(refused.into()),
            Err(refused) => refused.recover()?,
        };
    }
}
