//! The scenarios: what happens to a device, and what it must do.

use core::time::Duration;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::Failure;
use crate::boards::Board;
use crate::modem::Response;
use crate::report::Tally;
use crate::server::Server;
use crate::session::{self, Network, Record, User, World};
use crate::{size, user};

const LOGGED_IN: &str = "logged in and refreshed";

struct Scenario {
    name: &'static str,
    run: fn(&Bench<'_>) -> Result<Vec<Record>, Failure>,
}

const SCENARIOS: [Scenario; 20] = [
    Scenario { name: "login and refresh", run: login_and_refresh },
    Scenario { name: "ordinary sizes", run: ordinary_sizes },
    Scenario { name: "the user declines", run: the_user_declines },
    Scenario { name: "the user stays away", run: the_user_stays_away },
    Scenario { name: "redirects of strangers", run: redirects_of_strangers },
    Scenario { name: "a busy server", run: a_busy_server },
    Scenario { name: "a busy server that names a date", run: a_busy_server_that_names_a_date },
    Scenario { name: "a server that wants too long a pause", run: a_server_that_wants_too_long_a_pause },
    Scenario { name: "a lost response", run: a_lost_response },
    Scenario { name: "a response that does not fit", run: a_response_that_does_not_fit },
    Scenario { name: "no network for the code", run: no_network_for_the_code },
    Scenario { name: "a dead refresh token", run: a_dead_refresh_token },
    Scenario { name: "a refresh that cannot be done now", run: a_refresh_that_cannot_be_done_now },
    Scenario { name: "power lost while the user is away", run: power_lost_while_the_user_is_away },
    Scenario { name: "power lost while the user is away, twice", run: power_lost_while_the_user_is_away_twice },
    Scenario { name: "power lost with the code", run: power_lost_with_the_code },
    Scenario { name: "power lost with the code, twice", run: power_lost_with_the_code_twice },
    Scenario { name: "power lost with the token", run: power_lost_with_the_token },
    Scenario { name: "an interrupted write", run: an_interrupted_write },
    Scenario { name: "a stored login of another client", run: a_stored_login_of_another_client },
];

/// A board, its program and its server.
struct Bench<'a> {
    board: &'a Board,
    firmware: PathBuf,
    server: Server,
}

/// Runs all scenarios on one board.
pub(crate) fn run_all(board: &Board, target_dir: &Path, only: Option<&str>, tally: &mut Tally) -> Result<(), Failure> {
    let bench = Bench { board, firmware: board.firmware(target_dir, "login"), server: Server::start()? };
    println!("\n{}", board.name);
    let mut measures = Vec::new();
    for scenario in SCENARIOS.iter().filter(|scenario| only.is_none_or(|name| scenario.name.starts_with(name))) {
        let outcome = (scenario.run)(&bench);
        let ran = outcome.map(|records| {
            measures.extend(records.into_iter().flat_map(|record| record.measures));
        });
        tally.note(scenario.name, ran);
    }
    let (login, twin) = (&bench.firmware, &board.firmware(target_dir, "twin"));
    tally.measure(board.name, [size::flash(login)?, size::flash(twin)?, size::statics(login)?], &measures);
    Ok(())
}

fn login_and_refresh(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let first = bench.boot(&bench.board.erased_page(), bench.world())?;
    check(first.has_logged("stored: nothing"), &first, "starts another login")?;
    finished(&first)?;
    let grants = first.requests.iter().filter(|request| request.method == "POST").collect::<Vec<_>>();
    check(grants.len() == 2, &first, "one request for the code, one for the refresh token")?;
    // The next login has other random numbers.
    let second = bench.boot(&first.page, bench.world())?;
    finished(&second)?;
    check(state(&first)? != state(&second)?, &second, "draws a state of its own")?;
    Ok(vec![first, second])
}

/// The tokens of the embedded server are short. These are as long as JWTs.
fn ordinary_sizes(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let mut world = bench.world();
    let first = access_token("eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ", 700);
    let second = access_token("eyJhbGciOiJSUzI1NiIsImtpZCI6IjIifQ", 700);
    let me = || Network::Scripted(Response::json(200, "{\"name\":\"Ada\"}"));
    world.network.extend([
        Network::Scripted(Response::json(200, &token_response(&first, "v1.MjAyNi0wMQ"))),
        me(),
        Network::Scripted(Response::json(200, &token_response(&second, "v1.MjAyNi0wMg"))),
        me(),
    ]);
    let record = bench.boot(&bench.board.erased_page(), world)?;
    finished(&record)?;
    let bearers = record.requests.iter().filter_map(|request| request.header("authorization")).collect::<Vec<_>>();
    check(bearers == [format!("Bearer {first}"), format!("Bearer {second}")], &record, "sends both tokens whole")?;
    Ok(vec![record])
}

