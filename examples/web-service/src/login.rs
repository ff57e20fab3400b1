//! The login button: a login is started and stored for this browser, and the browser is sent to the server.

use std::sync::Arc;

use authcode::{Secret, Suspended, UnixTime};
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use crate::app::App;
use crate::cookies::Cookie;
use crate::id::Id;
use crate::page;
use crate::problem::Problem;
use crate::store::LoginKey;

/// How many times a login starts over by itself before the user is asked.
pub(crate) const MAX_RESTARTS: u8 = 2;

/// A login without tokens, as it is stored: `RESTARTS NOT_BEFORE JSON`.
pub(crate) struct Pending<'a> {
    /// How many times it has started over by itself.
    pub(crate) restarts: u8,
    /// When the server may be asked again, where it wanted a pause.
    pub(crate) not_before: UnixTime,
    /// The serialized state.
    pub(crate) state: &'a str,
}

impl<'a> Pending<'a> {
    /// The entry for the store.
    pub(crate) fn to_text(restarts: u8, not_before: UnixTime, state: &Suspended) -> Secret {
        format!("{restarts} {} {}", not_before.as_secs(), state.to_json().expose()).into()
    }

    /// `None` if this program never writes such a text.
    pub(crate) fn from_text(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(3, ' ');
        let (restarts, not_before, state) = (parts.next()?, parts.next()?, parts.next()?);
        let not_before = UnixTime::from_secs(not_before.parse().ok()?);
        Some(Self { restarts: restarts.parse().ok()?, not_before, state })
    }
}

/// `POST /login`.
pub(crate) async fn start(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let browser = match app.cookies.read(&headers, Cookie::Browser) {
        Some(browser) => browser,
        None => Id::random()?,
    };
    begin(&app, &browser, 0).await
}

/// Sends the browser to the server.
pub(crate) async fn begin(app: &App, browser: &Id, restarts: u8) -> Result<Response, Problem> {
    let pending = app.template.start(getrandom::SysRng).map_err(|error| Problem::Internal(error.to_string()))?;
    let stored = Pending::to_text(restarts, UnixTime::from_secs(0), &pending.suspend());
    // Stored before the browser leaves: it may be back before the next line.
    app.store.keep_login(&LoginKey::new(browser, pending.state()), stored.expose(), app.limits.login).await?;
    let cookie = app.cookies.set(Cookie::Browser, browser, 2 * app.limits.login);
    Ok(page::see_other(&pending.authorization_url(), &[cookie]))
}
