//! The crate itself, asked with real URLs, requests and responses.
//!
//! Its states cannot be cloned or hashed, on purpose. So a world holds their stored form, by number, and each step
//! resumes the real state, takes the real step and suspends the result. The crate is a pure function of its
//! inputs, so each distinct question is put to it once (twice, to see that the answers are the same) and the answer
//! kept.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

use authcode::{AwaitingRedirect, Client, CodeReceived, HttpResponse, Suspended, UnixTime};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::people::{Code, Content, Login, Redirect, Server, State, Token, TokenAnswer};
use crate::setting::Setting;

pub(crate) const CLIENT_ID: &str = "the-client";

/// The stored form of a state, by number. The same form has the same number.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Stored(usize);

/// What a redirect led to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Received {
    Code(Stored),
    Returned(Stored),
    Ended,
}

/// What a token response led to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Exchanged {
    Token(Token),
    Returned(Stored),
    Ended,
}

/// A request as it leaves the client.
#[derive(Debug, PartialEq)]
pub(crate) struct Sent {
    pub(crate) url: String,
    pub(crate) body: String,
}

/// Answers by question.
pub(crate) struct Asked<Q, A>(Mutex<HashMap<Q, A>>);

impl<Q: Copy + Eq + Hash, A: Clone + Debug + PartialEq> Asked<Q, A> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    pub(crate) fn ask(&self, question: Q, crate_says: impl Fn() -> A) -> A {
        if let Some(answer) = self.0.lock().unwrap().get(&question) {
            return answer.clone();
        }
        let answer = crate_says();
        assert_eq!(answer, crate_says(), "the crate is a pure function of its inputs");
        self.0.lock().unwrap().insert(question, answer.clone());
        answer
    }

    fn count(&self, of_kind: impl Fn(&A) -> bool) -> usize {
        self.0.lock().unwrap().values().filter(|answer| of_kind(answer)).count()
    }
}

/// The client: one handle for each of its two servers.
pub(crate) struct Shipped {
    setting: Setting,
    forms: Mutex<Vec<Arc<str>>>,
    starts: Asked<Login, Stored>,
    redirects: Asked<(Login, Stored, Redirect), Received>,
    exchanges: Asked<(Login, Stored, TokenAnswer), Exchanged>,
    authorizations: Asked<(Login, Stored), Arc<Sent>>,
    requests: Asked<(Login, Stored), Arc<Sent>>,
}

impl Shipped {
    pub(crate) fn new(setting: Setting) -> Self {
        Self {
            setting,
            forms: Mutex::default(),
            starts: Asked::new(),
            redirects: Asked::new(),
            exchanges: Asked::new(),
            authorizations: Asked::new(),
            requests: Asked::new(),
        }
    }

    fn client(&self, login: Login) -> Client {
        let which = login.server();
        let mut server = authcode::Server::new(which.authorization_endpoint(), which.token_endpoint()).unwrap();
        if let Some(policy) = self.setting.iss_parameter(which) {
            server = server.with_issuer(which.issuer(), policy).unwrap();
        }
        Client::new(server, CLIENT_ID, self.setting.redirect_uri(which)).unwrap()
    }

    fn store(&self, suspended: &Suspended) -> Stored {
        let mut form = serde_json::to_value(suspended).unwrap();
        // The count of refused responses only goes up: with it, each world would come six times.
        form.as_object_mut().unwrap().remove("refused_responses");
        let form = form.to_string();
        let mut forms = self.forms.lock().unwrap();
        let known = forms.iter().position(|known| **known == *form);
        Stored(known.unwrap_or_else(|| {
            forms.push(form.into());
            forms.len() - 1
        }))
    }

    fn stored(&self, stored: Stored) -> Suspended {
        let form = Arc::clone(&self.forms.lock().unwrap()[stored.0]);
        serde_json::from_str(&form).unwrap()
    }

    fn pending(&self, login: Login, stored: Stored) -> AwaitingRedirect {
        AwaitingRedirect::resume(self.stored(stored), &self.client(login)).unwrap()
    }

    fn code(&self, login: Login, stored: Stored) -> CodeReceived {
        CodeReceived::resume(self.stored(stored), &self.client(login)).unwrap()
    }

    pub(crate) fn start(&self, login: Login) -> Stored {
        self.starts.ask(login, || {
            self.store(&self.client(login).login().start_with_entropy(&entropy(login)).unwrap().suspend())
        })
    }

    pub(crate) fn authorization_url(&self, login: Login, stored: Stored) -> Arc<Sent> {
        self.authorizations.ask((login, stored), || {
            let url = self.pending(login, stored).authorization_url();
            Arc::new(Sent { url, body: String::new() })
        })
    }

