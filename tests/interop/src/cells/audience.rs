//! `audience` is sent in the authorization request and in the token request, and a server that reads it refuses an unknown one in either.

use authcode::ErrorCode;

use super::{Found, passed};
use crate::browser::User;
use crate::report::Outcome;
use crate::site::Site;
use crate::{check, transport, walk};

const UNKNOWN: &str = "https://other.example/";

pub(super) fn is_sent_in_both_requests(site: &Site) -> Found {
    let Some(audience) = site.profile.audience else { return Ok(Outcome::NotOffered("does not read it")) };
    drop(walk::to_token(site.login()?.audience(audience)?)?);

    let received = walk::redirect(site.login()?.audience(UNKNOWN)?, User::Allows)?;
    check::is_denied(received, &ErrorCode::InvalidTarget)?;

    let code = walk::to_code(&site.login()?)?;
    let request = transport::tampered(code.request(), "audience", UNKNOWN);
    check::has_ended(walk::exchange_by(code, &request)?, &ErrorCode::InvalidTarget)?;
    passed("an unknown one is refused in either request: invalid_target")
}
