//! Any sequence of steps, honest and hostile, against a small model of the flow.
//!
//! The model is written from the documentation: which step leads where, which refusal returns the state and what to do
//! then, and what each request contains, by name and value. Nothing of it is computed by the crate.
//!
//! Refreshes are under way beside the login: several of them, cancelled, answered late, twice, or after the user has
//! logged in again.
//!
//! After each step:
//!
//! - the crate is in the state that the model says, and nothing has panicked;
//! - a refused step that returned the state has changed nothing that can be observed, its stored form included;
//! - a request is the same however often it is asked for, it is what the model says, and all of it is visible ASCII;
//! - nothing that can be formatted contains a secret: each one has `CANARY` in it, but for `state` and verifier, of which
//!   no 8 characters may be found.

use std::fmt::{Debug, Display};
use std::time::Duration;

use authcode::limits::{
    MAX_ATTEMPTS, MAX_FOREIGN_REFUSALS, MAX_PARAMETER_LEN, MAX_REDIRECT_LEN, MAX_RESPONSE_LEN, MAX_RETRY_AFTER,
};
use authcode::{
    Authorized, Client, ClientAuth, Flow, GrantedScope, HttpRequest, HttpResponse, Identity, IssParameter, NextStep,
    Redirect, Refresh, RefreshOptions, Refusal, Rejected, Renewal, Server, Suspended, TokenError, TokenErrorKind,
    Unstarted,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use sha2::{Digest as _, Sha256};

use crate::scenario::{AUTHORIZE, ISSUER, NOW, TOKEN, pairs, query_pairs};

const SCOPE: &str = "openid offline_access";
const OTHER_ISSUER: &str = "https://other.example/";

/// The client and its options, the same through a whole sequence.
#[derive(Clone, Debug)]
struct Setup {
    auth: Auth,
    client_id: String,
    client_secret: String,
    place: Place,
    issuer: Option<IssParameter>,
    audience: String,
    login_hint: String,
    ticket: String,
    entropy: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Auth {
    None,
    Basic,
    BasicRaw,
    Body,
}

/// The redirect URI.
#[derive(Clone, Copy, Debug)]
enum Place {
    Web,
    WebWithQuery,
    Loopback(u16),
    App,
}

impl Place {
    fn configured(self) -> &'static str {
        match self {
            Self::Web => "https://client.example.com/cb",
            Self::WebWithQuery => "https://client.example.com/cb?tenant=a%20b",
            Self::Loopback(_) => "http://127.0.0.1/cb",
            Self::App => "com.example.app:/cb",
        }
    }

    /// As it goes out.
    fn uri(self) -> String {
        match self {
            Self::Loopback(port) => format!("http://127.0.0.1:{port}/cb"),
            other => other.configured().to_owned(),
        }
    }
}

impl Setup {
    fn client(&self) -> Client {
        let mut server = Server::new(AUTHORIZE, TOKEN).unwrap();
        if let Some(policy) = self.issuer {
            server = server.with_issuer(ISSUER, policy).unwrap();
        }
        let secret = self.client_secret.as_str();
        let auth = match self.auth {
            Auth::None => ClientAuth::None,
            Auth::Basic => ClientAuth::basic(secret),
            Auth::BasicRaw => ClientAuth::basic_raw(secret),
            Auth::Body => ClientAuth::body(secret),
        };
        Client::new(server, Identity::new(&*self.client_id, auth), self.place.configured()).unwrap()
    }

    fn login(&self) -> Unstarted {
        let mut login = self.client().login();
        login.scope(SCOPE).unwrap().audience(&self.audience).unwrap();
        login.login_hint(&self.login_hint).unwrap().token_param("ticket", &self.ticket).unwrap();
        self.with_port(login)
    }

    fn with_port(&self, mut login: Unstarted) -> Unstarted {
        if let Place::Loopback(port) = self.place {
            login.loopback_port(port).unwrap();
        }
        login
    }

    fn state(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.entropy[..32])
    }

    fn verifier(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.entropy[32..])
    }

    fn body_credentials(&self) -> (Option<Pair>, Option<Pair>) {
        let client_id = matches!(self.auth, Auth::None | Auth::Body).then(|| pair("client_id", &self.client_id));
        (client_id, (self.auth == Auth::Body).then(|| pair("client_secret", &self.client_secret)))
    }
}

/// The state of a login, and what it must know there.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Unstarted,
    AwaitingRedirect,
    CodeReceived { code: String, refused: u8 },
    Authorized(Tokens),
    Ended,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Tokens {
    access: String,
    refresh: Option<String>,
    /// The refresh token before this one.
    replaced: Option<String>,
    /// From a late response for the replaced one.
    spare: Option<String>,
    /// The scope that the server stated at first, and the one that is granted now.
    first: Option<&'static str>,
    scope: Option<&'static str>,
    attempts: u8,
    foreign: u8,
    revision: u32,
}

/// A refresh that is under way.
#[derive(Clone, Debug)]
struct Sent {
    token: String,
    narrowed: Option<&'static str>,
}

#[derive(Clone, Debug)]
struct Model {
    setup: Setup,
    stage: Stage,
    /// They stay under way when the login ends, or when the user logs in again.
    sent: Vec<Sent>,
}

const MAX_SENT: usize = 4;

