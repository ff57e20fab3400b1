//! An authorization server inside the process: `oxide-auth` behind HTTP on loopback, for examples.
//!
//! | | |
//! |---|---|
//! | `GET /authorize` | a page that asks the user; its form goes to `POST /consent`, which redirects |
//! | `POST /oauth/token` | a token for a code or a refresh token |
//! | `GET /me` | the protected resource: 200 for a live token, 401 for any other |

// Bound to the module, so that any example can take this file as it is.
extern crate alloc;

use alloc::borrow::Cow;
use alloc::sync::Arc;
use core::net::Ipv4Addr;
use core::time::Duration;
use std::collections::HashMap;
use std::io::{self, Read as _};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

use oxide_auth::endpoint::{OwnerConsent, PreGrant, QueryParameter as _, Scope, Solicitation};
use oxide_auth::frontends::simple::endpoint::{Error, FnSolicitor, Generic, Vacant};
use oxide_auth::frontends::simple::extensions::{
    AccessTokenAddon, AccessTokenRequest, AddonList, AddonResult, AuthorizationAddon, AuthorizationRequest, Extended,
    Pkce,
};
use oxide_auth::frontends::simple::request::{Body, Request, Response, Status};
use oxide_auth::primitives::authorizer::AuthMap;
use oxide_auth::primitives::generator::RandomGenerator;
use oxide_auth::primitives::grant::{Grant, GrantExtension, Value};
use oxide_auth::primitives::issuer::{IssuedToken, Issuer, RefreshedToken, TokenMap};
use oxide_auth::primitives::registrar::{BoundClient, ClientUrl, RegisteredUrl, Registrar, RegistrarError};
use tiny_http::{Header, Method};

/// The only client that the server knows: a public one, as a native app is.
pub(crate) const CLIENT_ID: &str = "loom-cli";
/// The API that its tokens are for.
pub(crate) const AUDIENCE: &str = "https://api.loomai.com/";

/// The redirect URIs of the client, which may add any port (RFC 8252 §7.3).
const REDIRECT_URIS: [&str; 3] = ["http://127.0.0.1/callback", "http://[::1]/callback", "http://localhost/callback"];
const SCOPES: [&str; 3] = ["profile", "email", "offline_access"];
/// Long enough to be used, short enough to watch the token expire. The response states it in whole seconds: 3.
const TOKEN_LIFETIME: Duration = Duration::from_millis(3500);
const REFRESH_LIFETIME: Duration = Duration::from_secs(3600);
/// What a web page may use, if [`Settings::page_origin`] names its origin.
const FOR_PAGES: [&str; 2] = ["/oauth/token", "/me"];
const MAX_BODY_LEN: u64 = 64 * 1024;
const MAX_OPEN_PAGES: usize = 64;

/// What an example can change.
pub(crate) struct Settings {
    /// How long an access token lives.
    pub(crate) token_lifetime: Duration,
    /// The origin of a web page that may use the token endpoint and the resource (CORS).
    pub(crate) page_origin: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { token_lifetime: TOKEN_LIFETIME, page_origin: None }
    }
}

/// The running server. It stops when it is dropped.
pub(crate) struct Server {
    base_url: String,
    http: Arc<tiny_http::Server>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it on a free port of this machine, which no other machine can reach.
    #[allow(dead_code, reason = "each example has its own way to start it")]
    pub(crate) fn start() -> io::Result<Self> {
        Self::start_with(Settings::default())
    }

    /// As [`start`](Self::start), with other settings.
    pub(crate) fn start_with(settings: Settings) -> io::Result<Self> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let base_url = format!("http://{}", socket.local_addr()?);
        let http = Arc::new(tiny_http::Server::from_listener(socket, None).map_err(io::Error::other)?);
        let mut backend = Backend::new(settings.token_lifetime).map_err(io::Error::other)?;
        let requests = Arc::clone(&http);
        let thread = thread::spawn(move || {
            for mut request in requests.incoming_requests() {
                let mut response = backend.handle(&mut request).into_http();
                for header in cors_headers(&request, settings.page_origin.as_deref()) {
                    response.add_header(header);
                }
                // If the client is gone, the next one is served.
                drop(request.respond(response));
            }
        });
        Ok(Self { base_url, http, thread: Some(thread) })
    }

    /// The URL of its root, without a `/` at the end.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.http.unblock();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

