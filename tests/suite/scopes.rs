//! Scopes: what is asked for, and what the server says it granted.

use authcode::{Authorized, Dialect, GrantedScope, HttpResponse, ParameterError, Scope, ScopeError};

use crate::scenario::*;

fn granted(member: &str, dialect: Dialect) -> GrantedScope {
    let body = format!(r#"{{"access_token":"a","token_type":"Bearer"{member}}}"#);
    let code = Scenario { dialect, ..Scenario::default() }.to_code_received();
    let authorized: Authorized = code.receive_token_response(HttpResponse::new(200, body), NOW).unwrap();
    authorized.granted_scope().clone()
}

fn stated(list: &str) -> GrantedScope {
    GrantedScope::Stated(list.parse().unwrap())
}

#[test]
fn tokens_are_kept_in_order_and_once() {
    let scope: Scope = "  b a  b c ".parse().unwrap();
    assert_eq!(scope.as_str(), "b a c");
    assert_eq!(scope.iter().collect::<Vec<_>>(), ["b", "a", "c"]);
    assert!(scope.contains("a") && !scope.contains("A") && !scope.contains(""));
    assert!("a b".parse::<Scope>().unwrap().is_subset(&scope));
    assert!(!"a d".parse::<Scope>().unwrap().is_subset(&scope));
    assert!("".parse::<Scope>().unwrap().is_empty());
}

#[test]
// rows 17
fn every_character_of_the_grammar_and_no_other_is_accepted() {
    for byte in 0..=0x7F_u8 {
        let allowed = matches!(byte, 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        let list = format!("a{}b", char::from(byte));
        assert_eq!(list.parse::<Scope>().is_ok(), allowed, "{byte:#x}");
    }
    assert_eq!("é".parse::<Scope>().unwrap_err(), ScopeError::Character);
}

#[test]
fn a_wrong_scope_is_refused_before_the_login() {
    let login = Scenario::default().client().login();
    assert_eq!(login.scope("a\"b").unwrap_err(), ParameterError::Scope(ScopeError::Character));
}

#[test]
fn scopes_add_up_to_a_limit() {
    let login = Scenario::default().client().login().scope("a").and_then(|login| login.scope("b a")).unwrap();
    let url = login.start_with_entropy(&ENTROPY).unwrap().authorization_url();
    assert!(url.contains("&scope=a%20b&"));
    let long = "x".repeat(authcode::limits::MAX_PARAMETER_LEN);
    assert!(long.parse::<Scope>().is_ok());
    assert_eq!(format!("{long}x").parse::<Scope>().unwrap_err(), ScopeError::TooLong);
    // One more than fits, in two steps. What was there stays.
    let login = Scenario::default().client().login().scope(&long[2..]).unwrap();
    assert!(login.scope("b").is_ok());
    let login = Scenario::default().client().login().scope(&long[1..]).unwrap();
    assert_eq!(login.scope("b").unwrap_err(), ParameterError::Scope(ScopeError::TooLong));
}

#[test]
// rows 18
fn an_absent_scope_is_unstated_and_never_all_that_was_asked() {
    for member in ["", r#","scope":null"#, r#","scope":7"#, r#","scope":{"a":1}"#] {
        assert_eq!(granted(member, Dialect::STANDARD), GrantedScope::Unstated, "{member}");
    }
}

#[test]
// rows 18
fn an_empty_scope_is_none_at_all() {
    assert_eq!(granted(r#","scope":"""#, Dialect::STANDARD), stated(""));
    assert_eq!(granted(r#","scope":[]"#, Dialect::STANDARD), stated(""));
}

#[test]
fn a_scope_may_be_a_text_or_a_list() {
    assert_eq!(granted(r#","scope":"a b""#, Dialect::STANDARD), stated("a b"));
    assert_eq!(granted(r#","scope":["a","b c"]"#, Dialect::STANDARD), stated("a b c"));
    assert_eq!(granted(r#","scope":"a\u0020b\tc""#, Dialect::STANDARD), stated("a b c"));
}

#[test]
fn a_scope_may_be_separated_in_the_way_of_the_server() {
    let commas = Dialect::STANDARD.with_scope_separator(',');
    assert_eq!(granted(r#","scope":"a,b c""#, commas), stated("a b c"));
    assert_eq!(granted(r#","scope":"a,b""#, Dialect::STANDARD), stated("a,b"));
}

#[test]
fn what_is_no_scope_is_left_out() {
    assert_eq!(granted(r#","scope":"a \u001b[2J b\"c d""#, Dialect::STANDARD), stated("a d"));
}

/// A list that long is read by nobody, and would take its time. It costs nothing, and stays reachable.
#[test]
fn a_scope_that_is_too_long_is_unstated() {
    let list = |len: usize| format!("a {}", "b".repeat(len - 4));
    let limit = authcode::limits::MAX_PARAMETER_LEN;
    assert_eq!(granted(&format!(r#","scope":"{}""#, list(limit)), Dialect::STANDARD), stated(&list(limit)));
    assert_eq!(granted(&format!(r#","scope":"{}""#, list(limit + 1)), Dialect::STANDARD), GrantedScope::Unstated);
}
