//! Logout at the provider (OpenID Connect RP-Initiated Logout 1.0).

use authcode::limits::MAX_PARAMETER_LEN;
use authcode::{
    Authorized, Client, ConfigError, HttpResponse, LogoutState, ParameterError, Redirect, Server, StartError,
    Suspended, UriError,
};

use crate::scenario::*;

const FIRST: &str = "e30.e30.first";
const STATE_TEXT: &str = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";
const BYE: &str = "https://client.example.com/bye";

fn state() -> LogoutState {
    LogoutState::from_entropy(ENTROPY.first_chunk().unwrap()).unwrap()
}

fn client() -> Client {
    Scenario::default().client_with_endpoints()
}

fn login_with(members: &str) -> Authorized {
    let response = format!(r#"{{"access_token":"at-1","refresh_token":"rt-1","token_type":"Bearer"{members}}}"#);
    Authorized::import(&client().login(), &response, NOW).unwrap()
}

fn login() -> Authorized {
    login_with(&format!(r#","id_token":"{FIRST}""#))
}

fn refresh(login: &mut Authorized, status: u16, body: &str) {
    let _ = refresh_of(login).receive_response(login, HttpResponse::new(status, body), NOW);
}

fn url(login: &Authorized) -> String {
    login.logout().unwrap().url().into_exposed()
}

fn with_hint(hint: &str) -> String {
    format!("{END_SESSION}?id_token_hint={hint}")
}

fn without_hint() -> String {
    format!("{END_SESSION}?client_id=s6BhdRkqt3")
}

#[test]
fn the_url_has_the_id_token_and_what_was_asked_for() {
    let mut logout = login().logout().unwrap();
    assert_eq!(logout.url().expose(), with_hint(FIRST));
    logout.return_to(BYE, &state()).unwrap().logout_hint("ada@example.com").unwrap().ui_locales("de-CH en").unwrap();
    assert_eq!(
        logout.url().expose(),
        format!(
            "{}&logout_hint=ada%40example.com&post_logout_redirect_uri=https%3A%2F%2Fclient.example.com%2Fbye&state={STATE_TEXT}&ui_locales=de-CH%20en",
            with_hint(FIRST)
        )
    );
    assert_eq!(logout.url().expose(), logout.url().expose());
    // The last call counts.
    logout.logout_hint("b").unwrap().ui_locales("en").unwrap().return_to("com.example.app:/bye", &state()).unwrap();
    let sent = query_pairs(logout.url().expose());
    assert_eq!(value_of(&sent, "post_logout_redirect_uri").as_deref(), Some("com.example.app:/bye"));
    assert_eq!((value_of(&sent, "logout_hint").as_deref(), sent.len()), (Some("b"), 5));
}

#[test]
fn the_client_id_takes_the_place_of_an_id_token() {
    assert_eq!(url(&login_with("")), without_hint());
    let mut logout = login().logout().unwrap();
    assert_eq!(logout.without_id_token().url().expose(), without_hint());
    // What does not have the form of an ID token, or does not fit into a URL.
    let long = format!(r#","id_token":"e30.e30.{}""#, "x".repeat(MAX_PARAMETER_LEN));
    for members in [
        r#","id_token":null"#,
        r#","id_token":7"#,
        r#","id_token":"""#,
        r#","id_token":"a.b""#,
        r#","id_token":"a.b.c.d""#,
        r#","id_token":"a.b.c d""#,
        r#","id_token":"a.b.c&state=x""#,
        r#","id_token":"a.b.c","id_token":"a.b.c""#,
        &long,
    ] {
        assert_eq!(url(&login_with(members)), without_hint(), "{members}");
    }
    assert_eq!(url(&login_with(r#","id_token":"a.b.c.d.e""#)), with_hint("a.b.c.d.e"));
}

/// Row b47: the hint was gone when the refresh token had expired.
#[test]
fn the_hint_is_the_last_good_id_token_whatever_the_refreshes_brought() {
    let mut login = login();
    refresh(&mut login, 503, "");
    assert_eq!(url(&login), with_hint(FIRST));
    refresh(&mut login, 200, r#"{"access_token":"at-2"}"#);
    assert_eq!(login.tokens().member_text("id_token"), None);
    assert_eq!(url(&login), with_hint(FIRST));
    refresh(&mut login, 200, r#"{"access_token":"at-3","id_token":"broken"}"#);
    assert_eq!(url(&login), with_hint(FIRST));
    refresh(&mut login, 200, r#"{"access_token":"at-4","id_token":"e30.e30.second"}"#);
    assert_eq!(url(&login), with_hint("e30.e30.second"));
    refresh(&mut login, 200, r#"{"access_token":"at-5"}"#);
    assert_eq!(url(&login), with_hint("e30.e30.second"));
    refresh(&mut login, 400, r#"{"error":"invalid_grant"}"#);
    assert!(login.tokens().refresh_token().is_none());
    assert_eq!(url(&login), with_hint("e30.e30.second"));
}

#[test]
fn the_hint_survives_a_restart() {
    let mut login = login();
    refresh(&mut login, 200, r#"{"access_token":"at-2","token_type":"Bearer","scope":"openid"}"#);
    let golden = include_str!("../golden/authorized_id_token.json").trim_end();
    assert_eq!(login.suspend().to_json().expose(), golden);
    let again = Authorized::resume(Suspended::from_json(golden).unwrap(), &client()).unwrap();
    assert_eq!((url(&again), again.suspend().to_json().expose()), (with_hint(FIRST), golden));
    // The smallest form is without it.
    let small = login.suspend_without_members();
    assert!(!small.to_json().expose().contains(FIRST));
    assert_eq!(url(&Authorized::resume(small, &client()).unwrap()), without_hint());
    // Once in the form, if the last response has it.
    refresh(&mut login, 200, r#"{"access_token":"at-3","id_token":"e30.e30.second"}"#);
    assert!(!login.suspend().to_json().expose().contains(FIRST));
    assert_eq!(url(&Authorized::resume(login.suspend(), &client()).unwrap()), with_hint("e30.e30.second"));
    let damaged = golden.replace(FIRST, "a.b.c&state=x");
    assert!(Authorized::resume(Suspended::from_json(&damaged).unwrap(), &client()).is_err());
}

#[test]
fn the_state_comes_back_once_and_unchanged() {
    let state = state();
    assert_eq!(state.as_str(), STATE_TEXT);
    let stored = LogoutState::from_stored(STATE_TEXT).unwrap();
    for state in [state, stored] {
        assert!(state.is_in(Redirect::target(&format!("/bye?state={STATE_TEXT}"))));
        assert!(state.is_in(&format!("{BYE}?x=1&state={STATE_TEXT}")));
        for query in [
            String::new(),
            format!("state={VERIFIER}"),
            format!("state={STATE_TEXT}&state={STATE_TEXT}"),
            format!("state={STATE_TEXT}x"),
            format!("state={}", &STATE_TEXT[1..]),
            format!("State={STATE_TEXT}"),
        ] {
            assert!(!state.is_in(Redirect::query(&query)), "{query}");
        }
    }
    for text in ["", "abc", &STATE_TEXT[1..], &format!("{STATE_TEXT}A"), &STATE_TEXT.replace('A', "+")] {
        assert!(LogoutState::from_stored(text).is_none(), "{text}");
    }
    let drawn = [(); 2].map(|()| LogoutState::draw(getrandom::SysRng).unwrap());
    assert_ne!(drawn[0].as_str(), drawn[1].as_str());
    assert_eq!(LogoutState::from_entropy(&[0; 32]).unwrap_err(), StartError::NoEntropy);
}

#[test]
fn the_way_back_is_a_redirect_uri() {
    const WHICH: &str = "post-logout redirect uri";
    let mut logout = login().logout().unwrap();
    for uri in ["javascript:/alert(1)", "data:/x", "intent://x", "http://client.example.com/bye"] {
        assert_eq!(logout.return_to(uri, &state()).unwrap_err(), ConfigError::RedirectUriKind, "{uri}");
    }
    assert_eq!(logout.return_to("/bye", &state()).unwrap_err(), ConfigError::Endpoint(WHICH, UriError::Scheme));
    let reserved = ConfigError::ReservedParameter(WHICH, "state".into());
    assert_eq!(logout.return_to("https://client.example.com/bye?state=1", &state()).unwrap_err(), reserved);
    assert_eq!(logout.url().expose(), with_hint(FIRST));
    for uri in ["http://127.0.0.1/bye", "myapp://bye", BYE] {
        assert!(logout.return_to(uri, &state()).is_ok(), "{uri}");
    }
    assert_eq!(logout.logout_hint("").unwrap_err(), ParameterError::EmptyValue("logout_hint".into()));
    assert_eq!(logout.ui_locales("").unwrap_err(), ParameterError::EmptyValue("ui_locales".into()));
}

#[test]
fn a_logout_needs_an_endpoint_of_the_server() {
    const WHICH: &str = "end-session endpoint";
    assert_eq!(authorized().logout().unwrap_err(), ConfigError::NoEndpoint(WHICH));
    let error =
        |endpoint: &str| Server::new(AUTHORIZE, TOKEN).unwrap().with_end_session_endpoint(endpoint).unwrap_err();
    assert_eq!(error("http://server.example.com/logout"), ConfigError::Insecure(WHICH));
    assert_eq!(error("logout"), ConfigError::Endpoint(WHICH, UriError::Scheme));
    for name in ["id_token_hint", "post_logout_redirect_uri", "State", "client_id", "logout_hint", "ui_locales"] {
        let error = error(&format!("https://server.example.com/logout?{name}=1"));
        assert!(matches!(error, ConfigError::ReservedParameter(WHICH, _)), "{name}: {error:?}");
    }
    let server = Server::new(AUTHORIZE, TOKEN).unwrap();
    let server = server.with_end_session_endpoint("https://server.example.com/logout?p=b2c_1").unwrap();
    let client = Client::new(server, "id", REDIRECT_URI).unwrap();
    let login = Authorized::import(&client.login(), r#"{"access_token":"at"}"#, NOW).unwrap();
    assert_eq!(url(&login), "https://server.example.com/logout?p=b2c_1&client_id=id");
}

#[test]
fn neither_the_id_token_nor_the_state_is_shown() {
    let mut logout = login().logout().unwrap();
    let state = state();
    logout.return_to(BYE, &state).unwrap();
    let shown = format!("{logout:?} {state:?} {:?} {:?}", logout.url(), login());
    assert!(!shown.contains(FIRST) && !shown.contains(STATE_TEXT), "{shown}");
}
