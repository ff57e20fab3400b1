//! One device from power on to power off: how the bridge replies, and what it records.

use core::time::Duration;
use std::collections::VecDeque;
use std::path::Path;
use std::thread;
use std::time::SystemTime;

use crate::Failure;
use crate::boards::Board;
use crate::machine::Machine;
use crate::modem::{Request, Response};
use crate::protocol::Kind;
use crate::server::Server;
use crate::user;

/// A longer pause is cut short: the clock of the modem is moved on instead.
const LONGEST_SLEEP: Duration = Duration::from_secs(2);

/// What happens to a request of the device.
pub(crate) enum Network {
    /// The power is lost after it was sent, before a response comes.
    CutPower,
    /// It goes to the server.
    Forward,
    /// It is lost, and there is no response.
    Lost,
    /// The bridge sends this response itself.
    Scripted(Response),
}

/// What happens when the device opens a URL for the user.
pub(crate) enum User {
    Allows,
    Denies,
    /// The device waits, and the power is lost.
    CutPower,
    /// The user was there before, and the browser was redirected to this URL.
    HasBeen(String),
    /// Nobody comes back from the server in time.
    StaysAway,
}

/// The surroundings of a device.
pub(crate) struct World<'a> {
    pub(crate) server: &'a Server,
    pub(crate) user: User,
    /// The requests to the redirect URI before the authorization response.
    pub(crate) strangers: Vec<String>,
    /// What happens to the first requests. Others go to the server.
    pub(crate) network: VecDeque<Network>,
}

impl<'a> World<'a> {
    pub(crate) fn new(server: &'a Server) -> Self {
        Self { server, user: User::Allows, strangers: Vec::new(), network: VecDeque::new() }
    }
}

/// What a device did.
pub(crate) struct Record {
    /// The outcome that it reports. `None` if the power was cut.
    pub(crate) exit: Option<String>,
    pub(crate) log: Vec<String>,
    pub(crate) measures: Vec<Measure>,
    pub(crate) requests: Vec<Request>,
    /// The pauses that it asked for, in seconds.
    pub(crate) pauses: Vec<u64>,
    /// How long it gives the user, in seconds.
    pub(crate) user_limit: Option<u64>,
    pub(crate) authorization_url: Option<String>,
    /// The content of its page of flash.
    pub(crate) page: Vec<u8>,
}

/// The peaks of one phase, in bytes.
#[derive(Clone, Debug)]
pub(crate) struct Measure {
    pub(crate) phase: String,
    pub(crate) heap: usize,
    pub(crate) heap_with_overhead: usize,
    pub(crate) stack: usize,
}

impl Record {
    pub(crate) fn has_logged(&self, line: &str) -> bool {
        self.log.iter().any(|logged| logged == line)
    }

    pub(crate) fn page_is_empty(&self) -> bool {
        self.page.iter().all(|byte| *byte == 0xFF)
    }
}

/// Powers a device on with this page of flash, and runs it in this world.
pub(crate) fn run(board: &Board, firmware: &Path, page: &[u8], mut world: World<'_>) -> Result<Record, Failure> {
    let mut machine = Machine::power_on(board, firmware, page)?;
    let mut record = Record {
        exit: None,
        log: Vec::new(),
        measures: Vec::new(),
        requests: Vec::new(),
        pauses: Vec::new(),
        user_limit: None,
        authorization_url: None,
        page: Vec::new(),
    };
    let is_over = live(&mut machine, &mut world, &mut record);
    record.page = machine.power_off()?;
    is_over.map(|()| record)
}

fn live(machine: &mut Machine<'_>, world: &mut World<'_>, record: &mut Record) -> Result<(), Failure> {
    let (mut redirects, mut skipped) = (VecDeque::new(), Duration::ZERO);
    loop {
        let frame = machine.receive().map_err(|error| format!("{error}; it logged {:?}", record.log))?;
        let text = || String::from_utf8(frame.payload.clone());
        match frame.kind {
            Kind::Hello => {
                let base_url = world.server.base_url();
                let config = format!("{base_url}/authorize\n{base_url}/oauth/token\n{base_url}/me");
                machine.send(Kind::Config, config.as_bytes())?;
            }
            Kind::EntropyRequest => {
                let mut bytes = vec![0; text()?.parse::<usize>()?.min(256)];
                getrandom::fill(&mut bytes)?;
                machine.send(Kind::Entropy, &bytes)?;
            }
            Kind::HttpRequest => {
                let request = Request::read(frame.payload)?;
                record.requests.push(request.clone());
                let answer = match world.network.pop_front() {
                    Some(Network::CutPower) => return Ok(()),
                    Some(Network::Lost) => Err("lost".into()),
                    Some(Network::Scripted(response)) => Ok(response),
                    Some(Network::Forward) | None => request.send(),
                };
                match answer {
                    Ok(response) => machine.send(Kind::HttpResponse, &response.payload(SystemTime::now() + skipped))?,
                    Err(error) => machine.send(Kind::NoResponse, error.to_string().as_bytes())?,
                }
            }
            Kind::OpenUrl => {
                let (limit, url) = text()?
                    .split_once('\n')
                    .map(|(limit, url)| (limit.to_owned(), url.to_owned()))
                    .ok_or("a URL without a limit")?;
                record.user_limit = Some(limit.parse()?);
                redirects.extend(world.strangers.drain(..));
                match &world.user {
                    User::Allows => redirects.push_back(user::consent(world.server, &url, "allow")?),
                    User::CutPower | User::StaysAway => {}
                    User::Denies => redirects.push_back(user::consent(world.server, &url, "deny")?),
                    User::HasBeen(redirect) => redirects.push_back(redirect.clone()),
                }
                record.authorization_url = Some(url);
            }
            Kind::NextRedirect => match (redirects.pop_front(), &world.user) {
                (Some(redirect), _) => machine.send(Kind::Redirect, redirect.as_bytes())?,
                (None, User::CutPower) => return Ok(()),
                (None, User::StaysAway) => machine.send(Kind::NoRedirect, b"")?,
                (None, _) => return Err("the device refuses the response, and waits for another one".into()),
            },
            Kind::Wait => {
                let seconds = text()?.parse::<u64>()?;
                record.pauses.push(seconds);
                let pause = Duration::from_secs(seconds);
                thread::sleep(pause.min(LONGEST_SLEEP));
                skipped += pause.saturating_sub(LONGEST_SLEEP);
                machine.send(Kind::Woken, b"")?;
            }
            Kind::Log => record.log.push(text()?),
            Kind::Measure => record.measures.push(Measure::read(&text()?).ok_or("a measure that cannot be read")?),
            Kind::Exit => {
                record.exit = Some(text()?);
                return Ok(());
            }
            Kind::Config
            | Kind::Entropy
            | Kind::HttpResponse
            | Kind::NoRedirect
            | Kind::NoResponse
            | Kind::Redirect
            | Kind::Woken => {
                return Err(format!("the device sends what it should receive: {:?}", frame.kind).into());
            }
        }
    }
}

impl Measure {
    /// The phase may have spaces, the three numbers after it have none.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.rsplitn(4, ' ');
        let mut number = || parts.next()?.parse().ok();
        let (stack, heap_with_overhead, heap) = (number()?, number()?, number()?);
        Some(Self { phase: parts.next()?.to_owned(), heap, heap_with_overhead, stack })
    }
}
