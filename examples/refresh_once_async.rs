//! One login, many tasks on tokio, one refresh: `cargo run --example refresh_once_async`.
//!
//! The same as `refresh_once`, and [`TokenSource::bearer`] may be dropped at any `await`, as by a timeout or a closed
//! connection. The refresh runs in a task of its own, so the new refresh token of a server that rotates them is received
//! and saved even if nobody waits for it any more. `cargo test --example refresh_once_async` drops it at each of its
//! `await`s.

extern crate alloc;

use alloc::sync::Arc;
use core::time::Duration;

use authcode::{Authorized, Client, Exchange, NextStep, Refusal as _, Renewal, Secret, Server, UnixTime};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

type Failure = Box<dyn core::error::Error + Send + Sync>;

/// How long before its end a token is renewed: the time of a call to the API, and a clock that is a little off.
const LEEWAY: Duration = Duration::from_secs(30);
/// How long after a failed refresh no other one is tried.
const PAUSE: Duration = Duration::from_secs(10);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
const TASKS: usize = 8;

/// A login that many tasks share. A clone is the same login.
#[derive(Clone)]
struct TokenSource(Arc<Shared>);

struct Shared {
    kept: Mutex<Kept>,
    http: Http,
    store: Store,
}

struct Kept {
    login: Authorized,
    /// The revision of the login that is in the store.
    saved: u32,
    failed_at: Option<Instant>,
}

impl TokenSource {
    /// `login` is already in the store.
    fn new(login: Authorized, http: Http, store: Store) -> Self {
        let kept = Kept { saved: login.revision(), login, failed_at: None };
        Self(Arc::new(Shared { kept: Mutex::new(kept), http, store }))
    }

    /// The `Authorization` header for a call to the API. Dropping this future loses nothing.
    async fn bearer(&self) -> Result<Secret, Failure> {
        let kept = self.0.kept.lock().await;
        if kept.is_current() {
            return Ok(kept.login.bearer()?);
        }
        drop(kept);
        // If this future is dropped, the task still runs to its end: send, receive, save.
        let shared = Arc::clone(&self.0);
        tokio::spawn(async move { shared.renewed_bearer().await }).await?
    }
}

impl Kept {
    /// Whether the token can be used and is in the store.
    fn is_current(&self) -> bool {
        self.saved == self.login.revision() && !self.login.needs_renewal(UnixTime::now(), LEEWAY)
    }
}

impl Shared {
    /// The first task that finds the token expired refreshes it, and holds the lock until the result is saved. The others
    /// wait for the lock, and then find the new token.
    async fn renewed_bearer(&self) -> Result<Secret, Failure> {
        let mut kept = self.kept.lock().await;
        let Kept { login, saved, failed_at } = &mut *kept;
        let mut renewed = Ok(());
        if login.needs_renewal(UnixTime::now(), LEEWAY) {
            // If the server is down, the tasks that waited for the lock do not repeat all attempts one by one.
            if failed_at.is_some_and(|at| at.elapsed() < PAUSE) {
                renewed = Err("a refresh failed a moment ago".into());
            } else {
                renewed = renew(login, &self.http).await;
                *failed_at = renewed.is_err().then(Instant::now);
            }
        }
        // After a failure, too: a refresh token may have been replaced or dropped. A failed save is repeated.
        if *saved != login.revision() {
            self.store.save(login.suspend().to_json()).await?;
            *saved = login.revision();
        }
        match renewed {
            // Until the token has expired, a failed refresh costs nothing.
            Err(error) if login.needs_renewal(UnixTime::now(), Duration::ZERO) => Err(error),
            _ => Ok(login.bearer()?),
        }
    }
}

/// Renews the tokens in place. On an error, `login` still has every token that may work.
async fn renew(login: &mut Authorized, http: &Http) -> Result<(), Failure> {
    match login.renewal() {
        Renewal::Refresh(refresh) => run(&mut Some(refresh.on(login)), http).await.map(drop),
        Renewal::Reauthorize(_) => Err("there is no refresh token: log in again".into()),
    }
}

