//! One login, many threads, one refresh: `cargo run --example refresh_once`.
//!
//! A server that rotates refresh tokens and sees an old one again assumes a theft and ends the whole login
//! (RFC 9700 §4.14.2). Two threads that refresh at the same time cause exactly that. [`TokenSource`] prevents it, and is
//! meant to be copied. The example `refresh_once_async` does the same on tokio; for several processes, see *Several
//! workers* in the guide.

use core::time::Duration;
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use authcode::{
    Authorized, Client, Exchange, HttpRequest, HttpResponse, NextStep, Refusal as _, Renewal, Secret, Server, UnixTime,
};

type Failure = Box<dyn core::error::Error + Send + Sync>;

/// How long before its end a token is renewed: the time of a call to the API, and a clock that is a little off.
const LEEWAY: Duration = Duration::from_secs(30);
/// How long after a failed refresh no other one is tried.
const PAUSE: Duration = Duration::from_secs(10);
const THREADS: usize = 8;

/// A login that many threads share.
struct TokenSource<Send, Save> {
    kept: Mutex<Kept>,
    send: Send,
    save: Save,
}

struct Kept {
    login: Authorized,
    /// The revision of the login that is in the store.
    saved: u32,
    failed_at: Option<Instant>,
}

impl<Send, Save> TokenSource<Send, Save>
where
    Send: Fn(HttpRequest) -> Result<HttpResponse, Failure>,
    Save: Fn(Secret) -> Result<(), Failure>,
{
    /// `login` is already in the store.
    fn new(login: Authorized, send: Send, save: Save) -> Self {
        Self { kept: Mutex::new(Kept { saved: login.revision(), login, failed_at: None }), send, save }
    }

    /// The `Authorization` header for a call to the API.
    ///
    /// The first thread that finds the token expired refreshes it, and holds the lock until the result is saved. The
    /// others wait for the lock, and then find the new token.
    fn bearer(&self) -> Result<Secret, Failure> {
        // After a panic, too, the login has every token that may work.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { login, saved, failed_at } = &mut *kept;
        let mut renewed = Ok(());
        if login.needs_renewal(UnixTime::now(), LEEWAY) {
            // If the server is down, the threads that waited for the lock do not repeat all attempts one by one.
            if failed_at.is_some_and(|at| at.elapsed() < PAUSE) {
                renewed = Err("a refresh failed a moment ago".into());
            } else {
                renewed = self.renew(login);
                *failed_at = renewed.is_err().then(Instant::now);
            }
        }
        // After a failure, too: a refresh token may have been replaced or dropped. A failed save is repeated.
        if *saved != login.revision() {
            (self.save)(login.suspend().to_json())?;
            *saved = login.revision();
        }
        match renewed {
            // Until the token has expired, a failed refresh costs nothing.
            Err(error) if login.needs_renewal(UnixTime::now(), Duration::ZERO) => Err(error),
            _ => Ok(login.bearer()?),
        }
    }

    /// Renews the tokens in place. On an error, `login` still has every token that may work.
    fn renew(&self, login: &mut Authorized) -> Result<(), Failure> {
        match login.renewal() {
            Renewal::Refresh(refresh) => run(&mut Some(refresh.on(login)), &self.send).map(drop),
            Renewal::Reauthorize(_) => Err("there is no refresh token: log in again".into()),
        }
    }
}

/// Sends a request, and tries again while that may help. On an error, a state that is still alive is in `slot`.
///
/// It ends: each state counts the responses that it has refused, and the crate limits each pause.
fn run<X: Exchange>(
    slot: &mut Option<X>,
    send: impl Fn(HttpRequest) -> Result<HttpResponse, Failure>,
) -> Result<X::Next, Failure> {
    loop {
        let response = send(slot.as_ref().ok_or("the step has been taken")?.request())?;
        let step = slot.take().ok_or("the step has been taken")?;
        let error = match step.receive_response(response, UnixTime::now()) {
            Ok(next) => return Ok(next),
            Err(rejected) => rejected.put_back(slot),
        };
        match error.next_step() {
            NextStep::Retry { after } => thread::sleep(after),
            _ => return Err(error.into()),
        }
    }
}

fn main() -> Result<(), Failure> {
    let server = Mutex::new(StrictServer { refresh_token: 1, is_busy: true, requests: 0 });
    let send = |request: HttpRequest| {
        let mut server = server.lock().map_err(|_| "the server has failed")?;
        Ok(server.answer(&request))
    };
    // In your program: a place that is as safe as a password's.
    let store = Mutex::new(Vec::new());
    let save = |stored: Secret| {
        store.lock().map_err(|_| "the store has failed")?.push(stored);
        Ok(())
    };
    let tokens = TokenSource::new(expired_login()?, send, save);

    // Every thread finds the token expired, at the same moment.
    let start = Barrier::new(THREADS);
    let bearers = thread::scope(|scope| {
        let task = || {
            start.wait();
            tokens.bearer()
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(task)).collect();
        threads.into_iter().map(|task| task.join().map_err(|_| "a thread panicked")?).collect::<Result<Vec<_>, _>>()
    })?;

    let requests = server.lock().map_err(|_| "the server has failed")?.requests;
    let saves = store.lock().map_err(|_| "the store has failed")?.len();
    println!("{} threads have a token.", bearers.len());
    println!("The server received {requests} requests: it was busy at the first, and answered the second.");
    println!("The login was saved once.");
    if (requests, saves) != (2, 1) || bearers.iter().any(|bearer| bearer.expose() != "Bearer access-2") {
        return Err("not every thread has the one new token".into());
    }
    Ok(())
}

/// A login whose access token expired long ago. In your program: `Authorized::resume`, or the end of a login.
fn expired_login() -> Result<Authorized, Failure> {
    let server = Server::new("https://login.example/authorize", "https://login.example/oauth/token")?;
    let client = Client::new(server, "my-app", "com.example.app:/callback")?;
    Ok(Authorized::import(&client.login(), &tokens(1), UnixTime::from_secs(1_700_000_000))?)
}

/// The network and a server that accepts each refresh token once, and ends the login if it sees an old one.
struct StrictServer {
    /// The number of the refresh token that is valid.
    refresh_token: u32,
    is_busy: bool,
    requests: u32,
}

impl StrictServer {
    fn answer(&mut self, request: &HttpRequest) -> HttpResponse {
        self.requests += 1;
        if core::mem::take(&mut self.is_busy) {
            return HttpResponse::new(503, "busy");
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
