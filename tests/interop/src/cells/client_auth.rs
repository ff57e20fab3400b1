//! How a client proves who it is, with characters that are hard to get through.

use authcode::{ClientAuth, ErrorCode};

use super::{Found, passed};
use crate::clients::KnownClient;
use crate::profiles::PlusInBasic;
use crate::report::Outcome;
use crate::site::Site;
use crate::walk::Exchanged;
use crate::{Error, check, walk};

pub(super) fn public_client_sends_its_name_alone(site: &Site) -> Found {
    let code = walk::to_code(site.login_to("native", "http://127.0.0.1/cb")?)?;
    let request = code.token_request();
    check::is_true("no credentials in a header", request.headers.iter().all(|(name, _)| name != "authorization"))?;
    check::is_true("no secret in the body", !request.body.expose().contains("client_secret"))?;
    drop(walk::exchange(code)??);
    passed("")
}

pub(super) fn secret_in_the_body(site: &Site) -> Found {
    let known = KnownClient::named("body")?;
    drop(walk::to_token(site.ask(&site.confidential(&known, ClientAuth::Body(known.secret()))?)?)?);
    passed("")
}

/// No space: what that becomes is a cell of its own.
pub(super) fn basic(site: &Site) -> Found {
    let known = KnownClient::named("basic")?;
    drop(basic_exchange(site, &known, ClientAuth::Basic(known.secret()))??);
    passed("")
}

pub(super) fn basic_beyond_ascii(site: &Site) -> Found {
    if let Some(why) = site.profile.no_secret_beyond_ascii {
        return Ok(Outcome::NotOffered(why));
    }
    let known = KnownClient::named("basic_accent")?;
    drop(basic_exchange(site, &known, ClientAuth::Basic(known.secret()))??);
    passed("")
}

/// The crate writes a space as `+`.
pub(super) fn basic_with_a_space(site: &Site) -> Found {
    let known = KnownClient::named("basic_space")?;
    let exchanged = basic_exchange(site, &known, ClientAuth::Basic(known.secret()))?;
    accepted_if(site.profile.plus_in_basic == PlusInBasic::Space, exchanged)
}

/// The secret has a `+`, which goes out as it stands.
pub(super) fn basic_raw(site: &Site) -> Found {
    let known = KnownClient::named("basic_space")?;
    let exchanged = basic_exchange(site, &known, ClientAuth::BasicRaw(known.secret()))?;
    accepted_if(site.profile.plus_in_basic == PlusInBasic::Plus, exchanged)
}

/// After `invalid_client` the code is handed back, and goes on with the right credentials.
pub(super) fn wrong_secret_can_be_mended(site: &Site) -> Found {
    let known = KnownClient::named("basic")?;
    let refused = basic_exchange(site, &known, ClientAuth::basic("wrong"))?;
    let code = check::is_alive(refused, &ErrorCode::InvalidClient)?;
    let mended = site.confidential(&known, ClientAuth::Basic(known.secret()))?;
    let stored = serde_json::to_string(&code.suspend())?;
    drop(walk::exchange(walk::resume(&stored, &mended)?)??);
    passed("invalid_client, then a token for the same code")
}

fn basic_exchange(site: &Site, known: &KnownClient, auth: ClientAuth) -> Result<Exchanged, Error> {
    walk::exchange(walk::to_code(site.ask(&site.confidential(known, auth)?)?)?)
}

fn accepted_if(is_read: bool, exchanged: Exchanged) -> Found {
    if is_read {
        drop(exchanged?);
        return passed("accepted");
    }
    drop(check::is_alive(exchanged, &ErrorCode::InvalidClient)?);
    passed("refused with invalid_client")
}
