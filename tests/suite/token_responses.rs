//! What is read from a token response, what is kept of it, and what the header takes.

use std::time::Duration;

use authcode::{
    Authorized, BearerError, Dialect, ErrorCode, Fault, GrantedScope, HttpResponse, Lifetime, NextStep, Rejected,
    Suspended, TokenError, TokenErrorKind, TokenType, UnusableToken, limits,
};

use crate::scenario::*;

fn receive(dialect: Dialect, status: u16, body: &[u8]) -> Result<Authorized, TokenError> {
    let code = Scenario { dialect, ..Scenario::default() }.to_code_received();
    code.receive_response(HttpResponse::new(status, body), NOW).map_err(Rejected::into_error)
}

fn authorized_by(body: &str) -> Authorized {
    code_received().receive_response(HttpResponse::new(200, body), NOW).unwrap()
}

#[test]
fn any_success_with_a_token_is_one() {
    for status in [200, 201, 203, 299] {
        assert!(code_received().receive_response(HttpResponse::new(status, SUCCESS), NOW).is_ok());
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
        assert_eq!(authorized.tokens().access_token().expose(), "a");
        assert_eq!(authorized.tokens().refresh_token().unwrap().expose(), "r");
    }
}

#[test]
// rows 9
fn unknown_members_may_be_anything() {
    let body =
        r#"{"access_token":"a","n":1e999,"n":-1,"s":"\ud800","error_codes":[],"Access_Token":"b","":{},"\ud800":1}"#;
    assert_eq!(authorized_by(body).tokens().access_token().expose(), "a");
}

#[test]
fn every_member_stays_reachable() {
    let authorized = authorized_by(
        "\u{FEFF}{\"access_token\":\"a\",\"id_token\":\"e.y.J\",\"instance_url\":\"https:\\/\\/x\",\"n\":7,\"list\":[1,2],\"nothing\":null}",
    );
    assert_eq!(authorized.tokens().member_text("id_token").and_then(parsed::<String>).unwrap(), "e.y.J");
    assert_eq!(authorized.tokens().member_text("instance_url").and_then(parsed::<String>).unwrap(), "https://x");
    assert_eq!(authorized.tokens().member_text("n").and_then(parsed::<u8>).unwrap(), 7);
    assert_eq!(authorized.tokens().member_text("list").and_then(parsed::<Vec<u8>>).unwrap(), [1, 2]);
    assert_eq!(authorized.tokens().member_text("nothing").and_then(parsed::<Option<u8>>).unwrap(), None);
    assert_eq!(authorized.tokens().member_text("absent").and_then(parsed::<serde_json::Value>), None);
    assert_eq!(authorized.tokens().member_text("id_token").and_then(parsed::<u8>), None);
    #[cfg(feature = "serde_json")]
    {
        assert_eq!(authorized.tokens().member::<Vec<u8>>("list").unwrap(), [1, 2]);
        assert_eq!(authorized.tokens().member::<u8>("id_token"), None);
    }
}