type Params = HashMap<String, String>;

/// The state of the server.
struct Backend {
    codes: AuthMap<RandomGenerator>,
    tokens: Tokens,
    addons: AddonList,
    resource_scopes: [Scope; 1],
    /// The consent pages that wait for the user, by a ticket that only the page has, so that no other web page can press
    /// Allow.
    open_pages: HashMap<String, Params>,
}

impl Backend {
    fn new(token_lifetime: Duration) -> Result<Self, oxide_auth::primitives::scope::ParseScopeErr> {
        let mut addons = AddonList::new();
        addons.push_code(Pkce::required());
        addons.push_code(Audience);
        Ok(Self {
            codes: AuthMap::new(RandomGenerator::new(16)),
            tokens: Tokens { map: TokenMap::new(RandomGenerator::new(16)), lifetime: token_lifetime },
            addons,
            resource_scopes: ["profile".parse()?],
            open_pages: HashMap::new(),
        })
    }

    fn handle(&mut self, http: &mut tiny_http::Request) -> Reply {
        let mut body = String::new();
        if http.as_reader().take(MAX_BODY_LEN).read_to_string(&mut body).is_err() {
            return Reply::page(400, "The request cannot be read.");
        }
        let (path, query) = http.url().split_once('?').unwrap_or((http.url(), ""));
        let (Some(query), Some(body)) = (unique_params(query), unique_params(&body)) else {
            return Reply::page(400, "A parameter occurs twice.");
        };
        let authorization = http.headers().iter().find(|header| header.field.equiv("Authorization"));
        let auth = authorization.map(|header| header.value.to_string());
        match (http.method(), path) {
            (Method::Get, "/authorize") => self.ask(query),
            (Method::Post, "/consent") => self.consent(&body),
            (Method::Post, "/oauth/token") => self.token(Request { query, urlbody: body, auth }),
            (Method::Get, "/me") => self.me(Request { query, urlbody: body, auth }),
            (Method::Options, path) if FOR_PAGES.contains(&path) => Reply::json(204, String::new()),
            _ => Reply::page(404, "There is no page at this path."),
        }
    }

    /// Shows the consent page, if the request is valid.
    fn ask(&mut self, query: Params) -> Reply {
        let mut bytes = [0; 16];
        if getrandom::fill(&mut bytes).is_err() {
            return Reply::page(500, "The server has no random numbers.");
        }
        let ticket = format!("{:032x}", u128::from_ne_bytes(bytes));
        let page_ticket = ticket.clone();
        let request = Request { query: query.clone(), ..Request::default() };
        let reply = self.authorize(request, move |grant| {
            OwnerConsent::InProgress(Response {
                body: Some(Body::Text(consent_page(grant, &page_ticket))),
                ..Response::default()
            })
        });
        if reply.status == 200 {
            if self.open_pages.len() >= MAX_OPEN_PAGES {
                self.open_pages.clear();
            }
            self.open_pages.insert(ticket, query);
        }
        reply
    }

    /// Takes the user's decision. A page counts once.
    fn consent(&mut self, form: &Params) -> Reply {
        let Some(query) = form.get("ticket").and_then(|ticket| self.open_pages.remove(ticket)) else {
            return Reply::page(400, "This page is no longer open. Start the login again.");
        };
        let allows = form.get("decision").is_some_and(|decision| decision == "allow");
        self.authorize(Request { query, ..Request::default() }, move |_| {
            if allows { OwnerConsent::Authorized("Ada".to_owned()) } else { OwnerConsent::Denied }
        })
    }

