//! Dialects that are made at run time, and what no dialect can do.

use authcode::limits::MAX_DIALECT_ENTRIES;
use authcode::{ConfigError, Dialect, LifetimeFormat, Server};

const FULL: Dialect = Dialect::STANDARD
    .with_authorization_names(&[("client_id", "appid")])
    .with_authorization_params(&[("access_type", "offline")])
    .without_authorization_params(&["audience"])
    .with_token_names(&[("client_secret", "secret")])
    .with_token_params(&[("action", "requesttoken")])
    .without_token_params(&["redirect_uri"])
    .with_redirect_names(&[("code", "auth_code")])
    .with_response_paths(&[("access_token", &["data", "access_token"]), ("error", &["errors", "0", "type"])])
    .with_scope_separator(',')
    .with_fragment("redirect")
    .with_state_in_redirect_uri()
    .with_redirect_uri_in_refresh()
    .with_json_requests()
    .with_form_responses()
    .with_lifetime_path(&["data", "expires_on"], LifetimeFormat::UnixSeconds)
    .with_zero_lifetime_unstated()
    .with_assumed_lifetime(3600)
    .with_assumed_bearer()
    .with_bearer_aliases(&["bot"])
    .with_dead_refresh_token_codes(&["bad_refresh_token"])
    .with_invalid_client_codes(&["incorrect_client_credentials"]);

const FULL_AS_JSON: &str = r#"{
    "authorization_names": {"client_id": "appid"},
    "authorization_params": {"access_type": "offline"},
    "without_authorization_params": ["audience"],
    "token_names": {"client_secret": "secret"},
    "token_params": {"action": "requesttoken"},
    "without_token_params": ["redirect_uri"],
    "redirect_names": {"code": "auth_code"},
    "response_paths": {"access_token": ["data", "access_token"], "error": ["errors", "0", "type"]},
    "scope_separator": ",",
    "fragment": "redirect",
    "state_in_redirect_uri": true,
    "redirect_uri_in_refresh": true,
    "json_requests": true,
    "form_responses": true,
    "lifetime": {"path": ["data", "expires_on"], "format": "unix_seconds"},
    "zero_lifetime_unstated": true,
    "assumed_lifetime": 3600,
    "assumed_bearer": true,
    "bearer_aliases": ["bot"],
    "dead_refresh_token_codes": ["bad_refresh_token"],
    "invalid_client_codes": ["incorrect_client_credentials"]
}"#;

fn check(dialect: Dialect) -> Result<(), ConfigError> {
    Server::new("https://login.example/a", "https://login.example/t").unwrap().with_dialect(dialect).map(drop)
}

#[test]
fn a_dialect_is_the_same_in_a_const_and_in_a_file() {
    check(FULL).unwrap();
    assert_eq!(serde_json::from_str::<Dialect>(FULL_AS_JSON).unwrap(), FULL);
    assert_ne!(FULL, Dialect::STANDARD);
    assert_eq!(serde_json::from_str::<Dialect>("{}").unwrap(), Dialect::STANDARD);
    let renamed =
        Dialect::STANDARD.with_response_names(&[("scope", "scopes")]).with_lifetime("ttl", LifetimeFormat::Seconds);
    let json = r#"{"response_names": {"scope": "scopes"}, "lifetime": {"name": "ttl", "format": "seconds"}}"#;
    assert_eq!(serde_json::from_str::<Dialect>(json).unwrap(), renamed);
}

#[test]
fn a_file_with_a_mistake_is_refused() {
    for json in [
        r#"{"scope_seperator": ","}"#,
        r#"{"scope_separator": ", "}"#,
        r#"{"authorization_names": {"client_id": "a", "client_id": "b"}}"#,
        r#"{"authorization_names": {"client": "a"}}"#,
        r#"{"authorization_names": {"client_id": ""}}"#,
        r#"{"authorization_params": {"state": "x"}}"#,
        r#"{"lifetime": {"format": "seconds"}}"#,
        r#"{"lifetime": {"name": "a", "path": ["b"], "format": "seconds"}}"#,
        r#"{"lifetime": {"path": [], "format": "seconds"}}"#,
        r#"{"lifetime": {"name": "a", "format": "minutes"}}"#,
        r#"{"response_paths": {"access_token": []}}"#,
        r#"{"response_paths": {"access_token": ["data", ""]}}"#,
        r#"{"response_paths": {"expires_in": ["data"]}}"#,
        r#"{"fragment": ""}"#,
    ] {
        assert!(serde_json::from_str::<Dialect>(json).is_err(), "{json}");
    }
}

