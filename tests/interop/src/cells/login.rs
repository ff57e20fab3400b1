//! A login from end to end, and one that the user denies.

use core::time::Duration;

use authcode::{ErrorCode, Fault, Lifetime};

use super::{Found, passed};
use crate::browser::User;
use crate::site::Site;
use crate::{check, transport, walk};

pub(super) fn gives_a_token_that_the_api_accepts(site: &Site) -> Found {
    let authorized = walk::to_token(&site.login()?)?;
    check::is_true("the API accepts the token", transport::opens(&site.url("/resource"), &authorized)?)?;
    let member = site.profile.lifetime_member;
    let seconds = authorized.tokens().member(member).ok_or("the lifetime has another name")?;
    check::is_equal("lifetime", &authorized.tokens().lifetime(), &Lifetime::Stated(Duration::from_secs(seconds)))?;
    passed(format!("`{member}` {seconds}"))
}

pub(super) fn denied_is_the_users_fault(site: &Site) -> Found {
    let received = walk::redirect(&site.login()?, User::Denies)?;
    let fault = received.as_ref().err().map(|rejected| rejected.error().fault());
    check::is_equal("the fault", &fault, &Some(Fault::User))?;
    check::is_denied(received, &ErrorCode::AccessDenied)?;
    passed("access_denied")
}
