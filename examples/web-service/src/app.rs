//! The application: the state that all requests share, and its routes.

use core::net::SocketAddr;
use std::sync::Arc;

use authcode::{Client, Unstarted};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::{HeaderName, HeaderValue, Method, Uri, header};
use tokio::sync::RwLock;
use tokio::time::timeout;

use crate::cookies::Cookies;
use crate::options::{Limits, Options};
use crate::problem::Problem;
use crate::store::{Memory, Redis, Store};
use crate::{Failure, account, callback, discovery, login, transport};

/// The application's own forms have a few dozen bytes.
const MAX_FORM_LEN: usize = 4 * 1024;

pub(crate) struct App {
    /// What each login asks for.
    pub(crate) template: Unstarted,
    pub(crate) api: Option<String>,
    pub(crate) http: reqwest::Client,
    pub(crate) store: Box<dyn Store>,
    pub(crate) cookies: Cookies,
    pub(crate) limits: Limits,
    pub(crate) name: Option<String>,
    /// Each task that must not be interrupted holds it for reading.
    tasks: Arc<RwLock<()>>,
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
        let mut template = client.login();
        template.scope(&options.scope)?;
        if let Some(audience) = &options.audience {
            template.audience(audience)?;
        }
        if let Some(prompt) = &options.prompt {
            template.prompt(prompt)?;
        }
        let store: Box<dyn Store> = match &options.redis {
            Some(url) => Box::new(Redis::new(url)?),
            None => Box::new(Memory::default()),
        };
        Ok(Arc::new(Self {
            template,
            api: options.api,
            http,
            store,
            cookies: Cookies { secure },
            limits: options.limits,
            name: options.name,
            tasks: Arc::default(),
        }))
    }

    pub(crate) fn client(&self) -> &Client {
        self.template.client()
    }

    /// Runs a future in a task of its own: it ends even if the caller is dropped, which happens to a handler when the
    /// browser disconnects. A code or a refresh token that was sent without its response being received is lost.
    pub(crate) async fn run_to_end<T: Send + 'static>(
        &self,
        task: impl Future<Output = Result<T, Problem>> + Send + 'static,
    ) -> Result<T, Problem> {
        let running = Arc::clone(&self.tasks).read_owned().await;
        let task = tokio::spawn(async move {
            let result = task.await;
            drop(running);
            result
        });
        task.await.map_err(|_| Problem::Internal("a task has failed".to_owned()))?
    }

    /// Waits for these tasks, for as long as one may take.
    pub(crate) async fn finish_tasks(&self) {
        drop(timeout(2 * self.limits.lease(), self.tasks.write()).await);
    }

    /// The path of the redirect URI.
    fn callback_path(&self) -> String {
        let redirect_uri = self.client().redirect_uri().as_str().parse::<Uri>();
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

/// Refuses cross-site forms, and sets the headers that every page has.
async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response =
        if is_cross_site(&request) { Problem::CrossSite.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    // No `form-action`: Chromium applies it to each redirect after a form, and the login button redirects to the server.
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

/// Whether another site has sent the form. The cookies are `Lax`, so it has no session anyway; this check also prevents it
/// from starting logins. (`Origin` is of no use: under `no-referrer` it is `null` for the application's own forms, too.)
fn is_cross_site(request: &Request) -> bool {
    let site = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    request.method() == Method::POST && site.is_some_and(|site| site != b"same-origin" && site != b"none")
}
