//! The lifetime of a token, in all the forms in which servers send it.
//!
//! One that is there and cannot be read never costs a good token, and never means "for ever".

use core::time::Duration;

use authcode::{Authorized, Dialect, HttpResponse, Lifetime, LifetimeFormat, UnixTime};
use proptest::prelude::*;

use crate::scenario::*;

fn authorized(members: &str, dialect: Dialect) -> Authorized {
    let body = format!(r#"{{"access_token":"a","token_type":"Bearer"{members}}}"#);
    let code = Scenario { dialect, ..Scenario::default() }.to_code_received();
    code.receive_token_response(HttpResponse::new(200, body), NOW).unwrap()
}

fn lifetime(members: &str) -> Lifetime {
    authorized(members, Dialect::STANDARD).lifetime()
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
        ("4294967296", 1 << 32),
        ("1000000000000000", 1_000_000_000_000_000),
        ("9223372036854775807", i64::MAX as u64),
        ("18446744073709551615", u64::MAX),
    ] {
        assert_reads(value, seconds(expected));
        assert_reads(&format!("\"{value}\""), seconds(expected));
    }
}

#[test]
fn too_large_a_number_is_the_largest() {
    for value in ["18446744073709551616", "99999999999999999999999999", "1e30", "1e300"] {
        assert_reads(value, seconds(u64::MAX));
        assert_reads(&format!("\"{value}\""), seconds(u64::MAX));
    }
}

