//! Refusals of the token endpoint, and what they mean for the login.

use authcode::{CodeReceived, ErrorCode, NextStep, Suspended, TokenErrorKind};

use super::{Found, passed};
use crate::report::Outcome;
use crate::site::Site;
use crate::{check, transport, walk};

pub(super) fn wrong_verifier_ends_the_login(site: &Site) -> Found {
    let code = walk::to_code(&site.login()?)?;
    // Well-formed, but not of this login.
    let request = transport::tampered(code.request(), "code_verifier", &"A".repeat(43));
    check::has_ended(walk::exchange_by(code, &request)?, &ErrorCode::InvalidGrant)?;
    passed("invalid_grant")
}

pub(super) fn wrong_redirect_uri_ends_the_login(site: &Site) -> Found {
    let code = walk::to_code(&site.login()?)?;
    let request = transport::tampered(code.request(), "redirect_uri", "https://client.example/other");
    let expected = site.profile.refusal_of_wrong_redirect_uri;
    check::has_ended(walk::exchange_by(code, &request)?, expected)?;
    passed(expected.as_str())
}

pub(super) fn second_use_of_a_code_is_refused(site: &Site) -> Found {
    let code = walk::to_code(&site.login()?)?;
    let stored = code.suspend().to_json();
    let again = check::succeeds(CodeReceived::resume(Suspended::from_json(stored.expose())?, code.client()))?;
    let mut authorized = walk::code_to_token(code)?;
    check::has_ended(walk::exchange(again)?, &ErrorCode::InvalidGrant)?;
    let are_revoked = !transport::opens(&site.url("/resource"), &authorized)?;
    check::is_equal("tokens revoked", &are_revoked, &site.profile.revokes_tokens_of_reused_code)?;
    let is_refused = walk::refresh(&mut authorized)?.is_err();
    check::is_equal("refresh token revoked", &is_refused, &are_revoked)?;
    passed(if are_revoked { "invalid_grant, its tokens are revoked" } else { "invalid_grant, its tokens stay valid" })
}

pub(super) fn page_with_500_keeps_the_code(site: &Site) -> Found {
    if !site.profile.fails_on_openid {
        return Ok(Outcome::NotOffered("does not fail in that way"));
    }
    let code = walk::to_code(site.login()?.scope("openid")?)?;
    let Err(rejected) = walk::exchange(code)? else { return Err("the server gave a token".into()) };
    let error = rejected.error();
    check::is_equal("the error", &(error.kind(), error.status()), &(TokenErrorKind::Unavailable, 500))?;
    check::is_true("it can be tried again", matches!(error.next_step(), NextStep::Retry { .. }))?;
    drop(rejected.recover()?);
    passed("the code is returned")
}
