//! The counts of refused responses are stored: a program that resumes the login for each request, such as a web service
//! with several replicas, comes to an end like one that keeps it in memory.

use authcode::limits::{MAX_ATTEMPTS, MAX_FOREIGN_REFUSALS};
use authcode::{Authorized, CodeReceived, HttpResponse, NextStep, Suspended};

use crate::scenario::{self, NOW, Scenario};

fn through_json(stored: &Suspended) -> Suspended {
    Suspended::from_json(stored.to_json().expose()).unwrap()
}

#[test]
fn a_code_ends_with_the_last_attempt_though_it_is_resumed_for_each() {
    let client = Scenario::default().client();
    let mut code = scenario::code_received();
    for _ in 1..MAX_ATTEMPTS {
        let rejected = code.receive_response(HttpResponse::new(503, ""), NOW).unwrap_err();
        assert!(matches!(rejected.next_step(), NextStep::Retry { .. }));
        code = CodeReceived::resume(through_json(&rejected.recover().unwrap().suspend()), &client).unwrap();
    }
    let rejected = code.receive_response(HttpResponse::new(503, ""), NOW).unwrap_err();
    assert_eq!(rejected.next_step(), NextStep::StartOver);
}

#[test]
fn a_refresh_that_is_refused_in_unknown_words_ends_though_the_login_is_resumed_for_each() {
    let client = Scenario::default().client();
    let mut login = scenario::authorized();
    for refused in 1..=MAX_FOREIGN_REFUSALS {
        let before = login.revision();
        let response = HttpResponse::new(400, r#"{"error":"token_gone"}"#);
        let error = scenario::refresh_of(&login).receive_response(&mut login, response, NOW).unwrap_err();
        let is_last = refused == MAX_FOREIGN_REFUSALS;
        assert_eq!(error.next_step(), if is_last { NextStep::StartOver } else { NextStep::Wait });
        assert_ne!(login.revision(), before, "it must be stored");
        login = Authorized::resume(through_json(&login.suspend()), &client).unwrap();
    }
    // A success ends the count.
    scenario::refresh_of(&login).receive_response(&mut login, HttpResponse::new(200, scenario::SUCCESS), NOW).unwrap();
    let login = Authorized::resume(through_json(&login.suspend()), &client).unwrap();
    assert!(!login.suspend().to_json().expose().contains("foreign_refusals"));
}

#[test]
fn a_count_that_this_crate_does_not_write_is_damage() {
    let client = Scenario::default().client();
    let stored = scenario::authorized().suspend().to_json();
    for count in ["-1", "256", "01", "x"] {
        let form = stored.expose().replacen('{', &format!(r#"{{"foreign_refusals":"{count}","#), 1);
        assert!(Authorized::resume(Suspended::from_json(&form).unwrap(), &client).is_err(), "{count}");
    }
}
