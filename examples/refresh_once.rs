//! One login, many threads, one refresh: `cargo run --example refresh_once`.
//!
//! A server that rotates refresh tokens and sees an old one again assumes a theft and ends the whole login
//! (RFC 9700 §4.14.2). Two threads that refresh at the same time cause exactly that. [`TokenSource`] prevents it, and is
//! meant to be copied. Nobody waits for a refresh while there is a token that has not expired, and nobody longer than they
//! want. The example `refresh_once_async` does the same on tokio; for several processes, see *Several workers* in the guide.

extern crate alloc;

use alloc::sync::Arc;
use core::time::Duration;
use std::sync::{Barrier, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use authcode::{
    Authorized, Client, Exchange as _, HttpRequest, HttpResponse, NextStep, Refreshing, Renewal, Resend, Secret,
    Server, UnixTime,
};

type Failure = Box<dyn core::error::Error + Send + Sync>;

/// How long before its end a token is renewed: the time of a call to the API, and a clock that is a little off.
const LEEWAY: Duration = Duration::from_secs(30);
/// How long a refresh may take, with all of its retries.
const STEP_LIMIT: Duration = Duration::from_secs(60);
/// How long after a failed refresh no other one is tried, unless the server asks for a longer pause.
const PAUSE: Duration = Duration::from_secs(10);
const THREADS: usize = 8;

/// A login that many threads share. A clone is the same login.
struct TokenSource<Send, Save>(Arc<Shared<Send, Save>>);

struct Shared<Send, Save> {
    /// Held for moments only.
    kept: Mutex<Kept>,
    refresh_ended: Condvar,
    send: Send,
    save: Save,
}

struct Kept {
    login: Authorized,
    /// The revision of the login that is in the store.
    saved: u32,
    is_refreshing: bool,
    /// After a failure: when the next refresh may be tried, and what was wrong.
    failed: Option<(Instant, String)>,
}

impl<Send, Save> TokenSource<Send, Save>
where
    Send: Fn(HttpRequest) -> Result<HttpResponse, Failure> + core::marker::Send + Sync + 'static,
    Save: Fn(Secret) -> Result<(), Failure> + core::marker::Send + Sync + 'static,
{
    /// `login` is already in the store. `send` has a timeout of its own.
    fn new(login: Authorized, send: Send, save: Save) -> Self {
        let kept = Kept { saved: login.revision(), login, is_refreshing: false, failed: None };
        Self(Arc::new(Shared { kept: Mutex::new(kept), refresh_ended: Condvar::new(), send, save }))
    }

    /// The `Authorization` header for a call to the API. Without a valid token, waits at most `limit` for a refresh.
    ///
    /// The first thread that finds the token about to expire starts a thread that refreshes it. Until it has expired,
    /// nobody waits for that.
    fn bearer(&self, limit: Duration) -> Result<Secret, Failure> {
        let end = Instant::now() + limit;
        let mut kept = self.0.kept();
        loop {
            if let Some(bearer) = kept.usable(LEEWAY)? {
                return Ok(bearer);
            }
            if !kept.is_refreshing && kept.failed.as_ref().is_none_or(|(until, _)| *until <= Instant::now()) {
                kept.is_refreshing = true;
                let shared = Arc::clone(&self.0);
                thread::spawn(move || Turn(&shared).take());
            }
            if let Some(bearer) = kept.usable(Duration::ZERO)? {
                return Ok(bearer);
            }
            if let (false, Some((_, text))) = (kept.is_refreshing, &kept.failed) {
                return Err(format!("the last refresh failed: {text}").into());
            }
            let left = end.checked_duration_since(Instant::now()).ok_or("the refresh takes too long")?;
            kept = self.0.refresh_ended.wait_timeout(kept, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Kept {
    /// The header, if the token is in the store and does not expire within `leeway`.
    fn usable(&self, leeway: Duration) -> Result<Option<Secret>, Failure> {
        let is_usable = self.saved == self.login.revision() && !self.login.needs_renewal(UnixTime::now(), leeway);
        Ok(if is_usable { Some(self.login.bearer()?) } else { None })
    }
}

/// The turn to refresh. It ends even if `send` or `save` panics.
struct Turn<'a, Send, Save>(&'a Shared<Send, Save>);

impl<Send, Save> Turn<'_, Send, Save>
where
    Send: Fn(HttpRequest) -> Result<HttpResponse, Failure>,
    Save: Fn(Secret) -> Result<(), Failure>,
{
    /// Renews the tokens and saves them.
    fn take(self) {
        let renewed = self.0.renew();
        // After a failure, too: a refresh token may have been replaced or dropped. A failed save is repeated.
        let saved = self.0.save_if_changed();
        self.0.kept().failed = match (renewed, saved) {
            (Ok(()), Ok(())) => None,
            (Err((error, pause)), _) => Some((Instant::now() + pause, error.to_string())),
            (Ok(()), Err(error)) => Some((Instant::now() + PAUSE, error.to_string())),
        };
    }
}

impl<Send, Save> Drop for Turn<'_, Send, Save> {
    fn drop(&mut self) {
        self.0.kept().is_refreshing = false;
        self.0.refresh_ended.notify_all();
    }
}

impl<Send, Save> Shared<Send, Save> {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        // After a panic, too, the login has every token that may work.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Send, Save> Shared<Send, Save>
where
    Send: Fn(HttpRequest) -> Result<HttpResponse, Failure>,
    Save: Fn(Secret) -> Result<(), Failure>,
{
    /// Renews the tokens in place, by the rule of every driver. On an error, the login still has every token that may
    /// work, and no refresh is tried for as long as the error says. No lock is held while it sends or sleeps.
    fn renew(&self) -> Result<(), (Failure, Duration)> {
        let end = Instant::now() + STEP_LIMIT;
        let mut may_resend = matches!(Refreshing::RESEND, Resend::Once | Resend::Freely);
        loop {
            if !self.kept().login.needs_renewal(UnixTime::now(), LEEWAY) {
                return Ok(()); // it only has to be saved
            }
            let Renewal::Refresh(refresh) = self.kept().login.renewal() else {
                return Err(("there is no refresh token: log in again".into(), PAUSE));
            };
            let response = match (self.send)(refresh.request()) {
                Ok(response) => response,
                // No response came: once more, at once.
                Err(_) if Instant::now() < end && core::mem::take(&mut may_resend) => continue,
                Err(error) => return Err((error, PAUSE)),
            };
            let renewed = refresh.receive_response(&mut self.kept().login, response, UnixTime::now());
            let Err(error) = renewed else { return Ok(()) };
            match error.next_step() {
                NextStep::Retry { after } if Instant::now() + after < end => thread::sleep(after),
                NextStep::Retry { after } => return Err((error.into(), after.max(PAUSE))),
                _ => return Err((error.into(), PAUSE)),
            }
        }
    }

    fn save_if_changed(&self) -> Result<(), Failure> {
        let (form, revision) = {
            let kept = self.kept();
            if kept.saved == kept.login.revision() {
                return Ok(());
            }
            (kept.login.suspend().to_json(), kept.login.revision())
        };
        (self.save)(form)?;
        self.kept().saved = revision;
        Ok(())
    }
}

fn main() -> Result<(), Failure> {
    one_refresh_for_all()?;
    println!();
    nobody_waits_without_need()
}

/// Every thread finds the token expired, at the same moment.
fn one_refresh_for_all() -> Result<(), Failure> {
    let (server, store) = (Arc::new(Mutex::new(StrictServer::new(Some("1")))), Arc::new(Mutex::new(Vec::new())));
    let tokens = token_source(login_with(Duration::ZERO)?, &server, &store);
    let start = Barrier::new(THREADS);
    let bearers = thread::scope(|scope| {
        let task = || {
            start.wait();
            tokens.bearer(Duration::from_secs(30))
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(task)).collect();
        threads.into_iter().map(|task| task.join().map_err(|_| "a thread panicked")?).collect::<Result<Vec<_>, _>>()
    })?;

    let (requests, saves) = (lock(&server).requests, lock(&store).len());
    println!("{} threads have a token.", bearers.len());
    println!("The server received {requests} requests: it was busy at the first, and answered the second.");
    println!("The login was saved once.");
    if (requests, saves) != (2, 1) || bearers.iter().any(|bearer| bearer.expose() != "Bearer access-2") {
        return Err("not every thread has the one new token".into());
    }
    Ok(())
}

/// The server is busy, and asks for a short pause, then for a long one. The token is good for some more seconds.
fn nobody_waits_without_need() -> Result<(), Failure> {
    for pause in ["5", "300"] {
        let (server, store) = (Arc::new(Mutex::new(StrictServer::new(Some(pause)))), Arc::new(Mutex::new(Vec::new())));
        let tokens = token_source(login_with(Duration::from_secs(20))?, &server, &store);
        let start = Instant::now();
        let bearer = tokens.bearer(Duration::from_secs(30))?;
        if bearer.expose() != "Bearer access-1" || start.elapsed() > Duration::from_secs(1) {
            return Err("the token was still good".into());
        }
        // Another login, whose token has expired.
        let tokens =
            token_source(login_with(Duration::ZERO)?, &Arc::new(Mutex::new(StrictServer::new(Some(pause)))), &store);
        let (start, outcome) = (Instant::now(), tokens.bearer(Duration::from_millis(500)));
        let has_waited = start.elapsed();
        if outcome.is_ok() || has_waited > Duration::from_secs(2) {
            return Err("a thread waited for longer than it wanted".into());
        }
        println!(
            "A pause of {pause} s: a token that was still good came at once, and {} ms were waited for another.",
            has_waited.as_millis()
        );
    }
    Ok(())
}

type SendFn = Box<dyn Fn(HttpRequest) -> Result<HttpResponse, Failure> + Send + Sync>;
type SaveFn = Box<dyn Fn(Secret) -> Result<(), Failure> + Send + Sync>;

fn token_source(
    login: Authorized,
    server: &Arc<Mutex<StrictServer>>,
    store: &Arc<Mutex<Vec<Secret>>>,
) -> TokenSource<SendFn, SaveFn> {
    let (server, store) = (Arc::clone(server), Arc::clone(store));
    let send: SendFn = Box::new(move |request| Ok(lock(&server).answer(&request)));
    // In your program: a place that is as safe as a password's.
    let save: SaveFn = Box::new(move |stored| {
        lock(&store).push(stored);
        Ok(())
    });
    TokenSource::new(login, send, save)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A login whose access token is good for so long. In your program: `Authorized::resume`, or the end of a login.
fn login_with(left: Duration) -> Result<Authorized, Failure> {
    let server = Server::new("https://login.example/authorize", "https://login.example/oauth/token")?;
    let client = Client::new(server, "my-app", "com.example.app:/callback")?;
    let hour = Duration::from_secs(3600);
    let received_at = UnixTime::from_secs(UnixTime::now().as_secs().saturating_sub((hour - left).as_secs()));
    Ok(Authorized::import(&client.login(), &tokens(1), received_at)?)
}

/// The network and a server that accepts each refresh token once, and ends the login if it sees an old one.
struct StrictServer {
    /// The number of the refresh token that is valid.
    refresh_token: u32,
    /// How long a pause it asks for at the first request.
    busy: Option<&'static str>,
    requests: u32,
}

impl StrictServer {
    const fn new(busy: Option<&'static str>) -> Self {
        Self { refresh_token: 1, busy, requests: 0 }
    }

    fn answer(&mut self, request: &HttpRequest) -> HttpResponse {
        self.requests += 1;
        if let Some(pause) = self.busy.take() {
            return HttpResponse::new(503, "busy").with_headers([("retry-after", pause)]);
        }
        if !request.body.expose().ends_with(&format!("&refresh_token=refresh-{}", self.refresh_token)) {
            return HttpResponse::new(400, r#"{"error":"invalid_grant"}"#);
        }
        self.refresh_token += 1;
        HttpResponse::new(200, tokens(self.refresh_token))
    }
}

fn tokens(number: u32) -> String {
    format!(
        r#"{{"access_token":"access-{number}","refresh_token":"refresh-{number}","token_type":"Bearer","expires_in":3600}}"#
    )
}
