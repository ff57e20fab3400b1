//! What the token endpoint refuses, and what is left of the login then.

use authcode::{ErrorCode, TokenError};

use super::{Found, passed};
use crate::report::Outcome;
use crate::site::Site;
use crate::{check, transport, walk};

pub(super) fn wrong_verifier_ends_the_login(site: &Site) -> Found {
    let code = walk::to_code(site.login()?)?;
    // Well-formed, but of no login.
    let request = transport::tampered(code.token_request(), "code_verifier", &"A".repeat(43));
    check::has_ended(walk::exchange_by(code, &request)?, &ErrorCode::InvalidGrant)?;
    passed("invalid_grant")
}

pub(super) fn wrong_redirect_uri_ends_the_login(site: &Site) -> Found {
    let code = walk::to_code(site.login()?)?;
    let request = transport::tampered(code.token_request(), "redirect_uri", "https://client.example/other");
    let expected = &site.profile.refusal_of_wrong_redirect_uri;
    check::has_ended(walk::exchange_by(code, &request)?, expected)?;
    passed(expected.as_str())
}

pub(super) fn second_use_of_a_code_is_refused(site: &Site) -> Found {
    let code = walk::to_code(site.login()?)?;
    let client = code.client().clone();
    let stored = serde_json::to_string(&code.suspend())?;
    let authorized = walk::exchange(walk::resume(&stored, &client)?)??;
    check::has_ended(walk::exchange(walk::resume(&stored, &client)?)?, &ErrorCode::InvalidGrant)?;
    let is_taken_back = !transport::opens(&site.url("/resource"), &authorized)?;
    check::is_equal("tokens taken back", &is_taken_back, &site.profile.takes_back_tokens_of_reused_code)?;
    let is_refused = walk::refresh(authorized)?.is_err();
    check::is_equal("refresh token taken back", &is_refused, &is_taken_back)?;
    passed(if is_taken_back {
        "invalid_grant, its tokens are taken back"
    } else {
        "invalid_grant, its tokens stay good"
    })
}

pub(super) fn page_with_500_keeps_the_code(site: &Site) -> Found {
    if !site.profile.fails_on_openid {
        return Ok(Outcome::NotOffered("does not fail in that way"));
    }
    let code = walk::to_code(site.login()?.scope("openid")?)?;
    let Err(refused) = walk::exchange(code)? else { return Err("the server gave a token".into()) };
    check::is_true("it is unavailable", matches!(refused.error(), TokenError::Unavailable { status: 500, .. }))?;
    drop(refused.recover()?);
    passed("the code is handed back")
}
