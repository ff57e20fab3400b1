//! One login, many tasks on tokio, one refresh: `cargo run --example refresh_once_async`.
//!
//! The same as `refresh_once`, and [`TokenSource::bearer`] may be dropped at any `await`, as by a timeout or a closed
//! connection. The refresh runs in a task of its own, so the new refresh token of a server that rotates them is received
//! and saved even if nobody waits for it any more. Until the token has expired, nobody waits for it at all. `cargo test
//! --example refresh_once_async` drops it at each of its `await`s.

extern crate alloc;

use alloc::sync::Arc;
use core::time::Duration;

use std::sync::{Mutex, MutexGuard, PoisonError};

use authcode::{
    Authorized, Client, Exchange as _, HttpRequest, HttpResponse, NextStep, Refreshing, Renewal, Resend, Secret,
    Server, UnixTime,
};
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep, timeout};

type Failure = Box<dyn core::error::Error + Send + Sync>;

/// How long before its end a token is renewed: the time of a call to the API, and a clock that is a little off.
const LEEWAY: Duration = Duration::from_secs(30);
/// How long a refresh may take, with all of its retries.
const STEP_LIMIT: Duration = Duration::from_secs(60);
/// How long after a failed refresh no other one is tried, unless the server asks for a longer pause.
const PAUSE: Duration = Duration::from_secs(10);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
const TASKS: usize = 8;

/// A login that many tasks share. A clone is the same login.
#[derive(Clone)]
struct TokenSource(Arc<Shared>);

struct Shared {
    /// Held for moments only, and across no `await`.
    kept: Mutex<Kept>,
    /// The turn to refresh, held with all of its pauses.
    turn: Arc<tokio::sync::Mutex<()>>,
    http: Http,
    store: Store,
}

struct Kept {
    login: Authorized,
    /// The revision of the login that is in the store.
    saved: u32,
    /// After a failure: when the next refresh may be tried.
    not_before: Option<Instant>,
}

impl TokenSource {
    /// `login` is already in the store.
    fn new(login: Authorized, http: Http, store: Store) -> Self {
        let kept = Mutex::new(Kept { saved: login.revision(), login, not_before: None });
        Self(Arc::new(Shared { kept, turn: Arc::default(), http, store }))
    }

    /// The `Authorization` header for a call to the API. Dropping this future loses nothing.
    ///
    /// The first task that finds the token about to expire starts a task that refreshes it. Until it has expired, nobody
    /// waits for that.
    async fn bearer(&self) -> Result<Secret, Failure> {
        let shared = &self.0;
        if let Some(bearer) = shared.usable(LEEWAY)? {
            return Ok(bearer);
        }
        let turn = match Arc::clone(&shared.turn).try_lock_owned() {
            Ok(turn) => turn,
            Err(_) => match shared.usable(Duration::ZERO)? {
                Some(bearer) => return Ok(bearer),
                None => Arc::clone(&shared.turn).lock_owned().await,
            },
        };
        // If this future is dropped, the task still runs to its end: send, receive, save.
        let task = tokio::spawn(Arc::clone(shared).renewed_bearer(turn));
        match shared.usable(Duration::ZERO)? {
            Some(bearer) => Ok(bearer),
            None => task.await?,
        }
    }
}

impl Shared {
    /// Renews the tokens and saves them, unless the task that had the turn before has done so.
    async fn renewed_bearer(self: Arc<Self>, _turn: OwnedMutexGuard<()>) -> Result<Secret, Failure> {
        if let Some(bearer) = self.usable(LEEWAY)? {
            return Ok(bearer);
        }
        let not_before = self.kept().not_before;
        let renewed = match not_before {
            // If the server is down, the tasks that waited for their turn do not repeat all attempts one by one.
            Some(not_before) if Instant::now() < not_before => Err("a refresh failed a moment ago".into()),
            _ => self.renew().await,
        };
        // After a failure, too: a refresh token may have been replaced or dropped. A failed save is repeated.
        self.save_if_changed().await?;
        match (self.usable(Duration::ZERO)?, renewed) {
            // Until the token has expired, a failed refresh costs nothing.
            (Some(bearer), _) => Ok(bearer),
            (None, Err(error)) => Err(error),
            // The server gives tokens that have expired when they come.
            (None, Ok(())) => Ok(self.kept().login.bearer()?),
        }
    }

