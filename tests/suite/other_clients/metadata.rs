//! Metadata that a client did not find or did not accept.

use authcode::{
    Client, Discovery, DiscoveryErrorKind, HttpResponse, IssParameter, Metadata, NextStep, Redirect, RedirectError,
    Server,
};

use crate::model_server::encoded;
use crate::scenario::*;

fn document(issuer: &str, more: &str) -> String {
    format!(
        r#"{{"issuer":"{issuer}","authorization_endpoint":"https://login.example/authorize",
        "token_endpoint":"https://login.example/token","response_types_supported":["code"],
        "code_challenge_methods_supported":["S256"]{more}}}"#
    )
}

#[track_caller]
fn found(discovery: Discovery, document: &str) -> Metadata {
    discovery.receive_response(HttpResponse::new(200, document), NOW).unwrap()
}

/// A text in place of a list, an object in place of a list, empty lists, and members that are recommended and absent.
///
/// <https://github.com/nodeSolidServer/node-solid-server/issues/1599>,
/// <https://github.com/ronvanderheijden/openid-connect/issues/25>,
/// <https://github.com/anvilresearch/connect/issues/264>,
/// <https://github.com/AzureAD/azure-activedirectory-identitymodel-extensions-for-dotnet/issues/3177>,
/// <https://github.com/OpenLiberty/open-liberty/issues/11109>, <https://github.com/mcp-auth/js/issues/27>,
/// <https://github.com/n8n-io/n8n/issues/29147>
#[test]
fn member_that_nobody_needs_costs_the_discovery() {
    for (name, member) in [
        ("token_endpoint_auth_methods_supported", r#""client_secret_basic""#),
        ("scopes_supported", r#"{"openid":"Enable OpenID Connect","profile":"Information about your profile"}"#),
        ("response_modes_supported", "[]"),
        ("acr_values_supported", "[]"),
        ("claims_supported", "null"),
    ] {
        let metadata = found(
            Discovery::new("https://login.example").unwrap(),
            &document("https://login.example", &format!(r#","{name}":{member}"#)),
        );
        assert_eq!(metadata.member_text(name), Some(member));
    }
}

/// The first place answers every request with the page of an application.
///
/// <https://github.com/spring-projects/spring-security/pull/17927>
#[test]
fn discovery_ended_by_a_page_with_status_200() {
    let discovery = Discovery::new("https://login.example/tenant").unwrap();
    let page = HttpResponse::new(200, "<!doctype html><html><head></head><body><div id=\"root\"></div></body></html>");
    let refused = discovery.receive_response(page, NOW).unwrap_err();
    assert_eq!(refused.error().kind(), DiscoveryErrorKind::NotMetadata);
    assert!(matches!(refused.next_step(), NextStep::Retry { after } if after.is_zero()));
    let metadata = found(refused.recover().unwrap(), &document("https://login.example/tenant", ""));
    assert_eq!(metadata.server().issuer(), Some("https://login.example/tenant"));
}

/// Oracle's identity domains publish the metadata of one issuer at the host of each tenant, and Nextcloud below a path that
/// is not the issuer's.
///
/// <https://github.com/coreos/go-oidc/issues/240>, <https://github.com/H2CK/oidc/issues/400>
#[test]
fn issuer_elsewhere_than_its_metadata() {
    for (asked, issuer) in [
        ("https://idcs-fd65079a.identity.oraclecloud.com", "https://identity.oraclecloud.com/"),
        ("https://nextcloud.example.org/index.php", "https://nextcloud.example.org/"),
    ] {
        let discovery = Discovery::new(asked).unwrap();
        let refused = discovery.receive_response(HttpResponse::new(200, document(issuer, "")), NOW).unwrap_err();
        let error = refused.recover().unwrap_err();
        assert_eq!(error.kind(), DiscoveryErrorKind::IssuerMismatch);
        assert_eq!(error.received_issuer().unwrap().raw(), issuer);
        // With what the error shows, the operator can name both.
        let place = format!("{asked}/.well-known/openid-configuration");
        let discovery = Discovery::new(issuer).unwrap().at(&*place).unwrap();
        assert_eq!(discovery.request().url, place);
        assert_eq!(found(discovery, &document(issuer, "")).server().issuer(), Some(issuer));
    }
}

/// Azure AD B2C has the policy in the query of each URL, that of the metadata, too.
///
/// <https://github.com/MaikuB/flutter_appauth/issues/101>, <https://github.com/openid/AppAuth-JS/issues/188>,
/// <https://github.com/eclipse-vertx/vertx-auth/issues/293>
#[test]
fn query_of_the_metadata_url_lost() {
    let origin = "https://detroitdaveb2c.b2clogin.com";
    let issuer = format!("{origin}/c8e21a93-15de-4b73-9004-b86ab87c27ea/v2.0/");
    let place = format!("{origin}/detroitdaveb2c.onmicrosoft.com/v2.0/.well-known/openid-configuration?p=B2C_1_susi");
    let endpoint = |name| format!("{origin}/detroitdaveb2c.onmicrosoft.com/oauth2/v2.0/{name}?p=b2c_1_susi");
    let document = format!(
        r#"{{"issuer":"{issuer}","authorization_endpoint":"{}","token_endpoint":"{}",
        "response_types_supported":["code","code id_token"]}}"#,
        endpoint("authorize"),
        endpoint("token")
    );
    let discovery = Discovery::new(&issuer).unwrap().at(&place).unwrap().accept_unadvertised_s256();
    assert_eq!(discovery.request().url, place);
    let metadata = found(discovery, &document);
    assert_eq!(metadata.server().authorization_endpoint().as_str(), endpoint("authorize"));
    assert_eq!(metadata.server().token_endpoint().as_str(), endpoint("token"));
}

/// A server writes its issuer in other letters than its URL.
///
/// <https://github.com/manfredsteyer/angular-oauth2-oidc/issues/1187>,
/// <https://github.com/DuendeArchive/IdentityServer4/issues/1501>
#[test]
fn issuer_with_capitals_in_its_path_refused_without_saying_why() {
    let discovery = || Discovery::new("https://host.example/MyIS").unwrap();
    let response = HttpResponse::new(200, document("https://host.example/myis", ""));
    let error = discovery().receive_response(response, NOW).unwrap_err().into_error();
    assert_eq!(error.kind(), DiscoveryErrorKind::IssuerMismatch);
    let received = error.received_issuer().unwrap().raw();
    // The metadata is at the server's URL, under the issuer's name.
    let discovery = Discovery::new(received).unwrap().at(&*discovery().request().url).unwrap();
    assert_eq!(found(discovery, &document(received, "")).server().issuer(), Some("https://host.example/myis"));
}

/// The program's own listener dropped `iss`, or the server never sent it. In some, the slash at the end of the issuer was
/// lost on the way, or the authorization endpoint was not where the issuer is.
///
/// <https://github.com/openai/codex/issues/33354>, <https://github.com/ory/polis/issues/2074>,
/// <https://github.com/cloudflare/mcp-server-cloudflare/issues/449>, <https://github.com/mcp-use/mcp-use/issues/2356>,
/// <https://github.com/BuilderIO/agent-native/issues/2616>, <https://github.com/openai/codex/issues/37373>,
/// <https://github.com/CodSpeedHQ/codspeed/issues/523>
#[test]
fn iss_that_the_metadata_promises_does_not_arrive() {
    let receive = |server: &Server, query: &str| {
        let client = Client::new(server.clone(), "id", REDIRECT_URI).unwrap();
        let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
        pending.receive_redirect(Redirect::query(query)).map(drop).map_err(|refused| refused.into_error())
    };
    for issuer in ["https://mcp.cloudflare.com", "https://auth.example.invalid/oauth2/"] {
        let promise = document(issuer, r#","authorization_response_iss_parameter_supported":true"#);
        let server = found(Discovery::new(issuer).unwrap(), &promise).into_server();
        let (without, with) = (answer(), format!("{}&iss={}", answer(), encoded(issuer)));
        assert_eq!(receive(&server, &with), Ok(()));
        assert_eq!(receive(&server, &without), Err(RedirectError::IssuerMissing { unauthenticated: None }));

        // The way on with a server that is known to break its promise.
        let server = server.with_issuer(issuer, IssParameter::Optional).unwrap();
        assert_eq!(receive(&server, &without), Ok(()));
        let other = format!("{without}&iss=https%3A%2F%2Fattacker.example");
        assert!(matches!(receive(&server, &other), Err(RedirectError::IssuerMismatch { .. })));
    }
}