/// PHP writes `\/` for each `/`.
#[test]
fn escapes_in_a_token_are_undone() {
    assert_eq!(authorized_by(r#"{"access_token":"a\/b\u002B\"\\="}"#).tokens().access_token().expose(), "a/b+\"\\=");
}

#[test]
// rows 36
fn a_refresh_token_that_cannot_be_used_is_none() {
    for value in ["null", "\"\"", "7", "[]", "\"a\\nb\"", "\"é\"", "false"] {
        let authorized = authorized_by(&format!(r#"{{"access_token":"a","refresh_token":{value}}}"#));
        assert!(authorized.tokens().refresh_token().is_none(), "{value}");
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
    assert_eq!(bearer("mF_9.B5f-4.1JqM").unwrap(), "Bearer mF_9.B5f-4.1JqM");
    assert_eq!(bearer("a~+/b==").unwrap(), "Bearer a~+/b==");
    // Real tokens have more characters than its grammar. None of them ends the token.
    let ends_it = |byte| matches!(byte, b' ' | b'"' | b',' | b'\\');
    for byte in (0x21..=0x7E).filter(|byte| !ends_it(*byte)) {
        let token = format!("{0}a{0}", char::from(byte));
        assert_eq!(bearer(&token).unwrap(), format!("Bearer {token}"));
    }
    for token in ["a b", "a,b", "a\"b", "a\\b", " a", "a ", ","] {
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
        assert_eq!(authorized.tokens().access_token().expose(), "a");
    }
}

/// The headers of an HTTP stack come in many types.
#[test]
fn headers_are_taken_from_any_iterator() {
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
        let refused = code_received().receive_response(HttpResponse::new(400, body), NOW).unwrap_err();
        refused.error().oauth_error().unwrap().description.as_ref().map(|text| text.raw().to_owned())
    };
    assert_eq!(said(r"é\u00e9\uD83D\uDE00\b\f\n\r\t\/\\\u0022").unwrap(), "éé😀\u{8}\u{c}\n\r\t/\\\"");
    for broken in [r"\ud800", r"\ud800x", r"\ud800\n", r"\ud800\u0041", r"\udc00", r"\ud800\ud800"] {
        assert_eq!(said(broken), None, "{broken}");
    }
}

/// RFC 8259 §8.1 requires UTF-8, and older servers send ISO 8859-1: a byte of somebody's name must not cost the login.
#[test]
// quirks B19
fn a_member_that_is_not_utf8_costs_itself() {
    let body = b"{\"name\":\"Jos\xe9\",\"access_token\":\"at-7\",\"id\":7,\"refresh_token\":\"rt-7\",\"\xff\":1,\
        \"deep\":{\"a\":[\"\xe9\"],\"b\":1},\"expires_in\":60,\"token_type\":\"Bearer\",\"last\":\"\xe9\"}";
    let login = receive(Dialect::STANDARD, 200, body).unwrap();
    assert_eq!(login.bearer().unwrap().expose(), "Bearer at-7");
    assert_eq!(login.tokens().refresh_token().unwrap().expose(), "rt-7");
    assert_eq!(login.tokens().lifetime(), Lifetime::Stated(Duration::from_secs(60)));
    for (name, expected) in [("id", Some("7")), ("name", None), ("deep", None), ("last", None), ("\u{fffd}", None)] {
        assert_eq!(login.tokens().member_text(name), expected, "{name}");
    }
    // What is left can be stored, and read again. A store takes nothing but text.
    let stored = login.suspend().to_json();
    let login = Authorized::resume(Suspended::from_json(stored.expose()).unwrap(), login.client()).unwrap();
    assert_eq!(
        (login.tokens().member_text("id").and_then(parsed::<u8>), login.tokens().member_text("name")),
        (Some(7), Some("\"Jos\u{fffd}\""))
    );

    // What the crate reads is as if it could not be read, each by itself.
    let with = |name: &str| [format!("{{\"access_token\":\"a\",\"{name}\":\"x").as_bytes(), b"\xe9\"}"].concat();
    let tokens = |name| receive(Dialect::STANDARD, 200, &with(name)).unwrap();
    assert_eq!(tokens("token_type").tokens().token_type(), &TokenType::Unreadable);
    assert_eq!(tokens("scope").tokens().granted_scope(), &GrantedScope::Unreadable);
    assert_eq!(tokens("expires_in").tokens().lifetime(), Lifetime::Unreadable);
    assert!(tokens("refresh_token").tokens().refresh_token().is_none());
    let error = receive(Dialect::STANDARD, 200, b"{\"access_token\":\"a\xe9\"}").unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Unusable(UnusableToken::Malformed));
    // Nothing in the body is UTF-8 but the token.
    let login = receive(Dialect::STANDARD, 200, b"{\"access_token\":\"a\",\"\xe9\":\"\xe9\"}").unwrap();
    let login = Authorized::resume(login.suspend(), login.client()).unwrap();
    assert_eq!(login.tokens().member_text("\u{fffd}"), Some("\"\u{fffd}\""));
}

const PATHS: Dialect = Dialect::STANDARD
    .with_form_responses()
    .with_response_paths(&[("access_token", &["data", "0", "at"]), ("refresh_token", &["data", "1"])]);

/// A program may log or store members, so a token in one of them would be a second copy of it.
#[test]
fn no_member_contains_a_token() {
    const FORM: Dialect = Dialect::STANDARD.with_form_responses();
    for (dialect, body) in [
        (Dialect::STANDARD, r#"{"access_token":"AT-secret","refresh_token":"RT-secret","x":1}"#),
        (Dialect::STANDARD, r#"{"x":1,"refresh_token":"RT-secret","access_token":"AT-secret"}"#),
        (
            Dialect::STANDARD,
            " {\n\"x\" : 1 ,\t\"access_token\" : \"AT-secret\" , \"refresh_token\" : \"RT-secret\" } \n",
        ),
        (Dialect::STANDARD, "\u{feff}{\"refresh_token\":\"RT-secret\",\"x\":1,\"access_token\":\"AT-secret\"}"),
        (Dialect::STANDARD, r#"{"access_toke\u006e":"AT-\u0073ecret","x":1,"refresh_token":"R\u0054-secret"}"#),
        (Dialect::STANDARD, r#"{"\"access_token":0,"access_token":"AT-secret","x":1,"refresh_token":"RT-secret"}"#),
        (Dialect::STANDARD, r#"{"\\":0,"access_token":"AT-secret","\\\"":{},"refresh_token":"RT-secret","x":1}"#),
        (
            Dialect::STANDARD.with_response_names(&[("access_token", "token"), ("refresh_token", "renew")]),
            r#"{"token":"AT-secret","x":1,"renew":"RT-secret"}"#,
        ),
        (
            Dialect::STANDARD.with_response_names(&[("access_token", "a\"t\\"), ("refresh_token", "\"")]),
            r#"{"a\"t\\":"AT-secret","x":1,"\"":"RT-secret"}"#,
        ),
        (PATHS, r#"{"data":[{"at":"AT-secret"},"RT-secret"],"x":1}"#),
        (PATHS, r#"{"x":1,"data":[ { "q\"\\" : 1 , "at" : "AT-secret" , "z" : 2 } , "RT-secret" , 3 ]}"#),
        (PATHS, r#"{"data":{"1":"RT-secret","0":{"at":"\u0041T-secret"}},"x":1}"#),
        (FORM, "access_token=AT-secret&refresh_token=RT-secret&x=1"),
        (FORM, "x=1&refresh_token=%52T-secret&access_token=AT%2Dsecret&refresh_token_expires_in=7"),
        (
            FORM.with_response_names(&[("access_token", "token"), ("refresh_token", "renew")]),
            "renew=RT-secret&x=1&token=AT-secret",
        ),
    ] {
        let login = receive(dialect, 200, body.as_bytes()).unwrap();
        assert_eq!(login.tokens().access_token().expose(), "AT-secret", "{body}");
        assert_eq!(login.tokens().refresh_token().unwrap().expose(), "RT-secret", "{body}");
        for name in ["access_token", "refresh_token"] {
            assert_eq!(login.tokens().member_text(name), None, "{name}: {body}");
        }
        assert_eq!(
            login
                .tokens()
                .member_text("x")
                .and_then(parsed::<serde_json::Value>)
                .unwrap()
                .to_string()
                .trim_matches('"'),
            "1",
            "{body}"
        );
        // In the stored form, each of them is written once, and in no other spelling.
        let stored = login.suspend().to_json();
        let decoded = stored.expose().replace("\\\\", "\\").replace("\\u0054", "T").replace("\\u0041", "A");
        let decoded = decoded.replace("\\u0073", "s");
        assert_eq!(decoded.matches("T-secret").count(), 2, "{decoded}");
        serde_json::from_str::<serde_json::Value>(stored.expose()).unwrap();
    }
    // One that cannot be used is a token for somebody who finds it.
    let login = authorized_by(r#"{"access_token":"a","x":1,"refresh_token":"RT-\nsecret"}"#);
    assert!(login.tokens().refresh_token().is_none() && login.tokens().member_text("refresh_token").is_none());
    assert!(!login.suspend().to_json().expose().contains("secret"));
}

/// In a list an empty string is left, so that the others keep their indexes. What the dialect does not read stays.
#[test]
fn what_surrounds_a_nested_token_stays() {
    let body = r#"{"data":[{"q\"\\":1,"at":"tok"},"ref",{"n":2}],"access_token":"of-a-bot"}"#;
    let login = receive(PATHS, 200, body.as_bytes()).unwrap();
    assert_eq!(login.tokens().access_token().expose(), "tok");
    assert_eq!(login.tokens().refresh_token().unwrap().expose(), "ref");
    let login = Authorized::resume(login.suspend(), login.client()).unwrap();
    assert_eq!(login.tokens().member_text("data"), Some(r#"[{"q\"\\":1,"at":""},"",{"n":2}]"#));
}

/// Two readers may take different ones of them. So neither is used, and neither is kept.
#[test]
fn a_token_that_comes_twice_is_refused_and_not_kept() {
    let form = Dialect::STANDARD.with_form_responses();
    for (dialect, body, name) in [
        (Dialect::STANDARD, r#"{"access_token":"AT-1","x":1,"access_token":"AT-2"}"#, "access_token"),
        (Dialect::STANDARD, r#"{"access_token":"AT-1","\u0061ccess_token":"AT-1"}"#, "access_token"),
        (Dialect::STANDARD, r#"{"access_token":"AT-1","access_token":null}"#, "access_token"),
        (
            Dialect::STANDARD,
            r#"{"access_token":"AT-1","refresh_token":"RT-1","refresh_token":"RT-2"}"#,
            "refresh_token",
        ),
        (PATHS, r#"{"data":[{"at":"AT-1","at":"AT-2"},"RT-1"]}"#, "access_token"),
        (PATHS, r#"{"data":{"0":{"at":"AT-1"},"1":"RT-1","1":"RT-2"}}"#, "refresh_token"),
        (form.clone(), "access_token=AT-1&access_token=AT-2", "access_token"),
        (form, "access_token=AT-1&refresh_token=RT-1&refresh_token=RT-1", "refresh_token"),
    ] {
        let error = receive(dialect.clone(), 200, body.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::Unusable(UnusableToken::DuplicateMember(name)), "{body}");
        assert_eq!(error.body(), None, "{body}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("T-1") && !shown.contains("T-2"), "{shown}");
        // Nor is it kept if the response is refused for another reason.
        assert_eq!(receive(dialect, 400, body.as_bytes()).unwrap_err().body(), None, "{body}");
    }
    // Another member that repeats is not the crate's, and is `None`.
    let login = authorized_by(r#"{"access_token":"a","x":1,"y":2,"x":1}"#);
    assert_eq!((login.tokens().member_text("x"), login.tokens().member_text("y")), (None, Some("2")));
}

/// RFC 9110 §10.2.3: seconds, or a date.
#[test]
fn retry_after_is_seconds_or_a_date_and_has_a_limit() {
    let refuse = |values: &[&[u8]]| {
        let headers =
            values.iter().map(|value| (b"Retry-After" as &[u8], *value)).chain([(b"\xff" as &[u8], b"\xff" as &[u8])]);
        let response = HttpResponse::new(503, "").with_headers(headers);
        code_received().receive_response(response, NOW).unwrap_err().into_error()
    };
    let limit = limits::MAX_RETRY_AFTER;
    for (value, expected) in [
        ("0", 0),
        ("30", 30),
        (" 30 ", 30),
        ("300", limit),
        ("301", limit),
        ("18446744073709551615", limit),
        ("99999999999999999999999", limit),
        // Rounded up.
        ("1.5", 2),
        ("0.0", 0),
        // `NOW` is Tue, 14 Nov 2023 22:13:20 GMT.
        ("Tue, 14 Nov 2023 22:13:20 GMT", 0),
        ("Tue, 14 Nov 2023 22:14:20 GMT", 60),
        ("Tue, 14 Nov 2023 22:18:20 GMT", limit),
        ("Tue, 14 Nov 2023 22:18:21 GMT", limit),
        ("Wed, 21 Oct 2026 07:28:00 GMT", limit),
        // In the past: now.
        ("Mon, 14 Nov 2022 22:14:20 GMT", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ] {
        let error = refuse(&[value.as_bytes()]);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(expected)), "{value}");
        // A retry is never immediate, and never later than the limit.
        assert_eq!(error.next_step(), NextStep::Retry { after: Duration::from_secs(expected.max(1)) }, "{value}");
    }
    for value in [
        "",
        "-1",
        "+1",
        "1.5e1",
        "1 0",
        "soon",
        "Tue, 14 Nov 2023 22:14:20",
        "Tue, 14 Nov 2023 22:14:20 UTC",
        "Tue, 14 nov 2023 22:14:20 GMT",
        "Tue, 31 Feb 2023 22:14:20 GMT",
        "Tue, 14 Nov 2023 24:14:20 GMT",
        "2023-11-14T22:14:20Z",
    ] {
        let error = refuse(&[value.as_bytes()]);
        assert_eq!(error.retry_after(), None, "{value}");
        assert_eq!(error.next_step(), NextStep::Retry { after: Duration::from_secs(1) }, "{value}");
    }
    assert_eq!(refuse(&[b"\xff"]).retry_after(), None);
    // One that cannot be read does not hide one that can.
    assert_eq!(refuse(&[b"7", b"soon"]).retry_after(), Some(Duration::from_secs(7)));
    // A parsed one has the same limit.
    let response = HttpResponse::new(429, "").with_retry_after(Duration::MAX);
    let refused = code_received().receive_response(response, NOW).unwrap_err();
    assert_eq!(refused.error().retry_after(), Some(Duration::from_secs(limit)));
}

/// There is an error, and nobody can say which: it is never taken for a success, nor for a code that has a meaning.
#[test]
fn an_error_that_cannot_be_read_as_a_code_is_an_error() {
    let long = format!("\"{}\"", "x".repeat(limits::MAX_ERROR_CODE_LEN + 1));
    for value in [
        "{}",
        "{\"code\":\"invalid_grant\"}",
        "[\"invalid_grant\"]",
        "\"invalid\\u0000grant\"",
        "\"a\\\"b\"",
        "\"é\"",
        "\"\\ud800\"",
        "\"a\\nb\"",
        &long,
    ] {
        for status in [200, 400, 401, 403] {
            let body = format!(r#"{{"error":{value},"error_description":"why"}}"#);
            let error = receive(Dialect::STANDARD, status, body.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), TokenErrorKind::Refused, "{value}");
            assert_eq!(error.fault(), Fault::Server, "{value}");
            assert_eq!(error.next_step(), NextStep::StartOver, "{value}");
            let oauth_error = error.oauth_error().unwrap();
            assert_eq!(oauth_error.code, None, "{value}");
            assert_eq!(oauth_error.description.as_ref().unwrap().raw(), "why");
            assert_eq!(oauth_error.to_string(), "an error without a readable code");
            let expected =
                format!("token response, status {status}: the server refused: an error without a readable code");
            assert_eq!(error.to_string(), expected);
        }
        // At a status of a gateway, only a registered code is believed.
        let body = format!(r#"{{"error":{value}}}"#);
        let error = receive(Dialect::STANDARD, 404, body.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::UnexpectedStatus, "{value}");
    }
    let not_utf8 = receive(Dialect::STANDARD, 400, b"{\"error\":\"invalid_grant\xe9\"}").unwrap_err();
    assert_eq!(not_utf8.oauth_error().unwrap().code, None);
    // Of two codes, neither counts.
    let twice = receive(Dialect::STANDARD, 400, br#"{"error":"invalid_client","error":"invalid_grant"}"#).unwrap_err();
    assert_eq!((twice.kind(), &twice.oauth_error().unwrap().code), (TokenErrorKind::Refused, &None));
    // The longest code is one.
    let long = "x".repeat(limits::MAX_ERROR_CODE_LEN);
    let error = receive(Dialect::STANDARD, 400, format!(r#"{{"error":"{long}"}}"#).as_bytes()).unwrap_err();
    assert_eq!(error.oauth_error().unwrap().code.as_ref().unwrap().as_str(), long);
}

/// RFC 6749 appendix A.7 allows all of HTML in a code but the double quote, and errors end up in pages.
#[test]
fn a_code_in_a_message_is_escaped() {
    for (code, shown) in [
        ("<img src=x onerror=alert(1)>", r"\u{3c}img src=x onerror=alert(1)\u{3e}"),
        ("a&lt;'b'", r"a\u{26}lt;\u{27}b\u{27}"),
        ("invalid_grant", "invalid_grant"),
        ("Invalid Params: invalid code", "Invalid Params: invalid code"),
    ] {
        let body = format!(r#"{{"error":"{code}"}}"#);
        let error = receive(Dialect::STANDARD, 400, body.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), format!("token response, status 400: the server refused: {shown}"));
        let oauth_error = error.oauth_error().unwrap();
        assert_eq!(
            (oauth_error.to_string(), oauth_error.code.as_ref().unwrap().to_string()),
            (shown.into(), shown.into())
        );
        assert_eq!(oauth_error.code.as_ref().unwrap().as_str(), code);

        let encoded: String = form_urlencoded::byte_serialize(code.as_bytes()).collect();
        let refused = awaiting_redirect().receive_redirect(&format!("{REDIRECT_URI}?state={STATE}&error={encoded}"));
        let refused = refused.unwrap_err();
        assert_eq!(refused.error().to_string(), format!("the server refused the authorization: {shown}"));
        assert_eq!(refused.error().oauth_error().unwrap().code.as_ref().unwrap().as_str(), code);
    }
    assert_eq!(ErrorCode::Other("<\u{202e}\n>".into()).to_string(), r"\u{3c}\u{202e}\u{a}\u{3e}");
}
