//! Discovery: the server by its issuer alone, and metadata that must be refused.

use authcode::{Discovery, DiscoveryError, DiscoveryErrorKind, NextStep, RedirectError, Server};

use super::{Found, passed};
use crate::browser::User;
use crate::report::Outcome;
use crate::site::Site;
use crate::{Error, check, metadata, walk};

pub(super) fn finds_the_server_by_its_issuer(site: &Site) -> Found {
    let found = metadata::find(Discovery::danger_loopback_http(&*site.issuer())?)?;
    check::is_equal("the place", &found.url, &site.url(site.profile.metadata_path))?;
    works(site, found.metadata.into_server())?;
    passed(format!("`{}`", site.profile.metadata_path))
}

pub(super) fn finds_it_at_the_place_of_openid_connect(site: &Site) -> Found {
    let place = site.url(site.profile.openid_metadata_path);
    let found = metadata::find(Discovery::danger_loopback_http(&*site.issuer())?.at(&*place)?)?;
    works(site, found.metadata.into_server())?;
    passed(format!("`{}`", site.profile.openid_metadata_path))
}

/// An issuer with one byte more is another issuer, although its metadata is at the same place.
pub(super) fn other_issuer_is_refused(site: &Site) -> Found {
    let Err(error) = metadata::find(Discovery::danger_loopback_http(&*format!("{}/", site.issuer()))?) else {
        return Err("there is metadata".into());
    };
    let kind = error.downcast_ref().map(DiscoveryError::kind);
    check::is_equal("the error", &kind, &Some(DiscoveryErrorKind::IssuerMismatch))?;
    passed("`DiscoveryErrorKind::IssuerMismatch`")
}

/// The metadata at the root is valid, but redirects name another issuer, as in a mix-up attack.
pub(super) fn redirect_of_another_issuer_is_refused(site: &Site) -> Found {
    if !site.profile.has_another_issuer_at_its_root {
        return Ok(Outcome::NotOffered("they agree"));
    }
    let root = metadata::find(Discovery::danger_loopback_http(&*site.url(""))?)?.metadata.into_server();
    let Err(rejected) = walk::redirect(&site.login_by(root)?, User::Allows)? else {
        return Err("there is a code".into());
    };
    check::is_equal("the next step", &rejected.next_step(), &NextStep::StartOver)?;
    let RedirectError::IssuerMismatch { received } = rejected.into_error() else {
        return Err("the redirect was refused for another reason".into());
    };
    check::is_equal("the issuer that the redirect names", &received.raw(), &&*site.issuer())?;
    passed("`RedirectError::IssuerMismatch`")
}

/// The server that was found has the endpoints of the profile, and gives a token.
fn works(site: &Site, found: Server) -> Result<(), Error> {
    let typed_in = site.typed_in()?;
    check::is_equal("endpoint", found.authorization_endpoint(), typed_in.authorization_endpoint())?;
    check::is_equal("endpoint", found.token_endpoint(), typed_in.token_endpoint())?;
    drop(walk::to_token(&site.login_by(found)?)?);
    Ok(())
}