    fn authorize(&mut self, request: Request, decide: impl Fn(&PreGrant) -> OwnerConsent<Response>) -> Reply {
        let solicitor =
            FnSolicitor(move |_: &mut Request, solicitation: Solicitation<'_>| decide(solicitation.pre_grant()));
        let endpoint = Generic {
            registrar: Clients,
            authorizer: &mut self.codes,
            issuer: Vacant,
            solicitor,
            scopes: Vacant,
            response: Vacant,
        };
        let endpoint = Extended::extend_with(endpoint, &mut self.addons);
        let flow = oxide_auth::endpoint::AuthorizationFlow::prepare(endpoint);
        Reply::new(flow.and_then(|mut flow| flow.execute(request)))
    }

    fn token(&mut self, request: Request) -> Reply {
        let refreshes = request.urlbody.unique_value("grant_type").is_some_and(|kind| kind == "refresh_token");
        let endpoint = Generic {
            registrar: Clients,
            authorizer: &mut self.codes,
            issuer: &mut self.tokens,
            solicitor: Vacant,
            scopes: Vacant,
            response: Vacant,
        };
        let endpoint = Extended::extend_with(endpoint, &mut self.addons);
        let response = if refreshes {
            oxide_auth::endpoint::RefreshFlow::prepare(endpoint).and_then(|mut flow| flow.execute(request))
        } else {
            oxide_auth::endpoint::AccessTokenFlow::prepare(endpoint).and_then(|mut flow| {
                flow.allow_credentials_in_body(true);
                flow.execute(request)
            })
        };
        Reply::new(response).with_expiry()
    }

    fn me(&mut self, request: Request) -> Reply {
        let endpoint = Generic {
            registrar: Vacant,
            authorizer: Vacant,
            issuer: &mut self.tokens,
            solicitor: Vacant,
            scopes: &mut self.resource_scopes[..],
            response: Vacant,
        };
        let granted = match oxide_auth::endpoint::ResourceFlow::prepare(endpoint) {
            Ok(mut flow) => flow.execute(request),
            Err(error) => Err(Err(error)),
        };
        match granted {
            Ok(grant) => Reply::json(200, serde_json::json!({ "name": grant.owner_id }).to_string()),
            Err(refused) => Reply::new(refused),
        }
    }
}

/// The registry of clients, with its only client.
struct Clients;

impl Registrar for Clients {
    fn bound_redirect<'a>(&self, bound: ClientUrl<'a>) -> Result<BoundClient<'a>, RegistrarError> {
        let redirect_uri = bound.redirect_uri.ok_or(RegistrarError::Unspecified)?.into_owned();
        let mut any_port = redirect_uri.to_url();
        let is_ours = any_port.set_port(None).is_ok() && REDIRECT_URIS.contains(&any_port.as_str());
        if bound.client_id != CLIENT_ID || !is_ours {
            return Err(RegistrarError::Unspecified);
        }
        Ok(BoundClient { client_id: bound.client_id, redirect_uri: Cow::Owned(RegisteredUrl::Exact(redirect_uri)) })
    }

    /// Grants the requested scopes that exist.
    fn negotiate(&self, bound: BoundClient<'_>, scope: Option<Scope>) -> Result<PreGrant, RegistrarError> {
        let asked = scope.iter().flat_map(Scope::iter).collect::<Vec<_>>();
        let known = SCOPES.into_iter().filter(|name| asked.contains(name)).collect::<Vec<_>>();
        Ok(PreGrant {
            client_id: bound.client_id.into_owned(),
            redirect_uri: bound.redirect_uri.into_owned(),
            scope: known.join(" ").parse().map_err(|_| RegistrarError::PrimitiveError)?,
        })
    }

    fn check(&self, client_id: &str, passphrase: Option<&[u8]>) -> Result<(), RegistrarError> {
        if client_id == CLIENT_ID && passphrase.is_none() { Ok(()) } else { Err(RegistrarError::Unspecified) }
    }
}

