//! The browser comes back: exactly one replica takes the login and sends the code, whatever happens to it.

use core::time::Duration;
use std::sync::Arc;

use authcode::{Authorized, AwaitingRedirect, CodeReceived, ErrorCode, Redirect, RedirectError, UnixTime};
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};
use tokio::time::{sleep, timeout};

use crate::app::App;
use crate::cookies::Cookie;
use crate::id::Id;
use crate::login::{self, MAX_RESTARTS, Pending};
use crate::page;
use crate::problem::Problem;
use crate::store::{self, LoginKey, Outcome, Session, Taken};
use crate::transport::{self, NoAnswer};

/// How often a replica looks whether another one has come to an end with the same login.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How often the code is sent, to a server that says that it has not used it.
const MAX_ATTEMPTS: u32 = 3;

/// `GET` of the redirect URI.
pub(crate) async fn receive(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Result<Response, Problem> {
    let target = uri.path_and_query().map(|target| target.as_str()).unwrap_or_default();
    let browser = app.cookies.read(&headers, Cookie::Browser);
    let session = app.cookies.read(&headers, Cookie::Session);
    let (Some(browser), Some(state)) = (browser, Redirect::target(target).claimed_state()) else {
        return not_open(&app, session.as_ref()).await;
    };
    let key = LoginKey::new(&browser, &state);
    let owner = Id::random()?;
    let taken = loop {
        match app.store.take_login(&key, &owner, app.limits.lease()).await? {
            // The browser asked twice, or its first request died with its replica.
            Taken::Busy => sleep(LOOK_AGAIN).await,
            taken => break taken,
        }
    };
    match taken {
        Taken::Mine(form) => {
            let callback = Callback { app, browser, session, key, owner, target: target.to_owned() };
            // On its own: a browser that goes away does not stop it half-way.
            let finished = tokio::spawn(async move { callback.finish(&form).await });
            finished.await.map_err(|_| Problem::Host("a callback has failed".to_owned()))?
        }
        Taken::Done(id) => Id::from_text(&id)
            .map(|id| logged_in(&app, &id))
            .ok_or_else(|| Problem::Host("a session without an identifier".to_owned())),
        Taken::Lapsed => login::begin(&app, &browser, 0).await,
        Taken::Busy | Taken::Gone => not_open(&app, session.as_ref()).await,
    }
}

/// Who is logged in sees that, and not an old callback.
async fn not_open(app: &App, session: Option<&Id>) -> Result<Response, Problem> {
    match session {
        Some(session) if app.store.tokens(session).await?.is_some() => Ok(page::see_other("/", &[])),
        _ => Err(Problem::NotOpen),
    }
}

/// On to the start page, so that the code is no longer in the address bar.
fn logged_in(app: &App, session: &Id) -> Response {
    page::see_other("/", &[app.cookies.set(Cookie::Session, session, app.limits.session)])
}

/// A callback whose login this replica alone has.
struct Callback {
    app: Arc<App>,
    browser: Id,
    /// What the user was logged in to before.
    session: Option<Id>,
    key: LoginKey,
    owner: Id,
    target: String,
}

/// Why there is no token.
enum NoToken {
    /// The server says that it cannot answer now, and that it has not used the code.
    Unspent(Problem),
    /// The code is spent, or nobody knows: it must not be sent again (RFC 6749 §4.1.2).
    Spent(String),
    /// A new login would end in the same way.
    Refused(String),
}

impl Callback {
    async fn finish(self, form: &str) -> Result<Response, Problem> {
        let resumed = Pending::from_text(form)
            .and_then(|Pending { restarts, suspended }| Some((restarts, suspended.resume(&self.app.client).ok()?)));
        let Some((restarts, pending)): Option<(u8, AwaitingRedirect)> = resumed else {
            // It was stored by a replica with another configuration, in the middle of a deployment.
            return self.start_anew(0, "a pending login of another configuration".to_owned()).await;
        };
        let code = match pending.receive_redirect(Redirect::target(&self.target)) {
            Ok(code) => code,
            Err(refused) if refused.is_alive() => {
                self.settle(Outcome::Waits(form)).await?;
                return Err(Problem::NotOpen);
            }
            Err(refused) => {
                self.settle(Outcome::Over).await?;
                return Err(problem_of(refused.error()));
            }
        };
        // The lease is longer than this.
        let exchanged = timeout(self.app.limits.request, self.exchange(code)).await;
        match exchanged.unwrap_or_else(|_| Err(NoToken::Spent("no answer in time".to_owned()))) {
            Ok(authorized) => self.open_session(&authorized, restarts).await,
            Err(NoToken::Unspent(problem)) => {
                self.settle(Outcome::Waits(form)).await?;
                Err(problem)
            }
            Err(NoToken::Spent(why)) => self.start_anew(restarts, why).await,
            Err(NoToken::Refused(why)) => {
                self.settle(Outcome::Over).await?;
                Err(Problem::Refused(why))
            }
        }
    }

    async fn exchange(&self, mut code: CodeReceived) -> Result<Authorized, NoToken> {
        let mut attempt = 1;
        loop {
            let answer = transport::send(&self.app.http, code.token_request()).await;
            let wait = match answer {
                Err(NoAnswer::Lost(why)) => return Err(NoToken::Spent(why)),
                Err(NoAnswer::NotSent(what)) if attempt == MAX_ATTEMPTS => {
                    return Err(NoToken::Unspent(Problem::Busy { what, retry_after: None }));
                }
                Err(NoAnswer::NotSent(_)) => None,
                Ok(response) => match code.receive_token_response(response, UnixTime::now()) {
                    Ok(authorized) => return Ok(authorized),
                    Err(refused) => {
                        let (error, state) = refused.into_parts();
                        let (what, retry_after) = (error.to_string(), error.retry_after());
                        let is_spent = error.oauth_error().is_some_and(|error| error.code == ErrorCode::InvalidGrant);
                        let is_last = attempt == MAX_ATTEMPTS || !error.is_retryable();
                        code = match state {
                            Some(_) if is_last => return Err(NoToken::Unspent(Problem::Busy { what, retry_after })),
                            Some(code) => code,
                            None if is_spent => return Err(NoToken::Spent(what)),
                            None => return Err(NoToken::Refused(what)),
                        };
                        retry_after
                    }
                },
            };
            sleep(wait.unwrap_or(Duration::from_millis(200) * attempt)).await;
            attempt += 1;
        }
    }

    async fn open_session(&self, authorized: &Authorized, restarts: u8) -> Result<Response, Problem> {
        let id = Id::random()?;
        let tokens = serde_json::to_string(&authorized.suspend()).map_err(|error| Problem::Host(error.to_string()))?;
        let session = Session { id: &id, tokens: &tokens, limit: self.app.limits.session };
        if store::insist(|| self.app.store.finish_login(&self.key, &self.owner, session)).await? {
            if let Some(old) = &self.session {
                // It ends by itself, if not now.
                drop(self.app.store.end_session(old).await);
            }
            Ok(logged_in(&self.app, &id))
        } else {
            // The lease has run out, and the browser may already be at a new login.
            self.start_anew(restarts, "the lease has run out".to_owned()).await
        }
    }

    /// Sends the browser to the server again. The user is known there, and mostly sees nothing of it.
    async fn start_anew(&self, restarts: u8, why: String) -> Result<Response, Problem> {
        let is_last = restarts == MAX_RESTARTS;
        self.settle(if is_last { Outcome::Over } else { Outcome::Lapsed }).await?;
        if is_last {
            return Err(Problem::Refused(why));
        }
        eprintln!("a login starts anew: {why}");
        login::begin(&self.app, &self.browser, restarts + 1).await
    }

    async fn settle(&self, outcome: Outcome<'_>) -> Result<(), Problem> {
        // If it is no longer ours, others have settled it.
        self.app.store.settle_login(&self.key, &self.owner, outcome).await?;
        Ok(())
    }
}

fn problem_of(error: &RedirectError) -> Problem {
    match error {
        RedirectError::Refused(refused) if refused.code == ErrorCode::AccessDenied => Problem::Denied,
        error => Problem::Refused(error.to_string()),
    }
}
