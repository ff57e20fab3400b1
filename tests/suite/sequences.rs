//! Any sequence of steps, honest and hostile, against a small model of the flow.
//!
//! The model is written from the documentation alone: which step leads where, which refusal hands the state back, and
//! what each request holds, by name and value. Nothing of it is computed by the crate.
//!
//! After each step, whatever it was:
//!
//! - the crate is in the state that the model says, and nothing has panicked;
//! - a refused step that handed the state back has changed nothing that can be observed, its stored form included;
//! - a request is the same however often it is asked for, it is what the model says, and all of it is visible ASCII;
//! - nothing that can be formatted holds a secret: each one has `CANARY` in it, but for `state` and verifier, of which
//!   no 8 characters may be found.

use std::fmt::{Debug, Display};

use authcode::limits::{MAX_PARAMETER_LEN, MAX_REDIRECT_LEN, MAX_RESPONSE_LEN};
use authcode::{
    Client, ClientAuth, Flow, HttpRequest, HttpResponse, IssParameter, Leg, Redirect, Refreshing, Rejected, Renewal,
    Server, Suspended, Unstarted,
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
        Client::new(server, &self.client_id, auth, self.place.configured()).unwrap()
    }

    fn login(&self) -> Unstarted {
        let login = self.client().login().scope(SCOPE).unwrap().audience(&self.audience).unwrap();
        let login = login.login_hint(&self.login_hint).unwrap().param(Leg::Token, "ticket", &self.ticket).unwrap();
        self.with_port(login)
    }

    fn with_port(&self, login: Unstarted) -> Unstarted {
        match self.place {
            Place::Loopback(port) => login.loopback_port(port).unwrap(),
            _ => login,
        }
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

/// Where a login is, and what it must know there.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Unstarted,
    AwaitingRedirect,
    CodeReceived { code: String },
    Authorized(Tokens),
    Refreshing(Tokens, Vec<&'static str>),
    Ended,
}

#[derive(Clone, Debug, PartialEq)]
struct Tokens {
    access: String,
    refresh: Option<String>,
    /// What the server said it granted, at first.
    granted: Option<&'static str>,
}

#[derive(Clone, Debug)]
struct Model {
    setup: Setup,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Step {
    Start(Random),
    Receive(Answer),
    /// Anything but an answer: whatever it is, it cannot have the right `state`.
    ReceiveJunk(Shape, Vec<u8>),
    /// The status, and the body.
    Respond(u16, Body),
    SuspendAndResume,
    Renew,
    NarrowScope(&'static str),
    Cancel,
    Restart,
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
struct Answer {
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

// What must come of a step.

enum Verdict<T> {
    Next(T),
    HandedBack,
    Ended,
}

impl Answer {
    /// The table of redirects.
    fn verdict(&self, setup: &Setup) -> Verdict<String> {
        let has_path = matches!(self.shape, Shape::Url | Shape::Target);
        let lacks_query =
            self.to == Whither::WithoutQuery && matches!(setup.place, Place::WebWithQuery) && self.shape != Shape::Form;
        let is_elsewhere = (has_path && self.to == Whither::OtherPath) || lacks_query;
        if is_elsewhere || self.defect.is_some() || self.state != Claim::Right {
            return Verdict::HandedBack;
        }
        let iss_is_fine = !matches!(
            (setup.issuer, &self.iss),
            (Some(IssParameter::Required), Claim::Missing) | (Some(_), Claim::Wrong)
        );
        match &self.content {
            Content::Code(code) if iss_is_fine && is_vschar(code) => Verdict::Next(code.clone()),
            _ => Verdict::Ended,
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

impl Body {
    /// The table of token responses: the new tokens, or why there are none.
    fn verdict(&self, status: u16) -> Verdict<Tokens> {
        let is_success = (200..300).contains(&status);
        match self {
            _ if (300..400).contains(&status) || status == 429 || status >= 500 => Verdict::HandedBack,
            Self::Error("invalid_client") => Verdict::HandedBack,
            // The word of a gateway, where RFC 6749 has no error.
            Self::Error("gone_fishing") if !is_success && ![400, 401, 403].contains(&status) => Verdict::HandedBack,
            Self::Error(_) => Verdict::Ended,
            Self::Token { access, refresh, scope } if is_success && is_vschar(access) => {
                Verdict::Next(Tokens { access: access.clone(), refresh: refresh.clone(), granted: *scope })
            }
            Self::Token { .. } | Self::Useless(_) if is_success => Verdict::Ended,
            _ => Verdict::HandedBack,
        }
    }

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

    fn response(&self, status: u16) -> HttpResponse {
        HttpResponse::new(status, self.bytes())
    }
}

/// Whether a refresh may ask for it: it was granted at first, or asked for where the server did not say.
fn may_ask_for(scope: &str, tokens: &Tokens) -> bool {
    tokens.granted.unwrap_or(SCOPE).split(' ').any(|granted| granted == scope)
}

impl Model {
    fn after(&self, step: &Step) -> Option<Stage> {
        let stage = self.stage.clone();
        Some(match (stage, step) {
            (stage, Step::SuspendAndResume) if stage != Stage::Ended => stage,
            (Stage::Unstarted, Step::Start(Random::Good)) => Stage::AwaitingRedirect,
            (Stage::Unstarted, Step::Start(_)) => Stage::Unstarted,
            (Stage::AwaitingRedirect, Step::ReceiveJunk(..)) => Stage::AwaitingRedirect,
            (Stage::AwaitingRedirect, Step::Receive(answer)) => match answer.verdict(&self.setup) {
                Verdict::Next(code) => Stage::CodeReceived { code },
                Verdict::HandedBack => Stage::AwaitingRedirect,
                Verdict::Ended => Stage::Ended,
            },
            (stage @ Stage::CodeReceived { .. }, Step::Respond(status, body)) => match body.verdict(*status) {
                Verdict::Next(tokens) => Stage::Authorized(tokens),
                Verdict::HandedBack => stage,
                Verdict::Ended => Stage::Ended,
            },
            (Stage::Authorized(tokens), Step::Renew) if tokens.refresh.is_none() => Stage::Unstarted,
            (Stage::Authorized(tokens), Step::Renew) => Stage::Refreshing(tokens, Vec::new()),
            (Stage::Refreshing(tokens, _), Step::Cancel) => Stage::Authorized(tokens),
            (Stage::Refreshing(tokens, mut narrowed), Step::NarrowScope(scope)) => {
                if may_ask_for(scope, &tokens) && !narrowed.contains(scope) {
                    narrowed.push(scope);
                }
                Stage::Refreshing(tokens, narrowed)
            }
            (Stage::Refreshing(old, narrowed), Step::Respond(status, body)) => match body.verdict(*status) {
                Verdict::Next(new) => {
                    Stage::Authorized(Tokens { refresh: new.refresh.or(old.refresh), granted: old.granted, ..new })
                }
                Verdict::HandedBack => Stage::Refreshing(old, narrowed),
                Verdict::Ended if matches!(body, Body::Error("invalid_grant")) => {
                    Stage::Authorized(Tokens { refresh: None, ..old })
                }
                Verdict::Ended => Stage::Authorized(old),
            },
            (Stage::Ended, Step::Restart) => Stage::Unstarted,
            _ => return None,
        })
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

    /// The body of the token request, name by name.
    fn request_pairs(&self) -> Vec<Pair> {
        let setup = &self.setup;
        let (client_id, client_secret) = setup.body_credentials();
        let pairs = match &self.stage {
            Stage::CodeReceived { code } => vec![
                Some(pair("grant_type", "authorization_code")),
                Some(pair("audience", &setup.audience)),
                client_id,
                Some(pair("code", code)),
                Some(pair("code_verifier", &setup.verifier())),
                Some(pair("redirect_uri", &setup.place.uri())),
                client_secret,
                Some(pair("ticket", &setup.ticket)),
            ],
            Stage::Refreshing(tokens, narrowed) => vec![
                Some(pair("grant_type", "refresh_token")),
                client_id,
                tokens.refresh.as_ref().map(|token| pair("refresh_token", token)),
                (!narrowed.is_empty()).then(|| pair("scope", &narrowed.join(" "))),
                client_secret,
            ],
            _ => vec![],
        };
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
            Step::Receive(Answer { shape, to, state, iss, content, defect, extra })
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

fn responses() -> impl Strategy<Value = Step> {
    let status = prop_oneof![
        6 => Just(200),
        3 => select(vec![201, 302, 400, 401, 403, 404, 429, 500, 503]),
        1 => 100..1000_u16,
    ];
    let scope = select(vec![None, Some("openid"), Some("openid offline_access")]);
    let refresh = proptest::option::weighted(0.7, "CANARY[ -~]{0,8}");
    let body = prop_oneof![
        8 => (secrets(), refresh, scope).prop_map(|(access, refresh, scope)| Body::Token { access, refresh, scope }),
        3 => select(vec!["invalid_client", "invalid_grant", "invalid_scope", "gone_fishing"]).prop_map(Body::Error),
        1 => select(vec!["{}", "[]", "null", "7", r#"{"access_token":["CANARY"]}"#]).prop_map(Body::Useless),
        1 => vec(any::<u8>(), 0..20).prop_map(Body::NotJson),
        1 => Just(Body::CutOff),
        1 => Just(Body::TooLong),
    ];
    (status, body).prop_map(|(status, body)| Step::Respond(status, body))
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        setups().prop_map(|setup| Self { setup, stage: Stage::Unstarted }).boxed()
    }

    fn transitions(model: &Self) -> BoxedStrategy<Step> {
        let store = Just(Step::SuspendAndResume);
        match &model.stage {
            Stage::Unstarted => prop_oneof![
                6 => Just(Step::Start(Random::Good)),
                1 => select(vec![Random::Zeros, Random::HalfZeros, Random::SameTwice]).prop_map(Step::Start),
                1 => store,
            ]
            .boxed(),
            Stage::AwaitingRedirect => {
                prop_oneof![6 => answers(), 2 => junk(model.setup.place.uri()), 1 => store].boxed()
            }
            Stage::CodeReceived { .. } => prop_oneof![6 => responses(), 1 => store].boxed(),
            Stage::Authorized(_) => prop_oneof![3 => Just(Step::Renew), 1 => store].boxed(),
            Stage::Refreshing(..) => prop_oneof![
                6 => responses(),
                2 => select(vec!["openid", "offline_access", "admin"]).prop_map(Step::NarrowScope),
                1 => Just(Step::Cancel),
                1 => store,
            ]
            .boxed(),
            Stage::Ended => Just(Step::Restart).boxed(),
        }
    }

    fn apply(model: Self, step: &Step) -> Self {
        let stage = model.after(step).unwrap();
        Self { stage, ..model }
    }

    fn preconditions(model: &Self, step: &Step) -> bool {
        model.after(step).is_some()
    }
}

// The crate, put through it.

/// The crate's own state; none after the end.
struct Login {
    setup: Setup,
    flow: Option<Flow>,
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

    /// Goes on from a step. What is handed back must be as it was.
    fn goes_on<N, S, C, E>(&self, before: &str, result: Result<N, Rejected<S, C, E>>) -> Result<Flow, Option<E>>
    where
        N: Into<Flow>,
        S: Into<Flow>,
        C: Debug + Display,
        E: std::borrow::Borrow<C>,
        Rejected<S, C, E>: Debug + Display,
    {
        match result {
            Ok(next) => Ok(next.into()),
            Err(refused) => {
                self.assert_error_hides(&refused);
                self.assert_error_hides(refused.error());
                let is_alive = refused.is_alive();
                let left = refused.recover();
                assert_eq!(left.is_ok(), is_alive);
                let flow = left.map_err(Some)?.into();
                assert_eq!(observed(&flow), before, "a refused step has left a trace");
                Ok(flow)
            }
        }
    }

    fn respond(&self, before: &str, refreshing: Refreshing, response: HttpResponse) -> Flow {
        match self.goes_on(before, refreshing.receive_token_response(response, NOW)) {
            Ok(flow) => flow,
            Err(ended) => {
                let ended = ended.unwrap();
                self.assert_error_hides(&ended);
                ended.authorized.into()
            }
        }
    }

    fn step(&self, flow: Flow, step: Step) -> Option<Flow> {
        let before = observed(&flow);
        Some(match (flow, step) {
            (flow, Step::SuspendAndResume) => {
                let stored = serde_json::to_string(&flow.suspend()).unwrap();
                let suspended: Suspended = serde_json::from_str(&stored).unwrap();
                self.assert_debug_hides(&suspended);
                let flow = suspended.resume(&self.setup.client()).unwrap();
                assert_eq!(observed(&flow), before, "the stored form has lost something");
                flow
            }
            (Flow::Unstarted(login), Step::Start(random)) => {
                let mut entropy: [u8; 64] = self.setup.entropy.clone().try_into().unwrap();
                match random {
                    Random::Good => {}
                    Random::Zeros => entropy = [0; 64],
                    Random::HalfZeros => entropy[32..].fill(0),
                    Random::SameTwice => entropy.copy_within(..32, 32),
                }
                self.goes_on(&before, login.start_with_entropy(&entropy)).ok()?
            }
            (Flow::AwaitingRedirect(pending), Step::Receive(answer)) => {
                let text = answer.text(&self.setup);
                let redirect = answer.shape.redirect(text.as_bytes());
                self.assert_debug_hides(&redirect);
                self.goes_on(&before, pending.receive_redirect(redirect)).ok()?
            }
            (Flow::AwaitingRedirect(pending), Step::ReceiveJunk(shape, bytes)) => {
                let refused = pending.receive_redirect(shape.redirect(&bytes));
                assert!(refused.is_err());
                self.goes_on(&before, refused).ok()?
            }
            (Flow::CodeReceived(code), Step::Respond(status, body)) => {
                let response = body.response(status);
                self.assert_debug_hides(&response);
                self.goes_on(&before, code.receive_token_response(response, NOW)).ok()?
            }
            (Flow::Authorized(authorized), Step::Renew) => match authorized.renew() {
                Renewal::Refresh(refreshing) => refreshing.into(),
                Renewal::Reauthorize(login) => self.setup.with_port(login).into(),
            },
            (Flow::Refreshing(mut refreshing), Step::NarrowScope(scope)) => {
                if let Err(error) = refreshing.narrow_scope(scope) {
                    self.assert_error_hides(&error);
                    assert_eq!(observed_refresh(&refreshing), before, "a refused scope has left a trace");
                }
                refreshing.into()
            }
            (Flow::Refreshing(refreshing), Step::Cancel) => refreshing.cancel().into(),
            (Flow::Refreshing(refreshing), Step::Respond(status, body)) => {
                self.respond(&before, refreshing, body.response(status))
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

fn observed_refresh(refreshing: &Refreshing) -> String {
    let stored = serde_json::to_string(&refreshing.suspend()).unwrap();
    format!("{stored} {}", request_text(&refreshing.token_request()))
}

/// All that a host can see of a state, in one text.
fn observed(flow: &Flow) -> String {
    let stored = serde_json::to_string(&flow.suspend()).unwrap();
    match flow {
        Flow::Unstarted(_) => stored,
        Flow::AwaitingRedirect(pending) => {
            format!("{stored} {} {} {}", pending.authorization_url(), pending.state(), pending.redirect_uri())
        }
        Flow::CodeReceived(code) => {
            let param = code.redirect_param("tenant_of_server");
            format!("{stored} {} {param:?}", request_text(&code.token_request()))
        }
        Flow::Authorized(token) => format!(
            "{stored} {} {:?} {:?} {:?} {:?} {:?} {:?}",
            token.access_token().expose(),
            token.refresh_token().map(|token| token.expose().to_owned()),
            token.granted_scope(),
            token.token_type(),
            token.expires_at(),
            token.bearer().map(|header| header.expose().to_owned()),
            token.response_member::<String>("id_token"),
        ),
        Flow::Refreshing(refreshing) => observed_refresh(refreshing),
        other => panic!("a state that is not known here: {other:?}"),
    }
}

#[track_caller]
fn assert_visible_ascii(text: &str) {
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "not visible ASCII: {text}");
}

/// A request is what the model says, and nothing in it can split a line.
fn assert_request(login: &Login, request: &HttpRequest, model: &Model) {
    login.assert_debug_hides(request);
    assert_eq!((request.method, &*request.url, request.follow_redirects), ("POST", TOKEN, false));
    assert_visible_ascii(request.body.expose());
    assert_eq!(pairs(request.body.expose()), model.request_pairs());
    let mut authorization = None;
    for (name, value) in &request.headers {
        assert_visible_ascii(name);
        assert!(value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '));
        if name == "authorization" {
            authorization = Some(value);
        }
    }
    let has_header = matches!(model.setup.auth, Auth::Basic | Auth::BasicRaw);
    assert_eq!(authorization.is_some_and(|value| value.starts_with("Basic ")), has_header);
}

impl StateMachineTest for Login {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(model: &Model) -> Self {
        Self { flow: Some(model.setup.login().into()), setup: model.setup.clone() }
    }

    fn apply(mut login: Self, _: &Model, step: Step) -> Self {
        login.flow = match login.flow.take() {
            Some(flow) => login.step(flow, step),
            None => Some(login.setup.login().into()),
        };
        login
    }

    fn check_invariants(login: &Self, model: &Model) {
        let Some(flow) = &login.flow else {
            assert_eq!(model.stage, Stage::Ended);
            return;
        };
        login.assert_debug_hides(flow);
        login.assert_debug_hides(&flow.suspend());
        assert_eq!(observed(flow), observed(flow), "it is another one when asked again");
        match (flow, &model.stage) {
            (Flow::Unstarted(_), Stage::Unstarted) => {}
            (Flow::AwaitingRedirect(pending), Stage::AwaitingRedirect) => {
                let url = pending.authorization_url();
                assert_visible_ascii(&url);
                assert_eq!(url.split_once('?').unwrap().0, AUTHORIZE);
                assert_eq!(query_pairs(&url), model.authorization_pairs());
            }
            (Flow::CodeReceived(code), Stage::CodeReceived { .. }) => {
                assert_request(login, &code.token_request(), model);
            }
            (Flow::Authorized(token), Stage::Authorized(tokens)) => {
                assert_eq!(token.access_token().expose(), tokens.access);
                assert_eq!(token.refresh_token().map(|token| token.expose()), tokens.refresh.as_deref());
                if let Ok(header) = token.bearer() {
                    assert_eq!(header.expose(), format!("Bearer {}", tokens.access));
                    assert_visible_ascii(&tokens.access);
                }
            }
            (Flow::Refreshing(refreshing), Stage::Refreshing(tokens, _)) => {
                assert_eq!(refreshing.authorized().access_token().expose(), tokens.access);
                assert_request(login, &refreshing.token_request(), model);
            }
            (flow, stage) => panic!("the crate is in {flow:?}, the model in {stage:?}"),
        }
    }
}

prop_state_machine! {
    #[test]
    fn any_sequence_of_steps_goes_as_the_model_says(sequential 1..30 => Login);
}
