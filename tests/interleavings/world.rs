//! One moment of everything, and the steps that lead to the next.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use stateright::{Model, Property};

use crate::honest_server::{self, Asks, Codes};
use crate::people::{Code, Content, Login, Person, Redirect, Server, State, Token, TokenAnswer};
use crate::setting::Setting;
use crate::shipped::{Asked, Exchanged, Received, Sent, Shipped, Stored, verifier};

pub(crate) const NOTHING_LEAKS: &str = "no code and no verifier of the honest server reaches the attacker's";
pub(crate) const NO_OTHER_CODE: &str = "no login ends with the token for another's code";
pub(crate) const NO_STRANGER_ENDS_IT: &str = "nothing but the honest server's answer ends an honest login";
pub(crate) const CAN_FINISH: &str = "every honest login can still finish";
pub(crate) const NO_TRACE: &str = "a refused redirect leaves no trace";

/// Where a login is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Stage {
    Unstarted,
    /// A real `AwaitingRedirect`.
    Waiting(Stored),
    /// A real `CodeReceived`.
    HasCode(Stored),
    LoggedIn(Token),
    /// By the honest server's "no" to this login, or else.
    Ended {
        honestly: bool,
    },
}

/// What the attacker's server has read in a request of the client's, and the attacker did not know.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Leaked {
    Code(Code),
    Verifier(Login),
}

/// One moment.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct World {
    /// In the order of `Login::ALL`.
    stages: [Stage; Login::ALL.len()],
    /// The honest server's memory. Each code was sent to its account's browser, where it can be opened, again and
    /// again, or never.
    codes: Codes,
    /// Logins to which Alice said no, at the honest server. It was sent to her browser likewise.
    refusals: BTreeSet<Login>,
    leaked: BTreeSet<Leaked>,
}

/// What may happen next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step {
    /// The client starts a login and the browser goes to its server. Mallory can make Alice's browser do that.
    Start(Login),
    /// Somebody agrees at the honest server, which sends the browser back with a code.
    Agree(Code),
    /// Alice says no, and the browser is sent back with that.
    SayNo(Login),
    /// A browser opens what the honest server sent it back with. Nobody can read it or change it on the way.
    Open(Login, Redirect),
    /// A browser opens what Mallory has made of what he knows.
    OpenForged(Login, Redirect),
    /// The client sends its token request. If that goes to the attacker's server, it answers so.
    Exchange(Login, TokenAnswer),
}

impl World {
    fn stage(&self, login: Login) -> Stage {
        self.stages[login as usize]
    }

    fn has_started(&self, login: Login) -> bool {
        self.stage(login) != Stage::Unstarted
    }

    fn with(&self, login: Login, stage: Stage) -> Self {
        let mut next = self.clone();
        next.stages[login as usize] = stage;
        next
    }

    /// The attacker's server reads this.
    fn overhear(&mut self, setting: &Setting, sent: &Sent) {
        let reads = |secret: &str| sent.url.contains(secret) || sent.body.contains(secret);
        let codes = self.codes.keys().filter(|code| reads(&code.text()) && !self.is_known(setting, **code));
        let codes: Vec<_> = codes.copied().map(Leaked::Code).collect();
        let honest = Login::ALL.into_iter().filter(|login| login.server() == Server::Honest);
        self.leaked.extend(honest.filter(|login| reads(&verifier(*login))).map(Leaked::Verifier));
        self.leaked.extend(codes);
    }

    /// Whether Mallory knows a code of the honest server: it is for his account, or it has leaked.
    fn is_known(&self, setting: &Setting, code: Code) -> bool {
        code.account == Person::Mallory
            || self.leaked.contains(&Leaked::Code(code))
            || (setting.answers_leak && code.challenge_of.is_honest())
    }

    /// All that Mallory can put into a redirect as its content.
    fn known_contents(&self, setting: &Setting) -> Vec<Content> {
        let codes = self.codes.keys().filter(|code| self.is_known(setting, **code)).copied().map(Content::Code);
        let made_up =
            [Content::CodeOfAttackers, Content::CodeGuessed, Content::Error, Content::CodeAndError, Content::Token];
        codes.chain(made_up).collect()
    }

