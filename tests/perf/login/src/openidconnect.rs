//! `openidconnect`: `oauth2` and what a login with an ID token needs. Its response must have a type of its own for the
//! ID token; there is none in it here, so nothing is validated. As with `oauth2`, its user encodes the random bytes and
//! takes the redirect apart.

use std::cell::Cell;
use std::convert::Infallible;
use std::hint::black_box;

use base64_22::Engine as _;
use base64_22::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreTokenResponse};
use openidconnect::http::{Response, header::HeaderValue};
use openidconnect::url::Url;
use openidconnect::{
    AuthUrl, AuthorizationCode, ClientId, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl,
    JsonWebKeySet, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenUrl,
};

use crate::inputs::{
    AUDIENCE, AUTHORIZATION_ENDPOINT, CLIENT_ID, HEADERS, REDIRECT_URI, Rng, SCOPES, TOKEN_ENDPOINT, draw,
};

pub struct Subject(
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet, EndpointNotSet>,
);

pub type Token = CoreTokenResponse;

pub type Answer = HttpResponse;

pub fn answer(body: &str) -> Answer {
    let mut response = Response::new(body.into());
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

impl Default for Subject {
    fn default() -> Self {
        let issuer = IssuerUrl::new("https://login.loom.example/".into()).unwrap();
        let client = CoreClient::new(ClientId::new(CLIENT_ID.into()), issuer, JsonWebKeySet::new(Vec::new()))
            .set_auth_uri(AuthUrl::new(AUTHORIZATION_ENDPOINT.into()).unwrap())
            .set_token_uri(TokenUrl::new(TOKEN_ENDPOINT.into()).unwrap())
            .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.into()).unwrap());
        Self(client)
    }
}

impl Subject {
    pub fn login(&self, rng: &mut Rng, redirect: &str, answer: Answer) -> Token {
        let state = URL_SAFE_NO_PAD.encode(draw(rng));
        let verifier = PkceCodeVerifier::new(URL_SAFE_NO_PAD.encode(draw(rng)));
        let nonce = Nonce::new("n-0S6_WzA2Mj".into()); // Not drawn: the others have none.
        let (url, state, _) = self
            .0
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || CsrfToken::new(state), || nonce)
            .add_scopes(SCOPES[1..].iter().map(|scope| Scope::new((*scope).into()))) // It adds `openid` by itself.
            .add_extra_param("audience", AUDIENCE)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        let _ = black_box(String::from(url));

        let redirect = Url::parse(redirect).unwrap();
        let find = |name| redirect.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        assert_eq!(find("state").as_ref(), Some(state.secret()));
        let code = AuthorizationCode::new(find("code").unwrap());

        let request = self.0.exchange_code(code).set_pkce_verifier(verifier).add_extra_param("audience", AUDIENCE);
        request.request(&transport(answer)).unwrap()
    }

    pub fn refresh(&self, token: Token, answer: Answer) -> Token {
        self.0.exchange_refresh_token(token.refresh_token().unwrap()).request(&transport(answer)).unwrap()
    }
}

fn transport(answer: Answer) -> impl Fn(HttpRequest) -> Result<HttpResponse, Infallible> {
    let answer = Cell::new(answer);
    move |request| {
        let _ = black_box(request);
        Ok(answer.take())
    }
}
