//! The refusal table, row by row: the state comes back and still works, or it is gone.

use authcode::limits::{MAX_REDIRECT_LEN, MAX_RESPONSE_LEN};
use authcode::{
    AwaitingRedirect, CodeReceived, ErrorCode, Fault, HttpResponse, IssParameter, Redirect, RedirectError, TokenError,
    Untrusted, UnusableToken,
};

use crate::scenario::*;

/// The login is untouched by it.
#[track_caller]
fn assert_handed_back<'a>(redirect: impl Into<Redirect<'a>>, error: &RedirectError) {
    let refused = awaiting_redirect().receive_redirect(redirect).unwrap_err();
    assert_eq!(refused.error(), error);
    assert!(refused.is_alive());
    assert_still_awaits(refused.recover().unwrap());
}

/// The login has ended by it.
#[track_caller]
fn assert_ended(pending: AwaitingRedirect, more: &str, error: &RedirectError) {
    let refused = pending.receive_redirect(&format!("{REDIRECT_URI}?state={STATE}{more}")).unwrap_err();
    assert_eq!(refused.error(), error);
    assert!(!refused.is_alive());
    assert_eq!(&refused.recover().unwrap_err(), error);
}

fn knows_issuer(iss: IssParameter) -> AwaitingRedirect {
    Scenario { issuer: Some(iss), ..Scenario::default() }.to_awaiting_redirect()
}

// Redirects that are not an answer to this login.

#[test]
fn redirect_too_long() {
    let fits = redirect_with(&format!("&x={}", "y".repeat(MAX_REDIRECT_LEN)));
    let exactly = &fits[..MAX_REDIRECT_LEN];
    assert!(awaiting_redirect().receive_redirect(exactly).is_ok());
    assert_handed_back(&fits[..=MAX_REDIRECT_LEN], &RedirectError::TooLong);
}

#[test]
// rows 73
fn redirect_to_another_place() {
    for base in [
        "http://client.example.com/cb",
        "https://client.example.com/CB",
        "https://client.example.com/cb/",
        "https://client.example.com//cb",
        "https://client.example.com/./cb",
        "https://client.example.com/cb%2F..",
        "https://client.example.com/other",
        "https://client.example.com:8443/cb",
        "https://client.example.com.evil.example/cb",
        "https://client.example.com@evil.example/cb",
        "https://evil.example/cb",
        "HTTPS://client.example.com/cb",
        "https:client.example.com/cb",
        "//client.example.com/cb",
        "/cb",
        "",
        "\u{20AC}",
    ] {
        assert_handed_back(&format!("{base}?{}", answer()), &RedirectError::NotOurs);
    }
}

#[test]
fn redirect_that_cannot_be_read() {
    for value in ["%", "%4", "%zz", "%ff", "%C0%80", "%ED%A0%80", "a%00%fe"] {
        assert_handed_back(&format!("{REDIRECT_URI}?code={value}&state={STATE}"), &RedirectError::Malformed);
        assert_handed_back(&format!("{REDIRECT_URI}?code={CODE}&state={value}"), &RedirectError::Malformed);
    }
    let mut bytes = redirect_with("&iss=").into_bytes();
    bytes.push(0xFF);
    assert_handed_back(Redirect::url(&bytes), &RedirectError::Malformed);
}

#[test]
fn redirect_with_a_recognised_name_twice() {
    for (name, twice) in [
        ("code", "&code=other"),
        ("code", "&c%6Fde=other"),
        ("state", "&state=other"),
        ("state", &format!("&state={STATE}") as &str),
        ("iss", "&iss=a&iss=b"),
        ("error", "&error=a&error=b"),
        ("error_description", "&error_description=a&error_description=a"),
        ("error_uri", "&error_uri=a&error_uri="),
        ("response", "&response=a&response=b"),
        ("access_token", "&access_token=a&access_token=b"),
        ("id_token", "&id_token=a&id_token=b"),
    ] {
        assert_handed_back(&redirect_with(twice), &RedirectError::DuplicateParameter(name));
    }
}