    /// All that Mallory can put into a redirect as its `state`.
    fn known_states(&self, setting: &Setting) -> Vec<State> {
        let was_answered = |login| self.codes.contains_key(&Code::own(login)) || self.refusals.contains(&login);
        let is_known = |login: &Login| {
            (login.is_open_to_attacker() && self.has_started(*login)) || (setting.answers_leak && was_answered(*login))
        };
        let states = Login::ALL.into_iter().filter(is_known).map(State::Of);
        states.chain([State::Guessed, State::Missing]).collect()
    }

    /// What the honest server has sent to a person's browser.
    fn sent_to(&self, setting: &Setting, person: Person) -> impl Iterator<Item = Redirect> {
        let codes = self.codes.keys().filter(move |code| code.account == person);
        let codes = codes.map(|code| setting.sent_back(Content::Code(*code), code.state_of));
        let refusals = self.refusals.iter().filter(move |login| login.owner() == person);
        codes.chain(refusals.map(|login| setting.sent_back(Content::Error, *login)))
    }
}

/// The client as it is shipped, the honest server and the attacker.
pub(crate) struct Everything {
    setting: Setting,
    pub(crate) shipped: Shipped,
    requests: Asked<Login, Arc<Asks>>,
}

impl Everything {
    pub(crate) fn new(setting: Setting) -> Self {
        Self { setting, shipped: Shipped::new(setting), requests: Asked::new() }
    }

    /// What the honest server is asked for when a browser comes with the challenge of this login: for a login at the
    /// attacker's, the attacker has put the honest server's client and redirect URI into the request.
    fn asks(&self, login: Login) -> Arc<Asks> {
        self.requests.ask(login, || {
            let sent = self.shipped.authorization_url(login, self.shipped.start(login));
            let asks = Asks::read(&sent.url);
            Arc::new(Asks { redirect_uri: self.setting.redirect_uri(Server::Honest).to_owned(), ..asks })
        })
    }

    fn agree(&self, codes: &mut Codes, code: Code) {
        honest_server::authorize(&self.setting, codes, code, self.asks(code.challenge_of));
    }

    /// Who can agree to what at the honest server.
    fn can_agree(&self, world: &World, code: &Code) -> bool {
        let has_what_it_takes = world.has_started(code.challenge_of) && world.has_started(code.state_of);
        let is_own = *code == Code::own(code.challenge_of) && code.challenge_of.server() == Server::Honest;
        // Mallory agrees with his own account, to a request made of what he knows. `state` is his to add later.
        let is_mallorys = code.account == Person::Mallory
            && code.challenge_of.is_open_to_attacker()
            && code.challenge_of == code.state_of;
        // Alice's browser is led there with a request made of what Mallory knows, and she is logged in already.
        let is_lure = is_lure(code)
            && code.state_of.is_open_to_attacker()
            && world.codes.keys().filter(|code| is_lure(code)).count() < self.setting.lures
            // If he could also read the answer, the whole login would be his, and no client could tell.
            && !(self.setting.answers_leak && code.challenge_of.owner() == Person::Mallory);
        has_what_it_takes
            && !world.codes.contains_key(code)
            && !world.refusals.contains(&code.challenge_of)
            && (is_own || is_mallorys || is_lure)
    }

    /// What the honest server sends back for this login, if nobody meddles: what it has sent, or a new code.
    fn honest_answer(&self, world: &World, codes: &mut Codes, login: Login) -> Redirect {
        if world.refusals.contains(&login) {
            return self.setting.sent_back(Content::Error, login);
        }
        if !codes.contains_key(&Code::own(login)) {
            self.agree(codes, Code::own(login));
        }
        self.setting.sent_back(Content::Code(Code::own(login)), login)
    }

    /// Plays the honest end of a login, on the real code: the right answer comes, and the right exchange.
    fn can_finish(&self, world: &World, login: Login) -> bool {
        let mut codes = world.codes.clone();
        let stored = match world.stage(login) {
            Stage::Unstarted => return true,
            Stage::LoggedIn(token) => return token == Token::For(Code::own(login)),
            Stage::Ended { honestly } => return honestly,
            Stage::HasCode(stored) => stored,
            Stage::Waiting(stored) => {
                let answer = self.honest_answer(world, &mut codes, login);
                match self.shipped.receive_redirect(login, stored, answer) {
                    Received::Code(stored) => stored,
                    Received::Ended => return world.refusals.contains(&login),
                    Received::Returned(_) => return false,
                }
            }
        };
        let sent = self.shipped.token_request(login, stored);
        let answer = honest_server::exchange(&self.setting, &mut codes, &sent.body);
        sent.url == Server::Honest.token_endpoint()
            && self.shipped.receive_token_response(login, stored, answer)
                == Exchanged::Token(Token::For(Code::own(login)))
    }

