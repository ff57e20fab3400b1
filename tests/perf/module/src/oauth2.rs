//! `oauth2`. It sends by itself, so the host gives it a function for that, and the two steps are one.

use std::fmt::Display;
use std::ptr::null_mut;

use base64_22::Engine as _;
use base64_22::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::http::{Response, StatusCode};
use oauth2::url::Url;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _, TokenUrl,
};

use crate::{Text, given};

const AUDIENCE: &str = "https://api.loomai.example/";

unsafe extern "C" {
    fn send(url: *const u8, url_len: usize, body: *mut u8, body_len: usize, answer: &mut Text) -> u16;
}

pub struct Pending {
    client: BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>,
    state: CsrfToken,
    verifier: PkceCodeVerifier,
}

/// The reason why not is a text from the start: nobody needs its `Debug`.
fn text(error: impl Display) -> String {
    error.to_string()
}

fn pending(entropy: [u8; 64]) -> Result<(Pending, String), String> {
    let client = BasicClient::new(ClientId::new("3kX9mR2vT7pLqW5z".into()))
        .set_auth_uri(AuthUrl::new("https://login.loom.example/authorize".into()).map_err(text)?)
        .set_token_uri(TokenUrl::new("https://login.loom.example/oauth/token".into()).map_err(text)?)
        .set_redirect_uri(RedirectUrl::new("https://app.example/callback".into()).map_err(text)?);
    let verifier = PkceCodeVerifier::new(URL_SAFE_NO_PAD.encode(&entropy[32..]));
    let (url, state) = client
        .authorize_url(|| CsrfToken::new(URL_SAFE_NO_PAD.encode(&entropy[..32])))
        .add_scopes(["openid", "profile", "offline_access"].map(|scope| Scope::new(scope.into())))
        .add_extra_param("audience", AUDIENCE)
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .url();
    Ok((Pending { client, state, verifier }, url.into()))
}

fn login(pending: Pending, redirect: Vec<u8>) -> Result<BasicTokenResponse, String> {
    let redirect = Url::parse(std::str::from_utf8(&redirect).map_err(text)?).map_err(text)?;
    let find = |name| redirect.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if find("state").as_ref() != Some(pending.state.secret()) {
        return Err("another state".into());
    }
    let code = AuthorizationCode::new(find("code").ok_or("no code")?);
    let request = pending.client.exchange_code(code).set_pkce_verifier(pending.verifier);
    request.add_extra_param("audience", AUDIENCE).request(&transport).map_err(text)
}

fn transport(request: HttpRequest) -> Result<HttpResponse, oauth2::http::Error> {
    let url = request.uri().to_string();
    let body = request.into_body().leak();
    let mut answer = Text { start: std::ptr::null(), len: 0 };
    // SAFETY: the host reads what it is given, and answers with what is of `buffer`.
    let (status, body) = unsafe {
        let status = send(url.as_ptr(), url.len(), body.as_mut_ptr(), body.len(), &mut answer);
        (status, given(answer.start.cast_mut(), answer.len))
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status)?;
    Ok(response)
}

/// # Safety
/// `entropy` are 64 bytes, and nobody else has `url` meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn start(entropy: *const [u8; 64], url: &mut Text) -> *mut Pending {
    // SAFETY: as above.
    match pending(unsafe { *entropy }) {
        Ok((pending, text)) => {
            url.set(text);
            Box::into_raw(Box::new(pending))
        }
        Err(error) => {
            url.set(error);
            null_mut()
        }
    }
}

/// # Safety
/// `pending` is of `start`, the redirect of `buffer`, each given once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn receive_redirect(
    pending: *mut Pending,
    redirect: *mut u8,
    len: usize,
    token: &mut Text,
) -> *mut BasicTokenResponse {
    // SAFETY: as above.
    let (pending, redirect) = unsafe { (Box::from_raw(pending), given(redirect, len)) };
    match login(*pending, redirect) {
        Ok(response) => {
            token.set(response.access_token().secret().clone());
            Box::into_raw(Box::new(response))
        }
        Err(error) => {
            token.set(error);
            null_mut()
        }
    }
}
