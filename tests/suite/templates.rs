//! `Unstarted` is a template: any number of logins start from it, and an option that is refused changes nothing.

use authcode::{ParameterError, ScopeError, StartError};

use crate::scenario::*;

const OTHER_ENTROPY: [u8; 64] = {
    let mut bytes = ENTROPY;
    (bytes[0], bytes[63]) = (2, 122);
    bytes
};

#[test]
fn any_number_of_logins_start_from_one_template() {
    let template = Scenario::default().to_unstarted();
    let first = template.start_with_entropy(&ENTROPY).unwrap();
    let second = template.start_with_entropy(&OTHER_ENTROPY).unwrap();
    assert_ne!(first.state(), second.state());
    let params = |url: &str| {
        let own = |name: &str| !matches!(name, "state" | "code_challenge");
        query_pairs(url).into_iter().filter(|(name, _)| own(name)).collect::<Vec<_>>()
    };
    assert_eq!(params(&first.authorization_url()), params(&second.authorization_url()));
    // Each redirect answers its own login.
    let (error, second) = recovered(second.receive_redirect(&redirect_with("")).unwrap_err());
    assert_eq!(error, authcode::RedirectError::StateMismatch);
    assert_still_awaits(first);
    drop(second);
    assert_still_awaits(template.start_with_entropy(&ENTROPY).unwrap());
}

#[test]
fn a_login_that_has_started_does_not_change_with_its_template() {
    let mut template = Scenario::default().to_unstarted();
    let pending = template.start_with_entropy(&ENTROPY).unwrap();
    let copy = template.clone();
    template.scope("email").unwrap().prompt("login").unwrap().resource("https://mcp.example.com/").unwrap();
    assert!(template.start_with_entropy(&ENTROPY).unwrap().authorization_url().contains("prompt=login"));
    assert_still_awaits(pending);
    assert_still_awaits(copy.start_with_entropy(&ENTROPY).unwrap());
}

#[test]
fn an_option_that_is_refused_changes_nothing() {
    let mut template = Scenario::default().to_unstarted();
    let empty = |name: &str| ParameterError::EmptyValue(name.to_owned());
    let illegal = template.scope("a\"b").unwrap_err();
    assert_eq!(illegal, ParameterError::Scope(ScopeError::Character));
    assert_eq!(template.audience("").unwrap_err(), empty("audience"));
    assert_eq!(template.login_hint("").unwrap_err(), empty("login_hint"));
    assert_eq!(template.prompt("").unwrap_err(), empty("prompt"));
    assert_eq!(template.resource("x").unwrap_err(), ParameterError::Resource);
    assert_eq!(template.loopback_port(7777).unwrap_err(), ParameterError::Port);
    for name in ["state", "redirect_uri", "scope", "resource"] {
        assert!(matches!(template.authorization_param(name, "x").unwrap_err(), ParameterError::Reserved(_)), "{name}");
        assert!(matches!(template.token_param(name, "x").unwrap_err(), ParameterError::Reserved(_)), "{name}");
    }
    // Of a list, none is added if one is refused.
    #[cfg(feature = "std")]
    {
        assert!(template.authorization_params(&[("ui", "dark"), ("state", "x")]).is_err());
        assert!(template.token_params(&[("ticket", "1"), ("ticket", "2")]).is_err());
    }
    assert_still_awaits(template.start_with_entropy(&ENTROPY).unwrap());
}

#[test]
fn a_port_is_set_for_the_logins_that_start_from_then_on() {
    let mut template = Scenario { redirect_uri: "http://127.0.0.1/cb", ..Scenario::default() }.to_unstarted();
    let mut start = |port| {
        let template = template.loopback_port(port).unwrap();
        template.start_with_entropy(&ENTROPY).unwrap().redirect_uri().as_str().to_owned()
    };
    assert_eq!(start(51004), "http://127.0.0.1:51004/cb");
    assert_eq!(start(51005), "http://127.0.0.1:51005/cb");
    assert_eq!(template.loopback_port(0).unwrap_err(), ParameterError::Port);
    let pending = template.start_with_entropy(&ENTROPY).unwrap();
    assert_eq!(pending.redirect_uri().as_str(), "http://127.0.0.1:51005/cb");
}

#[test]
fn a_template_survives_a_random_source_that_does_not_work() {
    let template = Scenario::default().to_unstarted();
    for _ in 0..3 {
        assert_eq!(template.start_with_entropy(&[0; 64]).unwrap_err(), StartError::NoEntropy);
    }
    assert_still_awaits(template.start_with_entropy(&ENTROPY).unwrap());
}
