//! A success: what is read, what is kept, what the header takes.

use authcode::{Authorized, BearerError, HttpResponse};

use crate::scenario::*;

fn authorized_by(body: &str) -> Authorized {
    code_received().receive_token_response(HttpResponse::new(200, body), NOW).unwrap()
}

#[test]
fn any_success_with_a_token_is_one() {
    for status in [200, 201, 203, 299] {
        assert!(code_received().receive_token_response(HttpResponse::new(status, SUCCESS), NOW).is_ok());
    }
}

#[test]
// rows 34
fn order_and_space_and_a_byte_order_mark_do_not_matter() {
    for body in [
        r#"{"refresh_token":"r","x":[1,{"a":null}],"access_token":"a"}"#,
        "\r\n { \"access_token\" : \"a\" , \"refresh_token\" : \"r\" } \t",
        "\u{FEFF}{\"access_token\":\"a\",\"refresh_token\":\"r\"}",
    ] {
        let authorized = authorized_by(body);
        assert_eq!(authorized.access_token().expose(), "a");
        assert_eq!(authorized.refresh_token().unwrap().expose(), "r");
    }
}

#[test]
// rows 9
fn unknown_members_may_be_anything() {
    let body =
        r#"{"access_token":"a","n":1e999,"n":-1,"s":"\ud800","error_codes":[],"Access_Token":"b","":{},"\ud800":1}"#;
    assert_eq!(authorized_by(body).access_token().expose(), "a");
}

#[test]
fn every_member_stays_reachable() {
    let authorized = authorized_by(
        "\u{FEFF}{\"access_token\":\"a\",\"id_token\":\"e.y.J\",\"instance_url\":\"https:\\/\\/x\",\"n\":7,\"list\":[1,2],\"nothing\":null}",
    );
    assert_eq!(authorized.response_member::<String>("id_token").unwrap(), "e.y.J");
    assert_eq!(authorized.response_member::<String>("instance_url").unwrap(), "https://x");
    assert_eq!(authorized.response_member::<u8>("n").unwrap(), 7);
    assert_eq!(authorized.response_member::<Vec<u8>>("list").unwrap(), [1, 2]);
    assert_eq!(authorized.response_member::<Option<u8>>("nothing").unwrap(), None);
    assert_eq!(authorized.response_member::<serde_json::Value>("absent"), None);
    assert_eq!(authorized.response_member::<u8>("id_token"), None);
}

/// PHP writes `\/` for each `/`.
#[test]
fn escapes_in_a_token_are_undone() {
    assert_eq!(authorized_by(r#"{"access_token":"a\/b\u002B\"\\="}"#).access_token().expose(), "a/b+\"\\=");
}

#[test]
// rows 36
fn a_refresh_token_that_cannot_be_used_is_none() {
    for value in ["null", "\"\"", "7", "[]", "\"a\\nb\"", "\"é\"", "false"] {
        let authorized = authorized_by(&format!(r#"{{"access_token":"a","refresh_token":{value}}}"#));
        assert!(authorized.refresh_token().is_none(), "{value}");
    }
}

#[test]
// rows 105
fn bearer_takes_what_fits_into_the_header() {
    let bearer = |token: &str| {
        let token = serde_json::to_string(token).unwrap();
        let authorized = authorized_by(&format!(r#"{{"access_token":{token},"token_type":"bearer"}}"#));
        authorized.bearer().map(authcode::Secret::into_exposed)
    };
    // RFC 6750 §2.1.
    assert_eq!(bearer("mF_9.B5f-4.1JqM").unwrap(), "Bearer mF_9.B5f-4.1JqM");
    assert_eq!(bearer("a~+/b==").unwrap(), "Bearer a~+/b==");
    for token in ["a b", "a,b", "a\"b", "=", "==", "a=b", "=a", "a:b", "a;b", "a\\b", " a", "a "] {
        assert_eq!(bearer(token).unwrap_err(), BearerError::Character, "{token}");
    }
}

#[test]
// rows 32
fn bearer_refuses_another_type_and_an_unstated_one() {
    for member in ["", r#","token_type":"DPoP""#, r#","token_type":"mac""#] {
        let authorized = authorized_by(&format!(r#"{{"access_token":"a"{member}}}"#));
        assert_eq!(authorized.bearer().unwrap_err(), BearerError::TokenType);
        // Nothing is lost: the token is there for a program that knows what it is.
        assert_eq!(authorized.access_token().expose(), "a");
    }
}

/// The headers of an HTTP stack come in many types.
#[test]
fn headers_are_taken_from_whatever_iterator_there_is() {
    let vec: Vec<(String, Vec<u8>)> = vec![("retry-after".to_owned(), b"5".to_vec())];
    let _ = HttpResponse::new(503, Vec::new()).with_headers(vec);
    let map = std::collections::BTreeMap::from([("retry-after", "5")]);
    let _ = HttpResponse::new(503, String::new()).with_headers(&map).with_headers(map);
}

/// RFC 8259 §7, in a member that is text.
#[test]
fn escapes_in_a_description_are_undone() {
    let said = |json: &str| {
        let body = format!(r#"{{"error":"x","error_description":"{json}"}}"#);
        let refused = code_received().receive_token_response(HttpResponse::new(400, body), NOW).unwrap_err();
        refused.error().oauth_error().unwrap().description.as_ref().map(|text| text.raw().to_owned())
    };
    assert_eq!(said(r"é\u00e9\uD83D\uDE00\b\f\n\r\t\/\\\u0022").unwrap(), "éé😀\u{8}\u{c}\n\r\t/\\\"");
    for broken in [r"\ud800", r"\ud800x", r"\ud800\n", r"\ud800\u0041", r"\udc00", r"\ud800\ud800"] {
        assert_eq!(said(broken), None, "{broken}");
    }
}