/// Sends a request, and tries again while that may help. If it fails or is dropped, a state that is still alive is in
/// `slot`.
///
/// It ends: each state counts the responses that it has refused, and the crate limits each pause.
async fn run<X: Exchange>(slot: &mut Option<X>, http: &Http) -> Result<X::Next, Failure> {
    loop {
        let request = slot.as_ref().ok_or("the step has been taken")?.request();
        let response = timeout(REQUEST_TIMEOUT, http.send(request)).await??;
        let step = slot.take().ok_or("the step has been taken")?;
        let error = match step.receive_response(response, UnixTime::now()) {
            Ok(next) => return Ok(next),
            Err(rejected) => rejected.put_back(slot),
        };
        match error.next_step() {
            NextStep::Retry { after } => sleep(after).await,
            _ => return Err(error.into()),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let (http, store) = (Http::new(true), Store::default());
    let tokens = TokenSource::new(expired_login()?, http.clone(), store.clone());

    // A caller that does not wait long enough: its future is dropped while the request is under way.
    let gave_up = timeout(Duration::from_millis(100), tokens.bearer()).await.is_err();
    let task = |tokens: TokenSource| tokio::spawn(async move { tokens.bearer().await });
    let tasks: Vec<_> = (0..TASKS).map(|_| task(tokens.clone())).collect();
    for task in tasks {
        if task.await??.expose() != "Bearer access-2" {
            return Err("not every task has the one new token".into());
        }
    }

    println!("One task gave up during the refresh, and {TASKS} tasks have a token.");
    println!("The server received {} requests: it was busy at the first, and answered the second.", http.requests());
    println!("The login was saved once.");
    if !gave_up || (http.requests(), store.saves()) != (2, 1) {
        return Err("there was not exactly one refresh".into());
    }
    Ok(())
}

/// A login whose access token expired long ago. In your program: `Authorized::resume`, or the end of a login.
fn expired_login() -> Result<Authorized, Failure> {
    let server = Server::new("https://login.example/authorize", "https://login.example/oauth/token")?;
    let client = Client::new(server, "my-app", "com.example.app:/callback")?;
    Ok(Authorized::import(&client.login(), &stub::tokens(1), UnixTime::from_secs(1_700_000_000))?)
}

use stub::{Http, Store};

/// In place of your HTTP client and your store.
mod stub {
    use alloc::sync::Arc;
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use authcode::{HttpRequest, HttpResponse, Secret};
    use tokio::task::yield_now;

    use crate::Failure;

    /// The network and a server that accepts each refresh token once, and ends the login if it sees an old one.
    #[derive(Clone)]
    pub(crate) struct Http(Arc<Mutex<StrictServer>>);

    struct StrictServer {
        /// The number of the refresh token that is valid. `None`: the login has ended.
        refresh_token: Option<u32>,
        is_busy: bool,
        requests: u32,
    }

    impl Http {
        pub(crate) fn new(is_busy: bool) -> Self {
            Self(Arc::new(Mutex::new(StrictServer { refresh_token: Some(1), is_busy, requests: 0 })))
        }

        /// It can be dropped before the server receives the request, and after the server has answered it.
        pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Failure> {
            yield_now().await;
            let response = lock(&self.0).answer(&request);
            yield_now().await;
            Ok(response)
        }

        pub(crate) fn requests(&self) -> u32 {
            lock(&self.0).requests
        }
    }

    impl StrictServer {
        fn answer(&mut self, request: &HttpRequest) -> HttpResponse {
            self.requests += 1;
            if core::mem::take(&mut self.is_busy) {
                return HttpResponse::new(503, "busy");
            }
            let body = request.body.expose();
            let valid = self.refresh_token.filter(|number| body.ends_with(&format!("&refresh_token=refresh-{number}")));
            self.refresh_token = valid.map(|number| number + 1);
            match self.refresh_token {
                Some(number) => HttpResponse::new(200, tokens(number)),
                None => HttpResponse::new(400, r#"{"error":"invalid_grant"}"#),
            }
        }
    }

    /// A place that is as safe as a password's.
    #[derive(Clone, Default)]
    pub(crate) struct Store(Arc<Mutex<Vec<Secret>>>);

    impl Store {
        pub(crate) async fn save(&self, stored: Secret) -> Result<(), Failure> {
            yield_now().await;
            lock(&self.0).push(stored);
            yield_now().await;
            Ok(())
        }

        pub(crate) fn saves(&self) -> usize {
            lock(&self.0).len()
        }

        #[cfg(test)]
        pub(crate) fn newest(&self) -> Option<String> {
            lock(&self.0).last().map(|stored| stored.expose().to_owned())
        }
    }

    pub(crate) fn tokens(number: u32) -> String {
        format!(
            r#"{{"access_token":"access-{number}","refresh_token":"refresh-{number}","token_type":"Bearer","expires_in":3600}}"#
        )
    }

    fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use core::future::poll_fn;
    use core::pin::pin;
    use core::task::Poll;

    use tokio::task::yield_now;

    use super::*;

    /// Polls the future this many times, with a turn for the other tasks after each, then drops it. Whether it had ended.
    async fn drop_after<T>(polls: u32, future: impl Future<Output = T>) -> bool {
        let mut future = pin!(future);
        for _ in 0..polls {
            if poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await.is_ready() {
                return true;
            }
            yield_now().await;
        }
        false
    }

    #[tokio::test]
    async fn bearer_can_be_dropped_at_each_await() {
        for polls in 0.. {
            let (http, store) = (Http::new(false), Store::default());
            let tokens = TokenSource::new(expired_login().unwrap(), http.clone(), store.clone());
            let ended = drop_after(polls, tokens.bearer()).await;
            assert_eq!(tokens.bearer().await.unwrap().expose(), "Bearer access-2", "dropped after {polls} polls");
            assert_eq!((http.requests(), store.saves()), (1, 1), "dropped after {polls} polls");
            assert!(store.newest().unwrap().contains("refresh-2"));
            if ended {
                assert!(polls > 4, "the request, its response and the save each take a poll: {polls}");
                return;
            }
        }
    }

    #[tokio::test]
    async fn waiting_tasks_can_be_dropped_while_another_one_refreshes() {
        let (http, store) = (Http::new(false), Store::default());
        let tokens = TokenSource::new(expired_login().unwrap(), http.clone(), store.clone());
        for polls in 0..8 {
            drop_after(polls, tokens.bearer()).await;
        }
        assert_eq!(tokens.bearer().await.unwrap().expose(), "Bearer access-2");
        assert_eq!((http.requests(), store.saves()), (1, 1));
    }

    #[tokio::test]
    async fn the_driver_keeps_the_state_at_each_await() {
        for polls in 0..6 {
            let http = Http::new(true);
            let mut login = expired_login().unwrap();
            let Renewal::Refresh(refresh) = login.renewal() else { panic!("no refresh token") };
            let mut slot = Some(refresh.on(&mut login));
            // The server is busy at first, and the pause after that is longer than a few polls.
            assert!(!drop_after(polls, run(&mut slot, &http)).await);
            assert!(slot.is_some(), "dropped after {polls} polls");
            assert_eq!(http.requests(), u32::from(polls > 1));
            assert!(run(&mut slot, &http).await.unwrap().rotated, "dropped after {polls} polls");
            assert_eq!(login.bearer().unwrap().expose(), "Bearer access-2");
        }
    }
}
