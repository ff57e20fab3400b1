//! The login button: a login is drawn, stored for this browser, and the browser goes to the server.

use std::sync::Arc;

use authcode::{AwaitingRedirect, Suspended};
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use crate::app::App;
use crate::cookies::Cookie;
use crate::id::Id;
use crate::page;
use crate::problem::Problem;
use crate::store::LoginKey;

/// How often a login starts anew by itself before the user is asked.
pub(crate) const MAX_RESTARTS: u8 = 2;

/// A pending login and how often it has started anew, as it is stored.
pub(crate) struct Pending {
    pub(crate) restarts: u8,
    pub(crate) suspended: Suspended,
}

impl Pending {
    fn to_text(&self) -> Result<String, serde_json::Error> {
        Ok(format!("{} {}", self.restarts, serde_json::to_string(&self.suspended)?))
    }

    /// `None` if another version of this program has stored it.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let (restarts, suspended) = text.split_once(' ')?;
        Some(Self { restarts: restarts.parse().ok()?, suspended: serde_json::from_str(suspended).ok()? })
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
    let pending = draw(app).map_err(|failure| Problem::Host(failure.to_string()))?;
    let stored = Pending { restarts, suspended: pending.suspend() };
    let stored = stored.to_text().map_err(|failure| Problem::Host(failure.to_string()))?;
    // First stored, then shown: the browser may be back before the next line.
    app.store.keep_login(&LoginKey::new(browser, pending.state()), &stored, app.limits.login).await?;
    let cookie = app.cookies.set(Cookie::Browser, browser, 2 * app.limits.login);
    Ok(page::see_other(&pending.authorization_url(), &[cookie]))
}

fn draw(app: &App) -> Result<AwaitingRedirect, crate::Failure> {
    let mut login = app.client.login().scope(&app.wishes.scope)?;
    if let Some(audience) = &app.wishes.audience {
        login = login.audience(audience)?;
    }
    if let Some(prompt) = &app.wishes.prompt {
        login = login.prompt(prompt)?;
    }
    Ok(login.try_start(getrandom::SysRng)?)
}
