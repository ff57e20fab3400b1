//! The lifetime of a token, in all the forms in which servers send it.
//!
//! One that is there and cannot be read never costs a good token, and never means "for ever".

use core::time::Duration;

use authcode::{Authorized, Dialect, HttpResponse, Lifetime, LifetimeFormat, UnixTime, limits};
use proptest::prelude::*;

use crate::scenario::*;

fn authorized(members: &str, dialect: Dialect) -> Authorized {
    let body = format!(r#"{{"access_token":"a","token_type":"Bearer"{members}}}"#);
    let code = Scenario { dialect, ..Scenario::default() }.to_code_received();
    code.receive_response(HttpResponse::new(200, body), NOW).unwrap()
}

fn lifetime(members: &str) -> Lifetime {
    authorized(members, Dialect::STANDARD).tokens().lifetime()
}

fn seconds(seconds: u64) -> Lifetime {
    Lifetime::Stated(Duration::from_secs(seconds))
}

/// Each form, under each of the two names.
#[track_caller]
fn assert_reads(value: &str, expected: Lifetime) {
    for name in ["expires_in", "expiry"] {
        assert_eq!(lifetime(&format!(r#","{name}":{value}"#)), expected, "{name}: {value}");
    }
}

#[test]
// rows 33
fn numbers_are_seconds() {
    for (value, expected) in [
        ("0", 0),
        ("1", 1),
        ("3600", 3600),
        ("2147483648", 1 << 31),
        ("3153599999", limits::MAX_LIFETIME - 1),
        ("3153600000", limits::MAX_LIFETIME),
    ] {
        assert_reads(value, seconds(expected));
        assert_reads(&format!("\"{value}\""), seconds(expected));
    }
}

/// So that `Instant::now() + lifetime` cannot panic.
#[test]
fn a_lifetime_beyond_the_limit_counts_as_the_limit() {
    for value in [
        "3153600001",
        "1000000000000000",
        "9223372036854775807",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999999",
        "99999999999999999999999999.5",
    ] {
        assert_reads(value, seconds(limits::MAX_LIFETIME));
        assert_reads(&format!("\"{value}\""), seconds(limits::MAX_LIFETIME));
    }
    // In every form, and if the dialect assumes it.
    let far = Dialect::STANDARD.with_lifetime("x", LifetimeFormat::Timestamp);
    let far = authorized(r#","x":"9999-12-31T23:59:59Z""#, far);
    let milliseconds = Dialect::STANDARD.with_lifetime("x", LifetimeFormat::Milliseconds);
    let milliseconds = authorized(r#","x":18446744073709551615"#, milliseconds);
    let assumed = authorized("", Dialect::STANDARD.with_assumed_lifetime(u32::MAX));
    for login in [far, milliseconds, assumed] {
        assert_eq!(login.tokens().lifetime(), seconds(limits::MAX_LIFETIME));
        assert!(
            std::time::Instant::now().checked_add(login.tokens().time_left(NOW, Duration::ZERO).unwrap()).is_some()
        );
    }
}

#[test]
fn floats_are_rounded_down() {
    let long = format!("77777.{}", "7".repeat(400));
    for (value, expected) in [("3600.0", 3600), ("3600.9", 3600), ("0.5", 0), (&long, 77_777)] {
        assert_reads(value, seconds(expected));
        assert_reads(&format!("\"{value}\""), seconds(expected));
    }
}

#[test]
fn space_around_a_number_in_a_text_does_not_matter() {
    assert_reads(r#"" 3600 ""#, seconds(3600));
}

#[test]
// rows 33
fn what_is_no_lifetime_is_unreadable_and_does_not_cost_the_token() {
    for value in [
        "-1",
        "-0",
        "-0.0",
        "\"-1\"",
        "\"\"",
        "\" \"",
        "\"never\"",
        "\"2026-01-02T03:04:05Z\"",
        "\"177:05:38\"",
        "\"3600s\"",
        "\"0x10\"",
        "\"+5\"",
        "\".5\"",
        "\"inf\"",
        "\"NaN\"",
        "\"infinity\"",
        "1e3",
        "1e+3",
        "36.5E2",
        "36500E-2",
        "1e-5",
        "\"1e3\"",
        "1e19",
        "1e999",
        "\"1e999\"",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "\"1e\"",
        "\"1e--1\"",
        "true",
        "false",
        "[]",
        "[3600]",
        "{}",
        "{\"s\":3600}",
        "\"3600\\u0000\"",
    ] {
        assert_reads(value, Lifetime::Unreadable);
    }
}

#[test]
fn null_is_the_same_as_absent() {
    assert_eq!(lifetime(""), Lifetime::Unstated);
    assert_reads("null", Lifetime::Unstated);
}

#[test]
fn of_two_lifetimes_the_shorter_one_counts() {
    assert_eq!(lifetime(r#","expires_in":60,"expiry":3600"#), seconds(60));
    assert_eq!(lifetime(r#","expires_in":3600,"expiry":60"#), seconds(60));
}

#[test]
fn of_two_lifetimes_the_readable_one_counts() {
    assert_eq!(lifetime(r#","expires_in":60,"expiry":"2026-01-02T03:04:05Z""#), seconds(60));
    assert_eq!(lifetime(r#","expires_in":null,"expiry":60"#), seconds(60));
}

#[test]
fn a_dialect_may_count_in_milliseconds() {
    let dialect = Dialect::STANDARD.with_lifetime("expires_in", LifetimeFormat::Milliseconds);
    assert_eq!(authorized(r#","expires_in":3600999"#, dialect).tokens().lifetime(), seconds(3600));
}

#[test]
fn a_dialect_may_take_zero_for_unstated() {
    let dialect = Dialect::STANDARD.with_zero_lifetime_unstated();
    assert_eq!(authorized(r#","expires_in":0"#, dialect.clone()).tokens().lifetime(), Lifetime::Unstated);
    assert_eq!(authorized(r#","expires_in":1"#, dialect.clone()).tokens().lifetime(), seconds(1));
    let assumed = dialect.with_assumed_lifetime(600);
    assert_eq!(authorized(r#","expires_in":0"#, assumed).tokens().lifetime(), seconds(600));
}

#[test]
fn a_dialect_may_assume_a_lifetime() {
    let dialect = Dialect::STANDARD.with_assumed_lifetime(600);
    assert_eq!(authorized("", dialect.clone()).tokens().lifetime(), seconds(600));
    assert_eq!(authorized(r#","expires_in":"soon""#, dialect.clone()).tokens().lifetime(), seconds(600));
    assert_eq!(authorized(r#","expires_in":60"#, dialect.clone()).tokens().lifetime(), seconds(60));
    assert_eq!(authorized(r#","expires_in":0"#, dialect).tokens().lifetime(), seconds(0));
}

#[test]
fn the_end_counts_from_the_response() {
    let authorized = authorized(r#","expiry":3600"#, Dialect::STANDARD);
    assert_eq!(authorized.tokens().received_at(), NOW);
    assert_eq!(authorized.tokens().expires_at(), Some(NOW.saturating_add(Duration::from_secs(3600))));
}

#[test]
fn the_end_of_a_lifetime_saturates() {
    let body = format!(r#"{{"access_token":"a","expiry":{}}}"#, u64::MAX);
    let late = UnixTime::from_secs(u64::MAX - 1);
    let authorized = code_received().receive_response(HttpResponse::new(200, body), late).unwrap();
    assert_eq!(authorized.tokens().expires_at(), Some(UnixTime::from_secs(u64::MAX)));
}

#[test]
fn renewal_is_due_within_the_leeway() {
    let token = authorized(r#","expiry":3600"#, Dialect::STANDARD);
    let at = |offset| NOW.saturating_add(Duration::from_secs(offset));
    let minute = Duration::from_secs(60);
    for (offset, leeway, due) in [
        (0, Duration::ZERO, false),
        (1799, Duration::MAX, false),
        (1800, Duration::MAX, true),
        (3599, Duration::ZERO, false),
        (3600, Duration::ZERO, true),
        (3539, minute, false),
        (3540, minute, true),
        (u64::MAX, Duration::MAX, true),
    ] {
        assert_eq!(token.needs_renewal(at(offset), leeway), due, "{offset}");
    }
    // A clock that was set back says nothing about the token: it is renewed.
    for before in [UnixTime::from_secs(0), UnixTime::from_secs(NOW.as_secs() - 1)] {
        assert!(token.needs_renewal(before, minute));
        assert_eq!(token.tokens().time_left(before, minute), Some(Duration::ZERO));
    }
}

#[test]
fn an_unreadable_lifetime_is_short_and_an_unstated_one_has_no_end() {
    let unreadable = authorized(r#","expiry":"2026-01-02T03:04:05Z""#, Dialect::STANDARD);
    let at = |offset| NOW.saturating_add(Duration::from_secs(offset));
    assert!(!unreadable.needs_renewal(at(limits::UNREADABLE_LIFETIME - 1), Duration::ZERO));
    assert!(unreadable.needs_renewal(at(limits::UNREADABLE_LIFETIME), Duration::ZERO));
    assert_eq!(unreadable.tokens().expires_at(), None);
    assert!(unreadable.bearer().is_ok());
    let unstated = authorized("", Dialect::STANDARD);
    assert!(!unstated.needs_renewal(UnixTime::from_secs(u64::MAX), Duration::MAX));
    assert_eq!(unstated.tokens().expires_at(), None);
}

#[test]
fn time_is_saturating_both_ways() {
    let (early, late) = (UnixTime::from_secs(1), UnixTime::from_secs(u64::MAX));
    assert_eq!(late.saturating_add(Duration::MAX), late);
    assert_eq!(late.saturating_since(early), Duration::from_secs(u64::MAX - 1));
    assert_eq!(early.saturating_since(late), Duration::ZERO);
    assert!(early < late);
    #[cfg(feature = "std")]
    assert!(UnixTime::now() > UnixTime::from_secs(1_700_000_000));
}

proptest! {
    #[test]
    fn no_text_as_a_lifetime_costs_the_token(text in ".*") {
        let value = serde_json::to_string(&text).unwrap();
        let token = authorized(&format!(r#","expiry":{value},"expires_in":{value}"#), Dialect::STANDARD);
        prop_assert_eq!(token.tokens().access_token().expose(), "a");
        prop_assert_ne!(token.tokens().lifetime(), Lifetime::Unstated);
    }

    #[test]
    fn every_number_is_read(number in prop_oneof![any::<u64>(), 0..4_000_000_000_u64], quoted in any::<bool>()) {
        let value = if quoted { format!("\"{number}\"") } else { number.to_string() };
        let expected = number.min(limits::MAX_LIFETIME);
        prop_assert_eq!(lifetime(&format!(r#","expiry":{value}"#)), seconds(expected));
    }
}

#[test]
fn the_time_that_is_left_counts_the_leeway() {
    let token = authorized(r#","expiry":3600"#, Dialect::STANDARD);
    let left = |after: u64, leeway: u64| {
        let now = NOW.saturating_add(Duration::from_secs(after));
        token.tokens().time_left(now, Duration::from_secs(leeway)).unwrap().as_secs()
    };
    assert_eq!([left(0, 0), left(0, 30), left(3569, 30), left(3570, 30), left(9999, 0)], [3600, 3570, 1, 0, 0]);
    // At most half of the lifetime counts as leeway.
    assert_eq!(token.tokens().time_left(NOW, Duration::MAX), Some(Duration::from_secs(1800)));
    let unreadable = authorized(r#","expiry":"soon""#, Dialect::STANDARD);
    let left = |leeway| unreadable.tokens().time_left(NOW, Duration::from_secs(leeway)).unwrap().as_secs();
    assert_eq!([left(0), left(10), left(99)], [limits::UNREADABLE_LIFETIME, 50, 30]);
    assert_eq!(authorized("", Dialect::STANDARD).tokens().time_left(NOW, Duration::ZERO), None);
}

/// A server whose tokens are short-lived, or have expired when they come, is not asked for another one at each use.
#[test]
fn no_token_is_renewed_at_once() {
    for (value, leeway, pause) in [
        ("0", 0, limits::MIN_RENEWAL_INTERVAL),
        ("1", 30, limits::MIN_RENEWAL_INTERVAL),
        ("6", 30, limits::MIN_RENEWAL_INTERVAL),
        ("30", 30, 15),
        ("60", 30, 30),
        ("61", 30, 31),
    ] {
        let token = authorized(&format!(r#","expires_in":{value}"#), Dialect::STANDARD);
        let left = token.tokens().time_left(NOW, Duration::from_secs(leeway));
        assert_eq!(left, Some(Duration::from_secs(pause)), "{value}");
        assert!(!token.needs_renewal(NOW, Duration::from_secs(leeway)), "{value}");
    }
}

/// A lifetime under a name that only the dialect can explain is not "for ever".
#[test]
fn a_lifetime_under_another_name_is_unreadable_without_a_dialect() {
    for member in [
        "expires_at",
        "expires_on",
        "expires",
        "expire_in",
        "expireIn",
        "expiresIn",
        "ExpiresAt",
        "expireTime",
        "expiration",
        "access_token_expiration",
        "access_token_expires_in",
        "expiration_date",
        "accessTokenExpiresAt",
        "token_expiry",
    ] {
        assert_eq!(lifetime(&format!(r#","{member}":1568775134"#)), Lifetime::Unreadable, "{member}");
        assert_eq!(lifetime(&format!(r#","{member}":null"#)), Lifetime::Unstated);
        for value in ["false", "\"never\"", "\"\"", "{}"] {
            assert_eq!(lifetime(&format!(r#","{member}":{value}"#)), Lifetime::Unstated, "{member}: {value}");
        }
        assert_eq!(lifetime(&format!(r#","{member}":1568775134,"expires_in":60"#)), seconds(60));
    }
}

#[test]
fn a_dialect_names_the_lifetime_and_how_it_is_written() {
    use LifetimeFormat::{Milliseconds, Seconds, Timestamp, UnixSeconds};
    for (format, member, expected) in [
        (Seconds, r#""x":60"#, seconds(60)),
        (Milliseconds, r#""x":"60999""#, seconds(60)),
        (UnixSeconds, r#""x":1700000060"#, seconds(60)),
        (UnixSeconds, r#""x":"1700000060""#, seconds(60)),
        (UnixSeconds, r#""x":1"#, seconds(0)),
        (UnixSeconds, r#""x":253402300799"#, seconds(limits::MAX_LIFETIME)),
        (UnixSeconds, r#""x":1700000060000"#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-11-14T22:14:20Z""#, seconds(60)),
        (Timestamp, r#""x":"2023-11-14t23:14:20.999999999+01:00""#, seconds(60)),
        (Timestamp, r#""x":"2023-11-14 12:14:20-10:00""#, seconds(60)),
        (Timestamp, r#""x":"0001-01-01T00:00:00Z""#, seconds(0)),
        (Timestamp, r#""x":1700000060"#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-13-14T22:14:20Z""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-11-14T22:14:20""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-11-14T22:14:20+0100""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"tomorrow, or the day after""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-02-29T00:00:00Z""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-11-14T24:00:00Z""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-11-14T22:60:00Z""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-11-14T22:14:60Z""#, seconds(100)),
        (Timestamp, r#""x":"2023-11-14T22:14:61Z""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-11-14T22:14:20.Z""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-11-14T22:14:20+24:00""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-11-14T22:14:20+00:60""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-11-15T22:13:20+23:59""#, seconds(60)),
        (Timestamp, r#""x":"2023-11-14T22:14:20-00:00""#, seconds(60)),
        (Timestamp, r#""x":"2023-11-14T22:14:20.0z""#, seconds(60)),
        (Timestamp, r#""x":"1970-01-01T00:00:00+00:01""#, seconds(0)),
        (Timestamp, r#""x":"0000-02-29T00:00:00Z""#, seconds(0)),
        (Timestamp, r#""x":"2000-02-29T00:00:00Z""#, seconds(0)),
        (Timestamp, r#""x":"1900-02-29T00:00:00Z""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-00-14T22:14:20Z""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-11-00T22:14:20Z""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-11-31T22:14:20Z""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"2023-12-32T22:14:20Z""#, Lifetime::Unreadable),
        (Timestamp, r#""x":"9999-12-31T23:59:60-23:59""#, seconds(limits::MAX_LIFETIME)),
        // What it does not say is looked for where it usually is.
        (UnixSeconds, r#""x":null,"expires_in":60"#, seconds(60)),
        (UnixSeconds, r#""expiry":60"#, seconds(60)),
        (UnixSeconds, r#""x":"?","expires_in":60"#, seconds(60)),
        (UnixSeconds, r#""x":1700000060,"expires_in":7"#, seconds(60)),
    ] {
        let dialect = Dialect::STANDARD.with_lifetime("x", format);
        assert_eq!(authorized(&format!(",{member}"), dialect).tokens().lifetime(), expected, "{format:?} {member}");
    }
}

#[test]
fn a_date_with_anything_else_in_it_is_unreadable() {
    let dialect = Dialect::STANDARD.with_lifetime("x", LifetimeFormat::Timestamp);
    let lifetime = |date: &str| authorized(&format!(r#","x":"{date}""#), dialect.clone()).tokens().lifetime();
    for date in ["2023-11-14T22:14:20Z", "2023-11-14T22:14:20.5+00:00", "2023-11-14t22:14:20-00:00"] {
        assert_eq!(lifetime(date), seconds(60));
        for place in 0..date.len() {
            let (before, after) = (&date[..place], &date[place + 1..]);
            assert_eq!(lifetime(before), Lifetime::Unreadable, "{before}");
            for other in ["/", ";", "x", "\u{e9}", "\u{661}", ""] {
                let date = format!("{before}{other}{after}");
                assert_eq!(lifetime(&date), Lifetime::Unreadable, "{date}");
            }
        }
        for more in [" ", "0", "Z", ":00"] {
            assert_eq!(lifetime(&format!("{date}{more}")), Lifetime::Unreadable, "{date}{more}");
            assert_eq!(lifetime(&format!("{more}{date}")), Lifetime::Unreadable, "{more}{date}");
        }
    }
}

#[test]
fn the_lifetime_of_something_else_says_nothing() {
    for member in [
        "refresh_token_expires_in",
        "ext_expires_in",
        "refresh_expires_in",
        "not_expiring",
        "exp",
        "é",
        "expires_soon",
        "expiration_policy",
    ] {
        assert_eq!(lifetime(&format!(r#","{member}":60"#)), Lifetime::Unstated, "{member}");
    }
}

/// What has run out is not what was never going to.
#[test]
fn only_a_zero_that_is_written_is_taken_for_unstated() {
    use LifetimeFormat::{Milliseconds, Seconds, Timestamp, UnixSeconds};
    for (format, value, expected) in [
        (Seconds, "0", Lifetime::Unstated),
        (Seconds, "\"0\"", Lifetime::Unstated),
        (Seconds, "0.0", Lifetime::Unstated),
        (Seconds, "0.9", seconds(0)),
        (Milliseconds, "0", Lifetime::Unstated),
        (Milliseconds, "999", seconds(0)),
        (UnixSeconds, "0", Lifetime::Unstated),
        (UnixSeconds, "1699999999", seconds(0)),
        (Timestamp, "\"0001-01-01T00:00:00Z\"", Lifetime::Unstated),
        (Timestamp, "\"2023-11-14T00:00:00Z\"", seconds(0)),
    ] {
        let dialect = Dialect::STANDARD.with_lifetime("x", format).with_zero_lifetime_unstated();
        assert_eq!(
            authorized(&format!(r#","x":{value}"#), dialect).tokens().lifetime(),
            expected,
            "{format:?} {value}"
        );
    }
}

#[test]
fn a_stored_token_runs_out_when_it_always_did() {
    let dialect = Dialect::STANDARD.with_lifetime("expires_at", LifetimeFormat::UnixSeconds);
    let token = authorized(r#","expires_at":1700000060"#, dialect.clone());
    let stored = serde_json::to_string(&token.suspend()).unwrap();
    let again: authcode::Suspended = serde_json::from_str(&stored).unwrap();
    let client = Scenario { dialect, ..Scenario::default() }.client();
    let again = Authorized::resume(again, &client).unwrap();
    assert_eq!(again.tokens().expires_at(), Some(UnixTime::from_secs(1_700_000_060)));
}

proptest! {
    /// Held against a calendar of its own: a day counted up from 1970.
    #[test]
    fn a_date_is_read_as_the_moment_that_it_is(days in 0_u64..100_000, second_of_day in 0_u64..86_400) {
        let (mut year, mut day) = (1970_u64, days);
        let is_leap = |year: u64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        while day >= 365 + u64::from(is_leap(year)) {
            day -= 365 + u64::from(is_leap(year));
            year += 1;
        }
        let february = 28 + u64::from(is_leap(year));
        let mut month = 1;
        for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if day < length { break }
            day -= length;
            month += 1;
        }
        let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
        let date = format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", day + 1);
        let code = Scenario { dialect: Dialect::STANDARD.with_lifetime("x", LifetimeFormat::Timestamp), ..Scenario::default() };
        let response = HttpResponse::new(200, format!(r#"{{"access_token":"a","x":"{date}"}}"#));
        let token = code.to_code_received().receive_response(response, UnixTime::from_secs(0)).unwrap();
        let expected = (days * 86_400 + second_of_day).min(limits::MAX_LIFETIME);
        prop_assert_eq!(token.tokens().expires_at(), Some(UnixTime::from_secs(expected)));
    }

    /// Compared with whole numbers alone, which are not rounded.
    #[test]
    fn every_fraction_is_rounded_down(whole in 0_u64..1 << 40, fraction in 0_u32..1000, exponent in -20_i32..9) {
        let expected = whole.min(limits::MAX_LIFETIME);
        prop_assert_eq!(lifetime(&format!(r#","expiry":{whole}.{fraction:03}"#)), seconds(expected));
        let with_exponent = format!(r#","expiry":{whole}.{fraction:03}e{exponent}"#);
        prop_assert_eq!(lifetime(&with_exponent), Lifetime::Unreadable);
    }
}
