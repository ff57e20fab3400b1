//! What the user reads in the terminal: no secret, and nothing from outside that is not escaped.

use core::time::Duration;
use std::io::{self, Write as _};

use authcode::{
    Authorized, AwaitingRedirect, Client, Fault, GrantedScope, HttpRequest, Lifetime, NextStep, OAuthError,
    RedirectError, Refreshed, Refusal, TokenType,
};

use crate::Failure;
use crate::exchange::Stopped;

/// A line. If nobody reads any more, as behind a closed pipe, the login goes on.
pub(crate) fn line(text: &str) {
    drop(writeln!(io::stdout(), "{text}"));
}

/// The last line of a program that failed.
pub(crate) fn failure(error: &Failure) {
    drop(writeln!(io::stderr(), "login: {error}"));
}

/// The last line of a program that succeeded.
pub(crate) fn done(text: &str) {
    line(&format!("\nThe login is complete. {text}"));
}

/// The name of a state, and a line about it.
fn state(name: &str, text: &str) {
    line(&format!("\n[{name}]\n  {text}"));
}

pub(crate) fn unstarted(client: &Client, scope: &str) {
    state("Unstarted", &format!("client {:?} requests the scope {scope:?}", client.client_id()));
    line(&format!("  at {}", client.server().authorization_endpoint()));
}

pub(crate) fn awaiting_redirect(pending: &AwaitingRedirect, timeout: Duration) {
    state("AwaitingRedirect", "state and PKCE verifier have been generated");
    line(&format!("  redirect URI: {}", pending.redirect_uri()));
    line(&format!("  waiting for the redirect, at most {} s (Ctrl-C stops)", timeout.as_secs()));
}

pub(crate) fn browser_opens(url: &str) {
    line(&format!("  opening your browser; if it does not open, open this URL in it:\n\n  {url}\n"));
}

pub(crate) fn browser_missing(url: &str) {
    line(&format!("  no browser was found; open this URL in a browser on this machine:\n\n  {url}\n"));
}

pub(crate) fn consents_by_itself(deny: bool) {
    let (why, button) = if deny { ("--deny", "Deny") } else { ("no browser, or CI=true", "Allow") };
    line(&format!("  {why}: this program opens the consent page and presses {button}"));
}

/// A request reached the listener that does not answer this login.
pub(crate) fn ignored(why: &str) {
    line(&format!("  ignored a request that does not answer this login ({why}); still waiting"));
}

pub(crate) fn code_received() {
    state("CodeReceived", "the redirect brought a code, which is exchanged for tokens");
}

pub(crate) fn request(request: &HttpRequest) {
    line(&format!("  {} {}", request.method, request.url));
}

pub(crate) fn no_response(error: &ureq::Error) -> String {
    format!("no response came: {error}. Check the network and the URL.")
}

pub(crate) fn resend() {
    line("  no response came; sending it once more");
}

/// The code may still be good, and the user may have mended what was wrong.
pub(crate) fn asks_again(stopped: &Stopped, pause: Duration) {
    let when = if pause.is_zero() { String::new() } else { format!(" in {} s", pause.as_secs()) };
    line(&format!("  {stopped}\n  The code may still be good: press Enter to send it again{when}, or Ctrl-C to stop."));
}

pub(crate) fn retry(error: &impl Refusal, after: Duration) {
    let pause = if after.is_zero() { "next request".into() } else { format!("next try in {} s", after.as_secs()) };
    line(&format!("  {error}{}; {pause}", description(error.oauth_error())));
}

pub(crate) fn authorized(login: &Authorized, refreshed: Option<&Refreshed>) {
    let tokens = login.tokens();
    let kind = match tokens.token_type() {
        TokenType::Bearer => "Bearer",
        TokenType::Unstated => "not stated",
        _ => "unknown",
    };
    let lifetime = match tokens.lifetime() {
        Lifetime::Stated(lifetime) => format!("{} s", lifetime.as_secs()),
        Lifetime::Unreadable => "cannot be read: refresh soon".into(),
        _ => "not stated: use the token until the API refuses it".into(),
    };
    let scope = match tokens.granted_scope() {
        GrantedScope::Stated(scope) => scope.as_str(),
        GrantedScope::Unreadable => "cannot be read",
        GrantedScope::Unstated => "not stated",
    };
    let refresh_token = match (tokens.refresh_token(), refreshed) {
        (None, _) => "none",
        (Some(_), None) => "yes",
        (Some(_), Some(refreshed)) if refreshed.rotated => "a new one, which replaces the old one",
        (Some(_), Some(_)) => "the same as before",
    };
    state("Authorized", &format!("access token: {:?}, type: {kind}", tokens.access_token()));
    line(&format!("  lifetime: {lifetime}\n  scope: {scope}\n  refresh token: {refresh_token}"));
}

pub(crate) fn resource(url: &str, status: u16, text: &str) {
    line(&format!("  GET {url} -> {status} {text}"));
}

pub(crate) fn expiring(left: Duration) {
    line(&format!("  waiting {} s until the access token has expired", left.as_secs()));
}

pub(crate) fn needs_renewal(needed: bool) {
    line(&format!("  needs_renewal: {needed}"));
}

pub(crate) fn refresh() {
    state("Refresh", "the refresh token is exchanged for a new access token, without the user");
}

/// Why a redirect is ignored. Some servers leave `state` out of an error, so the claimed error is worth showing.
pub(crate) fn unauthenticated(error: &RedirectError) -> String {
    match error {
        RedirectError::StateMissing { unauthenticated: Some(claim) } => {
            format!("{error}; it claims {claim}{}, which anyone could send", description(Some(claim)))
        }
        _ => error.to_string(),
    }
}

/// Why a step was refused, and what to do now.
pub(crate) fn refusal(error: &impl Refusal) -> String {
    let advice = match (error.next_step(), error.fault()) {
        (NextStep::StartOver, Fault::User) => "You declined. Run this again if you change your mind.",
        (NextStep::StartOver, Fault::Caller) => "Correct the options, then run this again.",
        (NextStep::StartOver, _) => "Run this again to start over.",
        (NextStep::Fix, _) => "Check the credentials, the endpoints and any proxy.",
        _ => "Try again later.",
    };
    format!("{error}{}. {advice}", description(error.oauth_error()))
}

/// The description that a server added to its error code. `Display` cuts and escapes it.
fn description(error: Option<&OAuthError>) -> String {
    let description = error.and_then(|error| error.description.as_ref());
    description.map(|text| format!(" ({text})")).unwrap_or_default()
}