fn the_user_declines(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let record = bench.boot(&bench.board.erased_page(), World { user: User::Denies, ..bench.world() })?;
    check(record.exit.as_deref() == Some("denied"), &record, "reports that it was the user")?;
    check(record.requests.is_empty(), &record, "asks for no token")?;
    check(record.page_is_empty(), &record, "leaves nothing behind")?;
    Ok(vec![record])
}

fn the_user_stays_away(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let record = bench.boot(&bench.board.erased_page(), World { user: User::StaysAway, ..bench.world() })?;
    check(record.user_limit == Some(600), &record, "gives the user ten minutes")?;
    check(record.exit.as_deref() == Some("failed: nobody came"), &record, "does not wait for longer")?;
    check(record.requests.is_empty() && record.page_is_empty(), &record, "leaves nothing behind")?;
    Ok(vec![record])
}

fn redirects_of_strangers(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let strangers = [
        "http://127.0.0.1/favicon.ico".to_owned(),
        "http://127.0.0.1/callback?code=stolen".to_owned(),
        format!("http://127.0.0.1/callback?code=stolen&state={}", "A".repeat(43)),
        format!("http://127.0.0.1/callback?error=access_denied&state={}", "A".repeat(43)),
    ];
    let count = strangers.len();
    let record = bench.boot(&bench.board.erased_page(), World { strangers: strangers.into(), ..bench.world() })?;
    finished(&record)?;
    let refused = record.log.iter().filter(|line| *line == "refused: not a response to this login").count();
    check(refused == count, &record, "refuses each of them and keeps waiting")?;
    Ok(vec![record])
}

fn a_busy_server(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let mut world = bench.world();
    world.network.push_back(Network::Scripted(busy("2")));
    let record = bench.boot(&bench.board.erased_page(), world)?;
    finished(&record)?;
    check(record.has_logged("refused: again"), &record, "tries again")?;
    check(same_twice(&record), &record, "sends the same request again")?;
    Ok(vec![record])
}

fn a_busy_server_that_names_a_date(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let mut world = bench.world();
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(40));
    world.network.push_back(Network::Scripted(busy(&date)));
    let record = bench.boot(&bench.board.erased_page(), world)?;
    finished(&record)?;
    check(matches!(record.pauses[..], [15..=40]), &record, "waits until then")?;
    Ok(vec![record])
}

/// Either at once, or together with the pauses before.
fn a_server_that_wants_too_long_a_pause(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let mut records = Vec::new();
    for (pauses, waited) in [(&["300"][..], &[][..]), (&["40", "40"], &[40])] {
        let mut world = bench.world();
        world.network.extend(pauses.iter().map(|pause| Network::Scripted(busy(pause))));
        let first = bench.boot(&bench.board.erased_page(), world)?;
        check(first.exit.as_deref() == Some("failed: the server's fault"), &first, "does not wait for it")?;
        check(first.pauses == waited && first.requests.len() == pauses.len(), &first, "has waited before")?;
        check(!first.page_is_empty(), &first, "keeps the code")?;
        let second = bench.boot(&first.page, bench.world())?;
        check(second.has_logged("resumed: with the code"), &second, "continues with the code")?;
        finished(&second)?;
        records.extend([first, second]);
    }
    Ok(records)
}

fn a_lost_response(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let mut world = bench.world();
    world.network.push_back(Network::Lost);
    let record = bench.boot(&bench.board.erased_page(), world)?;
    finished(&record)?;
    check(record.has_logged("no response: again") && same_twice(&record), &record, "sends the same request again")?;
    Ok(vec![record])
}

/// Nor into the limit that the device has given to the modem.
fn a_response_that_does_not_fit(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let mut world = bench.world();
    let page = " ".repeat(60_000);
    world.network.push_back(Network::Scripted(Response { body: page.clone().into(), ..busy("1") }));
    let busy = bench.boot(&bench.board.erased_page(), world)?;
    check(busy.pauses == [1] && same_twice(&busy), &busy, "skips the page of a busy server, and tries again")?;
    finished(&busy)?;
    let mut world = bench.world();
    world.network.push_back(Network::Scripted(Response::json(200, &page)));
    let first = bench.boot(&bench.board.erased_page(), world)?;
    check(first.exit.as_deref() == Some("failed: the server's fault"), &first, "does not send the code again")?;
    check(first.requests.len() == 1 && !first.page_is_empty(), &first, "keeps the code")?;
    let second = bench.boot(&first.page, bench.world())?;
    finished(&second)?;
    Ok(vec![busy, first, second])
}