/// The authorization request and the token request must name the API that the token is for.
struct Audience;

impl Audience {
    fn check(audience: Option<Cow<'_, str>>) -> AddonResult {
        if audience.is_some_and(|audience| audience == AUDIENCE) { AddonResult::Ok } else { AddonResult::Err }
    }
}

impl GrantExtension for Audience {
    fn identifier(&self) -> &'static str {
        "audience"
    }
}

impl AuthorizationAddon for Audience {
    fn execute(&self, request: &dyn AuthorizationRequest) -> AddonResult {
        Self::check(request.extension("audience"))
    }
}

impl AccessTokenAddon for Audience {
    fn execute(&self, request: &dyn AccessTokenRequest, _: Option<Value>) -> AddonResult {
        Self::check(request.extension("audience"))
    }
}

/// Tokens as this server gives them: short-lived, and with a refresh token for `offline_access` alone.
struct Tokens {
    map: TokenMap<RandomGenerator>,
    lifetime: Duration,
}

impl Issuer for Tokens {
    fn issue(&mut self, mut grant: Grant) -> Result<IssuedToken, ()> {
        grant.until = (SystemTime::now() + self.lifetime).into();
        let refreshable = grant.scope.iter().any(|scope| scope == "offline_access");
        let mut issued = self.map.issue(grant)?;
        issued.refresh = issued.refresh.filter(|_| refreshable);
        Ok(issued)
    }

    fn refresh(&mut self, refresh: &str, mut grant: Grant) -> Result<RefreshedToken, ()> {
        grant.until = (SystemTime::now() + self.lifetime).into();
        self.map.refresh(refresh, grant)
    }

    fn recover_token<'a>(&'a self, token: &'a str) -> Result<Option<Grant>, ()> {
        self.map.recover_token(token)
    }

    /// A grant ends with its access token, and the refresh token is for the time after that.
    fn recover_refresh<'a>(&'a self, token: &'a str) -> Result<Option<Grant>, ()> {
        let mut grant = self.map.recover_refresh(token)?;
        if let Some(grant) = &mut grant {
            grant.until = (SystemTime::now() + REFRESH_LIFETIME).into();
        }
        Ok(grant)
    }
}

/// An answer on its way out.
struct Reply {
    status: u16,
    content_type: &'static str,
    body: String,
    header: Option<(&'static str, String)>,
}

impl Reply {
    fn new(response: Result<Response, Error<Request>>) -> Self {
        let Ok(response) = response else {
            return Self::page(400, "The program that sent you here is not known to this server.");
        };
        let status = match response.status {
            Status::Ok => 200,
            Status::Redirect => 302,
            Status::BadRequest => 400,
            Status::Unauthorized => 401,
        };
        let mut reply = match response.body {
            Some(Body::Json(body)) => Self::json(status, body),
            Some(Body::Text(body)) => Self { status, content_type: "text/html; charset=utf-8", body, header: None },
            None => Self { status, content_type: "text/plain", body: String::new(), header: None },
        };
        let location = response.location.map(|url| ("Location", url.into()));
        reply.header = location.or(response.www_authenticate.map(|scheme| ("WWW-Authenticate", scheme)));
        reply
    }

    fn json(status: u16, body: String) -> Self {
        Self { status, content_type: "application/json", body, header: None }
    }

    fn page(status: u16, text: &str) -> Self {
        let body = html("Loom AI", &format!("<h1>Loom AI</h1><p>{text}</p>"));
        Self { status, content_type: "text/html; charset=utf-8", body, header: None }
    }

    /// Renames the lifetime: this API calls it `expiry`.
    fn with_expiry(mut self) -> Self {
        if let Ok(serde_json::Value::Object(mut members)) = serde_json::from_str(&self.body) {
            if let Some(lifetime) = members.remove("expires_in") {
                members.insert("expiry".to_owned(), lifetime);
            }
            self.body = serde_json::Value::Object(members).to_string();
        }
        self
    }

