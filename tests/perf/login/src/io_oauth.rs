//! `io-oauth`. It writes and reads HTTP/1.1 itself, so its answer is a whole message, and that is counted with it. It
//! takes a redirect apart and compares `state`, but does not look where it came. Random bytes are encoded by its user:
//! its own come from a generator that cannot be chosen. The token request has no place for `audience`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hint::black_box;

use base64_23::Engine as _;
use base64_23::engine::general_purpose::URL_SAFE_NO_PAD;
use io_http::rfc9110::request::HttpRequest;
use io_oauth::rfc6749::access_token_request::{
    Oauth20AccessTokenRequest, Oauth20AccessTokenRequestParams, Oauth20AccessTokenRequestResult,
};
use io_oauth::rfc6749::auth_request::Oauth20AuthRequestParams;
use io_oauth::rfc6749::auth_response::Oauth20AuthParams;
use io_oauth::rfc6749::issue_access_token::Oauth20AccessTokenSuccessParams;
use io_oauth::rfc6749::refresh_access_token::{
    Oauth20AccessTokenRefresh, Oauth20AccessTokenRefreshParams, Oauth20AccessTokenRefreshResult,
};
use io_oauth::rfc6749::state::Oauth20State;
use io_oauth::rfc7636::pkce::{Oauth20PkceCodeChallenge, Oauth20PkceCodeChallengeMethod};
use serde::Deserialize as _;
use serde::de::value::{Error, StrDeserializer};
use url::Url;

use crate::inputs::{
    AUDIENCE, AUTHORIZATION_ENDPOINT, CLIENT_ID, HEADERS, REDIRECT_URI, Rng, SCOPES, TOKEN_ENDPOINT, draw,
};

pub struct Subject {
    authorization_endpoint: Url,
    token_endpoint: Url,
}

pub type Token = Oauth20AccessTokenSuccessParams;

/// A whole HTTP message.
pub type Answer = Vec<u8>;

pub fn answer(body: &str) -> Answer {
    let mut message = String::from("HTTP/1.1 200 OK\r\n");
    for (name, value) in HEADERS {
        message += &format!("{name}: {value}\r\n");
    }
    message += &format!("content-length: {}\r\n\r\n{body}", body.len());
    message.into()
}

impl Default for Subject {
    fn default() -> Self {
        let parse = |text| Url::parse(text).unwrap();
        Self { authorization_endpoint: parse(AUTHORIZATION_ENDPOINT), token_endpoint: parse(TOKEN_ENDPOINT) }
    }
}

impl Subject {
    pub fn login(&self, rng: &mut Rng, redirect: &str, answer: Answer) -> Token {
        let state = URL_SAFE_NO_PAD.encode(draw(rng));
        let state = Oauth20State::deserialize(StrDeserializer::<Error>::new(&state)).unwrap();
        let verifier = URL_SAFE_NO_PAD.encode(draw(rng)).parse().unwrap();
        let pkce = Oauth20PkceCodeChallenge { method: Oauth20PkceCodeChallengeMethod::Sha256, verifier };
        let url = Oauth20AuthRequestParams {
            client_id: CLIENT_ID.into(),
            redirect_uri: Some(REDIRECT_URI.into()),
            scope: SCOPES.into_iter().map(Into::into).collect(),
            state: Some(Cow::Borrowed(&state)),
            pkce_code_challenge: Some(Cow::Borrowed(&pkce)),
            extras: BTreeMap::from([("audience".into(), AUDIENCE.into())]),
        }
        .build_url(&self.authorization_endpoint);
        let _ = black_box(String::from(url));

        let redirect = Url::parse(redirect).unwrap();
        let code = Oauth20AuthParams::from(&redirect).validate(Some(&state)).unwrap();

        let params = Oauth20AccessTokenRequestParams {
            code,
            redirect_uri: Some(REDIRECT_URI.into()),
            client_id: CLIENT_ID.into(),
            client_secret: None,
            pkce_code_verifier: Some(Cow::Borrowed(&pkce.verifier)),
        };
        let mut send = Oauth20AccessTokenRequest::new(self.request(), params);
        let mut arg = None;
        loop {
            match send.resume(arg.take()) {
                Oauth20AccessTokenRequestResult::Ok(token) => break token.unwrap(),
                Oauth20AccessTokenRequestResult::WantsRead => arg = Some(&*answer),
                Oauth20AccessTokenRequestResult::WantsWrite(bytes) => _ = black_box(bytes),
                Oauth20AccessTokenRequestResult::Err(error) => panic!("{error}"),
            }
        }
    }

    pub fn refresh(&self, token: Token, answer: Answer) -> Token {
        let params = Oauth20AccessTokenRefreshParams::new(CLIENT_ID, token.refresh_token.unwrap());
        let mut send = Oauth20AccessTokenRefresh::new(self.request(), params);
        let mut arg = None;
        loop {
            match send.resume(arg.take()) {
                Oauth20AccessTokenRefreshResult::Ok(token) => break token.unwrap(),
                Oauth20AccessTokenRefreshResult::WantsRead => arg = Some(&*answer),
                Oauth20AccessTokenRefreshResult::WantsWrite(bytes) => _ = black_box(bytes),
                Oauth20AccessTokenRefreshResult::Err(error) => panic!("{error}"),
            }
        }
    }

    fn request(&self) -> HttpRequest {
        HttpRequest { method: "POST".into(), url: self.token_endpoint.clone(), headers: Vec::new(), body: Vec::new() }
            .header("Host", "login.loom.example")
            .header("Accept", "application/json")
    }
}