#[test]
// rows 72
fn redirect_without_state() {
    let error = RedirectError::StateMissing { unauthenticated: None };
    assert_handed_back(&format!("{REDIRECT_URI}?code={CODE}"), &error);
    assert_handed_back(REDIRECT_URI, &error);
    assert_handed_back(&format!("{REDIRECT_URI}#code={CODE}&state={STATE}"), &error);
    assert_handed_back(&format!("{REDIRECT_URI}?code={CODE}&State={STATE}"), &error);
}

/// Some servers leave `state` out of an error. It is shown for what it is: a claim.
#[test]
fn error_redirect_without_state_is_kept_as_a_claim() {
    let refused = awaiting_redirect()
        .receive_redirect(&format!("{REDIRECT_URI}?error=invalid_request&error_description=no+state"))
        .unwrap_err();
    let RedirectError::StateMissing { unauthenticated: Some(claim) } = refused.error() else { panic!("a claim") };
    assert_eq!(claim.code, ErrorCode::InvalidRequest);
    assert_eq!(claim.description.as_ref().unwrap().raw(), "no state");
    assert_still_awaits(refused.recover().unwrap());
}

#[test]
// rows 24
fn redirect_with_another_state() {
    for state in [
        "",
        "xyz",
        &STATE[..42],
        &format!("{STATE}1"),
        &format!("{STATE}+"),
        &STATE.to_lowercase(),
        &format!("B{}", &STATE[1..]),
        &format!("{}B", &STATE[..42]),
    ] {
        assert_handed_back(&format!("{REDIRECT_URI}?code={CODE}&state={state}"), &RedirectError::StateMismatch);
        // `state` is looked at before `error`.
        assert_handed_back(&format!("{REDIRECT_URI}?error=access_denied&state={state}"), &RedirectError::StateMismatch);
    }
}

#[test]
fn state_may_come_in_another_encoding() {
    let encoded: String = STATE.bytes().map(|byte| format!("%{byte:02x}")).collect();
    assert!(awaiting_redirect().receive_redirect(&format!("{REDIRECT_URI}?code={CODE}&state={encoded}")).is_ok());
}

/// Each redirect breaks two rules. The one that is checked first is the error.
#[test]
fn redirects_are_checked_in_order() {
    let pending = || Scenario { issuer: Some(IssParameter::Required), ..Scenario::default() }.to_awaiting_redirect();
    let long = "x".repeat(MAX_REDIRECT_LEN);
    let elsewhere = "https://evil.example/cb";
    for (redirect, first) in [
        (format!("{elsewhere}?{long}"), RedirectError::TooLong),
        (format!("{elsewhere}?code=%zz"), RedirectError::NotOurs),
        (format!("{elsewhere}?code=a&code=b"), RedirectError::NotOurs),
        (format!("{REDIRECT_URI}?code=a&code=b&iss=%zz"), RedirectError::Malformed),
        (format!("{REDIRECT_URI}?code=a&code=b&state=x"), RedirectError::DuplicateParameter("code")),
        (format!("{REDIRECT_URI}?response=x&state=x"), RedirectError::StateMismatch),
        (format!("{REDIRECT_URI}?error=x&state=x"), RedirectError::StateMismatch),
        (format!("{REDIRECT_URI}?iss=x&code=x"), RedirectError::StateMissing { unauthenticated: None }),
        (format!("{REDIRECT_URI}?state={STATE}&response=x&access_token=x"), RedirectError::JwtResponse),
        (format!("{REDIRECT_URI}?state={STATE}&response=x&iss=x"), RedirectError::JwtResponse),
        (format!("{REDIRECT_URI}?state={STATE}&id_token=x&iss=x"), RedirectError::TokenInRedirect),
        (format!("{REDIRECT_URI}?state={STATE}&id_token=x"), RedirectError::TokenInRedirect),
        (format!("{REDIRECT_URI}?state={STATE}&iss=x&code=a&error=b"), RedirectError::IssuerMismatch),
        (format!("{REDIRECT_URI}?state={STATE}"), RedirectError::IssuerMissing { unauthenticated: None }),
        (format!("{REDIRECT_URI}?state={STATE}&iss={ISSUER}&code=%00&error=b"), RedirectError::CodeAndError),
    ] {
        let refused = pending().receive_redirect(&redirect).unwrap_err();
        assert_eq!(refused.error(), &first);
        assert_eq!(refused.is_alive(), refused.error().fault() == Fault::Stranger);
    }
}

