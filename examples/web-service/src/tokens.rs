//! The tokens of a session, refreshed by one replica at a time.

use core::time::Duration;
use std::sync::Arc;

use authcode::{Authorized, NextStep, Renewal, ResumeError, Secret, Suspended, UnixTime};
use tokio::time::{Instant, sleep};

use crate::app::App;
use crate::id::{self, Id};
use crate::problem::Problem;
use crate::store;
use crate::transport::{self, Reason};

/// How often a replica checks whether another one has refreshed the tokens.
const POLL_INTERVAL: Duration = Duration::from_millis(25);

/// Identifies the tokens of one response: a digest.
#[derive(Clone, PartialEq)]
pub(crate) struct Mark(pub(crate) String);

/// The tokens of a session, and how they are stored.
pub(crate) struct StoredLogin {
    pub(crate) authorized: Authorized,
    form: Secret,
}

/// The tokens that a request has found, and whether the API refused the access token.
#[derive(Clone)]
struct Seen {
    mark: Mark,
    is_refused: bool,
}

impl StoredLogin {
    fn resume(app: &App, form: Secret) -> Result<Self, ResumeError> {
        let stored = Suspended::from_json(form.expose())?;
        let authorized = Authorized::resume(stored, app.client()).map_err(|rejected| rejected.into_error())?;
        Ok(Self { authorized, form })
    }

    pub(crate) fn mark(&self) -> Mark {
        let tokens = self.authorized.tokens();
        Mark(id::digest(&[tokens.access_token().expose(), &tokens.received_at().as_secs().to_string()]))
    }

    fn has_expired(&self) -> bool {
        self.authorized.needs_renewal(UnixTime::now(), Duration::ZERO)
    }

    /// Whether to use the access token without a refresh. One that another request has just obtained is used until it
    /// expires, whatever the leeway is.
    fn is_usable(&self, app: &App, seen: &Seen) -> bool {
        if self.mark() == seen.mark {
            !seen.is_refused && !self.authorized.needs_renewal(UnixTime::now(), app.limits.leeway)
        } else {
            !self.has_expired()
        }
    }
}

/// The tokens of a session as they are stored, expired or not. `None` if there is no such session.
pub(crate) async fn stored(app: &App, session: &Id) -> Result<Option<StoredLogin>, Problem> {
    let Some(form) = app.store.tokens(session).await? else { return Ok(None) };
    match StoredLogin::resume(app, form.into()) {
        Ok(login) => Ok(Some(login)),
        Err(error) if error.next_step() == NextStep::StartOver => {
            eprintln!("a session has ended: {error}");
            Ok(None)
        }
        // It belongs to another configuration: a replica that has that one can still use it.
        Err(error) => Err(Problem::OtherClient(error.to_string())),
    }
}

/// Tokens that have not expired, and other than those that the API `refused`. `None` if the user must log in again.
pub(crate) async fn fresh(app: &Arc<App>, session: &Id, refused: Option<Mark>) -> Result<Option<StoredLogin>, Problem> {
    let end = Instant::now() + app.limits.lease();
    let mut seen = refused.map(|mark| Seen { mark, is_refused: true });
    loop {
        let Some(login) = stored(app, session).await? else { return Ok(None) };
        let seen = seen.get_or_insert_with(|| Seen { mark: login.mark(), is_refused: false });
        if login.is_usable(app, seen) {
            return Ok(Some(login));
        }
        // In a task of its own: if the browser disconnects after the request was sent, the new refresh token is still
        // received and stored.
        let renewal = renew_alone(Arc::clone(app), session.clone(), seen.clone());
        if let Some(renewed) = app.run_to_end(renewal).await? {
            return Ok(renewed);
        }
        // Another request refreshes. Nobody waits for it while the token is good.
        if !seen.is_refused && !login.has_expired() {
            return Ok(Some(login));
        }
        if Instant::now() > end {
            return Err(Problem::Busy { what: "a refresh takes too long".to_owned(), retry_after: None });
        }
        sleep(POLL_INTERVAL).await;
    }
}

/// Refreshes under the lock of the store. The outer `None` if another request holds the lock.
async fn renew_alone(app: Arc<App>, session: Id, seen: Seen) -> Result<Option<Option<StoredLogin>>, Problem> {
    let owner = Id::random()?;
    if !app.store.lock_session(&session, &owner, app.limits.lease()).await? {
        return Ok(None);
    }
    let renewed = renew_locked(&app, &session, &seen).await;
    // If this fails, the lock expires.
    drop(app.store.unlock_session(&session, &owner).await);
    renewed.map(Some)
}

async fn renew_locked(app: &App, session: &Id, seen: &Seen) -> Result<Option<StoredLogin>, Problem> {
    // Read again: the previous holder of the lock may have refreshed it.
    let Some(mut login) = stored(app, session).await? else { return Ok(None) };
    if login.is_usable(app, seen) {
        return Ok(Some(login));
    }
    let saved = login.authorized.revision();
    let renewed = renew(app, &mut login.authorized).await;
    // After an error, too: a refresh token may have been dropped, replaced or refused.
    if login.authorized.revision() != saved {
        let form = login.authorized.suspend().to_json();
        // Before anybody uses the new token, and only over what was read above: neither a session that has ended since,
        // nor tokens of a replica that got the lock when this one had lost it.
        let (old, new) = (login.form.expose(), form.expose());
        if !store::with_retries(|| app.store.replace_tokens(session, old, new)).await? {
            return stored(app, session).await;
        }
        login.form = form;
    }
    match renewed {
        Ok(()) => Ok(Some(login)),
        // The access token is good until it expires.
        Err(_) if !seen.is_refused && !login.has_expired() => Ok(Some(login)),
        Err(NotRenewed::LogInAgain(reason)) => {
            eprintln!("a user has to log in again: {reason}");
            Ok(None)
        }
        Err(NotRenewed::Later(problem)) => Err(problem),
    }
}

/// Why there are no new tokens.
enum NotRenewed {
    /// The user is needed. The login may still have a refresh token, if the server did not say that it is dead.
    LogInAgain(String),
    /// The login is unchanged, and a later refresh may succeed.
    Later(Problem),
}

/// Renews the login in place. On an error it still has every token that may work.
async fn renew(app: &App, authorized: &mut Authorized) -> Result<(), NotRenewed> {
    let refresh = match authorized.renewal() {
        Renewal::Refresh(refresh) => refresh,
        Renewal::Reauthorize(_) => return Err(NotRenewed::LogInAgain("there is no refresh token".to_owned())),
    };
    // The lock outlives this.
    let end = Instant::now() + app.limits.request;
    let reason = match transport::run(&app.http, refresh.on(authorized), end).await {
        Ok(_) => return Ok(()),
        Err(stopped) => stopped.reason,
    };
    let what = reason.to_text();
    let retry_after = match reason {
        Reason::Refused(error) => match error.next_step() {
            NextStep::StartOver => return Err(NotRenewed::LogInAgain(what)),
            NextStep::Fix => return Err(NotRenewed::Later(Problem::Fix(what))),
            NextStep::Retry { after } => Some(after),
            _ => None,
        },
        // It has been sent once more already. The next time is when a token is next needed.
        Reason::NoResponse(_) => None,
    };
    Err(NotRenewed::Later(Problem::Busy { what, retry_after }))
}
