//! The token request: where the credentials stand, what it is made of, where it goes.

use authcode::{
    Client, ClientAuth, CodeReceived, Dialect, HttpRequest, HttpResponse, Identity, ParameterError, Redirect,
    RefreshOptions, Renewal, Server,
};

use super::*;

/// The request for the code, of a client that proves who it is in this way.
fn request(dialect: Dialect, auth: fn() -> ClientAuth) -> HttpRequest {
    Scenario { auth, ..at(dialect) }.to_code_received().request()
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers.iter().find_map(|(known, value)| (known == name).then_some(value))
}

/// The body of a refresh.
fn refresh_body(dialect: Dialect) -> String {
    refresh_of(&success(dialect, SUCCESS)).request().body.into_exposed()
}

/// What every request for a code has at its end, if there is nothing more.
fn proof() -> String {
    format!("code={CODE}&code_verifier={VERIFIER}&{RETURN_TO}")
}

#[test]
// quirks Q1
fn credentials_may_stand_in_the_header_alone() {
    let request = request(Dialect::STANDARD, || ClientAuth::basic("s3cret"));
    // `my-app:s3cret`
    assert_eq!(header(&request, "authorization"), Some("Basic bXktYXBwOnMzY3JldA=="));
    assert_eq!(request.body.expose(), format!("grant_type=authorization_code&{}", proof()));
}

#[test]
// quirks Q2
fn credentials_may_stand_in_the_body_alone() {
    let request = request(Dialect::STANDARD, || ClientAuth::body("s3cret"));
    assert_eq!(header(&request, "authorization"), None);
    let expected = format!("grant_type=authorization_code&client_id=my-app&{}&client_secret=s3cret", proof());
    assert_eq!(request.body.expose(), expected);
}

#[test]
// quirks Q3
fn credentials_stand_in_exactly_one_place() {
    for (auth, in_header, in_body) in [
        (|| ClientAuth::None, false, true),
        (|| ClientAuth::basic("s3cret"), true, false),
        (|| ClientAuth::basic_raw("s3cret"), true, false),
        (|| ClientAuth::body("s3cret"), false, true),
    ] as [(fn() -> ClientAuth, _, _); 4]
    {
        let request = request(Dialect::STANDARD, auth);
        assert_eq!(header(&request, "authorization").is_some(), in_header);
        assert_eq!(request.body.expose().contains("client_id="), in_body);
        assert!(!(in_header && request.body.expose().contains("client_secret=")));
    }
}

#[test]
// quirks Q4
fn a_public_client_of_reddit_has_an_empty_password_and_a_name() {
    let request = request(Dialect::STANDARD, || ClientAuth::basic(""));

    let mut headers: Vec<_> = request.headers.iter().collect();
    headers.push(("user-agent", "android:com.example.app:v1.0 (by /u/example)"));
    let length = request.body.expose().len().to_string();
    headers.push(("content-length", &length));

    // `my-app:`
    assert_eq!(header(&request, "authorization"), Some("Basic bXktYXBwOg=="));
    let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["content-type", "accept", "authorization", "user-agent", "content-length"]);
}

#[test]
// quirks Q5
fn basic_may_be_raw() {
    let raw = request(Dialect::STANDARD, || ClientAuth::basic_raw("s3cret/+="));
    // `my-app:s3cret/+=`
    assert_eq!(header(&raw, "authorization"), Some("Basic bXktYXBwOnMzY3JldC8rPQ=="));
    let encoded = request(Dialect::STANDARD, || ClientAuth::basic("s3cret/+="));
    // `my-app:s3cret%2F%2B%3D`
    assert_eq!(header(&encoded, "authorization"), Some("Basic bXktYXBwOnMzY3JldCUyRiUyQiUzRA=="));
}

#[test]
// quirks Q6
fn credentials_in_headers_of_their_own_are_added_by_the_caller() {
    // Trovo: `client-id` in the header, and a JSON body without it.
    const TROVO: Dialect = Dialect::STANDARD.with_json_requests().without_token_params(&["client_id"]);
    let trovo = request(TROVO, || ClientAuth::body("s3cret"));
    let headers: Vec<_> = trovo.headers.iter().chain([("client-id", "my-app")]).collect();
    assert_eq!(
        headers,
        [("content-type", "application/json"), ("accept", "application/json"), ("client-id", "my-app")]
    );
    assert_eq!(
        trovo.body.expose(),
        format!(
            r#"{{"grant_type":"authorization_code","code":"{CODE}","code_verifier":"{VERIFIER}","redirect_uri":"{REDIRECT_URI}","client_secret":"s3cret"}}"#
        )
    );

    // Zalo: the secret in a header.
    const ZALO: Dialect = Dialect::STANDARD.with_token_names(&[("client_id", "app_id")]);
    let zalo = request(ZALO, || ClientAuth::None);
    let headers: Vec<_> = zalo.headers.iter().chain([("secret_key", "s3cret")]).collect();
    assert_eq!(headers.last(), Some(&("secret_key", "s3cret")));
    assert_eq!(zalo.body.expose(), format!("grant_type=authorization_code&app_id=my-app&{}", proof()));
}

