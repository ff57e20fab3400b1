//! One device from power on to power off: how the bridge replies, and what it records.

use core::time::Duration;
use std::collections::VecDeque;
use std::path::Path;
use std::thread;

use crate::Failure;
use crate::boards::Board;
use crate::machine::Machine;
use crate::modem::{Request, Response};
use crate::protocol::Kind;
use crate::server::Server;
use crate::user;

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
        authorization_url: None,
        page: Vec::new(),
    };
    let is_over = live(&mut machine, &mut world, &mut record);
    record.page = machine.power_off()?;
    is_over.map(|()| record)
}

fn live(machine: &mut Machine<'_>, world: &mut World<'_>, record: &mut Record) -> Result<(), Failure> {
    let mut redirects = VecDeque::new();
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
                    Ok(response) => machine.send(Kind::HttpResponse, &response.payload())?,
                    Err(error) => machine.send(Kind::NoResponse, error.to_string().as_bytes())?,
                }
            }
            Kind::OpenUrl => {
                let url = text()?;
                redirects.extend(world.strangers.drain(..));
                match &world.user {
                    User::Allows => redirects.push_back(user::consent(world.server, &url, "allow")?),
                    User::CutPower => {}
                    User::Denies => redirects.push_back(user::consent(world.server, &url, "deny")?),
                    User::HasBeen(redirect) => redirects.push_back(redirect.clone()),
                }
                record.authorization_url = Some(url);
                match redirects.pop_front() {
                    Some(redirect) => machine.send(Kind::Redirect, redirect.as_bytes())?,
                    None => return settle(machine, record),
                }
            }
            Kind::NextRedirect => {
                let redirect =
                    redirects.pop_front().ok_or("the device refuses the response, and waits for another one")?;
                machine.send(Kind::Redirect, redirect.as_bytes())?;
            }
            Kind::Wait => {
                thread::sleep(Duration::from_secs(text()?.parse::<u64>()?.min(5)));
                machine.send(Kind::Woken, b"")?;
            }
            Kind::Log => record.log.push(text()?),
            Kind::Measure => record.measures.push(Measure::read(&text()?).ok_or("a measure that cannot be read")?),
            Kind::Exit => {
                record.exit = Some(text()?);
                return Ok(());
            }
            Kind::Config | Kind::Entropy | Kind::HttpResponse | Kind::NoResponse | Kind::Redirect | Kind::Woken => {
                return Err(format!("the device sends what it should receive: {:?}", frame.kind).into());
            }
        }
    }
}

/// Takes the last measure of a device that waits.
fn settle(machine: &mut Machine<'_>, record: &mut Record) -> Result<(), Failure> {
    let frame = machine.receive()?;
    if frame.kind == Kind::Measure {
        let text = String::from_utf8(frame.payload)?;
        record.measures.push(Measure::read(&text).ok_or("a measure that cannot be read")?);
    }
    Ok(())
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