fn no_network_for_the_code(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let mut world = bench.world();
    world.network.extend([Network::Lost, Network::Lost]);
    let first = bench.boot(&bench.board.erased_page(), world)?;
    check(first.exit.as_deref() == Some("failed: no network"), &first, "reports that there is no network")?;
    check(first.requests.len() == 2, &first, "sends the code once more, and no more often")?;
    check(!first.page_is_empty(), &first, "keeps the code")?;
    let second = bench.boot(&first.page, bench.world())?;
    check(second.has_logged("resumed: with the code"), &second, "continues with the code")?;
    finished(&second)?;
    Ok(vec![first, second])
}

fn a_dead_refresh_token(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let mut world = bench.world();
    let dead = Response::json(400, "{\"error\":\"invalid_grant\"}");
    world.network.extend([Network::Forward, Network::Forward, Network::Scripted(dead)]);
    let record = bench.boot(&bench.board.erased_page(), world)?;
    check(record.has_logged("refused: log in again"), &record, "asks the user again")?;
    finished(&record)?;
    Ok(vec![record])
}

fn a_refresh_that_cannot_be_done_now(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let mut world = bench.world();
    let portal = Response::json(200, "<html><title>Welcome to our Wi-Fi</title></html>");
    world.network.extend([Network::Forward, Network::Forward, Network::Scripted(portal)]);
    let first = bench.boot(&bench.board.erased_page(), world)?;
    check(first.exit.as_deref() == Some("failed: the server's fault"), &first, "reports that it has no new token")?;
    check(!first.page_is_empty(), &first, "keeps the token")?;
    let second = bench.boot(&first.page, bench.world())?;
    check(second.has_logged("resumed: with the token"), &second, "continues with the token")?;
    check(second.authorization_url.is_none(), &second, "does not ask the user again")?;
    finished(&second)?;
    Ok(vec![first, second])
}

fn power_lost_while_the_user_is_away(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let first = bench.boot(&bench.board.erased_page(), World { user: User::CutPower, ..bench.world() })?;
    check(first.exit.is_none() && !first.page_is_empty(), &first, "has stored the pending login")?;
    let url = first.authorization_url.as_deref().ok_or("no authorization url")?;
    // The user continues while the device is off.
    let redirect = user::consent(&bench.server, url, "allow")?;
    let second = bench.boot(&first.page, World { user: User::HasBeen(redirect), ..bench.world() })?;
    check(second.has_logged("resumed: waiting for the redirect"), &second, "keeps waiting")?;
    check(second.authorization_url == first.authorization_url, &second, "has the same URL again")?;
    finished(&second)?;
    Ok(vec![first, second])
}

fn power_lost_while_the_user_is_away_twice(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let first = bench.boot(&bench.board.erased_page(), World { user: User::CutPower, ..bench.world() })?;
    let second = bench.boot(&first.page, World { user: User::CutPower, ..bench.world() })?;
    check(second.has_logged("resumed: waiting for the redirect"), &second, "keeps waiting")?;
    check(!second.page_is_empty(), &second, "has stored the pending login again")?;
    let third = bench.boot(&second.page, bench.world())?;
    check(third.authorization_url == first.authorization_url, &third, "has the same URL again")?;
    finished(&third)?;
    Ok(vec![first, second, third])
}

fn power_lost_with_the_code(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let first = bench.boot_with_code_cut(&bench.board.erased_page())?;
    let second = bench.boot(&first.page, bench.world())?;
    check(second.has_logged("resumed: with the code"), &second, "continues with the code")?;
    check(second.authorization_url.is_none(), &second, "does not ask the user again")?;
    finished(&second)?;
    let third = bench.boot(&second.page, World { user: User::CutPower, ..bench.world() })?;
    check(third.has_logged("stored: nothing"), &third, "finds nothing stored the next time")?;
    Ok(vec![first, second, third])
}

fn power_lost_with_the_code_twice(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let first = bench.boot_with_code_cut(&bench.board.erased_page())?;
    let second = bench.boot_with_code_cut(&first.page)?;
    check(second.has_logged("resumed: with the code"), &second, "continues with the code")?;
    check(second.page_is_empty(), &second, "has taken the code out of the page before it used it")?;
    let third = bench.boot(&second.page, bench.world())?;
    check(third.has_logged("stored: nothing"), &third, "starts another login")?;
    finished(&third)?;
    Ok(vec![first, second, third])
}

fn power_lost_with_the_token(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let mut world = bench.world();
    // The first request is for the token, the second one uses it, the third one refreshes it.
    world.network.extend([Network::Forward, Network::Forward, Network::CutPower]);
    let first = bench.boot(&bench.board.erased_page(), world)?;
    check(first.exit.is_none() && first.has_logged("api: 200"), &first, "has a token that works")?;
    let second = bench.boot(&first.page, bench.world())?;
    check(second.has_logged("resumed: with the token"), &second, "continues with the token")?;
    check(second.authorization_url.is_none(), &second, "does not ask the user again")?;
    finished(&second)?;
    Ok(vec![first, second])
}

