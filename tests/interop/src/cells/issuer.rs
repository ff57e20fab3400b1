//! `iss` in the redirect (RFC 9207): required, missing, of another issuer.

use authcode::{ErrorCode, Fault, IssParameter, RedirectError, Server};

use super::{Found, passed};
use crate::browser::User;
use crate::profiles::Iss;
use crate::report::Outcome;
use crate::site::Site;
use crate::{Error, check, walk};

pub(super) fn required(site: &Site) -> Found {
    let server = site.server_with(&site.issuer(), IssParameter::Required)?;
    if site.profile.iss != Iss::Never {
        drop(walk::to_token(&site.login_by(server)?)?);
        return passed("sent with the code");
    }
    let error = refusal(site, server, User::Allows)?;
    check::is_equal("the error", &error, &RedirectError::IssuerMissing { unauthenticated: None })?;
    passed("not sent: `IssuerMissing`")
}

/// An error without it cannot be attributed to the server, since an attacker may have left it out.
pub(super) fn in_an_error(site: &Site) -> Found {
    let optional = refusal(site, site.server_with(&site.issuer(), IssParameter::Optional)?, User::Denies)?;
    check::is_equal("the fault, where `iss` is optional", &optional.fault(), &Fault::User)?;
    let required = refusal(site, site.server_with(&site.issuer(), IssParameter::Required)?, User::Denies)?;
    if site.profile.iss == Iss::Always {
        check::is_equal("the fault, where `iss` is required", &required.fault(), &Fault::User)?;
        return passed("sent");
    }
    let RedirectError::IssuerMissing { unauthenticated: Some(claim) } = required else {
        return Err(format!("where `iss` is required: {required}").into());
    };
    check::is_equal("what it claims", &claim.code, &Some(ErrorCode::AccessDenied))?;
    passed("not sent: `IssuerMissing` if required, access_denied if optional")
}

pub(super) fn of_another(site: &Site) -> Found {
    if site.profile.iss == Iss::Never {
        return Ok(Outcome::NotOffered("sends no `iss`"));
    }
    // An issuer with one byte more is another issuer.
    let other = format!("{}/", site.issuer());
    let error = refusal(site, site.server_with(&other, IssParameter::Optional)?, User::Allows)?;
    let RedirectError::IssuerMismatch { received } = error else { return Err(error.into()) };
    check::is_equal("the issuer that the redirect names", &received.raw(), &&*site.issuer())?;
    passed("`IssuerMismatch`")
}

/// The error that ended the login at the redirect.
fn refusal(site: &Site, server: Server, user: User) -> Result<RedirectError, Error> {
    let Err(rejected) = walk::redirect(&site.login_by(server)?, user)? else { return Err("there is a code".into()) };
    match rejected.recover() {
        Ok(_pending) => Err("the login goes on".into()),
        Err(error) => Ok(error),
    }
}