#[derive(Clone, Debug)]
enum Step {
    Start(Random),
    Receive(Redirected),
    /// Anything but an answer: it cannot have the right `state`.
    ReceiveJunk(Shape, Vec<u8>),
    Respond(Response),
    SuspendAndResume,
    /// Asks for a refresh, narrowed to this scope, or for another login.
    Renew(Option<&'static str>),
    /// The response to the refresh of this index.
    RespondToRefresh(usize, Response, By),
    /// The refresh of this index is dropped.
    Cancel(usize),
    LogInAgain,
    Restart,
}

/// The two ways to receive the response to a refresh.
#[derive(Clone, Copy, Debug, PartialEq)]
enum By {
    Refresh,
    /// `Refresh::on`. If it is refused, the next try stays under way.
    Exchange,
}

#[derive(Clone, Debug)]
struct Response {
    status: u16,
    body: Body,
    retry_after: Option<u64>,
}

/// What the random source gives.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Random {
    Good,
    Zeros,
    HalfZeros,
    SameTwice,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Url,
    Target,
    Query,
    Form,
}

/// A redirect that has something to do with this login.
#[derive(Clone, Debug)]
struct Redirected {
    shape: Shape,
    to: Whither,
    state: Claim,
    iss: Claim,
    content: Content,
    defect: Option<Defect>,
    extra: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Whither {
    Us,
    /// Another path: only a whole URL or a target shows it.
    OtherPath,
    /// Without the redirect URI's own query.
    WithoutQuery,
}

#[derive(Clone, Debug, PartialEq)]
enum Claim {
    Right,
    Wrong,
    Missing,
}

#[derive(Clone, Debug)]
enum Content {
    Code(String),
    Error(&'static str),
    CodeAndError,
    Nothing,
    Token,
    Jwt,
}

#[derive(Clone, Debug)]
enum Defect {
    TooLong,
    Unreadable,
    Twice(&'static str),
}

#[derive(Clone, Debug)]
enum Body {
    Token {
        access: String,
        refresh: Option<String>,
        scope: Option<&'static str>,
    },
    Error(&'static str),
    /// JSON, and of no use.
    Useless(&'static str),
    /// It begins with `<`, so it is no JSON.
    NotJson(Vec<u8>),
    CutOff,
    TooLong,
}

type Pair = (String, String);

fn pair(name: &str, value: &str) -> Pair {
    (name.to_owned(), value.to_owned())
}

/// RFC 6749 appendix A: `1*VSCHAR`.
fn is_vschar(text: &str) -> bool {
    (1..=MAX_PARAMETER_LEN).contains(&text.len()) && text.bytes().all(|byte| (0x20..0x7F).contains(&byte))
}

// What a step must lead to.

enum Verdict<T> {
    Next(T),
    Refused(NextStep),
}

impl Redirected {
    /// The table of redirects.
    fn verdict(&self, setup: &Setup) -> Verdict<String> {
        let has_path = matches!(self.shape, Shape::Url | Shape::Target);
        let lacks_query =
            self.to == Whither::WithoutQuery && matches!(setup.place, Place::WebWithQuery) && self.shape != Shape::Form;
        let is_elsewhere = (has_path && self.to == Whither::OtherPath) || lacks_query;
        if is_elsewhere || self.defect.is_some() || self.state != Claim::Right {
            return Verdict::Refused(NextStep::Wait);
        }
        let iss_is_fine = !matches!(
            (setup.issuer, &self.iss),
            (Some(IssParameter::Required), Claim::Missing) | (Some(_), Claim::Wrong)
        );
        match &self.content {
            Content::Code(code) if iss_is_fine && is_vschar(code) => Verdict::Next(code.clone()),
            _ => Verdict::Refused(NextStep::StartOver),
        }
    }

    /// The redirect as it comes.
    fn text(&self, setup: &Setup) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        match &self.content {
            Content::Code(code) => query.append_pair("code", code),
            Content::Error(error) => {
                query.append_pair("error", error).append_pair("error_description", "CANARY of the server's")
            }
            Content::CodeAndError => query.append_pair("code", "CANARY").append_pair("error", "access_denied"),
            Content::Nothing => &mut query,
            Content::Token => query.append_pair("access_token", "CANARY").append_pair("code", "CANARY"),
            Content::Jwt => query.append_pair("response", "CANARY"),
        };
        match self.state {
            Claim::Right => query.append_pair("state", &setup.state()),
            Claim::Wrong => query.append_pair("state", &setup.verifier()),
            Claim::Missing => &mut query,
        };
        match self.iss {
            Claim::Right => query.append_pair("iss", ISSUER),
            Claim::Wrong => query.append_pair("iss", OTHER_ISSUER),
            Claim::Missing => &mut query,
        };
        query.append_pair("tenant_of_server", &self.extra);
        let mut query = query.finish();
        match &self.defect {
            None => {}
            Some(Defect::TooLong) => query += &format!("&x={}", "y".repeat(MAX_REDIRECT_LEN)),
            Some(Defect::Unreadable) => query += "&error_uri=%zz",
            Some(Defect::Twice(name)) => query += &format!("&{name}=a&{name}=b"),
        }
        let uri = setup.place.uri();
        let (base, own) = uri.split_once('?').unwrap_or((&uri, ""));
        if !own.is_empty() && self.to != Whither::WithoutQuery && self.shape != Shape::Form {
            query = format!("{own}&{query}");
        }
        let path = if self.to == Whither::OtherPath { "/else" } else { "" };
        match self.shape {
            Shape::Url => format!("{base}{path}?{query}"),
            Shape::Target => format!("/cb{path}?{query}"),
            Shape::Query | Shape::Form => query,
        }
    }
}

impl Shape {
    fn redirect(self, content: &[u8]) -> Redirect<'_> {
        match self {
            Self::Url => Redirect::url(content),
            Self::Target => Redirect::target(content),
            Self::Query => Redirect::query(content),
            Self::Form => Redirect::form_post(content),
        }
    }
}

/// What a token response is, before it is known what it means for a code or for a refresh token.
enum Class {
    Success(Tokens),
    /// Perhaps with a new refresh token.
    Unusable(Option<String>),
    /// The server is unavailable, or says that it failed.
    Transient,
    Client,
    InvalidGrant,
    OtherError,
    Redirected,
    /// Not an answer of the server, in all probability.
    Foreign,
}

impl Response {
    fn class(&self) -> Class {
        let status = self.status;
        let is_success = (200..300).contains(&status);
        match &self.body {
            _ if matches!(status, 408 | 425 | 429 | 500..) => Class::Transient,
            _ if (300..400).contains(&status) => Class::Redirected,
            Body::TooLong => Class::Foreign,
            Body::Error("temporarily_unavailable") => Class::Transient,
            Body::Error("invalid_client") => Class::Client,
            Body::Error("invalid_grant") => Class::InvalidGrant,
            // The word of a gateway, where RFC 6749 has no error.
            Body::Error("gone_fishing") if !is_success && ![400, 401, 403].contains(&status) => Class::Foreign,
            Body::Error(_) => Class::OtherError,
            Body::Token { access, refresh, scope } if is_success && is_vschar(access) => Class::Success(Tokens {
                access: access.clone(),
                refresh: refresh.clone(),
                first: *scope,
                scope: *scope,
                ..Tokens::default()
            }),
            Body::Token { refresh, .. } if is_success => Class::Unusable(refresh.clone()),
            Body::Useless(_) if is_success => Class::Unusable(None),
            _ => Class::Foreign,
        }
    }

