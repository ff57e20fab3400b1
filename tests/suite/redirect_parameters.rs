//! The parameters of a redirect: which are the redirect URI's own, and which are kept for the caller.

use authcode::{Client, CodeReceived, ConfigError, Redirect, RedirectError, Server, UriError};
use proptest::prelude::*;

use crate::scenario::*;

fn receive_at(redirect_uri: &'static str, query: &str) -> Result<CodeReceived, RedirectError> {
    let pending = Scenario { redirect_uri, ..Scenario::default() }.to_awaiting_redirect();
    let query = format!("{query}&{}", answer());
    pending.receive_redirect(Redirect::query(&query)).map_err(|refused| refused.into_error())
}

/// Servers encode the query of the redirect URI anew, and put their own parameters anywhere.
#[test]
fn the_query_of_the_redirect_uri_comes_back_decoded_alike_and_in_any_order() {
    const URI: &str = "https://client.example.com/cb?tenant=a%20b&x=1&x=2&y";
    for query in ["tenant=a%20b&x=1&x=2&y", "x=2&x=1&y=&tenant=a+b", "z=1&x=2&x=1&%79=&ten%61nt=a+b&q"] {
        assert!(receive_at(URI, query).is_ok(), "{query}");
    }
    for query in [
        "",
        "tenant=a&x=1&x=2&y",
        "tenant=a%20b&x=1&x=1&y",
        "tenant=a%20b&x=1&x=2",
        "tenant=a%20b&x=1&x=2&x=3&y",
        "tenant=a%20b&x=1&x=2&y&y",
        "tenant=a%20b&x=1&x=2&y&tenant=evil",
        "Tenant=a%20b&x=1&x=2&y",
    ] {
        assert_eq!(receive_at(URI, query).unwrap_err(), RedirectError::NotOurs, "{query}");
    }
}

/// They are compared in groups of 16.
#[test]
fn a_redirect_uri_may_have_many_parameters() {
    const URI: &str = "https://client.example.com/cb?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=1&k=2&l=3&m=4&n=5&o=6&p=7";
    let server = Server::new("https://server.example.com/authorize", "https://server.example.com/token").unwrap();
    let error = Client::new(server, "client", &*format!("{URI}&q=8")).unwrap_err();
    assert_eq!(error, ConfigError::RedirectUri(UriError::TooLong));
    let (_, own) = URI.split_once('?').unwrap();
    assert!(receive_at(URI, own).is_ok());
    let reversed: Vec<_> = own.split('&').rev().collect();
    assert!(receive_at(URI, &reversed.join("&")).is_ok());
    for missing in own.split('&') {
        let rest: Vec<_> = own.split('&').filter(|pair| *pair != missing).collect();
        assert_eq!(receive_at(URI, &rest.join("&")).unwrap_err(), RedirectError::NotOurs, "{missing}");
        let again = format!("{own}&{missing}");
        assert_eq!(receive_at(URI, &again).unwrap_err(), RedirectError::NotOurs, "{again}");
    }
}

#[test]
fn what_cannot_be_decoded_is_left_out() {
    let code = receive_at(REDIRECT_URI, "t=7&x=1&x=2&y=%FF&%zz=1&realm=12+3&e=&%FF=1").unwrap();
    let get = |name| code.redirect_param(name);
    for (name, value) in [("t", "7"), ("x", "1"), ("realm", "12 3"), ("e", "")] {
        assert_eq!(get(name).as_deref(), Some(value));
    }
    assert_eq!((get("y"), get("%zz"), get("code"), get("state")), (None, None, None, None));
    #[cfg(feature = "std")]
    {
        let all: Vec<(String, String)> = code.redirect_params().unwrap();
        let expected = [("t", "7"), ("x", "1"), ("x", "2"), ("realm", "12 3"), ("e", "")];
        assert_eq!(all, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    // A map and a struct have the first one of a name, too.
    #[cfg(feature = "std")]
    {
        #[derive(serde::Deserialize)]
        struct Known {
            x: u8,
        }
        let map: std::collections::HashMap<String, String> = code.redirect_params().unwrap();
        assert_eq!((map["x"].as_str(), map.len()), ("1", 4));
        assert_eq!(code.redirect_params::<Known>().unwrap().x, 1);
        let encoded = receive_at(REDIRECT_URI, "location=us&%6Cocation=evil").unwrap();
        let map: std::collections::BTreeMap<String, String> = encoded.redirect_params().unwrap();
        assert_eq!(map.into_iter().collect::<Vec<_>>(), [("location".to_owned(), "us".to_owned())]);
    }
    // If the protocol has it, the redirect is rejected, and the login goes on waiting.
    for broken in ["error=%FF", "error=%zz", "error_description=%E2%82", "iss=%C0%80", "error_uri=%ED%A0%80"] {
        assert_eq!(receive_at(REDIRECT_URI, broken).unwrap_err(), RedirectError::Malformed, "{broken}");
    }
}

/// Up to the limit of a redirect, and in the stored form, too.
#[test]
fn a_long_parameter_is_kept_whole() {
    for (written, len) in [("x", 60_000), ("%C3%A9", 10_000), ("+", 55_303)] {
        let query = format!("long={}&e=1", written.repeat(len));
        let code = receive_at(REDIRECT_URI, &query).unwrap();
        let expected = form_urlencoded::parse(query.as_bytes()).next().unwrap().1.into_owned();
        assert_eq!(
            (code.redirect_param("long").as_deref(), code.redirect_param("e").as_deref()),
            (Some(&*expected), Some("1"))
        );
        let code = CodeReceived::resume(code.suspend(), code.client()).unwrap();
        assert_eq!(
            (code.redirect_param("long").as_deref(), code.redirect_param("e").as_deref()),
            (Some(&*expected), Some("1"))
        );
    }
}

proptest! {
    /// As an independent reader sees them.
    #[test]
    fn every_other_parameter_is_kept(pairs in prop::collection::vec((".{0,9}", ".{0,99}"), 0..9)) {
        // The protocol's own names would be read as such.
        let pairs: Vec<_> = pairs.into_iter().map(|(name, value)| (format!("x-{name}"), value)).collect();
        let query: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let code = receive_at(REDIRECT_URI, &query).unwrap();
        for (name, _) in &pairs {
            let first = pairs.iter().find(|(known, _)| known == name).map(|(_, value)| &**value);
            prop_assert_eq!(code.redirect_param(name), first.map(str::to_owned));
        }
        #[cfg(feature = "std")]
        prop_assert_eq!(code.redirect_params::<Vec<(String, String)>>().unwrap(), pairs);
    }
}

/// One byte of a character encoded, the other not: an absent parameter, rather than an empty one.
#[test]
fn a_redirect_parameter_that_is_encoded_by_half_is_left_out() {
    let mut query = answer().into_bytes();
    query.extend_from_slice(b"&x=\xC3%A9&y=\xC3\xA9");
    let code = awaiting_redirect().receive_redirect(Redirect::query(&query)).unwrap();
    assert_eq!((code.redirect_param("x"), code.redirect_param("y").as_deref()), (None, Some("é")));
}
