//! An authorization server in memory. It checks each request as a conformance suite does, refuses what a server must
//! refuse, and counts what came.

use std::collections::{HashMap, HashSet};

use authcode::{
    Authorized, AwaitingRedirect, Client, ClientAuth, CodeReceived, HttpRequest, HttpResponse, Identity, IssParameter,
    Server,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::scenario::*;

/// How a client was registered.
#[derive(Clone, Copy)]
pub(crate) enum Registered {
    Public,
    Basic(&'static str),
    Body(&'static str),
}

struct Registration {
    how: Registered,
    redirect_uris: Vec<String>,
}

/// What belongs to one code, and to the tokens that it gives.
struct Grant {
    client_id: String,
    redirect_uri: String,
    challenge: String,
    scope: String,
    is_spent: bool,
    /// The one refresh token that is good. The others were rotated away.
    refresh_token: Option<String>,
}

pub(crate) struct ModelServer {
    host: &'static str,
    clients: HashMap<String, Registration>,
    grants: HashMap<String, Grant>,
    /// Each refresh token that was ever given, with the code that it goes back to.
    refresh_tokens: HashMap<String, String>,
    challenges: HashSet<String>,
    verifiers: HashSet<String>,
    /// What was pushed, as a query, by its request URI.
    pushed: HashMap<String, String>,
    drawn: u32,
    /// How many requests have come to the token endpoint.
    pub(crate) token_requests: usize,
}

/// What the browser brings back from a user who agreed.
pub(crate) struct Answer {
    pub(crate) redirect_uri: String,
    pub(crate) code: String,
    pub(crate) state: String,
    pub(crate) iss: String,
}

impl Answer {
    pub(crate) fn url(&self) -> String {
        format!("{}&iss={}", self.url_without_iss(), encoded(&self.iss))
    }

    pub(crate) fn url_without_iss(&self) -> String {
        let joint = if self.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{joint}code={}&state={}", self.redirect_uri, encoded(&self.code), encoded(&self.state))
    }
}

pub(crate) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

impl ModelServer {
    pub(crate) fn new(host: &'static str) -> Self {
        Self {
            host,
            clients: HashMap::new(),
            grants: HashMap::new(),
            refresh_tokens: HashMap::new(),
            challenges: HashSet::new(),
            verifiers: HashSet::new(),
            pushed: HashMap::new(),
            drawn: 0,
            token_requests: 0,
        }
    }

    pub(crate) fn authorization_endpoint(&self) -> String {
        format!("https://{}/authorize", self.host)
    }

    pub(crate) fn token_endpoint(&self) -> String {
        format!("https://{}/token", self.host)
    }

    pub(crate) fn pushed_request_endpoint(&self) -> String {
        format!("https://{}/par", self.host)
    }

    pub(crate) fn issuer(&self) -> String {
        format!("https://{}", self.host)
    }

    /// The server as a client knows it.
    pub(crate) fn server(&self, iss: IssParameter) -> Server {
        let server = Server::new(self.authorization_endpoint(), self.token_endpoint()).unwrap();
        let server = server.with_pushed_request_endpoint(self.pushed_request_endpoint()).unwrap();
        server.with_issuer(self.issuer(), iss).unwrap()
    }

    pub(crate) fn register(&mut self, client_id: &str, how: Registered, redirect_uri: &str) {
        let registration =
            self.clients.entry(client_id.to_owned()).or_insert_with(|| Registration { how, redirect_uris: Vec::new() });
        registration.redirect_uris.push(redirect_uri.to_owned());
    }

    /// A client that is registered here, and knows that this server sends `iss`.
    pub(crate) fn client(&mut self, client_id: &str, how: Registered, redirect_uri: &str) -> Client {
        self.register(client_id, how, redirect_uri);
        let auth = match how {
            Registered::Public => ClientAuth::None,
            Registered::Basic(secret) => ClientAuth::basic(secret),
            Registered::Body(secret) => ClientAuth::body(secret),
        };
        Client::new(self.server(IssParameter::Required), Identity::new(client_id, auth), redirect_uri).unwrap()
    }

    /// A request has come to the endpoint for pushed requests.
    #[track_caller]
    pub(crate) fn push(&mut self, request: &HttpRequest) -> HttpResponse {
        assert_eq!(request.url, self.pushed_request_endpoint(), "the request goes to another server");
        assert_eq!(request.method, "POST");
        let sent = pairs(request.body.expose());
        assert_eq!(value_of(&sent, "request_uri"), None, "RFC 9126 §2.1");
        let Some(client_id) = self.authenticated(request, &sent) else {
            return HttpResponse::new(401, r#"{"error":"invalid_client"}"#);
        };
        assert_eq!(value_of(&sent, "client_id"), Some(client_id));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(sent.iter().filter(|(name, _)| name != "client_secret"));
        let request_uri = format!("urn:ietf:params:oauth:request_uri:{}", self.draw(32));
        self.pushed.insert(request_uri.clone(), query.finish());
        let body = serde_json::json!({ "request_uri": request_uri, "expires_in": 60 });
        HttpResponse::new(201, body.to_string())
    }

    /// The user goes to the authorization endpoint and agrees.
    #[track_caller]
    pub(crate) fn authorize(&mut self, url: &str) -> Answer {
        let pushed = value_of(&query_pairs(url), "request_uri");
        if let Some(request_uri) = pushed {
            // RFC 9126 §4: once, and FAPI 2.0 §5.3.3.2-6: no other parameters.
            let sent = query_pairs(url);
            assert_eq!(sent.len(), 2, "{url}");
            let query = self.pushed.remove(&request_uri).unwrap();
            assert_eq!(value_of(&sent, "client_id"), value_of(&pairs(&query), "client_id"));
            return self.authorize(&format!("{}?{query}", self.authorization_endpoint()));
        }
        let (endpoint, _) = url.split_once('?').unwrap();
        assert_eq!(endpoint, self.authorization_endpoint(), "the user is sent to another server");
        assert_request_is_conformant(url);
        let sent = query_pairs(url);
        let value = |name| value_of(&sent, name).unwrap();
        let registration = &self.clients[&value("client_id")];
        assert!(registration.redirect_uris.contains(&value("redirect_uri")), "a redirect URI that is not registered");
        assert!(self.challenges.insert(value("code_challenge")), "a challenge that was used before");
        let code = self.draw(32);
        self.grants.insert(
            code.clone(),
            Grant {
                client_id: value("client_id"),
                redirect_uri: value("redirect_uri"),
                challenge: value("code_challenge"),
                scope: value_of(&sent, "scope").unwrap_or_default(),
                is_spent: false,
                refresh_token: None,
            },
        );
        Answer { redirect_uri: value("redirect_uri"), code, state: value("state"), iss: self.issuer() }
    }

    /// A request has come to the token endpoint.
    #[track_caller]
    pub(crate) fn token(&mut self, request: &HttpRequest) -> HttpResponse {
        assert_eq!(request.url, self.token_endpoint(), "the request goes to another server");
        assert_request_is_conformant(request);
        self.token_requests += 1;
        let sent = pairs(request.body.expose());
        let value = |name| value_of(&sent, name);
        let Some(client_id) = self.authenticated(request, &sent) else {
            return HttpResponse::new(401, r#"{"error":"invalid_client"}"#);
        };
        let code = if value("grant_type").unwrap() == "authorization_code" {
            let code = value("code").unwrap();
            let verifier = value("code_verifier").unwrap();
            let is_repeated = self.grants.get(&code).is_some_and(|grant| grant.is_spent);
            assert!(self.verifiers.insert(verifier.clone()) || is_repeated, "a verifier that was used before");
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
            let fits = |grant: &Grant| {
                !grant.is_spent
                    && grant.client_id == client_id
                    && grant.challenge == challenge
                    && Some(&grant.redirect_uri) == value("redirect_uri").as_ref()
            };
            if !self.grants.get(&code).is_some_and(fits) {
                // RFC 6749 §4.1.2: what a code gave is taken back when the code comes again.
                if let Some(grant) = self.grants.get_mut(&code).filter(|grant| grant.is_spent) {
                    grant.refresh_token = None;
                }
                return invalid_grant();
            }
            code
        } else {
            let token = value("refresh_token").unwrap();
            let Some(grant) = self.refresh_tokens.get(&token).and_then(|code| self.grants.get_mut(code)) else {
                return invalid_grant();
            };
            if grant.client_id != client_id || grant.refresh_token.as_ref() != Some(&token) {
                // RFC 9700 §4.14.2: an old one may have been stolen, so none is good any more.
                grant.refresh_token = None;
                return invalid_grant();
            }
            let granted: HashSet<_> = grant.scope.split(' ').collect();
            let asked = value("scope").unwrap_or_default();
            assert!(
                asked.split(' ').all(|scope| scope.is_empty() || granted.contains(scope)),
                "a wider scope: {asked}"
            );
            self.refresh_tokens[&token].clone()
        };
        self.success(&code)
    }

    /// New tokens for what a code stands for. The old refresh token is rotated away.
    fn success(&mut self, code: &str) -> HttpResponse {
        let access_token = self.draw(50);
        let refresh_token = self.draw_refresh_token();
        self.refresh_tokens.insert(refresh_token.clone(), code.to_owned());
        let grant = self.grants.get_mut(code).unwrap();
        grant.is_spent = true;
        grant.refresh_token = Some(refresh_token.clone());
        let body = serde_json::json!({
            "access_token": access_token, "token_type": "Bearer", "expires_in": 300,
            "refresh_token": refresh_token, "scope": grant.scope,
        });
        HttpResponse::new(200, body.to_string()).with_headers([("content-type", "application/json;charset=UTF-8")])
    }

    /// The client, if it is who it says (RFC 6749 §2.3): in exactly one place.
    fn authenticated(&self, request: &HttpRequest, body: &[(String, String)]) -> Option<String> {
        let (id, secret) = match basic_credentials(request) {
            Some((id, secret)) => (id, Some(secret)),
            None => (value_of(body, "client_id")?, value_of(body, "client_secret")),
        };
        let is_good = match self.clients.get(&id)?.how {
            Registered::Public => secret.is_none(),
            Registered::Basic(known) | Registered::Body(known) => secret.as_deref() == Some(known),
        };
        is_good.then_some(id)
    }

    fn draw_bytes(&mut self) -> [u8; 64] {
        self.drawn += 1;
        let digest = sha2::Sha512::digest(format!("{} {}", self.host, self.drawn));
        digest.into()
    }

    /// Letters and digits.
    fn draw(&mut self, len: usize) -> String {
        const ALPHANUMERIC: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let byte = |drawn: &u8| char::from(ALPHANUMERIC[usize::from(*drawn) % ALPHANUMERIC.len()]);
        self.draw_bytes()[..len].iter().map(byte).collect()
    }

    /// 50 letters, 10 digits and 5 characters of all the others that a token may have.
    fn draw_refresh_token(&mut self) -> String {
        let others: Vec<u8> = (0x20..=0x7E_u8).filter(|byte| !byte.is_ascii_alphanumeric()).collect();
        let (letters, more) = (self.draw_bytes(), self.draw_bytes());
        let letters = letters[..50].iter().map(|byte| char::from(b'a' + byte % 26));
        let digits = more[..10].iter().map(|byte| char::from(b'0' + byte % 10));
        let others = more[10..15].iter().map(|byte| char::from(others[usize::from(*byte) % others.len()]));
        letters.chain(digits).chain(others).collect()
    }
}

pub(crate) fn invalid_grant() -> HttpResponse {
    HttpResponse::new(400, r#"{"error":"invalid_grant"}"#)
}

/// A login that has drawn from the system's random source, so that no two share a verifier.
pub(crate) fn start(client: &Client) -> AwaitingRedirect {
    client.login().scope("openid offline_access").unwrap().start(getrandom::SysRng).unwrap()
}

/// A whole login, up to its code.
#[track_caller]
pub(crate) fn receive_code(server: &mut ModelServer, client: &Client) -> CodeReceived {
    let pending = start(client);
    let answer = server.authorize(&pending.authorization_url());
    pending.receive_redirect(&answer.url()).unwrap()
}

/// A whole login.
#[track_caller]
pub(crate) fn log_in(server: &mut ModelServer, client: &Client) -> Authorized {
    let code = receive_code(server, client);
    let response = server.token(&code.request());
    code.receive_response(response, NOW).unwrap()
}

/// Either of the two things that a login emits.
#[derive(Clone, Copy)]
pub(crate) enum Emitted<'a> {
    AuthorizationUrl(&'a str),
    TokenRequest(&'a HttpRequest),
}

impl<'a> From<&'a str> for Emitted<'a> {
    fn from(url: &'a str) -> Self {
        Self::AuthorizationUrl(url)
    }
}

impl<'a> From<&'a HttpRequest> for Emitted<'a> {
    fn from(request: &'a HttpRequest) -> Self {
        Self::TokenRequest(request)
    }
}

/// What a conformance suite looks at in the requests of a client, whatever the server does.
#[track_caller]
pub(crate) fn assert_request_is_conformant<'a>(emitted: impl Into<Emitted<'a>>) {
    match emitted.into() {
        Emitted::AuthorizationUrl(url) => assert_authorization_url_is_conformant(url),
        Emitted::TokenRequest(request) => assert_token_request_is_conformant(request),
    }
}

#[track_caller]
fn assert_authorization_url_is_conformant(url: &str) {
    assert!(url.starts_with("https://"), "without TLS: {url}");
    assert!(is_visible(url) && !url.contains('#'), "{url}");
    let sent = query_pairs(url);
    assert_pairs_are_conformant(&sent);
    let value = |name| value_of(&sent, name).unwrap_or_else(|| panic!("no {name}: {url}"));

    assert_eq!(value("response_type"), "code");
    assert!(!value("client_id").is_empty());
    assert_eq!(value("code_challenge_method"), "S256");
    // SHA-256 as base64url without padding.
    assert_eq!(URL_SAFE_NO_PAD.decode(value("code_challenge")).unwrap().len(), 32);
    let state = value("state");
    assert!((22..=128).contains(&state.len()) && is_unreserved(&state), "{state}");
    let redirect_uri = value("redirect_uri");
    assert!(!redirect_uri.contains('#'), "{redirect_uri}");
    let scheme = redirect_uri.split(':').next().unwrap();
    let is_loopback = ["127.0.0.1", "[::1]", "localhost"].iter().any(|host| {
        let rest = redirect_uri.strip_prefix("http://").and_then(|rest| rest.strip_prefix(host));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?']))
    });
    assert!(scheme == "https" || scheme.contains('.') || is_loopback, "{redirect_uri}");
    for name in ["client_secret", "code", "code_verifier", "grant_type", "access_token", "refresh_token", "request"] {
        assert_eq!(value_of(&sent, name), None, "{name} in a URL");
    }
}

#[track_caller]
fn assert_token_request_is_conformant(request: &HttpRequest) {
    assert_eq!(request.method, "POST");
    assert!(request.url.starts_with("https://") && is_visible(&request.url) && !request.url.contains('#'));
    assert!(!request.follow_redirects);
    let header = |name| {
        let mut found = request.headers.iter().filter(|(known, _)| *known == name).map(|(_, value)| value);
        (found.next(), found.next().is_none())
    };
    assert_eq!(header("content-type"), (Some("application/x-www-form-urlencoded"), true));
    assert_eq!(header("accept"), (Some("application/json"), true));
    for (name, value) in &request.headers {
        assert!(["content-type", "accept", "authorization"].contains(&name), "{name}");
        assert!(value.bytes().all(|byte| matches!(byte, 0x20..=0x7E)));
    }
    let body = request.body.expose();
    assert!(is_visible(body));
    let sent = pairs(body);
    assert_pairs_are_conformant(&sent);
    let has = |name| value_of(&sent, name).is_some();

    // One method of authentication, and the client is named by it.
    let basic = basic_credentials(request);
    assert_eq!(header("authorization").0.is_some(), basic.is_some());
    assert!(header("authorization").1);
    assert_ne!(basic.is_some(), has("client_id"), "the client is named once");
    assert!(!(basic.is_some() && has("client_secret")), "two methods of authentication");

    match value_of(&sent, "grant_type").as_deref() {
        Some("authorization_code") => {
            assert!(has("code") && !has("refresh_token"));
            let verifier = value_of(&sent, "code_verifier").unwrap_or_else(|| panic!("PKCE is left out"));
            assert!((43..=128).contains(&verifier.len()) && is_unreserved(&verifier));
            assert!(shannon_bits(&verifier) > 180.0, "{} bits", shannon_bits(&verifier));
        }
        Some("refresh_token") => {
            assert!(has("refresh_token"));
            assert!(!has("code") && !has("code_verifier") && !has("redirect_uri"));
        }
        other => panic!("a grant of another kind: {other:?}"),
    }
    for name in ["state", "code_challenge", "code_challenge_method", "response_type", "access_token"] {
        assert!(!has(name), "{name} in a token request");
    }
    // Nothing of the body is in the URL.
    let names: HashSet<_> = query_pairs(&request.url).into_iter().map(|(name, _)| name).collect();
    assert!(sent.iter().all(|(name, _)| !names.contains(name)));
}

/// RFC 6749 §3.1: no parameter twice (but for `resource`), none without a value.
#[track_caller]
fn assert_pairs_are_conformant(sent: &[(String, String)]) {
    let mut names = HashSet::new();
    for (name, value) in sent {
        assert!(name == "resource" || names.insert(name), "{name} twice");
        assert!(!value.is_empty(), "{name} without a value");
    }
}

/// Split at `:`, there must be two parts; each is form-decoded.
fn basic_credentials(request: &HttpRequest) -> Option<(String, String)> {
    let (_, header) = request.headers.iter().find(|(name, _)| *name == "authorization")?;
    let decoded = STANDARD.decode(header.strip_prefix("Basic ").unwrap()).unwrap();
    let decoded = String::from_utf8(decoded).unwrap();
    let parts: Vec<_> = decoded.split(':').collect();
    let [id, secret] = parts[..] else { panic!("{} parts", parts.len()) };
    let read = |text: &str| pairs(&format!("x={text}"))[0].1.clone();
    Some((read(id), read(secret)))
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x21..=0x7E))
}

fn is_unreserved(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// Shannon's measure over the characters, times their number.
pub(crate) fn shannon_bits(text: &str) -> f64 {
    let len = text.len() as f64;
    let mut counts = HashMap::new();
    text.bytes().for_each(|byte| *counts.entry(byte).or_insert(0.0) += 1.0);
    -counts.values().map(|count: &f64| count * (count / len).log2()).sum::<f64>()
}