    pub(crate) fn receive_redirect(&self, login: Login, stored: Stored, redirect: Redirect) -> Received {
        self.redirects.ask((login, stored, redirect), || {
            let url = self.url(login, redirect);
            match self.pending(login, stored).receive_redirect(&url) {
                Ok(code) => Received::Code(self.store(&code.suspend())),
                Err(rejected) => match rejected.recover() {
                    Ok(pending) => Received::Returned(self.store(&pending.suspend())),
                    Err(_) => Received::Ended,
                },
            }
        })
    }

    pub(crate) fn token_request(&self, login: Login, stored: Stored) -> Arc<Sent> {
        self.requests.ask((login, stored), || {
            let request = self.code(login, stored).request();
            Arc::new(Sent { body: request.body.expose().to_owned(), url: request.url })
        })
    }

    pub(crate) fn receive_token_response(&self, login: Login, stored: Stored, answer: TokenAnswer) -> Exchanged {
        self.exchanges.ask((login, stored, answer), || {
            let code = self.code(login, stored);
            match code.receive_response(response(answer), UnixTime::from_secs(1_700_000_000)) {
                Ok(authorized) => Exchanged::Token(token(authorized.tokens().access_token().expose())),
                Err(rejected) => match rejected.recover() {
                    Ok(code) => Exchanged::Returned(self.store(&code.suspend())),
                    Err(_) => Exchanged::Ended,
                },
            }
        })
    }

    /// The redirect as a URL. Where `state` is switched off, the right one is put in its place: so would a client
    /// behave that does not look at it.
    fn url(&self, login: Login, redirect: Redirect) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        match redirect.content {
            Content::Code(code) => query.append_pair("code", &code.text()),
            Content::CodeOfAttackers => query.append_pair("code", "code-of-attackers"),
            Content::CodeGuessed => query.append_pair("code", "guessed"),
            Content::Error => query.append_pair("error", "access_denied"),
            Content::CodeAndError => query.append_pair("code", "guessed").append_pair("error", "access_denied"),
            Content::Token => query.append_pair("access_token", "guessed"),
        };
        match if self.setting.compares_state { redirect.state } else { State::Of(login) } {
            State::Of(login) => query.append_pair("state", &state(login)),
            State::Guessed => query.append_pair("state", "guessed"),
            State::Missing => &mut query,
        };
        if let Some(server) = redirect.iss {
            query.append_pair("iss", server.issuer());
        }
        format!("{}?{}", self.setting.redirect_uri(redirect.to), query.finish())
    }

    /// How many distinct redirects the crate was asked about, and what it said.
    pub(crate) fn summary(&self) -> String {
        format!(
            "asked of the crate: {} redirects ({} returned, {} ended the login, {} gave a code), {} token responses",
            self.redirects.count(|_| true),
            self.redirects.count(|answer| matches!(answer, Received::Returned(_))),
            self.redirects.count(|answer| matches!(answer, Received::Ended)),
            self.redirects.count(|answer| matches!(answer, Received::Code(_))),
            self.exchanges.count(|_| true),
        )
    }
}

/// 64 bytes that differ from login to login.
fn entropy(login: Login) -> [u8; 64] {
    let mut entropy = [login as u8 + 1; 64];
    entropy[32..].fill(login as u8 + 101);
    entropy
}

/// The `state` that the crate derives from the first half, as documented.
fn state(login: Login) -> String {
    URL_SAFE_NO_PAD.encode(&entropy(login)[..32])
}

/// The verifier that the crate derives from the second half, as documented.
pub(crate) fn verifier(login: Login) -> String {
    URL_SAFE_NO_PAD.encode(&entropy(login)[32..])
}

fn response(answer: TokenAnswer) -> HttpResponse {
    let success = |token: String| {
        HttpResponse::new(200, format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":60}}"#))
    };
    match answer {
        TokenAnswer::Token(code) => success(format!("token-for-{}", code.text())),
        TokenAnswer::TokenOfAttackers => success("token-of-attackers".to_owned()),
        TokenAnswer::Refused => HttpResponse::new(400, r#"{"error":"invalid_grant"}"#),
        TokenAnswer::Unavailable => HttpResponse::new(503, "busy"),
    }
}

fn token(text: &str) -> Token {
    match text.strip_prefix("token-for-") {
        Some(code) => Token::For(Code::from_text(code).unwrap()),
        None => Token::OfAttackers,
    }
}

impl Server {
    pub(crate) fn issuer(self) -> &'static str {
        match self {
            Self::Honest => "https://honest.example",
            Self::Attackers => "https://attackers.example",
        }
    }

    pub(crate) fn authorization_endpoint(self) -> &'static str {
        match self {
            Self::Honest => "https://honest.example/authorize",
            Self::Attackers => "https://attackers.example/authorize",
        }
    }

    pub(crate) fn token_endpoint(self) -> &'static str {
        match self {
            Self::Honest => "https://honest.example/token",
            Self::Attackers => "https://attackers.example/token",
        }
    }
}
