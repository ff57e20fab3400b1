//! What servers say when they refuse, at the token endpoint and in the redirect.
//!
//! It becomes a typed error that has everything for the developer, and shows none of it in a log by accident.

use core::time::Duration;

use authcode::{
    Dialect, ErrorCode, Fault, HttpResponse, NextStep, Redirect, RedirectError, TokenErrorKind, UnusableToken,
};
use serde_json::{Value, json};

use super::*;

const MISSING: TokenErrorKind = TokenErrorKind::Unusable(UnusableToken::Missing);

/// Whether the response is refused with the state returned.
fn is_returned(dialect: Dialect, status: u16, body: &str) -> bool {
    let response = HttpResponse::new(status, body);
    is_alive(at(dialect).to_code_received().receive_response(response, NOW).unwrap_err())
}

/// A refusal without an OAuth error. The error keeps the body as it came.
#[track_caller]
fn raw(status: u16, body: &str) -> TokenError {
    let error = refused(Dialect::STANDARD, status, body);
    assert!(error.kind() == TokenErrorKind::UnexpectedStatus, "{error:?}");
    assert_eq!((error.status(), error.body().unwrap().raw()), (status, body));
    error
}

#[test]
// quirks E1
fn an_error_of_github_comes_with_200() {
    let body = r#"{"error":"bad_verification_code","error_description":"The code passed is incorrect or expired.","error_uri":"https://docs.github.com/apps/troubleshooting/#bad-verification-code"}"#;
    let error = refused(Dialect::STANDARD, 200, body);
    assert_eq!((error.status(), code(&error)), (200, "bad_verification_code"));
    assert_eq!(description(&error), "The code passed is incorrect or expired.");
    let uri = error.oauth_error().unwrap().uri.as_ref().unwrap();
    assert_eq!(uri.raw(), "https://docs.github.com/apps/troubleshooting/#bad-verification-code");
    assert_eq!(error.body().unwrap().raw(), body);
    assert_hides(&error, &["passed", "docs.github.com"]);
    assert!(!is_returned(Dialect::STANDARD, 200, body));

    // It has a code of its own for a dead refresh token, which a setting names. Without that, the token is kept.
    const NAMED: Dialect = Dialect::STANDARD.with_dead_refresh_token_codes(&["bad_refresh_token"]);
    let dead =
        r#"{"error":"bad_refresh_token","error_description":"The refresh token passed is incorrect or expired."}"#;
    for (dialect, kept, next_step) in
        [(NAMED, None, NextStep::StartOver), (Dialect::STANDARD, Some("rt-1"), NextStep::Wait)]
    {
        let mut login = success(dialect, SUCCESS);
        assert_eq!(renew(&mut login, 200, dead).unwrap_err().next_step(), next_step);
        assert_eq!((refresh_token(&login), login.tokens().access_token().expose()), (kept, "at-1"));
    }
}

