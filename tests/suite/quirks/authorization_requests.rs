//! The URL for the browser: other names, other separators, parameters of the server's own.

use crate::scenario::parsed;
use authcode::{
    ClientAuth, ConfigError, Dialect, Discovery, DiscoveryError, DiscoveryErrorKind, HttpResponse, ParameterError,
    RefreshOptions, Renewal, Server,
};
use serde_json::json;

use super::*;

fn scope_of(dialect: Dialect, scope: &'static str) -> String {
    let query = authorization_query(&Scenario { scope, ..at(dialect) });
    query.split('&').find(|pair| pair.contains("scope")).unwrap().to_owned()
}

#[test]
// quirks R1
fn parameters_have_other_names_by_a_setting() {
    const TIKTOK: Dialect = Dialect::STANDARD
        .with_authorization_names(&[("client_id", "client_key")])
        .with_token_names(&[("client_id", "client_key")])
        .with_scope_separator(',');
    let scenario = Scenario { auth: || ClientAuth::body("s3cret"), scope: "user.info.basic video.list", ..at(TIKTOK) };
    assert_eq!(
        authorization_query(&scenario),
        format!(
            "response_type=code&client_key=my-app&{CHALLENGED}&{RETURN_TO}&scope=user.info.basic%2Cvideo.list&state={STATE}"
        )
    );
    assert_eq!(
        scenario.to_code_received().request().body.expose(),
        format!(
            "grant_type=authorization_code&client_key=my-app&code={CODE}&code_verifier={VERIFIER}&{RETURN_TO}&client_secret=s3cret"
        )
    );

    const WECOM: Dialect = Dialect::STANDARD
        .with_authorization_names(&[("client_id", "appid")])
        .with_authorization_params(&[("agentid", "1000002")]);
    let query = authorization_query(&at(WECOM));
    assert!(query.contains("&appid=my-app&") && query.ends_with("&agentid=1000002"));

    const WALMART: Dialect = Dialect::STANDARD.with_authorization_names(&[
        ("client_id", "clientId"),
        ("redirect_uri", "redirectUri"),
        ("response_type", "responseType"),
    ]);
    assert_eq!(
        authorization_query(&at(WALMART)),
        format!(
            "responseType=code&clientId=my-app&{CHALLENGED}&redirectUri=https%3A%2F%2Fclient.example.com%2Fcb&state={STATE}"
        )
    );
    // Deezer, Zalo.
    let query = authorization_query(&at(Dialect::STANDARD.with_authorization_names(&[("client_id", "app_id")])));
    assert!(query.contains("&app_id=my-app&"));
    // Without the setting: RFC 6749. A name that the protocol does not have is refused.
    assert!(authorization_query(&at(Dialect::STANDARD)).contains("&client_id=my-app&"));
    assert_eq!(&*config_error(Dialect::STANDARD.with_authorization_names(&[("clientid", "x")])), "clientid");
}

fn config_error(dialect: Dialect) -> Box<str> {
    let Err(ConfigError::Dialect(name)) = Server::new(AUTHORIZE, TOKEN).unwrap().with_dialect(dialect) else {
        panic!("it is accepted");
    };
    name
}

/// Shopline calls `state` `customField`. No setting renames `state`, so the caller renames it in both places.
#[test]
// quirks R1
fn another_name_for_state_is_translated_by_the_caller() {
    const SHOPLINE: Dialect = Dialect::STANDARD.with_authorization_names(&[
        ("client_id", "appKey"),
        ("redirect_uri", "redirectUri"),
        ("response_type", "responseType"),
    ]);
    let pending = at(SHOPLINE).to_awaiting_redirect();

    let url = pending.authorization_url().replace("&state=", "&customField=");
    let came = format!("{REDIRECT_URI}?appkey=my-app&code={CODE}&customField={STATE}&handle=shop");
    let redirect = came.replace("&customField=", "&state=");

    assert!(url.ends_with(&format!("&customField={STATE}")) && url.contains("?responseType=code&appKey=my-app&"));
    let code = pending.receive_redirect(&redirect).unwrap();
    assert_eq!(code.redirect_param("handle").as_deref(), Some("shop"));
    assert!(matches!(redirected(SHOPLINE, &came[REDIRECT_URI.len() + 1..]), Err(RedirectError::StateMissing { .. })));
}

