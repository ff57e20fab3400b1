//! The crate itself.

use std::hint::black_box;

use authcode::{
    Authorized, AwaitingRedirect, Client, CodeReceived, HttpResponse, Redirect, Renewal, Server, Suspended, UnixTime,
};

use crate::inputs::{
    AUDIENCE, AUTHORIZATION_ENDPOINT, CLIENT_ID, HEADERS, NOW, REDIRECT_URI, Rng, TOKEN_ENDPOINT, redirects, rng,
};

pub struct Subject(Client);

pub type Token = Authorized;

/// What the HTTP stack hands over.
pub type Answer = Vec<u8>;

pub fn answer(body: &str) -> Answer {
    body.into()
}

impl Default for Subject {
    fn default() -> Self {
        let server = Server::new(AUTHORIZATION_ENDPOINT, TOKEN_ENDPOINT).unwrap();
        Self(Client::new(server, CLIENT_ID, REDIRECT_URI).unwrap())
    }
}

impl Subject {
    pub fn start(&self, rng: &mut Rng) -> AwaitingRedirect {
        let mut login = self.0.login();
        login.scope("openid profile offline_access").unwrap().audience(AUDIENCE).unwrap().start(rng).unwrap()
    }

    pub fn login(&self, rng: &mut Rng, redirect: &str, answer: Answer) -> Token {
        let pending = self.start(rng);
        let _ = black_box(pending.authorization_url());
        let code = pending.receive_redirect(redirect).unwrap();
        let _ = black_box(code.request());
        let response = HttpResponse::new(200, answer).with_headers(HEADERS);
        code.receive_response(response, UnixTime::from_secs(NOW)).unwrap()
    }

    pub fn refresh(&self, mut token: Token, answer: Answer) -> Token {
        let Renewal::Refresh(refresh) = token.renewal() else { panic!("there is a refresh token") };
        let _ = black_box(refresh.request());
        let response = HttpResponse::new(200, answer).with_headers(HEADERS);
        refresh.receive_response(&mut token, response, UnixTime::from_secs(NOW)).unwrap();
        token
    }

    pub fn pending(&self) -> AwaitingRedirect {
        self.start(&mut rng())
    }

    pub fn code(&self) -> CodeReceived {
        self.pending().receive_redirect(&redirects().next().unwrap()).unwrap()
    }
}

pub fn redirect(url: &str) -> Redirect<'_> {
    url.into()
}

/// Redirects that are no answer to any login, each in the form in which a program meets it.
pub fn strangers() -> [(&'static str, Redirect<'static>); 3] {
    [
        ("another path", Redirect::target("/favicon.ico")),
        ("another host", Redirect::url("https://evil.example/callback?code=SplxlOBeZQQYbYS6WxSbIA&state=af0ifjsldkj")),
        (
            "another state",
            Redirect::url(
                "https://app.example/callback?code=SplxlOBeZQQYbYS6WxSbIA-SplxlOBeZQQYbYS6WxSb&state=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
            ),
        ),
    ]
}

pub fn refuse(pending: AwaitingRedirect, stranger: Redirect<'_>) -> AwaitingRedirect {
    pending.receive_redirect(stranger).unwrap_err().recover().unwrap()
}

pub fn exchange(code: CodeReceived, answer: Answer) -> Token {
    code.receive_response(HttpResponse::new(200, answer), UnixTime::from_secs(NOW)).unwrap()
}

/// What a token response is, if nobody is careful with it.
#[derive(serde::Deserialize)]
pub struct Plain {
    pub access_token: String,
    pub token_type: String,
    pub expires_in: Option<u64>,
    pub refresh_token: Option<String>,
    pub scope: Option<String>,
}

pub fn plain(answer: &[u8]) -> Plain {
    serde_json::from_slice(answer).unwrap()
}

/// A pending login as it is stored.
pub fn store(pending: &AwaitingRedirect) -> String {
    serde_json::to_string(&pending.suspend()).unwrap()
}

/// And back.
pub fn resume(subject: &Subject, stored: &str) -> AwaitingRedirect {
    AwaitingRedirect::resume(serde_json::from_str::<Suspended>(stored).unwrap(), &subject.0).unwrap()
}
