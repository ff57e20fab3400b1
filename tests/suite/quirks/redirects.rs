//! What comes back to the redirect URI.

use authcode::{
    Client, CodeReceived, Dialect, Fault, HttpResponse, IssParameter, NextStep, ParameterError, Redirect, Server,
    Suspended,
};

use super::*;

fn code_in(code: &CodeReceived) -> String {
    value_of(&pairs(code.request().body.expose()), "code").unwrap()
}

#[test]
// quirks R10
fn state_may_travel_in_the_redirect_uri() {
    const DEEZER: Dialect =
        Dialect::STANDARD.with_state_in_redirect_uri().with_redirect_names(&[("error", "error_reason")]);
    let uri = format!("redirect_uri=https%3A%2F%2Fclient.example.com%2Fcb%3Fstate%3D{STATE}");
    assert_eq!(authorization_query(&at(DEEZER)), format!("response_type=code&client_id=my-app&{CHALLENGED}&{uri}"));
    // The server adds to the query that it finds, and the second leg repeats the first.
    let code = redirected(DEEZER, &format!("state={STATE}&code={CODE}")).unwrap();
    assert_eq!(
        code.request().body.expose(),
        format!("grant_type=authorization_code&client_id=my-app&code={CODE}&code_verifier={VERIFIER}&{uri}")
    );
    // That is its purpose: an error would come without `state`.
    let error = redirected(DEEZER, &format!("state={STATE}&error_reason=user_denied")).unwrap_err();
    assert_eq!(
        (error.oauth_error().unwrap().code.as_ref().unwrap().as_str(), error.fault()),
        ("user_denied", Fault::User)
    );
    let claim = redirected(Dialect::STANDARD, "error_reason=user_denied").unwrap_err();
    assert_eq!(claim, RedirectError::StateMissing { unauthenticated: None });
    // A server that sends another one as well is not believed.
    let twice = redirected(DEEZER, &format!("state={STATE}&code={CODE}&state=")).unwrap_err();
    assert_eq!(twice, RedirectError::DuplicateParameter("state"));

    let own = Scenario { redirect_uri: "https://client.example.com/cb?tenant=7", ..at(DEEZER) };
    assert!(authorization_query(&own).ends_with(&format!("cb%3Ftenant%3D7%26state%3D{STATE}")));
}

#[test]
// quirks R11, R12
fn what_follows_a_hash_is_ignored() {
    for (query, fragment) in [
        (format!("code={CODE}&state={STATE}"), "#_=_"),
        (format!("iss=https%3A%2F%2Fwww.facebook.com&code={CODE}&state={STATE}"), "#_=_"),
        (format!("state={STATE}&code={CODE}"), "#_"),
        (format!("state={STATE}&code={CODE}"), "#"),
    ] {
        let code = redirected(Dialect::STANDARD, &format!("{query}{fragment}")).unwrap();
        assert_eq!(code_in(&code), CODE, "{fragment}");
    }
    // Google's codes begin with `4/`.
    let code = redirected(Dialect::STANDARD, &format!("state={STATE}&code=4%2F0AX4XfWj#")).unwrap();
    assert_eq!(code_in(&code), "4/0AX4XfWj");
}

#[test]
// quirks R13
fn a_second_question_mark_is_refused() {
    let came = format!("https://client.example.com/cb?close?code={CODE}&state={STATE}");
    let registered = Scenario { redirect_uri: "https://client.example.com/cb?close", ..at(Dialect::STANDARD) };
    let refusal = registered.to_awaiting_redirect().receive_redirect(&came).unwrap_err();
    assert_eq!(refusal.error(), &RedirectError::NotOurs);
    let pending = refusal.recover().unwrap();
    assert!(pending.authorization_url().contains("redirect_uri=https%3A%2F%2Fclient.example.com%2Fcb%3Fclose&"));

    // A caller that has to live with it corrects the URL.
    let mended = came.replacen("?close?", "?close&", 1);
    assert_eq!(code_in(&pending.receive_redirect(&mended).unwrap()), CODE);
}

