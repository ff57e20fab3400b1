//! Simulates a user and a browser: it keeps cookies, follows redirects, presses buttons, and reloads a page after a 503.

use core::net::SocketAddr;
use core::time::Duration;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use form_urlencoded::Serializer;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::Failure;
use crate::fleet::Fleet;
use crate::html::Form;

/// How many times a user reloads a page, and how long they wait before that.
const MAX_RELOADS: u32 = 100;
const BEFORE_RELOAD: Duration = Duration::from_millis(100);
/// The embedded server keeps at most 64 consent pages open.
const OPEN_PAGES: usize = 32;

/// State that all browsers share.
pub(crate) struct Web {
    http: Client<HttpConnector, Body>,
    /// The application's origin as the user sees it; requests for it go to the balancer.
    origin: String,
    balancer: SocketAddr,
    pages: Semaphore,
}

impl Web {
    pub(crate) fn new(fleet: &Fleet) -> Arc<Self> {
        let redirect_uri = &fleet.setup.redirect_uri;
        let path = redirect_uri.match_indices('/').nth(2).map_or(redirect_uri.len(), |(at, _)| at);
        Arc::new(Self {
            http: Client::builder(TokioExecutor::new()).build_http(),
            origin: redirect_uri[..path].to_owned(),
            balancer: fleet.balancer.address,
            pages: Semaphore::new(OPEN_PAGES),
        })
    }
}

/// One browser with its cookies.
pub(crate) struct Browser {
    web: Arc<Web>,
    /// By origin. Shared by two tabs.
    cookies: Mutex<HashMap<String, BTreeMap<String, String>>>,
    /// Which replica the next request goes to.
    leg: core::sync::atomic::AtomicUsize,
}

pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// How a login has ended for the user.
pub(crate) struct Finished {
    /// The pages of the application that the user met: which replica answered each of them.
    pub(crate) replicas: Vec<String>,
    /// How often the application sent the user to the server again.
    pub(crate) restarts: usize,
}

impl Page {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    pub(crate) fn is_logged_in(&self) -> bool {
        self.status == StatusCode::OK && self.text.contains("You are logged in")
    }

    /// The value of a hidden field.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(&format!("name=\"{name}\" value=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    }

    /// Whether the application, or the balancer in front of it, is unavailable.
    fn is_unavailable(&self) -> bool {
        self.status == StatusCode::SERVICE_UNAVAILABLE
            || (self.status == StatusCode::BAD_GATEWAY && self.text.is_empty())
    }
}

impl Browser {
    pub(crate) fn new(web: &Arc<Web>, number: usize) -> Self {
        Self { web: Arc::clone(web), cookies: Mutex::default(), leg: number.into() }
    }

