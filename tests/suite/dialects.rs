//! What servers do differently, as a `const`.

use authcode::{Dialect, HttpResponse, TokenType};

use crate::scenario::*;

const SLOPPY: Dialect = Dialect::STANDARD.assume_bearer().with_bearer_aliases(&["BearerToken", "User Access Token"]);

fn token_type(member: &str, dialect: Dialect) -> TokenType {
    let body = format!(r#"{{"access_token":"a"{member}}}"#);
    let code = Scenario { dialect, ..Scenario::default() }.to_code_received();
    code.receive_token_response(HttpResponse::new(200, body), NOW).unwrap().token_type().clone()
}

#[test]
// rows 31
fn bearer_is_read_in_any_case() {
    for word in ["Bearer", "bearer", "BEARER", "bEARER"] {
        assert_eq!(token_type(&format!(r#","token_type":"{word}""#), Dialect::STANDARD), TokenType::Bearer);
    }
}

#[test]
// rows 32
fn another_word_is_another_type() {
    for word in ["mac", "DPoP", "N_A", "Bearer ", "bearer\\u0020", "bearertoken"] {
        let read = token_type(&format!(r#","token_type":"{word}""#), Dialect::STANDARD);
        assert!(matches!(read, TokenType::Other(_)), "{word}: {read:?}");
    }
}

#[test]
fn a_type_that_is_no_word_is_another_type_without_a_name() {
    for value in ["7", "true", "[]", "{}", "\"\"", "\"a\\u0000\"", "\"\\u00e9\""] {
        let read = token_type(&format!(r#","token_type":{value}"#), SLOPPY);
        assert_eq!(read, TokenType::Other("".into()), "{value}");
    }
}

#[test]
fn a_missing_type_is_unstated_unless_the_dialect_says_bearer() {
    for member in ["", r#","token_type":null"#] {
        assert_eq!(token_type(member, Dialect::STANDARD), TokenType::Unstated);
        assert_eq!(token_type(member, SLOPPY), TokenType::Bearer);
    }
}

#[test]
fn a_dialect_has_other_words_for_bearer() {
    for word in ["BearerToken", "bearertoken", "user access token", "Bearer"] {
        assert_eq!(token_type(&format!(r#","token_type":"{word}""#), SLOPPY), TokenType::Bearer);
    }
    assert_eq!(token_type(r#","token_type":"mac""#, SLOPPY), TokenType::Other("mac".into()));
}

#[test]
fn a_refresh_speaks_the_same_dialect() {
    let scenario =
        Scenario { dialect: Dialect::STANDARD.with_scope_separator(',').assume_bearer(), ..Scenario::default() };
    let mut refreshing = scenario.to_refreshing();
    refreshing.narrow_scope("openid offline_access").unwrap();
    assert!(refreshing.token_request().body.expose().contains("&scope=openid%2Coffline_access"));
    let response = HttpResponse::new(200, r#"{"access_token":"b"}"#);
    let renewed = refreshing.receive_token_response(response, NOW).unwrap();
    assert_eq!(renewed.token_type(), &TokenType::Bearer);
}