    fn receive(&self, world: &World, login: Login, redirect: Redirect) -> Option<World> {
        let Stage::Waiting(stored) = world.stage(login) else { return None };
        let stage = match self.shipped.receive_redirect(login, stored, redirect) {
            Received::Returned(same) if same == stored => return None,
            Received::Returned(changed) => Stage::Waiting(changed),
            Received::Code(stored) => Stage::HasCode(stored),
            Received::Ended => {
                let is_answer = redirect == self.setting.sent_back(Content::Error, login);
                Stage::Ended { honestly: is_answer && world.refusals.contains(&login) }
            }
        };
        Some(world.with(login, stage))
    }

    fn exchange(&self, world: &World, login: Login, of_attackers: TokenAnswer) -> Option<World> {
        let Stage::HasCode(stored) = world.stage(login) else { return None };
        let sent = self.shipped.token_request(login, stored);
        let mut next = world.clone();
        let answer = if of_attackers == TokenAnswer::Unavailable {
            of_attackers
        } else if sent.url == Server::Honest.token_endpoint() {
            honest_server::exchange(&self.setting, &mut next.codes, &sent.body)
        } else {
            next.overhear(&self.setting, &sent);
            of_attackers
        };
        let stage = match self.shipped.receive_token_response(login, stored, answer) {
            Exchanged::Returned(same) => Stage::HasCode(same),
            Exchanged::Token(token) => Stage::LoggedIn(token),
            Exchanged::Ended => Stage::Ended { honestly: false },
        };
        next.stages[login as usize] = stage;
        (next != *world).then_some(next)
    }

    fn redirects_to(&self, login: Login, world: &World, steps: &mut Vec<Step>) {
        for person in [Person::Alice, Person::Mallory] {
            if person == login.owner() || !self.setting.keeps_sessions_apart {
                steps.extend(world.sent_to(&self.setting, person).map(|redirect| Step::Open(login, redirect)));
            }
        }
        let states = world.known_states(&self.setting);
        for content in world.known_contents(&self.setting) {
            for state in states.iter().copied() {
                for iss in [None, Some(Server::Honest), Some(Server::Attackers)] {
                    let to = self.setting.redirect_uris().iter();
                    steps.extend(to.map(|to| Step::OpenForged(login, Redirect { to: *to, content, state, iss })));
                }
            }
        }
    }
}