// Answers to this login, and bad ones.

#[test]
// rows 76, 77, 80
fn redirect_with_the_iss_of_another_server() {
    for iss in
        ["", "https%3A%2F%2Fserver.example.com%2F1", "https%3A%2F%2Fserver.example.com", "HTTPS://server.example.com/"]
    {
        for policy in [IssParameter::Optional, IssParameter::Required] {
            let more = format!("&code={CODE}&iss={iss}");
            assert_ended(knows_issuer(policy), &more, &RedirectError::IssuerMismatch);
            let more = format!("&error=access_denied&iss={iss}");
            assert_ended(knows_issuer(policy), &more, &RedirectError::IssuerMismatch);
        }
    }
}

#[test]
// rows 79
fn redirect_without_an_iss_that_is_required() {
    let pending = || knows_issuer(IssParameter::Required);
    assert_ended(pending(), &format!("&code={CODE}"), &RedirectError::IssuerMissing { unauthenticated: None });
    // What it claims can be looked at, and is not taken for the server's word.
    let url = format!("{REDIRECT_URI}?state={STATE}&error=access_denied");
    let refused = pending().receive_redirect(&url).unwrap_err();
    assert!(!refused.is_alive());
    assert_eq!(refused.error().oauth_error(), None);
    assert_eq!(refused.error().fault(), Fault::Server);
    let RedirectError::IssuerMissing { unauthenticated: Some(claim) } = refused.error() else { panic!("{refused}") };
    assert_eq!(claim.code, ErrorCode::AccessDenied);
}

#[test]
fn redirect_with_the_right_iss_goes_on() {
    for policy in [IssParameter::Optional, IssParameter::Required] {
        assert!(
            knows_issuer(policy).receive_redirect(&redirect_with("&iss=https%3A%2F%2Fserver.example.com%2F")).is_ok()
        );
    }
    assert!(knows_issuer(IssParameter::Optional).receive_redirect(&redirect_with("")).is_ok());
}

#[test]
fn iss_is_ignored_where_no_issuer_is_known() {
    assert!(awaiting_redirect().receive_redirect(&redirect_with("&iss=anything")).is_ok());
}

#[test]
fn redirect_with_a_jwt_response() {
    assert_ended(awaiting_redirect(), "&response=eyJ", &RedirectError::JwtResponse);
    assert_ended(awaiting_redirect(), &format!("&code={CODE}&response="), &RedirectError::JwtResponse);
}

#[test]
// rows 89
fn redirect_with_a_token_in_it() {
    for name in ["access_token", "id_token"] {
        let more = format!("&code={CODE}&{name}=x");
        assert_ended(awaiting_redirect(), &more, &RedirectError::TokenInRedirect);
    }
}

#[test]
// rows 27
fn redirect_with_both_code_and_error() {
    assert_ended(awaiting_redirect(), &format!("&code={CODE}&error=x"), &RedirectError::CodeAndError);
    assert_ended(awaiting_redirect(), &format!("&code={CODE}&error="), &RedirectError::CodeAndError);
}

#[test]
// rows 27
fn redirect_with_neither_code_nor_error() {
    assert_ended(awaiting_redirect(), "", &RedirectError::NoCodeNoError);
    assert_ended(awaiting_redirect(), "&error_description=x", &RedirectError::NoCodeNoError);
}

