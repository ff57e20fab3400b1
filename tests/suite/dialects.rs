//! How servers depart from the standard, as a `const`.

use authcode::{
    Authorized, BearerError, Client, ClientAuth, ConfigError, Dialect, ErrorCode, GrantedScope, HttpResponse, Identity,
    Lifetime, LifetimeFormat, NextStep, ParameterError, Redirect, RedirectError, RefreshOptions, Renewal, Server,
    Suspended, TokenErrorKind, TokenType, UnusableToken, limits,
};
use core::time::Duration;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::quirks::is_alive;
use crate::scenario::*;

/// A success whose scopes are separated by commas.
const COMMAS: &str = r#"{"access_token":"a","refresh_token":"r","scope":"openid,offline_access"}"#;

const SLOPPY: Dialect =
    Dialect::STANDARD.with_assumed_bearer().with_bearer_aliases(&["BearerToken", "User Access Token"]);

fn token_type(member: &str, dialect: Dialect) -> TokenType {
    let body = format!(r#"{{"access_token":"a"{member}}}"#);
    let code = Scenario { dialect, ..Scenario::default() }.to_code_received();
    code.receive_response(HttpResponse::new(200, body), NOW).unwrap().tokens().token_type().clone()
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
fn a_type_that_cannot_be_read_is_neither_unstated_nor_bearer() {
    for value in ["7", "true", "[]", "{}", "\"a\\u0000\"", "\"\\u00e9\"", "\"\\ud800\"", "\"a\\\"b\""] {
        let read = token_type(&format!(r#","token_type":{value}"#), SLOPPY);
        assert_eq!(read, TokenType::Unreadable, "{value}");
    }
}

#[test]
fn a_missing_type_is_unstated_unless_the_dialect_says_bearer() {
    for member in ["", r#","token_type":null"#, r#","token_type":"""#] {
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
        Scenario { dialect: Dialect::STANDARD.with_scope_separator(',').with_assumed_bearer(), ..Scenario::default() };
    let mut login = scenario.to_code_received().receive_response(HttpResponse::new(200, COMMAS), NOW).unwrap();
    let mut options = RefreshOptions::default();
    options.narrow_scope("openid offline_access").unwrap();
    let Ok(Renewal::Refresh(refresh)) = login.renewal_with(&options) else { panic!("there is a refresh token") };
    assert!(refresh.request().body.expose().contains("&scope=openid%2Coffline_access"));
    let response = HttpResponse::new(200, r#"{"access_token":"b"}"#);
    refresh.receive_response(&mut login, response, NOW).unwrap();
    assert_eq!(login.tokens().token_type(), &TokenType::Bearer);
}

const WORDS: Dialect = Dialect::STANDARD
    .with_authorization_names(&[("client_id", "appid")])
    .without_authorization_params(&["response_type"])
    .with_authorization_params(&[("access_type", "offline"), ("prompt", "consent")])
    .with_token_names(&[("client_id", "app_id"), ("client_secret", "secret")])
    .without_token_params(&["redirect_uri"])
    .with_token_params(&[("action", "requesttoken")])
    .with_redirect_names(&[("code", "auth_code"), ("error", "error_reason")]);

/// The body of a refresh with these options.
fn refresh_body(dialect: Dialect, options: &RefreshOptions) -> Result<String, ParameterError> {
    match speaking(dialect).to_authorized().renewal_with(options)? {
        Renewal::Refresh(refresh) => Ok(refresh.request().body.expose().to_owned()),
        Renewal::Reauthorize(_) => panic!("there is a refresh token"),
    }
}

fn speaking(dialect: Dialect) -> Scenario {
    Scenario { dialect, ..Scenario::default() }
}

fn names(pairs: &[(String, String)]) -> Vec<&str> {
    pairs.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn requests_have_the_names_of_the_server() {
    let scenario = Scenario { auth: || ClientAuth::body("s"), ..speaking(WORDS) };
    let url = query_pairs(&scenario.to_awaiting_redirect().authorization_url());
    assert_eq!(
        names(&url),
        [
            "audience",
            "appid",
            "code_challenge_method",
            "code_challenge",
            "redirect_uri",
            "scope",
            "state",
            "access_type",
            "prompt"
        ]
    );
    let code = scenario.to_code_received();
    let body = pairs(code.request().body.expose());
    assert_eq!(names(&body), ["grant_type", "audience", "app_id", "code", "code_verifier", "secret", "action"]);
    let refresh = pairs(refresh_of(&scenario.to_authorized()).request().body.expose());
    assert_eq!(names(&refresh), ["grant_type", "app_id", "refresh_token", "secret", "action"]);
}

#[test]
fn a_parameter_of_the_login_replaces_the_dialects_own() {
    let url = speaking(WORDS)
        .to_unstarted()
        .prompt("none")
        .unwrap()
        .start_with_entropy(&ENTROPY)
        .unwrap()
        .authorization_url();
    assert!(url.ends_with("&access_type=offline&prompt=none"), "{url}");
    let body = refresh_body(WORDS, RefreshOptions::default().param("action", "refreshtoken").unwrap());
    assert!(body.unwrap().ends_with("&refresh_token=rt-1&action=refreshtoken"));
}

#[test]
fn a_name_that_the_dialect_sends_cannot_be_sent_twice() {
    let mut login = speaking(WORDS).to_unstarted();
    let reserved = |name: &str| ParameterError::Reserved(name.into());
    assert_eq!(login.authorization_param("appid", "x").unwrap_err(), reserved("appid"));
    assert_eq!(login.token_param("secret", "x").unwrap_err(), reserved("secret"));
    assert!(login.token_param("appid", "x").is_ok());
    let options = RefreshOptions::default().param("secret", "x").unwrap().clone();
    assert_eq!(refresh_body(WORDS, &options).unwrap_err(), reserved("secret"));
    let endpoint =
        |authorize: &str, token: &str| Server::new(authorize, token).unwrap().with_dialect(WORDS).unwrap_err();
    assert_eq!(
        endpoint("https://server.example.com/a?appid=x", TOKEN),
        ConfigError::ReservedParameter("authorization endpoint", "appid".into())
    );
    assert_eq!(
        endpoint(AUTHORIZE, "https://server.example.com/t?se%63ret=x"),
        ConfigError::ReservedParameter("token endpoint", "secret".into())
    );
    let redirect_uri = "https://client.example.com/cb?auth_code=x";
    let server = Server::new(AUTHORIZE, TOKEN).unwrap().with_dialect(WORDS).unwrap();
    assert_eq!(
        Client::new(server, "id", redirect_uri).unwrap_err(),
        ConfigError::ReservedParameter("redirect uri", "auth_code".into())
    );
}

#[test]
fn a_redirect_may_have_the_names_of_the_server() {
    let receive = |query: &str| {
        let query = format!("{query}&state={STATE}");
        speaking(WORDS).to_awaiting_redirect().receive_redirect(Redirect::query(&query))
    };
    let code = receive("auth_code=theirs&tenant=7").unwrap();
    assert!(code.request().body.expose().contains("&code=theirs&"));
    assert_eq!(
        (code.redirect_param("tenant").as_deref(), code.redirect_param("auth_code").as_deref()),
        (Some("7"), None)
    );
    // The same code twice is accepted. Two different codes are rejected.
    assert!(receive("auth_code=a%2Bb&code=a%2bb").unwrap().request().body.expose().contains("&code=a%2Bb&"));
    let differ = receive("auth_code=theirs&code=ours").unwrap_err();
    assert_eq!(differ.error(), &RedirectError::DuplicateParameter("code"));
    assert!(is_alive(differ));
    let refused = receive("error_reason=user_denied").unwrap_err();
    assert_eq!(refused.error().oauth_error().unwrap().code.as_ref().unwrap().as_str(), "user_denied");
    assert_eq!(receive("auth_code=a&error_reason=b").unwrap_err().error(), &RedirectError::CodeAndError);
    let twice = receive("auth_code=a&auth_code=a").unwrap_err();
    assert_eq!(twice.error(), &RedirectError::DuplicateParameter("code"));
    assert!(is_alive(twice));
}

/// A dialect cannot touch PKCE or `state`, and a typo is refused before anything is sent.
#[test]
fn a_dialect_cannot_touch_what_makes_a_login_safe() {
    const D: Dialect = Dialect::STANDARD;
    const PROTECTED: [Dialect; 14] = [
        D.without_authorization_params(&["state"]),
        D.with_authorization_names(&[("code_challenge", "challenge")]),
        D.without_authorization_params(&["code_challenge_method"]),
        D.with_authorization_names(&[("scope", "state")]),
        D.with_authorization_names(&[("scope", "code_challenge")]),
        D.with_authorization_names(&[("audience", "request_uri")]),
        D.with_authorization_params(&[("state", "x")]),
        D.with_authorization_params(&[("code_challenge_method", "plain")]),
        D.with_authorization_params(&[("request", "eyJ")]),
        D.with_authorization_params(&[("request_uri", "urn:x")]),
        D.without_token_params(&["code_verifier"]),
        D.with_token_names(&[("client_id", "code_verifier")]),
        D.with_token_params(&[("code_verifier", "x")]),
        D.with_redirect_names(&[("state", "nonce")]),
    ];
    static MISTAKES: [Dialect; 28] = [
        D.with_authorization_names(&[("client-id", "appid")]),
        D.with_authorization_names(&[("client_secret", "secret")]),
        D.with_authorization_names(&[("client_id", "scope")]),
        D.with_authorization_params(&[("client_id", "x")]),
        D.with_authorization_params(&[("", "x")]),
        D.with_authorization_params(&[("a", "")]),
        D.with_token_names(&[("code", "x"), ("client_id", "x")]),
        D.with_token_names(&[("refresh_token", "x"), ("client_id", "x")]),
        D.with_token_params(&[("grant_type", "password")]),
        D.with_redirect_names(&[("code", "")]),
        D.with_redirect_names(&[("code", "state")]),
        D.with_redirect_names(&[("code", "iss")]),
        D.with_redirect_names(&[("code", "x"), ("error", "x")]),
        D.with_response_names(&[("expires_in", "expires")]),
        D.with_response_names(&[("access_token", "")]),
        D.with_response_names(&[("access_token", "a"), ("access_token", "b")]),
        D.with_response_names(&[("access_token", "t"), ("refresh_token", "t")]),
        D.with_authorization_names(&[("client_id", "a"), ("client_id", "b")]),
        D.with_lifetime("", LifetimeFormat::Seconds),
        D.with_lifetime_path(&[], LifetimeFormat::Seconds),
        D.with_lifetime_path(&["data", ""], LifetimeFormat::Seconds),
        D.with_response_paths(&[("access_token", &[])]),
        D.with_response_paths(&[("access_token", &["", "a"])]),
        D.with_response_names(&[("access_token", "t")]).with_response_paths(&[("refresh_token", &["t"])]),
        D.with_authorization_params(&[("a", "1"), ("a", "2")]),
        D.with_bearer_aliases(&["DPoP"]),
        D.with_bearer_aliases(&[""]),
        D.with_fragment("a&b#c"),
    ];
    for dialect in PROTECTED.into_iter().chain(MISTAKES.clone()) {
        let error = Server::new(AUTHORIZE, TOKEN).unwrap().with_dialect(dialect.clone()).unwrap_err();
        assert!(matches!(error, ConfigError::Dialect(_)), "{dialect:?}: {error}");
    }
}

/// A parameter whose value is a name of the protocol is no mistake. A code and a refresh token are never in one request.
#[test]
fn what_only_looks_like_a_mistake_is_accepted() {
    const FINE: [Dialect; 2] = [
        Dialect::STANDARD.with_authorization_params(&[("include", "state"), ("list[]", "a")]),
        Dialect::STANDARD.with_token_names(&[("code", "assertion"), ("refresh_token", "assertion")]),
    ];
    for dialect in FINE {
        assert!(speaking(dialect).to_awaiting_redirect().authorization_url().contains("&state="));
    }
}

#[test]
fn an_option_that_the_dialect_has_another_use_for_is_refused() {
    let dialect = Dialect::STANDARD.with_authorization_names(&[("audience", "login_hint")]);
    let refused = speaking(dialect).to_unstarted().login_hint("ada").map(drop);
    assert_eq!(refused.unwrap_err(), ParameterError::Reserved("login_hint".into()));
}

#[test]
fn a_refresh_sends_the_audience_under_the_name_of_the_server() {
    let dialect = Dialect::STANDARD.with_token_names(&[("audience", "resource_id")]);
    let body = refresh_body(dialect, RefreshOptions::default().audience("a").unwrap()).unwrap();
    assert!(body.ends_with("&resource_id=a"));
}

#[test]
fn state_may_travel_in_the_redirect_uri() {
    let dialect = Dialect::STANDARD.with_state_in_redirect_uri();
    for (registered, sent) in [
        (REDIRECT_URI, format!("{REDIRECT_URI}?state={STATE}")),
        ("https://client.example.com/cb?t=7", format!("https://client.example.com/cb?t=7&state={STATE}")),
    ] {
        let scenario = Scenario { redirect_uri: registered, ..speaking(dialect.clone()) };
        let url = query_pairs(&scenario.to_awaiting_redirect().authorization_url());
        assert_eq!(value_of(&url, "redirect_uri").unwrap(), sent);
        assert_eq!(value_of(&url, "state"), None);
        assert_eq!(scenario.to_awaiting_redirect().redirect_uri().as_str(), registered);
        let joint = if registered.contains('?') { '&' } else { '?' };
        let back = format!("{registered}{joint}state={STATE}&code=x");
        let code = scenario.to_awaiting_redirect().receive_redirect(&back).unwrap();
        assert_eq!(value_of(&pairs(code.request().body.expose()), "redirect_uri").unwrap(), sent);
        let refused = scenario.to_awaiting_redirect().receive_redirect(&back.replace(STATE, VERIFIER)).unwrap_err();
        assert_eq!(refused.error(), &RedirectError::StateMismatch);
    }
}

#[test]
fn a_path_leads_to_members_of_objects_and_lists() {
    let dialect = Dialect::STANDARD
        .with_response_paths(&[
            ("access_token", &["data", "tokens", "1", "value"]),
            ("error", &["errors", "0", "type"]),
            ("scope", &["scopes"]),
        ])
        .with_lifetime_path(&["data", "left"], LifetimeFormat::Seconds);
    let receive =
        |body: &str| speaking(dialect.clone()).to_code_received().receive_response(HttpResponse::new(200, body), NOW);
    let body =
        r#"{"access_token":"not this","scopes":["a","b"],"data":{"tokens":[{},{"value":"t"}],"left":60},"errors":[]}"#;
    let token = receive(body).unwrap();
    assert_eq!(token.tokens().access_token().expose(), "t");
    assert_eq!(token.tokens().lifetime(), Lifetime::Stated(Duration::from_secs(60)));
    assert!(matches!(token.tokens().granted_scope(), GrantedScope::Stated(scope) if scope.as_str() == "a b"));
    for (body, reason) in [
        (r#"{"access_token":"elsewhere"}"#, UnusableToken::Missing),
        // A path that ends early does not start again at the top.
        (r#"{"value":"x","tokens":[0,{"value":"x"}]}"#, UnusableToken::Missing),
        (r#"{"data":"{\"tokens\":[0,{\"value\":\"x\"}]}"}"#, UnusableToken::Missing),
        (r#"{"data":"t"}"#, UnusableToken::Missing),
        (r#"{"data":{"tokens":[1]}}"#, UnusableToken::Missing),
        (r#"{"data":{"tokens":{"1":{"value":"a","value":"b"}}}}"#, UnusableToken::DuplicateMember("access_token")),
        (r#"{"data":{},"data":{"tokens":[0,{"value":"t"}]}}"#, UnusableToken::DuplicateMember("access_token")),
        (r#"{"data":{"tokens":[0,{"value":7}]}}"#, UnusableToken::Malformed),
    ] {
        let refused = receive(body).unwrap_err();
        assert_eq!(refused.error().kind(), TokenErrorKind::Unusable(reason), "{body}");
    }
    let refused = receive(r#"{"errors":[{"type":"invalid_grant"}]}"#).unwrap_err();
    assert_eq!(refused.error().oauth_error().unwrap().code, Some(ErrorCode::InvalidGrant));
    // A value that means "no error" under the standard name hides nothing.
    for nothing in ["null", "\"\"", "false", "0", "{}", "[]"] {
        let body = format!(
            r#"{{"error":{nothing},"errors":[{{"type":"invalid_grant"}}],"data":{{"tokens":[0,{{"value":"t"}}]}}}}"#
        );
        let refused = receive(&body).unwrap_err();
        assert_eq!(refused.error().oauth_error().unwrap().code, Some(ErrorCode::InvalidGrant), "{nothing}");
    }
    // An error under the standard name is never hidden.
    let refused = receive(r#"{"error":"access_denied","errors":[{"type":"x"}],"data":{"tokens":[0,{"value":"t"}]}}"#);
    assert_eq!(refused.unwrap_err().error().oauth_error().unwrap().code, Some(ErrorCode::AccessDenied));
}

#[test]
fn a_json_request_escapes_what_json_escapes() {
    let odd: String = ('\0'..='\u{20}').chain(['"', '\\', '/', '\u{7f}', 'é', '\u{2028}', '😀']).collect();
    let mut login = speaking(Dialect::STANDARD.with_json_requests()).to_unstarted();
    let pending = login.token_param("odd", &odd).unwrap().start_with_entropy(&ENTROPY).unwrap();
    let request = pending.receive_redirect(&redirect_with("")).unwrap().request();
    assert!(request.body.expose().contains(&format!("\"odd\":{}", serde_json::to_string(&odd).unwrap())));
}

proptest! {
    /// The object is read by an independent reader as the pairs that would have been in the form.
    #[test]
    fn a_json_request_says_what_the_form_would_have_said(values in vec(".+", 0..4), secret in "[ -~]+") {
        let request = |dialect| {
            let server = Server::new(AUTHORIZE, TOKEN).unwrap().with_dialect(dialect).unwrap();
            let client = Client::new(server, Identity::new("id", ClientAuth::body(&*secret)), REDIRECT_URI).unwrap();
            let mut login = client.login();
            for value in &values {
                login.token_param("list[]", value).unwrap();
            }
            let pending = login.start_with_entropy(&ENTROPY).unwrap();
            pending.receive_redirect(&redirect_with("")).unwrap().request()
        };
        let form = request(Dialect::STANDARD);
        let json = request(Dialect::STANDARD.with_json_requests());
        prop_assert_eq!(json.headers.iter().next(), Some(("content-type", "application/json")));
        let mut expected = serde_json::Map::new();
        for (name, value) in pairs(form.body.expose()) {
            match expected.remove(&name) {
                None => expected.insert(name, value.into()),
                Some(serde_json::Value::Array(mut list)) => { list.push(value.into()); expected.insert(name, list.into()) }
                Some(one) => expected.insert(name, vec![one, value.into()].into()),
            };
        }
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(json.body.expose()).unwrap(), serde_json::Value::from(expected));
    }

    /// A form that comes is read as the JSON that it could have been.
    #[test]
    fn a_form_response_says_what_the_json_would_have_said(value in ".*", scope in "[!#-Z]{1,9}") {
        let form: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("access_token", "a"), ("token_type", "bearer"), ("expires_in", "60"), ("scope", &scope), ("x", &value)])
            .finish();
        let code = speaking(Dialect::STANDARD.with_form_responses()).to_code_received();
        let token = code.receive_response(HttpResponse::new(200, form.clone()), NOW).unwrap();
        prop_assert_eq!(token.tokens().member_text("x").and_then(parsed::<String>).unwrap(), value);
        prop_assert_eq!(token.tokens().lifetime(), Lifetime::Stated(Duration::from_secs(60)));
        prop_assert_eq!(token.tokens().token_type(), &TokenType::Bearer);
        let stored = serde_json::to_string(&token.suspend()).unwrap();
        let again: Suspended = serde_json::from_str(&stored).unwrap();
        let again = Authorized::resume(again, &Scenario::default().client()).unwrap();
        prop_assert_eq!(again.tokens().granted_scope(), token.tokens().granted_scope());
        let refused = code_received().receive_response(HttpResponse::new(200, form), NOW).unwrap_err();
        prop_assert_eq!(refused.error().kind(), TokenErrorKind::NotJson);
    }
}

#[test]
fn a_page_is_no_form_and_a_form_may_be_an_error() {
    let receive = |status, body: &str| {
        let code = speaking(Dialect::STANDARD.with_form_responses()).to_code_received();
        code.receive_response(HttpResponse::new(status, body), NOW)
    };
    for page in [
        "<html>a=b&c=d</html>",
        r#"<a href="/login?x=1&access_token=foo">"#,
        "<a href=/login?x&error=foo&y=1>",
        "",
        "a=b",
        "%zz",
    ] {
        assert_eq!(receive(200, page).unwrap_err().error().kind(), TokenErrorKind::NotJson, "{page}");
    }
    // A pair that nobody needs costs itself.
    for pair in [b"Jos\xe9=1".as_slice(), b"user%20name=x", b"a:b=1", b"=", b"%zz"] {
        let (refresh, mut login) = speaking(Dialect::STANDARD.with_form_responses()).to_refresh();
        let body = [b"access_token=at-2&refresh_token=rt-2&", pair].concat();
        assert!(refresh.receive_response(&mut login, HttpResponse::new(200, body), NOW).unwrap().rotated);
    }
    // The first pairs are kept, and none if they are too long for the store. The tokens may be anywhere.
    let many: String = (1..limits::MAX_FORM_PAIRS).map(|number| format!("n{number}=&")).collect();
    let token = receive(200, &format!("n0=&{many}more=&access_token=a")).unwrap();
    let kept = |name: &str| token.tokens().member_text(name).is_some();
    assert_eq!((token.tokens().access_token().expose(), kept("n99"), kept("more")), ("a", true, false));
    let control = "%01".repeat(limits::MAX_RESPONSE_LEN / 3 - 20);
    let token = receive(200, &format!("access_token=a&x={control}")).unwrap();
    assert_eq!((token.tokens().access_token().expose(), token.tokens().member_text("x")), ("a", None));
    // A value that cannot be decoded costs itself. If it is that of `error`, there is an error, without a readable code.
    let token = receive(200, "access_token=a&x=%zz&y=%ff&z=1").unwrap();
    let members = ["x", "y", "z"].map(|name| token.tokens().member_text(name));
    assert_eq!((token.tokens().access_token().expose(), members), ("a", [None, None, Some("\"1\"")]));
    let refused = receive(200, "access_token=a&error=%ff").unwrap_err();
    assert_eq!(refused.error().kind(), TokenErrorKind::Refused);
    assert_eq!(refused.error().oauth_error().unwrap().code, None);
    assert_eq!(refused.error().body(), None, "it contains a token");
    assert_eq!(
        receive(200, "access_token=%ff").unwrap_err().error().kind(),
        TokenErrorKind::Unusable(UnusableToken::Malformed)
    );
    let refused =
        receive(200, "error=bad_verification_code&error_description=The+code+passed+is+incorrect").unwrap_err();
    let error = refused.error().oauth_error().unwrap();
    assert_eq!(
        (error.code.as_ref().unwrap().as_str(), error.description.as_ref().unwrap().raw()),
        ("bad_verification_code", "The code passed is incorrect")
    );
    let twice = receive(200, "access_token=a&access_token=b").unwrap_err();
    let reason = UnusableToken::DuplicateMember("access_token");
    assert_eq!(twice.error().kind(), TokenErrorKind::Unusable(reason));
    let with_line_end = receive(200, "access_token=a&token_type=bearer\r\n").unwrap();
    assert_eq!(with_line_end.tokens().token_type(), &TokenType::Bearer);
}

/// Text that somebody else chose must not become a token because it could be read as a form.
#[test]
fn what_is_json_is_never_read_as_a_form() {
    for body in [
        SUCCESS,
        r#"{"access_token":"at-1","token_type":"bearer","team":"x&access_token=EVIL&token_type=bearer&y"}"#,
        r#" {"access_token":"at-1","url":"https://a.example/?x&error=none&y"}"#,
        "\u{feff}{\"access_token\":\"at-1\",\"x\":\"&access_token=EVIL&\"}",
    ] {
        let code = speaking(Dialect::STANDARD.with_form_responses()).to_code_received();
        let token = code.receive_response(HttpResponse::new(200, body), NOW).unwrap();
        assert_eq!(token.tokens().access_token().expose(), "at-1");
    }
}

#[test]
fn a_dead_word_counts_at_every_4xx() {
    let dialect = Dialect::STANDARD.with_dead_refresh_token_codes(&["bad_refresh_token"]);
    for status in [200, 400, 404, 422] {
        let mut login = Scenario { dialect: dialect.clone(), ..Scenario::default() }.to_authorized();
        let response = HttpResponse::new(status, r#"{"error":"bad_refresh_token"}"#);
        let error = refresh_of(&login).receive_response(&mut login, response, NOW).unwrap_err();
        assert_eq!((error.next_step(), login.tokens().refresh_token().is_none()), (NextStep::StartOver, true));
    }
}

#[test]
fn a_dialect_puts_state_into_a_redirect_uri_that_is_sent() {
    let dialect = Dialect::STANDARD.with_state_in_redirect_uri().without_authorization_params(&["redirect_uri"]);
    let error = Server::new(AUTHORIZE, TOKEN).unwrap().with_dialect(dialect).unwrap_err();
    assert_eq!(error, ConfigError::Dialect("redirect_uri".into()));
}

#[test]
fn no_dialect_makes_a_bearer_token_of_a_dpop_token() {
    let dialect = Dialect::STANDARD.with_response_names(&[("token_type", "kind")]).with_assumed_bearer();
    let scenario = Scenario { dialect, ..Scenario::default() };
    for body in
        [r#"{"access_token":"a","token_type":"DPoP"}"#, r#"{"access_token":"a","token_type":"dpop","kind":"Bearer"}"#]
    {
        let login = scenario.to_code_received().receive_response(HttpResponse::new(200, body), NOW).unwrap();
        assert_eq!(login.bearer().unwrap_err(), BearerError::TokenType, "{body}");
    }
}
