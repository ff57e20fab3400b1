//! What reached the redirect URI, or never did.

use authcode::{
    AwaitingRedirect, Client, ConfigError, Dialect, ErrorCode, Fault, IssParameter, Redirect, RedirectError, Server,
    UriError,
};

use super::code_of;
use crate::model_server::encoded;
use crate::scenario::*;

/// The form body that exchanges the code of this redirect.
fn exchange_after(pending: AwaitingRedirect, redirect: Redirect<'_>) -> String {
    pending.receive_redirect(redirect).unwrap().request().body.expose().to_owned()
}

/// <https://github.com/minio/object-browser/issues/720>,
/// <https://github.com/google/device-access-sample-web-app/issues/5>
#[test]
fn slash_of_a_google_code_sent_on_as_percent_2f() {
    for (received, sent) in
        [("4%2F0BYa-adfj", "4%2F0BYa-adfj"), ("4/0BYa-adfj", "4%2F0BYa-adfj"), ("a%252Fb", "a%252Fb")]
    {
        let redirect = format!("{REDIRECT_URI}?code={received}&scope=email%20profile&state={STATE}");
        let body = exchange_after(awaiting_redirect(), Redirect::url(&redirect));
        assert!(body.contains(&format!("&code={sent}&")), "{body}");
    }
}

/// A server encodes `state` twice, decodes `+` once too often, or drops the `==` at its end. No state of this crate has
/// anything that such a server can change.
///
/// <https://github.com/open-metadata/OpenMetadata/issues/28951>, <https://github.com/microsoft/vscode/issues/314715>,
/// <https://github.com/FusionAuth/fusionauth-issues/issues/253>
#[test]
fn state_changed_by_the_encoding_of_the_server() {
    for byte in 0..=u8::MAX {
        let pending = Scenario::default().to_unstarted().start_with_entropy(&ENTROPY.map(|own| own ^ byte)).unwrap();
        let state = value_of(&query_pairs(&pending.authorization_url()), "state").unwrap();
        assert!(!state.ends_with('='), "{state}");
        let redirect = format!("{REDIRECT_URI}?code={CODE}&state={}", encoded(&encoded(&state)));
        assert!(pending.receive_redirect(&redirect).is_ok(), "{state}");
    }
}

/// The user presses "Cancel", and the server's words are about the request.
///
/// <https://github.com/spring-attic/spring-authorization-server/issues/1958>
#[test]
fn denial_described_as_a_wrong_client_id() {
    // Some versions did not encode the spaces.
    for description in ["OAuth%202.0%20Parameter:%20client_id", "OAuth 2.0 Parameter: client_id"] {
        let query = format!("error=access_denied&error_description={description}&state={STATE}");
        let error = awaiting_redirect().receive_redirect(Redirect::query(&query)).unwrap_err().into_error();
        assert_eq!(error.fault(), Fault::User);
        let said = error.oauth_error().unwrap();
        assert_eq!(said.code, Some(ErrorCode::AccessDenied));
        assert_eq!(said.description.as_ref().unwrap().raw(), "OAuth 2.0 Parameter: client_id");
    }
}

/// Keycloak 23 announces `iss` in its metadata, and leaves it out of the answer to `prompt=none`; other servers leave out
/// `state` when the user declines. What the redirect claims can be told to the user, and is marked as a claim.
///
/// <https://github.com/keycloak/keycloak/issues/25584>, <https://github.com/SparkDevNetwork/Rock/issues/6635>
#[test]
fn denial_without_iss_or_state_swallowed() {
    let claimed = |query: &str| {
        let scenario = Scenario { issuer: Some(IssParameter::Required), ..Scenario::default() };
        let (error, state) =
            recovered(scenario.to_awaiting_redirect().receive_redirect(Redirect::query(query)).unwrap_err());
        assert_eq!(error.oauth_error(), None);
        match error {
            RedirectError::IssuerMissing { unauthenticated: Some(said) }
            | RedirectError::StateMissing { unauthenticated: Some(said) } => (said.code.unwrap(), state.is_some()),
            other => panic!("{other:?}"),
        }
    };
    let login_required = ErrorCode::Other("login_required".into());
    assert_eq!(claimed(&format!("error=login_required&state={STATE}")), (login_required, false));
    let denied = "error=access_denied&error_description=The+user+declined";
    assert_eq!(claimed(denied), (ErrorCode::AccessDenied, true));
}