#[test]
// rows 23
fn redirect_with_a_malformed_code() {
    for code in ["", "%00", "a%0D%0Ab", "%7F", "%C3%A9"] {
        assert_ended(awaiting_redirect(), &format!("&code={code}"), &RedirectError::MalformedCode);
    }
}

#[test]
// rows 25
fn redirect_with_a_malformed_error() {
    for code in ["", "a%22b", "%5C", "%C3%A9", &"x".repeat(129)] {
        assert_ended(awaiting_redirect(), &format!("&error={code}"), &RedirectError::MalformedError);
    }
}

#[test]
fn redirect_with_an_error_ends_with_what_the_server_said() {
    let redirect = format!(
        "{REDIRECT_URI}?state={STATE}&error=access_denied&error_description=not%20%22you%22&error_uri=https://e"
    );
    let ended = awaiting_redirect().receive_redirect(&redirect).unwrap_err().recover().unwrap_err();
    let RedirectError::Refused(error) = ended else { panic!("the server refused") };
    assert_eq!(error.code, ErrorCode::AccessDenied);
    assert_eq!(error.description.as_ref().unwrap().to_string(), "not \"you\"");
    assert_eq!(error.uri.as_ref().unwrap().raw(), "https://e");
}

// Token responses.

const NOT_JSON: &[&[u8]] = &[
    b"",
    b" ",
    b"<!doctype html><title>Sign in</title>",
    b"{\"access_token\":\"a\",\"token_type\":\"Bearer\"",
    b"{\"access_token\":\"a",
    b"{\"access_token\":\"a\"}trailing",
    b"{'access_token':'a'}",
    b"{\"access_token\":\"a\",}",
    b"{\"access_token\":\"\xFF\"}",
    b"[1,2",
    b"access_token=a&token_type=bearer",
    b"NaN",
];

/// What is kept of a body: nothing, if there is a token in it.
fn kept(body: &str) -> Option<Untrusted> {
    (body != SUCCESS).then(|| body.into())
}

/// Each of these leaves the code unspent, as far as anybody can tell.
fn transient() -> Vec<(HttpResponse, TokenError)> {
    let mut all = vec![
        (HttpResponse::new(200, " ".repeat(MAX_RESPONSE_LEN + 1)), TokenError::TooLong { status: 200 }),
        (HttpResponse::new(400, " ".repeat(MAX_RESPONSE_LEN + 1)), TokenError::TooLong { status: 400 }),
    ];
    for status in [300, 301, 302, 303, 304, 307, 308, 399] {
        all.push((HttpResponse::new(status, SUCCESS), TokenError::Redirected { status }));
    }
    for status in [429, 500, 502, 503, 504, 599, 600, u16::MAX] {
        for body in ["", "<h1>Bad gateway</h1>", SUCCESS] {
            let error = TokenError::Unavailable { status, retry_after: None, error: None, body: kept(body) };
            all.push((HttpResponse::new(status, body), error));
        }
    }
    for status in [0, 100, 199, 400, 401, 403, 404, 405, 415, 428, 430, 499] {
        for body in ["", "<h1>Forbidden</h1>", "{}", "[]", r#"{"error_type":"OAuthException","code":400}"#, SUCCESS] {
            let error = TokenError::UnexpectedStatus { status, body: kept(body) };
            all.push((HttpResponse::new(status, body), error));
        }
    }
    for status in [200, 201, 204, 299] {
        all.extend(NOT_JSON.iter().map(|body| (HttpResponse::new(status, *body), TokenError::NotJson { status })));
    }
    all
}

#[test]
fn token_response_that_says_nothing_about_the_code_hands_the_state_back() {
    for (response, error) in transient() {
        let refused = code_received().receive_token_response(response, NOW).unwrap_err();
        assert_eq!(refused.error(), &error);
        assert!(refused.is_alive(), "{error}");
        assert_still_has_code(refused.recover().unwrap());
    }
}

