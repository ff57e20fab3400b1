//! Options of a login and extra parameters on both legs.

use authcode::limits::MAX_PARAMETER_LEN;
use authcode::{Leg, ParameterError, Unstarted};

use crate::scenario::*;

const LEGS: [Leg; 2] = [Leg::Authorization, Leg::Token];

fn login() -> Unstarted {
    Scenario { scope: "", audience: None, ..Scenario::default() }.to_unstarted()
}

type Pairs = Vec<(String, String)>;

/// What goes out on the two legs.
fn sent(login: Unstarted) -> (Pairs, Pairs) {
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    let url = query_pairs(&pending.authorization_url());
    let code = pending.receive_redirect(&redirect_with("")).unwrap();
    (url, pairs(code.token_request().body.expose()))
}

#[test]
// rows 91
fn audience_goes_out_on_both_legs() {
    let (url, body) = sent(login().audience("https://api.loomai.com/").unwrap());
    assert_eq!(value_of(&url, "audience").unwrap(), "https://api.loomai.com/");
    assert_eq!(value_of(&body, "audience").unwrap(), "https://api.loomai.com/");
}

#[test]
fn hint_and_prompt_go_out_on_the_first_leg() {
    let (url, body) = sent(login().login_hint("ann@example.com").and_then(|login| login.prompt("consent")).unwrap());
    assert_eq!(value_of(&url, "login_hint").unwrap(), "ann@example.com");
    assert_eq!(value_of(&url, "prompt").unwrap(), "consent");
    assert_eq!((value_of(&body, "login_hint"), value_of(&body, "prompt")), (None, None));
}

/// RFC 6749 §3.1: a parameter must not come twice.
#[test]
fn an_option_that_is_set_twice_is_sent_once() {
    let login = login()
        .prompt("none")
        .and_then(|login| login.prompt("login"))
        .and_then(|login| login.login_hint("ann"))
        .and_then(|login| login.login_hint("bob"))
        .and_then(|login| login.audience("a"))
        .and_then(|login| login.audience("b"))
        .unwrap();
    let (url, _) = sent(login);
    for (name, value) in [("prompt", "login"), ("login_hint", "bob"), ("audience", "b")] {
        let values: Vec<_> = url.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, [value], "{name}");
    }
}

#[test]
fn parameters_keep_their_order_and_may_repeat() {
    let login = login()
        .param(Leg::Token, "b", "2")
        .and_then(|login| login.param(Leg::Token, "a", "1"))
        .and_then(|login| login.param(Leg::Token, "b", "3"))
        .and_then(|login| login.param(Leg::Authorization, "grant_options[]", "per-user & so on"))
        .unwrap();
    let (url, body) = sent(login);
    assert_eq!(url.last().unwrap(), &("grant_options[]".to_owned(), "per-user & so on".to_owned()));
    let extra: Vec<_> = body.iter().rev().take(3).rev().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(extra, [("b", "2"), ("a", "1"), ("b", "3")]);
}

#[test]
// rows 8, 48
fn names_of_the_protocol_are_refused_on_both_legs() {
    for name in [
        "audience",
        "client_assertion",
        "client_assertion_type",
        "client_id",
        "client_secret",
        "code",
        "code_challenge",
        "code_challenge_method",
        "code_verifier",
        "grant_type",
        "redirect_uri",
        "refresh_token",
        "request",
        "request_uri",
        "response_type",
        "scope",
        "state",
    ] {
        for leg in LEGS {
            assert_eq!(login().param(leg, name, "x").unwrap_err(), ParameterError::Reserved(name));
        }
        if name != "audience" {
            assert_eq!(refreshing().add_param(name, "x").unwrap_err(), ParameterError::Reserved(name));
        }
    }
}

#[test]
// rows 42
fn names_that_are_none_are_refused() {
    for name in ["", "a b", "a=b", "a&b", "é", "a\n", "a%20"] {
        assert_eq!(login().param(Leg::Token, name, "x").unwrap_err(), ParameterError::Name(name.to_owned()));
    }
}

#[test]
// rows 8
fn empty_values_are_refused() {
    assert_eq!(login().param(Leg::Token, "a", "").unwrap_err(), ParameterError::EmptyValue("a".to_owned()));
    assert_eq!(login().audience("").unwrap_err(), ParameterError::EmptyValue("audience".to_owned()));
    assert_eq!(login().login_hint("").unwrap_err(), ParameterError::EmptyValue("login_hint".to_owned()));
}

#[test]
fn values_have_a_limit() {
    let fits = "x".repeat(MAX_PARAMETER_LEN);
    let over = "x".repeat(MAX_PARAMETER_LEN + 1);
    assert!(login().param(Leg::Token, "a", &fits).is_ok());
    assert!(login().param(Leg::Token, &fits, "x").is_ok());
    assert_eq!(login().param(Leg::Token, "a", &over).unwrap_err(), ParameterError::TooLong("a".to_owned()));
    assert_eq!(login().param(Leg::Token, &over, "x").unwrap_err(), ParameterError::TooLong("a name".to_owned()));
    assert!(login().audience(&fits).is_ok());
    assert_eq!(login().audience(&over).unwrap_err(), ParameterError::TooLong("audience".to_owned()));
}

#[cfg(feature = "std")]
mod typed {
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Serialize)]
    struct Extra<'a> {
        access_type: &'a str,
        max_age: u32,
        hint: Option<&'a str>,
    }

    #[test]
    fn a_struct_becomes_parameters() {
        let extra = Extra { access_type: "off line", max_age: 60, hint: None };
        let (url, _) = sent(login().params(Leg::Authorization, &extra).unwrap());
        assert_eq!(value_of(&url, "access_type").unwrap(), "off line");
        assert_eq!(value_of(&url, "max_age").unwrap(), "60");
        assert_eq!(value_of(&url, "hint"), None);
    }

    #[test]
    fn a_list_of_pairs_becomes_parameters() {
        let (_, body) = sent(login().params(Leg::Token, &[("resource", "a"), ("resource", "b")]).unwrap());
        assert_eq!(body.iter().filter(|(name, _)| name == "resource").count(), 2);
    }

    #[test]
    fn typed_parameters_are_checked_like_others() {
        let refused = |params: &[(&str, &str)]| login().params(Leg::Token, &params).unwrap_err();
        assert_eq!(refused(&[("a", "1"), ("state", "x")]), ParameterError::Reserved("state"));
        assert_eq!(refused(&[("a b", "1")]), ParameterError::Name("a b".to_owned()));
        assert_eq!(login().params(Leg::Token, &17).unwrap_err(), ParameterError::NotPairs);
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Tenant {
        #[serde(rename = "realmId")]
        realm: u64,
        shop: Option<String>,
    }

    #[test]
    fn parameters_of_the_redirect_become_a_struct() {
        let code = awaiting_redirect().receive_redirect(&redirect_with("&realmId=42&shop=a+%26+b")).unwrap();
        assert_eq!(code.redirect_params::<Tenant>().unwrap(), Tenant { realm: 42, shop: Some("a & b".to_owned()) });
        let code = awaiting_redirect().receive_redirect(&redirect_with("&realmId=x")).unwrap();
        assert_eq!(code.redirect_params::<Tenant>().unwrap_err(), ParameterError::NotPairs);
    }
}