    /// Renews the tokens in place, by the rule of every driver. On an error, the login still has every token that may
    /// work, and no refresh is tried for a while. No lock is held while it sends or sleeps.
    async fn renew(&self) -> Result<(), Failure> {
        let end = Instant::now() + STEP_LIMIT;
        let mut may_resend = matches!(Refreshing::RESEND, Resend::Once | Resend::Freely);
        self.kept().not_before = None;
        loop {
            if !self.kept().login.needs_renewal(UnixTime::now(), LEEWAY) {
                return Ok(()); // it only has to be saved
            }
            let Renewal::Refresh(refresh) = self.kept().login.renewal() else {
                return Err("there is no refresh token: log in again".into());
            };
            let response = match self.send(refresh.request()).await {
                Ok(response) => response,
                // No response came: once more, at once.
                Err(_) if Instant::now() < end && core::mem::take(&mut may_resend) => continue,
                Err(error) => return Err(self.failed(error, PAUSE)),
            };
            let renewed = refresh.receive_response(&mut self.kept().login, response, UnixTime::now());
            let Err(error) = renewed else { return Ok(()) };
            match error.next_step() {
                NextStep::Retry { after } if Instant::now() + after < end => sleep(after).await,
                NextStep::Retry { after } => return Err(self.failed(error.into(), after.max(PAUSE))),
                _ => return Err(self.failed(error.into(), PAUSE)),
            }
        }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        timeout(REQUEST_TIMEOUT, self.http.send(request)).await?
    }

    fn failed(&self, error: Failure, pause: Duration) -> Failure {
        self.kept().not_before = Some(Instant::now() + pause);
        error
    }

    async fn save_if_changed(&self) -> Result<(), Failure> {
        let (form, revision) = {
            let kept = self.kept();
            if kept.saved == kept.login.revision() {
                return Ok(());
            }
            (kept.login.suspend().to_json(), kept.login.revision())
        };
        self.store.save(form).await?;
        self.kept().saved = revision;
        Ok(())
    }