#[test]
// quirks Q7
fn a_request_may_be_json() {
    const NOTION: Dialect = Dialect::STANDARD.with_json_requests();
    let notion = request(NOTION, || ClientAuth::basic("s3cret"));
    assert_eq!(header(&notion, "content-type"), Some("application/json"));
    assert_eq!(header(&notion, "authorization"), Some("Basic bXktYXBwOnMzY3JldA=="));
    assert_eq!(
        notion.body.expose(),
        format!(
            r#"{{"grant_type":"authorization_code","code":"{CODE}","code_verifier":"{VERIFIER}","redirect_uri":"{REDIRECT_URI}"}}"#
        )
    );
    assert_eq!(refresh_body(NOTION), r#"{"grant_type":"refresh_token","client_id":"my-app","refresh_token":"rt-1"}"#);
    let form = request(Dialect::STANDARD, || ClientAuth::None);
    assert_eq!(header(&form, "content-type"), Some("application/x-www-form-urlencoded"));
}

#[test]
// quirks Q8
fn a_query_is_made_of_the_body_by_the_caller() {
    const WECHAT: Dialect = Dialect::STANDARD
        .with_token_names(&[("client_id", "appid"), ("client_secret", "secret")])
        .without_token_params(&["redirect_uri"]);
    let request = request(WECHAT, || ClientAuth::body("s3cret"));

    let separator = if request.url.contains('?') { '&' } else { '?' };
    let (method, url) = ("GET", format!("{}{separator}{}", request.url, request.body.expose()));

    assert_eq!((request.method, method), ("POST", "GET"));
    assert_eq!(
        url,
        format!(
            "{TOKEN}?grant_type=authorization_code&appid=my-app&code={CODE}&code_verifier={VERIFIER}&secret=s3cret"
        )
    );
    // What a browser's parser makes of it is what was meant.
    assert_eq!(query_pairs(&url), pairs(request.body.expose()));

    // Figma: `redirect_uri` alone is in the query.
    let server = Server::new(AUTHORIZE, TOKEN)
        .unwrap()
        .with_dialect(Dialect::STANDARD.without_token_params(&["redirect_uri"]))
        .unwrap();
    let client = Client::new(server, "my-app", REDIRECT_URI).unwrap();
    let code = client.login().start_with_entropy(&ENTROPY).unwrap().receive_redirect(&redirect_with("")).unwrap();
    let url = format!("{}?{RETURN_TO}", code.request().url);
    assert_eq!(query_pairs(&url), [("redirect_uri".to_owned(), REDIRECT_URI.to_owned())]);
    assert!(!code.request().body.expose().contains("redirect_uri"));
}

#[test]
// quirks Q9
fn grant_type_may_be_another_or_none() {
    const BASECAMP: Dialect =
        Dialect::STANDARD.without_token_params(&["grant_type"]).with_token_params(&[("type", "web_server")]);
    let basecamp = request(BASECAMP, || ClientAuth::body("s3cret"));
    assert_eq!(basecamp.body.expose(), format!("client_id=my-app&{}&client_secret=s3cret&type=web_server", proof()));
    // For the refresh it is another one.
    let mut options = RefreshOptions::default();
    options.param("type", "refresh").unwrap();
    let renewal = success(BASECAMP, SUCCESS).renewal_with(&options).unwrap();
    let Renewal::Refresh(refresh) = renewal else { panic!("there is a refresh token") };
    assert_eq!(refresh.request().body.expose(), "client_id=my-app&refresh_token=rt-1&type=refresh");

    // The assertion of a client is made for each request (RFC 7523 §3), so no dialect sends one: the caller adds it.
    const AZURE_DEVOPS: Dialect = Dialect::STANDARD
        .with_token_names(&[("code", "assertion"), ("refresh_token", "assertion")])
        .without_token_params(&["client_id", "grant_type"]);
    let with_assertion = |body: &str, grant_type: &str| {
        let more = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", grant_type)
            .append_pair("client_assertion_type", ASSERTION_TYPE)
            .append_pair("client_assertion", "s3cret")
            .finish();
        format!("{body}&{more}")
    };
    const PROOF: &str = "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=s3cret";

    let azure = request(AZURE_DEVOPS, || ClientAuth::None);
    let body = with_assertion(azure.body.expose(), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let grant_type = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
    assert_eq!(body, format!("assertion={CODE}&code_verifier={VERIFIER}&{RETURN_TO}&{grant_type}&{PROOF}"));
    let body = with_assertion(&refresh_body(AZURE_DEVOPS), "refresh_token");
    assert_eq!(body, format!("assertion=rt-1&grant_type=refresh_token&{PROOF}"));
}

/// RFC 7523 §2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[test]
// quirks Q10
fn redirect_uri_may_stay_out_of_the_token_request() {
    const WORLD_ID: Dialect = Dialect::STANDARD.without_token_params(&["redirect_uri"]);
    let request = request(WORLD_ID, || ClientAuth::None);
    let expected = format!("grant_type=authorization_code&client_id=my-app&code={CODE}&code_verifier={VERIFIER}");
    assert_eq!(request.body.expose(), expected);
    assert!(authorization_query(&at(WORLD_ID)).contains(RETURN_TO));
}

/// VK ID wants to see again what it sent in the redirect.
#[test]
// quirks Q11
fn what_came_in_the_redirect_is_added_by_the_caller() {
    let code = redirected(Dialect::STANDARD, &format!("{}&device_id=xI7a%2Fb&type=code_v2", answer())).unwrap();
    let state = Redirect::query(&answer()).claimed_state().unwrap();
    let request = code.request();

    let more = form_urlencoded::Serializer::new(String::new())
        .append_pair("state", &state)
        .append_pair("device_id", code.redirect_param("device_id").as_deref().unwrap())
        .finish();
    let body = Secret::from(format!("{}&{more}", request.body.expose()));

    let expected =
        format!("grant_type=authorization_code&client_id=my-app&{}&state={STATE}&device_id=xI7a%2Fb", proof());
    assert_eq!(body.expose(), expected);
    // What is known before is a parameter like any other, but `state` is nobody's to set.
    let login = || at(Dialect::STANDARD).to_unstarted();
    assert!(login().token_param("device_id", "x").is_ok());
    assert_eq!(login().token_param("state", "x").unwrap_err(), ParameterError::Reserved("state".into()));
}

#[test]
// quirks Q12
fn a_secret_may_be_made_for_each_request() {
    let client = |secret: &str| {
        let server = Server::new("https://appleid.apple.com/auth/authorize", "https://appleid.apple.com/auth/token");
        Client::new(server.unwrap(), Identity::new("com.example.app", ClientAuth::body(secret)), REDIRECT_URI).unwrap()
    };
    let pending = client("of-no-use").login().start_with_entropy(&ENTROPY).unwrap();
    let code = pending.receive_redirect(&redirect_with("")).unwrap();

    let mut code = code;
    code.replace_client(&client("eyJhbGciOiJFUzI1NiJ9.e30.c2ln")).unwrap();

    assert!(code.request().body.expose().ends_with("&client_secret=eyJhbGciOiJFUzI1NiJ9.e30.c2ln"));
    // Or after it was stored.
    let code = CodeReceived::resume(code.suspend(), &client("eyJ.e30.another")).unwrap();
    assert!(code.request().body.expose().ends_with("&client_secret=eyJ.e30.another"));

    // Revolut: an assertion (RFC 7523) for each request. No dialect can send one, and the caller adds it.
    for dialect in [
        Dialect::STANDARD.with_token_names(&[("client_secret", "client_assertion")]),
        Dialect::STANDARD.with_token_params(&[("client_assertion_type", ASSERTION_TYPE)]),
    ] {
        assert!(Server::new(AUTHORIZE, TOKEN).unwrap().with_dialect(dialect).is_err());
    }
    let request = request(Dialect::STANDARD.without_token_params(&["client_id"]), || ClientAuth::None);

    let more = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_assertion_type", ASSERTION_TYPE)
        .append_pair("client_assertion", "eyJ.e30.c2ln")
        .finish();
    let body = Secret::from(format!("{}&{more}", request.body.expose()));

    assert!(body.expose().starts_with("grant_type=authorization_code&code=") && !body.expose().contains("client_id"));
    assert!(body.expose().ends_with("&client_assertion=eyJ.e30.c2ln"));
}

#[test]
// quirks Q12
fn what_is_made_of_the_code_or_replaces_the_header_is_added_by_the_caller() {
    // Smartsheet: a hash over secret and code.
    let smartsheet = request(Dialect::STANDARD, || ClientAuth::None);
    let code = value_of(&pairs(smartsheet.body.expose()), "code").unwrap();
    let body = Secret::from(format!("{}&hash={}", smartsheet.body.expose(), sha256(&format!("s3cret|{code}"))));
    assert!(body.expose().ends_with(&format!("&{RETURN_TO}&hash=9f86d081")));

    // Stripe: the secret key as the user name, while the client identifier is another.
    let stripe = request(Dialect::STANDARD, || ClientAuth::None);
    let headers: Vec<_> = stripe.headers.iter().chain([("authorization", "Bearer sk_test_4eC3")]).collect();
    assert_eq!(header(&stripe, "authorization"), None);
    assert_eq!(headers.last(), Some(&("authorization", "Bearer sk_test_4eC3")));
}

/// Of the caller.
fn sha256(_text: &str) -> &'static str {
    "9f86d081"
}

#[test]
// quirks Q13
fn a_refresh_may_go_to_another_url() {
    let server = Server::new("https://www.figma.com/oauth", "https://api.figma.com/v1/oauth/token").unwrap();
    let server = server.with_refresh_endpoint("https://api.figma.com/v1/oauth/refresh").unwrap();
    let client = Client::new(server, Identity::new("my-app", ClientAuth::basic("s3cret")), REDIRECT_URI).unwrap();
    let code = client.login().start_with_entropy(&ENTROPY).unwrap().receive_redirect(&redirect_with("")).unwrap();
    assert_eq!(code.request().url, "https://api.figma.com/v1/oauth/token");
    let authorized = code.receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap();
    let request = refresh_of(&authorized).request();
    assert_eq!(request.url, "https://api.figma.com/v1/oauth/refresh");
    assert_eq!(request.body.expose(), "grant_type=refresh_token&refresh_token=rt-1");
    assert!(header(&request, "authorization").is_some());
    // Without it, the token endpoint has both.
    assert_eq!(success(Dialect::STANDARD, SUCCESS).client().server().refresh_endpoint().as_str(), TOKEN);
}

#[test]
// quirks Q15
fn a_refresh_without_a_refresh_token_keeps_the_old_one_and_reports_it() {
    // Google.
    for (member, kept, rotated) in [
        ("", "rt-1", false),
        (r#","refresh_token":null"#, "rt-1", false),
        (r#","refresh_token":"rt-1""#, "rt-1", false),
        (r#","refresh_token":"rt-2""#, "rt-2", true),
    ] {
        let body = format!(r#"{{"access_token":"ya29.2","expires_in":3920,"token_type":"Bearer"{member}}}"#);
        let mut login = success(Dialect::STANDARD, SUCCESS);
        let refreshed = renew(&mut login, 200, &body).unwrap();
        assert_eq!(refresh_token(&login), Some(kept), "{member}");
        assert_eq!((refreshed.rotated, refreshed.superseded), (rotated, false), "{member}");
    }
}

#[test]
// quirks Q16
fn a_scope_that_changes_is_reported_and_is_no_error() {
    for (asked, said, lacking, added) in [
        ("email profile", "email profile openid", "", "openid"),
        ("Mail.Read offline_access", "Mail.Read User.Read", "offline_access", "User.Read"),
        ("meeting:read", "meeting:read user:read", "", "user:read"),
        ("repo gist", "repo", "gist", ""),
    ] {
        let code = Scenario { scope: asked, ..at(Dialect::STANDARD) }.to_code_received();
        let body = format!(r#"{{"access_token":"a","token_type":"bearer","scope":"{said}"}}"#);
        let authorized = code.receive_response(HttpResponse::new(200, body), NOW).unwrap();
        let GrantedScope::Stated(granted) = authorized.tokens().granted_scope() else { panic!("it is stated") };
        assert_eq!(authorized.requested_scope().difference(granted).as_str(), lacking);
        assert_eq!(granted.difference(authorized.requested_scope()).as_str(), added);
    }
    // A refresh that changes it says what it was.
    let body = r#"{"access_token":"b","token_type":"bearer","scope":"openid"}"#;
    let mut login = success(Dialect::STANDARD, SUCCESS);
    let refreshed = renew(&mut login, 200, body).unwrap();
    let GrantedScope::Stated(before) = refreshed.scope_before else { panic!("it was stated") };
    assert_eq!((before.as_str(), granted(&login)), ("openid offline_access", Some("openid")));
}