#[test]
// quirks R2
fn wechat_wants_a_fragment_and_an_order() {
    const WECHAT: Dialect =
        Dialect::STANDARD.with_authorization_names(&[("client_id", "appid")]).with_fragment("wechat_redirect");
    let url = Scenario { scope: "snsapi_base", ..at(WECHAT) }.to_awaiting_redirect().authorization_url();
    assert!(url.ends_with(&format!("&scope=snsapi_base&state={STATE}#wechat_redirect")));
    assert!(!at(Dialect::STANDARD).to_awaiting_redirect().authorization_url().contains('#'));
    // `state` may have 128 characters there.
    assert!(STATE.len() <= 128);

    // The caller makes the order.
    let (endpoint, rest) = url.split_once('?').unwrap();
    let (query, fragment) = rest.split_once('#').unwrap();
    let order = ["appid", "redirect_uri", "response_type", "scope", "state"];
    let mut sorted: Vec<_> = query.split('&').collect();
    sorted.sort_by_key(|pair| {
        order.iter().position(|name| pair.split_once('=').is_some_and(|(own, _)| own == *name)).unwrap_or(order.len())
    });
    let ordered = format!("{endpoint}?{}#{fragment}", sorted.join("&"));

    assert_eq!(
        ordered,
        format!(
            "{AUTHORIZE}?appid=my-app&{RETURN_TO}&response_type=code&scope=snsapi_base&state={STATE}&{CHALLENGED}#wechat_redirect"
        )
    );
}

#[test]
// quirks R3
fn response_type_may_be_another_or_none() {
    const MONDAY: Dialect = Dialect::STANDARD.without_authorization_params(&["response_type"]);
    let rest = format!("client_id=my-app&{CHALLENGED}&{RETURN_TO}&state={STATE}");
    assert_eq!(authorization_query(&at(MONDAY)), rest);
    const AZURE_DEVOPS: Dialect = MONDAY.with_authorization_params(&[("response_type", "Assertion")]);
    assert_eq!(authorization_query(&at(AZURE_DEVOPS)), format!("{rest}&response_type=Assertion"));
    const FOLLOW_UP_BOSS: Dialect = MONDAY.with_authorization_params(&[("response_type", "auth_code")]);
    assert_eq!(authorization_query(&at(FOLLOW_UP_BOSS)), format!("{rest}&response_type=auth_code"));
    const BASECAMP: Dialect = MONDAY.with_authorization_params(&[("type", "web_server")]);
    assert_eq!(authorization_query(&at(BASECAMP)), format!("{rest}&type=web_server"));
    const PRINTFUL: Dialect = Dialect::STANDARD.with_authorization_names(&[("redirect_uri", "redirect_url")]);
    assert!(authorization_query(&at(PRINTFUL)).contains("&redirect_url=https%3A%2F%2Fclient.example.com%2Fcb&"));
    // Sending it twice is refused.
    let twice = Dialect::STANDARD.with_authorization_params(&[("response_type", "Assertion")]);
    assert_eq!(&*config_error(twice), "response_type");
}

