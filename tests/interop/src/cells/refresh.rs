//! Refreshing: new tokens, and an old refresh token that comes again.

use authcode::{Authorized, ErrorCode, Renewal};

use super::{Found, passed};
use crate::site::Site;
use crate::{Error, check, transport, walk};

pub(super) fn gives_new_tokens(site: &Site) -> Found {
    let old = walk::to_token(site.login()?)?;
    let (old_access, old_refresh) = (old.access_token().expose().to_owned(), refresh_token(&old)?);
    let new = walk::refresh(old)??;
    check::is_true("the access token is another", new.access_token().expose() != old_access)?;
    check::is_true("the refresh token is another", refresh_token(&new)? != old_refresh)?;
    check::is_true("the API takes the new token", transport::opens(&site.url("/resource"), &new)?)?;
    let seconds: u64 = new.response_member(site.profile.lifetime_member).ok_or("the lifetime has another name")?;
    passed(format!("`{}` {seconds}", site.profile.lifetime_member))
}

pub(super) fn replay_ends_in_a_new_login(site: &Site) -> Found {
    let first = walk::to_token(site.login()?)?;
    let client = first.client().clone();
    let stored = serde_json::to_string(&first.suspend())?;
    let newest = walk::refresh(walk::resume(&stored, &client)?)??;
    let Err(ended) = walk::refresh(walk::resume(&stored, &client)?)? else {
        return Err("the old refresh token still works".into());
    };
    check::is_refusal(&ended.error, &ErrorCode::InvalidGrant)?;
    check::is_true("a new login is next", matches!(ended.authorized.renew(), Renewal::Reauthorize(_)))?;
    let is_family_gone = walk::refresh(newest)?.is_err();
    let expected = site.profile.takes_back_family_of_replayed_refresh_token;
    check::is_equal("the newest refresh token is taken back", &is_family_gone, &expected)?;
    passed(if is_family_gone {
        "invalid_grant, the newest one is taken back"
    } else {
        "invalid_grant, the newest one stays good"
    })
}

fn refresh_token(authorized: &Authorized) -> Result<String, Error> {
    Ok(authorized.refresh_token().ok_or("there is no refresh token")?.expose().to_owned())
}
