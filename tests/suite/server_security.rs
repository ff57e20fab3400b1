//! Which URLs a server and a client may have.

use authcode::limits::MAX_SCOPE_TOKENS;
use authcode::{
    Client, ClientAuth, ConfigError, Dialect, Discovery, Identity, IssParameter, ParameterError, Scope, ScopeError,
    Secret, Server, Uri, UriError,
};

const AUTHORIZE: &str = "https://login.example/authorize";
const TOKEN: &str = "https://login.example/token";

fn server() -> Server {
    Server::new(AUTHORIZE, TOKEN).unwrap()
}

#[test]
fn the_host_of_a_url_is_put_into_lower_case_before_it_is_checked() {
    let uri = Uri::parse("https://Login.EXAMPLE.com:8443/Authorize?X=Y").unwrap();
    assert_eq!(uri.as_str(), "https://login.example.com:8443/Authorize?X=Y");
    assert_eq!(uri.host(), "login.example.com");
    for (text, error) in [
        ("https://0X7F000001/", UriError::Host),
        ("https://0x7F.1/", UriError::Host),
        ("https://XN--e1afmkfd.example/", UriError::InternationalHost),
        ("myapp://XN--e1afmkfd/", UriError::InternationalHost),
        ("myapp://0X7F000001/", UriError::Host),
    ] {
        assert_eq!(Uri::parse(text).unwrap_err(), error, "{text}");
    }
    assert!(Server::danger_loopback_http("http://LOCALHOST:1/a", "http://LocalHost:1/t").is_ok());
    // A custom scheme is registered as it is written.
    assert_eq!(Uri::parse("myapp://CallBack/x").unwrap().as_str(), "myapp://CallBack/x");
}

#[test]
fn an_issuer_stays_the_servers_own_text() {
    let issuer = "https://TEST.corp.example/adfs";
    let server = server().with_issuer(issuer, IssParameter::Optional).unwrap();
    assert_eq!(server.issuer(), Some(issuer));
}

#[test]
fn uris_are_given_in_any_form_and_serialized_as_text() {
    let uri = Uri::parse(TOKEN).unwrap();
    let owned = String::from(AUTHORIZE);
    for server in [Server::new(&owned, &uri), Server::new(owned.clone(), uri.clone())] {
        assert_eq!(server.unwrap(), self::server());
    }
    #[cfg(feature = "url")]
    {
        let url = url::Url::parse(TOKEN).unwrap();
        assert_eq!(Server::new(url::Url::parse(AUTHORIZE).unwrap(), &url).unwrap(), server());
    }
    let json = serde_json::to_string(&uri).unwrap();
    assert_eq!(json, format!("{TOKEN:?}"));
    assert_eq!(serde_json::from_str::<Uri>(&json).unwrap(), uri);
    #[cfg(feature = "url")]
    {
        let international = Uri::try_from(url::Url::parse("https://bücher.example/").unwrap()).unwrap();
        let json = serde_json::to_string(&international).unwrap();
        assert_eq!(serde_json::from_str::<Uri>(&json).unwrap(), international);
    }
    assert!(serde_json::from_str::<Uri>("\"https://user@login.example/\"").is_err());
}

#[test]
fn plain_http_is_for_the_named_host_alone() {
    let server = Server::danger_plain_http("http://keycloak:8080/auth", "http://keycloak:8080/token").unwrap();
    assert!(server.clone().with_issuer("http://keycloak:8080/realms/a", IssParameter::Optional).is_ok());
    // The browser of a developer reaches it on loopback.
    assert!(Server::danger_plain_http("http://localhost:8080/auth", "http://keycloak:8080/token").is_ok());

    let insecure = |which| ConfigError::Insecure(which);
    assert_eq!(
        Server::danger_plain_http("http://evil.example/auth", "http://keycloak:8080/token").unwrap_err(),
        insecure("authorization endpoint")
    );
    for url in ["http://evil.example/x", "http://keycloak.evil.example/x"] {
        assert_eq!(server.clone().with_refresh_endpoint(url).unwrap_err(), insecure("refresh endpoint"));
        assert_eq!(server.clone().with_former_token_endpoint(url).unwrap_err(), insecure("former token endpoint"));
        assert_eq!(server.clone().with_issuer(url, IssParameter::Optional).unwrap_err(), insecure("issuer"));
    }
}

#[test]
fn https_and_http_do_not_mix() {
    let mixed = |which| ConfigError::MixedSchemes(which);
    let http = "http://127.0.0.1:1/x";
    type Constructor = fn(&'static str, &'static str) -> Result<Server, ConfigError>;
    for constructor in [Server::danger_loopback_http as Constructor, Server::danger_plain_http] {
        assert_eq!(constructor(AUTHORIZE, http).unwrap_err(), mixed("authorization endpoint"));
        assert_eq!(constructor(http, TOKEN).unwrap_err(), mixed("authorization endpoint"));
        let server = constructor(http, http).unwrap();
        assert_eq!(server.clone().with_issuer(AUTHORIZE, IssParameter::Optional).unwrap_err(), mixed("issuer"));
        assert_eq!(server.with_refresh_endpoint(TOKEN).unwrap_err(), mixed("refresh endpoint"));
    }
}

#[test]
fn an_insecure_url_is_told_which_constructors_there_are() {
    for error in
        [Discovery::new("http://login.example").unwrap_err(), Server::new("http://login.example/a", TOKEN).unwrap_err()]
    {
        let text = error.to_string();
        assert!(text.contains("danger_loopback_http") && text.contains("danger_plain_http"), "{text}");
        assert!(!text.contains("Server::"), "{text}");
    }
    assert!(Discovery::danger_plain_http("http://keycloak:8080/realms/a").is_ok());
}