#[test]
// quirks R4
fn scopes_may_be_separated_by_commas_both_ways() {
    const COMMAS: Dialect = Dialect::STANDARD.with_scope_separator(',');
    assert_eq!(scope_of(COMMAS, "read write"), "scope=read%2Cwrite");
    assert_eq!(scope_of(Dialect::STANDARD, "read write"), "scope=read%20write");
    for scope in ["read,write", "read write", "read, write"] {
        let body = format!(r#"{{"access_token":"a","token_type":"bearer","scope":"{scope}"}}"#);
        assert_eq!(granted(&success(COMMAS, &body)), Some("read write"), "{scope}");
    }
    // GitHub is asked with spaces and answers with commas.
    const GITHUB: Dialect = Dialect::STANDARD.with_granted_scope_separator(',');
    assert_eq!(scope_of(GITHUB, "repo gist"), "scope=repo%20gist");
    let body = r#"{"access_token":"a","token_type":"bearer","scope":"repo,gist"}"#;
    assert_eq!(granted(&success(GITHUB, body)), Some("repo gist"));
    assert_eq!(granted(&success(Dialect::STANDARD, body)), Some("repo,gist"));
}

#[test]
// quirks R5
fn scopes_may_be_separated_by_other_characters() {
    for (separator, expected) in [
        ('+', "scope=read+write"),
        (';', "scope=read%3Bwrite"),
        ('|', "scope=read%7Cwrite"),
        (':', "scope=read%3Awrite"),
    ] {
        let dialect = Dialect::STANDARD.with_scope_separator(separator);
        assert_eq!(scope_of(dialect.clone(), "read write"), expected);
        let body = format!(r#"{{"access_token":"a","token_type":"bearer","scope":"read{separator}write"}}"#);
        assert_eq!(granted(&success(dialect, &body)), Some("read write"));
    }
}

#[test]
// quirks R6
fn scope_may_have_another_name_or_a_neighbour() {
    let renamed = |names| scope_of(Dialect::STANDARD.with_authorization_names(names), "read");
    assert_eq!(renamed(&[("scope", "scopes")]), "scopes=read");
    assert_eq!(renamed(&[("scope", "user_scope")]), "user_scope=read");
    // Freelancer, and Slack where it wants both.
    for name in ["advanced_scopes", "user_scope"] {
        let mut login = at(Dialect::STANDARD).to_unstarted();
        login.scope("bot").unwrap().authorization_param(name, "1,2").unwrap();
        let url = login.start_with_entropy(&ENTROPY).unwrap().authorization_url();
        assert!(url.ends_with(&format!("&scope=bot&state={STATE}&{name}=1%2C2")));
    }
}

#[test]
// quirks R7
fn a_space_is_never_a_plus_in_the_url_and_always_one_in_a_form() {
    let scenario = Scenario { scope: "name email", ..at(Dialect::STANDARD) };
    assert!(authorization_query(&scenario).contains("&scope=name%20email&"));
    let mut options = RefreshOptions::default();
    options.narrow_scope("openid offline_access").unwrap();
    let renewal = scenario.to_authorized().renewal_with(&options).unwrap();
    let Renewal::Refresh(refresh) = renewal else { panic!("there is a refresh token") };
    assert!(refresh.request().body.expose().ends_with("&scope=openid+offline_access"));
}

#[test]
// quirks R8
fn an_empty_scope_is_left_out() {
    let query = authorization_query(&at(Dialect::STANDARD));
    assert_eq!(query, format!("response_type=code&client_id=my-app&{CHALLENGED}&{RETURN_TO}&state={STATE}"));
    assert!(!at(Dialect::STANDARD).to_code_received().request().body.expose().contains("scope"));
}

#[test]
// quirks R9
fn parameters_of_the_servers_own_go_with_each_login_or_with_one() {
    for (params, expected) in [
        (&[("access_type", "offline"), ("ui_locales", "de")] as &'static [_], "access_type=offline&ui_locales=de"),
        (&[("token_access_type", "offline")], "token_access_type=offline"),
        (&[("duration", "permanent")], "duration=permanent"),
        (&[("owner", "user")], "owner=user"),
        (&[("approval_prompt", "force")], "approval_prompt=force"),
        (&[("grant_options[]", "per-user")], "grant_options%5B%5D=per-user"),
        (
            &[("aud", "https://fhir.example/r4"), ("launch", "xyz123")],
            "aud=https%3A%2F%2Ffhir.example%2Fr4&launch=xyz123",
        ),
        (&[("redirect_popup", "true")], "redirect_popup=true"),
        (&[("session", "false")], "session=false"),
    ] {
        let dialect = Dialect::STANDARD.with_authorization_params(params);
        assert!(authorization_query(&at(dialect)).ends_with(&format!("&state={STATE}&{expected}")), "{expected}");
        // Or one login alone.
        let mut login = at(Dialect::STANDARD).to_unstarted();
        for (name, value) in params {
            login.authorization_param(name, value).unwrap();
        }
        assert!(login.start_with_entropy(&ENTROPY).unwrap().authorization_url().ends_with(expected));
    }
    // Google and others: `prompt` has a method of its own.
    const GOOGLE: Dialect =
        Dialect::STANDARD.with_authorization_params(&[("access_type", "offline"), ("prompt", "consent")]);
    assert!(authorization_query(&at(GOOGLE)).ends_with("&access_type=offline&prompt=consent"));
    let mut login = at(Dialect::STANDARD).to_unstarted();
    login.authorization_param("access_type", "offline").unwrap().prompt("consent").unwrap();
    let url = login.start_with_entropy(&ENTROPY).unwrap().authorization_url();
    assert!(url.ends_with("&access_type=offline&prompt=consent"));
    // Dynamics: `resource` has one, too. It may repeat (RFC 8707 §2), and it belongs to the login: a dialect has none.
    let mut login = at(Dialect::STANDARD).to_unstarted();
    login.resource("https://crm.dynamics.com/").unwrap().resource("https://b.example/").unwrap();
    let url = login.start_with_entropy(&ENTROPY).unwrap().authorization_url();
    assert!(url.ends_with("&resource=https%3A%2F%2Fcrm.dynamics.com%2F&resource=https%3A%2F%2Fb.example%2F"));
    assert_eq!(&*config_error(Dialect::STANDARD.with_authorization_params(&[("resource", "a")])), "resource");
    // `audience` has a method of its own, and goes out on both legs; Atlassian has it on the first alone.
    const ATLASSIAN: Dialect =
        Dialect::STANDARD.with_authorization_params(&[("prompt", "consent")]).without_token_params(&["audience"]);
    let scenario = Scenario { audience: Some("api.atlassian.com"), ..at(ATLASSIAN) };
    let query = authorization_query(&scenario);
    assert!(query.starts_with("response_type=code&audience=api.atlassian.com&") && query.ends_with("&prompt=consent"));
    assert!(!scenario.to_code_received().request().body.expose().contains("audience"));
    // What the crate sends is not sent twice.
    for name in ["redirect_uri", "state", "scope"] {
        let mut login = at(Dialect::STANDARD).to_unstarted();
        assert_eq!(login.authorization_param(name, "x").unwrap_err(), ParameterError::Reserved(name.into()));
    }
}

#[test]
// quirks R20
fn pkce_is_sent_with_every_dialect() {
    const LOUD: Dialect = Dialect::STANDARD
        .with_authorization_names(&[("client_id", "appid")])
        .without_authorization_params(&["response_type", "scope"])
        .without_token_params(&["client_id", "grant_type", "redirect_uri"])
        .with_state_in_redirect_uri()
        .with_json_requests();
    assert!(authorization_query(&at(LOUD)).contains(CHALLENGED));
    let request = at(LOUD).to_code_received().request();
    assert!(request.body.expose().contains(&format!(r#""code_verifier":"{VERIFIER}""#)));

    for name in ["code_challenge", "code_challenge_method", "code_verifier", "state"] {
        // Neither left out, nor under another name, nor with another value, nor twice.
        let dialects: [Dialect; 4] = match name {
            "code_challenge" => {
                slips(&[("code_challenge", "")], &[("client_id", "code_challenge")], &[("code_challenge", "x")])
            }
            "code_challenge_method" => slips(
                &[("code_challenge_method", "")],
                &[("client_id", "code_challenge_method")],
                &[("code_challenge_method", "plain")],
            ),
            "code_verifier" => {
                slips(&[("code_verifier", "")], &[("client_id", "code_verifier")], &[("code_verifier", "x")])
            }
            _ => slips(&[("state", "customField")], &[("client_id", "state")], &[("state", "x")]),
        };
        for dialect in dialects {
            config_error(dialect);
        }
        let mut login = at(Dialect::STANDARD).to_unstarted();
        let reserved = ParameterError::Reserved(name.into());
        assert_eq!(login.authorization_param(name, "x").unwrap_err(), reserved);
        assert_eq!(login.token_param(name, "x").unwrap_err(), reserved);
    }
}

type Pairs = &'static [(&'static str, &'static str)];

fn slips(renamed: Pairs, taken: Pairs, sent: Pairs) -> [Dialect; 4] {
    const D: Dialect = Dialect::STANDARD;
    [
        D.with_authorization_names(renamed),
        D.with_token_names(renamed),
        D.with_authorization_names(taken),
        D.with_token_params(sent),
    ]
}

/// Metadata of Microsoft's, as far as it is read.
fn metadata(issuer: &str, host: &str) -> String {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{host}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{host}/oauth2/v2.0/token"),
        "response_types_supported": ["code", "id_token"],
    })
    .to_string()
}

fn discover(discovery: Discovery, status: u16, body: &str) -> Result<Server, DiscoveryError> {
    let answer = discovery.receive_response(HttpResponse::new(status, body), NOW);
    answer.map(authcode::Metadata::into_server).map_err(Rejected::into_error)
}

#[test]
// quirks R18
fn an_issuer_that_is_a_template_or_elsewhere_is_named_by_the_caller() {
    let ask = |issuer: &str| Discovery::new(issuer).unwrap().accept_unadvertised_s256();
    // Entra for everybody: the issuer has a hole in it.
    let common = "https://login.microsoftonline.com/common";
    let template = metadata("https://login.microsoftonline.com/{tenantid}/v2.0", common);
    let discovery = ask("https://login.microsoftonline.com/common/v2.0");
    assert_eq!(discover(discovery, 200, &template).unwrap_err().kind(), DiscoveryErrorKind::IssuerMismatch);
    // With a tenant it has none.
    let issuer = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
    let server = discover(ask(issuer), 200, &metadata(issuer, common)).unwrap();
    assert_eq!(server.issuer().unwrap(), issuer);
    // Or the endpoints are written down, without an issuer that nothing could be compared with.
    assert!(Server::new(format!("{common}/oauth2/v2.0/authorize"), format!("{common}/oauth2/v2.0/token")).is_ok());

    // B2C: the metadata is at another host than its issuer.
    let issuer = "https://login.microsoftonline.com/775527ff-9a37-4307-8b3d-cc311f58d925/v2.0/";
    let place =
        "https://fabrikam.b2clogin.com/fabrikam.onmicrosoft.com/v2.0/.well-known/openid-configuration?p=b2c_1_sign_in";
    let discovery = ask(issuer).at(place).unwrap();
    assert_eq!(discovery.request().url, place);
    let body = metadata(issuer, "https://fabrikam.b2clogin.com/fabrikam.onmicrosoft.com");
    assert!(discover(discovery, 200, &body).is_ok());
}

#[test]
// quirks Q18
fn metadata_may_be_elsewhere_or_say_something_else() {
    let issuer = "https://login.microsoftonline.com/common";
    let ask = || Discovery::new(issuer).unwrap().accept_unadvertised_s256();
    // A redirect is reported and not followed: discovery continues, or the caller names the place.
    let refusal = ask().receive_response(HttpResponse::new(302, ""), NOW).unwrap_err();
    assert_eq!((refusal.error().kind(), refusal.error().status()), (DiscoveryErrorKind::Redirected, Some(302)));
    assert!(is_alive(refusal));
    let place = "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration";
    assert!(discover(ask().at(place).unwrap(), 200, &metadata(issuer, issuer)).is_ok());
    // A `/` at the end of the issuer counts.
    let slash = metadata("https://login.microsoftonline.com/common/", issuer);
    assert_eq!(discover(ask(), 200, &slash).unwrap_err().kind(), DiscoveryErrorKind::IssuerMismatch);
    let discovery = Discovery::new("https://login.microsoftonline.com/common/").unwrap().accept_unadvertised_s256();
    assert!(discover(discovery, 200, &slash).is_ok());
    // A sandbox whose metadata leads to the real thing: found by a caller that asks for it.
    let sandbox = "https://www.sandbox.paypal.com";
    let body = metadata(sandbox, "https://www.paypal.com");
    let ask = || Discovery::new(sandbox).unwrap().accept_unadvertised_s256();
    assert!(discover(ask(), 200, &body).is_ok());
    let error = discover(ask().require_same_origin(), 200, &body).unwrap_err();
    assert_eq!(error.kind(), DiscoveryErrorKind::OtherOrigin("authorization endpoint"));
    // Then the endpoints are written down.
    assert!(
        Server::new(format!("{sandbox}/signin/authorize"), "https://api-m.sandbox.paypal.com/v1/oauth2/token").is_ok()
    );
    // Auth0 has no `end_session_endpoint`, which is nothing to a login.
    let answer = ask().receive_response(HttpResponse::new(200, body), NOW).unwrap();
    assert_eq!(answer.member_text("end_session_endpoint").and_then(parsed::<String>), None);
}
