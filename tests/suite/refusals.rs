//! The table of refusals in `src/flow/mod.rs`, row by row: whether the state is returned and still works, and what to do
//! now.

use authcode::limits::{MAX_ATTEMPTS, MAX_FOREIGN_REFUSALS, MAX_REDIRECT_LEN, MAX_RESPONSE_LEN};
use authcode::{
    Authorized, AwaitingRedirect, Client, ClientAuth, CodeReceived, Dialect, Discovery, DiscoveryErrorKind, ErrorCode,
    Exchange, Fault, Flow, HttpResponse, IssParameter, NextStep, Redirect, RedirectError, Refreshed, Refusal, Renewal,
    ResumeError, StartError, StateKind, Suspended, TokenError, TokenErrorKind, UnusableToken,
};
use core::time::Duration;

use crate::scenario::*;

const RETRY: NextStep = NextStep::Retry { after: Duration::from_secs(1) };

// Start.

#[test]
fn a_random_source_that_does_not_work_leaves_the_template_unchanged() {
    let login = Scenario::default().to_unstarted();
    assert_eq!(login.start_with_entropy(&[0; 64]).unwrap_err(), StartError::NoEntropy);
    assert_still_awaits(login.start_with_entropy(&ENTROPY).unwrap());
}

/// The state is returned unchanged, to wait for another redirect.
#[track_caller]
fn assert_waits<'a>(redirect: impl Into<Redirect<'a>>, expected: &RedirectError) {
    let (error, state) = recovered(awaiting_redirect().receive_redirect(redirect).unwrap_err());
    assert_eq!((&error, error.next_step()), (expected, NextStep::Wait));
    assert_still_awaits(state.unwrap());
}

/// The login has ended.
#[track_caller]
fn assert_ended(pending: AwaitingRedirect, more: &str, expected: &RedirectError) {
    let rejected = pending.receive_redirect(&format!("{REDIRECT_URI}?state={STATE}{more}")).unwrap_err();
    let (error, state) = recovered(rejected);
    assert_eq!((&error, error.next_step()), (expected, NextStep::StartOver));
    assert!(state.is_none());
}

fn knows_issuer(iss: IssParameter) -> AwaitingRedirect {
    Scenario { issuer: Some(iss), ..Scenario::default() }.to_awaiting_redirect()
}

// Redirects that do not answer this login.

#[test]
fn redirect_too_long() {
    let fits = redirect_with(&format!("&x={}", "y".repeat(MAX_REDIRECT_LEN)));
    let exactly = &fits[..MAX_REDIRECT_LEN];
    assert!(awaiting_redirect().receive_redirect(exactly).is_ok());
    assert_waits(&fits[..=MAX_REDIRECT_LEN], &RedirectError::TooLong);
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
        "HTTP://client.example.com/cb",
        "https:client.example.com/cb",
        "//client.example.com/cb",
        "/cb",
        "",
        "\u{20AC}",
    ] {
        assert_waits(&format!("{base}?{}", answer()), &RedirectError::NotOurs);
    }
}

#[test]
fn redirect_that_cannot_be_read() {
    for value in ["%", "%4", "%zz", "%ff", "%C0%80", "%ED%A0%80", "a%00%fe"] {
        assert_waits(&format!("{REDIRECT_URI}?code={value}&state={STATE}"), &RedirectError::Malformed);
        assert_waits(&format!("{REDIRECT_URI}?code={CODE}&state={value}"), &RedirectError::Malformed);
    }
    let mut bytes = redirect_with("&iss=").into_bytes();
    bytes.push(0xFF);
    assert_waits(Redirect::url(&bytes), &RedirectError::Malformed);
}

#[test]
fn redirect_with_a_recognized_name_twice() {
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
        assert_waits(&redirect_with(twice), &RedirectError::DuplicateParameter(name));
    }
}

#[test]
// rows 72
fn redirect_without_state() {
    let error = RedirectError::StateMissing { unauthenticated: None };
    assert_waits(&format!("{REDIRECT_URI}?code={CODE}"), &error);
    assert_waits(REDIRECT_URI, &error);
    assert_waits(&format!("{REDIRECT_URI}#code={CODE}&state={STATE}"), &error);
    assert_waits(&format!("{REDIRECT_URI}?code={CODE}&State={STATE}"), &error);
}

/// Some servers leave `state` out of an error. The error is kept as an unauthenticated one.
#[test]
fn error_redirect_without_state_is_kept_as_unauthenticated() {
    let redirect = format!("{REDIRECT_URI}?error=invalid_request&error_description=no+state");
    let (error, state) = recovered(awaiting_redirect().receive_redirect(&redirect).unwrap_err());
    assert_eq!((error.next_step(), error.fault()), (NextStep::Wait, Fault::Unauthenticated));
    let RedirectError::StateMissing { unauthenticated: Some(claim) } = error else { panic!("an error without state") };
    assert_eq!(claim.code, Some(ErrorCode::InvalidRequest));
    assert_eq!(claim.description.as_ref().unwrap().raw(), "no state");
    assert_still_awaits(state.unwrap());
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
        assert_waits(&format!("{REDIRECT_URI}?code={CODE}&state={state}"), &RedirectError::StateMismatch);
        // `state` is checked before `error`.
        assert_waits(&format!("{REDIRECT_URI}?error=access_denied&state={state}"), &RedirectError::StateMismatch);
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
        (
            format!("{REDIRECT_URI}?state={STATE}&iss=x&code=a&error=b"),
            RedirectError::IssuerMismatch { received: "x".into() },
        ),
        (format!("{REDIRECT_URI}?state={STATE}"), RedirectError::IssuerMissing { unauthenticated: None }),
        (format!("{REDIRECT_URI}?state={STATE}&iss={ISSUER}&code=%00&error=b"), RedirectError::CodeAndError),
    ] {
        let (error, state) = recovered(pending().receive_redirect(&redirect).unwrap_err());
        assert_eq!(error, first);
        assert_eq!(state.is_some(), error.fault() == Fault::Unauthenticated);
    }
}

