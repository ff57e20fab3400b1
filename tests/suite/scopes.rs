//! Scopes: what is asked for, and what the server says it granted.

use authcode::{Authorized, Dialect, GrantedScope, HttpResponse, ParameterError, Scope, ScopeError, Unstarted};

use crate::scenario::*;

fn granted(member: &str, dialect: Dialect) -> GrantedScope {
    let body = format!(r#"{{"access_token":"a","token_type":"Bearer"{member}}}"#);
    let code = Scenario { dialect, ..Scenario::default() }.to_code_received();
    let authorized: Authorized = code.receive_response(HttpResponse::new(200, body), NOW).unwrap();
    authorized.tokens().granted_scope().clone()
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
    let mut login = Scenario::default().client().login();
    assert_eq!(login.scope("a\"b").unwrap_err(), ParameterError::Scope(ScopeError::Character));
}

#[test]
fn scopes_add_up_to_a_limit() {
    let mut login = Scenario::default().client().login();
    login.scope("a").unwrap().scope("b a").unwrap();
    let url = login.start_with_entropy(&ENTROPY).unwrap().authorization_url();
    assert!(url.contains("&scope=a%20b&"));
    let long = "x".repeat(authcode::limits::MAX_PARAMETER_LEN);
    assert!(long.parse::<Scope>().is_ok());
    assert_eq!(format!("{long}x").parse::<Scope>().unwrap_err(), ScopeError::TooLong);
    // One more than fits, in two steps: the template keeps what it had.
    let url = |login: &Unstarted| login.start_with_entropy(&ENTROPY).unwrap().authorization_url();
    let mut login = Scenario::default().client().login();
    assert!(login.scope(&long[2..]).unwrap().scope("b").is_ok());
    let mut login = Scenario::default().client().login();
    login.scope(&long[1..]).unwrap();
    let before = url(&login);
    assert_eq!(login.scope("b").unwrap_err(), ParameterError::Scope(ScopeError::TooLong));
    assert_eq!(url(&login), before);
}

#[test]
// rows 18
fn an_absent_scope_is_unstated_and_never_all_that_was_asked() {
    for member in ["", r#","scope":null"#] {
        assert_eq!(granted(member, Dialect::STANDARD), GrantedScope::Unstated, "{member}");
    }
}

/// It is not the same as an absent scope, from which RFC 6749 §5.1 lets a client conclude that it got what it asked for.
#[test]
// rows 18
fn a_scope_that_cannot_be_read_is_neither_absent_nor_empty() {
    for value in ["7", "true", r#"{"a":1}"#, "[1]", r#"["a",1]"#, r#"[["a"]]"#, r#""\ud800""#] {
        let member = format!(r#","scope":{value}"#);
        assert_eq!(granted(&member, Dialect::STANDARD), GrantedScope::Unreadable, "{value}");
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

/// Over the limit, a list is not parsed. The token is not lost, and the text stays reachable.
#[test]
fn a_scope_that_is_too_long_is_unreadable() {
    let list = |len: usize| format!("a {}", "b".repeat(len - 4));
    let limit = authcode::limits::MAX_PARAMETER_LEN;
    assert_eq!(granted(&format!(r#","scope":"{}""#, list(limit)), Dialect::STANDARD), stated(&list(limit)));
    assert_eq!(granted(&format!(r#","scope":"{}""#, list(limit + 1)), Dialect::STANDARD), GrantedScope::Unreadable);
}
