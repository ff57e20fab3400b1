//! How long an access token is used before it is renewed.

use authcode::limits::{MIN_RENEWAL_INTERVAL, UNREADABLE_LIFETIME};
use authcode::{Authorized, HttpResponse, Lifetime, UnixTime};
use core::time::Duration;

use crate::scenario::*;

fn with_lifetime(member: &str) -> Authorized {
    let body = format!(r#"{{"access_token":"a"{member}}}"#);
    code_received().receive_response(HttpResponse::new(200, body), NOW).unwrap()
}

fn after(seconds: u64) -> UnixTime {
    UnixTime::from_secs(NOW.as_secs() + seconds)
}

/// What is left so many seconds after the response, with so many seconds of leeway.
fn left(login: &Authorized, passed: u64, leeway: u64) -> Option<u64> {
    let left = login.tokens().time_left(after(passed), Duration::from_secs(leeway));
    assert_eq!(login.needs_renewal(after(passed), Duration::from_secs(leeway)), left == Some(Duration::ZERO));
    left.map(|left| left.as_secs())
}

#[test]
fn leeway_is_subtracted_from_the_lifetime() {
    let login = with_lifetime(r#","expires_in":3600"#);
    assert_eq!(left(&login, 0, 0), Some(3600));
    assert_eq!(left(&login, 0, 30), Some(3570));
    assert_eq!(left(&login, 3569, 30), Some(1));
    assert_eq!(left(&login, 3570, 30), Some(0));
    assert_eq!(left(&login, u64::MAX - NOW.as_secs(), 0), Some(0));
}

/// Otherwise a token with a short lifetime would be renewed at each use.
#[test]
fn leeway_counts_for_at_most_half_of_the_lifetime() {
    let login = with_lifetime(r#","expires_in":60"#);
    assert_eq!(left(&login, 0, 29), Some(31));
    for leeway in [30, 31, 60, 3600] {
        assert_eq!(left(&login, 0, leeway), Some(30), "{leeway}");
        assert_eq!(left(&login, 29, leeway), Some(1), "{leeway}");
        assert_eq!(left(&login, 30, leeway), Some(0), "{leeway}");
    }
    assert_eq!(login.tokens().time_left(NOW, Duration::MAX), Some(Duration::from_secs(30)));
}

#[test]
fn no_token_is_renewed_in_its_first_seconds() {
    for lifetime in [0, 1, 2, 5, 9, 10] {
        let login = with_lifetime(&format!(r#","expires_in":{lifetime}"#));
        assert_eq!(login.tokens().lifetime(), Lifetime::Stated(Duration::from_secs(lifetime)));
        for leeway in [10, 3600] {
            assert_eq!(left(&login, 0, leeway), Some(MIN_RENEWAL_INTERVAL), "{lifetime}");
            assert_eq!(left(&login, MIN_RENEWAL_INTERVAL - 1, leeway), Some(1), "{lifetime}");
            assert_eq!(left(&login, MIN_RENEWAL_INTERVAL, leeway), Some(0), "{lifetime}");
        }
        // It is not told to live longer than the server said.
        assert_eq!(login.tokens().expires_at(), Some(after(lifetime)));
    }
}

/// A clock that failed may stand at the largest number. The token must not be renewed at each use because of that.
#[test]
fn a_clock_at_its_end_leaves_the_whole_lifetime() {
    for (before_the_end, member) in [
        (0, r#","expires_in":3600"#),
        (1, r#","expires_in":3600"#),
        (3599, r#","expires_in":3600"#),
        (0, r#","expires_in":0"#),
    ] {
        let received_at = UnixTime::from_secs(u64::MAX - before_the_end);
        let body = format!(r#"{{"access_token":"a"{member}}}"#);
        let login = code_received().receive_response(HttpResponse::new(200, body), received_at).unwrap();
        let lifetime = if member.ends_with('0') && !member.ends_with("00") { MIN_RENEWAL_INTERVAL } else { 3600 };
        assert_eq!(login.tokens().time_left(received_at, Duration::ZERO), Some(Duration::from_secs(lifetime)));
        assert!(!login.needs_renewal(received_at, Duration::from_secs(30)));
        // As much of it has passed as the clock has moved.
        let end = UnixTime::from_secs(u64::MAX);
        let left = Duration::from_secs(lifetime - before_the_end);
        assert_eq!(login.tokens().time_left(end, Duration::ZERO), Some(left));
        assert_eq!(login.tokens().expires_at(), Some(end));
    }
}

#[test]
fn a_clock_that_was_set_back_leaves_nothing() {
    let login = with_lifetime(r#","expires_in":3600"#);
    let before = UnixTime::from_secs(NOW.as_secs() - 1);
    assert_eq!(login.tokens().time_left(before, Duration::ZERO), Some(Duration::ZERO));
    assert!(login.needs_renewal(before, Duration::ZERO));
    assert!(login.needs_renewal(UnixTime::from_secs(0), Duration::from_secs(30)));
    // Without a lifetime, there is nothing to measure.
    assert!(!with_lifetime("").needs_renewal(before, Duration::ZERO));
}

#[test]
fn a_lifetime_that_cannot_be_read_counts_as_a_minute() {
    for member in [r#","expires_in":"1 h""#, r#","expires_in":1e3"#, r#","expires_at":"2026-01-01""#] {
        let login = with_lifetime(member);
        assert_eq!(login.tokens().lifetime(), Lifetime::Unreadable, "{member}");
        assert_eq!(login.tokens().expires_at(), None);
        assert_eq!(left(&login, 0, 0), Some(UNREADABLE_LIFETIME));
        assert_eq!(left(&login, 0, 20), Some(UNREADABLE_LIFETIME - 20));
        assert_eq!(left(&login, 0, 50), Some(UNREADABLE_LIFETIME / 2));
        assert_eq!(left(&login, UNREADABLE_LIFETIME, 0), Some(0));
    }
}

#[test]
fn a_token_without_a_lifetime_is_used_until_it_is_refused() {
    for member in ["", r#","expires_in":null"#] {
        let login = with_lifetime(member);
        assert_eq!(login.tokens().lifetime(), Lifetime::Unstated);
        assert_eq!(left(&login, 1_000_000_000, 30), None);
    }
}

/// Measured from the response, in the stored form and after a refresh alike.
#[test]
fn the_lifetime_counts_from_the_last_response() {
    let (refresh, mut login) = refresh();
    let response = HttpResponse::new(200, r#"{"access_token":"at-2","expires_in":100}"#);
    refresh.receive_response(&mut login, response, after(3600)).unwrap();
    let resumed = Authorized::resume(login.suspend(), &Scenario::default().client()).unwrap();
    for login in [login, resumed] {
        assert_eq!(left(&login, 3600, 30), Some(70));
        assert_eq!(left(&login, 3599, 30), Some(0));
        assert_eq!(left(&login, 3670, 30), Some(0));
    }
}
