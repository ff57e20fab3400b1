//! Pauses between tries: how they grow, what `Retry-After` does, and that they end.

use authcode::limits::{MAX_ATTEMPTS, MAX_RETRY_AFTER};
use authcode::{Exchange, HttpResponse, NextStep, Resend, UnixTime};
use core::time::Duration;
use proptest::prelude::*;
use std::time::SystemTime;

use crate::scenario::*;

fn unavailable(headers: &[(&str, &str)]) -> HttpResponse {
    HttpResponse::new(503, "").with_headers(headers.iter().copied())
}

/// The next steps of an exchange that is refused until it ends, in seconds.
fn pauses_of_exchange(response: impl Fn() -> HttpResponse) -> Vec<u64> {
    let mut pauses = Vec::new();
    let mut code = code_received();
    loop {
        let (error, state) = recovered(code.receive_response(response(), NOW).unwrap_err());
        let Some(state) = state else { break };
        pauses.push(pause(error.next_step()));
        code = state;
    }
    pauses
}

fn pauses_of_refresh(response: impl Fn() -> HttpResponse) -> Vec<u64> {
    let mut pauses = Vec::new();
    let mut login = authorized();
    loop {
        let error = refresh_of(&login).receive_response(&mut login, response(), NOW).unwrap_err();
        if error.next_step() == NextStep::Wait {
            break;
        }
        pauses.push(pause(error.next_step()));
    }
    pauses
}

#[test]
fn pauses_double_and_end() {
    let expected = [1, 2, 4, 8, 16];
    assert_eq!(expected.len(), usize::from(MAX_ATTEMPTS) - 1);
    assert_eq!(pauses_of_exchange(|| unavailable(&[])), expected);
    assert_eq!(pauses_of_refresh(|| unavailable(&[])), expected);
    let server_error = || HttpResponse::new(400, r#"{"error":"server_error"}"#);
    assert_eq!(pauses_of_exchange(server_error), expected);
    assert_eq!(pauses_of_refresh(server_error), expected);
}

/// What cannot be retried counts, too: a pause is never shorter after it.
#[test]
fn every_refused_response_of_an_exchange_counts() {
    let mut code = code_received();
    for (status, expected) in [(503, Some(1)), (401, None), (503, Some(4)), (200, None), (503, Some(16)), (503, None)] {
        let body = if status == 401 { r#"{"error":"invalid_client"}"# } else { "" };
        let (error, state) = recovered(code.receive_response(HttpResponse::new(status, body), NOW).unwrap_err());
        match (error.next_step(), expected) {
            (NextStep::Retry { after }, Some(seconds)) => assert_eq!(after.as_secs(), seconds),
            (next_step, expected) => assert!(expected.is_none(), "{next_step:?}"),
        }
        let Some(next) = state else { return };
        code = next;
    }
    panic!("the sixth ends the login");
}

#[test]
fn the_pause_that_the_server_asks_for_is_kept_within_limits() {
    let later = "Tue, 14 Nov 2023 22:14:05 GMT"; // 45 seconds after `NOW`
    for (value, expected) in [
        ("0", 1),
        ("1", 1),
        ("2", 2),
        ("300", 300),
        ("301", 300),
        ("99999999999999999999999999", 300),
        // A fraction is not allowed, and some servers send one.
        ("1.5", 2),
        ("30.01", 31),
        ("7.0", 7),
        ("18446744073709551615.9", 300),
        (later, 45),
        ("Tue, 14 Nov 2023 22:13:20 GMT", 1),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 300),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1),
    ] {
        let response = || unavailable(&[("Retry-After", value)]);
        assert_eq!(pauses_of_exchange(response), [expected; 5], "{value}");
        assert_eq!(pauses_of_refresh(response), [expected; 5], "{value}");
    }
    assert_eq!(MAX_RETRY_AFTER, 300);
    // What cannot be read is the same as nothing.
    for value in ["", "soon", "-1", "1.", ".5", "1.5.1", "1.x", "2023-11-14T22:14:05Z"] {
        assert_eq!(pauses_of_exchange(|| unavailable(&[("Retry-After", value)])), [1, 2, 4, 8, 16], "{value}");
    }
    let response = || HttpResponse::new(503, "").with_retry_after(Duration::from_secs(3_000));
    assert_eq!(pauses_of_exchange(response), [300; 5]);
    let response = || HttpResponse::new(503, "").with_retry_after(Duration::from_millis(1));
    assert_eq!(pauses_of_exchange(response), [1; 5]);
}

