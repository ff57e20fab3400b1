//! `response_mode=form_post`: code and error come in the body of a POST.

use authcode::{ErrorCode, Leg, Redirect};

use super::{Found, passed};
use crate::browser::{self, Arrival, User};
use crate::report::Outcome;
use crate::site::Site;
use crate::walk::Received;
use crate::{Error, check, walk};

pub(super) fn answer_comes_in_a_body(site: &Site) -> Found {
    if let Some(why) = site.profile.no_form_post {
        return Ok(Outcome::NotOffered(why));
    }
    drop(walk::exchange(posted(site, User::Allows)??)??);
    check::is_denied(posted(site, User::Denies)?, &ErrorCode::AccessDenied)?;
    passed("a code, and access_denied")
}

/// What the crate makes of the body of the form.
fn posted(site: &Site, user: User) -> Result<Received, Error> {
    let login = site.login()?.param(Leg::Authorization, "response_mode", "form_post")?;
    let pending = login.try_start(getrandom::SysRng)?;
    let Arrival::FormPost { action, body } = browser::visit(&pending.authorization_url(), user)? else {
        return Err("a redirect in place of a form".into());
    };
    check::is_equal("where the form goes", &action.as_str(), &pending.redirect_uri().as_str())?;
    Ok(pending.receive_redirect(Redirect::form_post(&body)))
}