// Redirects that answer this login, but are invalid.

#[test]
// rows 76, 77, 80
fn redirect_with_the_iss_of_another_server() {
    for (iss, received) in [
        ("", ""),
        ("https%3A%2F%2Fserver.example.com%2F1", "https://server.example.com/1"),
        ("https%3A%2F%2Fserver.example.com", "https://server.example.com"),
        ("HTTPS://server.example.com/", "HTTPS://server.example.com/"),
    ] {
        let error = RedirectError::IssuerMismatch { received: received.into() };
        for policy in [IssParameter::Optional, IssParameter::Required] {
            let more = format!("&code={CODE}&iss={iss}");
            assert_ended(knows_issuer(policy), &more, &error);
            let more = format!("&error=access_denied&iss={iss}");
            assert_ended(knows_issuer(policy), &more, &error);
        }
    }
}

#[test]
// rows 79
fn redirect_without_an_iss_that_is_required() {
    let pending = || knows_issuer(IssParameter::Required);
    assert_ended(pending(), &format!("&code={CODE}"), &RedirectError::IssuerMissing { unauthenticated: None });
    // The error that it claims is kept, but it is not the server's error.
    let url = format!("{REDIRECT_URI}?state={STATE}&error=access_denied");
    let (error, state) = recovered(pending().receive_redirect(&url).unwrap_err());
    assert!(state.is_none());
    assert_eq!(error.oauth_error(), None);
    assert_eq!((error.fault(), error.next_step()), (Fault::Server, NextStep::StartOver));
    let RedirectError::IssuerMissing { unauthenticated: Some(claim) } = error else { panic!("{error}") };
    assert_eq!(claim.code, Some(ErrorCode::AccessDenied));
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
fn redirect_with_an_error_ends_with_the_servers_error() {
    let redirect = format!(
        "{REDIRECT_URI}?state={STATE}&error=access_denied&error_description=not%20%22you%22&error_uri=https://e"
    );
    let (error, state) = recovered(awaiting_redirect().receive_redirect(&redirect).unwrap_err());
    assert!(state.is_none());
    assert_eq!((error.next_step(), error.fault()), (NextStep::StartOver, Fault::User));
    let RedirectError::Refused(error) = error else { panic!("the server refused") };
    assert_eq!(error.code, Some(ErrorCode::AccessDenied));
    assert_eq!(error.description.as_ref().unwrap().to_string(), "not \"you\"");
    assert_eq!(error.uri.as_ref().unwrap().raw(), "https://e");
}

// Token responses, which an exchange and a refresh read alike.

const NOT_JSON: &[&[u8]] = &[
    b"",
    b" ",
    b"<!doctype html><title>Sign in</title>",
    b"{\"access_token\":\"a\",\"token_type\":\"Bearer\"",
    b"{\"access_token\":\"a",
    b"{\"access_token\":\"a\"}trailing",
    b"{'access_token':'a'}",
    b"{\"access_token\":\"a\",}",
    b"[1,2",
    b"access_token=a&token_type=bearer",
    b"NaN",
];

/// A response that is refused, and what is to be done in an exchange and in a refresh.
struct Case {
    name: String,
    response: fn(u16, &[u8]) -> HttpResponse,
    status: u16,
    body: Vec<u8>,
    kind: TokenErrorKind,
    exchange: NextStep,
    refresh: NextStep,
}

impl Case {
    fn new(status: u16, body: impl Into<Vec<u8>>, kind: TokenErrorKind, exchange: NextStep, refresh: NextStep) -> Self {
        let body = body.into();
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let response = |status, body: &[u8]| HttpResponse::new(status, body);
        Self { name: format!("{status} {shown}"), response, status, body, kind, exchange, refresh }
    }

    fn response(&self) -> HttpResponse {
        (self.response)(self.status, &self.body)
    }
}

fn oauth_error(code: &str) -> String {
    format!(r#"{{"error":"{code}"}}"#)
}

/// The rows of the table for a first response. A row that ends depends on what came before: it has tests of its own.
fn cases() -> Vec<Case> {
    use NextStep::{Fix, StartOver, Wait};
    let mut all = Vec::new();
    let mut add = |status, body: &[u8], kind, exchange, refresh| {
        all.push(Case::new(status, body, kind, exchange, refresh));
    };
    // Unavailable, with any body.
    for status in [408, 425, 429, 500, 502, 503, 504, 599, 600, u16::MAX] {
        for body in ["", "<h1>Bad gateway</h1>", SUCCESS, &oauth_error("invalid_grant"), &oauth_error("invalid_client")]
        {
            add(status, body.as_bytes(), TokenErrorKind::Unavailable, RETRY, RETRY);
        }
    }
    for code in ["temporarily_unavailable", "server_error"] {
        for status in [200, 201, 400, 401, 403, 404, 418] {
            add(status, oauth_error(code).as_bytes(), TokenErrorKind::Refused, RETRY, RETRY);
        }
    }
    for code in ["invalid_client", "unauthorized_client"] {
        for status in [200, 400, 401, 403, 404] {
            add(status, oauth_error(code).as_bytes(), TokenErrorKind::Refused, Fix, Fix);
        }
    }
    for status in [300, 301, 302, 303, 304, 307, 308, 399] {
        for body in ["", SUCCESS, &oauth_error("invalid_grant")] {
            add(status, body.as_bytes(), TokenErrorKind::Redirected, Fix, Fix);
        }
    }
    let long = " ".repeat(MAX_RESPONSE_LEN + 1);
    for status in [200, 400] {
        add(status, long.as_bytes(), TokenErrorKind::TooLong, Fix, Wait);
    }
    for status in [200, 201, 204, 299] {
        for body in NOT_JSON {
            add(status, body, TokenErrorKind::NotJson, Fix, Wait);
        }
    }
    // Neither a success nor an error of OAuth.
    for status in [0, 100, 199, 400, 401, 403, 404, 405, 415, 428, 430, 499] {
        for body in ["", "<h1>Forbidden</h1>", "{}", "[]", r#"{"error_type":"OAuthException","code":400}"#, SUCCESS] {
            add(status, body.as_bytes(), TokenErrorKind::UnexpectedStatus, Fix, Wait);
        }
    }
    for status in [404, 405, 415] {
        add(status, oauth_error("Not Found").as_bytes(), TokenErrorKind::UnexpectedStatus, Fix, Wait);
    }
    for status in [200, 201, 400, 401, 403, 404] {
        add(status, oauth_error("invalid_grant").as_bytes(), TokenErrorKind::Refused, StartOver, StartOver);
        for code in ["invalid_request", "invalid_scope", "invalid_target", "unsupported_grant_type", "access_denied"] {
            add(status, oauth_error(code).as_bytes(), TokenErrorKind::Refused, StartOver, Wait);
        }
    }
    for status in [200, 201, 400, 401, 403] {
        for body in [&oauth_error("of_its_own"), r#"{"error":{"code":1}}"#, r#"{"error":7}"#] {
            add(status, body.as_bytes(), TokenErrorKind::Refused, StartOver, Wait);
        }
    }
    for body in ["{}", "[]", "7", r#"{"access_token":""}"#, r#"{"access_token":"a","access_token":"a"}"#] {
        let Err(rejected) = code_received().receive_response(HttpResponse::new(200, body), NOW) else {
            panic!("{body}")
        };
        let kind = rejected.error().kind();
        assert!(matches!(kind, TokenErrorKind::Unusable(_)), "{body}");
        add(200, body.as_bytes(), kind, StartOver, Wait);
    }
    // A member that is not UTF-8 costs only itself.
    let not_text = b"{\"access_token\":\"\xFF\"}";
    add(200, not_text, TokenErrorKind::Unusable(UnusableToken::Malformed), StartOver, Wait);
    // The server issued a new refresh token without a usable access token.
    let adopted = br#"{"access_token":"","refresh_token":"rt-2"}"#;
    add(200, adopted, TokenErrorKind::Unusable(UnusableToken::Malformed), StartOver, RETRY);
    all
}

#[test]
fn a_refused_exchange_returns_the_state_unless_the_login_has_ended() {
    for case in cases() {
        let (error, state) = recovered(code_received().receive_response(case.response(), NOW).unwrap_err());
        assert_eq!((error.kind(), error.status()), (case.kind, case.status), "{}", case.name);
        assert_eq!(error.next_step(), case.exchange, "{}", case.name);
        match state {
            Some(state) => assert_still_has_code(state),
            None => assert_eq!(case.exchange, NextStep::StartOver, "{}", case.name),
        }
    }
}

#[test]
fn a_refused_refresh_keeps_every_token_that_may_still_work() {
    for case in cases() {
        let (refresh, mut login) = refresh();
        let error = refresh.receive_response(&mut login, case.response(), NOW).unwrap_err();
        assert_eq!((error.kind(), error.status()), (case.kind, case.status), "{}", case.name);
        assert_eq!(error.next_step(), case.refresh, "{}", case.name);
        assert_eq!(login.bearer().unwrap().expose(), "Bearer at-1", "{}", case.name);
        let held = login.tokens().refresh_token().map(|token| token.expose());
        let is_new = case.body.windows(4).any(|part| part == b"rt-2");
        match (case.refresh, is_new) {
            (NextStep::StartOver, _) => assert_eq!(held, None, "{}", case.name),
            (_, true) => assert_eq!(held, Some("rt-2"), "{}", case.name),
            (_, false) => {
                assert_eq!(held, Some("rt-1"), "{}", case.name);
                assert_eq!(refresh_of(&login).request().body.expose(), self::refresh().0.request().body.expose());
                // The count of foreign refusals is stored.
                assert_eq!(login.revision(), u32::from(is_foreign(&case)), "{}", case.name);
            }
        }
        if held.is_some() {
            let response = HttpResponse::new(200, SUCCESS);
            assert!(refresh_of(&login).receive_response(&mut login, response, NOW).is_ok(), "{}", case.name);
        }
    }
}

/// The same through [`Exchange`], where `recover` returns the next try.
#[test]
fn a_refused_refresh_returns_the_next_try_unless_it_has_ended() {
    for case in cases() {
        let (refresh, mut login) = refresh();
        let rejected = refresh.on(&mut login).receive_response(case.response(), NOW).unwrap_err();
        let (error, state) = recovered(rejected);
        assert_eq!(error.next_step(), case.refresh, "{}", case.name);
        let sent = state.map(|state| value_of(&pairs(state.request().body.expose()), "refresh_token").unwrap());
        let held = login.tokens().refresh_token().map(|token| token.expose().to_owned());
        assert_eq!(sent, held, "{}", case.name);
    }
}

/// `recover` returns `Err` exactly for `StartOver`, however often a step is refused and in whatever order.
#[test]
fn there_is_a_state_exactly_if_the_login_does_not_start_over() {
    let cases = cases();
    for (index, case) in cases.iter().enumerate() {
        // The same response again and again, and then every other one in turn.
        let again = core::iter::repeat_n(case, 8);
        let others = cases.iter().cycle().skip(index * 7).step_by(5).take(8);
        for sequence in [again.collect::<Vec<_>>(), others.collect()] {
            let mut code = Some(code_received());
            for case in &sequence {
                let Some(state) = code.take() else { break };
                code = recovered(state.receive_response(case.response(), NOW).unwrap_err()).1;
            }
            assert!(code.is_none(), "an exchange must end: {}", case.name);
            let (refresh, mut login) = refresh();
            let mut step = Some(refresh.on(&mut login));
            for case in &sequence {
                let Some(state) = step.take() else { break };
                step = recovered(state.receive_response(case.response(), NOW).unwrap_err()).1;
            }
        }
    }
}

/// A driver that is generic over [`Exchange`] and acts on `Retry` alone ends for every response.
#[test]
fn a_driver_that_acts_on_the_next_step_ends() {
    fn run<X: Exchange>(slot: &mut Option<X>, respond: impl Fn() -> HttpResponse) -> (Result<X::Next, X::Error>, u32) {
        for sent in 1..=20 {
            let step = slot.take().unwrap();
            assert!(!step.request().url.is_empty());
            let error = match step.receive_response(respond(), NOW) {
                Ok(next) => return (Ok(next), sent),
                Err(rejected) => rejected.put_back(slot),
            };
            assert_eq!(slot.is_none(), error.next_step() == NextStep::StartOver, "{error}");
            if !matches!(error.next_step(), NextStep::Retry { .. }) {
                return (Err(error), sent);
            }
        }
        panic!("it sends without end");
    }
    for case in cases() {
        let (result, sent) = run(&mut Some(code_received()), || case.response());
        assert!(result.is_err());
        assert_eq!(sent, if case.exchange == RETRY { u32::from(MAX_ATTEMPTS) } else { 1 }, "{}", case.name);
        let (refresh, mut login) = refresh();
        let (result, sent) = run(&mut Some(refresh.on(&mut login)), || case.response());
        assert!(result.is_err());
        assert_eq!(sent, if case.refresh == RETRY { u32::from(MAX_ATTEMPTS) } else { 1 }, "{}", case.name);
    }
    let discovery = Discovery::new("https://server.example.com").unwrap();
    assert!(run(&mut Some(discovery), || HttpResponse::new(503, "")).0.is_err());
    let (refresh, mut login) = refresh();
    let (result, sent) = run(&mut Some(refresh.on(&mut login)), || HttpResponse::new(200, SUCCESS));
    assert!(matches!((result, sent), (Ok(Refreshed { rotated: false, .. }), 1)));
}

// Exchanges.

#[test]
fn an_unavailable_server_says_when_to_try_again_and_why() {
    let response = HttpResponse::new(503, r#"{"error":"temporarily_unavailable"}"#)
        .with_headers([("Content-Type", "application/json"), ("Retry-After", "30")]);
    let error = code_received().receive_response(response, NOW).unwrap_err().into_error();
    assert_eq!((error.kind(), error.status()), (TokenErrorKind::Unavailable, 503));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(pause(error.next_step()), 30);
    assert_eq!(error.oauth_error().unwrap().code, Some(ErrorCode::TemporarilyUnavailable));
}

/// What is kept of a body: nothing, if a token may be in it.
#[test]
fn the_body_of_a_refused_response_is_kept_unless_a_token_may_be_in_it() {
    for case in cases() {
        let error = code_received().receive_response(case.response(), NOW).unwrap_err().into_error();
        let is_read = !matches!(error.kind(), TokenErrorKind::TooLong | TokenErrorKind::Redirected);
        let has_token = matches!(error.kind(), TokenErrorKind::NotJson | TokenErrorKind::Unusable(_))
            || case.body == SUCCESS.as_bytes();
        let body = String::from_utf8_lossy(&case.body);
        let kept = (is_read && !has_token).then(|| body.as_ref().into());
        assert_eq!(error.body(), kept.as_ref(), "{}", case.name);
    }
}

/// `replace_client` corrects the credentials in place. The stored form takes the login to the right client, too.
#[test]
fn credentials_can_be_corrected_after_invalid_client() {
    let wrong = Scenario { auth: || ClientAuth::body("wrong"), ..Scenario::default() };
    let right = Scenario { auth: || ClientAuth::body("right"), ..Scenario::default() };
    let response = HttpResponse::new(401, r#"{"error":"invalid_client"}"#);
    let (error, state) = recovered(wrong.to_code_received().receive_response(response, NOW).unwrap_err());
    assert_eq!((error.next_step(), error.fault()), (NextStep::Fix, Fault::Caller));
    let mut code = state.unwrap();
    let resumed = CodeReceived::resume(code.suspend(), &right.client()).unwrap();
    code.replace_client(&right.client()).unwrap();
    for code in [code, resumed] {
        assert!(code.request().body.expose().ends_with("&client_secret=right"));
        assert!(code.receive_response(HttpResponse::new(200, SUCCESS), NOW).is_ok());
    }
}

#[test]
// rows 37
fn any_other_oauth_error_ends_the_login() {
    for code in ["invalid_grant", "invalid_request", "invalid_scope", "unsupported_grant_type", "of_its_own"] {
        for status in [200, 201, 400, 401, 403] {
            let response = HttpResponse::new(status, oauth_error(code));
            let (error, state) = recovered(code_received().receive_response(response, NOW).unwrap_err());
            assert!(state.is_none());
            let known = error.oauth_error().unwrap().code.as_ref().unwrap();
            assert_eq!((error.status(), known.as_str()), (status, code));
        }
    }
}

/// A gateway responds `{"error":"Not Found"}`, and the code is unspent. A registered code is the server's own.
#[test]
fn beyond_the_statuses_of_the_rfc_only_a_registered_code_ends_the_login() {
    for status in [404, 405, 415] {
        let body = r#"{"error":"Not Found","path":"/oauth/token"}"#;
        let response = HttpResponse::new(status, body);
        let (error, state) = recovered(code_received().receive_response(response, NOW).unwrap_err());
        assert_eq!((error.kind(), error.next_step()), (TokenErrorKind::UnexpectedStatus, NextStep::Fix));
        assert_eq!((error.status(), error.body().unwrap().raw()), (status, body));
        assert_still_has_code(state.unwrap());
        let response = HttpResponse::new(status, oauth_error("invalid_grant"));
        assert!(recovered(code_received().receive_response(response, NOW).unwrap_err()).1.is_none());
    }
}

/// Readers may disagree about which of the two is meant.
#[test]
fn an_error_that_occurs_twice_has_no_code() {
    for body in [
        r#"{"error":"invalid_client","error":"invalid_grant"}"#,
        r#"{"error":"invalid_grant","error":"invalid_client"}"#,
    ] {
        let (error, state) =
            recovered(code_received().receive_response(HttpResponse::new(400, body), NOW).unwrap_err());
        assert_eq!(error.oauth_error().unwrap().code, None);
        assert!(state.is_none());
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
            let response = HttpResponse::new(status, body);
            let (error, state) = recovered(code_received().receive_response(response, NOW).unwrap_err());
            assert_eq!((error.kind(), error.status()), (TokenErrorKind::Unusable(reason), status), "{body}");
            assert_eq!(error.next_step(), NextStep::StartOver);
            assert!(state.is_none());
        }
    }
}

#[test]
fn the_sixth_refused_response_ends_the_login() {
    for case in cases().iter().filter(|case| case.exchange != NextStep::StartOver) {
        let mut code = code_received();
        for _ in 1..MAX_ATTEMPTS {
            let (error, state) = recovered(code.receive_response(case.response(), NOW).unwrap_err());
            match (error.next_step(), case.exchange) {
                (NextStep::Retry { .. }, NextStep::Retry { .. }) => {}
                (next_step, expected) => assert_eq!(next_step, expected, "{}", case.name),
            }
            code = state.unwrap();
        }
        let (error, state) = recovered(code.receive_response(case.response(), NOW).unwrap_err());
        assert_eq!((error.kind(), error.next_step()), (case.kind, NextStep::StartOver), "{}", case.name);
        assert!(state.is_none());
    }
    // The sixth may still be a success.
    let mut code = code_received();
    for _ in 1..MAX_ATTEMPTS {
        code = code.receive_response(HttpResponse::new(503, ""), NOW).unwrap_err().recover().unwrap();
    }
    assert!(code.receive_response(HttpResponse::new(200, SUCCESS), NOW).is_ok());
}

// Refreshes.

#[test]
// rows 102
fn invalid_grant_at_a_refresh_leaves_the_access_token_and_drops_the_refresh_token() {
    let (refresh, mut login) = refresh();
    let response = HttpResponse::new(400, r#"{"error":"invalid_grant"}"#);
    let error = refresh.receive_response(&mut login, response, NOW).unwrap_err();
    assert_eq!(error.oauth_error().unwrap().code, Some(ErrorCode::InvalidGrant));
    assert_eq!(error.next_step(), NextStep::StartOver);
    assert_eq!(login.bearer().unwrap().expose(), "Bearer at-1");
    assert!(login.tokens().refresh_token().is_none());
    assert!(matches!(login.renewal(), Renewal::Reauthorize(_)));
}

#[test]
fn another_error_at_a_refresh_leaves_both_tokens() {
    for (body, next_step) in [
        (r#"{"error":"invalid_scope"}"#, NextStep::Wait),
        (r#"{"error":"invalid_request"}"#, NextStep::Wait),
        (r#"{"error":"unauthorized_client"}"#, NextStep::Fix),
        (r#"{"error":"server_error"}"#, RETRY),
        (r#"{"error":"of_its_own"}"#, NextStep::Wait),
        ("{}", NextStep::Wait),
    ] {
        let (refresh, mut login) = refresh();
        let error = refresh.receive_response(&mut login, HttpResponse::new(200, body), NOW).unwrap_err();
        assert_eq!(error.next_step(), next_step);
        assert_eq!(login.tokens().access_token().expose(), "at-1");
        assert_eq!(login.tokens().refresh_token().unwrap().expose(), "rt-1");
    }
}

#[test]
fn the_sixth_refresh_in_a_row_that_may_be_retried_waits() {
    for case in cases().iter().filter(|case| case.refresh == RETRY) {
        let mut login = authorized();
        // The next use of the token has all of its tries again.
        for _ in 0..2 {
            for _ in 1..MAX_ATTEMPTS {
                let error = refresh_of(&login).receive_response(&mut login, case.response(), NOW).unwrap_err();
                assert!(matches!(error.next_step(), NextStep::Retry { .. }), "{}", case.name);
            }
            let error = refresh_of(&login).receive_response(&mut login, case.response(), NOW).unwrap_err();
            assert_eq!(error.next_step(), NextStep::Wait, "{}", case.name);
        }
        assert!(login.tokens().refresh_token().is_some());
    }
}

/// A response that does not say in words that the crate knows whether the refresh token is dead, 2xx without a token
/// among them: a program must not wait for ever.
fn is_foreign(case: &Case) -> bool {
    case.refresh == NextStep::Wait
}

#[test]
fn the_fifth_foreign_refusal_of_a_refresh_starts_over() {
    for case in cases().iter().filter(|case| is_foreign(case)) {
        let mut login = authorized();
        for count in 1..=2 * MAX_FOREIGN_REFUSALS {
            let error = refresh_of(&login).receive_response(&mut login, case.response(), NOW).unwrap_err();
            let is_last = count >= MAX_FOREIGN_REFUSALS;
            let expected = if is_last { NextStep::StartOver } else { NextStep::Wait };
            assert_eq!(error.next_step(), expected, "{count}: {}", case.name);
            // The tokens are kept: it may be a captive portal after all.
            assert_eq!(login.tokens().refresh_token().unwrap().expose(), "rt-1");
            assert_eq!(login.revision(), u32::from(count));
        }
    }
}

#[test]
fn a_success_resets_the_counts_of_a_refresh() {
    let mut login = authorized();
    let mut receive = |status, body: &str| {
        let response = HttpResponse::new(status, body);
        refresh_of(&login).receive_response(&mut login, response, NOW).map_err(|error| error.next_step())
    };
    for _ in 0..3 {
        for _ in 1..MAX_FOREIGN_REFUSALS {
            assert_eq!(receive(403, ""), Err(NextStep::Wait));
        }
        for count in 1..MAX_ATTEMPTS {
            let after = Duration::from_secs(1 << (count - 1));
            assert_eq!(receive(503, ""), Err(NextStep::Retry { after }));
        }
        assert!(receive(200, SUCCESS).is_ok());
    }
}

#[test]
fn a_response_for_a_refresh_token_that_is_no_longer_held_is_stale() {
    for (status, body) in [(200, SUCCESS), (400, r#"{"error":"invalid_grant"}"#), (503, ""), (302, "")] {
        let mut login = authorized();
        let late = refresh_of(&login);
        for number in 2..=3 {
            let body = format!(r#"{{"access_token":"at-{number}","refresh_token":"rt-{number}"}}"#);
            refresh_of(&login).receive_response(&mut login, HttpResponse::new(200, body), NOW).unwrap();
        }
        let error = late.receive_response(&mut login, HttpResponse::new(status, body), NOW).unwrap_err();
        assert_eq!((error.kind(), error.status()), (TokenErrorKind::Stale, status));
        assert_eq!((error.next_step(), error.fault()), (NextStep::Wait, Fault::Caller));
        assert_eq!(login.tokens().access_token().expose(), "at-3");
        assert_eq!(login.tokens().refresh_token().unwrap().expose(), "rt-3");
        assert_eq!(login.revision(), 2);
    }
}

/// Without a refresh token there is nothing to try again, whatever comes.
#[test]
fn a_late_response_to_a_login_without_a_refresh_token_starts_over() {
    for (status, body) in [(503, ""), (302, ""), (200, ""), (403, ""), (400, r#"{"error":"invalid_grant"}"#)] {
        let mut login = authorized();
        let [first, late, foreign] = [(); 3].map(|()| refresh_of(&login));
        let dead = HttpResponse::new(400, r#"{"error":"invalid_grant"}"#);
        first.receive_response(&mut login, dead, NOW).unwrap_err();
        let rejected = late.on(&mut login).receive_response(HttpResponse::new(status, body), NOW).unwrap_err();
        let (error, state) = recovered(rejected);
        assert_eq!((error.next_step(), state.is_none()), (NextStep::StartOver, true), "{status}");
        assert_eq!(login.revision(), 1);
        // A refresh of another login.
        let body = r#"{"access_token":"a"}"#;
        let mut other = code_received().receive_response(HttpResponse::new(200, body), NOW).unwrap();
        let rejected = foreign.on(&mut other).receive_response(HttpResponse::new(status, body), NOW).unwrap_err();
        let (error, _) = recovered(rejected);
        assert_eq!((error.kind(), error.next_step()), (TokenErrorKind::Stale, NextStep::StartOver));
    }
}

// Discovery.

#[test]
fn discovery_without_metadata_at_one_place_asks_the_next_one_at_once() {
    let mut discovery = Discovery::new("https://server.example.com/tenant").unwrap();
    let mut places = vec![discovery.request().url];
    loop {
        let (error, state) = recovered(discovery.receive_response(HttpResponse::new(404, ""), NOW).unwrap_err());
        assert_eq!(error.kind(), DiscoveryErrorKind::UnexpectedStatus);
        let Some(next) = state else { break };
        assert_eq!(error.next_step(), NextStep::Retry { after: Duration::ZERO });
        places.push(next.request().url);
        discovery = next;
    }
    assert_eq!(places.len(), 3);
}

#[test]
fn discovery_at_an_unavailable_server_is_retried_after_a_pause() {
    let discovery = Discovery::new("https://server.example.com").unwrap();
    let place = discovery.request().url;
    let (error, state) = recovered(discovery.receive_response(HttpResponse::new(429, ""), NOW).unwrap_err());
    assert_eq!(error.kind(), DiscoveryErrorKind::Unavailable);
    assert!(pause(error.next_step()) >= 1);
    assert_eq!(state.unwrap().request().url, place);
}

#[test]
fn discovery_ends_at_metadata_of_another_issuer() {
    let body = r#"{"issuer":"https://evil.example","authorization_endpoint":"https://evil.example/a","token_endpoint":"https://evil.example/t","response_types_supported":["code"],"code_challenge_methods_supported":["S256"]}"#;
    let discovery = Discovery::new("https://server.example.com").unwrap();
    let (error, state) = recovered(discovery.receive_response(HttpResponse::new(200, body), NOW).unwrap_err());
    assert_eq!((error.kind(), error.next_step()), (DiscoveryErrorKind::IssuerMismatch, NextStep::StartOver));
    assert!(state.is_none());
}

// Resume.

fn resume(stored: Suspended, client: &Client) -> (ResumeError, Option<Suspended>) {
    recovered(Flow::resume(stored, client).unwrap_err())
}

#[test]
fn a_stored_form_is_returned_if_it_is_resumed_under_another_client_or_kind() {
    let right = Scenario::default().client();
    let other = Scenario { client_id: "other", ..Scenario::default() }.client();
    let flows = || [Flow::from(awaiting_redirect()), code_received().into(), authorized().into()];
    for flow in flows() {
        let (error, stored) = resume(flow.suspend(), &other);
        assert_eq!((error, error.next_step(), error.fault()), (ResumeError::OtherClient, NextStep::Fix, Fault::Caller));
        assert!(Flow::resume(stored.unwrap(), &right).is_ok());
    }
    let (error, stored) = recovered(Authorized::resume(awaiting_redirect().suspend(), &right).unwrap_err());
    assert_eq!((error, error.next_step()), (ResumeError::OtherKind, NextStep::Fix));
    let stored = stored.unwrap();
    assert_eq!(stored.kind(), Some(StateKind::AwaitingRedirect));
    assert_still_awaits(AwaitingRedirect::resume(stored, &right).unwrap());
}

#[test]
fn a_stored_form_of_another_version_is_returned() {
    let json = authorized().suspend().to_json().expose().replacen(r#""v":"1""#, r#""v":"99""#, 1);
    let (error, stored) = resume(Suspended::from_json(&json).unwrap(), &Scenario::default().client());
    assert_eq!((error, error.next_step()), (ResumeError::OtherVersion, NextStep::Fix));
    assert_eq!(stored.unwrap().to_json().expose(), json);
}

#[test]
fn a_damaged_stored_form_starts_over() {
    let json = authorized().suspend().to_json().expose().replace("at-1", "");
    let (error, stored) = resume(Suspended::from_json(&json).unwrap(), &Scenario::default().client());
    assert_eq!((error, error.next_step()), (ResumeError::Damaged, NextStep::StartOver));
    assert!(stored.is_none());
}

// The other two ways to take a refusal apart.

#[test]
fn a_refused_step_is_put_back_into_its_slot_if_the_attempt_is_alive() {
    let mut slot: Option<Flow> = None;
    let error = awaiting_redirect().receive_redirect("https://evil.example/").unwrap_err().put_back(&mut slot);
    assert_eq!(error, RedirectError::NotOurs);
    assert_still_awaits(AwaitingRedirect::try_from(slot.take().unwrap()).unwrap());
    let denied = format!("{REDIRECT_URI}?state={STATE}&error=access_denied");
    let error = awaiting_redirect().receive_redirect(&denied).unwrap_err().put_back(&mut slot);
    assert_eq!(error.fault(), Fault::User);
    assert!(slot.is_none());
    let mut slot: Option<CodeReceived> = None;
    let error = code_received().receive_response(HttpResponse::new(503, ""), NOW).unwrap_err().put_back(&mut slot);
    assert_eq!(error.status(), 503);
    assert_still_has_code(slot.unwrap());
}

#[test]
fn a_refused_step_can_be_given_up() {
    let error: TokenError = code_received().receive_response(HttpResponse::new(503, ""), NOW).unwrap_err().into_error();
    assert_eq!(Refusal::next_step(&error), RETRY);
    let error = code_received().receive_response(HttpResponse::new(200, "{}"), NOW).unwrap_err().into_error();
    assert_eq!(error.next_step(), NextStep::StartOver);
}

#[test]
fn a_refused_refresh_leaves_the_token_that_still_works() {
    for (status, body, keeps_refresh_token) in
        [(503, "", true), (400, r#"{"error":"invalid_scope"}"#, true), (400, r#"{"error":"invalid_grant"}"#, false)]
    {
        let (refresh, mut login) = refresh();
        let error = refresh.receive_response(&mut login, HttpResponse::new(status, body), NOW).unwrap_err();
        assert_eq!(error.status(), status);
        assert_eq!(login.tokens().access_token().expose(), authorized().tokens().access_token().expose());
        assert_eq!(login.tokens().refresh_token().is_some(), keeps_refresh_token, "{body}");
    }
}

// What the caller's HTTP stack says about a response.

#[test]
fn a_response_that_was_not_read_to_its_end_is_too_long() {
    for status in [200, 400] {
        let rejected = code_received().receive_response(HttpResponse::too_long(status), NOW).unwrap_err();
        let (error, state) = recovered(rejected);
        assert_eq!((error.kind(), error.status()), (TokenErrorKind::TooLong, status));
        assert_eq!(error.next_step(), NextStep::Fix);
        assert_still_has_code(state.unwrap());
    }
}

/// A device with little memory must not end a login for the long page of a gateway.
#[test]
fn a_response_of_an_unavailable_server_may_have_any_length() {
    let pause = Duration::from_secs(30);
    for response in [HttpResponse::too_long(503), HttpResponse::new(503, "x".repeat(MAX_RESPONSE_LEN + 1))] {
        let rejected = code_received().receive_response(response.with_retry_after(pause), NOW).unwrap_err();
        let (error, state) = recovered(rejected);
        assert_eq!(error.next_step(), NextStep::Retry { after: pause });
        assert_eq!(error.retry_after(), Some(pause));
        assert_still_has_code(state.unwrap());
    }
}

#[test]
fn a_pause_may_be_passed_as_a_duration() {
    let pause = Duration::from_secs(30);
    let response = HttpResponse::new(503, "").with_retry_after(pause);
    let error = code_received().receive_response(response, NOW).unwrap_err().into_error();
    assert_eq!(error.retry_after(), Some(pause));
}

/// GitHub, Slack and others have: the code is unspent, and five refusals of a refresh must not log the user out.
#[test]
fn the_server_can_have_a_word_of_its_own_for_wrong_credentials() {
    const DIALECT: Dialect = Dialect::STANDARD.with_invalid_client_codes(&["incorrect_client_credentials"]);
    let scenario = Scenario { dialect: DIALECT, ..Scenario::default() };
    for (status, code, is_wrong) in [
        (200, "incorrect_client_credentials", true),
        (401, "incorrect_client_credentials", true),
        (200, "of_its_own", false),
    ] {
        let response = || HttpResponse::new(status, oauth_error(code));
        let error = scenario.to_code_received().receive_response(response(), NOW).unwrap_err();
        assert_eq!(error.next_step(), if is_wrong { NextStep::Fix } else { NextStep::StartOver });
        let (_, mut login) = scenario.to_refresh();
        for _ in 0..2 * MAX_FOREIGN_REFUSALS {
            let error = refresh_of(&login).receive_response(&mut login, response(), NOW).unwrap_err();
            assert_eq!(error.next_step() == NextStep::Fix, is_wrong);
        }
    }
}

#[test]
fn the_server_can_have_a_word_of_its_own_for_a_dead_refresh_token() {
    const DIALECT: Dialect = Dialect::STANDARD.with_dead_refresh_token_codes(&["token_revoked"]);
    for (body, is_dead) in [(oauth_error("token_revoked"), true), (oauth_error("of_its_own"), false)] {
        let (refresh, mut login) = Scenario { dialect: DIALECT, ..Scenario::default() }.to_refresh();
        let error = refresh.receive_response(&mut login, HttpResponse::new(400, body), NOW).unwrap_err();
        assert_eq!(error.next_step() == NextStep::StartOver, is_dead);
        assert_eq!(login.tokens().refresh_token().is_none(), is_dead);
        assert_eq!(login.revision(), 1);
        assert_eq!(login.bearer().unwrap().expose(), "Bearer at-1");
    }
}
