//! Client authentication, with characters in identifiers and secrets that are easily misread.

use authcode::{ClientAuth, ErrorCode};

use super::{Found, passed};
use crate::clients::KnownClient;
use crate::profiles::PlusInBasic;
use crate::report::Outcome;
use crate::site::Site;
use crate::walk::Exchanged;
use crate::{Error, check, walk};

pub(super) fn public_client_sends_its_id_alone(site: &Site) -> Found {
    let code = walk::to_code(&site.login_to("native", "http://127.0.0.1/cb")?)?;
    let request = code.request();
    check::is_true("no credentials in a header", request.headers.iter().all(|(name, _)| name != "authorization"))?;
    check::is_true("no secret in the body", !request.body.expose().contains("client_secret"))?;
    drop(walk::code_to_token(code)?);
    passed("")
}

pub(super) fn secret_in_the_body(site: &Site) -> Found {
    let known = KnownClient::named("body")?;
    drop(walk::to_token(&site.ask(&site.confidential(&known, ClientAuth::Body(known.secret()))?)?)?);
    passed("")
}

/// Without a space, which has a cell of its own.
pub(super) fn basic(site: &Site) -> Found {
    let known = KnownClient::named("basic")?;
    drop(check::succeeds(basic_exchange(site, &known, ClientAuth::Basic(known.secret()))?)?);
    passed("")
}

pub(super) fn basic_beyond_ascii(site: &Site) -> Found {
    if let Some(why) = site.profile.no_secret_beyond_ascii {
        return Ok(Outcome::NotOffered(why));
    }
    let known = KnownClient::named("basic_accent")?;
    drop(check::succeeds(basic_exchange(site, &known, ClientAuth::Basic(known.secret()))?)?);
    passed("")
}

/// The crate writes a space as `+`.
pub(super) fn basic_with_a_space(site: &Site) -> Found {
    let known = KnownClient::named("basic_space")?;
    let exchanged = basic_exchange(site, &known, ClientAuth::Basic(known.secret()))?;
    accepted_if(site.profile.plus_in_basic == PlusInBasic::Space, exchanged)
}

/// The secret has a `+`, which is sent unencoded.
pub(super) fn basic_raw(site: &Site) -> Found {
    let known = KnownClient::named("basic_space")?;
    let exchanged = basic_exchange(site, &known, ClientAuth::BasicRaw(known.secret()))?;
    accepted_if(site.profile.plus_in_basic == PlusInBasic::Plus, exchanged)
}

/// After `invalid_client` the code is returned, and can be exchanged with the right credentials.
pub(super) fn wrong_secret_can_be_replaced(site: &Site) -> Found {
    let known = KnownClient::named("basic")?;
    let refused = basic_exchange(site, &known, ClientAuth::basic("wrong"))?;
    let mut code = check::can_be_fixed(refused, &ErrorCode::InvalidClient)?;
    code.replace_client(&site.confidential(&known, ClientAuth::Basic(known.secret()))?)?;
    drop(walk::code_to_token(code)?);
    passed("invalid_client, then a token for the same code")
}

fn basic_exchange(site: &Site, known: &KnownClient, auth: ClientAuth) -> Result<Exchanged, Error> {
    walk::exchange(walk::to_code(&site.ask(&site.confidential(known, auth)?)?)?)
}

fn accepted_if(is_read: bool, exchanged: Exchanged) -> Found {
    if is_read {
        drop(check::succeeds(exchanged)?);
        return passed("accepted");
    }
    drop(check::can_be_fixed(exchanged, &ErrorCode::InvalidClient)?);
    passed("refused with invalid_client")
}