/// The error has the pause as it was asked for, up to the limit, whatever the next step is.
#[test]
fn the_error_says_what_the_server_asked_for() {
    for (status, body) in [(503, ""), (400, r#"{"error":"invalid_grant"}"#), (401, r#"{"error":"invalid_client"}"#)] {
        for (value, expected) in [("0", 0), ("7", 7), ("400", 300)] {
            let response = HttpResponse::new(status, body).with_headers([("retry-after", value)]);
            let error = code_received().receive_response(response, NOW).unwrap_err().into_error();
            assert_eq!(error.retry_after(), Some(Duration::from_secs(expected)), "{status}");
        }
    }
}

#[test]
fn a_header_that_cannot_be_read_does_not_undo_a_pause() {
    let pause = Duration::from_secs(30);
    for headers in [[("Retry-After", "soon")], [("X-Retry-After", "7")]] {
        let response = HttpResponse::new(503, "").with_retry_after(pause).with_headers(headers);
        let error = code_received().receive_response(response, NOW).unwrap_err().into_error();
        assert_eq!(error.retry_after(), Some(pause));
    }
    // Of two pauses, the last one that was set counts.
    let date = [("Retry-After", "Tue, 14 Nov 2023 22:14:05 GMT")];
    for (response, seconds) in [
        (HttpResponse::new(503, "").with_retry_after(pause).with_headers(date), 45),
        (HttpResponse::new(503, "").with_headers(date).with_retry_after(pause), 30),
    ] {
        let error = code_received().receive_response(response, NOW).unwrap_err().into_error();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)));
    }
}

fn retry_after(date: &str, now: UnixTime) -> Option<u64> {
    let response = HttpResponse::new(503, "").with_headers([("Retry-After", date)]);
    let error = code_received().receive_response(response, now).unwrap_err().into_error();
    error.retry_after().map(|pause| pause.as_secs())
}

/// RFC 9110 §5.6.7: a recipient must accept all three.
#[test]
fn a_date_is_read_in_each_of_the_three_forms_of_http() {
    for date in [
        "Tue, 14 Nov 2023 22:14:05 GMT",
        "Tuesday, 14-Nov-23 22:14:05 GMT",
        "Tue Nov 14 22:14:05 2023",
        " Tuesday, 14-Nov-23 22:14:05 GMT\t",
    ] {
        assert_eq!(retry_after(date, NOW), Some(45), "{date}");
    }
    // A day of one digit has a space in front of it, in this form alone.
    let sixth = UnixTime::from_secs(784_111_777 - 5);
    assert_eq!(retry_after("Sun Nov  6 08:49:37 1994", sixth), Some(5));
    assert_eq!(retry_after("Sun Nov 06 08:49:37 1994", sixth), Some(5));
    for date in [
        "Tue, 14-Nov-23 22:14:05",
        "Tue, 14-Nov 23 22:14:05 GMT",
        "Tue, 14 Nov-2023 22:14:05 GMT",
        "Tue, 14 Nov 23 22:14:05 GMT",
        "Tuesday, 14-Nov-2023 22:14:05 GMT",
        "Tuesday, 14-nov-23 22:14:05 GMT",
        "Tuesday,14-Nov-23 22:14:05 GMT",
        "Thursday, 31-Nov-23 22:14:05 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun,  6 Nov 1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov   6 08:49:37 1994",
        "Sun Nov 06 08:49:37 94",
        "Sun Nov 06 08:49:37 1994 GMT",
        "Sun Nov 06 24:00:00 1994",
        "Sun Nov 06 08:49:37",
        "Sun Nov",
        "Sun ",
        "Sun,",
        "Sunday, ",
        " ",
    ] {
        assert_eq!(retry_after(date, NOW), None, "{date}");
    }
}