#[test]
fn other_custom_schemes_have_a_constructor_of_their_own() {
    for uri in ["myapp://cb", "cursor://anysphere.cursor-mcp/oauth/callback", "vscode://Publisher.Extension/cb"] {
        assert_eq!(Client::new(server(), "app", uri).unwrap_err(), ConfigError::RedirectUriKind, "{uri}");
        let client = Client::with_custom_scheme(server(), "app", uri).unwrap();
        assert_eq!(client.redirect_uri().as_str(), uri);
    }
    assert!(Client::with_custom_scheme(server(), "app", "https://app.example/cb").is_ok());
    for scheme in [
        "javascript",
        "data",
        "blob",
        "intent",
        "about",
        "vbscript",
        "file",
        "view-source",
        "ftp",
        "ws",
        "wss",
        "http",
        "filesystem",
        "content",
        "mailto",
    ] {
        for rest in ["://cb", ":/cb"] {
            let uri = format!("{scheme}{rest}");
            assert!(Client::with_custom_scheme(server(), "app", &uri).is_err(), "{uri}");
        }
    }
}

#[test]
fn clients_are_equal_if_everything_is() {
    let client = |secret: &str, id: &str| {
        Client::new(server(), Identity::new(id, ClientAuth::basic(secret)), "https://app.example/cb").unwrap()
    };
    let one = client("secret", "app");
    assert_eq!(one, one.clone());
    assert_eq!(one, client("secret", "app"));
    assert_ne!(one, client("other!", "app"));
    assert_ne!(one, client("secret", "ape"));
    assert_ne!(one, Client::new(server(), "app", "https://app.example/cb").unwrap());
    let shown = format!("{:?}", Identity::new("app", ClientAuth::body("s3cret")));
    assert!(!shown.contains("s3cret"));
    assert_eq!(Secret::from("s3cret").expose(), "s3cret");
}

#[test]
fn the_basic_header_is_exact_for_each_length() {
    for len in 1..20 {
        let identity = Identity::new("a".repeat(len), ClientAuth::basic("s"));
        assert!(Client::new(server(), identity, "https://app.example/cb").is_ok());
    }
}

#[test]
fn spellings_that_servers_fold_are_reserved() {
    let login = || Client::new(server(), "app", "https://app.example/cb").unwrap().login();
    for name in [
        "redirect.uri",
        "redirect_uri[]",
        "state[]",
        "Redirect_URI",
        "[state]",
        "client_id[0]",
        "redirect[uri",
        "SCOPE",
        "code.verifier",
        "resource",
        "resource[]",
    ] {
        let refused = |error: ParameterError| matches!(error, ParameterError::Reserved(_));
        assert!(refused(login().authorization_param(name, "x").err().unwrap()), "{name}");
        assert!(refused(login().token_param(name, "x").err().unwrap()), "{name}");
    }
    for name in ["grant_options[]", "prompt_text", "access_type", "redirect-uri", "nonce"] {
        assert!(login().authorization_param(name, "x").is_ok(), "{name}");
    }
    let query = |query: &str| Server::new(format!("{AUTHORIZE}?{query}"), TOKEN);
    for name in ["redirect%2Euri=x", "state%5B%5D=x", "Client_Id=x", "state%00x=1", "+state=x"] {
        assert!(matches!(query(name), Err(ConfigError::ReservedParameter("authorization endpoint", _))), "{name}");
    }
    assert!(query("tenant=7").is_ok());
}

#[test]
fn a_parameter_is_sent_once() {
    let server = Server::new(format!("{AUTHORIZE}?prompt=none"), TOKEN).unwrap();
    let login = || Client::new(server.clone(), "app", "https://app.example/cb").unwrap().login();
    assert_eq!(login().prompt("login").err().unwrap(), ParameterError::Repeated("prompt".into()));
    assert_eq!(
        login().authorization_param("prompt", "login").err().unwrap(),
        ParameterError::Repeated("prompt".into())
    );
    let mut login = login();
    let twice = login.token_param("location", "us").unwrap().token_param("location", "eu");
    assert_eq!(twice.err().unwrap(), ParameterError::Repeated("location".into()));
    let list = login.authorization_param("grant_options[]", "a").unwrap();
    assert!(list.authorization_param("grant_options[]", "b").is_ok());
    assert!(Dialect::STANDARD.clone() == Dialect::default());
}

#[test]
fn a_scope_has_a_limited_number_of_tokens() {
    let list = |count| (0..count).map(|number| format!("{number:03x}")).collect::<Vec<_>>().join(" ");
    let scope: Scope = list(MAX_SCOPE_TOKENS).parse().unwrap();
    let again = Scope::from_tokens(scope.iter().chain(["000"])).unwrap_err();
    assert_eq!(again, ScopeError::TooLong);
    assert_eq!(scope.as_str(), list(MAX_SCOPE_TOKENS));
    assert_eq!(list(MAX_SCOPE_TOKENS + 1).parse::<Scope>().unwrap_err(), ScopeError::TooLong);
    assert!(scope.is_subset(&scope) && scope.difference(&scope).is_empty());
}

#[test]
fn a_scope_has_each_token_once_however_long_it_is() {
    for padding in ["", &"x".repeat(600)] {
        let scope: Scope = format!("b a {padding} a b c").parse().unwrap();
        let expected = format!("b a {padding} c").replace("  ", " ");
        assert_eq!(scope.as_str(), expected);
        assert_eq!(scope.to_string(), expected);
        assert_eq!((&scope).into_iter().count(), scope.iter().count());
        let json = serde_json::to_string(&scope).unwrap();
        assert_eq!(serde_json::from_str::<Scope>(&json).unwrap(), scope);
    }
    let kept: Scope = serde_json::from_str("\"a d d\"").unwrap();
    assert_eq!(kept.as_str(), "a d d");
}
