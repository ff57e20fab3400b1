//! Refreshes that lost a login which was still alive, or never gave up a dead one.

use core::time::Duration;

use authcode::limits::MAX_FOREIGN_REFUSALS;
use authcode::{
    Authorized, Client, ClientAuth, Dialect, Fault, HttpResponse, Identity, NextStep, Server, TokenError, TokenType,
};

use crate::scenario::*;

fn refuse(login: &mut Authorized, response: HttpResponse) -> TokenError {
    refresh_of(login).receive_response(login, response, NOW).unwrap_err()
}

fn succeed(login: &mut Authorized) {
    let response = HttpResponse::new(200, r#"{"access_token":"at-2","token_type":"Bearer"}"#);
    refresh_of(login).receive_response(login, response, NOW).unwrap();
    assert_eq!(login.tokens().access_token().expose(), "at-2");
}

fn refresh_token(login: &Authorized) -> Option<&str> {
    login.tokens().refresh_token().map(|token| token.expose())
}

/// <https://github.com/diegosouzapw/OmniRoute/pull/5214>
#[test]
fn empty_refresh_token_replaces_the_good_one() {
    let mut login = authorized();
    let response = HttpResponse::new(200, r#"{"access_token":"b","token_type":"Bearer","refresh_token":""}"#);
    let refreshed = refresh_of(&login).receive_response(&mut login, response, NOW).unwrap();
    assert!(!refreshed.rotated);
    assert_eq!(refresh_token(&login), Some("rt-1"));
}

/// <https://github.com/DuendeArchive/Support/issues/775>, <https://github.com/micronaut-projects/micronaut-core/pull/1263>
#[test]
fn token_type_left_out_of_a_refresh_fails_the_login() {
    let body = r#"{"access_token":"at-2","expires_in":3600,"refresh_token":"rt-2","scope":"openid offline_access"}"#;
    let mut login = authorized();
    refresh_of(&login).receive_response(&mut login, HttpResponse::new(200, body), NOW).unwrap();
    assert_eq!(login.bearer().unwrap().expose(), "Bearer at-2");

    // What is stated counts, and so does what cannot be read.
    for (stated, expected) in [(r#""DPoP""#, TokenType::Other("DPoP".into())), ("7", TokenType::Unreadable)] {
        let body = format!(r#"{{"access_token":"at-3","token_type":{stated}}}"#);
        refresh_of(&login).receive_response(&mut login, HttpResponse::new(200, body), NOW).unwrap();
        assert_eq!(*login.tokens().token_type(), expected);
        // `Bearer` has ended with it.
        let body = r#"{"access_token":"at-4"}"#;
        refresh_of(&login).receive_response(&mut login, HttpResponse::new(200, body), NOW).unwrap();
        assert_eq!(*login.tokens().token_type(), TokenType::Unstated);
        login = authorized();
    }
}

/// <https://github.com/decocms/studio/pull/6200>, <https://github.com/google/site-kit-wp/issues/818>,
/// <https://github.com/soundcloud/api/issues/141>
#[test]
fn rate_limit_or_gateway_error_taken_for_a_dead_refresh_token() {
    for status in [429, 500, 502, 503, 504] {
        let mut login = authorized();
        // An outage of hours: more refusals than the end of one round of tries.
        for _ in 0..100 {
            let error = refuse(&mut login, HttpResponse::new(status, "Too Many Requests"));
            assert!(matches!(error.next_step(), NextStep::Retry { .. } | NextStep::Wait), "{error}");
        }
        assert_eq!(refresh_token(&login), Some("rt-1"));
        succeed(&mut login);
    }
}

/// The endpoint of xAI, and of SpaceTraders, asks for a part of a second.
///
/// <https://github.com/lidge-jun/opencodex/issues/4046>, <https://github.com/SpaceTradersAPI/api-docs/issues/24>
#[test]
fn fraction_in_retry_after_ignored() {
    for (value, seconds) in [("1.5", 2), ("0.493", 1), ("30.5", 31), ("Tue, 14 Nov 2023 22:13:27 GMT", 7)] {
        let response = HttpResponse::new(429, "").with_headers([("retry-after", value)]);
        assert_eq!(pause(refuse(&mut authorized(), response).next_step()), seconds, "{value}");
    }
}

/// Metabase, FlowFuse, Better Auth and Bungie have called a dead refresh token an invalid request. Each poll sent it again.
///
/// <https://github.com/keurcien/auxilia/pull/327>, <https://github.com/FlowFuse/flowfuse/pull/8547>,
/// <https://github.com/better-auth/better-auth/issues/8099>,
/// <https://github.com/NigelBreslaw/guardian-ghost/issues/1254>
#[test]
fn refresh_token_that_is_an_invalid_request_sent_for_a_week() {
    let body = r#"{"error":"invalid_request","error_description":"ProvidedTokenNotValidRefreshToken"}"#;
    let mut login = authorized();
    for count in 1..=MAX_FOREIGN_REFUSALS {
        // The program may start anew for each poll.
        login = Authorized::resume(login.suspend(), &Scenario::default().client()).unwrap();
        let error = refuse(&mut login, HttpResponse::new(400, body));
        let is_over = count == MAX_FOREIGN_REFUSALS;
        assert_eq!(error.next_step(), if is_over { NextStep::StartOver } else { NextStep::Wait }, "{count}");
    }
    // An access token that is still good stays in use meanwhile.
    assert_eq!(login.bearer().unwrap().expose(), "Bearer at-1");
}

/// Microsoft asks for a second factor when the user is at another place. The same refresh token is good at the first one.
///
/// <https://github.com/AzureAD/azure-activedirectory-library-for-nodejs/issues/151>,
/// <https://github.com/FormidableLabs/react-native-app-auth/issues/309>,
/// <https://github.com/AzureAD/azure-activedirectory-library-for-dotnet/issues/1671>
#[test]
fn second_factor_asked_for_at_a_refresh_never_shown() {
    let body = r#"{"error":"interaction_required","error_description":"AADSTS50079: Due to a configuration change","error_codes":[50079]}"#;
    let mut login = authorized();
    for _ in 0..10 {
        let error = refuse(&mut login, HttpResponse::new(400, body));
        assert_eq!((error.next_step(), error.fault()), (NextStep::StartOver, Fault::User));
        assert_eq!((login.revision(), refresh_token(&login)), (0, Some("rt-1")));
    }
    succeed(&mut login);
}

/// The secret was rotated at the server first. All users were told to log in again, and every new login failed, too.
///
/// <https://github.com/InsForge/insforge-mcp/pull/107>,
/// <https://github.com/modelcontextprotocol/python-sdk/pull/3328>
#[test]
fn wrong_secret_at_a_refresh_logs_everybody_out() {
    let client = |secret| {
        let identity = Identity::new("id", ClientAuth::body(secret));
        Client::new(Server::new(AUTHORIZE, TOKEN).unwrap(), identity, REDIRECT_URI).unwrap()
    };
    for body in
        [r#"{"error":"invalid_client","message":"Invalid client credentials"}"#, r#"{"error":"unauthorized_client"}"#]
    {
        let mut login = Authorized::import(&client("old").login(), SUCCESS, NOW).unwrap();
        for _ in 0..20 {
            assert_eq!(refuse(&mut login, HttpResponse::new(401, body)).next_step(), NextStep::Fix);
        }
        login.replace_client(&client("new")).unwrap();
        let sent = pairs(refresh_of(&login).request().body.expose());
        assert_eq!(value_of(&sent, "client_secret").unwrap(), "new");
        assert_eq!(value_of(&sent, "refresh_token").unwrap(), "rt-1");
        succeed(&mut login);
    }
}

/// A client took the `/` away from the token endpoint. The server redirected, the POST became a GET, and each login ended
/// after an hour.
///
/// <https://github.com/freelawproject/courtlistener/issues/7927>, <https://github.com/PostHog/posthog/pull/49807>
#[test]
fn slash_at_the_end_of_the_token_endpoint_removed() {
    let login = |endpoint| {
        let client = Client::new(Server::new(AUTHORIZE, endpoint).unwrap(), "id", REDIRECT_URI).unwrap();
        Authorized::import(&client.login(), SUCCESS, NOW).unwrap()
    };
    for endpoint in ["https://www.courtlistener.com/o/token/", "https://www.courtlistener.com/o/token"] {
        assert_eq!(refresh_of(&login(endpoint)).request().url, endpoint);
    }
    let mut login = login("https://www.courtlistener.com/o/token");
    for status in [301, 302, 307, 308] {
        assert!(!refresh_of(&login).request().follow_redirects);
        // Somebody has to correct the endpoint, and nobody is logged out by that.
        assert_eq!(refuse(&mut login, HttpResponse::new(status, "")).next_step(), NextStep::Fix);
        assert_eq!(refresh_token(&login), Some("rt-1"));
    }
}

/// The network goes away when a laptop wakes up, in the middle of a refresh.
///
/// <https://github.com/owncloud/client/pull/11984>, <https://github.com/anthropics/claude-code/issues/93014>
#[test]
fn refresh_without_an_answer_logs_the_user_out() {
    let mut login = authorized();
    let sent = refresh_of(&login).request().body.expose().to_owned();
    assert_eq!((login.revision(), refresh_token(&login)), (0, Some("rt-1")));
    // If the server has seen the first one and forgives the second, all is well. If not, the access token is still there.
    assert_eq!(refresh_of(&login).request().body.expose(), sent);
    let error = refuse(&mut login, HttpResponse::new(400, r#"{"error":"invalid_grant"}"#));
    assert_eq!(error.next_step(), NextStep::StartOver);
    assert_eq!(login.bearer().unwrap().expose(), "Bearer at-1");
}

/// The first response states a lifetime, and no other one does. Each token is used until the API refuses it, unless the
/// server's dialect says how long they live.
///
/// <https://github.com/oomol-lab/open-connector/pull/266>
#[test]
fn lifetime_left_out_of_a_refresh_ends_the_renewal() {
    let later = |minutes: u64| NOW.saturating_add(Duration::from_secs(60 * minutes));
    for (dialect, is_due) in [(Dialect::STANDARD, false), (Dialect::STANDARD.with_assumed_lifetime(3600), true)] {
        let mut login = Scenario { dialect, ..Scenario::default() }.to_authorized();
        succeed(&mut login);
        // The time of the former token does not count for the new one.
        assert!(!login.needs_renewal(later(59), Duration::ZERO));
        assert_eq!(login.needs_renewal(later(61), Duration::ZERO), is_due);
        succeed(&mut login);
    }
}