#[test]
// quirks R14
fn code_may_have_another_name_by_a_setting() {
    for (dialect, query) in [
        (
            Dialect::STANDARD.with_redirect_names(&[("code", "spapi_oauth_code")]),
            format!("state={STATE}&selling_partner_id=A3FHEXAMPLE&spapi_oauth_code={CODE}"),
        ),
        (
            Dialect::STANDARD.with_redirect_names(&[("code", "tenant")]),
            format!("admin_consent=True&tenant={CODE}&state={STATE}"),
        ),
        (Dialect::STANDARD.with_redirect_names(&[("code", "auth_code")]), format!("auth_code={CODE}&state={STATE}")),
        (
            Dialect::STANDARD.with_redirect_names(&[("code", "auth_code")]),
            format!("app_id=2014101500013658&source=alipay_wallet&scope=auth_user&auth_code={CODE}&state={STATE}"),
        ),
        (Dialect::STANDARD.with_redirect_names(&[("code", "authCode")]), format!("authCode={CODE}&state={STATE}")),
    ] {
        let code = redirected(dialect.clone(), &query).unwrap();
        assert_eq!(code_in(&code), CODE, "{query}");
        assert_eq!(redirected(Dialect::STANDARD, &query).unwrap_err(), RedirectError::NoCodeNoError);
        let twice = redirected(dialect, &format!("{query}&{query}")).unwrap_err();
        assert!(matches!(twice, RedirectError::DuplicateParameter(_)));
    }
    let amazon = Dialect::STANDARD.with_redirect_names(&[("code", "spapi_oauth_code")]);
    let code = redirected(amazon, &format!("state={STATE}&selling_partner_id=A3F&spapi_oauth_code={CODE}")).unwrap();
    assert_eq!(code.redirect_param("selling_partner_id").as_deref(), Some("A3F"));
    assert_eq!(code.redirect_param("spapi_oauth_code").as_deref(), None);
}

#[test]
// quirks R15
fn apple_posts_its_answer() {
    let mut login = at(Dialect::STANDARD).to_unstarted();
    login.scope("name email").unwrap().authorization_param("response_mode", "form_post").unwrap();
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    assert!(
        pending.authorization_url().ends_with(&format!("&scope=name%20email&state={STATE}&response_mode=form_post"))
    );
    let body = format!(
        "state={STATE}&code={CODE}&user=%7B%22name%22%3A%7B%22firstName%22%3A%22Ann%22%2C%22lastName%22%3A%22B%22%7D%2C%22email%22%3A%22ann%40example.com%22%7D"
    );
    let code = pending.receive_redirect(Redirect::form_post(&body)).unwrap();
    assert_eq!(code_in(&code), CODE);
    let user: serde_json::Value = serde_json::from_str(code.redirect_param("user").as_deref().unwrap()).unwrap();
    assert_eq!(user["name"]["firstName"], "Ann");

    let body = format!("state={STATE}&error=user_cancelled_authorize");
    let pending = at(Dialect::STANDARD).to_awaiting_redirect();
    let refusal = pending.receive_redirect(Redirect::form_post(&body)).unwrap_err();
    assert_eq!(refusal.error().fault(), Fault::User);
}

#[test]
// quirks R16
fn the_tenant_in_a_redirect_is_reachable() {
    for (more, name, value) in [
        ("realmId=9130347596842384", "realmId", "9130347596842384"),
        ("location=eu&accounts-server=https%3A%2F%2Faccounts.zoho.eu", "accounts-server", "https://accounts.zoho.eu"),
        ("hmac=700e2d&shop=my-shop.myshopify.com&timestamp=1700000000&host=YWRtaW4", "shop", "my-shop.myshopify.com"),
        ("merchant_id=V3T2", "merchant_id", "V3T2"),
        ("merchantId=ffdq", "merchantId", "ffdq"),
        ("subdomain=acme", "subdomain", "acme"),
        ("businessId=a1b2", "businessId", "a1b2"),
        ("domain_prefix=my-store&user_id=7", "domain_prefix", "my-store"),
    ] {
        let code = redirected(Dialect::STANDARD, &format!("{more}&code={CODE}&state={STATE}")).unwrap();
        assert_eq!(code.redirect_param(name).as_deref(), Some(value));
    }
}

#[test]
// quirks R16
fn a_region_in_a_redirect_chooses_among_the_token_endpoints_of_the_server() {
    let server = Server::new("https://accounts.zoho.com/oauth/v2/auth", "https://accounts.zoho.com/oauth/v2/token");
    let server = server.unwrap().with_regional_token_endpoint("https://accounts.zoho.eu/oauth/v2/token").unwrap();
    let client = Client::new(server, "my-app", REDIRECT_URI).unwrap();
    let receive = |accounts_server: &str| {
        let query = format!("{}&location=eu&accounts-server={accounts_server}", answer());
        client.login().start_with_entropy(&ENTROPY).unwrap().receive_redirect(Redirect::query(&query)).unwrap()
    };
    let endpoint =
        |code: &CodeReceived| format!("{}/oauth/v2/token", code.redirect_param("accounts-server").as_deref().unwrap());

    let mut code = receive("https%3A%2F%2Faccounts.zoho.eu");
    assert_eq!(code.request().url, "https://accounts.zoho.com/oauth/v2/token");
    code.set_token_endpoint(&endpoint(&code)).unwrap();
    assert_eq!(code.request().url, "https://accounts.zoho.eu/oauth/v2/token");
    // The refresh token goes there, too.
    let authorized = code.receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap();
    assert_eq!(refresh_of(&authorized).request().url, "https://accounts.zoho.eu/oauth/v2/token");

    for elsewhere in
        ["https%3A%2F%2Fevil.example", "https%3A%2F%2Faccounts.zoho.eu.evil.example", "http%3A%2F%2Faccounts.zoho.eu"]
    {
        let mut code = receive(elsewhere);
        assert_eq!(code.set_token_endpoint(&endpoint(&code)).unwrap_err(), ParameterError::TokenEndpoint);
        assert_eq!(code.request().url, "https://accounts.zoho.com/oauth/v2/token");
    }
}