fn an_interrupted_write(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let first = bench.boot_with_code_cut(&bench.board.erased_page())?;
    let written = first.page.iter().rposition(|byte| *byte != 0xFF).map_or(0, |last| last + 1);
    let mut page = first.page.clone();
    page.iter_mut().skip(written / 2).for_each(|byte| *byte = 0xFF);
    let second = bench.boot(&page, bench.world())?;
    check(second.has_logged("stored: torn"), &second, "detects the interrupted write")?;
    check(second.authorization_url.is_some(), &second, "starts another login")?;
    finished(&second)?;
    // The same without the length, which the firmware writes last.
    let mut page = first.page.clone();
    page.iter_mut().take(4).for_each(|byte| *byte = 0xFF);
    let third = bench.boot(&page, World { user: User::CutPower, ..bench.world() })?;
    check(third.has_logged("stored: torn"), &third, "detects that the length is missing")?;
    Ok(vec![first, second, third])
}

fn a_stored_login_of_another_client(bench: &Bench<'_>) -> Result<Vec<Record>, Failure> {
    let first = bench.boot_with_code_cut(&bench.board.erased_page())?;
    let other = Server::start()?;
    let second = bench.boot(&first.page, World::new(&other))?;
    check(second.has_logged("stored: of another client"), &second, "sees that it is of another server")?;
    check(second.exit.as_deref() == Some("failed: configuration"), &second, "reports what must be fixed")?;
    check(second.requests.is_empty(), &second, "sends the code to nobody")?;
    check(second.page == first.page, &second, "keeps the stored login")?;
    let third = bench.boot(&second.page, bench.world())?;
    check(third.has_logged("resumed: with the code"), &third, "continues with the code")?;
    finished(&third)?;
    Ok(vec![first, second, third])
}

impl Bench<'_> {
    fn world(&self) -> World<'_> {
        World::new(&self.server)
    }

    fn boot(&self, page: &[u8], world: World<'_>) -> Result<Record, Failure> {
        session::run(self.board, &self.firmware, page, world)
    }

    /// The power is lost when the token request has just left.
    fn boot_with_code_cut(&self, page: &[u8]) -> Result<Record, Failure> {
        let mut world = self.world();
        world.network.push_back(Network::CutPower);
        let record = self.boot(page, world)?;
        let is_token_request = record.requests.last().is_some_and(|request| request.body.contains("code_verifier="));
        check(record.exit.is_none() && is_token_request, &record, "asks for a token")?;
        Ok(record)
    }
}

fn check(holds: bool, record: &Record, what: &str) -> Result<(), Failure> {
    if holds {
        return Ok(());
    }
    let (exit, log) = (&record.exit, &record.log);
    Err(format!("expected: the device {what}; it ended with {exit:?}, and logged {log:?}").into())
}

/// Logged in, refreshed, both tokens accepted by the API, and nothing left in the page.
fn finished(record: &Record) -> Result<(), Failure> {
    check(record.exit.as_deref() == Some(LOGGED_IN), record, "logs in and refreshes")?;
    check(record.log.iter().filter(|line| *line == "api: 200").count() == 2, record, "has two tokens that work")?;
    check(record.page_is_empty(), record, "leaves nothing behind")
}

fn busy(pause: &str) -> Response {
    Response { retry_after: Some(pause.into()), ..Response::json(503, "<html><title>503</title></html>") }
}

fn same_twice(record: &Record) -> bool {
    matches!(&record.requests[..], [first, second, ..] if first.url == second.url && first.body == second.body)
}

fn state(record: &Record) -> Result<&str, Failure> {
    let url = record.authorization_url.as_deref().ok_or("no authorization url")?;
    let state = url.split_once("&state=").ok_or("no state")?.1;
    Ok(state.split_once('&').map_or(state, |(state, _)| state))
}

/// A token of so many bytes, in the characters of a JWT.
fn access_token(header: &str, len: usize) -> String {
    let body = "eyJzdWIiOiJhZGEiLCJzY29wZSI6InByb2ZpbGUgb2ZmbGluZV9hY2Nlc3MifQ";
    let mut token = format!("{header}.{body}");
    token.push_str(&"Yxk3-_".repeat(len)[..len - token.len() - 344]);
    // A signature of 256 bytes.
    token.push('.');
    token.push_str(&"Sq0aZ_".repeat(58)[..343]);
    token
}

fn token_response(access_token: &str, refresh_token: &str) -> String {
    let refresh_token = format!("{refresh_token}.{}", "rT9-".repeat(20));
    format!(
        "{{\"access_token\":\"{access_token}\",\"token_type\":\"Bearer\",\"expires_in\":3600,\
         \"refresh_token\":\"{refresh_token}\",\"scope\":\"profile offline_access\"}}"
    )
}
