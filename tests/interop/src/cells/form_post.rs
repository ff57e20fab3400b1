//! `response_mode=form_post`: the code comes in the body of a POST.

use authcode::{Leg, Redirect};

use super::{Found, passed};
use crate::browser::{self, Arrival, User};
use crate::report::Outcome;
use crate::site::Site;
use crate::{check, walk};

pub(super) fn code_comes_in_a_body(site: &Site) -> Found {
    if let Some(why) = site.profile.no_form_post {
        return Ok(Outcome::NotOffered(why));
    }
    let login = site.login()?.param(Leg::Authorization, "response_mode", "form_post")?;
    let pending = login.try_start(getrandom::SysRng)?;
    let Arrival::FormPost { action, body } = browser::visit(&pending.authorization_url(), User::Allows)? else {
        return Err("a redirect in place of a form".into());
    };
    check::is_equal("where the form goes", &action.as_str(), &pending.redirect_uri().as_str())?;
    drop(walk::exchange(pending.receive_redirect(Redirect::form_post(&body))?)??);
    passed("")
}