    /// The pause after so many refused responses.
    fn retry(&self, refused: u8) -> NextStep {
        let seconds = match self.retry_after {
            Some(seconds) => seconds.clamp(1, MAX_RETRY_AFTER),
            None => [1, 2, 4, 8, 16][usize::from(refused) - 1],
        };
        NextStep::Retry { after: Duration::from_secs(seconds) }
    }

    fn verdict_of_exchange(&self, refused: u8) -> Verdict<Tokens> {
        Verdict::Refused(match self.class() {
            Class::Success(tokens) => return Verdict::Next(tokens),
            _ if refused == MAX_ATTEMPTS => NextStep::StartOver,
            Class::Transient => self.retry(refused),
            Class::Client | Class::Redirected | Class::Foreign => NextStep::Fix,
            Class::Unusable(_) | Class::InvalidGrant | Class::OtherError => NextStep::StartOver,
        })
    }

    fn http(&self) -> HttpResponse {
        let response = HttpResponse::new(self.status, self.body.bytes());
        let headers = self.retry_after.map(|seconds| ("Retry-After", seconds.to_string()));
        response.with_headers(headers)
    }
}

/// What a response to a refresh has done.
#[derive(Debug, PartialEq)]
enum Outcome {
    Refreshed { rotated: bool, superseded: bool },
    Stale(NextStep),
    Refused(NextStep),
}

impl Tokens {
    /// The table of refreshes.
    fn receive(&mut self, sent: &Sent, response: &Response) -> Outcome {
        let is_sent = |token: &Option<String>| token.as_ref() == Some(&sent.token);
        let is_dead = self.refresh.is_none();
        let is_held = is_sent(&self.refresh) || (is_dead && is_sent(&self.replaced));
        let without_news = if is_dead { NextStep::StartOver } else { NextStep::Wait };
        if !is_held && !is_sent(&self.replaced) {
            return Outcome::Stale(without_news);
        }
        match response.class() {
            Class::Success(new) if is_held => self.adopt(new, sent.narrowed),
            Class::Success(new) => {
                if new.refresh.is_some() && new.refresh != self.refresh {
                    self.spare = new.refresh;
                }
                Outcome::Refreshed { rotated: false, superseded: true }
            }
            class if is_held => Outcome::Refused(self.refuse(class, response)),
            _ => Outcome::Refused(without_news),
        }
    }

    fn adopt(&mut self, new: Self, narrowed: Option<&'static str>) -> Outcome {
        let held = self.refresh.clone();
        let rotated = new.refresh.is_some() && new.refresh != held;
        if rotated {
            self.replace(new.refresh);
        } else if held.is_none() {
            self.refresh = self.replaced.take();
        }
        self.access = new.access;
        self.scope = new.scope.or(narrowed).or(self.first);
        self.spare = None;
        self.attempts = 0;
        self.foreign = 0;
        self.revision += u32::from(!rotated);
        Outcome::Refreshed { rotated, superseded: false }
    }

    fn replace(&mut self, new: Option<String>) {
        let old = std::mem::replace(&mut self.refresh, new);
        self.replaced = old.or(self.replaced.take());
        self.foreign = 0;
        self.revision += 1;
    }

