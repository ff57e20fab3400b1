//! Refreshing: new tokens, and an old refresh token that is used again.

use authcode::{Authorized, ErrorCode, Renewal, Suspended};

use super::{Found, passed};
use crate::site::Site;
use crate::{Error, check, transport, walk};

pub(super) fn gives_new_tokens(site: &Site) -> Found {
    let mut login = walk::to_token(&site.login()?)?;
    let (old_access, old_refresh) = (login.tokens().access_token().expose().to_owned(), refresh_token(&login)?);
    let refreshed = walk::refresh(&mut login)??;
    check::is_true("the refresh token was rotated", refreshed.rotated && !refreshed.superseded)?;
    check::is_true("the access token is another", login.tokens().access_token().expose() != old_access)?;
    check::is_true("the refresh token is another", refresh_token(&login)? != old_refresh)?;
    check::is_true("the API accepts the new token", transport::opens(&site.url("/resource"), &login)?)?;
    let member = site.profile.lifetime_member;
    let seconds: u64 = login.tokens().member(member).ok_or("the lifetime has another name")?;
    passed(format!("`{member}` {seconds}"))
}

pub(super) fn reuse_ends_in_a_new_login(site: &Site) -> Found {
    let mut newest = walk::to_token(&site.login()?)?;
    let stored = newest.suspend().to_json();
    let mut old = check::succeeds(Authorized::resume(Suspended::from_json(stored.expose())?, newest.client()))?;
    walk::refresh(&mut newest)??;
    let Err(error) = walk::refresh(&mut old)? else { return Err("the old refresh token still works".into()) };
    check::is_refusal(&error, &ErrorCode::InvalidGrant)?;
    check::is_true("a new login is next", matches!(old.renewal(), Renewal::Reauthorize(_)))?;
    let is_family_revoked = walk::refresh(&mut newest)?.is_err();
    let expected = site.profile.revokes_family_of_reused_refresh_token;
    check::is_equal("the newest refresh token is revoked", &is_family_revoked, &expected)?;
    passed(if is_family_revoked {
        "invalid_grant, the newest one is revoked"
    } else {
        "invalid_grant, the newest one stays valid"
    })
}

fn refresh_token(authorized: &Authorized) -> Result<String, Error> {
    Ok(authorized.tokens().refresh_token().ok_or("there is no refresh token")?.expose().to_owned())
}
