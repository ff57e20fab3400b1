//! A login on a microcontroller: the story. What is stored outlives the power, so it may begin in the middle.
#![no_std]
#![no_main]

use core::borrow::Borrow;
use core::time::Duration;

use authcode::{
    Authorized, AwaitingRedirect, Client, ClientAuth, CodeReceived, ConfigError, Fault, Flow, HttpRequest,
    HttpResponse, ParameterError, RedirectError, RefreshEnded, Refreshing, Rejected, Renewal, Server, Suspended,
    TokenError, UnixTime, Unstarted,
};
use authcode_cortex_m::line::{self, Decimal, log, report};
use authcode_cortex_m::modem::{self, Config};
use authcode_cortex_m::page::{self, Content};
use authcode_cortex_m::protocol::Kind;
use authcode_cortex_m::{bare, board};
use cortex_m_rt::entry;
use zeroize::Zeroizing;

const CLIENT_ID: &str = "loom-cli";
/// The device has no browser. This is where the bridge waits, which is the user's phone.
const REDIRECT_URI: &str = "http://127.0.0.1/callback";
const SCOPE: &str = "profile offline_access";
const AUDIENCE: &str = "https://api.loomai.com/";
const ATTEMPTS: u32 = 3;

/// Why the device has no token. Words and no numbers: to format an error takes kilobytes of code.
enum Failure {
    Configuration,
    Fault(Fault),
    Network,
    Random,
    Store,
}

#[entry]
fn main() -> ! {
    bare::init();
    board::init();
    let outcome = match run() {
        Ok(()) => "logged in and refreshed",
        Err(Failure::Configuration) => "failed: configuration",
        Err(Failure::Fault(Fault::Server)) => "failed: the server's fault",
        Err(Failure::Fault(Fault::User)) => "denied",
        Err(Failure::Fault(_)) => "failed: our fault",
        Err(Failure::Network) => "failed: no network",
        Err(Failure::Random) => "failed: no random numbers",
        Err(Failure::Store) => "failed: too long for the page",
    };
    line::send(Kind::Exit, [outcome]);
    bare::halt()
}

fn run() -> Result<(), Failure> {
    let config = modem::config();
    let client = client(&config)?;
    report("configuration");

    // Of a login that has failed nothing is left.
    let authorized = log_in(&client).inspect_err(|_| page::erase())?;
    call_api(&config, &authorized);
    let renewed = refresh(authorized)?;
    call_api(&config, &renewed);

    // The end of the example. A product keeps it, and begins with it the next time.
    page::erase();
    Ok(())
}

/// Goes on where the power was lost, if there was a login on its way.
fn log_in(client: &Client) -> Result<Authorized, Failure> {
    match resume(client) {
        Some(Flow::AwaitingRedirect(pending)) => {
            log("resumed: ", "waiting for the redirect");
            exchange(wait(pending)?)
        }
        Some(Flow::CodeReceived(code)) => {
            log("resumed: ", "with the code");
            exchange(code)
        }
        Some(Flow::Authorized(authorized)) => {
            log("resumed: ", "with the token");
            store(&authorized.suspend())?;
            Ok(authorized)
        }
        _ => exchange(wait(start(client)?)?),
    }
}

fn client(config: &Config) -> Result<Client, Failure> {
    let wrong = |_: ConfigError| Failure::Configuration;
    // The server of this example is on the bridge's own machine. For any other one it is `Server::new`, which wants
    // `https`; then the modem does TLS and checks the certificate.
    let server =
        Server::danger_loopback_http(config.authorization_endpoint(), config.token_endpoint()).map_err(wrong)?;
    Client::new(server, CLIENT_ID, ClientAuth::None, REDIRECT_URI).map_err(wrong)
}

fn start(client: &Client) -> Result<AwaitingRedirect, Failure> {
    let wrong = |_: ParameterError| Failure::Configuration;
    let login = client.login().scope(SCOPE).and_then(|login| login.audience(AUDIENCE)).map_err(wrong)?;
    let mut entropy = Zeroizing::new([0; 64]);
    board::fill_random(&mut *entropy);
    let pending = login.start_with_entropy(&entropy).map_err(|_: Rejected<Unstarted, _>| Failure::Random)?;
    store(&pending.suspend())?;
    report("start");
    Ok(pending)
}

/// Sends the user to the server, and waits for the code.
fn wait(mut pending: AwaitingRedirect) -> Result<CodeReceived, Failure> {
    modem::open(&pending.authorization_url());
    report("authorization url");
    let mut redirect = modem::redirect();
    let code = loop {
        pending = match pending.receive_redirect(redirect.as_str()) {
            Ok(code) => break code,
            Err(refused) => refused.recover().map_err(|error: RedirectError| Failure::Fault(error.fault()))?,
        };
        log("refused: ", "not an answer to this login");
        redirect = modem::next_redirect();
    };
    drop(redirect);
    store(&code.suspend())?;
    report("redirect");
    Ok(code)
}