    fn refuse(&mut self, class: Class, response: &Response) -> NextStep {
        let mut next_step = match class {
            Class::Transient | Class::Unusable(Some(_)) => {
                self.attempts += 1;
                let is_last = self.attempts == MAX_ATTEMPTS;
                if is_last { NextStep::Wait } else { response.retry(self.attempts) }
            }
            Class::Client | Class::Redirected => NextStep::Fix,
            Class::OtherError | Class::Foreign | Class::Unusable(None) if self.refresh.is_some() => {
                self.foreign += 1;
                self.revision += 1;
                if self.foreign >= MAX_FOREIGN_REFUSALS { NextStep::StartOver } else { NextStep::Wait }
            }
            _ => NextStep::Wait,
        };
        self.attempts %= MAX_ATTEMPTS;
        match class {
            Class::Unusable(new @ Some(_)) if new != self.refresh => self.replace(new),
            Class::InvalidGrant if self.refresh.is_some() => {
                let spare = self.spare.take();
                next_step = NextStep::Retry { after: Duration::ZERO };
                self.replace(spare);
            }
            _ => {}
        }
        if self.refresh.is_none() { NextStep::StartOver } else { next_step }
    }

    /// What is not stored.
    fn resume(&mut self) {
        (self.replaced, self.spare) = (None, None);
        (self.attempts, self.revision) = (0, 0);
    }
}

impl Body {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Token { access, refresh, scope } => serde_json::json!({
                "access_token": access, "refresh_token": refresh, "scope": scope, "token_type": "Bearer",
                "expires_in": 60, "id_token": "CANARY", "\u{20AC}": ["CANARY"],
            })
            .to_string()
            .into_bytes(),
            Self::Error(error) => format!(r#"{{"error":"{error}","error_description":"CANARY"}}"#).into_bytes(),
            Self::Useless(json) => json.as_bytes().to_vec(),
            Self::NotJson(rest) => [b"<CANARY", rest.as_slice()].concat(),
            Self::CutOff => br#"{"access_token":"CANARY"#.to_vec(),
            Self::TooLong => format!(r#"{{"access_token":"CANARY","x":"{}"}}"#, "y".repeat(MAX_RESPONSE_LEN)).into(),
        }
    }
}

/// Whether a refresh may ask for it: it was granted at first, or asked for where the server did not say.
fn may_ask_for(scope: &str, tokens: &Tokens) -> bool {
    tokens.first.unwrap_or(SCOPE).split(' ').any(|granted| granted == scope)
}

impl Model {
    /// The model after a step. `None` if the step is not possible.
    fn after(mut self, step: &Step) -> Option<Self> {
        self.stage = match (self.stage, step) {
            (Stage::Authorized(mut tokens), Step::SuspendAndResume) => {
                tokens.resume();
                Stage::Authorized(tokens)
            }
            (stage @ Stage::CodeReceived { .. }, Step::SuspendAndResume) => stage,
            (Stage::AwaitingRedirect, Step::SuspendAndResume) => Stage::AwaitingRedirect,
            (Stage::Unstarted, Step::Start(Random::Good)) => Stage::AwaitingRedirect,
            (Stage::Unstarted, Step::Start(_)) => Stage::Unstarted,
            (Stage::AwaitingRedirect, Step::ReceiveJunk(..)) => Stage::AwaitingRedirect,
            (Stage::AwaitingRedirect, Step::Receive(redirected)) => match redirected.verdict(&self.setup) {
                Verdict::Next(code) => Stage::CodeReceived { code, refused: 0 },
                Verdict::Refused(NextStep::StartOver) => Stage::Ended,
                Verdict::Refused(_) => Stage::AwaitingRedirect,
            },
            (Stage::CodeReceived { code, refused }, Step::Respond(response)) => {
                match response.verdict_of_exchange(refused + 1) {
                    Verdict::Next(tokens) => Stage::Authorized(tokens),
                    Verdict::Refused(NextStep::StartOver) => Stage::Ended,
                    Verdict::Refused(_) => Stage::CodeReceived { code, refused: refused + 1 },
                }
            }
            (Stage::Authorized(tokens), Step::Renew(narrowed)) => {
                let is_allowed = narrowed.is_none_or(|scope| may_ask_for(scope, &tokens));
                match &tokens.refresh {
                    Some(token) if is_allowed && self.sent.len() < MAX_SENT => {
                        self.sent.push(Sent { token: token.clone(), narrowed: *narrowed });
                    }
                    Some(_) if is_allowed => return None,
                    _ => {}
                }
                Stage::Authorized(tokens)
            }
            (Stage::Authorized(mut tokens), Step::RespondToRefresh(index, response, by))
                if *index < self.sent.len() =>
            {
                let sent = self.sent.remove(*index);
                let outcome = tokens.receive(&sent, response);
                if let (By::Exchange, Outcome::Refused(next) | Outcome::Stale(next)) = (by, outcome) {
                    let is_allowed = sent.narrowed.is_none_or(|scope| may_ask_for(scope, &tokens));
                    if next != NextStep::StartOver && is_allowed {
                        self.sent.push(Sent { token: tokens.refresh.clone().unwrap(), ..sent });
                    }
                }
                Stage::Authorized(tokens)
            }
            (stage, Step::Cancel(index)) if *index < self.sent.len() => {
                self.sent.remove(*index);
                stage
            }
            (Stage::Authorized(_), Step::LogInAgain) | (Stage::Ended, Step::Restart) => Stage::Unstarted,
            _ => return None,
        };
        Some(self)
    }

