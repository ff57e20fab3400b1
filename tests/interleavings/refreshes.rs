//! Several refreshes of one login under way, in every order of events, against servers that treat a used refresh token
//! differently.
//!
//! Each schedule is played with the crate itself, and with four simple clients that differ in what they do with a late
//! answer. A schedule is a **loss** if the server would still accept a refresh token that has reached the client, and the
//! client ends up without a way to use it. A response that never arrives, with the only valid token in it, is nobody's
//! loss: no client can help.

use std::fmt::Debug;

use authcode::{
    Authorized, Client, HttpResponse, NextStep, Refresh, Renewal, Server as Endpoints, TokenErrorKind, UnixTime,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// What a server does with refresh tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Policy {
    /// The same refresh token for ever.
    NotRotating,
    /// A new one each time; a used one is refused.
    Rotating,
    /// A new one each time; the one before it may be used again for a while, and replaces what it had led to.
    GraceLatestWins,
    /// A new one each time; the one before it may be used again for a while, and all that were issued are good.
    GraceAllGood,
    /// A new one each time; a used one that comes again ends the grant (RFC 9700 §4.14.2).
    EndingOnReuse,
}

const POLICIES: [Policy; 5] =
    [Policy::NotRotating, Policy::Rotating, Policy::GraceLatestWins, Policy::GraceAllGood, Policy::EndingOnReuse];

/// A refresh token, by the order in which it was issued.
type Token = u32;

struct Server {
    policy: Policy,
    issued: Token,
    /// Not used yet, and not revoked.
    fresh: Vec<Token>,
    /// Used, and within its grace period.
    in_grace: Vec<Token>,
}

/// The refresh token that came, or `invalid_grant`.
type Answer = Result<Token, ()>;

impl Server {
    fn new(policy: Policy) -> Self {
        Self { policy, issued: 0, fresh: vec![0], in_grace: Vec::new() }
    }

    fn answer(&mut self, sent: Token) -> Answer {
        let is_fresh = self.fresh.contains(&sent);
        if self.policy == Policy::NotRotating {
            return is_fresh.then_some(sent).ok_or(());
        }
        if !is_fresh && !self.in_grace.contains(&sent) {
            if self.policy == Policy::EndingOnReuse && sent <= self.issued {
                self.fresh.clear();
            }
            return Err(());
        }
        self.issued += 1;
        match self.policy {
            Policy::GraceLatestWins => {
                self.fresh = vec![self.issued];
                self.in_grace = vec![sent];
            }
            Policy::GraceAllGood => {
                self.fresh.retain(|token| *token != sent);
                self.fresh.push(self.issued);
                self.in_grace.push(sent);
            }
            _ => self.fresh = vec![self.issued],
        }
        Ok(self.issued)
    }

    fn end_of_grace(&mut self) {
        self.in_grace.clear();
    }
}

/// A client that holds one login.
trait Holder {
    /// The refresh token that it would send now.
    fn start(&mut self) -> Option<Token>;
    /// The answer to the request of that number.
    fn receive(&mut self, request: usize, sent: Token, answer: Answer);
}

/// The crate.
struct Crate {
    login: Authorized,
    under_way: Vec<Option<Refresh>>,
}

impl Crate {
    fn new() -> Self {
        let server = Endpoints::new("https://honest.example/authorize", "https://honest.example/token").unwrap();
        let client = Client::new(server, "client", "https://client.example/callback").unwrap();
        let login = Authorized::import(&client.login(), &body(0), NOW).unwrap();
        Self { login, under_way: Vec::new() }
    }
}

impl Holder for Crate {
    fn start(&mut self) -> Option<Token> {
        let Renewal::Refresh(refresh) = self.login.renewal() else { return None };
        let request = refresh.request();
        let (_, sent) =
            form_urlencoded::parse(request.body.expose().as_bytes()).find(|(name, _)| name == "refresh_token").unwrap();
        let sent = sent.strip_prefix("rt-").unwrap().parse().unwrap();
        self.under_way.push(Some(refresh));
        Some(sent)
    }