/// RFC 9110 §5.6.7: it is more than 50 years ahead, so it is the last year with these digits.
#[test]
fn a_year_of_two_digits_far_ahead_is_in_the_past() {
    assert_eq!(retry_after("Sunday, 06-Nov-94 08:49:37 GMT", NOW), Some(0));
    assert_eq!(retry_after("Saturday, 14-Nov-73 22:13:20 GMT", NOW), Some(MAX_RETRY_AFTER));
    assert_eq!(retry_after("Saturday, 15-Nov-73 22:13:20 GMT", NOW), Some(0));
    assert_eq!(retry_after("Tuesday, 14-Nov-23 22:13:19 GMT", NOW), Some(0));
    // With a century, it is what it says.
    assert_eq!(retry_after("Sat, 06 Nov 2094 08:49:37 GMT", NOW), Some(MAX_RETRY_AFTER));
    assert_eq!(retry_after("Sat Nov  6 08:49:37 2094", NOW), Some(MAX_RETRY_AFTER));
}

/// The same moment in each of the three forms.
fn forms_of_date(seconds: u64) -> [String; 3] {
    let date = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    let parts: Vec<&str> = date.split([' ', ',']).filter(|part| !part.is_empty()).collect();
    let [weekday, day, month, year, time, _] = parts[..] else { panic!("{date}") };
    let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    let long = weekdays.into_iter().find(|long| long.starts_with(weekday)).unwrap();
    let padded = day.strip_prefix('0').map_or(day.to_owned(), |digit| format!(" {digit}"));
    let rfc850 = format!("{long}, {day}-{month}-{} {time} GMT", &year[2..]);
    let asctime = format!("{weekday} {month} {padded} {time} {year}");
    [date, rfc850, asctime]
}

proptest! {
    #[test]
    fn each_form_of_a_date_is_the_moment_that_it_is(seconds in 946_684_800_u64..4_102_444_800, early in 1_u64..=300) {
        for date in forms_of_date(seconds) {
            prop_assert_eq!(retry_after(&date, UnixTime::from_secs(seconds - early)), Some(early), "{}", date);
        }
    }

    /// Two digits mean other years in `httpdate` from 70 on.
    #[test]
    fn a_date_that_httpdate_reads_is_read_alike(
        seconds in 946_684_800_u64..3_155_760_000, // 2000 to 2069
        form in 0_usize..3,
        place in any::<prop::sample::Index>(),
        byte in "[0-9A-Za-z]",
    ) {
        let mut date = forms_of_date(seconds)[form].clone();
        let place = place.index(date.len());
        let was = date.as_bytes()[place];
        date.replace_range(place..=place, &byte);
        // It does not look at each separator.
        prop_assume!(was.is_ascii_alphanumeric());
        if let Ok(theirs) = httpdate::parse_http_date(&date) {
            let theirs = theirs.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
            prop_assert_eq!(retry_after(&date, UnixTime::from_secs(theirs - 7)), Some(7), "{}", date);
        }
    }
}

/// A request that may have spent a code or a refresh token is sent again once. Metadata may be asked for at any time.
#[test]
fn each_exchange_says_how_often_it_may_be_sent_without_a_response() {
    assert_eq!(<authcode::CodeReceived as Exchange>::RESEND, Resend::Once);
    assert_eq!(<authcode::Refreshing<'_> as Exchange>::RESEND, Resend::Once);
    assert_eq!(<authcode::Discovery as Exchange>::RESEND, Resend::Freely);
}