/// Work accounts of Microsoft Entra have such codes, and Facebook has.
///
/// <https://github.com/IBM/mcp-context-forge/pull/5340>, <https://github.com/maziggy/bambuddy/pull/1024>
#[test]
fn code_of_more_than_two_kilobytes_refused() {
    for length in [513, 2049, 4096, 16 * 1024] {
        let code = "0.A".repeat(length / 3);
        assert_eq!(code_of(&format!("{REDIRECT_URI}?code={code}&state={STATE}")).unwrap(), code);
    }
}

/// <https://github.com/sixb-ai/sixb/pull/502>
#[test]
fn code_of_tiktok_under_two_names_taken_for_two_answers() {
    let dialect = Dialect::STANDARD.with_redirect_names(&[("code", "auth_code")]);
    let pending = || Scenario { dialect: dialect.clone(), ..Scenario::default() }.to_awaiting_redirect();
    for code in [format!("code={CODE}&auth_code={CODE}"), format!("auth_code={CODE}")] {
        let body = exchange_after(pending(), Redirect::query(&format!("{code}&state={STATE}")));
        assert_eq!(body.matches(CODE).count(), 1);
    }
    let refused = pending().receive_redirect(&redirect_with("&auth_code=other")).unwrap_err();
    assert_eq!(*refused.error(), RedirectError::DuplicateParameter("code"));
}

/// TLS ends at a proxy, so the program sees `http`.
///
/// <https://github.com/simonrob/email-oauth2-proxy/issues/96>,
/// <https://github.com/Gururagavendra/gmail-cleaner/pull/114>
#[test]
fn redirect_uri_taken_from_the_request_behind_a_proxy() {
    let seen = redirect_with("").replace("https:", "http:");
    let (error, pending) = recovered(awaiting_redirect().receive_redirect(&seen).unwrap_err());
    assert_eq!(error, RedirectError::NotOurs);
    let body = exchange_after(pending.unwrap(), Redirect::target(&format!("/cb?{}", answer())));
    assert_eq!(value_of(&pairs(&body), "redirect_uri").unwrap(), REDIRECT_URI);
}

/// Microsoft makes the scheme of the app's bundle identifier. The server wants it as it was registered, and the system may
/// pass it on in lower case.
///
/// <https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/983>,
/// <https://github.com/AzureAD/azure-activedirectory-library-for-dotnet/issues/1345>,
/// <https://github.com/openid/AppAuth-iOS/issues/139>, <https://github.com/FormidableLabs/react-native-app-auth/pull/659>,
/// <https://github.com/readest/readest/pull/5479>
#[test]
fn redirect_uri_with_capitals_in_its_scheme() {
    for (uri, received) in [
        ("msauth.com.company.MyCatApp://auth", "msauth.com.company.MyCatApp://auth/"),
        ("msauth.com.company.MyCatApp://auth", "msauth.com.company.mycatapp://auth"),
        ("readest-onedrive://auth", "readest-onedrive://auth/"),
        ("COMPANY://audits", "company://audits"),
    ] {
        let client = Client::with_custom_scheme(Server::new(AUTHORIZE, TOKEN).unwrap(), "id", uri).unwrap();
        let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
        assert_eq!(value_of(&query_pairs(&pending.authorization_url()), "redirect_uri").unwrap(), uri);
        let body = exchange_after(pending, Redirect::url(&format!("{received}?{}", answer())));
        assert_eq!(value_of(&pairs(&body), "redirect_uri").unwrap(), uri);
    }
}

/// <https://github.com/anthropics/claude-code/issues/17176>
#[test]
fn redirect_uri_with_a_space_sent_to_the_server() {
    let server = Server::new(AUTHORIZE, TOKEN).unwrap();
    let error = Client::new(server, "id", "http://localhost:61484/call back").unwrap_err();
    assert_eq!(error, ConfigError::RedirectUri(UriError::Character));
}

/// A page that routes by the fragment, or a server that answers there, has the parameters behind a `#`.
///
/// <https://github.com/openid/AppAuth-iOS/issues/347>, <https://github.com/badgateway/oauth2-client/issues/143>
#[test]
fn answer_in_the_fragment_leads_nowhere() {
    let scenario = Scenario { redirect_uri: "org.example.test:/app", ..Scenario::default() };
    let mut login = scenario.to_unstarted();
    login.authorization_param("response_mode", "fragment").unwrap();
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    let fragment = format!("{}&session_state=7c", answer());
    let refused = pending.receive_redirect(&format!("org.example.test:/app#{fragment}")).unwrap_err();
    assert_eq!(*refused.error(), RedirectError::StateMissing { unauthenticated: None });
    // The program that asked for it knows where to look.
    let code = refused.recover().unwrap().receive_redirect(Redirect::query(&fragment));
    assert_eq!(value_of(&pairs(code.unwrap().request().body.expose()), "code").unwrap(), CODE);
}