    fn receive(&mut self, request: usize, sent: Token, answer: Answer) {
        let refresh = self.under_way[request].take().unwrap();
        let held = held(&self.login);
        let response = match answer {
            Ok(token) => HttpResponse::new(200, body(token)),
            Err(()) => HttpResponse::new(400, r#"{"error":"invalid_grant"}"#),
        };
        let result = refresh.receive_response(&mut self.login, response, NOW);
        match (&result, held) {
            // What is not about the token that is held never deletes or replaces it.
            (Ok(refreshed), Some(held)) if held != sent => assert!(refreshed.superseded),
            (Err(error), Some(held)) if held != sent => assert_eq!(error.next_step(), NextStep::Wait),
            _ => return,
        }
        assert_eq!(self::held(&self.login), held);
    }
}

fn held(login: &Authorized) -> Option<Token> {
    login.tokens().refresh_token().map(|token| token.expose().strip_prefix("rt-").unwrap().parse().unwrap())
}

fn body(token: Token) -> String {
    format!(r#"{{"access_token":"at-{token}","refresh_token":"rt-{token}","token_type":"Bearer","expires_in":60}}"#)
}

/// What a simple client does with a success for a token that it no longer holds.
#[derive(Clone, Copy, Debug)]
enum Rule {
    /// Any answer counts, and a refusal drops what is held: the answer is not paired with the token that was sent.
    Unpaired,
    LastWins,
    KeepHeld,
    Spare,
}

struct Simple {
    rule: Rule,
    held: Option<Token>,
    replaced: Option<Token>,
    spare: Option<Token>,
}

impl Simple {
    fn new(rule: Rule) -> Self {
        Self { rule, held: Some(0), replaced: None, spare: None }
    }
}

impl Holder for Simple {
    fn start(&mut self) -> Option<Token> {
        self.held
    }

    fn receive(&mut self, _: usize, sent: Token, answer: Answer) {
        let is_held = self.held == Some(sent) || (self.held.is_none() && self.replaced == Some(sent));
        match (self.rule, answer) {
            (Rule::Unpaired | Rule::LastWins, Ok(new)) => self.held = Some(new),
            (Rule::Unpaired, Err(())) => self.held = None,
            (_, Ok(new)) if is_held => {
                self.replaced = self.held.filter(|held| *held != new).or(self.replaced);
                self.held = Some(new);
                self.spare = None;
            }
            (Rule::Spare, Ok(new)) if self.replaced == Some(sent) => self.spare = Some(new),
            (_, Ok(_)) => {}
            (_, Err(())) if self.held == Some(sent) => {
                self.replaced = self.held.take();
                self.held = self.spare.take();
            }
            (_, Err(())) => {}
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Event {
    Start,
    /// The server processes the request.
    Process(usize),
    /// The response arrives.
    Deliver(usize),
    /// The request or its response is lost, or the task that waits for it is cancelled.
    Lose(usize),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    Sent(Token),
    Answered(Token, Answer),
    Over,
}

const REQUESTS: usize = 3;

/// Plays a schedule. Gives what may happen next, or, where nothing can, whether the login was lost.
fn play(policy: Policy, client: &mut dyn Holder, schedule: &[Event]) -> Result<Vec<Event>, bool> {
    let mut server = Server::new(policy);
    let mut requests: Vec<Stage> = Vec::new();
    let mut seen = vec![0];
    for event in schedule {
        match *event {
            // A client that has nothing to send has it all the same: as a request that is over.
            Event::Start => requests.push(client.start().map_or(Stage::Over, Stage::Sent)),
            Event::Process(index) => {
                let Stage::Sent(sent) = requests[index] else { unreachable!() };
                requests[index] = Stage::Answered(sent, server.answer(sent));
            }
            Event::Deliver(index) => {
                let Stage::Answered(sent, answer) = requests[index] else { unreachable!() };
                seen.extend(answer);
                client.receive(index, sent, answer);
                requests[index] = Stage::Over;
            }
            Event::Lose(index) => requests[index] = Stage::Over,
        }
    }
    let mut next = Vec::new();
    if requests.len() < REQUESTS {
        next.push(Event::Start);
    }
    for (index, stage) in requests.iter().enumerate() {
        match stage {
            Stage::Sent(_) => next.extend([Event::Process(index), Event::Lose(index)]),
            Stage::Answered(..) => next.extend([Event::Deliver(index), Event::Lose(index)]),
            Stage::Over => {}
        }
    }
    if !next.is_empty() {
        return Ok(next);
    }
    server.end_of_grace();
    if !seen.iter().any(|token| server.fresh.contains(token)) {
        return Err(false);
    }
    // The next use of the login, with one more try for a spare.
    for request in REQUESTS..REQUESTS + 2 {
        let Some(sent) = client.start() else { return Err(true) };
        let answer = server.answer(sent);
        client.receive(request, sent, answer);
        if answer.is_ok() {
            return Err(false);
        }
    }
    Err(true)
}

/// How many schedules there are, and which of them lose the login.
fn losses(policy: Policy, client: &dyn Fn() -> Box<dyn Holder>) -> (usize, Vec<Vec<Event>>) {
    let mut open = vec![Vec::new()];
    let (mut count, mut lost) = (0, Vec::new());
    while let Some(schedule) = open.pop() {
        match play(policy, &mut *client(), &schedule) {
            Ok(next) => open.extend(next.into_iter().map(|event| [&schedule[..], &[event]].concat())),
            Err(is_lost) => {
                count += 1;
                lost.extend(is_lost.then_some(schedule));
            }
        }
    }
    (count, lost)
}

/// Gives each start a number, even if the crate has nothing to send then (see `Event::Start`), so that the numbers of the
/// schedule and of the refreshes under way agree.
struct Numbered(Crate);

impl Holder for Numbered {
    fn start(&mut self) -> Option<Token> {
        let sent = self.0.start();
        if sent.is_none() {
            self.0.under_way.push(None);
        }
        sent
    }

    fn receive(&mut self, request: usize, sent: Token, answer: Answer) {
        let request = request.min(self.0.under_way.len() - 1);
        self.0.receive(request, sent, answer);
    }
}

#[test]
fn the_rule_for_two_refreshes_under_way_loses_the_fewest_logins() {
    let mut totals = [0; 5];
    for policy in POLICIES {
        let simple = |rule| losses(policy, &|| Box::new(Simple::new(rule)));
        let (count, shipped) = losses(policy, &|| Box::new(Numbered(Crate::new())));
        let lost = [Rule::Unpaired, Rule::LastWins, Rule::KeepHeld, Rule::Spare].map(|rule| simple(rule).1.len());
        println!(
            "{policy:?}: {count} schedules; lost by the crate {}, unpaired {}, last wins {}, keep the held one {}, with a spare {}",
            shipped.len(),
            lost[0],
            lost[1],
            lost[2],
            lost[3],
        );
        if let Some(schedule) = shipped.first() {
            println!("  the first: {schedule:?}");
        }
        assert!(count > 1_000, "the bound has shrunk");
        assert_eq!(shipped.len(), lost[3], "the crate keeps a spare");
        for (total, lost) in totals.iter_mut().zip(lost.into_iter().chain([shipped.len()])) {
            *total += lost;
        }
        if policy != Policy::GraceLatestWins {
            assert_eq!(shipped, Vec::<Vec<Event>>::new(), "{policy:?}");
        }
    }
    let [unpaired, last_wins, keep_held, spare, shipped] = totals;
    println!(
        "lost in all: unpaired {unpaired}, last wins {last_wins}, keep {keep_held}, spare {spare}, crate {shipped}"
    );
    assert!(shipped < keep_held && shipped < last_wins && shipped < unpaired);
}

#[test]
fn the_answer_of_another_login_changes_nothing() {
    let mut login = Crate::new();
    let server = Endpoints::new("https://honest.example/authorize", "https://honest.example/token").unwrap();
    let client = Client::new(server, "client", "https://client.example/callback").unwrap();
    let other = Authorized::import(&client.login(), &body(77), NOW).unwrap();
    let Renewal::Refresh(refresh) = other.renewal() else { panic!("there is a refresh token") };
    for response in [HttpResponse::new(200, body(78)), HttpResponse::new(400, r#"{"error":"invalid_grant"}"#)] {
        let before = login.login.suspend().to_json();
        let Renewal::Refresh(again) = other.renewal() else { panic!("there is a refresh token") };
        let error = again.receive_response(&mut login.login, response, NOW).unwrap_err();
        assert_eq!((error.kind(), error.next_step()), (TokenErrorKind::Stale, NextStep::Wait));
        assert_eq!(login.login.suspend().to_json().expose(), before.expose());
        assert_eq!(login.login.revision(), 0);
    }
    drop(refresh);
}
