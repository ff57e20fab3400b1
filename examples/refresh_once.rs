//! One login, many tasks, one refresh: `cargo run --example refresh_once`.
//!
//! A server that sees an old refresh token again takes it for stolen and ends the whole login (RFC 9700 §4.14.2). Two
//! tasks that refresh at once do just that. [`TokenSource`] is what keeps them apart, and is meant to be copied; with
//! an async runtime, take its mutex in place of this one. What several processes need stands in the documentation of
//! the crate, under *Several workers*.

use core::time::Duration;
use std::sync::{Barrier, Mutex};
use std::thread;

use authcode::{
    Authorized, Client, ClientAuth, HttpRequest, HttpResponse, Redirect, Renewal, Secret, Server, UnixTime,
};

type Failure = Box<dyn core::error::Error + Send + Sync>;

/// Half a minute covers the way to the API, and a clock that is a little off.
const LEEWAY: Duration = Duration::from_secs(30);
const TASKS: usize = 8;

/// A login that many tasks share.
struct TokenSource<Send> {
    /// Empty once the user has to log in again.
    login: Mutex<Option<Authorized>>,
    send: Send,
}

impl<Send: Fn(HttpRequest) -> Result<HttpResponse, Failure>> TokenSource<Send> {
    fn new(login: Authorized, send: Send) -> Self {
        Self { login: Mutex::new(Some(login)), send }
    }

    /// The `Authorization` header for a call of the API, of a token that has time left.
    ///
    /// The first task that finds it run out refreshes it and keeps the lock for so long. The others wait there, and
    /// then find the new one.
    fn bearer(&self) -> Result<Secret, Failure> {
        let mut login = self.login.lock().map_err(|_| "a task has failed in the middle of a refresh")?;
        let mut authorized = login.take().ok_or("the user must log in again")?;
        if authorized.needs_renewal(UnixTime::now(), LEEWAY) {
            authorized = self.refresh(authorized)?;
        }
        let bearer = authorized.bearer();
        *login = Some(authorized);
        Ok(bearer?)
    }

    /// A new token, or the old one as long as nothing else is to be had.
    fn refresh(&self, authorized: Authorized) -> Result<Authorized, Failure> {
        let Renewal::Refresh(refreshing) = authorized.renew() else {
            return Err("the user must log in again".into());
        };
        let Ok(response) = (self.send)(refreshing.token_request()) else {
            return Ok(refreshing.cancel());
        };
        match refreshing.receive_token_response(response, UnixTime::now()) {
            Ok(renewed) => {
                // A host with a store writes `renewed.suspend()` to it here, before anybody uses the token.
                let rotated = renewed.refreshed().is_some_and(|refreshed| refreshed.rotated);
                println!("refreshed; the refresh token is {}", if rotated { "a new one" } else { "the old one" });
                Ok(renewed)
            }
            // The old token, which still works.
            Err(refused) => Ok(refused.give_up().authorized),
        }
    }
}

fn main() -> Result<(), Failure> {
    let server = Mutex::new(StrictServer { refresh_token: 1, requests: 0 });
    let send = |request: HttpRequest| {
        let mut server = server.lock().map_err(|_| "the server has failed")?;
        Ok(server.answer(&request))
    };
    let tokens = TokenSource::new(log_in(send)?, send);

    // Every task finds the token run out, at the same moment.
    let start = Barrier::new(TASKS);
    let bearers = thread::scope(|scope| {
        let task = || {
            start.wait();
            tokens.bearer()
        };
        let tasks: Vec<_> = (0..TASKS).map(|_| scope.spawn(task)).collect();
        tasks.into_iter().map(|task| task.join().map_err(|_| "a task has failed")?).collect::<Result<Vec<_>, _>>()
    })?;

    let requests = server.lock().map_err(|_| "the server has failed")?.requests;
    println!("{} tasks got a token, the server saw {requests} refresh", bearers.len());
    if requests != 1 || bearers.iter().any(|bearer| bearer.expose() != "Bearer access-2") {
        return Err("each task must have the one new token".into());
    }
    Ok(())
}

/// A login whose token has already run out.
fn log_in(send: impl Fn(HttpRequest) -> Result<HttpResponse, Failure>) -> Result<Authorized, Failure> {
    let server = Server::new("https://login.example/authorize", "https://login.example/oauth/token")?;
    let client = Client::new(server, "my-app", ClientAuth::None, "com.example.app:/callback")?;
    let pending = client.login().scope("offline_access")?.try_start(getrandom::SysRng)?;
    let query = format!("code=once&state={}", pending.state());
    let code = pending.receive_redirect(Redirect::query(&query))?;
    let response = send(code.token_request())?;
    Ok(code.receive_token_response(response, UnixTime::now())?)
}

/// Stands for the network and the server behind it. It gives each refresh token once, and ends the login when it sees
/// an old one.
struct StrictServer {
    /// The number of the one that is good.
    refresh_token: u32,
    requests: u32,
}

impl StrictServer {
    fn answer(&mut self, request: &HttpRequest) -> HttpResponse {
        let body = request.body.expose();
        if body.starts_with("grant_type=authorization_code&") {
            return HttpResponse::new(200, success(1, 0));
        }
        self.requests += 1;
        if !body.ends_with(&format!("&refresh_token=refresh-{}", self.refresh_token)) {
            return HttpResponse::new(400, r#"{"error":"invalid_grant"}"#);
        }
        // A slow server: long enough for every task to come.
        thread::sleep(Duration::from_millis(50));
        self.refresh_token += 1;
        HttpResponse::new(200, success(self.refresh_token, 3600))
    }
}

fn success(number: u32, expires_in: u32) -> String {
    format!(
        r#"{{"access_token":"access-{number}","refresh_token":"refresh-{number}","token_type":"Bearer","expires_in":{expires_in}}}"#
    )
}
