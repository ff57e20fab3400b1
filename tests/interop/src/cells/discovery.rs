//! Discovery: the server by its issuer alone, and metadata that must not be believed.

use authcode::{Discovery, DiscoveryError, RedirectError, Server};

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

/// One byte more is another issuer, though its metadata is at the same place.
pub(super) fn other_issuer_is_refused(site: &Site) -> Found {
    let Err(error) = metadata::find(Discovery::danger_loopback_http(&*format!("{}/", site.issuer()))?) else {
        return Err("there is metadata".into());
    };
    check::is_equal("the error", &error.downcast_ref(), &Some(&DiscoveryError::IssuerMismatch))?;
    passed("`DiscoveryError::IssuerMismatch`")
}

/// The metadata at the root is good in itself, but redirects come from another issuer: a mix-up as it looks on the wire.
pub(super) fn redirect_of_another_issuer_is_refused(site: &Site) -> Found {
    if !site.profile.has_another_issuer_at_its_root {
        return Ok(Outcome::NotOffered("they agree"));
    }
    let root = metadata::find(Discovery::danger_loopback_http(&*site.url(""))?)?.metadata.into_server();
    let Err(refused) = walk::redirect(site.login_by(root)?, User::Allows)? else {
        return Err("there is a code".into());
    };
    check::is_equal("the error", refused.error(), &RedirectError::IssuerMismatch)?;
    check::is_true("the login has ended", !refused.is_alive())?;
    passed("`RedirectError::IssuerMismatch`")
}

/// It has the endpoints that were typed in, and gives a token.
fn works(site: &Site, found: Server) -> Result<(), Error> {
    let typed_in = site.typed_in()?;
    check::is_equal("endpoint", found.authorization_endpoint(), typed_in.authorization_endpoint())?;
    check::is_equal("endpoint", found.token_endpoint(), typed_in.token_endpoint())?;
    drop(walk::to_token(site.login_by(found)?)?);
    Ok(())
}
