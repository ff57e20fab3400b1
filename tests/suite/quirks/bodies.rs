//! The shape of a success: form, JSON under any media type, other names, other places.

use crate::scenario::parsed;
use std::collections::BTreeMap;

use authcode::{Dialect, HttpResponse, LifetimeFormat, NextStep, TokenErrorKind, UnusableToken};
use serde_json::{Value, json};

use super::*;

const FORM: Dialect = Dialect::STANDARD.with_form_responses();

const MISSING: TokenErrorKind = TokenErrorKind::Unusable(UnusableToken::Missing);

/// Names and places of the response, and nothing else.
const fn places(paths: &'static [(&'static str, &'static [&'static str])]) -> Dialect {
    Dialect::STANDARD.with_response_paths(paths).with_assumed_bearer()
}

fn access_token(authorized: &Authorized) -> &str {
    authorized.tokens().access_token().expose()
}

#[test]
// quirks B1
fn json_is_asked_for_and_a_form_is_read_by_a_setting() {
    let request = at(Dialect::STANDARD).to_code_received().request();
    assert!(request.headers.iter().any(|header| header == ("accept", "application/json")));

    const GITHUB: Dialect = FORM.with_granted_scope_separator(',');
    let body = "access_token=gho_16C7e42F292c6912E7710c838347Ae178B4a&scope=repo%2Cgist&token_type=bearer";
    let authorized = success(GITHUB, body);
    assert_eq!(authorized.bearer().unwrap().expose(), "Bearer gho_16C7e42F292c6912E7710c838347Ae178B4a");
    assert_eq!(granted(&authorized), Some("repo gist"));
    // Without the setting the state is returned, and the caller can correct the dialect.
    let response = HttpResponse::new(200, body);
    let refusal = at(Dialect::STANDARD).to_code_received().receive_response(response, NOW).unwrap_err();
    assert_eq!(refusal.error().kind(), TokenErrorKind::NotJson);
    assert_eq!((refusal.next_step(), refusal.error().body()), (NextStep::Fix, None));
    assert_hides(refusal.error(), &["gho_"]);
    assert!(is_alive(refusal));
    // JSON is still read.
    assert_eq!(access_token(&success(GITHUB, SUCCESS)), "at-1");
    // An error has the same form.
    let error =
        refused(GITHUB, 200, "error=bad_verification_code&error_description=The+code+passed+is+incorrect+or+expired.");
    assert_eq!(
        (code(&error), description(&error)),
        ("bad_verification_code", "The code passed is incorrect or expired.")
    );
    let twice = refused(GITHUB, 200, "access_token=a&access_token=b");
    assert_eq!(twice.kind(), TokenErrorKind::Unusable(UnusableToken::DuplicateMember("access_token")));
}

#[test]
// quirks B2
fn a_form_under_another_media_type_is_read_by_a_setting() {
    const DEEZER: Dialect = FORM.with_lifetime("expires", LifetimeFormat::Seconds).with_assumed_bearer();
    for (media_type, body, expected) in [
        ("text/plain; charset=UTF-8", "access_token=CAAB&expires=5183999", "CAAB"),
        ("text/html; charset=utf-8", "access_token=frYour&expires=3600", "frYour"),
        ("text/html", "access_token=FE04CCE2&expires_in=7776000&refresh_token=88E4BE14", "FE04CCE2"),
    ] {
        let response = HttpResponse::new(200, body).with_headers([("Content-Type", media_type)]);
        let authorized = at(DEEZER).to_code_received().receive_response(response, NOW).unwrap();
        assert_eq!(authorized.bearer().unwrap().into_exposed(), format!("Bearer {expected}"));
        assert!(authorized.tokens().expires_at().is_some());
        assert_eq!(refused(Dialect::STANDARD, 200, body).kind(), TokenErrorKind::NotJson);
    }
}

/// QQ calls a function of the page that it thinks it answers.
#[test]
// quirks B2
fn jsonp_is_unwrapped_by_the_caller() {
    let came = "callback( {\"error\":100020,\"error_description\":\"code is reused error\"} );\n";
    for dialect in [Dialect::STANDARD, FORM] {
        assert_eq!(refused(dialect, 200, came).kind(), TokenErrorKind::NotJson);
    }

    let json = came.trim().strip_prefix("callback(").and_then(|rest| rest.strip_suffix(");")).unwrap_or(came);

    let error = refused(Dialect::STANDARD, 200, json);
    assert_eq!((code(&error), description(&error)), ("100020", "code is reused error"));
}