    /// The query of the authorization URL, name by name.
    fn authorization_pairs(&self) -> Vec<Pair> {
        let setup = &self.setup;
        vec![
            pair("response_type", "code"),
            pair("audience", &setup.audience),
            pair("client_id", &setup.client_id),
            pair("code_challenge_method", "S256"),
            pair("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(setup.verifier()))),
            pair("redirect_uri", &setup.place.uri()),
            pair("scope", SCOPE),
            pair("state", &setup.state()),
            pair("login_hint", &setup.login_hint),
        ]
    }

    /// The body of the request that exchanges a code, name by name.
    fn exchange_pairs(&self, code: &str) -> Vec<Pair> {
        let setup = &self.setup;
        let (client_id, client_secret) = setup.body_credentials();
        let pairs = [
            Some(pair("grant_type", "authorization_code")),
            Some(pair("audience", &setup.audience)),
            client_id,
            Some(pair("code", code)),
            Some(pair("code_verifier", &setup.verifier())),
            Some(pair("redirect_uri", &setup.place.uri())),
            client_secret,
            Some(pair("ticket", &setup.ticket)),
        ];
        pairs.into_iter().flatten().collect()
    }

    fn refresh_pairs(&self, sent: &Sent) -> Vec<Pair> {
        let (client_id, client_secret) = self.setup.body_credentials();
        let pairs = [
            Some(pair("grant_type", "refresh_token")),
            client_id,
            Some(pair("refresh_token", &sent.token)),
            sent.narrowed.map(|scope| pair("scope", scope)),
            client_secret,
        ];
        pairs.into_iter().flatten().collect()
    }
}

// Where sequences come from.

fn setups() -> impl Strategy<Value = Setup> {
    let auth = select(vec![Auth::None, Auth::Basic, Auth::BasicRaw, Auth::Body]);
    let place = prop_oneof![
        Just(Place::Web),
        Just(Place::WebWithQuery),
        (1..=u16::MAX).prop_map(Place::Loopback),
        Just(Place::App),
    ];
    let issuer = select(vec![None, Some(IssParameter::Optional), Some(IssParameter::Required)]);
    let secret = |chars| proptest::string::string_regex(chars).unwrap().prop_map(|text| format!("CANARY{text}"));
    let entropy = vec(any::<u8>(), 64).prop_map(|mut bytes| {
        (bytes[0], bytes[32]) = (1, 2); // neither zero nor the same, as from a good source
        bytes
    });
    (
        (auth, "[ -9;-~]{1,12}", secret("\\PC{0,12}"), place, issuer),
        ("(?s).{1,12}", "(?s).{1,12}", secret("(?s).{0,12}"), entropy),
    )
        .prop_map(|((auth, client_id, client_secret, place, issuer), (audience, hint, ticket, entropy))| Setup {
            auth,
            client_id,
            client_secret,
            place,
            issuer,
            audience,
            login_hint: format!("CANARY{hint}"),
            ticket,
            entropy,
        })
}

/// Mostly good ones.
fn secrets() -> impl Strategy<Value = String> {
    prop_oneof![8 => "CANARY[ -~]{0,8}", 1 => Just(String::new()), 1 => "(?s)CANARY.{0,4}"]
}

fn shapes() -> impl Strategy<Value = Shape> {
    select(vec![Shape::Url, Shape::Target, Shape::Query, Shape::Form])
}

fn claims() -> impl Strategy<Value = Claim> {
    prop_oneof![6 => Just(Claim::Right), 1 => Just(Claim::Wrong), 1 => Just(Claim::Missing)]
}

fn answers() -> impl Strategy<Value = Step> {
    let to = prop_oneof![8 => Just(Whither::Us), 1 => Just(Whither::OtherPath), 1 => Just(Whither::WithoutQuery)];
    let content = prop_oneof![
        10 => secrets().prop_map(Content::Code),
        1 => select(vec!["access_denied", "server_error", "a_word_of_its_own", ""]).prop_map(Content::Error),
        1 => Just(Content::CodeAndError),
        1 => Just(Content::Nothing),
        1 => Just(Content::Token),
        1 => Just(Content::Jwt),
    ];
    let names = vec!["code", "state", "iss", "error", "error_description", "response", "access_token", "id_token"];
    let defect = prop_oneof![
        12 => Just(None),
        1 => Just(Some(Defect::TooLong)),
        1 => Just(Some(Defect::Unreadable)),
        1 => select(names).prop_map(|name| Some(Defect::Twice(name))),
    ];
    (shapes(), to, claims(), claims(), content, defect, "(?s)CANARY.{0,6}").prop_map(
        |(shape, to, state, iss, content, defect, extra)| {
            Step::Receive(Redirected { shape, to, state, iss, content, defect, extra })
        },
    )
}

fn junk(base: String) -> impl Strategy<Value = Step> {
    let bytes = prop_oneof![
        vec(any::<u8>(), 0..40),
        "[?#&=%;+/:@a-z\\[\\]CANARY0-9]{0,40}".prop_map(String::into_bytes),
        "(code|state|iss|error|&|=|%|\\?|#|x){0,12}".prop_map(String::into_bytes),
    ];
    (shapes(), any::<bool>(), bytes).prop_map(move |(shape, starts_right, bytes)| {
        let start = if starts_right { format!("{base}?state=") } else { String::new() };
        Step::ReceiveJunk(shape, [start.as_bytes(), &bytes].concat())
    })
}

fn responses() -> impl Strategy<Value = Response> {
    let status = prop_oneof![
        6 => Just(200),
        4 => select(vec![201, 302, 400, 401, 403, 404, 408, 429, 500, 503]),
        1 => 100..1000_u16,
    ];
    let scope = select(vec![None, Some("openid"), Some("openid offline_access")]);
    let refresh = proptest::option::weighted(0.7, "CANARY[ -~]{0,8}");
    let body = prop_oneof![
        8 => (secrets(), refresh, scope).prop_map(|(access, refresh, scope)| Body::Token { access, refresh, scope }),
        3 => select(vec!["invalid_client", "invalid_grant", "invalid_scope", "gone_fishing", "temporarily_unavailable"])
            .prop_map(Body::Error),
        1 => select(vec!["{}", "[]", "null", "7", r#"{"access_token":["CANARY"]}"#]).prop_map(Body::Useless),
        1 => vec(any::<u8>(), 0..20).prop_map(Body::NotJson),
        1 => Just(Body::CutOff),
        1 => Just(Body::TooLong),
    ];
    let retry_after = proptest::option::weighted(0.3, prop_oneof![0..10_u64, 290..310_u64, Just(u64::MAX)]);
    (status, body, retry_after).prop_map(|(status, body, retry_after)| Response { status, body, retry_after })
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        setups().prop_map(|setup| Self { setup, stage: Stage::Unstarted, sent: Vec::new() }).boxed()
    }

    fn transitions(model: &Self) -> BoxedStrategy<Step> {
        let store = Just(Step::SuspendAndResume);
        let sent = model.sent.len();
        match &model.stage {
            Stage::Unstarted => prop_oneof![
                6 => Just(Step::Start(Random::Good)),
                1 => select(vec![Random::Zeros, Random::HalfZeros, Random::SameTwice]).prop_map(Step::Start),
            ]
            .boxed(),
            Stage::AwaitingRedirect => {
                prop_oneof![6 => answers(), 2 => junk(model.setup.place.uri()), 1 => store].boxed()
            }
            Stage::CodeReceived { .. } => prop_oneof![12 => responses().prop_map(Step::Respond), 1 => store].boxed(),
            Stage::Authorized(_) => {
                let scope = select(vec![None, None, Some("openid"), Some("offline_access"), Some("admin")]);
                let by = select(vec![By::Refresh, By::Exchange]);
                let renew = scope.prop_map(Step::Renew);
                let respond = (0..sent.max(1), responses(), by)
                    .prop_map(|(index, response, by)| Step::RespondToRefresh(index, response, by));
                let cancel = (0..sent.max(1)).prop_map(Step::Cancel);
                let other = prop_oneof![1 => store, 1 => Just(Step::LogInAgain)];
                match sent {
                    0 => prop_oneof![9 => renew, 1 => other].boxed(),
                    MAX_SENT.. => prop_oneof![9 => respond, 1 => cancel, 1 => other].boxed(),
                    _ => prop_oneof![8 => renew, 14 => respond, 1 => cancel, 2 => other].boxed(),
                }
            }
            Stage::Ended => Just(Step::Restart).boxed(),
        }
    }

    fn apply(model: Self, step: &Step) -> Self {
        model.after(step).unwrap()
    }

    fn preconditions(model: &Self, step: &Step) -> bool {
        model.clone().after(step).is_some()
    }
}

// The crate goes through the same steps.

/// The crate's own state; no flow before the start and after the end.
struct Login {
    setup: Setup,
    /// Never made again, but by `Authorized::reauthorize`: any number of logins start from it.
    template: Unstarted,
    flow: Option<Flow>,
    sent: Vec<Refresh>,
    /// As it was before the step.
    model: Model,
}

impl Login {
    fn assert_hides(&self, text: &str) {
        assert!(!text.contains("CANARY"), "a secret is shown: {text}");
        for secret in [self.setup.state(), self.setup.verifier()] {
            for window in secret.as_bytes().windows(8) {
                let part = std::str::from_utf8(window).unwrap();
                assert!(!text.contains(part), "a part of state or verifier is shown: {text}");
            }
        }
    }

    fn assert_debug_hides(&self, value: &impl Debug) {
        self.assert_hides(&format!("{value:?} {value:#?}"));
    }

    fn assert_error_hides(&self, error: &(impl Debug + Display)) {
        self.assert_hides(&format!("{error} {error:?} {error:#?}"));
    }

    /// The state after a step. A state that is returned must be as it was, and there is one unless the next step is to
    /// start over.
    fn goes_on<N, S, E>(&self, before: &str, expected: NextStep, result: Result<N, Rejected<S, E>>) -> Option<Flow>
    where
        N: Into<Flow>,
        S: Into<Flow>,
        E: Refusal,
    {
        let rejected = match result {
            Ok(next) => return Some(next.into()),
            Err(rejected) => rejected,
        };
        self.assert_debug_hides(&rejected);
        self.assert_error_hides(rejected.error());
        assert_eq!(rejected.next_step(), expected);
        match rejected.recover() {
            Ok(state) => {
                assert_ne!(expected, NextStep::StartOver);
                let flow = state.into();
                assert_eq!(observed(&flow), before, "a refused step has left a trace");
                Some(flow)
            }
            Err(error) => {
                assert_eq!(error.next_step(), NextStep::StartOver);
                None
            }
        }
    }

    fn start(&self, random: Random) -> Option<Flow> {
        let mut entropy: [u8; 64] = self.setup.entropy.clone().try_into().unwrap();
        match random {
            Random::Good => {}
            Random::Zeros => entropy = [0; 64],
            Random::HalfZeros => entropy[32..].fill(0),
            Random::SameTwice => entropy.copy_within(..32, 32),
        }
        match self.template.start_with_entropy(&entropy) {
            Ok(pending) => Some(pending.into()),
            Err(error) => {
                self.assert_error_hides(&error);
                None
            }
        }
    }

    /// `tokens` is the model before the step.
    fn receive(
        &mut self,
        login: &mut Authorized,
        mut tokens: Tokens,
        sent: &Sent,
        index: usize,
        response: &Response,
        by: By,
    ) {
        let refresh = self.sent.remove(index);
        let result = match by {
            By::Refresh => refresh.receive_response(login, response.http(), NOW),
            By::Exchange => match refresh.on(login).receive_response(response.http(), NOW) {
                Ok(refreshed) => Ok(refreshed),
                Err(rejected) => {
                    self.assert_debug_hides(&rejected);
                    let error = rejected.error().clone();
                    match rejected.recover() {
                        Ok(again) => {
                            assert_ne!(error.next_step(), NextStep::StartOver);
                            let text = request_text(&again.request());
                            drop(again);
                            let mut options = RefreshOptions::default();
                            if let Some(scope) = sent.narrowed {
                                options.narrow_scope(scope).unwrap();
                            }
                            // A refresh of an earlier login may have been narrowed to what this one was not granted.
                            if let Ok(renewal) = login.renewal_with(&options) {
                                let Renewal::Refresh(next) = renewal else { panic!("there is a refresh token") };
                                assert_eq!(request_text(&next.request()), text);
                                self.sent.push(next);
                            }
                        }
                        Err(ended) => assert_eq!(ended.next_step(), NextStep::StartOver),
                    }
                    Err(error)
                }
            },
        };
        let outcome = match result {
            Ok(refreshed) => Outcome::Refreshed { rotated: refreshed.rotated, superseded: refreshed.superseded },
            Err(error) => self.outcome(&error),
        };
        assert_eq!(outcome, tokens.receive(sent, response), "{response:?}");
    }

    fn outcome(&self, error: &TokenError) -> Outcome {
        self.assert_error_hides(error);
        if error.kind() == TokenErrorKind::Stale {
            Outcome::Stale(error.next_step())
        } else {
            Outcome::Refused(error.next_step())
        }
    }

    fn step(&mut self, flow: Flow, step: Step, model: &Model) -> Option<Flow> {
        let before = observed(&flow);
        Some(match (flow, step) {
            (flow, Step::SuspendAndResume) => {
                let stored = serde_json::to_string(&flow.suspend()).unwrap();
                let suspended: Suspended = serde_json::from_str(&stored).unwrap();
                self.assert_debug_hides(&suspended);
                let flow = Flow::resume(suspended, &self.setup.client()).unwrap();
                assert_eq!(observed(&flow), before, "the stored form has lost something");
                flow
            }
            (Flow::AwaitingRedirect(pending), Step::Receive(redirected)) => {
                let text = redirected.text(&self.setup);
                let redirect = redirected.shape.redirect(text.as_bytes());
                self.assert_debug_hides(&redirect);
                let expected = match redirected.verdict(&self.setup) {
                    Verdict::Next(_) => NextStep::Wait,
                    Verdict::Refused(next_step) => next_step,
                };
                self.goes_on(&before, expected, pending.receive_redirect(redirect))?
            }
            (Flow::AwaitingRedirect(pending), Step::ReceiveJunk(shape, bytes)) => {
                let result = pending.receive_redirect(shape.redirect(&bytes));
                assert!(result.is_err());
                self.goes_on(&before, NextStep::Wait, result)?
            }
            (Flow::CodeReceived(code), Step::Respond(response)) => {
                let Stage::CodeReceived { refused, .. } = model.stage else { panic!("{:?}", model.stage) };
                let expected = match response.verdict_of_exchange(refused + 1) {
                    Verdict::Next(_) => NextStep::Wait,
                    Verdict::Refused(next_step) => next_step,
                };
                let response = response.http();
                self.assert_debug_hides(&response);
                self.goes_on(&before, expected, code.receive_response(response, NOW))?
            }
            (Flow::Authorized(login), Step::Renew(narrowed)) => {
                let mut options = RefreshOptions::default();
                if let Some(scope) = narrowed {
                    options.narrow_scope(scope).unwrap();
                }
                match login.renewal_with(&options) {
                    Ok(Renewal::Refresh(refresh)) => self.sent.push(refresh),
                    Ok(Renewal::Reauthorize(template)) => self.assert_debug_hides(&template),
                    Err(error) => self.assert_error_hides(&error),
                }
                let flow = login.into();
                assert_eq!(observed(&flow), before, "a renewal has changed something before it was answered");
                flow
            }
            (Flow::Authorized(mut login), Step::RespondToRefresh(index, response, by)) => {
                let Stage::Authorized(tokens) = &model.stage else { panic!("{:?}", model.stage) };
                let revision = login.revision();
                self.receive(&mut login, tokens.clone(), &model.sent[index], index, &response, by);
                let is_unchanged = login.revision() == revision;
                let flow = login.into();
                assert!(!is_unchanged || observed(&flow) == before, "a change without a new revision");
                flow
            }
            (Flow::Authorized(login), Step::LogInAgain) => {
                self.template = self.setup.with_port(login.reauthorize());
                return None;
            }
            (flow, step) => panic!("{step:?} in {flow:?}"),
        })
    }
}

/// All of a request, in one text.
fn request_text(request: &HttpRequest) -> String {
    let headers: Vec<_> = request.headers.iter().collect();
    format!("{} {} {headers:?} {}", request.method, request.url, request.body.expose())
}

/// All that the caller can see of a state, in one text. What is stored but may change with a refusal is the count of
/// refusals.
fn observed(flow: &Flow) -> String {
    let mut stored = serde_json::to_value(flow.suspend()).unwrap();
    for count in ["refused_responses", "foreign_refusals"] {
        stored.as_object_mut().unwrap().remove(count);
    }
    match flow {
        Flow::AwaitingRedirect(pending) => {
            format!("{stored} {} {} {}", pending.authorization_url(), pending.state(), pending.redirect_uri())
        }
        Flow::CodeReceived(code) => {
            let param = code.redirect_param("tenant_of_server");
            format!("{stored} {} {param:?}", request_text(&code.request()))
        }
        Flow::Authorized(login) => {
            let tokens = login.tokens();
            format!(
                "{stored} {} {:?} {:?} {:?} {:?} {:?} {:?}",
                tokens.access_token().expose(),
                tokens.refresh_token().map(|token| token.expose().to_owned()),
                tokens.granted_scope(),
                tokens.token_type(),
                tokens.expires_at(),
                login.bearer().map(|header| header.expose().to_owned()),
                tokens.member_text("id_token"),
            )
        }
        other => panic!("a state that is not known here: {other:?}"),
    }
}

#[track_caller]
fn assert_visible_ascii(text: &str) {
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "not visible ASCII: {text}");
}

/// A request is what the model says, and nothing in it can split a line.
fn assert_request(login: &Login, request: &HttpRequest, expected: &[Pair]) {
    login.assert_debug_hides(request);
    assert_eq!((request.method, &*request.url, request.follow_redirects), ("POST", TOKEN, false));
    assert_visible_ascii(request.body.expose());
    assert_eq!(pairs(request.body.expose()), expected);
    let mut authorization = None;
    for (name, value) in &request.headers {
        assert_visible_ascii(name);
        assert!(value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '));
        if name == "authorization" {
            authorization = Some(value);
        }
    }
    let has_header = matches!(login.setup.auth, Auth::Basic | Auth::BasicRaw);
    assert_eq!(authorization.is_some_and(|value| value.starts_with("Basic ")), has_header);
}

impl StateMachineTest for Login {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(model: &Model) -> Self {
        let setup = model.setup.clone();
        Self { template: setup.login(), setup, flow: None, sent: Vec::new(), model: model.clone() }
    }

    fn apply(mut login: Self, after: &Model, step: Step) -> Self {
        let model = std::mem::replace(&mut login.model, after.clone());
        login.flow = match (login.flow.take(), step) {
            (flow, Step::Cancel(index)) => {
                drop(login.sent.remove(index));
                flow
            }
            (Some(flow), step) => login.step(flow, step, &model),
            (None, Step::Start(random)) => login.start(random),
            (None, Step::Restart) => None,
            (None, step) => panic!("{step:?} without a login"),
        };
        login
    }

    fn check_invariants(login: &Self, model: &Model) {
        assert_eq!(login.sent.len(), model.sent.len());
        for (refresh, sent) in login.sent.iter().zip(&model.sent) {
            login.assert_debug_hides(refresh);
            assert_request(login, &refresh.request(), &model.refresh_pairs(sent));
            assert_eq!(request_text(&refresh.request()), request_text(&refresh.request()));
        }
        login.assert_debug_hides(&login.template);
        let Some(flow) = &login.flow else {
            assert!(matches!(model.stage, Stage::Unstarted | Stage::Ended), "{:?}", model.stage);
            return;
        };
        login.assert_debug_hides(flow);
        login.assert_debug_hides(&flow.suspend());
        assert_eq!(observed(flow), observed(flow), "it is another one when asked again");
        match (flow, &model.stage) {
            (Flow::AwaitingRedirect(pending), Stage::AwaitingRedirect) => {
                let url = pending.authorization_url();
                assert_visible_ascii(&url);
                assert_eq!(url.split_once('?').unwrap().0, AUTHORIZE);
                assert_eq!(query_pairs(&url), model.authorization_pairs());
            }
            (Flow::CodeReceived(code), Stage::CodeReceived { code: known, .. }) => {
                assert_request(login, &code.request(), &model.exchange_pairs(known));
            }
            (Flow::Authorized(authorized), Stage::Authorized(known)) => {
                let tokens = authorized.tokens();
                assert_eq!(tokens.access_token().expose(), known.access);
                assert_eq!(tokens.refresh_token().map(|token| token.expose()), known.refresh.as_deref());
                let granted = match tokens.granted_scope() {
                    GrantedScope::Stated(scope) => Some(scope.as_str()),
                    _ => None,
                };
                assert_eq!(granted, known.scope);
                assert_eq!(authorized.revision(), known.revision);
                assert_eq!(matches!(authorized.renewal(), Renewal::Refresh(_)), known.refresh.is_some());
                if let Ok(header) = authorized.bearer() {
                    assert_eq!(header.expose(), format!("Bearer {}", known.access));
                    assert_visible_ascii(&known.access);
                }
            }
            (flow, stage) => panic!("the crate is in {flow:?}, the model in {stage:?}"),
        }
    }
}

prop_state_machine! {
    #[test]
    fn any_sequence_of_steps_goes_as_the_model_says(sequential 1..50 => Login);
}
