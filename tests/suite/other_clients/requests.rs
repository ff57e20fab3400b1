//! What goes to the server: client authentication, endpoints with a query, the scope of a refresh.

use authcode::{
    Client, ClientAuth, ConfigError, HttpRequest, Identity, ParameterError, RefreshOptions, Renewal, Server,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::scenario::*;

fn exchange(server: Server, identity: Identity) -> HttpRequest {
    let client = Client::new(server, identity, REDIRECT_URI).unwrap();
    let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
    pending.receive_redirect(&redirect_with("")).unwrap().request()
}

fn basic(id: &str, secret: &str) -> String {
    let identity = Identity::new(id, ClientAuth::basic(secret));
    let request = exchange(Server::new(AUTHORIZE, TOKEN).unwrap(), identity);
    request.headers.iter().find(|(name, _)| *name == "authorization").unwrap().1.to_owned()
}

/// <https://github.com/openid/AppAuth-Android/issues/337>, <https://github.com/openid/AppAuth-iOS/issues/233>,
/// <https://github.com/ory/hydra/issues/631>, <https://github.com/DuendeArchive/IdentityServer4/issues/2086>,
/// <https://github.com/authlib/authlib/issues/595>, <https://github.com/DotNetOpenAuth/DotNetOpenAuth/issues/338>
#[test]
fn credentials_not_encoded_before_basic() {
    let header =
        "Basic MVBwRyUyRlErMTp6JTJGdFo5VndGWnFBcG1JUSUyQlpIMUk1cExrJTJGdUI0dWQlM0FYMiUyRjhiTCUyQndmRlR0MXJGdyUzRA==";
    assert_eq!(basic("1PpG/Q 1", "z/tZ9VwFZqApmIQ+ZH1I5pLk/uB4ud:X2/8bL+wfFTt1rFw="), header);
    for (id, secret, pair) in [
        ("percent-sign-client", "foo%Qbar", "percent-sign-client:foo%25Qbar"),
        ("myclient", "Abcd+1234", "myclient:Abcd%2B1234"),
        ("my::client::id", "my::client::secret", "my%3A%3Aclient%3A%3Aid:my%3A%3Aclient%3A%3Asecret"),
    ] {
        assert_eq!(basic(id, secret), format!("Basic {}", STANDARD.encode(pair)));
    }
}

/// A secret that was read from a file, or pasted, with the end of its line.
///
/// <https://github.com/jaredhanson/passport-oauth2/issues/37>
#[test]
fn line_break_behind_a_secret_found_out_at_the_server() {
    for (id, auth, error) in [
        ("id\n", ClientAuth::basic("s"), ConfigError::ClientId),
        ("id", ClientAuth::basic("s\n"), ConfigError::ClientSecret),
        ("id", ClientAuth::basic_raw("s\r\n"), ConfigError::ClientSecret),
        ("id", ClientAuth::body("s\n"), ConfigError::ClientSecret),
    ] {
        let server = Server::new(AUTHORIZE, TOKEN).unwrap();
        assert_eq!(Client::new(server, Identity::new(id, auth), REDIRECT_URI).unwrap_err(), error);
    }
}

/// <https://github.com/DuendeSoftware/foss/issues/260>, <https://github.com/spring-projects/spring-security/issues/6256>
#[test]
fn scope_with_braces_or_slashes_refused() {
    for scope in [":kivra.v1.tenant.{{tkey}}.*", "https://graph.microsoft.com//.default"] {
        let url = Scenario { scope, ..Scenario::default() }.to_awaiting_redirect().authorization_url();
        assert_eq!(value_of(&query_pairs(&url), "scope").unwrap(), scope);
    }
}

/// <https://github.com/modelcontextprotocol/python-sdk/issues/3505>,
/// <https://github.com/badgateway/oauth2-client/pull/196>, <https://github.com/openid/AppAuth-iOS/issues/475>,
/// <https://github.com/modelcontextprotocol/typescript-sdk/pull/1958>,
/// <https://github.com/anthropics/claude-code/issues/49175>, <https://github.com/n8n-io/n8n/pull/35949>
#[test]
fn query_of_the_authorization_endpoint_doubled_or_dropped() {
    for endpoint in [
        "https://login.salesforce.com/services/oauth2/authorize?prompt=select_account",
        "https://auth.example.com/authorize?tenant=acme",
        "https://acme.b2clogin.com/acme.onmicrosoft.com/oauth2/v2.0/authorize?p=b2c_1_susi",
    ] {
        let client = Client::new(Server::new(endpoint, TOKEN).unwrap(), "id", REDIRECT_URI).unwrap();
        let mut login = client.login();
        login.login_hint("amy@example.com").unwrap();
        let url = login.start_with_entropy(&ENTROPY).unwrap().authorization_url();
        assert!(url.starts_with(&format!("{endpoint}&")), "{url}");
        assert_eq!(url.matches('?').count(), 1, "{url}");
        let has_prompt = endpoint.contains("prompt=");
        let repeated = ParameterError::Repeated("prompt".into());
        assert_eq!(login.prompt("consent").err(), has_prompt.then_some(repeated));
        let (name, _) = endpoint.split_once('?').unwrap().1.split_once('=').unwrap();
        assert_eq!(login.authorization_param(name, "x").unwrap_err(), ParameterError::Repeated(name.into()));
    }
}

/// <https://github.com/AzureAD/microsoft-authentication-library-for-objc/issues/291>
#[test]
fn query_of_the_token_endpoint_dropped() {
    let endpoint = "https://login.microsoftonline.com/tenant/oauth2/v2.0/token?p=policyname";
    let client = Client::new(Server::new(AUTHORIZE, endpoint).unwrap(), "id", REDIRECT_URI).unwrap();
    let code = client.login().start_with_entropy(&ENTROPY).unwrap().receive_redirect(&redirect_with("")).unwrap();
    assert_eq!(code.request().url, endpoint);
    let authorized = code.receive_response(authcode::HttpResponse::new(200, SUCCESS), NOW).unwrap();
    assert_eq!(refresh_of(&authorized).request().url, endpoint);
}

/// Anthropic refuses a refresh with a scope, and Entra ID has refused those without.
///
/// <https://github.com/earendil-works/pi/issues/2357>, <https://github.com/modelcontextprotocol/rust-sdk/issues/624>,
/// <https://github.com/anthropics/claude-code/issues/89862>
#[test]
fn scope_of_a_refresh_always_or_never_sent() {
    let scope = "api://app-1/all offline_access";
    let authorized = Scenario { scope, ..Scenario::default() }.to_code_received();
    let response = r#"{"access_token":"a","token_type":"Bearer","refresh_token":"r","scope":"api://app-1/all"}"#;
    let authorized = authorized.receive_response(authcode::HttpResponse::new(200, response), NOW).unwrap();

    let sent = |renewal| match renewal {
        Renewal::Refresh(refresh) => value_of(&pairs(refresh.request().body.expose()), "scope"),
        Renewal::Reauthorize(_) => panic!("there is a refresh token"),
    };
    assert_eq!(sent(authorized.renewal()), None);
    let mut options = RefreshOptions::default();
    options.narrow_scope("api://app-1/all").unwrap();
    assert_eq!(sent(authorized.renewal_with(&options).unwrap()).unwrap(), "api://app-1/all");
}
