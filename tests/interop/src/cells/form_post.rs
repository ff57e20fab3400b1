//! `response_mode=form_post`: the code or the error comes in the body of a POST request.

use authcode::{ErrorCode, Redirect};

use super::{Found, passed};
use crate::browser::{self, Arrival, User};
use crate::report::Outcome;
use crate::site::Site;
use crate::walk::Received;
use crate::{Error, check, walk};

pub(super) fn response_comes_in_a_body(site: &Site) -> Found {
    if let Some(why) = site.profile.no_form_post {
        return Ok(Outcome::NotOffered(why));
    }
    drop(walk::code_to_token(check::succeeds(posted(site, User::Allows)?)?)?);
    check::is_denied(posted(site, User::Denies)?, &ErrorCode::AccessDenied)?;
    passed("a code, and access_denied")
}

/// What the crate makes of the body of the form.
fn posted(site: &Site, user: User) -> Result<Received, Error> {
    let pending = site.login()?.authorization_param("response_mode", "form_post")?.start(getrandom::SysRng)?;
    let Arrival::FormPost { action, body } = browser::visit(&pending.authorization_url(), user)? else {
        return Err("a redirect instead of a form".into());
    };
    check::is_equal("where the form goes", &action.as_str(), &pending.redirect_uri().as_str())?;
    Ok(pending.receive_redirect(Redirect::form_post(&body)))
}
