//! The four methods of client authentication, each in one place of the request.

use authcode::{Client, ClientAuth, ConfigError, HttpRequest, Identity, Secret, Server};

use crate::scenario::*;

const ID: &str = "conf:basic +/";
const SECRET: &str = "p@ss:wo rd+%/=&~\"";

fn client(id: &str, auth: ClientAuth) -> Result<Client, ConfigError> {
    Client::new(Server::new(AUTHORIZE, TOKEN).unwrap(), Identity::new(id, auth), REDIRECT_URI)
}

fn token_request(id: &str, auth: ClientAuth) -> HttpRequest {
    let pending = client(id, auth).unwrap().login().start_with_entropy(&ENTROPY).unwrap();
    pending.receive_redirect(&redirect_with("")).unwrap().request()
}

fn authorization(request: &HttpRequest) -> Option<&str> {
    request.headers.iter().find_map(|(name, value)| (name == "authorization").then_some(value))
}

#[test]
// rows 16
fn a_public_client_sends_its_identifier_in_the_body() {
    let request = token_request("id", ClientAuth::None);
    assert_eq!(authorization(&request), None);
    let body = pairs(request.body.expose());
    assert_eq!(value_of(&body, "client_id").unwrap(), "id");
    assert_eq!(value_of(&body, "client_secret"), None);
}

/// RFC 6749 §2.3.1: form-encoded first. A server that decodes both halves gets them back.
#[test]
// rows 4
fn basic_encodes_both_halves() {
    let request = token_request(ID, ClientAuth::basic(SECRET));
    assert_eq!(
        authorization(&request),
        Some("Basic Y29uZiUzQWJhc2ljKyUyQiUyRjpwJTQwc3MlM0F3bytyZCUyQiUyNSUyRiUzRCUyNiU3RSUyMg==")
    );
    let specials = "client %&+-_.!~*'()";
    let request = token_request(specials, ClientAuth::basic(specials));
    assert_eq!(
        authorization(&request),
        Some("Basic Y2xpZW50KyUyNSUyNiUyQi1fLiUyMSU3RSolMjclMjglMjk6Y2xpZW50KyUyNSUyNiUyQi1fLiUyMSU3RSolMjclMjglMjk=")
    );
}

#[test]
fn basic_raw_encodes_neither_half() {
    let request = token_request("conf", ClientAuth::basic_raw("p@ss:wo rd+%/=&~\""));
    assert_eq!(authorization(&request), Some("Basic Y29uZjpwQHNzOndvIHJkKyUvPSZ+Ig=="));
}

#[test]
// rows 44
fn the_secret_in_the_body_is_form_encoded() {
    let request = token_request(ID, ClientAuth::body(SECRET));
    assert_eq!(authorization(&request), None);
    let body = pairs(request.body.expose());
    assert_eq!(value_of(&body, "client_id").unwrap(), ID);
    assert_eq!(value_of(&body, "client_secret").unwrap(), SECRET);
}

/// RFC 6749 §2.3: one method for each request. Some servers refuse two, even a second `client_id`.
#[test]
// rows 3
fn credentials_are_in_one_place() {
    for auth in [ClientAuth::basic("s"), ClientAuth::basic_raw("s")] {
        let request = token_request("id", auth);
        assert!(authorization(&request).is_some());
        let body = pairs(request.body.expose());
        assert_eq!((value_of(&body, "client_id"), value_of(&body, "client_secret")), (None, None));
    }
}

#[test]
// rows 41
fn a_refresh_authenticates_in_the_same_way() {
    let scenario = Scenario { auth: || ClientAuth::basic("s"), ..Scenario::default() };
    let code = scenario.to_code_received().request();
    let refresh = scenario.to_refresh().0.request();
    assert_eq!(authorization(&code), authorization(&refresh));
    assert!(!refresh.body.expose().contains("client_id"));
}

#[test]
// rows 5
fn the_secret_never_goes_into_a_url() {
    for auth in [ClientAuth::basic("hunter2"), ClientAuth::basic_raw("hunter2"), ClientAuth::body("hunter2")] {
        let pending = client("id", auth).unwrap().login().start_with_entropy(&ENTROPY).unwrap();
        assert!(!pending.authorization_url().contains("hunter2"));
        let code = pending.receive_redirect(&redirect_with("")).unwrap();
        assert!(!code.request().url.contains("hunter2"));
    }
}

/// Reddit's public clients send Basic with an empty password.
#[test]
fn basic_takes_an_empty_secret_and_the_body_does_not() {
    assert_eq!(authorization(&token_request("id", ClientAuth::basic(""))), Some("Basic aWQ6"));
    assert_eq!(client("id", ClientAuth::body("")).unwrap_err(), ConfigError::ClientSecret);
}

#[test]
// rows 43
fn a_secret_may_be_any_text_without_control_characters() {
    assert!(client("id", ClientAuth::basic("pässwörd €")).is_ok());
    for secret in ["a\nb", "a\0", "\u{7F}", "\u{85}"] {
        for auth in [ClientAuth::basic(secret), ClientAuth::basic_raw(secret), ClientAuth::body(secret)] {
            assert_eq!(client("id", auth).unwrap_err(), ConfigError::ClientSecret);
        }
    }
    assert_eq!(client("id", ClientAuth::Body(Secret::from("x".repeat(16385)))).unwrap_err(), ConfigError::ClientSecret);
}

#[test]
// rows 2, 43
fn a_client_id_is_visible_ascii_and_spaces() {
    for id in ["", "a\nb", "é", "\u{7F}", &"x".repeat(16385)] {
        assert_eq!(client(id, ClientAuth::None).unwrap_err(), ConfigError::ClientId);
    }
    assert!(client("a b!~", ClientAuth::None).is_ok());
}

/// A server splits raw credentials at the first colon.
#[test]
fn a_client_id_with_a_colon_cannot_be_sent_raw() {
    assert_eq!(client("a:b", ClientAuth::basic_raw("s")).unwrap_err(), ConfigError::ClientIdColon);
    assert!(client("a:b", ClientAuth::basic("s")).is_ok());
}
