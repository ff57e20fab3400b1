//! Pauses between tries: how they grow, what `Retry-After` does, and that they end.

use authcode::limits::{MAX_ATTEMPTS, MAX_RETRY_AFTER};
use authcode::{Exchange, HttpResponse, NextStep, Resend};
use core::time::Duration;

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

/// A request that may have spent a code or a refresh token is sent again once. Metadata may be asked for at any time.
#[test]
fn each_exchange_says_how_often_it_may_be_sent_without_a_response() {
    assert_eq!(<authcode::CodeReceived as Exchange>::RESEND, Resend::Once);
    assert_eq!(<authcode::Refreshing<'_> as Exchange>::RESEND, Resend::Once);
    assert_eq!(<authcode::Discovery as Exchange>::RESEND, Resend::Freely);
}
