//! The search for a server's metadata, as a program does it.

use core::time::Duration;

use authcode::{Discovery, Metadata, NextStep, UnixTime};

use crate::{Error, transport};

/// Metadata, and the URL where it was found.
pub(crate) struct Found {
    pub(crate) metadata: Metadata,
    pub(crate) url: String,
}

/// Asks at one place after the other. The server is up, so a pause before the next request is a failure.
pub(crate) fn find(mut discovery: Discovery) -> Result<Found, Error> {
    loop {
        let request = discovery.request();
        discovery = match discovery.receive_response(transport::send(&request)?, UnixTime::now()) {
            Ok(metadata) => return Ok(Found { metadata, url: request.url }),
            Err(rejected) if rejected.next_step() == (NextStep::Retry { after: Duration::ZERO }) => {
                rejected.recover()?
            }
            Err(rejected) => return Err(rejected.into_error().into()),
        };
    }
}
