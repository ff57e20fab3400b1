//! The pages of a user who is logged in, or not yet.

use std::sync::Arc;

use authcode::{Authorized, GrantedScope, UnixTime};
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::app::App;
use crate::cookies::Cookie;
use crate::id::Id;
use crate::page::{self, escaped};
use crate::problem::Problem;
use crate::tokens::{self, Mark, StoredLogin};

/// How much of the API's response is read and shown, in bytes.
const MAX_ANSWER_LEN: usize = 4 * 1024;

/// `GET /`.
pub(crate) async fn home(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let login = match app.cookies.read(&headers, Cookie::Session) {
        Some(session) => tokens::stored(&app, &session).await?,
        None => None,
    };
    Ok(match login {
        Some(login) => overview(&app, &login),
        None => log_in_page(&app, "You are not logged in."),
    })
}

/// `GET /me`: what the API says about the user.
pub(crate) async fn me(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let Some(session) = app.cookies.read(&headers, Cookie::Session) else { return Ok(page::see_other("/", &[])) };
    let Some(mut login) = tokens::fresh(&app, &session, None).await? else {
        return log_in_again(&app, &session).await;
    };
    let (mut status, mut answer) = ask(&app, &login.authorized).await?;
    if status == StatusCode::UNAUTHORIZED {
        // Refused before it expired: refresh once. A new token that is refused, too, is not refreshed again.
        let Some(other) = tokens::fresh(&app, &session, Some(login.mark())).await? else {
            return log_in_again(&app, &session).await;
        };
        login = other;
        (status, answer) = ask(&app, &login.authorized).await?;
    }
    let content = format!(
        "<p>The API answered with {}:</p><pre>{}</pre>{}{}",
        status.as_u16(),
        escaped(&answer),
        page::HOME,
        foot(&app)
    );
    Ok(page::html(StatusCode::OK, "Who you are", &content))
}

/// `POST /refresh`: replaces the tokens that the page has shown. A second press of the button finds them replaced.
pub(crate) async fn refresh_now(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    form: Bytes,
) -> Result<Response, Problem> {
    let Some(session) = app.cookies.read(&headers, Cookie::Session) else { return Ok(page::see_other("/", &[])) };
    let mark =
        form_urlencoded::parse(&form).find_map(|(name, value)| (name == "mark").then(|| Mark(value.into_owned())));
    match tokens::fresh(&app, &session, mark).await? {
        Some(_) => Ok(page::see_other("/", &[])),
        None => log_in_again(&app, &session).await,
    }
}

/// `POST /logout`.
pub(crate) async fn log_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(session) = app.cookies.read(&headers, Cookie::Session) {
        app.store.end_session(&session).await?;
    }
    Ok(page::see_other("/", &[app.cookies.clear(Cookie::Session)]))
}

/// `GET` of a route for `POST`: where the link "Try again" leads after a `POST` that failed.
pub(crate) async fn to_home() -> Response {
    page::see_other("/", &[])
}

/// The session has no access token that works. If it still has a refresh token, the server has refused it without saying
/// that it is dead: it is kept until the user has logged in again, which ends this session, or until it works again.
async fn log_in_again(app: &App, session: &Id) -> Result<Response, Problem> {
    let stored = tokens::stored(app, session).await?;
    if stored.is_none_or(|login| login.authorized.tokens().refresh_token().is_none()) {
        app.store.end_session(session).await?;
    }
    Ok(log_in_page(app, "Your login has expired: please log in again."))
}

/// Calls the API.
async fn ask(app: &App, authorized: &Authorized) -> Result<(StatusCode, String), Problem> {
    let busy = |what: &str| Problem::Busy { what: format!("the API: {what}"), retry_after: None };
    let api = app.api.as_deref().ok_or_else(|| Problem::Internal("there is no --api".to_owned()))?;
    let bearer = authorized.bearer().map_err(|error| Problem::Refused(error.to_string()))?;
    let request = app.http.get(api).header(http::header::AUTHORIZATION, bearer.expose());
    let mut response = request.send().await.map_err(|_| busy("no answer"))?;
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|_| busy("half an answer"))? {
        body.extend_from_slice(&part);
        if body.len() > MAX_ANSWER_LEN {
            body.truncate(MAX_ANSWER_LEN);
            break;
        }
    }
    Ok((response.status(), String::from_utf8_lossy(&body).into_owned()))
}

fn log_in_page(app: &App, text: &str) -> Response {
    page::html(StatusCode::OK, "Loom notes", &format!("<p>{text}</p>{}{}", page::LOG_IN, foot(app)))
}

fn overview(app: &App, login: &StoredLogin) -> Response {
    let authorized = &login.authorized;
    let tokens = authorized.tokens();
    let scope = match tokens.granted_scope() {
        GrantedScope::Stated(scope) => scope.as_str(),
        _ => authorized.requested_scope().as_str(),
    };
    let left = match tokens.time_left(UnixTime::now(), core::time::Duration::ZERO) {
        Some(left) => format!("good for {} s", left.as_secs()),
        None => "good until it is refused".to_owned(),
    };
    let refresh = if tokens.refresh_token().is_some() { "yes" } else { "no" };
    let content = format!(
        "<dl><dt>Allowed</dt><dd>{}</dd><dt>Token</dt><dd>{left}</dd><dt>Refresh token</dt><dd>{refresh}</dd></dl>\
         <div class=\"row\"><a class=\"button\" href=\"/me\">Who am I</a>\
         <form method=\"post\" action=\"/refresh\"><input type=\"hidden\" name=\"mark\" value=\"{}\">\
         <button>Refresh now</button></form>\
         <form method=\"post\" action=\"/logout\"><button>Log out</button></form></div>{}",
        escaped(scope),
        escaped(&login.mark().0),
        foot(app)
    );
    page::html(StatusCode::OK, "You are logged in", &content)
}

fn foot(app: &App) -> String {
    app.name
        .as_deref()
        .map(|name| format!("<p class=\"note\">Answered by replica {}.</p>", escaped(name)))
        .unwrap_or_default()
}
