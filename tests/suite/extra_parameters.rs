//! Options of a login and extra parameters on both legs.

use authcode::limits::{MAX_PARAMETER_LEN, MAX_PARAMETER_NAME_LEN};
use authcode::{AwaitingRedirect, Client, ParameterError, RefreshOptions, ResumeError, Server, Suspended, Unstarted};

use crate::scenario::*;

fn login() -> Unstarted {
    Scenario { scope: "", audience: None, ..Scenario::default() }.to_unstarted()
}

type Pairs = Vec<(String, String)>;

/// What goes out on the two legs.
fn sent(login: &Unstarted) -> (Pairs, Pairs) {
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    let url = query_pairs(&pending.authorization_url());
    let code = pending.receive_redirect(&redirect_with("")).unwrap();
    (url, pairs(code.request().body.expose()))
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
    let mut login = login();
    for (prompt, hint, audience) in [("none", "ann", "a"), ("login", "bob", "b")] {
        login.prompt(prompt).unwrap().login_hint(hint).unwrap().audience(audience).unwrap();
    }
    let (url, _) = sent(&login);
    for (name, value) in [("prompt", "login"), ("login_hint", "bob"), ("audience", "b")] {
        let values: Vec<_> = url.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, [value], "{name}");
    }
}

#[test]
fn parameters_keep_their_order_and_only_a_list_repeats() {
    let mut login = login();
    login.token_param("b[]", "2").unwrap().token_param("a", "1").unwrap().token_param("b[]", "3").unwrap();
    login.authorization_param("grant_options[]", "per-user & so on").unwrap();
    assert_eq!(login.token_param("a", "2").unwrap_err(), ParameterError::Repeated("a".to_owned()));
    // On the other leg it is another parameter.
    login.clone().authorization_param("a", "2").unwrap();
    let (url, body) = sent(&login);
    assert_eq!(url.last().unwrap(), &("grant_options[]".to_owned(), "per-user & so on".to_owned()));
    let extra: Vec<_> = body.iter().rev().take(3).rev().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(extra, [("b[]", "2"), ("a", "1"), ("b[]", "3")]);
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
        "resource",
        "response_type",
        "scope",
        "state",
    ] {
        let reserved = ParameterError::Reserved(name.into());
        assert_eq!(login().authorization_param(name, "x").unwrap_err(), reserved);
        assert_eq!(login().token_param(name, "x").unwrap_err(), reserved);
        let mut options = RefreshOptions::default();
        let refused = options.param(name, "x").map(|options| authorized().renewal_with(options).unwrap_err());
        assert_eq!(refused.unwrap_or_else(|error| error), reserved);
    }
}

#[test]
// rows 42
fn invalid_names_are_refused() {
    for name in ["", "a b", "a=b", "a&b", "é", "a\n", "a%20"] {
        assert_eq!(login().token_param(name, "x").unwrap_err(), ParameterError::Name(name.to_owned()));
    }
}

#[test]
// rows 8
fn empty_values_are_refused() {
    assert_eq!(login().token_param("a", "").unwrap_err(), ParameterError::EmptyValue("a".to_owned()));
    assert_eq!(login().audience("").unwrap_err(), ParameterError::EmptyValue("audience".to_owned()));
    assert_eq!(login().login_hint("").unwrap_err(), ParameterError::EmptyValue("login_hint".to_owned()));
}

#[test]
fn values_have_a_limit() {
    let fits = "x".repeat(MAX_PARAMETER_LEN);
    let over = "x".repeat(MAX_PARAMETER_LEN + 1);
    assert!(login().token_param("a", &fits).is_ok());
    assert_eq!(login().token_param("a", &over).unwrap_err(), ParameterError::TooLong("a".to_owned()));
    assert!(login().audience(&fits).is_ok());
    assert_eq!(login().audience(&over).unwrap_err(), ParameterError::TooLong("audience".to_owned()));
}

/// Each name is compared with the others, in a stored form, too.
#[test]
fn names_have_a_limit_of_their_own() {
    let fits = "x".repeat(MAX_PARAMETER_NAME_LEN);
    let over = "x".repeat(MAX_PARAMETER_NAME_LEN + 1);
    assert!(login().token_param(&fits, "x").is_ok());
    assert!(login().authorization_param(&fits, "x").is_ok());
    assert!(RefreshOptions::default().param(&fits, "x").is_ok());
    for name in [over.clone(), over.repeat(1000), format!("{over}[]"), "é".repeat(MAX_PARAMETER_NAME_LEN)] {
        assert_eq!(login().token_param(&name, "x").unwrap_err(), ParameterError::NameTooLong);
        assert_eq!(login().authorization_param(&name, "x").unwrap_err(), ParameterError::NameTooLong);
        assert_eq!(RefreshOptions::default().param(&name, "x").unwrap_err(), ParameterError::NameTooLong);
    }
    let mut login = login();
    login.authorization_param(&fits, "x").unwrap();
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    let (client, form) = (pending.client().clone(), pending.suspend().to_json());
    let resumed = |text: &str| AwaitingRedirect::resume(Suspended::from_json(text).unwrap(), &client);
    assert!(resumed(form.expose()).is_ok());
    let refused = resumed(&form.expose().replace(&fits, &over)).unwrap_err();
    assert_eq!(refused.error(), &ResumeError::Damaged);
}

