//! The token of a session, renewed by one replica at a time.

use core::time::Duration;
use std::sync::Arc;

use authcode::{Authorized, Refreshing, Renewal, Suspended, UnixTime};
use tokio::time::{Instant, sleep, timeout};

use crate::app::App;
use crate::id::{self, Id};
use crate::problem::Problem;
use crate::store;
use crate::transport::{self, NoAnswer};

/// How often a replica looks whether another one has come back from the server with a new token.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// Tells one stored token from another.
#[derive(Clone, PartialEq)]
pub(crate) struct Mark(pub(crate) String);

/// A session and its token.
pub(crate) struct Standing {
    pub(crate) authorized: Authorized,
    pub(crate) mark: Mark,
    form: String,
}

/// The token that a request has met, and whether it was refused.
#[derive(Clone)]
struct Seen {
    mark: Mark,
    is_refused: bool,
}

impl Standing {
    /// `None` if the configuration has changed since: another client, or another server.
    fn from_stored(app: &App, form: String) -> Option<Self> {
        let suspended = serde_json::from_str::<Suspended>(&form).ok()?;
        let authorized = suspended.resume(&app.client).ok()?;
        Some(Self { authorized, mark: Mark(id::digest(&[&form])), form })
    }

    fn has_run_out(&self) -> bool {
        self.authorized.needs_renewal(UnixTime::now(), Duration::ZERO)
    }

    /// Whether to use it as it is. A token that somebody else has just fetched is good enough, whatever the leeway.
    fn is_good(&self, app: &App, seen: &Seen) -> bool {
        if self.mark == seen.mark {
            !seen.is_refused && !self.authorized.needs_renewal(UnixTime::now(), app.limits.leeway)
        } else {
            !self.has_run_out()
        }
    }
}

/// The token of a session as it is stored, whether or not it has run out. `None`: there is no such session.
pub(crate) async fn stored(app: &App, session: &Id) -> Result<Option<Standing>, Problem> {
    let form = app.store.tokens(session).await?;
    Ok(form.and_then(|form| Standing::from_stored(app, form)))
}

/// A token with time left, and other than the one that was `refused`. `None`: the user must log in again.
pub(crate) async fn fresh(app: &Arc<App>, session: &Id, refused: Option<Mark>) -> Result<Option<Standing>, Problem> {
    let end = Instant::now() + app.limits.lease();
    let mut seen = refused.map(|mark| Seen { mark, is_refused: true });
    loop {
        let Some(standing) = stored(app, session).await? else { return Ok(None) };
        let seen = seen.get_or_insert_with(|| Seen { mark: standing.mark.clone(), is_refused: false });
        if standing.is_good(app, seen) {
            return Ok(Some(standing));
        }
        let owner = Id::random()?;
        if app.store.lock_session(session, &owner, app.limits.lease()).await? {
            let (app, session, seen) = (Arc::clone(app), session.clone(), seen.clone());
            // On its own: a browser that goes away must not cost a new refresh token.
            let renewed = tokio::spawn(async move {
                let renewed = renew_locked(&app, &session, &seen).await;
                // If that fails, the lock runs out by itself.
                drop(app.store.unlock_session(&session, &owner).await);
                renewed
            });
            return renewed.await.map_err(|_| Problem::Host("a refresh has failed".to_owned()))?;
        }
        if Instant::now() > end {
            return Err(Problem::Busy { what: "a refresh takes too long".to_owned(), retry_after: None });
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// Refreshes, while this replica has the lock.
async fn renew_locked(app: &App, session: &Id, seen: &Seen) -> Result<Option<Standing>, Problem> {
    // Read again: who had the lock before may have renewed it.
    let Some(standing) = stored(app, session).await? else { return Ok(None) };
    if standing.is_good(app, seen) {
        return Ok(Some(standing));
    }
    if standing.authorized.refresh_token().is_none() {
        let is_usable = !seen.is_refused && !standing.has_run_out();
        return Ok(is_usable.then_some(standing));
    }
    let Renewal::Refresh(refreshing) = standing.authorized.renew() else { return Ok(None) };
    let (authorized, problem) = refresh(app, refreshing).await;
    let form = serde_json::to_string(&authorized.suspend()).map_err(|error| Problem::Host(error.to_string()))?;
    // Before anybody uses it. It replaces what was read above and nothing else: neither a session that has ended meanwhile,
    // nor the tokens of somebody who took this replica for dead.
    let is_ours =
        standing.form == form || store::insist(|| app.store.replace_tokens(session, &standing.form, &form)).await?;
    if !is_ours {
        return stored(app, session).await;
    }
    let standing = Standing { authorized, mark: Mark(id::digest(&[&form])), form };
    match problem {
        Some(problem) if seen.is_refused || standing.has_run_out() => match problem {
            Problem::Refused(why) => {
                eprintln!("a session is over: {why}");
                Ok(None)
            }
            problem => Err(problem),
        },
        // Either a new token, or an old one that works for a while.
        _ => Ok(Some(standing)),
    }
}

/// The new token. Or the old one, and why.
async fn refresh(app: &App, refreshing: Refreshing) -> (Authorized, Option<Problem>) {
    let answer = timeout(app.limits.request, transport::send(&app.http, refreshing.token_request())).await;
    let response = match answer {
        Ok(Ok(response)) => response,
        Ok(Err(NoAnswer::NotSent(what) | NoAnswer::Lost(what))) => {
            return (refreshing.cancel(), Some(Problem::Busy { what, retry_after: None }));
        }
        Err(_) => {
            let what = "no answer in time".to_owned();
            return (refreshing.cancel(), Some(Problem::Busy { what, retry_after: None }));
        }
    };
    match refreshing.receive_token_response(response, UnixTime::now()) {
        Ok(renewed) => (renewed, None),
        Err(refused) => {
            let is_alive = refused.is_alive();
            let ended = refused.give_up();
            let (what, retry_after) = (ended.error.to_string(), ended.error.retry_after());
            let problem = if is_alive { Problem::Busy { what, retry_after } } else { Problem::Refused(what) };
            (ended.authorized, Some(problem))
        }
    }
}
