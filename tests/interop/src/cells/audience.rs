//! `audience` goes out on both legs, and a server that looks at it refuses one that it does not know on both.

use authcode::ErrorCode;

use super::{Found, passed};
use crate::browser::User;
use crate::report::Outcome;
use crate::site::Site;
use crate::{check, transport, walk};

const UNKNOWN: &str = "https://other.example/";

pub(super) fn goes_out_on_both_legs(site: &Site) -> Found {
    let Some(audience) = site.profile.audience else { return Ok(Outcome::NotOffered("does not look at it")) };
    drop(walk::to_token(site.login()?.audience(audience)?)?);

    let received = walk::redirect(site.login()?.audience(UNKNOWN)?, User::Allows)?;
    check::is_denied(received, &ErrorCode::InvalidTarget)?;

    let code = walk::to_code(site.login()?)?;
    let request = transport::tampered(code.token_request(), "audience", UNKNOWN);
    check::has_ended(walk::exchange_by(code, &request)?, &ErrorCode::InvalidTarget)?;
    passed("an unknown one is refused on either leg: invalid_target")
}
