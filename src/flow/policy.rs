//! What a refused response means: the [table of the flow](crate::flow#refusals), as code.

use core::time::Duration;

use crate::config::dialect::Dialect;
use crate::limits::{MAX_ATTEMPTS, MAX_FOREIGN_REFUSALS};
use crate::response::endpoint_error::{EndpointErrorKind, RefusedByEndpoint};
use crate::response::next_step::NextStep;
use crate::response::oauth_error::ErrorCode;
use crate::response::token_response::{Refused, RefusedResponse, TokenErrorKind};

/// After the exchange of a code. `refused` counts this response.
pub(crate) fn after_exchange(response: &RefusedResponse, dialect: &Dialect, refused: u8) -> NextStep {
    // By then the code has expired, and what did not help so often will not help.
    if refused >= MAX_ATTEMPTS {
        return NextStep::StartOver;
    }
    match (response.kind, error_code(response)) {
        (TokenErrorKind::Unavailable, _) => retry(response.retry_after, refused),
        (TokenErrorKind::Refused, Some(code)) if code.is_transient() => retry(response.retry_after, refused),
        (TokenErrorKind::Refused, Some(code)) if is_about_the_client(code, dialect) => NextStep::Fix,
        (TokenErrorKind::Refused | TokenErrorKind::Unusable(_) | TokenErrorKind::Stale, _) => NextStep::StartOver,
        // Something else than the server may have answered, so the code may be unspent. Not by itself: it may be spent.
        _ => NextStep::Fix,
    }
}

/// After a pushed request. Nothing is spent by one, so the state is alive until retries must end. `refused` counts this
/// response.
pub(crate) fn after_push(response: &RefusedByEndpoint, refused: u8) -> NextStep {
    match retry_if_unavailable(response, refused) {
        _ if refused >= MAX_ATTEMPTS => NextStep::StartOver,
        Some(retry) => retry,
        None => NextStep::Fix,
    }
}

/// After a revocation. `refused` counts this response.
pub(crate) fn after_revocation(response: &RefusedByEndpoint, dialect: &Dialect, refused: u8) -> NextStep {
    match (retry_if_unavailable(response, refused), response.code()) {
        _ if refused >= MAX_ATTEMPTS => NextStep::StartOver,
        (Some(retry), _) => retry,
        (None, Some(code)) if !is_about_the_client(code, dialect) => NextStep::StartOver,
        // The client, the endpoint, or something between here and the server.
        _ => NextStep::Fix,
    }
}

fn retry_if_unavailable(response: &RefusedByEndpoint, refused: u8) -> Option<NextStep> {
    let is_unavailable = response.kind == EndpointErrorKind::Unavailable;
    let may_pass = is_unavailable || response.code().is_some_and(ErrorCode::is_transient);
    may_pass.then(|| retry(response.retry_after, refused))
}

/// What a refused response to a refresh means for the refresh token that was sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RefreshVerdict {
    /// The server says that it is dead.
    Dead,
    /// It may still be good, but somebody has to change something first.
    Fix,
    /// It may be dead, or may have been spent: a response that does not say so in words that the crate knows. Trying again
    /// by itself may spend it.
    Foreign,
    /// It may still be good, but the user has to do something at the server first.
    Interact,
    /// It is still good, and another try may succeed.
    Retry,
}

pub(crate) fn of_refresh(refused: &Refused, dialect: &Dialect) -> RefreshVerdict {
    let response = &*refused.response;
    let is_dead =
        |code: &ErrorCode| *code == ErrorCode::InvalidGrant || dialect.means_dead_refresh_token(code.as_str());
    match (response.kind, error_code(response)) {
        (TokenErrorKind::Unavailable, _) => RefreshVerdict::Retry,
        (TokenErrorKind::Refused, Some(code)) => match code {
            code if is_dead(code) => RefreshVerdict::Dead,
            code if code.is_transient() => RefreshVerdict::Retry,
            code if is_about_the_client(code, dialect) => RefreshVerdict::Fix,
            code if code.needs_interaction() => RefreshVerdict::Interact,
            _ => RefreshVerdict::Foreign,
        },
        (TokenErrorKind::UnexpectedStatus, Some(code)) if (400..=499).contains(&response.status) && is_dead(code) => {
            RefreshVerdict::Dead
        }
        (TokenErrorKind::Redirected, _) => RefreshVerdict::Fix,
        // A new refresh token came with the unusable access token: the next try sends it.
        (TokenErrorKind::Unusable(_), _) if refused.refresh_token.is_some() => RefreshVerdict::Retry,
        _ => RefreshVerdict::Foreign,
    }
}

/// What to do after a refresh that was refused so. The counts include this response.
pub(crate) fn after_refresh(
    verdict: RefreshVerdict,
    response: &RefusedResponse,
    attempts: u8,
    foreign: u8,
) -> NextStep {
    match verdict {
        RefreshVerdict::Dead | RefreshVerdict::Interact => NextStep::StartOver,
        RefreshVerdict::Fix => NextStep::Fix,
        // One of them may be the page of a captive portal. If they repeat, they are the server's own word for "dead".
        RefreshVerdict::Foreign if foreign >= MAX_FOREIGN_REFUSALS => NextStep::StartOver,
        RefreshVerdict::Foreign => NextStep::Wait,
        RefreshVerdict::Retry if attempts >= MAX_ATTEMPTS => NextStep::Wait,
        RefreshVerdict::Retry => retry(response.retry_after, attempts),
    }
}

fn error_code(response: &RefusedResponse) -> Option<&ErrorCode> {
    response.oauth_error.as_ref()?.code.as_ref()
}

/// The server has refused the client before it looked at the code or the refresh token (RFC 6749 §5.2).
fn is_about_the_client(code: &ErrorCode, dialect: &Dialect) -> bool {
    matches!(code, ErrorCode::InvalidClient | ErrorCode::UnauthorizedClient)
        || dialect.means_invalid_client(code.as_str())
}

/// A pause before the next try: what the server asked for, but at least a second; otherwise 1, 2, 4, … seconds. `refused`
/// counts the responses so far.
pub(crate) fn retry(retry_after: Option<Duration>, refused: u8) -> NextStep {
    let pause = || Duration::from_secs(1 << refused.saturating_sub(1).min(MAX_ATTEMPTS));
    NextStep::Retry { after: retry_after.map_or_else(pause, |asked| asked.max(Duration::from_secs(1))) }
}
