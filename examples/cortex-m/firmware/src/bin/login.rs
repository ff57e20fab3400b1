//! A login on a microcontroller. The stored login outlives a loss of power, so the program may start in the middle.
#![no_std]
#![no_main]

use core::time::Duration;

use authcode::{
    Authorized, AwaitingRedirect, Client, CodeReceived, ConfigError, Exchange, Fault, Flow, HttpRequest, HttpResponse,
    NextStep, ParameterError, Refusal, Renewal, Resend, ResumeError, Server, StartError, Suspended, UnixTime,
    Unstarted,
};
use authcode_cortex_m::line::{self, Decimal, log, report};
use authcode_cortex_m::modem::{self, Config};
use authcode_cortex_m::page::{self, Content};
use authcode_cortex_m::protocol::Kind;
use authcode_cortex_m::{bare, board};
use cortex_m_rt::entry;
use zeroize::Zeroizing;

const CLIENT_ID: &str = "loom-cli";
/// The device has no browser: the user's phone, which is the bridge here, catches the redirect.
const REDIRECT_URI: &str = "http://127.0.0.1/callback";
const SCOPE: &str = "profile offline_access";
const AUDIENCE: &str = "https://api.loomai.com/";
/// How long the user may take at the server, in seconds.
const USER_LIMIT: u32 = 600;
/// How long a step may take, with all of its retries, from its first response on. What is not done by then is tried again
/// after the next start.
const STEP_LIMIT: Duration = Duration::from_secs(60);

/// Why the device has no new token. Fixed texts: formatting an error would link kilobytes of code.
enum Failure {
    Configuration,
    Fault(Fault),
    Network,
    Nobody,
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
        Err(Failure::Nobody) => "failed: nobody came",
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

    let mut authorized = log_in(&client)?;
    call_api(&config, &authorized);
    renew(&mut authorized)?;
    call_api(&config, &authorized);

    // The example ends here. A product keeps the stored login, and starts with it the next time.
    page::erase();
    Ok(())
}

/// Continues the stored login, if there is one.
fn log_in(client: &Client) -> Result<Authorized, Failure> {
    match resume(client)? {
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
        _ => {
            let mut template = client.login();
            let options = template.scope(SCOPE).and_then(|template| template.audience(AUDIENCE));
            options.map_err(|_: ParameterError| Failure::Configuration)?;
            log_in_anew(&template)
        }
    }
}

fn client(config: &Config) -> Result<Client, Failure> {
    let wrong = |_: ConfigError| Failure::Configuration;
    // The server of this example is on the bridge's own machine. For any other one use `Server::new`, which accepts
    // `https` alone; then the modem does TLS and checks the certificate.
    let server =
        Server::danger_loopback_http(config.authorization_endpoint(), config.token_endpoint()).map_err(wrong)?;
    Client::new(server, CLIENT_ID, REDIRECT_URI).map_err(wrong)
}

fn log_in_anew(template: &Unstarted) -> Result<Authorized, Failure> {
    let mut entropy = Zeroizing::new([0; 64]);
    board::fill_random(&mut *entropy);
    let pending = template.start_with_entropy(&entropy).map_err(|_: StartError| Failure::Random)?;
    report("start");
    exchange(wait(pending)?)
}

/// Sends the user to the server, and waits for the code.
fn wait(mut pending: AwaitingRedirect) -> Result<CodeReceived, Failure> {
    // The power may be lost while the user is away.
    store(&pending.suspend())?;
    modem::open(&pending.authorization_url(), USER_LIMIT);
    report("authorization url");
    let code = loop {
        let Some(redirect) = modem::redirect() else {
            page::erase();
            return Err(Failure::Nobody);
        };
        pending = match pending.receive_redirect(redirect.as_str()) {
            Ok(code) => break code,
            // `NextStep::Wait`, or the login has ended.
            Err(rejected) => rejected.recover().map_err(|error| {
                page::erase();
                Failure::Fault(error.fault())
            })?,
        };
        log("refused: ", "not a response to this login");
    };
    store(&code.suspend())?;
    report("redirect");
    Ok(code)
}

fn exchange(code: CodeReceived) -> Result<Authorized, Failure> {
    let mut slot = Some(code);
    let authorized = match send_until_done(&mut slot) {
        Ok(authorized) => authorized,
        Err(failure) => {
            // A code that may still be good is tried again after the next start.
            match &slot {
                Some(code) => store(&code.suspend())?,
                None => page::erase(),
            }
            return Err(failure);
        }
    };
    report("token");
    store(&authorized.suspend())?;
    report("token stored");
    Ok(authorized)
}

