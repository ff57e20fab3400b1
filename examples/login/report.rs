//! What the user reads in the terminal. Nothing secret, and nothing raw from outside.

use core::time::Duration;
use std::io::{self, Write as _};

use authcode::{Authorized, Client, GrantedScope, Lifetime, OAuthError, TokenType};

use crate::Failure;
use crate::listener::Listener;

/// A line. If nobody reads any more, as behind a closed pipe, the login goes on.
pub(crate) fn line(text: &str) {
    drop(writeln!(io::stdout(), "{text}"));
}

pub(crate) fn failure(error: &Failure) {
    drop(writeln!(io::stderr(), "login: {error}"));
}

/// The name of a state, and a line about it.
fn state(name: &str, text: &str) {
    line(&format!("\n[{name}]\n  {text}"));
}

/// Where the metadata is looked for.
pub(crate) fn discovering(url: &str) {
    line(&format!("  asks {url}"));
}

pub(crate) fn unstarted(client: &Client, scope: &str) {
    state("Unstarted", &format!("client {:?} asks for the scope {scope:?}", client.client_id()));
    line(&format!("  at {}", client.server().authorization_endpoint()));
}

pub(crate) fn awaiting_redirect(listener: &Listener, timeout: Duration) {
    state("AwaitingRedirect", "state and PKCE verifier are drawn, and kept secret");
    line(&format!(
        "  waiting at most {} s for your consent to come back on port {}",
        timeout.as_secs(),
        listener.port()
    ));
}

pub(crate) fn browser_opens(url: &str) {
    line(&format!("  your browser opens; if it does not, open this URL in it:\n\n  {url}"));
}

pub(crate) fn browser_missing(url: &str) {
    line(&format!("  there is no browser here; open this URL in one on this machine:\n\n  {url}"));
}

pub(crate) fn consents_by_itself(deny: bool) {
    let (why, button) = if deny { ("--deny", "Deny") } else { ("no browser here, or CI=true", "Allow") };
    line(&format!("  {why}: this program follows the consent page by itself and presses {button}"));
}

/// A request came to the listener that is not the redirect of this login.
pub(crate) fn stranger(why: &str) {
    line(&format!("  a request came that is not the answer ({why}); still waiting for your consent"));
}

pub(crate) fn code_received() {
    state("CodeReceived", "the code is here, and kept secret; it goes to the token endpoint, once");
}

pub(crate) fn trying_again(problem: &str, pause: Duration) {
    line(&format!("  {problem}; trying again in {} s", pause.as_secs()));
}

pub(crate) fn authorized(authorized: &Authorized) {
    let kind = match authorized.token_type() {
        TokenType::Bearer => "a Bearer token",
        TokenType::Unstated => "a token of unstated type",
        _ => "a token of a type that this program does not know",
    };
    let lifetime = match authorized.lifetime() {
        Lifetime::Stated(lifetime) => format!("{} s", lifetime.as_secs()),
        Lifetime::Unreadable => "not readable: renew it soon".into(),
        _ => "not stated: use it until it is refused".into(),
    };
    let scope = match authorized.granted_scope() {
        GrantedScope::Stated(scope) => scope.as_str(),
        _ => "not stated",
    };
    let refresh = authorized.refresh_token().map_or_else(|| "none".into(), |token| format!("{token:?}"));
    let changed = match authorized.refreshed() {
        Some(refreshed) if refreshed.rotated => ", a new one: the old one is dead",
        Some(_) => ", the same as before",
        None => "",
    };
    state("Authorized", &format!("{kind}: {:?}", authorized.access_token()));
    line(&format!("  lifetime: {lifetime}\n  scope: {scope}\n  refresh token: {refresh}{changed}"));
}

pub(crate) fn resource(url: &str, status: u16, text: &str) {
    line(&format!("  GET {url} -> {status} {text}"));
}

pub(crate) fn running_out(lifetime: Duration) {
    line(&format!("  letting the token run out: {} s ...", lifetime.as_secs()));
}

pub(crate) fn needs_renewal(needed: bool) {
    line(&format!("  needs_renewal: {needed}"));
}

pub(crate) fn refreshing() {
    state("Refreshing", "the refresh token goes to the token endpoint; the user need not be there");
}

pub(crate) fn reauthorize() {
    state("Unstarted", "there is no refresh token: for a new token the user would log in again");
}

pub(crate) fn done() {
    line("\nThe login is complete.");
}

/// What a server added to its error code, cut and made safe to show by the crate.
pub(crate) fn in_its_words(error: Option<&OAuthError>) -> String {
    let description = error.and_then(|error| error.description.as_ref());
    description.map(|text| format!(" ({text})")).unwrap_or_default()
}