#[test]
// quirks B3, B4, B5
fn json_is_json_under_any_media_type_or_none() {
    for media_type in [
        "text/plain;charset=UTF-8",
        "text/javascript; charset=utf-8",
        "text/html",
        "application/hal+json",
        "application/vnd.api+json",
        "application/problem+json",
        "application/octet-stream",
    ] {
        let response = HttpResponse::new(200, SUCCESS).with_headers([("content-type", media_type)]);
        let authorized = at(Dialect::STANDARD).to_code_received().receive_response(response, NOW).unwrap();
        assert_eq!(access_token(&authorized), "at-1", "{media_type}");
    }
    // No `Content-Type` at all; and a form without one.
    assert_eq!(access_token(&success(Dialect::STANDARD, SUCCESS)), "at-1");
    assert_eq!(access_token(&success(FORM, "access_token=TcNX8&expires=86400")), "TcNX8");
}

#[test]
// quirks B6
fn xml_is_made_json_by_the_caller() {
    let came = "<Access_Token> <Instance_Url>https://www.concursolutions.com/</Instance_Url> <Token>token</Token> <Expiration_date>11/15/2023 4:47:44 PM</Expiration_date> <Refresh_Token>refresh</Refresh_Token> </Access_Token>";
    for dialect in [Dialect::STANDARD, FORM] {
        assert_eq!(refused(dialect, 200, came).kind(), TokenErrorKind::NotJson);
    }
    // Code, identifier and secret go into the query.
    let scenario = Scenario { auth: || authcode::ClientAuth::body("s3cret"), ..at(Dialect::STANDARD) };
    let request = scenario.to_code_received().request();

    let url = format!("{}?{}", request.url, request.body.expose());
    let element = |name: &str| {
        let (_, rest) = came.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0)
    };
    let body = json!({
        "access_token": element("Token"),
        "refresh_token": element("Refresh_Token"),
        "token_type": "Bearer",
        "expiration_date": element("Expiration_date"),
    });

    assert!(url.starts_with(&format!("{TOKEN}?grant_type=authorization_code&client_id=my-app&code={CODE}&")));
    assert!(url.ends_with("&client_secret=s3cret"));
    let authorized = success(Dialect::STANDARD, &body.to_string());
    assert_eq!((access_token(&authorized), refresh_token(&authorized)), ("token", Some("refresh")));
}

