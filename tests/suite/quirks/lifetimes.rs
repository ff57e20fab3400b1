//! How long a token lives, in the words of its server. What is not understood never means "for ever".

use crate::scenario::parsed;
use core::time::Duration;

use authcode::{Authorized, Dialect, Lifetime, LifetimeFormat, TokenErrorKind, UnusableToken, limits};

use super::*;

fn seconds(seconds: u64) -> Lifetime {
    Lifetime::Stated(Duration::from_secs(seconds))
}

/// It has an end that is not known: it is used for a short time, and then renewed.
#[track_caller]
fn assert_unreadable(authorized: &Authorized) {
    assert_eq!(authorized.tokens().lifetime(), Lifetime::Unreadable);
    assert_eq!(authorized.tokens().expires_at(), None);
    let left = authorized.tokens().time_left(NOW, Duration::ZERO).unwrap();
    assert_eq!(left.as_secs(), limits::UNREADABLE_LIFETIME);
    assert!(authorized.needs_renewal(NOW.saturating_add(left), Duration::ZERO));
}

#[test]
// quirks L1
fn expiry_is_a_number_of_seconds_or_with_a_setting_a_date() {
    let counted = r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"Bearer","expiry":3600}"#;
    assert_eq!(success(Dialect::STANDARD, counted).tokens().lifetime(), seconds(3600));

    // What Go's `oauth2.Token` becomes in JSON.
    const GO: Dialect = Dialect::STANDARD.with_lifetime("expiry", LifetimeFormat::Timestamp);
    let dated = |expiry| format!(r#"{{"access_token":"at-1","token_type":"Bearer","expiry":"{expiry}"}}"#);
    for expiry in [
        "2023-11-14T23:13:20Z",
        "2023-11-14T23:13:20.123456789Z",
        "2023-11-15T00:13:20.5+01:00",
        "2023-11-14T20:13:20-03:00",
    ] {
        assert_eq!(success(GO, &dated(expiry)).tokens().lifetime(), seconds(3600), "{expiry}");
        assert_unreadable(&success(Dialect::STANDARD, &dated(expiry)));
    }
    // Go's moment zero, where nobody set one. A token that seems to have run out is renewed.
    assert_eq!(success(GO, &dated("0001-01-01T00:00:00Z")).tokens().lifetime(), seconds(0));
    let unset = GO.with_zero_lifetime_unstated();
    assert_eq!(success(unset, &dated("0001-01-01T00:00:00Z")).tokens().lifetime(), Lifetime::Unstated);
    // The number still counts, and what is no date does not.
    assert_eq!(success(GO, counted).tokens().lifetime(), seconds(3600));
    assert_unreadable(&success(GO, &dated("2023-11-14")));
    assert_unreadable(&success(GO, &dated("2023-11-14T23:13:20")));
}

#[test]
// quirks L2, L3
fn expires_in_may_be_a_text() {
    let paypal = r#"{"scope":"openid","access_token":"A21AA","token_type":"Bearer","app_id":"APP-80W284485P519543T","expires_in":"32400","nonce":"2020-04-03T15:35:36ZaYZlGvEkV4yVSz8g6bAKFoGSEzuy3CQcz3ljhibkOHg"}"#;
    assert_eq!(success(Dialect::STANDARD, paypal).tokens().lifetime(), seconds(32_400));
    let naver = r#"{"access_token":"AAAAQosjWDJieBiQZc3to9YQp6HDLvrmyKC","refresh_token":"c8ceMEJisO4Se7uGCEYKK1p52L93bHXLn","token_type":"bearer","expires_in":"3600"}"#;
    assert_eq!(success(Dialect::STANDARD, naver).tokens().lifetime(), seconds(3600));
}