#[test]
fn token_response_that_says_nothing_about_the_refresh_token_hands_the_state_back() {
    for (response, error) in transient() {
        let refused = refreshing().receive_token_response(response, NOW).unwrap_err();
        assert_eq!(refused.error(), &error);
        let again = refused.recover().unwrap();
        assert_eq!(again.token_request().body.expose(), refreshing().token_request().body.expose());
        assert!(again.receive_token_response(HttpResponse::new(200, SUCCESS), NOW).is_ok());
    }
}

#[test]
fn an_unavailable_server_says_when_to_come_back_and_why() {
    let response = HttpResponse::new(503, r#"{"error":"temporarily_unavailable"}"#)
        .with_headers([("Content-Type", "application/json"), ("Retry-After", "30")]);
    let refused = code_received().receive_token_response(response, NOW).unwrap_err();
    let TokenError::Unavailable { status, retry_after, error, .. } = refused.error() else { panic!("503") };
    assert_eq!((*status, retry_after.unwrap().as_secs()), (503, 30));
    assert_eq!(error.as_ref().unwrap().code, ErrorCode::TemporarilyUnavailable);
    assert_eq!(refused.error().oauth_error(), error.as_deref());
}

#[test]
fn invalid_client_hands_the_state_back() {
    for status in [200, 400, 401, 403] {
        let response = || HttpResponse::new(status, r#"{"error":"invalid_client","error_description":"unknown"}"#);
        let refused = code_received().receive_token_response(response(), NOW).unwrap_err();
        assert_eq!(refused.error().oauth_error().unwrap().code, ErrorCode::InvalidClient);
        assert_still_has_code(refused.recover().unwrap());
        assert!(refreshing().receive_token_response(response(), NOW).unwrap_err().is_alive());
    }
}

/// The stored form takes the login to a client with the right secret.
#[test]
fn credentials_can_be_mended_after_invalid_client() {
    let wrong = Scenario { auth: || authcode::ClientAuth::body("wrong"), ..Scenario::default() };
    let right = Scenario { auth: || authcode::ClientAuth::body("right"), ..Scenario::default() };
    let response = HttpResponse::new(401, r#"{"error":"invalid_client"}"#);
    let refused = wrong.to_code_received().receive_token_response(response, NOW).unwrap_err();
    let mended: CodeReceived = refused.recover().unwrap().suspend().resume(&right.client()).unwrap();
    assert!(mended.token_request().body.expose().ends_with("&client_secret=right"));
}

#[test]
// rows 37
fn any_other_oauth_error_ends_the_login() {
    for code in
        ["invalid_grant", "invalid_request", "unauthorized_client", "invalid_scope", "server_error", "of_its_own"]
    {
        for status in [200, 201, 400, 401, 403] {
            let body = format!(r#"{{"error":"{code}"}}"#);
            let refused = code_received().receive_token_response(HttpResponse::new(status, body), NOW).unwrap_err();
            assert!(!refused.is_alive());
            let ended = refused.recover().unwrap_err();
            assert_eq!((ended.status(), ended.oauth_error().unwrap().code.as_str()), (status, code));
        }
    }
}

/// A gateway says `{"error":"Not Found"}`, and the code is unspent. A registered code is the server's own.
#[test]
fn beyond_the_statuses_of_the_rfc_only_a_registered_code_ends_the_login() {
    for status in [404, 405, 415] {
        let body = r#"{"error":"Not Found","path":"/oauth/token"}"#;
        let refused = code_received().receive_token_response(HttpResponse::new(status, body), NOW).unwrap_err();
        assert_eq!(refused.error(), &TokenError::UnexpectedStatus { status, body: Some(body.into()) });
        assert_still_has_code(refused.recover().unwrap());
        let response = HttpResponse::new(status, r#"{"error":"invalid_grant"}"#);
        assert!(!code_received().receive_token_response(response, NOW).unwrap_err().is_alive());
    }
}

/// Readers may disagree about which of the two is meant.
#[test]
fn an_error_that_comes_twice_is_unreadable() {
    for body in [
        r#"{"error":"invalid_client","error":"invalid_grant"}"#,
        r#"{"error":"invalid_grant","error":"invalid_client"}"#,
    ] {
        let refused = code_received().receive_token_response(HttpResponse::new(400, body), NOW).unwrap_err();
        assert_eq!(refused.recover().unwrap_err().oauth_error().unwrap().code, ErrorCode::Unreadable);
    }
}

#[test]
// rows 30, 36
fn a_success_without_a_usable_token_ends_the_login() {
    use UnusableToken::*;
    for (body, reason) in [
        ("{}", Missing),
        (r#"{"token_type":"Bearer","expires_in":1}"#, Missing),
        (r#"{"access_token":null}"#, Missing),
        (r#"{"access_token":""}"#, Malformed),
        (r#"{"access_token":7}"#, Malformed),
        (r#"{"access_token":true}"#, Malformed),
        (r#"{"access_token":["a"]}"#, Malformed),
        (r#"{"access_token":{"token":"a"}}"#, Malformed),
        (r#"{"access_token":"a\r\nX: y"}"#, Malformed),
        (r#"{"access_token":"\u0000"}"#, Malformed),
        (r#"{"access_token":"\ud800"}"#, Malformed),
        (r#"{"access_token":"é"}"#, Malformed),
        (r#"{"access_token":"a","access_token":"b"}"#, DuplicateMember("access_token")),
        (r#"{"access_token":"a","access_token":"a"}"#, DuplicateMember("access_token")),
        (r#"{"access_token":"a","\u0061ccess_token":"b"}"#, DuplicateMember("access_token")),
        (r#"{"access_token":"a","token_type":"a","token_type":"a"}"#, DuplicateMember("token_type")),
        (r#"{"access_token":"a","expires_in":1,"expires_in":1}"#, DuplicateMember("expires_in")),
        (r#"{"access_token":"a","expiry":1,"expiry":null}"#, DuplicateMember("expiry")),
        (r#"{"access_token":"a","refresh_token":"a","refresh_token":"b"}"#, DuplicateMember("refresh_token")),
        (r#"{"access_token":"a","scope":"a","scope":"b"}"#, DuplicateMember("scope")),
        (r#"{"access_token":"a","error":null,"error":null}"#, DuplicateMember("error")),
        (r#"{"access_token":"a","error_description":1,"error_description":2}"#, DuplicateMember("error_description")),
        (r#"{"access_token":"a","error_uri":1,"error_uri":2}"#, DuplicateMember("error_uri")),
        ("[]", NotAnObject),
        ("null", NotAnObject),
        ("\"access_token\"", NotAnObject),
        ("17", NotAnObject),
    ] {
        for status in [200, 201] {
            let refused = code_received().receive_token_response(HttpResponse::new(status, body), NOW).unwrap_err();
            assert_eq!(refused.recover().unwrap_err(), TokenError::Unusable { status, reason }, "{body}");
        }
    }
}

// Refreshes that end.

#[test]
// rows 102
fn invalid_grant_at_a_refresh_leaves_the_access_token_and_takes_the_refresh_token() {
    let response = HttpResponse::new(400, r#"{"error":"invalid_grant"}"#);
    let ended = refreshing().receive_token_response(response, NOW).unwrap_err().recover().unwrap_err();
    assert_eq!(ended.error.oauth_error().unwrap().code, ErrorCode::InvalidGrant);
    assert_eq!(ended.authorized.bearer().unwrap().expose(), "Bearer at-1");
    assert!(ended.authorized.refresh_token().is_none());
    assert!(matches!(ended.authorized.renew(), authcode::Renewal::Reauthorize(_)));
}

#[test]
fn another_error_at_a_refresh_leaves_both_tokens() {
    for body in [
        r#"{"error":"invalid_scope"}"#,
        r#"{"error":"invalid_request"}"#,
        r#"{"error":"unauthorized_client"}"#,
        r#"{"error":"server_error"}"#,
        r#"{"error":"of_its_own"}"#,
        "{}",
    ] {
        let response = HttpResponse::new(200, body);
        let ended = refreshing().receive_token_response(response, NOW).unwrap_err().recover().unwrap_err();
        assert_eq!(ended.authorized.access_token().expose(), "at-1");
        assert_eq!(ended.authorized.refresh_token().unwrap().expose(), "rt-1");
    }
}

// The other two ways to take a refusal apart.

#[test]
fn the_parts_of_a_refusal_are_the_error_and_the_state_that_is_still_alive() {
    let (error, state) = awaiting_redirect().receive_redirect("https://evil.example/").unwrap_err().into_parts();
    assert_eq!(error, RedirectError::NotOurs);
    assert_still_awaits(state.unwrap());
    let denied = format!("{REDIRECT_URI}?state={STATE}&error=access_denied");
    let (error, state) = awaiting_redirect().receive_redirect(&denied).unwrap_err().into_parts();
    assert_eq!(error.fault(), Fault::User);
    assert!(state.is_none());
}

#[test]
fn a_refresh_that_is_given_up_leaves_the_token_that_still_works() {
    for (status, body, keeps_refresh_token) in
        [(503, "", true), (400, r#"{"error":"invalid_scope"}"#, true), (400, r#"{"error":"invalid_grant"}"#, false)]
    {
        let refused = refreshing().receive_token_response(HttpResponse::new(status, body), NOW).unwrap_err();
        let ended = refused.give_up();
        assert_eq!(ended.error.status(), status);
        assert_eq!(ended.authorized.access_token().expose(), authorized().access_token().expose());
        assert_eq!(ended.authorized.refresh_token().is_some(), keeps_refresh_token, "{body}");
    }
}

// What a host tells of a response in its own words.

#[test]
fn a_response_that_was_not_read_to_its_end_is_too_long() {
    for status in [200, 400] {
        let refused = code_received().receive_token_response(HttpResponse::too_long(status), NOW).unwrap_err();
        assert_eq!(refused.error(), &TokenError::TooLong { status });
        assert_still_has_code(refused.recover().unwrap());
    }
}

/// A device with little memory must not take a long page of a gateway for the last word.
#[test]
fn a_server_that_cannot_answer_now_may_say_so_at_any_length() {
    let pause = core::time::Duration::from_secs(30);
    for response in [HttpResponse::too_long(503), HttpResponse::new(503, "x".repeat(MAX_RESPONSE_LEN + 1))] {
        let refused = code_received().receive_token_response(response.with_retry_after(pause), NOW).unwrap_err();
        assert!(refused.error().is_retryable());
        assert_eq!(refused.error().retry_after(), Some(pause));
        assert_still_has_code(refused.recover().unwrap());
    }
}

#[test]
fn a_pause_may_be_told_as_a_duration() {
    let pause = core::time::Duration::from_secs(30);
    let response = HttpResponse::new(503, "").with_retry_after(pause);
    let refused = code_received().receive_token_response(response, NOW).unwrap_err();
    assert_eq!(refused.error().retry_after(), Some(pause));
}

#[test]
fn a_date_in_the_headers_does_not_undo_a_pause_in_seconds() {
    let (pause, date) = (core::time::Duration::from_secs(30), [("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT")]);
    for response in [
        HttpResponse::new(503, "").with_retry_after(pause).with_headers(date),
        HttpResponse::new(503, "").with_headers(date).with_retry_after(pause),
    ] {
        let refused = code_received().receive_token_response(response, NOW).unwrap_err();
        assert_eq!(refused.error().retry_after(), Some(pause));
    }
}
