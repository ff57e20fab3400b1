//! The application: what all requests share, and which request goes where.

use core::net::SocketAddr;
use std::sync::Arc;

use authcode::Client;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::{HeaderName, HeaderValue, Method, Uri, header};

use crate::cookies::Cookies;
use crate::options::{Limits, Options, Wishes};
use crate::problem::Problem;
use crate::store::{Memory, Redis, Store};
use crate::{Failure, account, callback, discovery, login, transport};

/// A form of ours has a few dozen bytes.
const MAX_FORM_LEN: usize = 4 * 1024;

pub(crate) struct App {
    pub(crate) client: Client,
    pub(crate) wishes: Wishes,
    pub(crate) api: Option<String>,
    pub(crate) http: reqwest::Client,
    pub(crate) store: Box<dyn Store>,
    pub(crate) cookies: Cookies,
    pub(crate) limits: Limits,
    pub(crate) name: Option<String>,
}

impl App {
    pub(crate) async fn new(options: Options, address: SocketAddr) -> Result<Arc<Self>, Failure> {
        let redirect_uri = match &options.redirect_uri {
            Some(redirect_uri) => redirect_uri.clone(),
            None => format!("http://{address}/callback"),
        };
        let secure = redirect_uri.starts_with("https://");
        if !secure && !options.loopback_http {
            return Err("the redirect URI must be https, or --danger-loopback-http must say that this is a test".into());
        }
        let http = transport::client(options.limits.request)?;
        let client = discovery::client(&options, &redirect_uri, &http).await?;
        let store: Box<dyn Store> = match &options.redis {
            Some(url) => Box::new(Redis::new(url)?),
            None => Box::new(Memory::default()),
        };
        Ok(Arc::new(Self {
            client,
            wishes: options.wishes,
            api: options.api,
            http,
            store,
            cookies: Cookies { secure },
            limits: options.limits,
            name: options.name,
        }))
    }

    /// The path of the redirect URI.
    fn callback_path(&self) -> String {
        let redirect_uri = self.client.redirect_uri().as_str().parse::<Uri>();
        redirect_uri.map_or_else(|_| "/callback".to_owned(), |uri| uri.path().to_owned())
    }
}

pub(crate) fn routes(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(account::home))
        .route("/login", post(login::start).get(account::to_home))
        .route(&app.callback_path(), get(callback::receive))
        .route("/me", get(account::me))
        .route("/refresh", post(account::refresh_now).get(account::to_home))
        .route("/logout", post(account::log_out).get(account::to_home))
        .layer(DefaultBodyLimit::max(MAX_FORM_LEN))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard))
        .with_state(app)
}

/// What holds for every page.
async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response =
        if comes_from_elsewhere(&request) { Problem::CrossSite.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    // No `form-action`: Chromium applies it to where the login button leads, which is the server and whatever the server
    // sends the user on to.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if app.cookies.secure {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if let Some(Ok(name)) = app.name.as_deref().map(HeaderValue::from_str) {
        headers.insert(HeaderName::from_static("x-replica"), name);
    }
    response
}

/// Whether another site has sent the form. The cookies are `Lax`, so that it would come without a session anyway; this
/// keeps it from throwing a pending login over. (`Origin` is `null` under `no-referrer`, for our own forms, too.)
fn comes_from_elsewhere(request: &Request) -> bool {
    let site = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    request.method() == Method::POST && site.is_some_and(|site| site != b"same-origin" && site != b"none")
}