#[test]
// quirks B7
fn names_in_camel_case_are_a_setting() {
    const PLENTYMARKETS: Dialect = Dialect::STANDARD
        .with_response_names(&[
            ("access_token", "accessToken"),
            ("refresh_token", "refreshToken"),
            ("token_type", "tokenType"),
        ])
        .with_lifetime("expiresIn", LifetimeFormat::Seconds);
    let body = r#"{"accessToken":"ecUN1r8KhJewMCdLAmpHOdZ4O0ofXKB9zf6CXK61","tokenType":"Bearer","expiresIn":86400,"refreshToken":"iG2kBGIjcXaRE4xmTVUnv7xwxX7XMcWCHqJmFaSX"}"#;
    let authorized = success(PLENTYMARKETS, body);
    assert_eq!(authorized.bearer().unwrap().expose(), "Bearer ecUN1r8KhJewMCdLAmpHOdZ4O0ofXKB9zf6CXK61");
    assert_eq!(refresh_token(&authorized), Some("iG2kBGIjcXaRE4xmTVUnv7xwxX7XMcWCHqJmFaSX"));
    assert_eq!(authorized.tokens().expires_at().unwrap().as_secs(), NOW.as_secs() + 86_400);
    let error = refused(Dialect::STANDARD, 200, body);
    assert_eq!(error.kind(), MISSING);
    assert_hides(&error, &["ecUN1r8", "iG2kBGI"]);
    // What the setting names is read there alone.
    assert_eq!(refused(PLENTYMARKETS, 200, r#"{"access_token":"a","token_type":"Bearer"}"#).kind(), MISSING);
}

#[test]
// quirks B8
fn a_user_token_of_slack_is_at_a_place_of_its_own() {
    const SLACK: Dialect = Dialect::STANDARD
        .with_response_paths(&[
            ("access_token", &["authed_user", "access_token"]),
            ("refresh_token", &["authed_user", "refresh_token"]),
            ("scope", &["authed_user", "scope"]),
            ("token_type", &["authed_user", "token_type"]),
        ])
        .with_lifetime_path(&["authed_user", "expires_in"], LifetimeFormat::Seconds)
        .with_granted_scope_separator(',')
        .with_bearer_aliases(&["user"]);
    let body = r#"{"ok":true,"app_id":"A0118NQPZZC","authed_user":{"id":"U065VRX1T0","scope":"identify,chat:write","access_token":"xoxp-1234","refresh_token":"xoxe-1","expires_in":43200,"token_type":"user"},"team":{"id":"T024BE7LD"},"enterprise":null,"is_enterprise_install":false}"#;
    let authorized = success(SLACK, body);
    assert_eq!(authorized.bearer().unwrap().expose(), "Bearer xoxp-1234");
    assert_eq!(refresh_token(&authorized), Some("xoxe-1"));
    assert_eq!(granted(&authorized), Some("identify chat:write"));
    assert_eq!(authorized.tokens().expires_at().unwrap().as_secs(), NOW.as_secs() + 43_200);
    assert_eq!(authorized.tokens().member_text("authed_user").and_then(parsed::<Value>).unwrap()["id"], "U065VRX1T0");
    assert_eq!(refused(Dialect::STANDARD, 200, body).kind(), MISSING);
    // With the token of a bot beside it, it is still the user's.
    let both = r#"{"ok":true,"access_token":"xoxb-1","token_type":"bot","scope":"commands","authed_user":{"access_token":"xoxp-1","token_type":"user","scope":"identify"}}"#;
    assert_eq!(access_token(&success(SLACK, both)), "xoxp-1");
    assert_eq!(access_token(&success(Dialect::STANDARD, both)), "xoxb-1");
}

#[test]
// quirks B9
fn withings_wraps_its_answer_and_its_status() {
    const WITHINGS: Dialect = Dialect::STANDARD
        .with_token_params(&[("action", "requesttoken")])
        .with_scope_separator(',')
        .with_lifetime_path(&["body", "expires_in"], LifetimeFormat::Seconds)
        .with_response_names(&[("error", "status")])
        .with_response_paths(&[
            ("access_token", &["body", "access_token"]),
            ("refresh_token", &["body", "refresh_token"]),
            ("scope", &["body", "scope"]),
            ("token_type", &["body", "token_type"]),
        ]);
    assert!(at(WITHINGS).to_code_received().request().body.expose().ends_with("&action=requesttoken"));
    let body = r#"{"status":0,"body":{"userid":"363","access_token":"a075f8c14fb8df40b08ebc8508533dc332a6910a","refresh_token":"f631236f02b991810feb774765b6ae8e6c6839ca","expires_in":10800,"scope":"user.info,user.metrics","csrf_token":"PACnnxwHTaBQOzF7bQqwFUUotIuvtzSM","token_type":"Bearer"}}"#;
    let authorized = success(WITHINGS, body);
    assert_eq!(authorized.bearer().unwrap().expose(), "Bearer a075f8c14fb8df40b08ebc8508533dc332a6910a");
    assert_eq!(refresh_token(&authorized), Some("f631236f02b991810feb774765b6ae8e6c6839ca"));
    assert_eq!(granted(&authorized), Some("user.info user.metrics"));
    assert_eq!(authorized.tokens().expires_at().unwrap().as_secs(), NOW.as_secs() + 10_800);
    assert_eq!(refused(Dialect::STANDARD, 200, body).kind(), MISSING);

    let invalid = r#"{"status":503,"body":{},"error":"Invalid Params: invalid code"}"#;
    for dialect in [Dialect::STANDARD, WITHINGS] {
        let error = refused(dialect, 200, invalid);
        assert_eq!((error.status(), code(&error)), (200, "Invalid Params: invalid code"));
        assert_eq!(member::<u16>(&error, "status"), Some(503));
    }
    // A status alone is an error, too.
    let error = refused(WITHINGS, 200, r#"{"status":601,"body":{}}"#);
    assert_eq!((error.status(), code(&error)), (200, "601"));
    // A caller that knows what it means passes the status that it means.
    let error = refused(WITHINGS, 429, r#"{"status":601,"body":{}}"#);
    assert!(matches!(error.next_step(), NextStep::Retry { .. }));
}

#[test]
// quirks B10
fn tiktok_ads_speaks_json_under_its_own_names_both_ways() {
    const TIKTOK_ADS: Dialect = Dialect::STANDARD
        .with_json_requests()
        .with_token_names(&[("client_id", "app_id"), ("client_secret", "secret"), ("code", "auth_code")])
        .without_token_params(&["grant_type", "redirect_uri"])
        .with_response_names(&[("error", "code"), ("error_description", "message")])
        .with_response_paths(&[("access_token", &["data", "access_token"]), ("scope", &["data", "scope"])])
        .with_assumed_bearer();
    let scenario = Scenario { auth: || authcode::ClientAuth::body("s3cret"), ..at(TIKTOK_ADS) };
    assert_eq!(
        scenario.to_code_received().request().body.expose(),
        format!(r#"{{"app_id":"my-app","auth_code":"{CODE}","code_verifier":"{VERIFIER}","secret":"s3cret"}}"#)
    );
    let body = r#"{"code":0,"message":"OK","data":{"access_token":"a1b2","scope":[4,21,8],"advertiser_ids":["1234"]},"request_id":"2020042715295501023125104093250"}"#;
    let authorized = success(TIKTOK_ADS, body);
    assert_eq!(authorized.bearer().unwrap().expose(), "Bearer a1b2");
    // Numbers are no scopes. They are reachable as they are.
    assert_eq!(granted(&authorized), None);
    assert_eq!(authorized.tokens().member_text("data").and_then(parsed::<Value>).unwrap()["scope"], json!([4, 21, 8]));
    assert_eq!(refused(Dialect::STANDARD, 200, body).kind(), MISSING);

    let wrong = r#"{"code":40110,"message":"Auth code is invalid or expired.","data":{},"request_id":"20200"}"#;
    let error = refused(TIKTOK_ADS, 200, wrong);
    assert_eq!((code(&error), description(&error)), ("40110", "Auth code is invalid or expired."));
    assert_eq!(member::<String>(&error, "request_id").unwrap(), "20200");
    assert_eq!(refused(Dialect::STANDARD, 200, wrong).kind(), MISSING);
}

#[test]
// quirks B10
fn feishu_wraps_its_answer_in_data() {
    const FEISHU: Dialect = Dialect::STANDARD
        .with_response_names(&[("error", "code"), ("error_description", "msg")])
        .with_response_paths(&[
            ("access_token", &["data", "access_token"]),
            ("refresh_token", &["data", "refresh_token"]),
            ("token_type", &["data", "token_type"]),
        ])
        .with_lifetime_path(&["data", "expires_in"], LifetimeFormat::Seconds);
    let body = r#"{"code":0,"msg":"success","data":{"access_token":"u-6U1","token_type":"Bearer","expires_in":7140,"name":"zhangsan","refresh_token":"ur-t9H"}}"#;
    let authorized = success(FEISHU, body);
    assert_eq!((access_token(&authorized), refresh_token(&authorized)), ("u-6U1", Some("ur-t9H")));
    let error = refused(FEISHU, 200, r#"{"code":20003,"msg":"code is expired"}"#);
    assert_eq!((code(&error), description(&error)), ("20003", "code is expired"));
}

#[test]
// quirks B11
fn untappd_wraps_its_answer_and_its_errors() {
    const UNTAPPD: Dialect = places(&[
        ("access_token", &["response", "access_token"]),
        ("error", &["meta", "error_type"]),
        ("error_description", &["meta", "error_detail"]),
    ])
    .with_authorization_names(&[("redirect_uri", "redirect_url")])
    .with_token_names(&[("redirect_uri", "redirect_url")]);
    let request = at(UNTAPPD).to_code_received().request();

    let (method, url) = ("GET", format!("{}?{}", request.url, request.body.expose()));

    assert_eq!(method, "GET");
    assert!(url.ends_with("&redirect_url=https%3A%2F%2Fclient.example.com%2Fcb"));
    assert!(authorization_query(&at(UNTAPPD)).contains("&redirect_url=https%3A%2F%2Fclient.example.com%2Fcb&"));
    let body = r#"{"meta":{"http_code":200},"response":{"access_token":"TOKENHERE"}}"#;
    assert_eq!(access_token(&success(UNTAPPD, body)), "TOKENHERE");
    assert_eq!(refused(Dialect::STANDARD, 200, body).kind(), MISSING);
    let wrong = r#"{"meta":{"http_code":500,"error_detail":"The code is not valid.","error_type":"invalid_param"},"response":[]}"#;
    let error = refused(UNTAPPD, 400, wrong);
    assert_eq!((code(&error), description(&error)), ("invalid_param", "The code is not valid."));
    let raw = refused(Dialect::STANDARD, 400, wrong);
    assert_eq!(raw.kind(), TokenErrorKind::UnexpectedStatus);
    assert_eq!(member::<Value>(&raw, "meta").unwrap()["error_type"], "invalid_param");
}

#[test]
// quirks B12
fn yammer_has_an_object_for_an_access_token() {
    const YAMMER: Dialect = places(&[("access_token", &["access_token", "token"])]);
    let body = r#"{"user":{"id":1,"state":"active"},"access_token":{"user_id":1,"network_id":155465488,"token":"ajsdfiasd7f6asdf8o","expires_at":null},"network":{"id":155465488}}"#;
    assert_eq!(access_token(&success(YAMMER, body)), "ajsdfiasd7f6asdf8o");
    let error = refused(Dialect::STANDARD, 200, body);
    assert_eq!(error.kind(), TokenErrorKind::Unusable(UnusableToken::Malformed));
    assert_hides(&error, &["ajsdf"]);
}

#[test]
// quirks B13
fn alipay_wraps_its_answer_and_signs_what_is_asked() {
    const ALIPAY: Dialect = places(&[
        ("access_token", &["alipay_system_oauth_token_response", "access_token"]),
        ("error", &["error_response", "sub_code"]),
        ("error_description", &["error_response", "sub_msg"]),
        ("refresh_token", &["alipay_system_oauth_token_response", "refresh_token"]),
    ])
    .with_lifetime_path(&["alipay_system_oauth_token_response", "expires_in"], LifetimeFormat::Seconds)
    .with_token_names(&[("client_id", "app_id")])
    .with_token_params(&[("method", "alipay.system.oauth.token"), ("sign_type", "RSA2")]);
    let request = at(ALIPAY).to_code_received().request();

    // What is signed are the pairs in the order of their names.
    let sorted: BTreeMap<_, _> = pairs(request.body.expose()).into_iter().collect();
    let signed: Vec<_> = sorted.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let url = format!("{}?{}&sign={}", request.url, request.body.expose(), sign(&signed.join("&")));

    assert!(signed.join("&").starts_with(&format!("app_id=my-app&code={CODE}&code_verifier={VERIFIER}&grant_type=")));
    assert!(url.ends_with("&method=alipay.system.oauth.token&sign_type=RSA2&sign=ERITJKEIJKJH"));
    let body = r#"{"alipay_system_oauth_token_response":{"user_id":"2088102150477652","access_token":"20120823ac6ffaa4d2d84e7384bf983531473993","expires_in":"3600","refresh_token":"20120823ac6ffdsdf2d84e7384bf983531473994","re_expires_in":"3600"},"sign":"ERITJKEIJKJHKKKKKKKHJEREEEEEEEEEEE"}"#;
    let authorized = success(ALIPAY, body);
    assert_eq!(access_token(&authorized), "20120823ac6ffaa4d2d84e7384bf983531473993");
    assert_eq!(refresh_token(&authorized), Some("20120823ac6ffdsdf2d84e7384bf983531473994"));
    assert_eq!(authorized.tokens().expires_at().unwrap().as_secs(), NOW.as_secs() + 3600);
    let wrong = r#"{"error_response":{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.code-invalid","sub_msg":"code"},"sign":"ERIT"}"#;
    assert_eq!(code(&refused(ALIPAY, 200, wrong)), "isv.code-invalid");
    for body in [body, wrong] {
        assert_eq!(refused(Dialect::STANDARD, 200, body).kind(), MISSING);
    }
}

/// A key of the caller.
fn sign(_text: &str) -> &'static str {
    "ERITJKEIJKJH"
}

#[test]
// quirks B14
fn a_scope_may_be_a_list_and_an_error_a_message() {
    let body = r#"{"access_token":"rfx2uswqe8l4g1mkagrvg5tv0ks3","expires_in":14124,"refresh_token":"5b93chm6hdve3mycz05zfzatkfdenfspp1h1ar2xxdalen01","scope":["channel:moderate","chat:edit","chat:read"],"token_type":"bearer"}"#;
    assert_eq!(granted(&success(Dialect::STANDARD, body)), Some("channel:moderate chat:edit chat:read"));

    const TWITCH: Dialect = Dialect::STANDARD.with_response_names(&[("error", "message")]);
    let wrong = r#"{"status":400,"message":"Invalid authorization code"}"#;
    assert_eq!(code(&refused(TWITCH, 400, wrong)), "Invalid authorization code");
    let raw = refused(Dialect::STANDARD, 400, wrong);
    assert_eq!(raw.kind(), TokenErrorKind::UnexpectedStatus);
    assert_eq!(member::<String>(&raw, "message").unwrap(), "Invalid authorization code");
}

#[test]
// quirks B15, B16, B17
fn what_stands_beside_a_good_token_does_not_cost_it() {
    for id_token in ["false", "null", "7", "\"\"", "\"not a jwt\"", "\"eyJhbGciOiJub25lIn0.e30.\""] {
        let body =
            format!(r#"{{"access_token":"a","token_type":"bearer","id_token":{id_token},"refresh_token":null}}"#);
        let authorized = success(Dialect::STANDARD, &body);
        assert_eq!(access_token(&authorized), "a");
        assert_eq!(refresh_token(&authorized), None);
        // It is returned as it came, and is not validated.
        assert_eq!(
            authorized.tokens().member_text("id_token").and_then(parsed::<Value>).unwrap().to_string(),
            id_token
        );
        assert_eq!(
            authorized.tokens().member_text("id_token").and_then(parsed::<String>).is_some(),
            id_token.starts_with('"')
        );
    }
}

#[test]
// quirks B18
fn the_tenant_in_a_token_response_is_reachable() {
    let salesforce = r#"{"access_token":"00Dx0000000BV7z","signature":"CMJ4l+CCaPQiKjoOEwEig9H4wqhpuLSk4J2urAe+fVg=","scope":"web openid","instance_url":"https:\/\/mycompany.my.salesforce.com","id":"https://login.salesforce.com/id/00Dx0000000BV7z/005x00000012Q9P","token_type":"Bearer","issued_at":"1699999999000"}"#;
    let authorized = success(Dialect::STANDARD, salesforce);
    let text = |name| authorized.tokens().member_text(name).and_then(parsed::<String>);
    assert_eq!(text("instance_url").unwrap(), "https://mycompany.my.salesforce.com");
    assert_eq!(text("issued_at").unwrap(), "1699999999000");
    assert_eq!(text("signature").unwrap(), "CMJ4l+CCaPQiKjoOEwEig9H4wqhpuLSk4J2urAe+fVg=");
    // `issued_at` is not the moment at which it runs out.
    assert_eq!(authorized.tokens().lifetime(), authcode::Lifetime::Unstated);
    for (name, value) in [
        ("api_domain", "https://mycompany.pipedrive.com"),
        ("api_domain", "https://www.zohoapis.eu"),
        ("host", "app-us2.wrike.com"),
        ("restUrl", "https://rest99.bullhornstaffing.com/rest-services/1abc/"),
    ] {
        let body = format!(r#"{{"access_token":"a","token_type":"Bearer","expires_in":3600,"{name}":"{value}"}}"#);
        assert_eq!(
            success(Dialect::STANDARD, &body).tokens().member_text(name).and_then(parsed::<String>).unwrap(),
            value
        );
    }
}

#[test]
// quirks B19
fn a_byte_order_mark_is_skipped_and_a_member_twice_is_refused() {
    assert_eq!(access_token(&success(Dialect::STANDARD, &format!("\u{FEFF}{SUCCESS}"))), "at-1");
    let twice = r#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#;
    let error = refused(Dialect::STANDARD, 200, twice);
    assert_eq!(error.kind(), TokenErrorKind::Unusable(UnusableToken::DuplicateMember("access_token")));
    let twice = r#"{"data":{"access_token":"a","access_token":"b"}}"#;
    let error = refused(places(&[("access_token", &["data", "access_token"])]), 200, twice);
    assert_eq!(error.kind(), TokenErrorKind::Unusable(UnusableToken::DuplicateMember("access_token")));
}