/// Each name of a response is compared with each of them.
#[test]
fn a_file_has_a_limited_number_of_entries_and_steps() {
    let texts = |count: usize| (0..count).map(|number| format!("\"t{number}\"")).collect::<Vec<_>>();
    let list = |count| format!("[{}]", texts(count).join(","));
    let map = |count| {
        format!("{{{}}}", texts(count).iter().map(|text| format!("{text}:{text}")).collect::<Vec<_>>().join(","))
    };
    let read = |json: String| serde_json::from_str::<Dialect>(&json).map_err(|error| error.to_string());
    for list_name in ["bearer_aliases", "dead_refresh_token_codes", "invalid_client_codes"] {
        assert!(read(format!(r#"{{"{list_name}":{}}}"#, list(MAX_DIALECT_ENTRIES))).is_ok());
        let error = read(format!(r#"{{"{list_name}":{}}}"#, list(MAX_DIALECT_ENTRIES + 1))).unwrap_err();
        assert!(error.contains(list_name), "{error}");
    }
    for param in ["authorization_params", "token_params"] {
        assert!(read(format!(r#"{{"{param}":{}}}"#, map(MAX_DIALECT_ENTRIES))).is_ok());
        assert!(read(format!(r#"{{"{param}":{}}}"#, map(MAX_DIALECT_ENTRIES + 1))).unwrap_err().contains(param));
    }
    let path = |count| format!(r#"{{"response_paths":{{"access_token":{}}}}}"#, list(count));
    assert!(read(path(MAX_DIALECT_ENTRIES)).is_ok() && read(path(MAX_DIALECT_ENTRIES + 1)).is_err());
    let lifetime = |count| format!(r#"{{"lifetime":{{"path":{},"format":"seconds"}}}}"#, list(count));
    assert!(read(lifetime(MAX_DIALECT_ENTRIES)).is_ok() && read(lifetime(MAX_DIALECT_ENTRIES + 1)).is_err());
}

#[test]
fn a_dialect_cannot_reach_what_a_login_rests_on() {
    for name in
        ["nonce", "dpop_jkt", "client_assertion", "state", "code_challenge", "request", "Nonce", "state[]", "dpop.jkt"]
    {
        for dialect in [
            format!(r#"{{"authorization_params": {{"{name}": "x"}}}}"#),
            format!(r#"{{"token_params": {{"{name}": "x"}}}}"#),
            format!(r#"{{"authorization_names": {{"audience": "{name}"}}}}"#),
            format!(r#"{{"without_authorization_params": ["{name}"]}}"#),
        ] {
            assert!(serde_json::from_str::<Dialect>(&dialect).is_err(), "{dialect}");
        }
    }
    for alias in [&["DPoP"], &["dpop"], &[""]] {
        let dialect = Dialect::STANDARD.with_bearer_aliases(alias);
        assert_eq!(check(dialect), Err(ConfigError::Dialect(alias[0].into())));
    }
    for code in [&["invalid_grant"], &["invalid_client"], &["temporarily_unavailable"], &[""]] {
        for dialect in
            [Dialect::STANDARD.with_dead_refresh_token_codes(code), Dialect::STANDARD.with_invalid_client_codes(code)]
        {
            assert_eq!(check(dialect), Err(ConfigError::Dialect(code[0].into())));
        }
    }
    let contradiction = Dialect::STANDARD.with_dead_refresh_token_codes(&["x"]).with_invalid_client_codes(&["x"]);
    assert_eq!(check(contradiction), Err(ConfigError::Dialect("x".into())));
    for param in [&[("client.id", "x")], &[("Scope", "x")], &[("redirect_uri[]", "x")]] {
        let dialect = Dialect::STANDARD.with_authorization_params(param);
        assert_eq!(check(dialect), Err(ConfigError::Dialect(param[0].0.into())));
    }
}