fn exchange(code: CodeReceived) -> Result<Authorized, Failure> {
    let received = fetch(code, CodeReceived::token_request, CodeReceived::receive_token_response);
    let authorized = received.map_err(|lost| match lost {
        Lost::Ended(error) => Failure::Fault(error.fault()),
        Lost::GivenUp(failure) => failure,
    })?;
    report("token");
    store(&authorized.suspend())?;
    report("token stored");
    Ok(authorized)
}

fn refresh(authorized: Authorized) -> Result<Authorized, Failure> {
    let Renewal::Refresh(refreshing) = authorized.renew() else { return Err(Failure::Fault(Fault::Server)) };
    let received = fetch(refreshing, Refreshing::token_request, Refreshing::receive_token_response);
    // Until there is a new token, the page has the old one, which is as good as before.
    let renewed = received.map_err(|lost| match lost {
        Lost::Ended(RefreshEnded { error, authorized, .. }) => {
            if authorized.refresh_token().is_none() {
                page::erase();
            }
            Failure::Fault(error.fault())
        }
        Lost::GivenUp(failure) => failure,
    })?;
    report("refresh");
    store(&renewed.suspend())?;
    report("refresh stored");
    Ok(renewed)
}

/// Why there is no token.
enum Lost<End> {
    Ended(End),
    /// The login is alive, and a later attempt may succeed.
    GivenUp(Failure),
}

/// Both states that ask for a token have the same two verbs.
fn fetch<State, End: Borrow<TokenError>>(
    mut state: State,
    request: impl Fn(&State) -> HttpRequest,
    receive: impl Fn(State, HttpResponse, UnixTime) -> Result<Authorized, Rejected<State, TokenError, End>>,
) -> Result<Authorized, Lost<End>> {
    let mut attempts = 0..ATTEMPTS;
    loop {
        let is_last = attempts.next().is_none_or(|attempt| attempt + 1 == ATTEMPTS);
        match send(request(&state)) {
            None if is_last => return Err(Lost::GivenUp(Failure::Network)),
            None => log("no answer: ", "again"),
            Some((response, now)) => {
                let refused = match receive(state, response, now) {
                    Ok(authorized) => return Ok(authorized),
                    Err(refused) => refused,
                };
                let error = refused.error();
                let (fault, retryable, pause) = (error.fault(), error.is_retryable(), error.retry_after());
                state = refused.recover().map_err(Lost::Ended)?;
                if is_last || !retryable {
                    return Err(Lost::GivenUp(Failure::Fault(fault)));
                }
                log("refused: ", "again");
                modem::wait(pause.map_or(1, |pause| pause.as_secs().min(60) as u32));
            }
        }
    }
}

/// The whole glue between the crate and the modem.
fn send(request: HttpRequest) -> Option<(HttpResponse, UnixTime)> {
    let body = request.body.expose();
    let answer = modem::exchange(request.method, &request.url, &request.headers, body, request.max_response_len)?;
    let mut response = HttpResponse::new(answer.status, answer.body);
    if let Some(seconds) = answer.retry_after {
        response = response.with_retry_after(Duration::from_secs(seconds));
    }
    Some((response, UnixTime::from_secs(answer.now)))
}

/// Uses the token.
fn call_api(config: &Config, authorized: &Authorized) {
    let Ok(bearer) = authorized.bearer() else { return log("api: ", "not a bearer token") };
    let headers = [("authorization", bearer.expose())];
    match modem::exchange("GET", config.api(), headers, "", modem::MAX_BODY_LEN) {
        Some(answer) => log("api: ", Decimal::new(answer.status.into()).as_str()),
        None => log("api: ", "no answer"),
    }
    report("api");
}

/// What is stored is a text, in memory for as long as it takes to write it.
fn store(suspended: &Suspended) -> Result<(), Failure> {
    page::write(suspended.to_json().expose().as_bytes()).map_err(|_| Failure::Store)
}

/// Takes what is stored out of the page, whatever it is: nobody can take it twice.
fn resume(client: &Client) -> Option<Flow> {
    let text = match page::take() {
        Content::Empty => {
            log("stored: ", "nothing");
            return None;
        }
        Content::Torn => {
            log("stored: ", "torn");
            return None;
        }
        Content::Whole(text) => Zeroizing::new(text),
    };
    let text = core::str::from_utf8(&text).unwrap_or_default();
    let resumed = Suspended::from_json(text).ok().and_then(|stored| stored.resume(client).ok());
    if resumed.is_none() {
        log("stored: ", "not ours");
    }
    report("resume");
    resumed
}
