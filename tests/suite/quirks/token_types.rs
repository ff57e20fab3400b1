//! What servers call a bearer token.

use crate::scenario::parsed;
use authcode::{BearerError, Dialect, TokenType};

use super::*;

#[test]
// quirks T1
fn a_missing_type_is_bearer_by_a_setting() {
    const SETTING: Dialect = Dialect::STANDARD.with_assumed_bearer();
    for (server, body) in [
        (
            "Weibo",
            r#"{"access_token":"2.00","remind_in":"157679999","expires_in":157679999,"uid":"1404376560","isRealName":"true"}"#,
        ),
        ("Douban", r#"{"access_token":"2.00","expires_in":3920,"refresh_token":"5d63","douban_user_id":"1000001"}"#),
        ("VK", r#"{"access_token":"2.00","expires_in":43200,"user_id":66748}"#),
        ("Foursquare", r#"{"access_token":"2.00"}"#),
        ("LinkedIn", r#"{"access_token":"2.00","expires_in":5184000}"#),
        (
            "WeChat",
            r#"{"access_token":"2.00","expires_in":7200,"refresh_token":"R","openid":"O","scope":"snsapi_login","unionid":"U"}"#,
        ),
        ("StackExchange", r#"{"access_token":"2.00","expires":86400}"#),
        ("Wunderlist", r#"{"access_token":"2.00"}"#),
        (
            "Slack",
            r#"{"ok":true,"access_token":"2.00","scope":"identify,bot","bot":{"bot_user_id":"B","bot_access_token":"xoxb"}}"#,
        ),
    ] {
        let strict = success(Dialect::STANDARD, body);
        assert_eq!(strict.tokens().token_type(), &TokenType::Unstated, "{server}");
        assert_eq!(strict.bearer().unwrap_err(), BearerError::TokenType);
        // Nothing is lost by it.
        assert_eq!(strict.tokens().access_token().expose(), "2.00");
        assert_eq!(success(SETTING, body).bearer().unwrap().expose(), "Bearer 2.00", "{server}");
    }
}

#[test]
// quirks T2
fn a_type_of_null_is_a_missing_one() {
    let body = r#"{"access_token":"a","token_type":null}"#;
    assert_eq!(success(Dialect::STANDARD, body).tokens().token_type(), &TokenType::Unstated);
    assert_eq!(success(Dialect::STANDARD.with_assumed_bearer(), body).tokens().token_type(), &TokenType::Bearer);
}

#[test]
// quirks T3
fn apigee_says_bearer_token() {
    const APIGEE: Dialect = Dialect::STANDARD.with_bearer_aliases(&["BearerToken"]);
    let body = r#"{"issued_at":"1589312812473","scope":"READ","application_name":"ce1e94a2","refresh_token_issued_at":"1589312812473","status":"approved","refresh_token_status":"approved","api_product_list":"[PremiumWeatherAPI]","expires_in":"3599","token_type":"BearerToken","client_id":"5jUAdGv9pBouF0wOH5keAVI35GBtx3dT","access_token":"W4v","refresh_token":"ls6","refresh_count":"0"}"#;
    let authorized = success(APIGEE, body);
    assert_eq!(authorized.bearer().unwrap().expose(), "Bearer W4v");
    assert_eq!(authorized.tokens().lifetime(), authcode::Lifetime::Stated(core::time::Duration::from_secs(3599)));
    assert_eq!(authorized.tokens().member_text("issued_at").and_then(parsed::<String>).unwrap(), "1589312812473");
    let strict = success(Dialect::STANDARD, body);
    assert_eq!(strict.tokens().token_type(), &TokenType::Other("BearerToken".into()));
    assert_eq!(strict.bearer().unwrap_err(), BearerError::TokenType);
}

#[test]
// quirks T4
fn ebay_says_user_access_token() {
    const EBAY: Dialect = Dialect::STANDARD.with_bearer_aliases(&["User Access Token", "Application Access Token"]);
    for word in ["User Access Token", "Application Access Token"] {
        let body = format!(
            r#"{{"access_token":"v^1.1","expires_in":7200,"refresh_token":"v^1.2","refresh_token_expires_in":47304000,"token_type":"{word}"}}"#
        );
        assert_eq!(success(EBAY, &body).tokens().token_type(), &TokenType::Bearer);
        assert_eq!(success(Dialect::STANDARD, &body).tokens().token_type(), &TokenType::Other(word.into()));
    }
}

#[test]
// quirks T5
fn bearer_may_be_written_in_any_case() {
    for word in ["bearer", "BEARER", "Bearer"] {
        let body = format!(r#"{{"access_token":"a","token_type":"{word}"}}"#);
        assert_eq!(success(Dialect::STANDARD, &body).bearer().unwrap().expose(), "Bearer a");
    }
}

#[test]
// quirks T6
fn another_type_is_kept_by_its_name_and_gets_no_header() {
    for word in ["JWT", "N_A", "mac"] {
        let body = format!(r#"{{"access_token":"a","token_type":"{word}"}}"#);
        // A setting for others does not take it for its own.
        for dialect in
            [Dialect::STANDARD, Dialect::STANDARD.with_assumed_bearer().with_bearer_aliases(&["BearerToken"])]
        {
            let authorized = success(dialect, &body);
            assert_eq!(authorized.tokens().token_type(), &TokenType::Other(word.into()));
            assert_eq!(authorized.bearer().unwrap_err(), BearerError::TokenType);
            assert_eq!(authorized.tokens().access_token().expose(), "a");
        }
    }
}