#[test]
// quirks L4
fn expires_on_of_azure_is_a_moment() {
    const AZURE: Dialect = Dialect::STANDARD.with_lifetime("expires_on", LifetimeFormat::UnixSeconds);
    let entra = r#"{"token_type":"Bearer","expires_in":"3599","ext_expires_in":"3599","expires_on":"1700003599","not_before":"1699999999","resource":"https://graph.windows.net","access_token":"eyJ0"}"#;
    assert_eq!(success(Dialect::STANDARD, entra).tokens().lifetime(), seconds(3599));
    assert_eq!(success(AZURE, entra).tokens().lifetime(), seconds(3599));

    let managed_identity = r#"{"access_token":"eyJ0","expires_on":"1700003600","resource":"https://vault.azure.net","token_type":"Bearer"}"#;
    assert_unreadable(&success(Dialect::STANDARD, managed_identity));
    assert_eq!(success(AZURE, managed_identity).tokens().lifetime(), seconds(3600));
    // An old one has a date that is nobody's standard.
    let old = r#"{"access_token":"eyJ0","expires_on":"11/14/2023 11:13:20 PM +00:00","token_type":"Bearer"}"#;
    assert_unreadable(&success(AZURE, old));
    // Neither: ten minutes are usual.
    let neither = r#"{"access_token":"eyJ0","token_type":"Bearer"}"#;
    assert_eq!(success(AZURE, neither).tokens().lifetime(), Lifetime::Unstated);
    assert_eq!(success(AZURE.with_assumed_lifetime(600), neither).tokens().lifetime(), seconds(600));
}

#[test]
// quirks L5
fn expires_is_a_setting() {
    const FACEBOOK: Dialect =
        Dialect::STANDARD.with_form_responses().with_lifetime("expires", LifetimeFormat::Seconds).with_assumed_bearer();
    let form = "access_token=CAAB&expires=5183999";
    assert_eq!(success(FACEBOOK, form).tokens().lifetime(), seconds(5_183_999));
    assert_unreadable(&success(Dialect::STANDARD.with_form_responses(), form));
    assert_eq!(refused(Dialect::STANDARD, 200, form).kind(), TokenErrorKind::NotJson);
    // Elsewhere it is the moment at which the token runs out.
    const MOMENT: Dialect = Dialect::STANDARD.with_lifetime("expires", LifetimeFormat::UnixSeconds);
    let json = r#"{"access_token":"a","token_type":"Bearer","expires":1700003600}"#;
    assert_eq!(success(MOMENT, json).tokens().lifetime(), seconds(3600));
    assert_unreadable(&success(Dialect::STANDARD, json));
}

#[test]
// quirks L6
fn expire_in_is_a_setting() {
    const HUAWEI: Dialect = Dialect::STANDARD.with_lifetime("expire_in", LifetimeFormat::Seconds);
    let huawei = r#"{"access_token":"CV7","expire_in":3600,"token_type":"Bearer"}"#;
    assert_eq!(success(HUAWEI, huawei).tokens().lifetime(), seconds(3600));
    assert_unreadable(&success(Dialect::STANDARD, huawei));

    const DINGTALK: Dialect = Dialect::STANDARD
        .with_response_names(&[("access_token", "accessToken"), ("refresh_token", "refreshToken")])
        .with_lifetime("expireIn", LifetimeFormat::Seconds)
        .with_assumed_bearer();
    let dingtalk = r#"{"expireIn":7200,"accessToken":"abcd","refreshToken":"efgh","corpId":"ding12345"}"#;
    assert_eq!(success(DINGTALK, dingtalk).tokens().lifetime(), seconds(7200));
    let missing = TokenErrorKind::Unusable(UnusableToken::Missing);
    assert_eq!(refused(Dialect::STANDARD, 200, dingtalk).kind(), missing);
}