    fn into_http(self) -> tiny_http::Response<io::Cursor<Vec<u8>>> {
        let fixed = [
            ("Content-Type", self.content_type),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            // No other page may frame this one and make the user click on it unseen (clickjacking).
            ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
        ];
        let mut response = tiny_http::Response::from_string(self.body).with_status_code(self.status);
        let own = self.header.as_ref().map(|(name, value)| (*name, value.as_str()));
        for header in fixed.into_iter().chain(own).filter_map(|(name, value)| Header::from_bytes(name, value).ok()) {
            response.add_header(header);
        }
        response
    }
}

/// Lets web pages of that origin send a token and read the responses. No page may press Allow: the user does.
fn cors_headers(request: &tiny_http::Request, page_origin: Option<&str>) -> Vec<Header> {
    let path = request.url().split('?').next().unwrap_or_default();
    let Some(origin) = page_origin.filter(|_| FOR_PAGES.contains(&path)) else { return Vec::new() };
    let headers = [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Headers", "authorization"),
        ("Access-Control-Expose-Headers", "retry-after"),
    ];
    headers.into_iter().filter_map(|(name, value)| Header::from_bytes(name, value).ok()).collect()
}

/// The pairs of a query or a form. `None` if a name occurs twice (RFC 6749 §3.1).
fn unique_params(text: &str) -> Option<Params> {
    let mut params = Params::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        if params.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    Some(params)
}

fn consent_page(grant: &PreGrant, ticket: &str) -> String {
    let mut scopes = grant.scope.iter().map(|scope| format!("<li>{}</li>", escaped(scope))).collect::<Vec<_>>();
    scopes.sort_unstable();
    let scopes = if scopes.is_empty() { "<li>nothing in particular</li>".to_owned() } else { scopes.concat() };
    let client = escaped(&grant.client_id);
    html(
        &format!("Allow {client}?"),
        &format!(
            "<h1>Allow <strong>{client}</strong> to use your Loom AI account?</h1>\
             <p id=\"scope\">It asks for:</p><ul aria-labelledby=\"scope\">{scopes}</ul>\
             <form method=\"post\" action=\"/consent\">\
             <input type=\"hidden\" name=\"ticket\" value=\"{ticket}\">\
             <button name=\"decision\" value=\"allow\" class=\"allow\">Allow</button>\
             <button name=\"decision\" value=\"deny\">Deny</button></form>\
             <p class=\"note\">This server is a part of an example. It runs on your machine.</p>"
        ),
    )
}

/// A page. The title and the content are HTML.
fn html(title: &str, content: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{CSS}</style></head>\
         <body><main>{content}</main></body></html>\n"
    )
}

const CSS: &str = "\
    *{box-sizing:border-box}\
    body{margin:0;padding:1.5rem;font:1.0625rem/1.5 system-ui,sans-serif;color:#1d2129;background:#eef0f4}\
    main{max-width:28rem;margin:8vh auto;padding:2rem;border-radius:.75rem;background:#fff}\
    h1{margin:0 0 1rem;font-size:1.375rem;line-height:1.3;overflow-wrap:anywhere}\
    ul{margin:.25rem 0 1.5rem;padding-left:1.25rem}\
    form{display:flex;flex-wrap:wrap;gap:.75rem}\
    button{flex:1 1 8rem;min-height:3rem;font:inherit;font-weight:600;cursor:pointer;\
    color:#1d2129;background:#fff;border:1px solid #767c88;border-radius:.5rem}\
    button.allow{color:#fff;background:#1f5fbf;border-color:#1f5fbf}\
    button:focus-visible{outline:3px solid #f0a500;outline-offset:2px}\
    .note{margin:1.5rem 0 0;font-size:.9375rem;color:#5a6070}";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