/// Lightspeed has a token endpoint for each shop, more than anybody could list. The caller adds the one that it
/// has checked.
#[test]
// quirks R16
fn a_token_endpoint_of_each_tenant_is_added_by_the_caller() {
    let server = || Server::new("https://secure.retail.lightspeed.app/connect", "https://api.example/unused").unwrap();
    let client = Client::new(server(), "my-app", REDIRECT_URI).unwrap();
    let query = format!("{}&domain_prefix=my-store&user_id=7", answer());
    let code = client.login().start_with_entropy(&ENTROPY).unwrap().receive_redirect(Redirect::query(&query)).unwrap();

    let prefix = code.redirect_param("domain_prefix").unwrap();
    assert!(prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    let endpoint = format!("https://{prefix}.retail.lightspeed.app/api/1.0/token");
    let server = server().with_regional_token_endpoint(&*endpoint).unwrap();
    let of_this_shop = Client::new(server, "my-app", REDIRECT_URI).unwrap();
    let mut code = CodeReceived::resume(code.suspend(), &of_this_shop).unwrap();
    code.set_token_endpoint(&endpoint).unwrap();

    assert_eq!(code.request().url, "https://my-store.retail.lightspeed.app/api/1.0/token");
    // It stays so in the store.
    let stored: Suspended = serde_json::from_str(&serde_json::to_string(&code.suspend()).unwrap()).unwrap();
    let code = CodeReceived::resume(stored, &of_this_shop).unwrap();
    assert_eq!(code.request().url, "https://my-store.retail.lightspeed.app/api/1.0/token");
}

/// Shopify signs its redirects: the caller checks the signature before it passes the redirect on.
#[test]
// quirks R16
fn a_signed_redirect_is_checked_by_the_caller() {
    let query =
        format!("code={CODE}&hmac=700e2d&host=YWRtaW4&shop=my-shop.myshopify.com&state={STATE}&timestamp=1700000000");

    let signed: Vec<_> = query.split('&').filter(|pair| !pair.starts_with("hmac=")).collect();
    let is_genuine = hmac_sha256(&signed.join("&")) == "700e2d";

    assert!(is_genuine && signed.is_sorted());
    let code = redirected(Dialect::STANDARD, &query).unwrap();
    assert_eq!(code.redirect_param("timestamp").as_deref(), Some("1700000000"));
}

/// Of the caller, with the client secret.
fn hmac_sha256(_text: &str) -> &'static str {
    "700e2d"
}

#[test]
// quirks R17
fn extras_that_nobody_asked_for_do_no_harm() {
    for more in [
        "session_state=7a1f&iss=https%3A%2F%2Fkeycloak.example%2Frealms%2Fmain",
        "client_info=eyJ1aWQiOiIwIn0&session_state=c0ffee",
        "scope=openid+email&authuser=0&prompt=consent&hd=example.com",
    ] {
        let code = redirected(Dialect::STANDARD, &format!("{}&{more}", answer())).unwrap();
        assert_eq!(code_in(&code), CODE, "{more}");
    }
}

#[test]
// quirks R19
fn iss_counts_where_an_issuer_is_known_and_nowhere_else() {
    let odd = "iss=https%3A%2F%2Fgithub.com%2Flogin%2Foauth";
    assert!(redirected(Dialect::STANDARD, &format!("{}&{odd}", answer())).is_ok());
    assert!(redirected(Dialect::STANDARD, &format!("{}&iss=BattleNet", answer())).is_ok());
    let known = || Scenario { issuer: Some(IssParameter::Optional), ..at(Dialect::STANDARD) }.to_awaiting_redirect();
    assert!(known().receive_redirect(Redirect::query(&answer())).is_ok());
    let refusal = known().receive_redirect(Redirect::query(&format!("{}&{odd}", answer()))).unwrap_err();
    let RedirectError::IssuerMismatch { received } = refusal.error() else { panic!("{refusal:?}") };
    assert_eq!((received.raw(), refusal.next_step()), ("https://github.com/login/oauth", NextStep::StartOver));
}
