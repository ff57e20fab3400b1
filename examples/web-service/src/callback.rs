//! The callback: one replica takes the pending login and exchanges its code.

use core::time::Duration;
use std::sync::Arc;

use authcode::{
    Authorized, CodeReceived, ErrorCode, Fault, Flow, NextStep, Redirect, RedirectError, ResumeError, Suspended,
    TokenError, UnixTime,
};
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};
use tokio::time::{Instant, sleep};

use crate::app::App;
use crate::cookies::Cookie;
use crate::id::Id;
use crate::login::{self, MAX_RESTARTS, Pending};
use crate::page;
use crate::problem::Problem;
use crate::store::{self, LoginKey, Outcome, Session, Taken};
use crate::transport::{self, Reason, Stopped};

/// How often a replica checks whether another one has finished the same login.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// `GET` of the redirect URI.
pub(crate) async fn receive(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Result<Response, Problem> {
    let target = uri.path_and_query().map(|target| target.as_str()).unwrap_or_default();
    let browser = app.cookies.read(&headers, Cookie::Browser);
    let session = app.cookies.read(&headers, Cookie::Session);
    let (Some(browser), Some(state)) = (browser, Redirect::target(target).claimed_state()) else {
        return not_open(&app, session.as_ref()).await;
    };
    let key = LoginKey::new(&browser, &state);
    let callback =
        Callback { app: Arc::clone(&app), browser, session, key, owner: Id::random()?, target: target.into() };
    // In a task of its own, so that a browser that disconnects cannot stop it between two steps.
    app.run_to_end(callback.receive()).await
}

/// Shows a user who is logged in the start page instead of an error about an old callback.
async fn not_open(app: &App, session: Option<&Id>) -> Result<Response, Problem> {
    match session {
        Some(session) if app.store.tokens(session).await?.is_some() => Ok(page::see_other("/", &[])),
        _ => Err(Problem::NotOpen),
    }
}

/// Redirects to the start page, so that the code does not stay in the address bar.
fn logged_in(app: &App, session: &Id) -> Response {
    page::see_other("/", &[app.cookies.set(Cookie::Session, session, app.limits.session)])
}

struct Callback {
    app: Arc<App>,
    browser: Id,
    /// The session that the user had before this login.
    session: Option<Id>,
    key: LoginKey,
    /// Names this callback in the store, as the only one that may use the login.
    owner: Id,
    target: String,
}

impl Callback {
    async fn receive(self) -> Result<Response, Problem> {
        match self.take().await? {
            Taken::Mine(stored) => self.resume(&stored).await,
            Taken::Done(id) => Id::from_text(&id)
                .map(|id| logged_in(&self.app, &id))
                .ok_or_else(|| Problem::Internal("a session without an identifier".to_owned())),
            Taken::Lapsed => login::begin(&self.app, &self.browser, 0).await,
            Taken::Gone => not_open(&self.app, self.session.as_ref()).await,
            Taken::Busy => Err(Problem::Busy { what: "a callback takes too long".to_owned(), retry_after: None }),
        }
    }

    /// Takes the pending login out of the store. If another callback has taken it, waits until that one has finished:
    /// the browser asked twice, or the replica of its first request has died.
    async fn take(&self) -> Result<Taken, Problem> {
        let lease = self.app.limits.lease();
        // By then the lease of another callback has ended.
        let end = Instant::now() + lease + Duration::from_secs(1);
        loop {
            match self.app.store.take_login(&self.key, &self.owner, lease).await? {
                Taken::Busy if Instant::now() < end => sleep(POLL_INTERVAL).await,
                taken => return Ok(taken),
            }
        }
    }

    /// Continues the stored login, which nobody else can take now.
    async fn resume(self, stored: &str) -> Result<Response, Problem> {
        let Some(Pending { restarts, not_before, state }) = Pending::from_text(stored) else {
            self.settle(Outcome::Over).await?;
            return Err(Problem::NotOpen);
        };
        let pause = not_before.saturating_since(UnixTime::now());
        if !pause.is_zero() {
            self.settle(Outcome::Waits(stored)).await?;
            return Err(Problem::Busy { what: "the server wants a pause".to_owned(), retry_after: Some(pause) });
        }
        let flow = Suspended::from_json(state)
            .and_then(|state| Flow::resume(state, self.app.client()).map_err(|rejected| rejected.into_error()));
        let code = match flow {
            Ok(Flow::AwaitingRedirect(pending)) => match pending.receive_redirect(Redirect::target(&self.target)) {
                Ok(code) => code,
                Err(rejected) => match rejected.recover() {
                    // Not an answer to this login, which continues to wait for one.
                    Ok(pending) => {
                        let stored = Pending::to_text(restarts, not_before, &pending.suspend());
                        self.settle(Outcome::Waits(stored.expose())).await?;
                        return Err(Problem::NotOpen);
                    }
                    Err(error) => {
                        self.settle(Outcome::Over).await?;
                        return Err(ended_by_redirect(&error));
                    }
                },
            },
            // An earlier callback could not exchange it, but the server has not used it.
            Ok(Flow::CodeReceived(code)) => code,
            Ok(_) => return self.start_over(restarts, ResumeError::OtherKind.to_string()).await,
            Err(error) if error.next_step() == NextStep::StartOver => {
                return self.start_over(restarts, error.to_string()).await;
            }
            // In the middle of a deployment: a replica with another configuration has started this login, and can still
            // finish it. The user need not wait for that.
            Err(error) => {
                self.settle(Outcome::Waits(stored)).await?;
                return self.begin_again(restarts, error.to_string()).await;
            }
        };
        // The lease is longer than this.
        let end = Instant::now() + self.app.limits.request;
        match transport::run(&self.app.http, code, end).await {
            Ok(authorized) => self.open_session(&authorized, restarts).await,
            Err(stopped) => self.not_exchanged(stopped, restarts).await,
        }
    }

    async fn not_exchanged(&self, stopped: Stopped<CodeReceived>, restarts: u8) -> Result<Response, Problem> {
        let Stopped { state, reason } = stopped;
        match (reason, state) {
            // The code may still be good: it is sent again when the user asks for it. If the server has used it, it answers
            // `invalid_grant`, and the login starts over.
            (Reason::NoResponse(what), Some(code)) => {
                self.put_back(&code, restarts, Duration::ZERO).await?;
                Err(Problem::Busy { what, retry_after: None })
            }
            (Reason::Refused(error), Some(code)) => match error.next_step() {
                NextStep::Retry { after } => {
                    self.put_back(&code, restarts, after).await?;
                    Err(Problem::Busy { what: error.to_string(), retry_after: Some(after) })
                }
                _ => {
                    self.put_back(&code, restarts, Duration::ZERO).await?;
                    Err(Problem::Fix(error.to_string()))
                }
            },
            // It has expired, or was used: a new one is good.
            (Reason::Refused(error), None) if is_invalid_grant(&error) => {
                self.start_over(restarts, error.to_string()).await
            }
            // The next login may end in the same way, so the user decides.
            (reason, None) => {
                self.settle(Outcome::Over).await?;
                Err(Problem::Refused(reason.to_text()))
            }
        }
    }

    async fn open_session(&self, authorized: &Authorized, restarts: u8) -> Result<Response, Problem> {
        let id = Id::random()?;
        let tokens = authorized.suspend().to_json();
        let session = Session { id: &id, tokens: tokens.expose(), limit: self.app.limits.session };
        if store::with_retries(|| self.app.store.finish_login(&self.key, &self.owner, session)).await? {
            if let Some(old) = &self.session {
                // If this fails, it expires.
                drop(self.app.store.end_session(old).await);
            }
            Ok(logged_in(&self.app, &id))
        } else {
            // The browser may already be at a new login.
            self.start_over(restarts, "the lease has ended".to_owned()).await
        }
    }

    /// Ends this login, and sends the browser to the server again. The server knows the user, who often sees nothing of
    /// it.
    async fn start_over(&self, restarts: u8, reason: String) -> Result<Response, Problem> {
        let is_last = restarts >= MAX_RESTARTS;
        self.settle(if is_last { Outcome::Over } else { Outcome::Lapsed }).await?;
        self.begin_again(restarts, reason).await
    }

    async fn begin_again(&self, restarts: u8, reason: String) -> Result<Response, Problem> {
        if restarts >= MAX_RESTARTS {
            return Err(Problem::Refused(reason));
        }
        eprintln!("a login starts over: {reason}");
        login::begin(&self.app, &self.browser, restarts + 1).await
    }

    async fn put_back(&self, code: &CodeReceived, restarts: u8, pause: Duration) -> Result<(), Problem> {
        let not_before = if pause.is_zero() { UnixTime::from_secs(0) } else { UnixTime::now().saturating_add(pause) };
        let stored = Pending::to_text(restarts, not_before, &code.suspend());
        // The code is nowhere else.
        store::with_retries(|| self.app.store.settle_login(&self.key, &self.owner, Outcome::Waits(stored.expose())))
            .await?;
        Ok(())
    }

    async fn settle(&self, outcome: Outcome<'_>) -> Result<(), Problem> {
        // `false` if the lease has ended and another callback has settled it.
        self.app.store.settle_login(&self.key, &self.owner, outcome).await?;
        Ok(())
    }
}

fn is_invalid_grant(error: &TokenError) -> bool {
    error.oauth_error().is_some_and(|error| error.code == Some(ErrorCode::InvalidGrant))
}

fn ended_by_redirect(error: &RedirectError) -> Problem {
    match error.fault() {
        Fault::User => Problem::Denied,
        _ => Problem::Refused(error.to_string()),
    }
}