/// Renews the token in place, by a refresh, or by another login if there is no refresh token that works.
fn renew(authorized: &mut Authorized) -> Result<(), Failure> {
    if let Renewal::Refresh(refresh) = authorized.renewal() {
        let stored = authorized.revision();
        let mut slot = Some(refresh.on(authorized));
        let outcome = send_until_done(&mut slot);
        let has_ended = slot.is_none();
        drop(slot);
        report("refresh");
        // A refused response may change the refresh token, too.
        if authorized.revision() != stored {
            store(&authorized.suspend())?;
            report("refresh stored");
        }
        match outcome {
            Err(failure) if !has_ended => return Err(failure),
            Err(_) => log("refused: ", "log in again"),
            Ok(_) => return Ok(()),
        }
    }
    match log_in_anew(&authorized.reauthorize()) {
        Ok(renewed) => {
            *authorized = renewed;
            Ok(())
        }
        Err(failure) => {
            // The old token works until it expires. A new login that is still alive is worth more.
            if page::is_empty() {
                store(&authorized.suspend())?;
            }
            Err(failure)
        }
    }
}

/// Sends the request of a step, and sends it again if the crate says so. If this fails, a step that is still alive is in
/// the slot.
fn send_until_done<X: Exchange>(slot: &mut Option<X>) -> Result<X::Next, Failure> {
    let (mut may_resend, mut end) = (matches!(X::RESEND, Resend::Once | Resend::Freely), None);
    while let Some(step) = slot.take() {
        let Some((response, now)) = send(step.request()) else {
            *slot = Some(step);
            if !may_resend {
                return Err(Failure::Network);
            }
            may_resend = false;
            log("no response: ", "again");
            continue;
        };
        let end = *end.get_or_insert(now.saturating_add(STEP_LIMIT));
        let error = match step.receive_response(response, now) {
            Ok(next) => return Ok(next),
            Err(rejected) => rejected.put_back(slot),
        };
        match error.next_step() {
            NextStep::Retry { after } if now.saturating_add(after) < end => {
                log("refused: ", "again");
                modem::wait(after.as_secs() as u32);
            }
            _ => return Err(Failure::Fault(error.fault())),
        }
    }
    Err(Failure::Configuration)
}

/// All of the code between the crate and the modem.
fn send(request: HttpRequest) -> Option<(HttpResponse, UnixTime)> {
    let body = request.body.expose();
    let answer = modem::exchange(request.method, &request.url, &request.headers, body, request.max_response_len)?;
    let response = match answer.body {
        Some(body) => HttpResponse::new(answer.status, body),
        None => HttpResponse::too_long(answer.status),
    };
    Some((response.with_headers([("retry-after", answer.retry_after)]), UnixTime::from_secs(answer.now)))
}

/// Uses the token.
fn call_api(config: &Config, authorized: &Authorized) {
    let Ok(bearer) = authorized.bearer() else { return log("api: ", "not a bearer token") };
    let headers = [("authorization", bearer.expose())];
    match modem::exchange("GET", config.api(), headers, "", modem::MAX_BODY_LEN) {
        Some(answer) => log("api: ", Decimal::new(answer.status.into()).as_str()),
        None => log("api: ", "no response"),
    }
    report("api");
}

/// The text is in memory for as long as it takes to write it.
fn store(suspended: &Suspended) -> Result<(), Failure> {
    page::write(suspended.to_json().expose().as_bytes()).map_err(|_| Failure::Store)
}

/// Takes the stored login out of the page, so that it cannot be used twice.
fn resume(client: &Client) -> Result<Option<Flow>, Failure> {
    let text = match page::take() {
        Content::Empty => {
            log("stored: ", "nothing");
            return Ok(None);
        }
        Content::Torn => {
            log("stored: ", "torn");
            return Ok(None);
        }
        Content::Whole(text) => Zeroizing::new(text),
    };
    let stored = core::str::from_utf8(&text).map_err(|_| ResumeError::Damaged).and_then(Suspended::from_json);
    let resumed = stored.and_then(|stored| Flow::resume(stored, client).map_err(|rejected| rejected.into_error()));
    report("resume");
    match resumed {
        Ok(login) => Ok(Some(login)),
        Err(error) if error.next_step() == NextStep::Fix => {
            // It is good, for another configuration: put it back until somebody has corrected this one.
            page::write(&text).map_err(|_| Failure::Store)?;
            log("stored: ", "of another client");
            Err(Failure::Configuration)
        }
        Err(_) => {
            log("stored: ", "damaged");
            Ok(None)
        }
    }
}
