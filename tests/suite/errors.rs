//! What an error keeps for the developer: whose fault it was, whether to try again, and no content from outside.

use authcode::{
    BearerError, ConfigError, DiscoveryError, ErrorCode, Fault, HttpResponse, ParameterError, Redirect, RedirectError,
    ResumeError, ScopeError, StartError, TokenError, Untrusted, UnusableToken, UriError,
};

use crate::scenario::*;

fn refused_redirect(query: &str) -> RedirectError {
    awaiting_redirect().receive_redirect(Redirect::query(query)).unwrap_err().error().clone()
}

fn refused_token(status: u16, body: &str) -> TokenError {
    code_received().receive_token_response(HttpResponse::new(status, body), NOW).unwrap_err().error().clone()
}

#[test]
// rows 26, 38
fn every_registered_code_is_known_and_every_other_is_kept() {
    for (text, code) in [
        ("access_denied", ErrorCode::AccessDenied),
        ("invalid_client", ErrorCode::InvalidClient),
        ("invalid_grant", ErrorCode::InvalidGrant),
        ("invalid_request", ErrorCode::InvalidRequest),
        ("invalid_scope", ErrorCode::InvalidScope),
        ("invalid_target", ErrorCode::InvalidTarget),
        ("server_error", ErrorCode::ServerError),
        ("temporarily_unavailable", ErrorCode::TemporarilyUnavailable),
        ("unauthorized_client", ErrorCode::UnauthorizedClient),
        ("unsupported_grant_type", ErrorCode::UnsupportedGrantType),
        ("unsupported_response_type", ErrorCode::UnsupportedResponseType),
        ("login_required", ErrorCode::Other("login_required".into())),
        ("Access_Denied", ErrorCode::Other("Access_Denied".into())),
    ] {
        let error = refused_redirect(&format!("state={STATE}&error={text}"));
        let error = error.oauth_error().unwrap();
        assert_eq!(error.code, code);
        assert_eq!(error.code.as_str(), text);
        let error = refused_token(400, &format!(r#"{{"error":"{text}"}}"#));
        assert_eq!(error.oauth_error().unwrap().code, code);
    }
}

#[test]
fn an_error_may_be_a_number_or_something_unreadable() {
    for (value, code) in [
        ("1101", ErrorCode::Other("1101".into())),
        ("true", ErrorCode::Other("true".into())),
        (r#"{"message":"m","type":"OAuthException","code":100}"#, ErrorCode::Unreadable),
        (r#"["a"]"#, ErrorCode::Unreadable),
        ("[]", ErrorCode::Unreadable),
        ("{}", ErrorCode::Unreadable),
        (r#""a\"b""#, ErrorCode::Unreadable),
        (r#""a\nb""#, ErrorCode::Unreadable),
    ] {
        let error = refused_token(400, &format!(r#"{{"error":{value}}}"#));
        assert_eq!(error.oauth_error().unwrap().code, code, "{value}");
    }
}

#[test]
// rows 37
fn an_error_wins_at_any_status() {
    let error = refused_token(200, r#"{"ok":false,"error":"bad_verification_code","access_token":"a"}"#);
    assert_eq!(error.oauth_error().unwrap().code.as_str(), "bad_verification_code");
}

#[test]
fn an_error_that_is_nothing_is_none() {
    for nothing in ["null", "\"\"", "false", "0", "\"0\"", "\"0000\""] {
        let body = format!(r#"{{"error":{nothing},"access_token":"a","token_type":"Bearer"}}"#);
        assert!(code_received().receive_token_response(HttpResponse::new(200, body), NOW).is_ok());
    }
}

#[test]
fn each_redirect_error_says_whose_fault_it_is() {
    let long = "x".repeat(authcode::limits::MAX_REDIRECT_LEN + 1);
    let stranger = [
        refused_redirect(&long),
        awaiting_redirect().receive_redirect("https://other.example/").unwrap_err().error().clone(),
        refused_redirect("state=%"),
        refused_redirect("state=a&state=b"),
        refused_redirect("code=a"),
        refused_redirect("state=a"),
    ];
    assert!(stranger.iter().all(|error| error.fault() == Fault::Stranger && !error.is_retryable()));
    for (more, fault, retryable) in [
        ("response=x", Fault::Server, false),
        ("access_token=x", Fault::Server, false),
        ("code=a&error=b", Fault::Server, false),
        ("x", Fault::Server, false),
        ("code=%00", Fault::Server, false),
        ("error=%00", Fault::Server, false),
        ("error=access_denied", Fault::User, false),
        ("error=user_cancelled_login", Fault::User, false),
        ("error=user_cancelled_authorize", Fault::User, false),
        ("error=user_denied", Fault::User, false),
        ("error=login_required", Fault::User, false),
        ("error=consent_required", Fault::User, false),
        ("error=interaction_required", Fault::User, false),
        ("error=account_selection_required", Fault::User, false),
        ("error=server_error", Fault::Server, true),
        ("error=temporarily_unavailable", Fault::Server, true),
        ("error=invalid_scope", Fault::Host, false),
        ("error=unauthorized_client", Fault::Host, false),
        ("error=of_its_own", Fault::Server, false),
    ] {
        let error = refused_redirect(&format!("state={STATE}&{more}"));
        assert_eq!((error.fault(), error.is_retryable()), (fault, retryable), "{more}");
    }
}

#[test]
fn each_token_error_says_its_status_whose_fault_it_is_and_whether_to_try_again() {
    let long = " ".repeat(authcode::limits::MAX_RESPONSE_LEN + 1);
    for (status, body, fault, retryable) in [
        (200, long.as_str(), Fault::Server, false),
        (302, "", Fault::Host, false),
        (503, "", Fault::Server, true),
        (429, "", Fault::Server, true),
        (404, "", Fault::Server, false),
        (200, "", Fault::Server, true),
        (200, "{}", Fault::Server, false),
        (400, r#"{"error":"invalid_client"}"#, Fault::Host, false),
        (400, r#"{"error":"invalid_grant"}"#, Fault::Server, false),
        (400, r#"{"error":"server_error"}"#, Fault::Server, true),
        (400, r#"{"error":{}}"#, Fault::Server, false),
    ] {
        let error = refused_token(status, body);
        assert_eq!((error.status(), error.fault(), error.is_retryable()), (status, fault, retryable), "{error}");
        assert_eq!(error.retry_after(), None);
    }
}

/// Whoever wrote a redirect without `state` is not the server.
#[test]
// rows 78
fn a_claim_is_not_what_the_server_said() {
    assert_eq!(refused_redirect("error=access_denied").oauth_error(), None);
    assert_eq!(refused_redirect(&format!("state={STATE}")).oauth_error(), None);
}

#[test]
fn an_error_reads_as_a_sentence() {
    assert_eq!(
        refused_token(400, r#"{"error":"invalid_grant","error_description":"too late"}"#).to_string(),
        "token response, status 400: the server refused: invalid_grant"
    );
    assert_eq!(refused_token(200, "{}").to_string(), "token response, status 200: no access token");
    assert_eq!(refused_redirect("state=x").to_string(), "redirect: the state of another login");
    assert_eq!(
        refused_redirect(&format!("state={STATE}&error=access_denied")).to_string(),
        "the server refused the authorization: access_denied"
    );
}

#[test]
fn a_refused_step_reads_as_its_error() {
    let refused = code_received().receive_token_response(HttpResponse::new(200, "{}"), NOW).unwrap_err();
    assert_eq!(refused.to_string(), refused.error().to_string());
    assert!(format!("{refused:?}").contains("is_alive: false"));
    let ended = refreshing().receive_token_response(HttpResponse::new(200, "{}"), NOW).unwrap_err();
    assert_eq!(ended.to_string(), ended.recover().unwrap_err().to_string());
}

/// Log injection, terminal escapes, text that turns its own direction, and a description without end.
#[test]
// rows 25
fn a_description_is_safe_to_show() {
    let description = "a%0D%0Ab%1B%5B2J%E2%80%AEc%E2%80%8Bd%00%C2%85%EF%BB%BF%C3%A9";
    let error = refused_redirect(&format!("state={STATE}&error=x&error_description={description}"));
    let RedirectError::Refused(error) = error else { panic!("the server refused") };
    let description = error.description.unwrap();
    assert_eq!(description.to_string(), r"a\u{d}\u{a}b\u{1b}[2J\u{202e}c\u{200b}d\u{0}\u{85}\u{feff}é");
    assert_eq!(description.raw(), "a\r\nb\u{1b}[2J\u{202e}c\u{200b}d\0\u{85}\u{feff}é");

    let long = "é".repeat(10_000);
    let error = refused_token(400, &format!(r#"{{"error":"x","error_description":"{long}"}}"#));
    let shown = error.oauth_error().unwrap().description.as_ref().unwrap().to_string();
    assert_eq!(shown, format!("{}…", "é".repeat(authcode::limits::MAX_SHOWN_CHARS)));
    let fits = "é".repeat(authcode::limits::MAX_SHOWN_CHARS);
    let error = refused_token(400, &format!(r#"{{"error":"x","error_description":"{fits}"}}"#));
    assert_eq!(error.oauth_error().unwrap().description.as_ref().unwrap().to_string(), fits);
}

#[test]
fn a_description_that_cannot_be_read_is_left_out() {
    let error = refused_token(400, r#"{"error":"x","error_description":{"a":1},"error_uri":null}"#);
    let error = error.oauth_error().unwrap();
    assert_eq!((&error.description, &error.uri), (&None, &None));
}

#[test]
fn retry_after_is_read_in_seconds_alone() {
    for (value, expected) in [("30", Some(30)), (" 30 ", Some(30)), ("-1", None), ("soon", None), ("", None)] {
        let response = HttpResponse::new(503, "").with_headers([("RETRY-AFTER", value)]);
        let refused = code_received().receive_token_response(response, NOW).unwrap_err();
        assert_eq!(refused.error().retry_after().map(|wait| wait.as_secs()), expected, "{value}");
    }
}

#[test]
fn the_body_of_a_refusal_is_kept_and_not_shown() {
    for (status, body) in [
        (400, r#"{"error":"invalid_grant","error_codes":[50076],"trace_id":"canary"}"#),
        (400, r#"{"errors":[{"errorType":"canary"}]}"#),
        (400, ""),
        (404, "<h1>canary</h1>"),
        (503, "canary"),
        (200, r#"{"error":"bad_verification_code","error_uri":"canary"}"#),
    ] {
        let error = refused_token(status, body);
        assert_eq!(error.body().unwrap().raw(), body);
        assert!(!format!("{error} {error:?} {:?}", error.body()).contains("canary"), "{error:?}");
    }
}

#[test]
fn what_a_server_says_beyond_the_rfc_is_within_reach() {
    let error = refused_token(400, r#"{"error":"invalid_grant","error_codes":[50076],"suberror":"basic_action"}"#);
    assert_eq!(error.response_member::<Vec<u32>>("error_codes").unwrap(), [50076]);
    assert_eq!(error.response_member::<String>("suberror").unwrap(), "basic_action");
    assert_eq!(error.response_member::<u32>("suberror"), None);
    assert_eq!(error.response_member::<String>("claims"), None);
    assert_eq!(refused_token(502, "<h1>Bad gateway</h1>").response_member::<String>("h1"), None);
}

#[test]
fn a_body_that_may_have_a_token_in_it_is_not_kept() {
    for (status, body) in [
        (200, r#"{"access_token":"#),
        (200, "access_token=a"),
        (200, r#"{"access_token":7}"#),
        (302, SUCCESS),
        (200, r#"{"error":"x","access_token":"a"}"#),
        (400, r#"{"error":"x","refresh_token":"a"}"#),
        (503, SUCCESS),
        (404, SUCCESS),
        (503, r#"{"access_token":"cut o"#),
        (400, "access_token=a&error=x"),
        (503, r#"{"accessToken":"cut o"#),
        (400, r#"{"error":"x","access_token":"a","access_token":null}"#),
    ] {
        assert_eq!(refused_token(status, body).body(), None, "{status} {body}");
    }
    for body in [r#"{"error":"x","access_token":null}"#, r#"{"error":"invalid_token"}"#] {
        assert_eq!(refused_token(400, body).body().unwrap().raw(), body);
    }
    // A dialect has tokens at other places. Both are looked at.
    let dialect = authcode::Dialect::STANDARD.with_response_names(&[("access_token", "/data/token")]);
    for body in [
        r#"{"error":"x","data":{"token":"a"}}"#,
        r#"{"error":"x","access_token":"a"}"#,
        r#"{"error":"x","data":{"token":"a","token":"b"}}"#,
    ] {
        let code = Scenario { dialect, ..Scenario::default() }.to_code_received();
        let refused = code.receive_token_response(HttpResponse::new(400, body), NOW).unwrap_err();
        assert_eq!(refused.error().body(), None, "{body}");
    }
}

#[test]
fn of_a_long_body_the_beginning_is_kept() {
    use authcode::limits::MAX_ERROR_BODY_LEN;
    for len in [MAX_ERROR_BODY_LEN - 1, MAX_ERROR_BODY_LEN, MAX_ERROR_BODY_LEN + 1, 10 * MAX_ERROR_BODY_LEN] {
        let error = refused_token(404, &"x".repeat(len));
        assert_eq!(error.body().unwrap().raw().len(), len.min(MAX_ERROR_BODY_LEN));
    }
    // The cut may go through a character, and a body need not be text.
    let split = format!("{}é", "x".repeat(MAX_ERROR_BODY_LEN - 1));
    assert!(refused_token(404, &split).body().unwrap().raw().ends_with("x\u{FFFD}"));
}

#[test]
fn a_name_is_shown_in_quotes() {
    let name = || "x".to_owned();
    for (error, text) in [
        (ParameterError::EmptyValue(name()), "parameter \"x\": an empty value"),
        (ParameterError::Name(name()), "parameter \"x\": not a name of letters, digits, '-', '.', '_', '[' and ']'"),
        (ParameterError::Reserved("x"), "parameter \"x\": a name that the protocol itself sends"),
        (ParameterError::TooLong(name()), "parameter \"x\": too long"),
    ] {
        assert_eq!(error.to_string(), text);
    }
    assert_eq!(ConfigError::Dialect("x").to_string(), "dialect: \"x\" cannot be named there");
    assert_eq!(ConfigError::Placeholder("x").to_string(), "provider: no value for \"x\", or not a plain one");
}

/// It may come from outside, as what [`Untrusted`] has.
#[test]
fn a_name_in_an_error_cannot_change_how_the_rest_is_read() {
    let shown = |name: &str| ParameterError::EmptyValue(name.to_owned()).to_string();
    for (name, escaped) in [
        ("a\nb", r"a\u{a}b"),
        ("a\u{0}b", r"a\u{0}b"),
        ("\u{1b}[31m", r"\u{1b}[31m"),
        ("\u{85}", r"\u{85}"),
        ("a\u{202e}b", r"a\u{202e}b"),
        ("a\u{200b}b", r"a\u{200b}b"),
        ("a\u{feff}b", r"a\u{feff}b"),
        ("a\u{ad}\u{180e}\u{fff9}\u{e0041}b", r"a\u{ad}\u{180e}\u{fff9}\u{e0041}b"),
        ("é€😀", "é€😀"),
    ] {
        assert_eq!(shown(name), format!("parameter \"{escaped}\": an empty value"));
        assert_eq!(Untrusted::from(name).to_string(), escaped);
        assert_eq!(Untrusted::from(name).shown(), escaped);
    }
    assert_eq!(shown(r#"a"b\c"#), r#"parameter "a\u{22}b\u{5c}c": an empty value"#);
    assert_eq!(Untrusted::from(r#"a"b\c"#).to_string(), r#"a"b\c"#);
    let most = "x".repeat(authcode::limits::MAX_SHOWN_CHARS);
    assert_eq!(shown(&most), format!("parameter \"{most}\": an empty value"));
    assert_eq!(Untrusted::from(&*format!("{most}x")).shown(), format!("{most}…"));
    assert_eq!(shown(&format!("{most}x")), format!("parameter \"{most}…\": an empty value"));
}

/// A host in another language takes it for the name of the variant.
#[test]
fn an_error_is_named_as_its_variant_is() {
    macro_rules! named {
        ($($error:expr => $name:literal,)+) => {$(
            assert_eq!($error.name(), $name);
            assert_eq!(format!("{:?}", $error).split([' ', '(']).next(), Some($name));
        )+};
    }
    let RedirectError::Refused(claimed) = refused_redirect(&format!("state={STATE}&error=access_denied")) else {
        panic!("the server refused");
    };
    named! {
        UriError::DotSegment => "DotSegment",
        ConfigError::ClientId => "ClientId",
        ConfigError::Issuer(UriError::Query) => "Issuer",
        ConfigError::ReservedParameter("redirect uri", "code") => "ReservedParameter",
        DiscoveryError::NoS256 => "NoS256",
        DiscoveryError::UnexpectedStatus { status: 404 } => "UnexpectedStatus",
        ScopeError::Wider => "Wider",
        ParameterError::Port => "Port",
        ParameterError::Scope(ScopeError::TooLong) => "Scope",
        StartError::RepeatedEntropy => "RepeatedEntropy",
        RedirectError::StateMissing { unauthenticated: None } => "StateMissing",
        RedirectError::Refused(claimed.clone()) => "Refused",
        TokenError::Refused { status: 400, error: claimed.clone(), body: None } => "Refused",
        TokenError::Unusable { status: 200, reason: UnusableToken::Missing } => "Unusable",
        UnusableToken::DuplicateMember("access_token") => "DuplicateMember",
        BearerError::TokenType => "TokenType",
        ResumeError::OtherKind => "OtherKind",
    }
}