/// PHP, Rails, Express and ASP.NET read these as the same parameter, and which of two values counts differs.
#[test]
fn a_parameter_is_not_sent_twice_under_names_that_are_read_alike() {
    let alike =
        ["prompt", "prompt[]", "prompt[x]", "prompt[x][]", "[prompt]", "prompt]", "[prompt", "Prompt", "PROMPT[]"];
    for name in alike {
        let repeated = ParameterError::Repeated(name.to_owned());
        let mut login = Scenario::default().client().login();
        login.prompt("login").unwrap();
        assert_eq!(login.authorization_param(name, "none").unwrap_err(), repeated, "{name}");
        // In the other order, and as parameters of the caller alone.
        let mut login = Scenario::default().client().login();
        login.authorization_param(name, "none").unwrap();
        let again = login.prompt("login").err();
        assert_eq!(again, (name != "prompt").then(|| ParameterError::Repeated("prompt".to_owned())), "{name}");
        for other in alike {
            let mut login = Scenario::default().client().login();
            login.token_param(other, "x").unwrap();
            let mut options = RefreshOptions::default();
            options.param(other, "x").unwrap();
            // `prompt[]` and `prompt[x]` are items of one list, and `prompt[]` repeats.
            let is_item = |name: &str| name.ends_with(']') && !matches!(name, "prompt]" | "[prompt]");
            let is_list = is_item(name) && is_item(other) && !name.eq_ignore_ascii_case(other);
            let is_again = name == other && name.ends_with("[]");
            let expected = if is_list || is_again { None } else { Some(repeated.clone()) };
            assert_eq!(login.token_param(name, "y").err(), expected, "{other} and {name}");
            assert_eq!(options.param(name, "y").err(), expected, "{other} and {name}");
        }
    }
    // Other names.
    let mut login = Scenario::default().client().login();
    login.prompt("login").unwrap();
    for name in ["prompts", "prompt_", "xprompt", "x[prompt]", "promp[t]", "prompt-x"] {
        login.authorization_param(name, "none").unwrap_or_else(|_| panic!("{name}"));
    }
}

#[test]
fn a_parameter_in_the_query_of_an_endpoint_is_not_sent_again_under_a_name_that_is_read_alike() {
    let queries = [
        "prompt",
        "prompt%5B%5D",
        "prompt%5Bx%5D",
        "%20prompt",
        "+prompt",
        "prompt%00",
        "%70rompt",
        "%5Bprompt%5D",
        "Prompt",
    ];
    for query in queries {
        let client = |authorize: &str, token: &str| {
            let server = Server::new(authorize.to_owned(), token.to_owned()).unwrap();
            Client::new(server, "id", REDIRECT_URI).unwrap()
        };
        let mut login = client(&format!("{AUTHORIZE}?a&{query}=none"), TOKEN).login();
        assert_eq!(login.prompt("login").unwrap_err(), ParameterError::Repeated("prompt".to_owned()), "{query}");
        for name in ["prompt", "prompt[]", "[prompt]", "PROMPT"] {
            let is_list = query == "prompt%5Bx%5D" && name == "prompt[]";
            let expected = (!is_list).then(|| ParameterError::Repeated(name.to_owned()));
            assert_eq!(login.authorization_param(name, "login").err(), expected, "{query} and {name}");
            let mut login = client(AUTHORIZE, &format!("{TOKEN}?a&{query}=none")).login();
            assert_eq!(login.token_param(name, "login").err(), expected, "{query} and {name}");
        }
        assert!(login.login_hint("ann").is_ok());
    }
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
        let (url, _) = sent(login().authorization_params(&extra).unwrap());
        assert_eq!(value_of(&url, "access_type").unwrap(), "off line");
        assert_eq!(value_of(&url, "max_age").unwrap(), "60");
        assert_eq!(value_of(&url, "hint"), None);
    }

    #[test]
    fn a_list_of_pairs_becomes_parameters() {
        let (_, body) = sent(login().token_params(&[("tag[]", "a"), ("tag[]", "b")]).unwrap());
        assert_eq!(body.iter().filter(|(name, _)| name == "tag[]").count(), 2);
    }

    #[test]
    fn typed_parameters_are_checked_like_others() {
        let refused = |params: &[(&str, &str)]| {
            let mut login = login();
            let error = login.token_params(&params).unwrap_err();
            // All of them, or none.
            assert_eq!(value_of(&sent(&login).1, "a"), None);
            error
        };
        assert_eq!(refused(&[("a", "1"), ("state", "x")]), ParameterError::Reserved("state".into()));
        assert_eq!(refused(&[("a", "1"), ("a", "2")]), ParameterError::Repeated("a".to_owned()));
        assert_eq!(refused(&[("a b", "1")]), ParameterError::Name("a b".to_owned()));
        assert_eq!(login().token_params(&17).unwrap_err(), ParameterError::NotPairs);
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