impl Model for Everything {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            stages: [Stage::Unstarted; Login::ALL.len()],
            codes: Codes::new(),
            refusals: BTreeSet::new(),
            leaked: BTreeSet::new(),
        }]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        for login in self.setting.logins() {
            match world.stage(login) {
                Stage::Unstarted => steps.push(Step::Start(login)),
                Stage::Waiting(_) => self.redirects_to(login, world, steps),
                Stage::HasCode(_) => {
                    let answers = [TokenAnswer::TokenOfAttackers, TokenAnswer::Refused, TokenAnswer::Unavailable];
                    steps.extend(answers.map(|answer| Step::Exchange(login, answer)));
                }
                Stage::LoggedIn(_) | Stage::Ended { .. } => {}
            }
            let was_answered = world.codes.contains_key(&Code::own(login)) || world.refusals.contains(&login);
            if login.is_honest() && world.has_started(login) && !was_answered {
                steps.push(Step::SayNo(login));
            }
        }
        steps.extend(Code::all().filter(|code| self.can_agree(world, code)).map(Step::Agree));
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        match step {
            Step::Start(login) => {
                let stored = self.shipped.start(login);
                let mut next = world.with(login, Stage::Waiting(stored));
                let sent = self.shipped.authorization_url(login, stored);
                assert!(sent.url.starts_with(login.server().authorization_endpoint()));
                if login.is_open_to_attacker() {
                    next.overhear(&self.setting, &sent);
                }
                Some(next)
            }
            Step::Agree(code) => {
                let mut next = world.clone();
                self.agree(&mut next.codes, code);
                Some(next)
            }
            Step::SayNo(login) => {
                let mut next = world.clone();
                next.refusals.insert(login);
                Some(next)
            }
            Step::Open(login, redirect) | Step::OpenForged(login, redirect) => self.receive(world, login, redirect),
            Step::Exchange(login, of_attackers) => self.exchange(world, login, of_attackers),
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        fn all_logins(world: &World, holds: impl Fn(Login, Stage) -> bool) -> bool {
            Login::ALL.into_iter().all(|login| holds(login, world.stage(login)))
        }
        fn is_done(world: &World, login: Login) -> bool {
            matches!(world.stage(login), Stage::LoggedIn(_))
        }
        vec![
            Property::always(NOTHING_LEAKS, |_, world: &World| world.leaked.is_empty()),
            Property::always(NO_OTHER_CODE, |_, world| {
                all_logins(world, |login, stage| match stage {
                    Stage::LoggedIn(token) if login.is_honest() => token == Token::For(Code::own(login)),
                    Stage::LoggedIn(Token::For(code)) => code.account == login.owner(),
                    _ => true,
                })
            }),
            Property::always(NO_STRANGER_ENDS_IT, |_, world: &World| {
                all_logins(world, |login, stage| !login.is_honest() || stage != Stage::Ended { honestly: false })
            }),
            Property::always(CAN_FINISH, |everything: &Self, world: &World| {
                all_logins(world, |login, _| !login.is_honest() || everything.can_finish(world, login))
            }),
            Property::always(NO_TRACE, |everything: &Self, world: &World| {
                all_logins(world, |login, stage| match stage {
                    Stage::Waiting(stored) => stored == everything.shipped.start(login),
                    _ => true,
                })
            }),
            // So that the above do not hold only because nothing happens.
            Property::sometimes("all logins finish, side by side", |everything: &Self, world: &World| {
                everything.setting.logins().all(|login| is_done(world, login))
            }),
            Property::sometimes("Alice says no, and only that login ends", |_, world: &World| {
                world.stage(Login::AliceAtHonest) == Stage::Ended { honestly: true }
                    && is_done(world, Login::MalloryAtHonest)
            }),
            Property::sometimes("Alice is led to the honest server, and finishes her own login", |_, world: &World| {
                world.codes.keys().any(is_lure) && is_done(world, Login::AliceAtHonest)
            }),
        ]
    }
}

/// Alice has agreed to what she has not asked for.
fn is_lure(code: &Code) -> bool {
    code.account == Person::Alice && !code.challenge_of.is_honest()
}

/// What a step has changed, for the trace.
pub(crate) fn changes(before: &World, after: &World) -> String {
    let mut changes = Vec::new();
    for login in Login::ALL {
        if before.stage(login) != after.stage(login) {
            changes.push(match after.stage(login) {
                Stage::Unstarted => unreachable!(),
                Stage::Waiting(_) => format!("{login:?} waits"),
                Stage::HasCode(_) => format!("{login:?} takes the code"),
                Stage::LoggedIn(Token::For(code)) => format!("{login:?} HAS THE TOKEN for {code}"),
                Stage::LoggedIn(Token::OfAttackers) => format!("{login:?} has the attacker's token"),
                Stage::Ended { honestly } => {
                    format!("{login:?} IS ENDED{}", if honestly { " by the honest server" } else { "" })
                }
            });
        }
    }
    changes.extend(after.leaked.difference(&before.leaked).map(|leaked| match leaked {
        Leaked::Code(code) => format!("the attacker's server READS {code}"),
        Leaked::Verifier(login) => format!("the attacker's server READS the verifier of {login:?}"),
    }));
    changes.join("; ")
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(login) => write!(f, "{login:?} starts"),
            Self::Agree(code) => write!(
                f,
                "{:?} agrees at the honest server, to a request with the challenge of {:?} and the state of {:?}",
                code.account, code.challenge_of, code.state_of
            ),
            Self::SayNo(login) => write!(f, "Alice says no to {login:?} at the honest server"),
            Self::Open(login, redirect) => write!(f, "sent back by the honest server to {login:?}: {redirect}"),
            Self::OpenForged(login, redirect) => write!(f, "FORGED, to {login:?}: {redirect}"),
            Self::Exchange(login, _) => write!(f, "{login:?} sends its token request"),
        }
    }
}
