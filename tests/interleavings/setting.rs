//! Which defences are up, and what the attacker can do.

use authcode::IssParameter;

use crate::people::{Content, Login, Redirect, Server, State};

/// How the client tells from which server a redirect comes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TellsServersApart {
    /// By `iss` (RFC 9207), with this policy for the honest server and for the attacker's.
    ByIss(IssParameter, IssParameter),
    /// By a redirect URI for each server (RFC 9700 §4.4.2.2). No issuer is configured.
    ByRedirectUri,
    /// Not at all: one redirect URI and no issuer. **Not safe.**
    Not,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) tells_servers_apart: TellsServersApart,
    /// The honest server sends `iss`.
    pub(crate) honest_sends_iss: bool,
    /// If not, the client is a double that takes every `state` for the right one. **Not safe.**
    pub(crate) compares_state: bool,
    /// If not, the honest server gives a token for a code with any verifier, as a server without PKCE does.
    pub(crate) checks_verifier: bool,
    /// If not, a redirect in one person's browser reaches the logins of the other's session. **Not safe**, and the duty
    /// of your program.
    pub(crate) keeps_sessions_apart: bool,
    /// Mallory reads what the honest server sends back to Alice's browser for her own logins: in a log, in a `Referer`,
    /// by a hijacked scheme. So he has their codes, and their `state`.
    pub(crate) answers_leak: bool,
    /// Alice logs in at the honest server in two tabs.
    pub(crate) has_two_tabs: bool,
    /// How often Alice's browser goes to the honest server on Mallory's behalf.
    pub(crate) lures: usize,
}

impl Setting {
    /// Everything as it should be.
    pub(crate) const SAFE: Self = Self {
        tells_servers_apart: TellsServersApart::ByIss(IssParameter::Required, IssParameter::Optional),
        honest_sends_iss: true,
        compares_state: true,
        checks_verifier: true,
        keeps_sessions_apart: true,
        answers_leak: false,
        has_two_tabs: false,
        lures: 2,
    };

    /// The logins that may start.
    pub(crate) fn logins(&self) -> impl Iterator<Item = Login> + use<> {
        let has_two_tabs = self.has_two_tabs;
        Login::ALL.into_iter().filter(move |login| *login != Login::AliceAtHonestInAnotherTab || has_two_tabs)
    }

    /// How the honest server sends a browser back.
    pub(crate) fn sent_back(&self, content: Content, state_of: Login) -> Redirect {
        let iss = self.honest_sends_iss.then_some(Server::Honest);
        Redirect { to: Server::Honest, content, state: State::Of(state_of), iss }
    }

    pub(crate) fn iss_parameter(&self, server: Server) -> Option<IssParameter> {
        match (self.tells_servers_apart, server) {
            (TellsServersApart::ByIss(policy, _), Server::Honest) => Some(policy),
            (TellsServersApart::ByIss(_, policy), Server::Attackers) => Some(policy),
            _ => None,
        }
    }

    pub(crate) fn redirect_uri(&self, server: Server) -> &'static str {
        match (self.tells_servers_apart, server) {
            (TellsServersApart::ByRedirectUri, Server::Honest) => "https://client.example/callback/honest",
            (TellsServersApart::ByRedirectUri, Server::Attackers) => "https://client.example/callback/attackers",
            _ => "https://client.example/callback",
        }
    }

    /// The redirect URIs on which the client listens, by the server they are meant for.
    pub(crate) fn redirect_uris(&self) -> &'static [Server] {
        match self.tells_servers_apart {
            TellsServersApart::ByRedirectUri => &[Server::Honest, Server::Attackers],
            _ => &[Server::Honest],
        }
    }
}