    /// The header, if the token is in the store and does not expire within `leeway`.
    fn usable(&self, leeway: Duration) -> Result<Option<Secret>, Failure> {
        let Kept { login, saved, .. } = &*self.kept();
        let is_usable = *saved == login.revision() && !login.needs_renewal(UnixTime::now(), leeway);
        Ok(if is_usable { Some(login.bearer()?) } else { None })
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // After a panic, too, the login has every token that may work.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let (http, store) = (Http::new(Some("1")), Store::default());
    let tokens = TokenSource::new(login_with(Duration::ZERO)?, http.clone(), store.clone());

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

/// A login whose access token is good for so long. In your program: `Authorized::resume`, or the end of a login.
fn login_with(left: Duration) -> Result<Authorized, Failure> {
    let server = Server::new("https://login.example/authorize", "https://login.example/oauth/token")?;
    let client = Client::new(server, "my-app", "com.example.app:/callback")?;
    let hour = Duration::from_secs(3600);
    let received_at = UnixTime::from_secs(UnixTime::now().as_secs().saturating_sub((hour - left).as_secs()));
    Ok(Authorized::import(&client.login(), &stub::tokens(1), received_at)?)
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
        /// How long a pause it asks for at the first request.
        busy: Option<&'static str>,
        /// How many of the next requests are lost.
        losses: u32,
        requests: u32,
    }

    impl Http {
        pub(crate) fn new(busy: Option<&'static str>) -> Self {
            Self(Arc::new(Mutex::new(StrictServer { refresh_token: Some(1), busy, losses: 0, requests: 0 })))
        }

        #[cfg(test)]
        pub(crate) fn lose(&self, requests: u32) {
            lock(&self.0).losses = requests;
        }

        /// It can be dropped before the server receives the request, and after the server has answered it.
        pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Failure> {
            yield_now().await;
            let response = lock(&self.0).answer(&request);
            yield_now().await;
            response.ok_or_else(|| "connection reset".into())
        }

        pub(crate) fn requests(&self) -> u32 {
            lock(&self.0).requests
        }
    }

    impl StrictServer {
        /// `None` if the request is lost.
        fn answer(&mut self, request: &HttpRequest) -> Option<HttpResponse> {
            self.requests += 1;
            if self.losses > 0 {
                self.losses -= 1;
                return None;
            }
            if let Some(pause) = self.busy.take() {
                return Some(HttpResponse::new(503, "busy").with_headers([("retry-after", pause)]));
            }
            let body = request.body.expose();
            let valid = self.refresh_token.filter(|number| body.ends_with(&format!("&refresh_token=refresh-{number}")));
            self.refresh_token = valid.map(|number| number + 1);
            Some(match self.refresh_token {
                Some(number) => HttpResponse::new(200, tokens(number)),
                None => HttpResponse::new(400, r#"{"error":"invalid_grant"}"#),
            })
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

    /// A login whose token is good for so long, and its server, which asks for a pause first.
    fn shared_login(left: u64, busy: Option<&'static str>) -> (TokenSource, Http, Store) {
        let (http, store) = (Http::new(busy), Store::default());
        let login = login_with(Duration::from_secs(left)).unwrap();
        (TokenSource::new(login, http.clone(), store.clone()), http, store)
    }

    #[tokio::test]
    async fn bearer_can_be_dropped_at_each_await() {
        for polls in 0.. {
            let (tokens, http, store) = shared_login(0, None);
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
        let (tokens, http, store) = shared_login(0, None);
        for polls in 0..8 {
            drop_after(polls, tokens.bearer()).await;
        }
        assert_eq!(tokens.bearer().await.unwrap().expose(), "Bearer access-2");
        assert_eq!((http.requests(), store.saves()), (1, 1));
    }

    #[tokio::test]
    async fn the_driver_keeps_the_login_at_each_await() {
        for polls in 0..6 {
            let (tokens, http, _) = shared_login(0, Some("1"));
            // The server is busy at first, and the pause after that is longer than a few polls.
            assert!(!drop_after(polls, tokens.0.renew()).await);
            assert_eq!(http.requests(), u32::from(polls > 1));
            tokens.0.renew().await.unwrap();
            assert_eq!(
                tokens.0.kept().login.bearer().unwrap().expose(),
                "Bearer access-2",
                "dropped after {polls} polls"
            );
        }
    }

    #[tokio::test]
    async fn a_token_that_is_still_good_comes_at_once_while_the_server_is_busy() {
        for pause in ["5", "300"] {
            let (tokens, http, _) = shared_login(20, Some(pause));
            let start = Instant::now();
            for _ in 0..20 {
                assert_eq!(tokens.bearer().await.unwrap().expose(), "Bearer access-1");
                yield_now().await;
            }
            assert_eq!(http.requests(), 1, "{pause}");
            assert!(start.elapsed() < Duration::from_secs(4));
        }
    }

    #[tokio::test]
    async fn a_caller_that_cannot_wait_for_the_pause_loses_nothing() {
        let (tokens, http, store) = shared_login(0, Some("1"));
        assert!(timeout(Duration::from_millis(100), tokens.bearer()).await.is_err());
        assert_eq!(tokens.bearer().await.unwrap().expose(), "Bearer access-2");
        assert_eq!((http.requests(), store.saves()), (2, 1));
    }

    #[tokio::test]
    async fn a_longer_pause_than_a_minute_ends_the_refresh_and_is_kept() {
        let (tokens, http, _) = shared_login(0, Some("300"));
        for _ in 0..20 {
            assert!(timeout(Duration::from_secs(5), tokens.bearer()).await.unwrap().is_err());
        }
        assert_eq!(http.requests(), 1);
        assert!(tokens.0.kept().not_before.unwrap() > Instant::now() + Duration::from_secs(290));
        tokens.0.kept().not_before = Some(Instant::now());
        assert_eq!(tokens.bearer().await.unwrap().expose(), "Bearer access-2");
    }

    #[tokio::test]
    async fn without_a_response_a_refresh_is_sent_once_more() {
        for (losses, is_renewed) in [(1, true), (2, false)] {
            let (tokens, http, _) = shared_login(0, None);
            http.lose(losses);
            assert_eq!(tokens.bearer().await.is_ok(), is_renewed);
            assert_eq!(http.requests(), 2);
            tokens.0.kept().not_before = None;
            assert_eq!(tokens.bearer().await.unwrap().expose(), "Bearer access-2");
        }
    }
}
