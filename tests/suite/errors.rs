//! What an error tells the developer: which party can fix it, what to do now, and no content from outside.

use authcode::{
    Authorized, BearerError, ConfigError, Discovery, DiscoveryErrorKind, EntropyError, ErrorCode, Fault, HttpResponse,
    KeyError, NextStep, ParameterError, Redirect, RedirectError, ResourceRequestError, ResumeError, ScopeError,
    SignatureError, StartError, Suspended, TokenError, TokenErrorKind, Untrusted, UnusableToken, UriError,
};
use core::time::Duration;

use crate::scenario::*;

fn refused_redirect(query: &str) -> RedirectError {
    awaiting_redirect().receive_redirect(Redirect::query(query)).unwrap_err().into_error()
}

fn refused_token(status: u16, body: &str) -> TokenError {
    code_received().receive_response(HttpResponse::new(status, body), NOW).unwrap_err().into_error()
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
        assert_eq!(error.code, Some(code.clone()));
        assert_eq!((code.as_str(), code.as_ref()), (text, text));
        let error = refused_token(400, &format!(r#"{{"error":"{text}"}}"#));
        assert_eq!(error.oauth_error().unwrap().code, Some(code));
    }
}

#[test]
fn an_error_may_be_a_number_or_something_unreadable() {
    for (value, code) in [
        ("1101", Some(ErrorCode::Other("1101".into()))),
        ("true", Some(ErrorCode::Other("true".into()))),
        (r#"{"message":"m","type":"OAuthException","code":100}"#, None),
        (r#"["a"]"#, None),
        ("[]", None),
        ("{}", None),
        (r#""a\"b""#, None),
        (r#""a\nb""#, None),
    ] {
        let error = refused_token(400, &format!(r#"{{"error":{value}}}"#));
        assert_eq!(error.oauth_error().unwrap().code, code, "{value}");
    }
}

#[test]
// rows 37
fn an_error_wins_at_any_status() {
    let error = refused_token(200, r#"{"ok":false,"error":"bad_verification_code","access_token":"a"}"#);
    assert_eq!(error.oauth_error().unwrap().code.as_ref().unwrap().as_str(), "bad_verification_code");
}

#[test]
fn an_empty_error_is_no_error() {
    for nothing in ["null", "\"\"", "false", "0", "\"0\"", "\"0000\""] {
        let body = format!(r#"{{"error":{nothing},"access_token":"a","token_type":"Bearer"}}"#);
        assert!(code_received().receive_response(HttpResponse::new(200, body), NOW).is_ok());
    }
}

#[test]
fn each_redirect_error_names_the_party_that_can_fix_it() {
    let long = "x".repeat(authcode::limits::MAX_REDIRECT_LEN + 1);
    let unauthenticated = [
        refused_redirect(&long),
        awaiting_redirect().receive_redirect("https://other.example/").unwrap_err().into_error(),
        refused_redirect("state=%"),
        refused_redirect("state=a&state=b"),
        refused_redirect("code=a"),
        refused_redirect("state=a"),
    ];
    for error in unauthenticated {
        assert_eq!((error.fault(), error.next_step()), (Fault::Unauthenticated, NextStep::Wait), "{error}");
    }
    for (more, fault) in [
        ("response=x", Fault::Server),
        ("access_token=x", Fault::Server),
        ("code=a&error=b", Fault::Server),
        ("x", Fault::Server),
        ("code=%00", Fault::Server),
        ("error=%00", Fault::Server),
        ("error=access_denied", Fault::User),
        ("error=user_cancelled_login", Fault::User),
        ("error=user_cancelled_authorize", Fault::User),
        ("error=user_denied", Fault::User),
        ("error=login_required", Fault::User),
        ("error=consent_required", Fault::User),
        ("error=interaction_required", Fault::User),
        ("error=account_selection_required", Fault::User),
        ("error=server_error", Fault::Server),
        ("error=temporarily_unavailable", Fault::Server),
        ("error=invalid_scope", Fault::Caller),
        ("error=unauthorized_client", Fault::Caller),
        ("error=of_its_own", Fault::Server),
    ] {
        let error = refused_redirect(&format!("state={STATE}&{more}"));
        assert_eq!((error.fault(), error.next_step()), (fault, NextStep::StartOver), "{more}");
    }
}

#[test]
fn each_token_error_has_its_status_the_party_that_can_fix_it_and_what_to_do_now() {
    let long = " ".repeat(authcode::limits::MAX_RESPONSE_LEN + 1);
    let retry = NextStep::Retry { after: Duration::from_secs(1) };
    for (status, body, fault, next_step) in [
        (200, long.as_str(), Fault::Server, NextStep::Fix),
        (302, "", Fault::Caller, NextStep::Fix),
        (503, "", Fault::Server, retry),
        (429, "", Fault::Server, retry),
        (404, "", Fault::Server, NextStep::Fix),
        (200, "", Fault::Server, NextStep::Fix),
        (200, "{}", Fault::Server, NextStep::StartOver),
        (400, r#"{"error":"invalid_client"}"#, Fault::Caller, NextStep::Fix),
        (400, r#"{"error":"unauthorized_client"}"#, Fault::Caller, NextStep::Fix),
        (400, r#"{"error":"invalid_grant"}"#, Fault::Server, NextStep::StartOver),
        (400, r#"{"error":"server_error"}"#, Fault::Server, retry),
        (400, r#"{"error":{}}"#, Fault::Server, NextStep::StartOver),
    ] {
        let error = refused_token(status, body);
        assert_eq!((error.status(), error.fault(), error.next_step()), (status, fault, next_step), "{error}");
        assert_eq!(error.retry_after(), None);
    }
}

/// Anyone may have written a redirect without `state`.
#[test]
// rows 78
fn an_unauthenticated_error_is_not_the_servers_error() {
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
fn the_debug_text_of_a_refused_step_says_whether_the_state_is_alive() {
    let ended = code_received().receive_response(HttpResponse::new(200, "{}"), NOW).unwrap_err();
    assert!(format!("{ended:?}").contains("is_alive: false"));
    let alive = code_received().receive_response(HttpResponse::new(503, "{}"), NOW).unwrap_err();
    assert!(format!("{alive:?}").contains("is_alive: true"));
    assert_eq!(alive.error().to_string(), alive.into_error().to_string());
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
fn retry_after_is_read_as_seconds() {
    for (value, expected) in [("30", Some(30)), (" 30 ", Some(30)), ("-1", None), ("soon", None), ("", None)] {
        let response = HttpResponse::new(503, "").with_headers([("RETRY-AFTER", value)]);
        let refused = code_received().receive_response(response, NOW).unwrap_err();
        assert_eq!(refused.error().retry_after().map(|pause| pause.as_secs()), expected, "{value}");
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
fn members_of_an_error_beyond_the_rfc_are_in_its_body() {
    let error = refused_token(400, r#"{"error":"invalid_grant","error_codes":[50076],"suberror":"basic_action"}"#);
    let body: serde_json::Value = serde_json::from_str(error.body().unwrap().raw()).unwrap();
    assert_eq!(body["error_codes"], serde_json::json!([50076]));
    assert_eq!(body["suberror"], "basic_action");
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
        (500, r#"{"data":{"access_token":"a"}}"#),
        (403, r#"{"accessToken":"a"}"#),
        (400, r#"{"error":"x","data":[{"refresh_token":"a"}]}"#),
        (500, r#"{"id_token":"a"}"#),
    ] {
        assert_eq!(refused_token(status, body).body(), None, "{status} {body}");
    }
    for body in [
        r#"{"error":"x","access_token":null}"#,
        r#"{"error":"invalid_token"}"#,
        r#"{"error":"invalid_grant","error_description":"the token has expired"}"#,
    ] {
        assert_eq!(refused_token(400, body).body().unwrap().raw(), body);
    }
    // A dialect has tokens at other places. Both are looked at.
    let dialect = authcode::Dialect::STANDARD.with_response_paths(&[("access_token", &["data", "token"])]);
    for body in [
        r#"{"error":"x","data":{"token":"a"}}"#,
        r#"{"error":"x","access_token":"a"}"#,
        r#"{"error":"x","data":{"token":"a","token":"b"}}"#,
    ] {
        let code = Scenario { dialect: dialect.clone(), ..Scenario::default() }.to_code_received();
        let refused = code.receive_response(HttpResponse::new(400, body), NOW).unwrap_err();
        assert_eq!(refused.error().body(), None, "{body}");
    }
}

#[test]
fn only_the_beginning_of_a_long_body_is_kept() {
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
        (ParameterError::Repeated(name()), "parameter \"x\": it is sent already"),
        (ParameterError::Reserved("x".into()), "parameter \"x\": the protocol itself sends it"),
        (ParameterError::TooLong(name()), "parameter \"x\": too long"),
    ] {
        assert_eq!(error.to_string(), text);
    }
    assert_eq!(ConfigError::Dialect("x".into()).to_string(), "dialect: \"x\" is not allowed there");
    assert_eq!(
        ConfigError::Placeholder("x").to_string(),
        "provider: no value for \"x\", or a character that is not allowed there"
    );
}

/// A name may come from outside, as [`Untrusted`] text does.
#[test]
fn a_name_in_an_error_is_escaped() {
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

/// A binding to another language uses it as the name of the variant.
#[test]
fn the_name_of_an_error_is_that_of_its_variant() {
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
        ConfigError::ReservedParameter("redirect uri", "code".into()) => "ReservedParameter",
        DiscoveryErrorKind::NoS256 => "NoS256",
        DiscoveryErrorKind::Address("token endpoint") => "Address",
        ScopeError::Wider => "Wider",
        ParameterError::Port => "Port",
        ParameterError::Scope(ScopeError::TooLong) => "Scope",
        StartError::RepeatedEntropy => "RepeatedEntropy",
        RedirectError::StateMissing { unauthenticated: None } => "StateMissing",
        RedirectError::Refused(claimed.clone()) => "Refused",
        TokenErrorKind::Stale => "Stale",
        TokenErrorKind::Unusable(UnusableToken::Missing) => "Unusable",
        UnusableToken::DuplicateMember("access_token") => "DuplicateMember",
        BearerError::TokenType => "TokenType",
        ResumeError::OtherKind => "OtherKind",
        KeyError::PrivateMember("d") => "PrivateMember",
        EntropyError::NoEntropy => "NoEntropy",
        SignatureError::Der => "Der",
        ResourceRequestError::Url(UriError::Host) => "Url",
    }
    assert_eq!(refused_token(400, r#"{"error":"invalid_grant"}"#).name(), "Refused");
}

/// `Refusal` has the same methods as each error of a step, for code that is generic over `Exchange`.
#[test]
fn each_error_of_a_step_is_a_refusal() {
    fn told(error: &impl authcode::Refusal) -> (NextStep, Fault, Option<String>) {
        (error.next_step(), error.fault(), error.oauth_error().map(ToString::to_string))
    }
    let redirect = refused_redirect(&format!("state={STATE}&error=access_denied"));
    assert_eq!(told(&redirect), (NextStep::StartOver, Fault::User, Some("access_denied".into())));
    let token = refused_token(401, r#"{"error":"invalid_client"}"#);
    assert_eq!(told(&token), (NextStep::Fix, Fault::Caller, Some("invalid_client".into())));
    let stored = Suspended::from_json(authorized().suspend().to_json().expose()).unwrap();
    let resume = awaiting_redirect_of(stored);
    assert_eq!(told(&resume), (NextStep::Fix, Fault::Caller, None));
    let discovery = Discovery::new("https://server.example.com").unwrap();
    let discovery = discovery.receive_response(HttpResponse::new(503, ""), NOW).unwrap_err().into_error();
    assert_eq!(told(&discovery), (discovery.next_step(), discovery.fault(), None));
    let import = Authorized::import(&Scenario::default().to_unstarted(), "{}", NOW).unwrap_err();
    assert_eq!(told(&import), (NextStep::StartOver, Fault::Server, None));
}

fn awaiting_redirect_of(stored: Suspended) -> ResumeError {
    authcode::AwaitingRedirect::resume(stored, &Scenario::default().client()).unwrap_err().into_error()
}
