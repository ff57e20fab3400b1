//! `Server` and `Client`: a wrong value is refused at construction, and the error says which and why.

use authcode::{Client, ConfigError, IssParameter, Server, Uri, UriError};

use crate::scenario::*;

fn server(authorize: &str, token: &str) -> Result<Server, ConfigError> {
    Server::new(authorize, token)
}

#[test]
// rows 1
fn endpoints_are_https() {
    assert!(server(AUTHORIZE, TOKEN).is_ok());
    for endpoint in ["http://server.example.com/x", "http://127.0.0.1/x", "com.example:/x"] {
        assert_eq!(server(endpoint, TOKEN).unwrap_err(), ConfigError::Insecure("authorization endpoint"));
        assert_eq!(server(AUTHORIZE, endpoint).unwrap_err(), ConfigError::Insecure("token endpoint"));
    }
}

#[test]
fn http_on_loopback_must_be_asked_for_by_name() {
    for host in ["127.0.0.1", "127.0.0.1:8080", "[::1]:8080", "localhost", "localhost:1"] {
        let endpoint = format!("http://{host}/x");
        assert!(Server::danger_loopback_http(&endpoint, &endpoint).is_ok(), "{endpoint}");
    }
    for host in ["127.0.0.2", "example.com", "localhost.example.com", "0.0.0.0", "10.0.0.1", "[::2]"] {
        let endpoint = format!("http://{host}/x");
        let error = Server::danger_loopback_http(&endpoint, &endpoint).unwrap_err();
        assert_eq!(error, ConfigError::Insecure("authorization endpoint"), "{endpoint}");
    }
    assert!(Server::danger_loopback_http(AUTHORIZE, TOKEN).is_ok());
}

#[test]
fn an_error_says_which_uri_and_why() {
    let bad = "https://user@server.example.com/";
    assert_eq!(server(bad, TOKEN).unwrap_err(), ConfigError::AuthorizationEndpoint(UriError::UserInfo));
    assert_eq!(server(AUTHORIZE, bad).unwrap_err(), ConfigError::TokenEndpoint(UriError::UserInfo));
    let good = || server(AUTHORIZE, TOKEN).unwrap();
    assert_eq!(good().with_issuer(bad, IssParameter::Optional).unwrap_err(), ConfigError::Issuer(UriError::UserInfo));
    assert_eq!(Client::new(good(), "id", bad).unwrap_err(), ConfigError::RedirectUri(UriError::UserInfo));
    // The message says which, its source says why. Neither is printed twice.
    let error = server(bad, TOKEN).unwrap_err();
    assert_eq!(error.to_string(), "authorization endpoint: not accepted");
    assert_eq!(core::error::Error::source(&error).unwrap().to_string(), UriError::UserInfo.to_string());
}

#[test]
// rows 8
fn an_endpoint_may_not_bring_parameters_of_the_protocol() {
    for (query, name) in [
        ("client_id=x", "client_id"),
        ("a=b&state=x", "state"),
        ("%73tate=x", "state"),
        ("redirect_uri=https://evil.example/", "redirect_uri"),
        ("code_challenge_method=plain", "code_challenge_method"),
        ("audience", "audience"),
    ] {
        let endpoint = format!("https://server.example.com/x?{query}");
        assert_eq!(
            server(&endpoint, TOKEN).unwrap_err(),
            ConfigError::ReservedParameter("authorization endpoint", name.into())
        );
        assert_eq!(
            server(AUTHORIZE, &endpoint).unwrap_err(),
            ConfigError::ReservedParameter("token endpoint", name.into())
        );
    }
    assert!(server("https://server.example.com/x?tenant=7", "https://server.example.com/y?tenant=7").is_ok());
}

#[test]
// rows 83
fn an_issuer_is_https_and_has_no_query() {
    let with_issuer = |issuer: &str| server(AUTHORIZE, TOKEN).unwrap().with_issuer(issuer, IssParameter::Optional);
    assert!(with_issuer("https://server.example.com").is_ok());
    assert!(with_issuer("https://server.example.com/tenant/").is_ok());
    assert_eq!(with_issuer("https://a.example/?x").unwrap_err(), ConfigError::Issuer(UriError::Query));
    assert_eq!(with_issuer("https://a.example/#x").unwrap_err(), ConfigError::Issuer(UriError::Fragment));
    assert_eq!(with_issuer("http://a.example/").unwrap_err(), ConfigError::Insecure("issuer"));
    assert_eq!(with_issuer("http://127.0.0.1/").unwrap_err(), ConfigError::Insecure("issuer"));
    let loopback = Server::danger_loopback_http("http://127.0.0.1/a", "http://127.0.0.1/t").unwrap();
    assert!(loopback.with_issuer("http://127.0.0.1/", IssParameter::Required).is_ok());
}

#[test]
fn a_configuration_can_be_read_back() {
    let client = Scenario { issuer: Some(IssParameter::Optional), ..Scenario::default() }.client();
    assert_eq!(client.client_id(), "s6BhdRkqt3");
    assert_eq!(client.redirect_uri().as_str(), REDIRECT_URI);
    assert_eq!(client.server().authorization_endpoint().as_str(), AUTHORIZE);
    assert_eq!(client.server().token_endpoint().as_str(), TOKEN);
    assert_eq!(client.server().issuer(), Some(ISSUER));
    assert_eq!(client.server().dialect(), &authcode::Dialect::default());
}

#[test]
fn uris_are_accepted_as_text_and_as_uri() {
    let uri = Uri::parse(AUTHORIZE).unwrap();
    let url_text = &AUTHORIZE.to_owned();
    assert!(Server::new(uri.clone(), TOKEN.to_owned()).is_ok());
    assert!(Server::new(url_text, uri).is_ok());
}

#[cfg(feature = "url")]
#[test]
fn a_url_of_the_url_crate_is_converted() {
    let url = url::Url::parse("HTTPS://Bücher.Example:443/a/../login").unwrap();
    assert!(Server::new(url.clone(), &url).is_ok());
    let uri = Uri::try_from(url).unwrap();
    assert_eq!(uri.as_str(), "https://xn--bcher-kva.example/login");
    assert_eq!(url::Url::try_from(&uri).unwrap().as_str(), uri.as_str());
    // Without the tables of the `url` crate the punycode cannot be validated.
    assert_eq!(Uri::parse(uri.as_str()).unwrap_err(), UriError::InternationalHost);
}