#[test]
fn floats_are_rounded_down() {
    let long = format!("{}e-450", "7".repeat(455));
    for (value, expected) in [
        ("3600.0", 3600),
        ("3600.9", 3600),
        ("0.5", 0),
        ("1e3", 1000),
        ("1e+3", 1000),
        ("36.5E2", 3650),
        ("36500E-2", 365),
        ("1e-5", 0),
        (&long, 77_777),
    ] {
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
fn what_is_no_lifetime_is_unreadable_and_costs_nothing() {
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
    assert_eq!(authorized(r#","expires_in":3600999"#, dialect).lifetime(), seconds(3600));
}

#[test]
fn a_dialect_may_take_zero_for_unstated() {
    let dialect = Dialect::STANDARD.zero_lifetime_is_unstated();
    assert_eq!(authorized(r#","expires_in":0"#, dialect).lifetime(), Lifetime::Unstated);
    assert_eq!(authorized(r#","expires_in":1"#, dialect).lifetime(), seconds(1));
    let assumed = dialect.with_assumed_lifetime(600);
    assert_eq!(authorized(r#","expires_in":0"#, assumed).lifetime(), seconds(600));
}

#[test]
fn a_dialect_may_assume_a_lifetime() {
    let dialect = Dialect::STANDARD.with_assumed_lifetime(600);
    assert_eq!(authorized("", dialect).lifetime(), seconds(600));
    assert_eq!(authorized(r#","expires_in":"soon""#, dialect).lifetime(), seconds(600));
    assert_eq!(authorized(r#","expires_in":60"#, dialect).lifetime(), seconds(60));
    assert_eq!(authorized(r#","expires_in":0"#, dialect).lifetime(), seconds(0));
}

#[test]
fn the_end_counts_from_the_response() {
    let authorized = authorized(r#","expiry":3600"#, Dialect::STANDARD);
    assert_eq!(authorized.received_at(), NOW);
    assert_eq!(authorized.expires_at(), Some(NOW.saturating_add(Duration::from_secs(3600))));
}

#[test]
fn the_end_of_a_huge_lifetime_is_the_last_moment_there_is() {
    let authorized = authorized(r#","expiry":18446744073709551615"#, Dialect::STANDARD);
    assert_eq!(authorized.expires_at(), Some(UnixTime::from_secs(u64::MAX)));
}

#[test]
fn renewal_is_due_within_the_leeway() {
    let token = authorized(r#","expiry":3600"#, Dialect::STANDARD);
    let at = |offset| NOW.saturating_add(Duration::from_secs(offset));
    let minute = Duration::from_secs(60);
    for (offset, leeway, due) in [
        (0, Duration::ZERO, false),
        (3599, Duration::ZERO, false),
        (3600, Duration::ZERO, true),
        (3539, minute, false),
        (3540, minute, true),
        (u64::MAX, Duration::MAX, true),
    ] {
        assert_eq!(token.needs_renewal(at(offset), leeway), due, "{offset}");
    }
    // A clock that was set back finds a token that lives longer, and nothing breaks.
    assert!(!token.needs_renewal(UnixTime::from_secs(0), minute));
}

#[test]
fn an_unreadable_lifetime_is_renewed_and_an_unstated_one_is_used() {
    let unreadable = authorized(r#","expiry":"2026-01-02T03:04:05Z""#, Dialect::STANDARD);
    assert!(unreadable.needs_renewal(NOW, Duration::ZERO));
    assert_eq!(unreadable.expires_at(), None);
    assert!(unreadable.bearer().is_ok());
    let unstated = authorized("", Dialect::STANDARD);
    assert!(!unstated.needs_renewal(UnixTime::from_secs(u64::MAX), Duration::MAX));
    assert_eq!(unstated.expires_at(), None);
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
        prop_assert_eq!(token.access_token().expose(), "a");
        prop_assert_ne!(token.lifetime(), Lifetime::Unstated);
    }

    #[test]
    fn every_number_is_read(number in any::<u64>(), quoted in any::<bool>()) {
        let value = if quoted { format!("\"{number}\"") } else { number.to_string() };
        prop_assert_eq!(lifetime(&format!(r#","expiry":{value}"#)), seconds(number));
    }
}

#[test]
fn the_time_that_is_left_counts_the_leeway() {
    let token = authorized(r#","expiry":3600"#, Dialect::STANDARD);
    let left = |after: u64, leeway: u64| {
        let now = NOW.saturating_add(Duration::from_secs(after));
        token.time_left(now, Duration::from_secs(leeway)).unwrap().as_secs()
    };
    assert_eq!([left(0, 0), left(0, 30), left(3569, 30), left(3570, 30), left(9999, 0)], [3600, 3570, 1, 0, 0]);
    assert_eq!(token.time_left(NOW, Duration::MAX), Some(Duration::ZERO));
    let unreadable = authorized(r#","expiry":"soon""#, Dialect::STANDARD);
    assert_eq!(unreadable.time_left(NOW, Duration::ZERO), Some(Duration::ZERO));
    assert_eq!(authorized("", Dialect::STANDARD).time_left(NOW, Duration::ZERO), None);
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
        "accessTokenExpiresAt",
        "token_expiry",
    ] {
        assert_eq!(lifetime(&format!(r#","{member}":1568775134"#)), Lifetime::Unreadable, "{member}");
        assert_eq!(lifetime(&format!(r#","{member}":null"#)), Lifetime::Unstated);
        assert_eq!(lifetime(&format!(r#","{member}":false"#)), Lifetime::Unstated);
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
        (UnixSeconds, r#""x":253402300799"#, seconds(251_702_300_799)),
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
        (Timestamp, r#""x":"9999-12-31T23:59:60-23:59""#, seconds(253_402_387_140 - 1_700_000_000)),
        // What it does not say is looked for where it usually is.
        (UnixSeconds, r#""x":null,"expires_in":60"#, seconds(60)),
        (UnixSeconds, r#""expiry":60"#, seconds(60)),
        (UnixSeconds, r#""x":"?","expires_in":60"#, seconds(60)),
        (UnixSeconds, r#""x":1700000060,"expires_in":7"#, seconds(60)),
    ] {
        let dialect = Dialect::STANDARD.with_lifetime("x", format);
        assert_eq!(authorized(&format!(",{member}"), dialect).lifetime(), expected, "{format:?} {member}");
    }
}

#[test]
fn a_date_with_anything_else_in_it_is_unreadable() {
    let dialect = Dialect::STANDARD.with_lifetime("x", LifetimeFormat::Timestamp);
    let lifetime = |date: &str| authorized(&format!(r#","x":"{date}""#), dialect).lifetime();
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
    for member in ["refresh_token_expires_in", "ext_expires_in", "refresh_expires_in", "not_expiring", "exp", "é"] {
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
        let dialect = Dialect::STANDARD.with_lifetime("x", format).zero_lifetime_is_unstated();
        assert_eq!(authorized(&format!(r#","x":{value}"#), dialect).lifetime(), expected, "{format:?} {value}");
    }
}

#[test]
fn a_stored_token_runs_out_when_it_always_did() {
    let dialect = Dialect::STANDARD.with_lifetime("expires_at", LifetimeFormat::UnixSeconds);
    let token = authorized(r#","expires_at":1700000060"#, dialect);
    let stored = serde_json::to_string(&token.suspend()).unwrap();
    let again: authcode::Suspended = serde_json::from_str(&stored).unwrap();
    let again: Authorized = again.resume(&Scenario { dialect, ..Scenario::default() }.client()).unwrap();
    assert_eq!(again.expires_at(), Some(UnixTime::from_secs(1_700_000_060)));
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
        let token = code.to_code_received().receive_token_response(response, UnixTime::from_secs(0)).unwrap();
        prop_assert_eq!(token.expires_at(), Some(UnixTime::from_secs(days * 86_400 + second_of_day)));
    }

    /// Held against whole numbers alone, in which nothing is rounded but the result.
    #[test]
    fn every_float_is_rounded_down(whole in 0_u64..1 << 40, fraction in 0_u32..1000, exponent in -20_i32..9) {
        let value = format!("{whole}.{fraction:03}e{exponent}");
        let thousandths = u128::from(whole) * 1000 + u128::from(fraction);
        let power = 10_u128.pow(exponent.unsigned_abs());
        let floor = if exponent < 0 { thousandths / power / 1000 } else { thousandths * power / 1000 };
        prop_assert_eq!(lifetime(&format!(r#","expiry":{value}"#)), seconds(u64::try_from(floor).unwrap_or(u64::MAX)));
    }
}