#[test]
// quirks E2
fn an_error_of_slack_comes_with_200_and_ok_false() {
    let error = refused(Dialect::STANDARD, 200, r#"{"ok":false,"error":"invalid_code"}"#);
    assert_eq!((error.status(), code(&error)), (200, "invalid_code"));
    assert_eq!(member::<bool>(&error, "ok"), Some(false));
}

#[test]
// quirks E3
fn errcode_is_a_setting() {
    const WECHAT: Dialect =
        Dialect::STANDARD.with_response_names(&[("error", "errcode"), ("error_description", "errmsg")]);
    let body = r#"{"errcode":40029,"errmsg":"invalid code, hints: [ req_id: CbcAOBFgE-1 ]"}"#;
    let error = refused(WECHAT, 200, body);
    assert_eq!((error.status(), code(&error)), (200, "40029"));
    assert_eq!(description(&error), "invalid code, hints: [ req_id: CbcAOBFgE-1 ]");
    assert_hides(&error, &["hints", "req_id"]);
    assert_eq!(refused(Dialect::STANDARD, 200, body).kind(), MISSING);
    // A success has the same member.
    let wecom = r#"{"errcode":0,"errmsg":"ok","access_token":"accesstoken000001","expires_in":7200}"#;
    assert_eq!(success(WECHAT, wecom).tokens().access_token().expose(), "accesstoken000001");
}

#[test]
// quirks E4
fn a_result_that_is_not_all_zeros_is_an_error_by_a_setting() {
    const COROS: Dialect =
        Dialect::STANDARD.with_response_names(&[("error", "result"), ("error_description", "message")]);
    let receive = |body| at(COROS).to_code_received().receive_response(HttpResponse::new(200, body), NOW);
    assert!(receive(r#"{"result":"0000","message":"OK","access_token":"a","token_type":"bearer"}"#).is_ok());
    let wrong = r#"{"result":"5002","message":"the code is invalid"}"#;
    let refusal = receive(wrong).unwrap_err();
    assert_eq!((code(refusal.error()), description(refusal.error())), ("5002", "the code is invalid"));
    // Without that there is no token, at least.
    assert_eq!(refused(Dialect::STANDARD, 200, wrong).kind(), MISSING);
}

#[test]
// quirks E5
fn an_error_that_is_an_object_is_reachable_whole() {
    let body = r#"{"error":{"message":"This authorization code has been used.","type":"OAuthException","code":100,"error_subcode":36009,"fbtrace_id":"AbC"}}"#;
    let error = refused(Dialect::STANDARD, 400, body);
    assert!(error.kind() == TokenErrorKind::Refused);
    assert_eq!(error.oauth_error().unwrap().code, None);
    let object: Value = member(&error, "error").unwrap();
    assert_eq!((&object["type"], &object["code"]), (&json!("OAuthException"), &json!(100)));
    assert_eq!(error.body().unwrap().raw(), body);
    assert_hides(&error, &["has been used", "OAuthException", "AbC"]);

    const META: Dialect = Dialect::STANDARD
        .with_response_paths(&[("error", &["error", "type"]), ("error_description", &["error", "message"])]);
    let error = refused(META, 400, body);
    assert_eq!(code(&error), "OAuthException");
    assert_eq!(description(&error), "This authorization code has been used.");
}

#[test]
// quirks E6
fn error_type_of_instagram_is_reachable_and_a_setting() {
    let body = r#"{"error_type":"OAuthException","code":400,"error_message":"Matching code was not found or was already used"}"#;
    let error = raw(400, body);
    assert_eq!(member::<String>(&error, "error_type").unwrap(), "OAuthException");
    assert_hides(&error, &["Matching", "OAuthException"]);
    const INSTAGRAM: Dialect =
        Dialect::STANDARD.with_response_names(&[("error", "error_type"), ("error_description", "error_message")]);
    let error = refused(INSTAGRAM, 400, body);
    assert_eq!(code(&error), "OAuthException");
    assert_eq!(description(&error), "Matching code was not found or was already used");
}

#[test]
// quirks E7
fn the_first_error_of_a_list_is_a_setting() {
    const FITBIT: Dialect = Dialect::STANDARD.with_response_paths(&[
        ("error", &["errors", "0", "errorType"]),
        ("error_description", &["errors", "0", "message"]),
    ]);
    let body = r#"{"errors":[{"errorType":"invalid_grant","message":"Refresh token invalid: 1a2b"}],"success":false}"#;
    let error = refused(FITBIT, 400, body);
    assert_eq!(error.oauth_error().unwrap().code, Some(ErrorCode::InvalidGrant));
    assert_eq!(description(&error), "Refresh token invalid: 1a2b");
    assert_hides(&error, &["1a2b"]);
    let error = raw(400, body);
    assert_eq!(member::<Value>(&error, "errors").unwrap()[0]["errorType"], "invalid_grant");
    assert_eq!(member::<bool>(&error, "success"), Some(false));

    // A refresh understands it as well: a dead refresh token is not tried again.
    let mut login = Scenario { dialect: FITBIT, ..Scenario::default() }.to_authorized();
    assert_eq!(renew(&mut login, 400, body).unwrap_err().next_step(), NextStep::StartOver);
    assert!(login.tokens().refresh_token().is_none());
}

#[test]
// quirks E8
fn an_error_that_is_a_number_is_kept_as_it_is_written() {
    let body = r#"{"sub_error":20411,"error_description":"code has expired","error":1101}"#;
    let error = refused(Dialect::STANDARD, 400, body);
    assert_eq!(error.oauth_error().unwrap().code, Some(ErrorCode::Other("1101".into())));
    assert_eq!(description(&error), "code has expired");
    assert_eq!(member::<u32>(&error, "sub_error"), Some(20_411));
    assert_eq!(error.to_string(), "token response, status 400: the server refused: 1101");
}

#[test]
// quirks E9
fn errors_of_other_shapes_are_reachable_raw() {
    let vk = r#"{"error":{"error_code":5,"error_msg":"User authorization failed: invalid session."}}"#;
    let error = refused(Dialect::STANDARD, 401, vk);
    assert_eq!(error.oauth_error().unwrap().code, None);
    assert_eq!(member::<Value>(&error, "error").unwrap()["error_code"], 5);
    assert_hides(&error, &["invalid session"]);

    let linkedin = r#"{"serviceErrorCode":65600,"message":"Invalid access token","status":401}"#;
    assert_eq!(member::<u32>(&raw(401, linkedin), "serviceErrorCode"), Some(65_600));
    const LINKEDIN: Dialect =
        Dialect::STANDARD.with_response_names(&[("error", "serviceErrorCode"), ("error_description", "message")]);
    let error = refused(LINKEDIN, 401, linkedin);
    assert_eq!((code(&error), description(&error)), ("65600", "Invalid access token"));
}

#[test]
// quirks E10
fn what_microsoft_says_besides_is_reachable() {
    let body = r#"{"error":"interaction_required","error_description":"AADSTS50076: Due to a configuration change you must use multi-factor authentication.\r\nTrace ID: 0000aaaa\r\nCorrelation ID: aaaa0000\r\nTimestamp: 2016-01-09 02:02:12Z","error_codes":[50076],"timestamp":"2016-01-09 02:02:12Z","trace_id":"0000aaaa","correlation_id":"aaaa0000","suberror":"basic_action","claims":"{\"access_token\":{\"capolids\":{\"essential\":true,\"values\":[\"9ab0\"]}}}"}"#;
    let error = refused(Dialect::STANDARD, 400, body);
    assert_eq!((code(&error), error.fault()), ("interaction_required", Fault::User));
    assert_eq!(member::<Vec<u32>>(&error, "error_codes").unwrap(), [50_076]);
    for (name, value) in [("suberror", "basic_action"), ("trace_id", "0000aaaa"), ("correlation_id", "aaaa0000")] {
        assert_eq!(member::<String>(&error, name).unwrap(), value);
    }
    let claims: String = member(&error, "claims").unwrap();
    assert_eq!(claims, r#"{"access_token":{"capolids":{"essential":true,"values":["9ab0"]}}}"#);
    // For a log, the description stays on one line.
    assert!(error.oauth_error().unwrap().description.as_ref().unwrap().to_string().contains(r"\u{d}\u{a}Trace ID"));
    assert_hides(&error, &["AADSTS", "0000aaaa", "capolids"]);
}

#[test]
// quirks E11
fn a_challenge_in_a_header_changes_nothing() {
    let challenge = [("WWW-Authenticate", r#"Key realm="kong""#)];
    let receive = |status, body: &str| {
        let response = HttpResponse::new(status, body).with_headers(challenge);
        at(Dialect::STANDARD).to_code_received().receive_response(response, NOW)
    };
    assert!(receive(200, SUCCESS).is_ok());
    let refusal = receive(401, r#"{"error":"invalid_grant","error_description":"no"}"#).unwrap_err();
    assert_eq!(refusal.error().oauth_error().unwrap().code, Some(ErrorCode::InvalidGrant));
    // FusionAuth: a header alone says nothing about the code, so the state is returned.
    let refusal = receive(401, "").unwrap_err();
    assert_eq!(refusal.error().kind(), TokenErrorKind::UnexpectedStatus);
    assert!(is_alive(refusal));
}

#[test]
// quirks E12
fn an_error_counts_at_any_status_and_a_page_at_none() {
    let invalid_client = r#"{"error":"invalid_client","error_description":"Client authentication failed"}"#;
    for status in [400, 401, 403] {
        for headers in [vec![], vec![("www-authenticate", "Basic realm=\"oauth\"")]] {
            let response = HttpResponse::new(status, invalid_client).with_headers(headers);
            let refusal = at(Dialect::STANDARD).to_code_received().receive_response(response, NOW).unwrap_err();
            assert_eq!(refusal.error().kind(), TokenErrorKind::Refused, "{status}");
            assert_eq!(refusal.error().oauth_error().unwrap().code, Some(ErrorCode::InvalidClient));
            assert_eq!((refusal.error().fault(), refusal.next_step()), (Fault::Caller, NextStep::Fix));
            assert!(is_alive(refusal), "{status}");
        }
    }
    let error = refused(Dialect::STANDARD, 500, r#"{"error":"server_error","error_description":"db down"}"#);
    assert!(error.kind() == TokenErrorKind::Unavailable && matches!(error.next_step(), NextStep::Retry { .. }));
    assert_eq!((code(&error), description(&error)), ("server_error", "db down"));

    let page = "<!DOCTYPE html>\r\n<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>";
    for (status, headers, wait) in [
        (500, vec![], None),
        (502, vec![], None),
        (503, vec![("Retry-After", "30")], Some(Duration::from_secs(30))),
        (429, vec![("retry-after", "120")], Some(Duration::from_secs(120))),
    ] {
        let response = HttpResponse::new(status, page).with_headers(headers);
        let refusal = at(Dialect::STANDARD).to_code_received().receive_response(response, NOW).unwrap_err();
        let error = refusal.error();
        assert!(error.kind() == TokenErrorKind::Unavailable);
        let after = wait.unwrap_or(Duration::from_secs(1));
        assert_eq!(error.next_step(), NextStep::Retry { after });
        assert_eq!((error.status(), error.retry_after(), error.oauth_error()), (status, wait, None));
        assert_eq!(error.body().unwrap().raw(), page);
        assert_hides(error, &["nginx", "html"]);
        assert!(is_alive(refusal));
    }
    for status in [400, 401, 403, 404] {
        assert_hides(&raw(status, page), &["nginx", "html"]);
        assert!(is_returned(Dialect::STANDARD, status, page));
    }
    // A page with 200 may come from a proxy of the caller's.
    assert_eq!(refused(Dialect::STANDARD, 200, page).kind(), TokenErrorKind::NotJson);
}

#[test]
// quirks E12
fn a_refusal_may_say_little_or_nothing() {
    for body in ["", "{}", "[]", "null", "\"no\"", "{\"ok\":false}", "{\"message\":\"Bad Request\"}", "\u{FFFD}\0"] {
        raw(400, body);
        assert!(is_returned(Dialect::STANDARD, 400, body), "{body}");
    }
    for (value, expected) in [
        ("\"invalid_grant\"", Some(ErrorCode::InvalidGrant)),
        ("1101", Some(ErrorCode::Other("1101".into()))),
        ("true", Some(ErrorCode::Other("true".into()))),
        ("{\"code\":1}", None),
        ("[\"invalid_grant\"]", None),
    ] {
        for status in [200, 400] {
            let body = format!(r#"{{"error":{value},"n":7}}"#);
            let error = refused(Dialect::STANDARD, status, &body);
            assert!(error.kind() == TokenErrorKind::Refused, "{status} {value}");
            assert_eq!((error.status(), &error.oauth_error().unwrap().code), (status, &expected));
            assert_eq!((error.body().unwrap().raw(), member::<u8>(&error, "n")), (&*body, Some(7)));
        }
    }
    // RFC 6749 appendix A.8 allows neither quotes nor line ends, nor anything beyond ASCII. Servers do not ask.
    let body = "{\"error\":\"invalid_grant\",\"error_description\":\"\\\"код\\\" \\\\\\r\\n\\u001b[31m\\u0000\"}";
    let error = refused(Dialect::STANDARD, 400, body);
    assert_eq!(description(&error), "\"код\" \\\r\n\u{1b}[31m\0");
    let shown = error.oauth_error().unwrap().description.as_ref().unwrap().to_string();
    assert_eq!(shown, r#""код" \\u{d}\u{a}\u{1b}[31m\u{0}"#);
    assert_hides(&error, &["код"]);
}

/// RFC 8259 §8.1 requires UTF-8. A description that is not UTF-8 costs the description, and not the code beside it.
#[test]
// quirks E12
fn a_description_that_is_not_utf8_does_not_cost_the_code() {
    let body = b"{\"error\":\"invalid_grant\",\"error_description\":\"acc\xE8s\"}";
    let response = HttpResponse::new(400, body);
    let refusal = at(Dialect::STANDARD).to_code_received().receive_response(response, NOW).unwrap_err();
    let error = refusal.error().oauth_error().unwrap();
    assert_eq!((&error.code, &error.description), (&Some(ErrorCode::InvalidGrant), &None));
    assert!(refusal.error().body().unwrap().raw().contains("acc\u{FFFD}s"));
    assert_hides(refusal.error(), &["acc"]);
    // So a refresh token that is called dead is dropped.
    let mut login = at(Dialect::STANDARD).to_authorized();
    let error = refresh_of(&login).receive_response(&mut login, HttpResponse::new(400, body), NOW).unwrap_err();
    assert_eq!(error.next_step(), NextStep::StartOver);
    assert_eq!((refresh_token(&login), login.tokens().access_token().expose()), (None, "at-1"));
}

/// RFC 8259 §7 allows no bare line ends in a string. Such a body says nothing about the code, and the error keeps it.
#[test]
// quirks E12
fn a_refusal_that_is_not_quite_json_is_kept_as_a_body() {
    for (body, seen) in [
        ("{\"error\":\"invalid_grant\",\"error_description\":\"line one\nline two\"}", "line one\nline two"),
        ("{'error':'invalid_grant'}", "invalid_grant"),
    ] {
        let response = HttpResponse::new(400, body);
        let refusal = at(Dialect::STANDARD).to_code_received().receive_response(response, NOW).unwrap_err();
        assert_eq!(refusal.error().kind(), TokenErrorKind::UnexpectedStatus);
        assert!(refusal.error().body().unwrap().raw().contains(seen));
        assert_hides(refusal.error(), &[seen]);
        assert!(is_alive(refusal));
    }
}

/// Some servers send back what was sent to them. An error may be logged all the same.
#[test]
// quirks E12
fn a_body_that_repeats_secrets_is_in_no_text_of_the_error() {
    for status in [400, 403, 404, 429, 500] {
        for body in [
            format!(r#"{{"error":"invalid_grant","error_description":"code {CODE}","code_verifier":"{VERIFIER}"}}"#),
            format!("<h1>bad</h1><pre>code={CODE}&code_verifier={VERIFIER}</pre>"),
        ] {
            let response = HttpResponse::new(status, body);
            let refusal = at(Dialect::STANDARD).to_code_received().receive_response(response, NOW).unwrap_err();
            assert_hides(refusal.error(), &[CODE, VERIFIER]);
            let shown = format!("{refusal:?} {refusal:#?}");
            assert!(!shown.contains(CODE) && !shown.contains(VERIFIER), "{shown}");
        }
    }
    // A token is not even kept.
    let error = refused(Dialect::STANDARD, 400, r#"{"error":"x","access_token":"at-7","refresh_token":"rt-7"}"#);
    assert_eq!(error.body(), None);
}

fn refused_redirect(dialect: Dialect, query: &str) -> RedirectError {
    redirected(dialect, query).unwrap_err()
}

#[test]
// quirks E13
fn a_reason_alone_is_an_error_by_a_setting() {
    const BITLY: Dialect = Dialect::STANDARD.with_redirect_names(&[("error", "reason")]);
    let query = format!("invalid=true&reason=deny&state={STATE}");
    let error = refused_redirect(BITLY, &query);
    assert_eq!(error.oauth_error().unwrap().code.as_ref().unwrap().as_str(), "deny");
    assert_eq!(refused_redirect(Dialect::STANDARD, &query), RedirectError::NoCodeNoError);
    // Without `state` it is a claim, and the login goes on waiting.
    let refusal = at(BITLY).to_awaiting_redirect().receive_redirect(Redirect::query("invalid=true&reason=deny"));
    let refusal = refusal.unwrap_err();
    let RedirectError::StateMissing { unauthenticated: Some(claim) } = refusal.error() else { panic!("a claim") };
    assert_eq!(claim.code.as_ref().unwrap().as_str(), "deny");
    assert!(is_alive(refusal));
}

#[test]
// quirks E14
fn error_reason_is_an_error_by_a_setting() {
    const DEEZER: Dialect = Dialect::STANDARD.with_redirect_names(&[("error", "error_reason")]);
    let query = format!("error_reason=user_denied&state={STATE}");
    let error = refused_redirect(DEEZER, &query);
    assert_eq!(
        (error.oauth_error().unwrap().code.as_ref().unwrap().as_str(), error.fault()),
        ("user_denied", Fault::User)
    );
    assert_eq!(refused_redirect(Dialect::STANDARD, &query), RedirectError::NoCodeNoError);

    // Facebook, when the user says no: both.
    let both = format!(
        "error_reason=user_denied&error=access_denied&error_description=Permissions+error.&error_code=200&state={STATE}#_=_"
    );
    for dialect in [Dialect::STANDARD, DEEZER] {
        let error = refused_redirect(dialect, &both);
        assert_eq!(error.oauth_error().unwrap().code, Some(ErrorCode::AccessDenied));
        assert_eq!(error.oauth_error().unwrap().description.as_ref().unwrap().raw(), "Permissions error.");
        assert_hides(&error, &["Permissions"]);
    }
    // When the application is set up wrongly: neither.
    const FACEBOOK: Dialect =
        Dialect::STANDARD.with_redirect_names(&[("error", "error_code"), ("error_description", "error_message")]);
    let query = format!("error_code=1349048&error_message=Can%27t+load+URL&state={STATE}");
    let error = refused_redirect(FACEBOOK, &query);
    assert_eq!(error.oauth_error().unwrap().code.as_ref().unwrap().as_str(), "1349048");
    assert_eq!(error.oauth_error().unwrap().description.as_ref().unwrap().raw(), "Can't load URL");
    assert_eq!(refused_redirect(Dialect::STANDARD, &query), RedirectError::NoCodeNoError);
}

#[test]
// quirks E15, E16
fn many_words_mean_that_the_user_said_no() {
    for (word, fault) in [
        ("user_cancelled_login", Fault::User),
        ("user_cancelled_authorize", Fault::User),
        ("user_denied", Fault::User),
        ("1107", Fault::Server),
    ] {
        let error = refused_redirect(Dialect::STANDARD, &format!("error={word}&error_description=x+y&state={STATE}"));
        assert_eq!((error.oauth_error().unwrap().code.as_ref().unwrap().as_str(), error.fault()), (word, fault));
        assert_eq!(error.to_string(), format!("the server refused the authorization: {word}"));
    }
}

/// Another client reads `error_reason` first. Here `error` takes precedence over the name in a dialect.
#[test]
// quirks E17
fn error_counts_before_error_reason() {
    const SETTING: Dialect = Dialect::STANDARD.with_redirect_names(&[("error", "error_reason")]);
    for query in
        ["error=access_denied&error_reason=invalid_credentials", "error_reason=invalid_credentials&error=access_denied"]
    {
        let error = refused_redirect(SETTING, &format!("{query}&state={STATE}"));
        assert_eq!(error.oauth_error().unwrap().code, Some(ErrorCode::AccessDenied));
    }
}