#[test]
// quirks L7
fn expires_at_is_a_moment_in_one_of_two_forms() {
    const NUMBER: Dialect = Dialect::STANDARD.with_lifetime("expires_at", LifetimeFormat::UnixSeconds);
    const DATE: Dialect = Dialect::STANDARD.with_lifetime("expires_at", LifetimeFormat::Timestamp);
    let strava = r#"{"token_type":"Bearer","expires_at":1700021600,"expires_in":21600,"refresh_token":"e5n567567","access_token":"a4b945687","athlete":{"id":1}}"#;
    assert_eq!(success(Dialect::STANDARD, strava).tokens().lifetime(), seconds(21_600));
    assert_eq!(success(NUMBER, strava).tokens().lifetime(), seconds(21_600));
    for (dialect, expires_at) in
        [(NUMBER, "1700021600"), (NUMBER, "\"1700021600\""), (DATE, "\"2023-11-15T04:13:20Z\"")]
    {
        let alone = format!(r#"{{"token_type":"Bearer","access_token":"a4b945687","expires_at":{expires_at}}}"#);
        assert_eq!(success(dialect, &alone).tokens().lifetime(), seconds(21_600), "{expires_at}");
        assert_unreadable(&success(Dialect::STANDARD, &alone));
    }
    // In the other form than the server was said to write it.
    let number = r#"{"token_type":"Bearer","access_token":"a4b945687","expires_at":1700021600}"#;
    assert_unreadable(&success(DATE, number));
    // In the past.
    let late = r#"{"token_type":"Bearer","access_token":"a4b945687","expires_at":1568775134}"#;
    assert_eq!(success(NUMBER, late).tokens().lifetime(), seconds(0));
}

#[test]
// quirks L8
fn a_201_with_names_and_a_date_of_its_own_is_read_by_settings() {
    const SENTRY: Dialect = Dialect::STANDARD
        .with_response_names(&[("access_token", "token"), ("refresh_token", "refreshToken")])
        .with_lifetime("expiresAt", LifetimeFormat::Timestamp)
        .with_assumed_bearer();
    let body = r#"{"id":"38","token":"ab9d7","refreshToken":"8f2aa","dateCreated":"2023-11-14T22:13:20.000Z","expiresAt":"2023-11-15T06:13:20.000Z","state":null,"application":null}"#;
    let authorized = receive(SENTRY, 201, body).unwrap();
    assert_eq!(authorized.bearer().unwrap().expose(), "Bearer ab9d7");
    assert_eq!(refresh_token(&authorized), Some("8f2aa"));
    assert_eq!(authorized.tokens().lifetime(), seconds(8 * 3600));
    let error = refused(Dialect::STANDARD, 201, body);
    assert_eq!(error.kind(), TokenErrorKind::Unusable(UnusableToken::Missing));
    assert_hides(&error, &["ab9d7", "8f2aa"]);
}

#[test]
// quirks L9
fn expires_in_may_be_in_milliseconds_by_a_setting() {
    const FISERV: Dialect = Dialect::STANDARD.with_lifetime("expires_in", LifetimeFormat::Milliseconds);
    for expires_in in ["900000", "\"900000\"", "900000.5"] {
        let body = format!(r#"{{"access_token":"a","token_type":"Bearer","expires_in":{expires_in}}}"#);
        assert_eq!(success(FISERV, &body).tokens().lifetime(), seconds(900));
        // A number alone does not say that it is a thousand times too large.
        assert_eq!(success(Dialect::STANDARD, &body).tokens().lifetime(), seconds(900_000));
    }
}

#[test]
// quirks L10
fn a_lifetime_may_be_at_a_place_of_its_own() {
    const BRAINTREE: Dialect = Dialect::STANDARD
        .with_response_paths(&[
            ("access_token", &["credentials", "accessToken"]),
            ("refresh_token", &["credentials", "refreshToken"]),
            ("token_type", &["credentials", "tokenType"]),
        ])
        .with_lifetime_path(&["credentials", "expiresAt"], LifetimeFormat::Timestamp);
    let braintree = r#"{"credentials":{"accessToken":"access_token$sandbox$1","refreshToken":"r$1","tokenType":"bearer","expiresAt":"2023-11-15T22:13:20Z","scope":"address"}}"#;
    let authorized = success(BRAINTREE, braintree);
    assert_eq!(
        (authorized.tokens().access_token().expose(), refresh_token(&authorized)),
        ("access_token$sandbox$1", Some("r$1"))
    );
    assert_eq!(authorized.tokens().lifetime(), seconds(24 * 3600));

    const CLOVER: Dialect =
        Dialect::STANDARD.with_lifetime("access_token_expiration", LifetimeFormat::UnixSeconds).with_assumed_bearer();
    let clover = r#"{"access_token":"a","access_token_expiration":1700001800,"refresh_token":"clvroar-1","refresh_token_expiration":1731536000}"#;
    assert_eq!(success(CLOVER, clover).tokens().lifetime(), seconds(1800));

    const SHOPLINE: Dialect = Dialect::STANDARD
        .with_response_paths(&[("access_token", &["data", "accessToken"]), ("scope", &["data", "scope"])])
        .with_lifetime_path(&["data", "expireTime"], LifetimeFormat::Timestamp)
        .with_granted_scope_separator(',')
        .with_assumed_bearer();
    let shopline = r#"{"code":200,"i18nCode":"SUCCESS","message":null,"data":{"accessToken":"eyJ","expireTime":"2023-11-15T08:13:20.951+00:00","scope":"read_products,read_orders"}}"#;
    let authorized = success(SHOPLINE, shopline);
    assert_eq!(
        (authorized.tokens().lifetime(), granted(&authorized)),
        (seconds(36_000), Some("read_products read_orders"))
    );

    const TIKTOK_SHOP: Dialect = Dialect::STANDARD
        .with_response_paths(&[
            ("access_token", &["data", "access_token"]),
            ("refresh_token", &["data", "refresh_token"]),
        ])
        .with_lifetime_path(&["data", "access_token_expire_in"], LifetimeFormat::UnixSeconds);
    let tiktok = r#"{"code":0,"message":"success","data":{"access_token":"TTP_1","access_token_expire_in":1700604800,"refresh_token":"TTP_2","refresh_token_expire_in":1731536000},"request_id":"2022080809462301024509910319695C45"}"#;
    assert_eq!(success(TIKTOK_SHOP, tiktok).tokens().lifetime(), seconds(604_800));

    let missing = TokenErrorKind::Unusable(UnusableToken::Missing);
    for nested in [braintree, shopline, tiktok] {
        assert_eq!(refused(Dialect::STANDARD, 200, nested).kind(), missing);
    }
}

#[test]
// quirks L10
fn hours_minutes_and_seconds_are_counted_by_the_caller() {
    let tableau = r#"{"credentials":{"site":{"id":"9a8b","contentUrl":""},"user":{"id":"9f9e"},"token":"HvZMqFFfQQmOM4L-AZNIQA|5fI6T","estimatedTimeToExpiration":"177:05:38"}}"#;

    let came: serde_json::Value = serde_json::from_str(tableau).unwrap();
    let credentials = &came["credentials"];
    let clock = credentials["estimatedTimeToExpiration"].as_str().unwrap();
    let seconds_left = clock.split(':').fold(0, |sum, part| sum * 60 + part.parse::<u64>().unwrap());
    let body = serde_json::json!({"access_token": credentials["token"], "expires_in": seconds_left, "site": credentials["site"]});

    let authorized = success(Dialect::STANDARD, &body.to_string());
    assert_eq!(authorized.tokens().lifetime(), seconds((177 * 60 + 5) * 60 + 38));
    assert_eq!(authorized.tokens().access_token().expose(), "HvZMqFFfQQmOM4L-AZNIQA|5fI6T");

    // Without that it is no lifetime, even where it is looked for.
    const SETTINGS: Dialect = Dialect::STANDARD
        .with_response_paths(&[("access_token", &["credentials", "token"])])
        .with_lifetime_path(&["credentials", "estimatedTimeToExpiration"], LifetimeFormat::Seconds);
    assert_unreadable(&success(SETTINGS, tableau));
}

#[test]
// quirks L11
fn a_lifetime_of_zero_has_run_out_unless_it_stands_for_none() {
    let mailchimp = r#"{"access_token":"5c6ccc561059aa386da9d112215bae55","expires_in":0,"scope":null}"#;
    let authorized = success(Dialect::STANDARD, mailchimp);
    assert_eq!((authorized.tokens().lifetime(), granted(&authorized)), (seconds(0), None));
    let soon = NOW.saturating_add(Duration::from_secs(limits::MIN_RENEWAL_INTERVAL));
    assert!(!authorized.needs_renewal(NOW, Duration::ZERO) && authorized.needs_renewal(soon, Duration::ZERO));
    const MAILCHIMP: Dialect = Dialect::STANDARD.with_zero_lifetime_unstated().with_assumed_bearer();
    let authorized = success(MAILCHIMP, mailchimp);
    assert_eq!(authorized.tokens().lifetime(), Lifetime::Unstated);
    assert!(!authorized.needs_renewal(NOW, Duration::MAX));
}

#[test]
// quirks L12
fn a_lifetime_of_null_is_none() {
    let body = r#"{"access_token":"a","token_type":"Bearer","expires_in":null}"#;
    assert_eq!(success(Dialect::STANDARD, body).tokens().lifetime(), Lifetime::Unstated);
}

#[test]
// quirks L13
fn a_lifetime_that_no_response_states_is_a_setting() {
    const JOBBER: Dialect = Dialect::STANDARD.with_assumed_lifetime(3600).with_assumed_bearer();
    const BULLHORN: Dialect = Dialect::STANDARD.with_assumed_lifetime(10_080 * 60);
    let body = r#"{"access_token":"a","refresh_token":"r"}"#;
    assert_eq!(success(JOBBER, body).tokens().lifetime(), seconds(3600));
    assert_eq!(success(BULLHORN, body).tokens().lifetime(), seconds(604_800));
    assert_eq!(success(Dialect::STANDARD, body).tokens().lifetime(), Lifetime::Unstated);
    // The token of a refresh runs out, too.
    let mut login = success(JOBBER, body);
    renew(&mut login, 200, body).unwrap();
    assert_eq!(login.tokens().lifetime(), seconds(3600));
}

#[test]
// quirks L14
fn a_token_that_expires_is_asked_for_by_a_parameter() {
    const SHOPIFY: Dialect = Dialect::STANDARD.with_token_params(&[("expiring", "1")]);
    let request = at(SHOPIFY).to_code_received().request();
    assert!(request.body.expose().ends_with("&expiring=1"));
    // Or for one login alone.
    let mut login = at(Dialect::STANDARD).to_unstarted();
    let pending = login.token_param("expires_in", "1800").unwrap().start_with_entropy(&ENTROPY).unwrap();
    let request = pending.receive_redirect(&redirect_with("")).unwrap().request();
    assert!(request.body.expose().ends_with("&expires_in=1800"));
}

#[test]
// quirks L15
fn other_deadlines_are_reachable_and_are_not_that_of_the_token() {
    for (body, name, expected) in [
        (r#""expires_in":3600,"refresh_in":1800"#, "refresh_in", 1800),
        (r#""expires_in":3600,"refresh_expires_in":86400,"not-before-policy":0"#, "refresh_expires_in", 86_400),
        (r#""expires_in":3600,"refresh_token_expires_in":31536000"#, "refresh_token_expires_in", 31_536_000),
    ] {
        let body = format!(r#"{{"access_token":"a","refresh_token":"r","token_type":"Bearer",{body}}}"#);
        let authorized = success(Dialect::STANDARD, &body);
        assert_eq!(authorized.tokens().lifetime(), seconds(3600), "{name}");
        assert_eq!(authorized.tokens().member_text(name).and_then(parsed::<u64>), Some(expected));
    }
    // Alone they say nothing about the access token.
    let body = r#"{"access_token":"a","token_type":"Bearer","refresh_expires_in":0}"#;
    assert_eq!(success(Dialect::STANDARD, body).tokens().lifetime(), Lifetime::Unstated);
}

#[test]
// quirks L16
fn a_float_is_rounded_down_and_what_is_no_number_is_unreadable() {
    let body = |value: &str| format!(r#"{{"access_token":"a","token_type":"Bearer","expires_in":{value}}}"#);
    for value in ["3600.0", "3600.5", "\"3600.5\""] {
        assert_eq!(success(Dialect::STANDARD, &body(value)).tokens().lifetime(), seconds(3600), "{value}");
    }
    for value in ["3.6e3", "-3600.5", "\"3600s\"", "\"NaN\"", "\"Infinity\"", "\"1 hour\""] {
        assert_unreadable(&success(Dialect::STANDARD, &body(value)));
    }
}