    /// The address of a page of the application.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.web.origin)
    }

    pub(crate) async fn get(&self, url: &str) -> Result<Page, Failure> {
        self.send(Method::GET, url, None, &[]).await
    }

    pub(crate) async fn post(&self, url: &str, body: &str) -> Result<Page, Failure> {
        self.send(Method::POST, url, Some(body), &[("sec-fetch-site", "same-origin")]).await
    }

    /// Sends one request.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: &str,
        body: Option<&str>,
        headers: &[(&str, &str)],
    ) -> Result<Page, Failure> {
        let origin = origin(url);
        let is_ours = origin == self.web.origin;
        let target =
            if is_ours { format!("http://{}{}", self.web.balancer, &url[origin.len()..]) } else { url.to_owned() };
        let mut request = Request::builder().method(method).uri(target);
        if is_ours {
            let leg = self.leg.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
            request = request.header("x-leg", leg);
        } else {
            // `tiny_http` can leave a new connection waiting while the earlier ones are open.
            request = request.header(header::CONNECTION, "close");
        }
        if let Some(cookies) = self.cookie_line(origin) {
            request = request.header(header::COOKIE, cookies);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = request.body(Body::from(body.unwrap_or_default().to_owned()))?;
        let response = timeout(Duration::from_secs(60), self.web.http.request(request)).await??;
        let (head, body) = response.into_parts();
        let body: Bytes = body.collect().await?.to_bytes();
        self.keep_cookies(origin, &head.headers);
        Ok(Page { status: head.status, headers: head.headers, text: String::from_utf8_lossy(&body).into_owned() })
    }

    fn cookie_line(&self, origin: &str) -> Option<String> {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs = cookies.get(origin)?.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    fn keep_cookies(&self, origin: &str, headers: &HeaderMap) {
        let lines = headers.get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for line in lines {
            let pair = line.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.trim().split_once('=') else { continue };
            let jar = cookies.entry(origin.to_owned()).or_default();
            if value.is_empty() || line.contains("Max-Age=0;") || line.contains("expires=Thu, 01 Jan 1970") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// The value of a cookie of the application.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.get(&self.web.origin)?.get(name).cloned()
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.entry(self.web.origin.clone()).or_default().insert(name.to_owned(), value.to_owned());
    }

    /// As [`send`](Self::send), and reloads while the application is unavailable.
    pub(crate) async fn insist(&self, method: Method, url: &str, body: Option<&str>) -> Result<Page, Failure> {
        let mut reloads = 0;
        loop {
            let answer = self.send(method.clone(), url, body, &[]).await;
            match answer {
                Ok(page) if !page.is_unavailable() => return Ok(page),
                answer if reloads == MAX_RELOADS => return answer,
                _ => sleep(BEFORE_RELOAD).await,
            }
            reloads += 1;
        }
    }

    /// Presses the login button, and returns the URL that the application redirects to.
    pub(crate) async fn start_login(&self) -> Result<String, Failure> {
        let page = self.insist(Method::POST, &self.url("/login"), Some("")).await?;
        match page.status {
            StatusCode::SEE_OTHER => Ok(page.location().to_owned()),
            status => Err(format!("the login button gives {status}").into()),
        }
    }

    /// Presses `Allow` or `Deny` at the server, and returns the URL that the server redirects to.
    pub(crate) async fn consent(&self, authorization_url: &str, decision: &str) -> Result<String, Failure> {
        let permit = self.web.pages.acquire().await?;
        let page = self.get(authorization_url).await?;
        let ticket = page.field("ticket").ok_or_else(|| format!("no consent page: {}", page.text))?;
        let form = format!("ticket={ticket}&decision={decision}");
        let answer = self.post(&format!("{}/consent", origin(authorization_url)), &form).await?;
        drop(permit);
        Ok(answer.location().to_owned())
    }

    /// Comes back from the server, and follows the application's redirects until the user is logged in.
    pub(crate) async fn come_back(&self, callback: &str) -> Result<Finished, Failure> {
        let mut finished = Finished { replicas: Vec::new(), restarts: 0 };
        let mut url = callback.to_owned();
        for _ in 0..20 {
            if origin(&url) != self.web.origin {
                finished.restarts += 1;
                url = self.consent(&url, "allow").await?;
            }
            let page = self.insist(Method::GET, &url, None).await?;
            finished.replicas.push(page.header("x-replica").to_owned());
            if page.is_logged_in() {
                return Ok(finished);
            }
            if page.status != StatusCode::SEE_OTHER {
                let title = page.text.split_once("<h1>").and_then(|(_, rest)| rest.split_once("</h1>"));
                return Err(format!("{}: {}", page.status, title.map_or("", |(title, _)| title)).into());
            }
            url = match page.location() {
                path if path.starts_with('/') => self.url(path),
                url => url.to_owned(),
            };
        }
        Err("too many redirects of the application".into())
    }

    /// A whole login at the embedded server.
    pub(crate) async fn log_in(&self) -> Result<Finished, Failure> {
        let url = self.start_login().await?;
        let callback = self.consent(&url, "allow").await?;
        self.come_back(&callback).await
    }

    /// Fills in the forms of any server, until it redirects to another origin.
    pub(crate) async fn fill_in_forms(&self, authorization_url: &str) -> Result<String, Failure> {
        let server = origin(authorization_url).to_owned();
        let (mut url, mut form) = (authorization_url.to_owned(), None::<String>);
        for _ in 0..20 {
            let page = match form.take() {
                None => self.get(&url).await?,
                Some(body) => self.post(&url, &body).await?,
            };
            if !page.location().is_empty() {
                url = absolute(&server, page.location());
                if origin(&url) != server {
                    return Ok(url);
                }
                continue;
            }
            let next = Form::first_in(&page.text).ok_or_else(|| format!("a page without a form: {}", page.text))?;
            if let Some(action) = next.action.as_deref().filter(|action| !action.is_empty()) {
                url = absolute(&server, action);
            }
            let is_pressed = |name: Option<&str>| name != Some("deny");
            let mut body = Serializer::new(String::new());
            for input in next.inputs.iter().filter(|input| !input.is_button || is_pressed(input.name.as_deref())) {
                match input.name.as_deref() {
                    Some("username") => body.append_pair("username", "alice"),
                    Some("password") => body.append_pair("password", "wonderland"),
                    Some(name) => body.append_pair(name, &input.value),
                    None => &mut body,
                };
            }
            form = Some(body.finish());
        }
        Err("too many pages of the server".into())
    }
}

fn absolute(server: &str, url: &str) -> String {
    if url.starts_with('/') { format!("{server}{url}") } else { url.to_owned() }
}

/// Scheme and authority.
pub(crate) fn origin(url: &str) -> &str {
    let end = url.match_indices('/').nth(2).map_or(url.len(), |(at, _)| at);
    url.get(..end).unwrap_or_default()
}
