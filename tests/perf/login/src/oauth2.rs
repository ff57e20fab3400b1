//! `oauth2`. It draws no bytes from a generator that is not its own, so its user encodes them; it takes no redirect
//! apart, so its user does that with `url`, as its examples do, and compares `state`. That the redirect came to the
//! redirect URI is checked by nobody. A send is a closure that has the response already.

use std::cell::Cell;
use std::convert::Infallible;
use std::hint::black_box;

use base64_22::Engine as _;
use base64_22::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::http::{Response, header::HeaderValue};
use oauth2::url::Url;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _, TokenUrl,
};

use crate::inputs::{
    AUDIENCE, AUTHORIZATION_ENDPOINT, CLIENT_ID, HEADERS, REDIRECT_URI, Rng, SCOPES, TOKEN_ENDPOINT, draw,
};

pub struct Subject(BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>);

pub type Token = BasicTokenResponse;

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
        let client = BasicClient::new(ClientId::new(CLIENT_ID.into()))
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
        let (url, state) = self
            .0
            .authorize_url(|| CsrfToken::new(state))
            .add_scopes(SCOPES.map(|scope| Scope::new(scope.into())))
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
