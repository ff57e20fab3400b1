//! Who is there, and what they say to each other: small names, so that a whole world is a few bytes.

use std::fmt;

/// Whose browser, session and account at the honest server it is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Person {
    Alice,
    /// The attacker, who also has an account at the honest server and uses the client like anybody.
    Mallory,
}

/// An authorization server.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Server {
    Honest,
    /// Mallory's.
    Attackers,
}

/// A login of the client. `ALL` of them run at the same time.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Login {
    AliceAtHonest,
    AliceAtHonestInAnotherTab,
    AliceAtAttackers,
    MalloryAtHonest,
}

impl Login {
    pub(crate) const ALL: [Self; 4] =
        [Self::AliceAtHonest, Self::AliceAtHonestInAnotherTab, Self::AliceAtAttackers, Self::MalloryAtHonest];

    pub(crate) fn owner(self) -> Person {
        if self == Self::MalloryAtHonest { Person::Mallory } else { Person::Alice }
    }

    pub(crate) fn server(self) -> Server {
        if self == Self::AliceAtAttackers { Server::Attackers } else { Server::Honest }
    }

    /// A login of Alice's at the honest server: what the attacker must not get at.
    pub(crate) fn is_honest(self) -> bool {
        self.owner() == Person::Alice && self.server() == Server::Honest
    }

    /// Mallory sees the authorization URL: it goes to his server, or through his browser.
    pub(crate) fn is_open_to_attacker(self) -> bool {
        !self.is_honest()
    }
}

/// A code of the honest server, named after what it was given for: who agreed, and whose challenge and `state` were in
/// the request.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Code {
    pub(crate) account: Person,
    pub(crate) challenge_of: Login,
    pub(crate) state_of: Login,
}

impl Code {
    /// The code that the owner of a login gets for it, if nobody meddles.
    pub(crate) fn own(login: Login) -> Self {
        Self { account: login.owner(), challenge_of: login, state_of: login }
    }

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let of = |account| {
            Login::ALL.into_iter().flat_map(move |challenge_of| {
                Login::ALL.into_iter().map(move |state_of| Self { account, challenge_of, state_of })
            })
        };
        of(Person::Alice).chain(of(Person::Mallory))
    }

    /// The code as it is sent.
    pub(crate) fn text(self) -> String {
        format!("code.{:?}.{:?}.{:?}", self.account, self.challenge_of, self.state_of)
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        Self::all().find(|code| code.text() == text)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the honest server's code for {:?}'s account, asked for with the challenge of ", self.account)?;
        write!(f, "{:?}", self.challenge_of)
    }
}

/// What stands in a redirect beside `state` and `iss`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Content {
    Code(Code),
    CodeOfAttackers,
    CodeGuessed,
    Error,
    CodeAndError,
    Token,
}

/// The `state` in a redirect.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum State {
    Of(Login),
    Guessed,
    Missing,
}

/// A redirect: a URL that some browser opens at the client.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Redirect {
    /// Whose redirect URI it goes to, if each server has its own.
    pub(crate) to: Server,
    pub(crate) content: Content,
    pub(crate) state: State,
    pub(crate) iss: Option<Server>,
}

impl fmt::Display for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content {
            Content::Code(code) => write!(f, "{code}")?,
            other => write!(f, "{other:?}")?,
        }
        match self.state {
            State::Of(login) => write!(f, ", state of {login:?}")?,
            other => write!(f, ", state {other:?}")?,
        }
        match self.iss {
            Some(server) => write!(f, ", iss of {server:?}"),
            None => f.write_str(", no iss"),
        }
    }
}

/// How a token request is answered.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum TokenAnswer {
    /// By the honest server, with the token that belongs to the code.
    Token(Code),
    /// By the attacker's, with a token of his own making.
    TokenOfAttackers,
    /// `invalid_grant`.
    Refused,
    /// By something on the way: 503, and the server has not seen the request.
    Unavailable,
}

/// An access token, as the client ends up with it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Token {
    For(Code),
    OfAttackers,
}
