//! A login at each of the providers, at a server that speaks as the provider does.

use std::collections::BTreeSet;
use std::time::Duration;

use authcode::providers::{self, Provider};
use authcode::{
    AwaitingRedirect, Client, ClientAuth, CodeReceived, ConfigError, HttpRequest, HttpResponse, Identity, Lifetime,
    NextStep, ParameterError, Redirect, RedirectError, Refresh, Renewal, Server, TokenErrorKind, TokenType, UriError,
};
use serde_json::Value;

use crate::quirks::{is_alive, member};
use crate::scenario::*;

const CLIENT_ID: &str = "s6BhdRkqt3";
const SECRET: &str = "gX1fBat3bV";
/// RFC 6749 §4.1.3.
const BASIC: &str = "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW";

/// How a provider speaks, as it is known from its documentation and from the code that others have for it.
struct Wire {
    provider: Provider,
    values: &'static [(&'static str, &'static str)],
    authorize: &'static str,
    token: &'static str,
    /// Where refresh tokens go. Empty: where codes go.
    refresh: &'static str,
    /// Whether a refresh has the redirect URI in it, too.
    redirect_uri_in_refresh: bool,
    issuer: Option<&'static str>,
    /// Whether the user belongs to another region, which the redirect tells.
    has_regions: bool,
    secret: Place,
    json: bool,
    /// What the provider calls parameters, and what it wants besides.
    url_names: Pairs,
    url_params: Pairs,
    token_names: Pairs,
    token_params: Pairs,
    fragment: &'static str,
    /// What the caller adds to the authorization request.
    caller_params: Pairs,
    scope: &'static str,
    sent_scope: &'static str,
    /// What comes to the redirect URI, and when the user says no.
    redirect: &'static str,
    is_posted: bool,
    denial: (&'static str, &'static str),
    success: &'static str,
    granted: Option<&'static str>,
    lifetime: Option<u64>,
    is_bearer: bool,
    /// The answer to a refresh. Empty: the provider gives no refresh tokens.
    refreshed: &'static str,
    /// What the caller makes of that before it passes it on.
    passed_on: fn(&str) -> String,
    error: (u16, &'static str),
    /// Empty: nothing in the error is a code.
    error_code: &'static str,
    error_text: Option<&'static str>,
}

type Pairs = &'static [(&'static str, &'static str)];

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Basic,
    Body,
    Nowhere,
}

/// RFC 6749.
const STANDARD: Wire = Wire {
    provider: providers::LOOM_AI,
    values: &[],
    authorize: "",
    token: "",
    refresh: "",
    redirect_uri_in_refresh: false,
    issuer: None,
    has_regions: false,
    secret: Place::Body,
    json: false,
    url_names: &[],
    url_params: &[],
    token_names: &[],
    token_params: &[],
    fragment: "",
    caller_params: &[],
    scope: "read write",
    sent_scope: "read write",
    redirect: "code={code}&state={state}",
    is_posted: false,
    denial: ("error=access_denied&state={state}", "access_denied"),
    success: r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"Bearer","expires_in":3600,"scope":"read write"}"#,
    granted: Some("read write"),
    lifetime: Some(3600),
    is_bearer: true,
    refreshed: r#"{"access_token":"at-2","refresh_token":"rt-2","token_type":"Bearer","expires_in":3600}"#,
    passed_on: str::to_owned,
    error: (400, r#"{"error":"invalid_grant","error_description":"the code has been used"}"#),
    error_code: "invalid_grant",
    error_text: Some("the code has been used"),
};

/// A refresh that gives no new refresh token.
const KEPT: &str = r#"{"access_token":"at-2","token_type":"Bearer","expires_in":3600}"#;

const WIRES: &[Wire] = &[
    Wire {
        provider: providers::LOOM_AI,
        values: &[("domain", "login.loom.example")],
        authorize: "https://login.loom.example/authorize",
        token: "https://login.loom.example/oauth/token",
        success: SUCCESS,
        granted: Some("openid offline_access"),
        ..STANDARD
    },
    Wire {
        provider: providers::AIRTABLE,
        authorize: "https://airtable.com/oauth2/v1/authorize",
        token: "https://airtable.com/oauth2/v1/token",
        secret: Place::Basic,
        success: r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"Bearer","scope":"read write","expires_in":3600,"refresh_expires_in":5184000}"#,
        error: (400, r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#),
        error_text: Some("Token has been expired or revoked."),
        ..STANDARD
    },
    Wire {
        provider: providers::AMAZON,
        authorize: "https://www.amazon.com/ap/oa",
        token: "https://api.amazon.com/auth/o2/token",
        scope: "profile",
        sent_scope: "profile",
        success: r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"bearer","expires_in":3600}"#,
        granted: None,
        ..STANDARD
    },
    Wire {
        provider: providers::APPLE,
        authorize: "https://appleid.apple.com/auth/authorize",
        token: "https://appleid.apple.com/auth/token",
        issuer: Some("https://appleid.apple.com"),
        caller_params: &[("response_mode", "form_post")],
        scope: "name email",
        sent_scope: "name email",
        redirect: "state={state}&code={code}&user=%7B%22name%22%3A%7B%22firstName%22%3A%22A%22%7D%7D",
        is_posted: true,
        denial: ("state={state}&error=user_cancelled_authorize", "user_cancelled_authorize"),
        success: r#"{"access_token":"at-1","token_type":"Bearer","expires_in":3600,"refresh_token":"rt-1","id_token":"e.y.J"}"#,
        granted: None,
        refreshed: KEPT,
        ..STANDARD
    },
    Wire {
        provider: providers::ASANA,
        authorize: "https://app.asana.com/-/oauth_authorize",
        token: "https://app.asana.com/-/oauth_token",
        scope: "default",
        sent_scope: "default",
        success: r#"{"access_token":"at-1","token_type":"bearer","expires_in":3600,"data":{"id":7,"gid":"7","name":"A","email":"a@a.example"},"refresh_token":"rt-1"}"#,
        granted: None,
        refreshed: KEPT,
        ..STANDARD
    },
    Wire {
        provider: providers::ATLASSIAN,
        authorize: "https://auth.atlassian.com/authorize",
        token: "https://auth.atlassian.com/oauth/token",
        issuer: Some("https://auth.atlassian.com"),
        json: true,
        url_params: &[("audience", "api.atlassian.com"), ("prompt", "consent")],
        ..STANDARD
    },
    Wire {
        provider: providers::AUTH0,
        values: &[("domain", "acme.eu.auth0.com")],
        authorize: "https://acme.eu.auth0.com/authorize",
        token: "https://acme.eu.auth0.com/oauth/token",
        issuer: Some("https://acme.eu.auth0.com/"),
        refreshed: KEPT,
        error: (403, r#"{"error":"invalid_grant","error_description":"Invalid authorization code"}"#),
        error_text: Some("Invalid authorization code"),
        ..STANDARD
    },
    Wire {
        provider: providers::BITBUCKET,
        authorize: "https://bitbucket.org/site/oauth2/authorize",
        token: "https://bitbucket.org/site/oauth2/access_token",
        secret: Place::Basic,
        scope: "",
        sent_scope: "",
        success: r#"{"access_token":"at-1","refresh_token":"rt-1","expires_in":3600,"scopes":"account repository","token_type":"bearer"}"#,
        granted: Some("account repository"),
        ..STANDARD
    },
    Wire {
        provider: providers::BOX,
        authorize: "https://account.box.com/api/oauth2/authorize",
        token: "https://api.box.com/oauth2/token",
        success: r#"{"access_token":"at-1","expires_in":3600,"restricted_to":[],"refresh_token":"rt-1","token_type":"bearer"}"#,
        granted: None,
        ..STANDARD
    },
    Wire {
        provider: providers::CANVA,
        authorize: "https://www.canva.com/api/oauth/authorize",
        token: "https://api.canva.com/rest/v1/oauth/token",
        secret: Place::Basic,
        scope: "asset:read design:meta:read",
        sent_scope: "asset:read design:meta:read",
        success: r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"Bearer","expires_in":14400,"scope":"asset:read design:meta:read"}"#,
        granted: Some("asset:read design:meta:read"),
        lifetime: Some(14400),
        ..STANDARD
    },
    Wire {
        provider: providers::COGNITO,
        values: &[
            ("domain", "testing.auth.us-east-1.amazoncognito.com"),
            ("region", "us-east-1"),
            ("pool", "us-east-1_Ab1"),
        ],
        authorize: "https://testing.auth.us-east-1.amazoncognito.com/oauth2/authorize",
        token: "https://testing.auth.us-east-1.amazoncognito.com/oauth2/token",
        issuer: Some("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab1"),
        secret: Place::Basic,
        success: r#"{"id_token":"e.y.J","access_token":"at-1","refresh_token":"rt-1","token_type":"Bearer","expires_in":3600}"#,
        granted: None,
        refreshed: KEPT,
        error: (400, r#"{"error":"invalid_grant"}"#),
        error_text: None,
        ..STANDARD
    },
    Wire {
        provider: providers::DINGTALK,
        authorize: "https://login.dingtalk.com/oauth2/auth",
        token: "https://api.dingtalk.com/v1.0/oauth2/userAccessToken",
        json: true,
        url_params: &[("prompt", "consent")],
        token_names: &[
            ("client_id", "clientId"),
            ("client_secret", "clientSecret"),
            ("grant_type", "grantType"),
            ("refresh_token", "refreshToken"),
            ("redirect_uri", ""),
        ],
        scope: "openid corpid",
        sent_scope: "openid corpid",
        redirect: "authCode={code}&state={state}",
        success: r#"{"accessToken":"at-1","refreshToken":"rt-1","expireIn":7200,"corpId":"ding"}"#,
        granted: None,
        lifetime: Some(7200),
        is_bearer: false,
        refreshed: r#"{"accessToken":"at-2","refreshToken":"rt-2","expireIn":7200}"#,
        error: (400, r#"{"message":"the code has been used"}"#),
        error_code: "",
        error_text: None,
        ..STANDARD
    },
    Wire {
        provider: providers::DISCORD,
        authorize: "https://discord.com/oauth2/authorize",
        token: "https://discord.com/api/oauth2/token",
        issuer: Some("https://discord.com"),
        scope: "identify",
        sent_scope: "identify",
        redirect: "code={code}&state={state}&iss=https%3A%2F%2Fdiscord.com",
        success: r#"{"access_token":"at-1","token_type":"Bearer","expires_in":604800,"refresh_token":"rt-1","scope":"identify"}"#,
        granted: Some("identify"),
        lifetime: Some(604_800),
        ..STANDARD
    },
    Wire {
        provider: providers::DOCUSIGN,
        authorize: "https://account.docusign.com/oauth/auth",
        token: "https://account.docusign.com/oauth/token",
        issuer: Some("https://account.docusign.com/"),
        secret: Place::Basic,
        ..STANDARD
    },
    Wire {
        provider: providers::DROPBOX,
        authorize: "https://www.dropbox.com/oauth2/authorize",
        token: "https://api.dropboxapi.com/oauth2/token",
        issuer: Some("https://www.dropbox.com"),
        secret: Place::Basic,
        caller_params: &[("token_access_type", "offline")],
        scope: "",
        sent_scope: "",
        success: r#"{"access_token":"at-1","token_type":"bearer","expires_in":14400,"refresh_token":"rt-1","scope":"account_info.read files.content.read","uid":"12","account_id":"dbid:A","team_id":"dbtid:A"}"#,
        granted: Some("account_info.read files.content.read"),
        lifetime: Some(14400),
        refreshed: KEPT,
        ..STANDARD
    },
    Wire {
        provider: providers::FACEBOOK,
        values: &[("version", "v22.0")],
        authorize: "https://www.facebook.com/v22.0/dialog/oauth",
        token: "https://graph.facebook.com/v22.0/oauth/access_token",
        scope: "public_profile email",
        sent_scope: "public_profile,email",
        redirect: "code={code}&state={state}#_=_",
        denial: (
            "error=access_denied&error_code=200&error_description=Permissions+error&error_reason=user_denied&state={state}#_=_",
            "access_denied",
        ),
        success: r#"{"access_token":"at-1","token_type":"bearer","expires_in":5183944}"#,
        granted: None,
        lifetime: Some(5_183_944),
        refreshed: "",
        error: (
            400,
            r#"{"error":{"message":"This authorization code has been used.","type":"OAuthException","code":100,"fbtrace_id":"A"}}"#,
        ),
        error_code: "100",
        error_text: Some("This authorization code has been used."),
        ..STANDARD
    },
    Wire {
        provider: providers::FEISHU,
        authorize: "https://accounts.feishu.cn/open-apis/authen/v1/authorize",
        token: "https://open.feishu.cn/open-apis/authen/v2/oauth/token",
        success: r#"{"code":0,"access_token":"at-1","expires_in":7200,"refresh_token":"rt-1","refresh_token_expires_in":604800,"token_type":"Bearer","scope":"read write"}"#,
        lifetime: Some(7200),
        error: (400, r#"{"code":20003,"error":"invalid_grant","error_description":"the code has been used"}"#),
        ..STANDARD
    },
    Wire {
        provider: providers::FIGMA,
        authorize: "https://www.figma.com/oauth",
        token: "https://api.figma.com/v1/oauth/token",
        refresh: "https://api.figma.com/v1/oauth/refresh",
        secret: Place::Basic,
        sent_scope: "read,write",
        success: r#"{"user_id":7,"user_id_string":"7","access_token":"at-1","token_type":"bearer","expires_in":7776000,"refresh_token":"rt-1"}"#,
        granted: None,
        lifetime: Some(7_776_000),
        refreshed: KEPT,
        ..STANDARD
    },
    Wire {
        provider: providers::FITBIT,
        authorize: "https://www.fitbit.com/oauth2/authorize",
        token: "https://api.fitbit.com/oauth2/token",
        secret: Place::Basic,
        success: r#"{"access_token":"at-1","expires_in":28800,"refresh_token":"rt-1","scope":"read write","token_type":"Bearer","user_id":"2"}"#,
        lifetime: Some(28800),
        error: (
            400,
            r#"{"errors":[{"errorType":"invalid_grant","message":"Authorization code invalid"}],"success":false}"#,
        ),
        error_text: Some("Authorization code invalid"),
        ..STANDARD
    },
    Wire {
        provider: providers::GITHUB,
        authorize: "https://github.com/login/oauth/authorize",
        token: "https://github.com/login/oauth/access_token",
        issuer: Some("https://github.com/login/oauth"),
        scope: "repo gist",
        sent_scope: "repo gist",
        redirect: "code={code}&iss=https%3A%2F%2Fgithub.com%2Flogin%2Foauth&state={state}",
        success: r#"{"access_token":"gho_16C7e42F292c6912E7710c838347Ae178B4a","scope":"repo,gist","token_type":"bearer"}"#,
        granted: Some("repo gist"),
        lifetime: None,
        refreshed: "",
        error: (
            200,
            r#"{"error":"bad_verification_code","error_description":"The code passed is incorrect or expired.","error_uri":"https://docs.github.com/x"}"#,
        ),
        error_code: "bad_verification_code",
        error_text: Some("The code passed is incorrect or expired."),
        ..STANDARD
    },
    Wire {
        provider: providers::GITLAB,
        authorize: "https://gitlab.com/oauth/authorize",
        token: "https://gitlab.com/oauth/token",
        issuer: Some("https://gitlab.com"),
        redirect_uri_in_refresh: true,
        success: r#"{"access_token":"at-1","token_type":"Bearer","expires_in":7200,"refresh_token":"rt-1","scope":"read write","created_at":1700000000}"#,
        lifetime: Some(7200),
        ..STANDARD
    },
    Wire {
        provider: providers::GITLAB_SELF_MANAGED,
        values: &[("host", "gitlab.acme.example:8443")],
        authorize: "https://gitlab.acme.example:8443/oauth/authorize",
        token: "https://gitlab.acme.example:8443/oauth/token",
        redirect_uri_in_refresh: true,
        ..STANDARD
    },
    Wire {
        provider: providers::GOOGLE,
        authorize: "https://accounts.google.com/o/oauth2/v2/auth",
        token: "https://oauth2.googleapis.com/token",
        issuer: Some("https://accounts.google.com"),
        caller_params: &[("access_type", "offline"), ("prompt", "consent")],
        scope: "email",
        sent_scope: "email",
        success: r#"{"access_token":"at-1","expires_in":3599,"refresh_token":"rt-1","scope":"openid email","token_type":"Bearer","id_token":"e.y.J"}"#,
        granted: Some("openid email"),
        lifetime: Some(3599),
        refreshed: KEPT,
        ..STANDARD
    },
    Wire {
        provider: providers::HUBSPOT,
        authorize: "https://app.hubspot.com/oauth/authorize",
        token: "https://api.hubapi.com/oauth/2026-03/token",
        scope: "oauth",
        sent_scope: "oauth",
        success: r#"{"token_type":"bearer","refresh_token":"rt-1","hub_id":62515,"scopes":["oauth","crm.objects.contacts.write"],"access_token":"at-1","expires_in":1800}"#,
        granted: Some("oauth crm.objects.contacts.write"),
        lifetime: Some(1800),
        ..STANDARD
    },
    Wire {
        provider: providers::HUGGING_FACE,
        authorize: "https://huggingface.co/oauth/authorize",
        token: "https://huggingface.co/oauth/token",
        issuer: Some("https://huggingface.co"),
        ..STANDARD
    },
    Wire {
        provider: providers::INSTAGRAM,
        authorize: "https://www.instagram.com/oauth/authorize",
        token: "https://api.instagram.com/oauth/access_token",
        sent_scope: "read,write",
        redirect: "code={code}&state={state}#_",
        success: r#"{"access_token":"at-1","user_id":1020,"permissions":"read,write"}"#,
        lifetime: None,
        is_bearer: false,
        refreshed: "",
        error: (
            400,
            r#"{"error_type":"OAuthException","code":400,"error_message":"This authorization code has been used"}"#,
        ),
        error_code: "OAuthException",
        error_text: Some("This authorization code has been used"),
        ..STANDARD
    },
    Wire {
        provider: providers::INTUIT,
        authorize: "https://appcenter.intuit.com/connect/oauth2",
        token: "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
        issuer: Some("https://oauth.platform.intuit.com/op/v1"),
        secret: Place::Basic,
        redirect: "code={code}&state={state}&realmId=4620816365",
        success: r#"{"token_type":"bearer","expires_in":3600,"refresh_token":"rt-1","x_refresh_token_expires_in":8726400,"access_token":"at-1"}"#,
        granted: None,
        ..STANDARD
    },
    Wire {
        provider: providers::KAKAO,
        authorize: "https://kauth.kakao.com/oauth/authorize",
        token: "https://kauth.kakao.com/oauth/token",
        issuer: Some("https://kauth.kakao.com"),
        success: r#"{"access_token":"at-1","token_type":"bearer","refresh_token":"rt-1","expires_in":21599,"scope":"read write","refresh_token_expires_in":5183999}"#,
        lifetime: Some(21599),
        refreshed: KEPT,
        error: (
            400,
            r#"{"error":"invalid_grant","error_description":"authorization code not found for code=SplxlOBeZQQYbYS6WxSbIA","error_code":"KOE320"}"#,
        ),
        error_text: Some("authorization code not found for code=SplxlOBeZQQYbYS6WxSbIA"),
        ..STANDARD
    },
    Wire {
        provider: providers::KEYCLOAK,
        values: &[("host", "sso.acme.example"), ("realm", "acme")],
        authorize: "https://sso.acme.example/realms/acme/protocol/openid-connect/auth",
        token: "https://sso.acme.example/realms/acme/protocol/openid-connect/token",
        issuer: Some("https://sso.acme.example/realms/acme"),
        secret: Place::Basic,
        redirect: "state={state}&session_state=8f&iss=https%3A%2F%2Fsso.acme.example%2Frealms%2Facme&code={code}",
        success: r#"{"access_token":"at-1","expires_in":300,"refresh_expires_in":1800,"refresh_token":"rt-1","token_type":"Bearer","not-before-policy":0,"session_state":"8f","scope":"read write"}"#,
        lifetime: Some(300),
        ..STANDARD
    },
    Wire {
        provider: providers::LARK,
        authorize: "https://accounts.larksuite.com/open-apis/authen/v1/authorize",
        token: "https://open.larksuite.com/open-apis/authen/v2/oauth/token",
        ..STANDARD
    },
    Wire {
        provider: providers::LINEAR,
        authorize: "https://linear.app/oauth/authorize",
        token: "https://api.linear.app/oauth/token",
        sent_scope: "read,write",
        success: r#"{"access_token":"at-1","token_type":"Bearer","expires_in":86399,"scope":"read,write","refresh_token":"rt-1"}"#,
        lifetime: Some(86399),
        ..STANDARD
    },
    Wire {
        provider: providers::LINKEDIN,
        authorize: "https://www.linkedin.com/oauth/v2/authorization",
        token: "https://www.linkedin.com/oauth/v2/accessToken",
        denial: (
            "error=user_cancelled_login&error_description=The+user+cancelled+LinkedIn+login&state={state}",
            "user_cancelled_login",
        ),
        success: r#"{"access_token":"at-1","token_type":"Bearer","expires_in":5184000,"refresh_token":"rt-1","refresh_token_expires_in":525600,"scope":"read write"}"#,
        lifetime: Some(5_184_000),
        error: (401, r#"{"serviceErrorCode":65600,"message":"Invalid access token","status":401}"#),
        error_code: "65600",
        error_text: Some("Invalid access token"),
        ..STANDARD
    },
    Wire {
        provider: providers::MAILCHIMP,
        authorize: "https://login.mailchimp.com/oauth2/authorize",
        token: "https://login.mailchimp.com/oauth2/token",
        scope: "",
        sent_scope: "",
        success: r#"{"access_token":"at-1","expires_in":0,"scope":null}"#,
        granted: None,
        lifetime: None,
        is_bearer: false,
        refreshed: "",
        ..STANDARD
    },
    Wire {
        provider: providers::MICROSOFT_ENTRA,
        values: &[("tenant", "common")],
        authorize: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        token: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        scope: "user.read offline_access",
        sent_scope: "user.read offline_access",
        redirect: "code={code}&client_info=eyJ&state={state}&session_state=b4",
        denial: (
            "error=access_denied&error_description=the+user+canceled+the+authentication&state={state}",
            "access_denied",
        ),
        success: r#"{"token_type":"Bearer","scope":"User.Read profile openid email","expires_in":"3599","ext_expires_in":"3599","access_token":"at-1","refresh_token":"rt-1"}"#,
        granted: Some("User.Read profile openid email"),
        lifetime: Some(3599),
        error: (
            400,
            r#"{"error":"invalid_grant","error_description":"AADSTS70000: …","error_codes":[70000],"timestamp":"2026-01-02 03:04:05Z","trace_id":"t","correlation_id":"c","suberror":"bad_token"}"#,
        ),
        error_text: Some("AADSTS70000: …"),
        ..STANDARD
    },
    Wire {
        provider: providers::NOTION,
        authorize: "https://api.notion.com/v1/oauth/authorize",
        token: "https://api.notion.com/v1/oauth/token",
        secret: Place::Basic,
        json: true,
        url_params: &[("owner", "user")],
        scope: "",
        sent_scope: "",
        success: r#"{"access_token":"at-1","token_type":"bearer","refresh_token":"rt-1","bot_id":"b","workspace_icon":null,"workspace_name":"W","workspace_id":"w","owner":{"type":"user","user":{"object":"user","id":"u"}},"duplicated_template_id":null,"request_id":"r"}"#,
        granted: None,
        lifetime: None,
        refreshed: r#"{"access_token":"at-2","refresh_token":"rt-2","token_type":"bearer"}"#,
        ..STANDARD
    },
    Wire {
        provider: providers::OKTA,
        values: &[("domain", "acme.okta.com")],
        authorize: "https://acme.okta.com/oauth2/v1/authorize",
        token: "https://acme.okta.com/oauth2/v1/token",
        issuer: Some("https://acme.okta.com"),
        secret: Place::Basic,
        refreshed: KEPT,
        ..STANDARD
    },
    Wire {
        provider: providers::OKTA_CUSTOM,
        values: &[("domain", "acme.okta.com"), ("server", "default")],
        authorize: "https://acme.okta.com/oauth2/default/v1/authorize",
        token: "https://acme.okta.com/oauth2/default/v1/token",
        issuer: Some("https://acme.okta.com/oauth2/default"),
        secret: Place::Basic,
        ..STANDARD
    },
    Wire {
        provider: providers::PAYPAL,
        authorize: "https://www.paypal.com/signin/authorize",
        token: "https://api-m.paypal.com/v1/oauth2/token",
        issuer: Some("https://www.paypal.com"),
        secret: Place::Basic,
        caller_params: &[("flowEntry", "static")],
        scope: "openid profile",
        sent_scope: "openid profile",
        success: r#"{"scope":"openid profile","access_token":"at-1","refresh_token":"rt-1","token_type":"Bearer","expires_in":"32400","nonce":"n"}"#,
        granted: Some("openid profile"),
        lifetime: Some(32400),
        refreshed: KEPT,
        ..STANDARD
    },
    Wire {
        provider: providers::REDDIT,
        authorize: "https://www.reddit.com/api/v1/authorize",
        token: "https://www.reddit.com/api/v1/access_token",
        secret: Place::Basic,
        caller_params: &[("duration", "permanent")],
        redirect: "state={state}&code={code}#_",
        ..STANDARD
    },
    Wire {
        provider: providers::SALESFORCE,
        values: &[("host", "acme.my.salesforce.com")],
        authorize: "https://acme.my.salesforce.com/services/oauth2/authorize",
        token: "https://acme.my.salesforce.com/services/oauth2/token",
        secret: Place::Basic,
        success: r#"{"access_token":"at-1","refresh_token":"rt-1","signature":"s","scope":"read write","instance_url":"https://acme.my.salesforce.com","id":"https://login.salesforce.com/id/0","token_type":"Bearer","issued_at":"1700000000000"}"#,
        lifetime: None,
        refreshed: r#"{"access_token":"at-2","token_type":"Bearer","issued_at":"1700003600000"}"#,
        ..STANDARD
    },
    Wire {
        provider: providers::SHOPIFY,
        values: &[("shop", "acme")],
        authorize: "https://acme.myshopify.com/admin/oauth/authorize",
        token: "https://acme.myshopify.com/admin/oauth/access_token",
        scope: "read_orders write_products",
        sent_scope: "read_orders,write_products",
        redirect: "code={code}&hmac=7009&host=YWRtaW4&shop=acme.myshopify.com&state={state}&timestamp=1700000000",
        success: r#"{"access_token":"at-1","scope":"write_products,read_orders"}"#,
        granted: Some("write_products read_orders"),
        lifetime: None,
        is_bearer: false,
        refreshed: "",
        error: (
            400,
            r#"{"error":"invalid_request","error_description":"The authorization code was not found or was already used"}"#,
        ),
        error_code: "invalid_request",
        error_text: Some("The authorization code was not found or was already used"),
        ..STANDARD
    },
    Wire {
        provider: providers::SLACK,
        authorize: "https://slack.com/oauth/v2/authorize",
        token: "https://slack.com/api/oauth.v2.access",
        secret: Place::Basic,
        scope: "chat:write users:read",
        sent_scope: "chat:write,users:read",
        success: r#"{"ok":true,"access_token":"xoxb-1","token_type":"bot","scope":"chat:write,users:read","bot_user_id":"U0","app_id":"A0","team":{"name":"T","id":"T9"},"enterprise":null,"authed_user":{"id":"U1"}}"#,
        granted: Some("chat:write users:read"),
        lifetime: None,
        refreshed: "",
        error: (200, r#"{"ok":false,"error":"invalid_code"}"#),
        error_code: "invalid_code",
        error_text: None,
        ..STANDARD
    },
    Wire {
        provider: providers::SLACK_USER,
        authorize: "https://slack.com/oauth/v2/authorize",
        token: "https://slack.com/api/oauth.v2.access",
        secret: Place::Basic,
        url_names: &[("scope", "user_scope")],
        scope: "chat:write users:read",
        sent_scope: "chat:write,users:read",
        success: r#"{"ok":true,"app_id":"A0","authed_user":{"id":"U1","scope":"chat:write,users:read","access_token":"xoxp-1","token_type":"user","refresh_token":"rt-1","expires_in":43200},"team":{"id":"T9"},"enterprise":null}"#,
        granted: Some("chat:write users:read"),
        lifetime: Some(43200),
        refreshed: r#"{"ok":true,"access_token":"at-2","token_type":"user","refresh_token":"rt-2","expires_in":43200}"#,
        passed_on: |body| format!(r#"{{"authed_user":{body}}}"#),
        error: (200, r#"{"ok":false,"error":"bad_redirect_uri"}"#),
        error_code: "bad_redirect_uri",
        error_text: None,
        ..STANDARD
    },
    Wire {
        provider: providers::SPOTIFY,
        authorize: "https://accounts.spotify.com/authorize",
        token: "https://accounts.spotify.com/api/token",
        secret: Place::Basic,
        refreshed: KEPT,
        ..STANDARD
    },
    Wire {
        provider: providers::SQUARE,
        authorize: "https://connect.squareup.com/oauth2/authorize",
        token: "https://connect.squareup.com/oauth2/token",
        secret: Place::Nowhere,
        json: true,
        caller_params: &[("session", "false")],
        redirect: "code={code}&response_type=code&state={state}#_=_",
        // A day after the moment of the response.
        success: r#"{"access_token":"at-1","token_type":"bearer","expires_at":"2023-11-15T22:13:20Z","merchant_id":"ML2PMZQ","refresh_token":"rt-1","short_lived":false}"#,
        granted: None,
        lifetime: Some(86400),
        refreshed: r#"{"access_token":"at-2","token_type":"bearer","expires_at":"2023-11-15T22:13:20Z","merchant_id":"ML2PMZQ","refresh_token":"rt-2"}"#,
        ..STANDARD
    },
    Wire {
        provider: providers::STRAVA,
        authorize: "https://www.strava.com/oauth/authorize",
        token: "https://www.strava.com/oauth/token",
        sent_scope: "read,write",
        redirect: "state={state}&code={code}&scope=read,write",
        success: r#"{"token_type":"Bearer","expires_at":1700021600,"expires_in":21600,"refresh_token":"rt-1","access_token":"at-1","athlete":{"id":1}}"#,
        granted: None,
        lifetime: Some(21600),
        error: (
            400,
            r#"{"message":"Authorization Error","errors":[{"resource":"AuthorizationCode","field":"code","code":"invalid"}]}"#,
        ),
        error_code: "Authorization Error",
        error_text: None,
        ..STANDARD
    },
    Wire {
        provider: providers::STRIPE_CONNECT,
        authorize: "https://connect.stripe.com/oauth/authorize",
        token: "https://connect.stripe.com/oauth/token",
        scope: "read_write",
        sent_scope: "read_write",
        redirect: "scope=read_write&code={code}&state={state}",
        success: r#"{"token_type":"bearer","stripe_publishable_key":"pk","scope":"read_write","livemode":false,"stripe_user_id":"acct_1","refresh_token":"rt-1","access_token":"at-1"}"#,
        granted: Some("read_write"),
        lifetime: None,
        refreshed: r#"{"token_type":"bearer","scope":"read_write","refresh_token":"rt-2","access_token":"at-2"}"#,
        ..STANDARD
    },
    Wire {
        provider: providers::TIKTOK,
        authorize: "https://www.tiktok.com/v2/auth/authorize/",
        token: "https://open.tiktokapis.com/v2/oauth/token/",
        url_names: &[("client_id", "client_key")],
        token_names: &[("client_id", "client_key")],
        scope: "user.info.basic video.list",
        sent_scope: "user.info.basic,video.list",
        redirect: "code={code}&scopes=user.info.basic%2Cvideo.list&state={state}",
        success: r#"{"access_token":"at-1","expires_in":7200,"open_id":"o","refresh_expires_in":15552000,"refresh_token":"rt-1","scope":"user.info.basic,video.list","token_type":"Bearer"}"#,
        granted: Some("user.info.basic video.list"),
        lifetime: Some(7200),
        error: (
            200,
            r#"{"error":"invalid_grant","error_description":"Authorization code is expired.","log_id":"2022"}"#,
        ),
        error_text: Some("Authorization code is expired."),
        ..STANDARD
    },
    Wire {
        provider: providers::TWITCH,
        authorize: "https://id.twitch.tv/oauth2/authorize",
        token: "https://id.twitch.tv/oauth2/token",
        issuer: Some("https://id.twitch.tv/oauth2"),
        scope: "user:read:email chat:read",
        sent_scope: "user:read:email chat:read",
        redirect: "code={code}&scope=user%3Aread%3Aemail+chat%3Aread&state={state}",
        success: r#"{"access_token":"at-1","expires_in":14124,"refresh_token":"rt-1","scope":["user:read:email","chat:read"],"token_type":"bearer"}"#,
        granted: Some("user:read:email chat:read"),
        lifetime: Some(14124),
        error: (400, r#"{"status":400,"message":"Invalid authorization code"}"#),
        error_code: "Invalid authorization code",
        error_text: None,
        ..STANDARD
    },
    Wire {
        provider: providers::WECHAT,
        authorize: "https://open.weixin.qq.com/connect/qrconnect",
        token: "https://api.weixin.qq.com/sns/oauth2/access_token",
        refresh: "https://api.weixin.qq.com/sns/oauth2/refresh_token",
        url_names: &[("client_id", "appid")],
        token_names: &[("client_id", "appid"), ("client_secret", "secret"), ("redirect_uri", "")],
        fragment: "wechat_redirect",
        scope: "snsapi_login snsapi_userinfo",
        sent_scope: "snsapi_login,snsapi_userinfo",
        success: r#"{"access_token":"at-1","expires_in":7200,"refresh_token":"rt-1","openid":"o","scope":"snsapi_login,snsapi_userinfo","unionid":"u"}"#,
        granted: Some("snsapi_login snsapi_userinfo"),
        lifetime: Some(7200),
        is_bearer: false,
        refreshed: r#"{"access_token":"at-2","expires_in":7200,"refresh_token":"rt-2","openid":"o","scope":"snsapi_login"}"#,
        error: (200, r#"{"errcode":40029,"errmsg":"invalid code"}"#),
        error_code: "40029",
        error_text: Some("invalid code"),
        ..STANDARD
    },
    Wire {
        provider: providers::WITHINGS,
        authorize: "https://account.withings.com/oauth2_user/authorize2",
        token: "https://wbsapi.withings.net/v2/oauth2",
        token_params: &[("action", "requesttoken")],
        scope: "user.info user.metrics",
        sent_scope: "user.info,user.metrics",
        success: r#"{"status":0,"body":{"userid":"7","access_token":"at-1","refresh_token":"rt-1","scope":"user.info,user.metrics","expires_in":10800,"token_type":"Bearer"}}"#,
        granted: Some("user.info user.metrics"),
        lifetime: Some(10800),
        refreshed: r#"{"status":0,"body":{"userid":"7","access_token":"at-2","refresh_token":"rt-2","expires_in":10800,"token_type":"Bearer"}}"#,
        error: (200, r#"{"status":503,"error":"Invalid Params: invalid code"}"#),
        error_code: "Invalid Params: invalid code",
        error_text: None,
        ..STANDARD
    },
    Wire {
        provider: providers::X,
        authorize: "https://x.com/i/oauth2/authorize",
        token: "https://api.x.com/2/oauth2/token",
        secret: Place::Basic,
        scope: "tweet.read offline.access",
        sent_scope: "tweet.read offline.access",
        success: r#"{"token_type":"bearer","expires_in":7200,"access_token":"at-1","scope":"tweet.read offline.access","refresh_token":"rt-1"}"#,
        granted: Some("tweet.read offline.access"),
        lifetime: Some(7200),
        ..STANDARD
    },
    Wire {
        provider: providers::XERO,
        authorize: "https://login.xero.com/identity/connect/authorize",
        token: "https://identity.xero.com/connect/token",
        secret: Place::Basic,
        success: r#"{"id_token":"e.y.J","access_token":"at-1","expires_in":1800,"token_type":"Bearer","refresh_token":"rt-1","scope":"read write profile"}"#,
        granted: Some("read write profile"),
        lifetime: Some(1800),
        error: (400, r#"{"error":"invalid_grant"}"#),
        error_text: None,
        ..STANDARD
    },
    Wire {
        provider: providers::YAHOO,
        authorize: "https://api.login.yahoo.com/oauth2/request_auth",
        token: "https://api.login.yahoo.com/oauth2/get_token",
        issuer: Some("https://api.login.yahoo.com"),
        secret: Place::Basic,
        success: r#"{"access_token":"at-1","refresh_token":"rt-1","expires_in":3600,"token_type":"bearer","xoauth_yahoo_guid":"G"}"#,
        granted: None,
        ..STANDARD
    },
    Wire {
        provider: providers::ZOHO,
        authorize: "https://accounts.zoho.com/oauth/v2/auth",
        token: "https://accounts.zoho.eu/oauth/v2/token",
        has_regions: true,
        caller_params: &[("access_type", "offline"), ("prompt", "consent")],
        scope: "PhoneBridge.call.log PhoneBridge.zohoone.search",
        sent_scope: "PhoneBridge.call.log,PhoneBridge.zohoone.search",
        redirect: "state={state}&code={code}&location=eu&accounts-server=https%3A%2F%2Faccounts.zoho.eu",
        success: r#"{"access_token":"at-1","refresh_token":"rt-1","api_domain":"https://www.zohoapis.eu","token_type":"Bearer","expires_in":3600}"#,
        granted: None,
        refreshed: r#"{"access_token":"at-2","api_domain":"https://www.zohoapis.eu","token_type":"Bearer","expires_in":3600}"#,
        error: (200, r#"{"error":"invalid_code"}"#),
        error_code: "invalid_code",
        error_text: None,
        ..STANDARD
    },
    Wire {
        provider: providers::ZOOM,
        authorize: "https://zoom.us/oauth/authorize",
        token: "https://zoom.us/oauth/token",
        secret: Place::Basic,
        scope: "user:read",
        sent_scope: "user:read",
        success: r#"{"access_token":"at-1","token_type":"bearer","refresh_token":"rt-1","expires_in":3599,"scope":"user:read user:write","api_url":"https://api.zoom.us"}"#,
        granted: Some("user:read user:write"),
        lifetime: Some(3599),
        error: (400, r#"{"reason":"Invalid authorization code","error":"invalid_request"}"#),
        error_code: "invalid_request",
        error_text: None,
        ..STANDARD
    },
];

impl Wire {
    fn server(&self) -> Server {
        self.provider.server_for(self.values).unwrap()
    }

    fn start(&self) -> AwaitingRedirect {
        let auth = match self.secret {
            Place::Nowhere => ClientAuth::None,
            Place::Basic | Place::Body => self.provider.client_auth(SECRET),
        };
        let client = Client::new(self.server(), Identity::new(CLIENT_ID, auth), REDIRECT_URI).unwrap();
        let mut login = client.login();
        login.scope(self.scope).unwrap();
        for (name, value) in self.caller_params {
            match *name {
                "prompt" => login.prompt(value),
                name => login.authorization_param(name, value),
            }
            .unwrap();
        }
        login.start_with_entropy(&ENTROPY).unwrap()
    }

    /// The authorization endpoint. It gives back what comes to the redirect URI.
    fn visit(&self, url: &str, answer: &str) -> String {
        let name = self.provider.name();
        let (url, fragment) = url.split_once('#').unwrap_or((url, ""));
        let (endpoint, query) = url.split_once('?').unwrap();
        assert_eq!((endpoint, fragment), (self.authorize, self.fragment), "{name}");
        assert!(!query.contains('+'), "{name}: not every server takes a + for a space in a URL");
        let mut expected = in_words(
            self.url_names,
            &[
                ("response_type", "code"),
                ("client_id", CLIENT_ID),
                ("code_challenge_method", "S256"),
                ("code_challenge", CHALLENGE),
                ("redirect_uri", REDIRECT_URI),
                ("scope", self.sent_scope),
                ("state", STATE),
            ],
        );
        expected.extend(in_words(&[], self.url_params));
        expected.extend(in_words(&[], self.caller_params));
        assert_same(name, pairs(query), expected);
        answer.replace("{code}", CODE).replace("{state}", STATE)
    }

    fn receive(&self, pending: AwaitingRedirect, answer: &str) -> Result<CodeReceived, RedirectError> {
        let answer = self.visit(&pending.authorization_url(), answer);
        let received = if self.is_posted {
            pending.receive_redirect(Redirect::form_post(&answer))
        } else {
            pending.receive_redirect(&format!("{REDIRECT_URI}?{answer}"))
        };
        received.map_err(|refused| refused.recover().unwrap_err())
    }

    fn to_code_received(&self) -> CodeReceived {
        let mut code = self.receive(self.start(), self.redirect).unwrap();
        if self.has_regions {
            let endpoint = format!("{}/oauth/v2/token", code.redirect_param("accounts-server").as_deref().unwrap());
            code.set_token_endpoint(&endpoint).unwrap();
        }
        code
    }

    /// The token endpoint, as far as it can be wrong about a request.
    fn check(&self, request: &HttpRequest, endpoint: &str, grant: &[(&'static str, &'static str)]) {
        let name = self.provider.name();
        assert_eq!((request.method, &*request.url), ("POST", endpoint), "{name}");
        let header = |wanted| request.headers.iter().find_map(|(name, value)| (name == wanted).then_some(value));
        let media_type = if self.json { "application/json" } else { "application/x-www-form-urlencoded" };
        assert_eq!((header("content-type"), header("accept")), (Some(media_type), Some("application/json")), "{name}");
        assert_eq!(header("authorization"), (self.secret == Place::Basic).then_some(BASIC), "{name}");

        let body = request.body.expose();
        let sent = if self.json {
            let object: serde_json::Map<String, Value> = serde_json::from_str(body).unwrap();
            object.into_iter().map(|(name, value)| (name, value.as_str().unwrap().to_owned())).collect()
        } else {
            pairs(body)
        };
        let mut expected = in_words(self.token_names, grant);
        expected.extend(in_words(&[], self.token_params));
        if self.secret != Place::Basic {
            expected.extend(in_words(self.token_names, &[("client_id", CLIENT_ID)]));
        }
        if self.secret == Place::Body {
            expected.extend(in_words(self.token_names, &[("client_secret", SECRET)]));
        }
        assert_same(name, sent, expected);
    }

    fn check_exchange(&self, code: &CodeReceived) {
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", CODE),
            ("code_verifier", VERIFIER),
            ("redirect_uri", REDIRECT_URI),
        ];
        self.check(&code.request(), self.token, &grant);
    }

    fn check_refresh(&self, refresh: &Refresh) {
        let endpoint = if self.refresh.is_empty() { self.token } else { self.refresh };
        let redirect_uri = if self.redirect_uri_in_refresh { REDIRECT_URI } else { "" };
        let grant = [("grant_type", "refresh_token"), ("refresh_token", "rt-1"), ("redirect_uri", redirect_uri)];
        self.check(&refresh.request(), endpoint, &grant);
    }

    fn lifetime(&self) -> Lifetime {
        self.lifetime.map_or(Lifetime::Unstated, |seconds| Lifetime::Stated(Duration::from_secs(seconds)))
    }
}

/// Pairs in the words of the provider. One without a name is left out, and so is one without a value.
fn in_words(names: Pairs, pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let word = |name| names.iter().find_map(|(ours, theirs)| (*ours == name).then_some(*theirs)).unwrap_or(name);
    pairs
        .iter()
        .map(|(name, value)| (word(name).to_owned(), (*value).to_owned()))
        .filter(|(name, value)| !name.is_empty() && !value.is_empty())
        .collect()
}

/// The same pairs in any order, each as often.
fn assert_same(provider: &str, mut sent: Vec<(String, String)>, mut expected: Vec<(String, String)>) {
    sent.sort();
    expected.sort();
    assert_eq!(sent, expected, "{provider}");
    let names: BTreeSet<_> = sent.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), sent.len(), "{provider}: each name once");
}

#[test]
fn a_login_at_each_provider() {
    for wire in WIRES {
        let name = wire.provider.name();
        let code = wire.to_code_received();
        wire.check_exchange(&code);
        let authorized = code.receive_response(HttpResponse::new(200, wire.success), NOW).unwrap();

        assert!(wire.success.contains(authorized.tokens().access_token().expose()), "{name}");
        assert_eq!(authorized.tokens().lifetime(), wire.lifetime(), "{name}");
        let granted = match authorized.tokens().granted_scope() {
            authcode::GrantedScope::Stated(scope) => Some(scope.as_str()),
            _ => None,
        };
        assert_eq!(granted, wire.granted, "{name}");
        assert_eq!(*authorized.tokens().token_type() == TokenType::Bearer, wire.is_bearer, "{name}");
        assert_eq!(authorized.bearer().is_ok(), wire.is_bearer, "{name}");
        assert_eq!(authorized.tokens().refresh_token().is_some(), !wire.refreshed.is_empty(), "{name}");
    }
}

#[test]
fn a_refresh_at_each_provider_that_has_one() {
    for wire in WIRES {
        let name = wire.provider.name();
        let code = wire.to_code_received();
        let mut login = code.receive_response(HttpResponse::new(200, wire.success), NOW).unwrap();
        let refresh = match login.renewal() {
            Renewal::Refresh(refresh) => refresh,
            Renewal::Reauthorize(_) => {
                assert!(wire.refreshed.is_empty(), "{name}");
                continue;
            }
        };
        wire.check_refresh(&refresh);
        let body = (wire.passed_on)(wire.refreshed);
        let refreshed = refresh.receive_response(&mut login, HttpResponse::new(200, body), NOW).unwrap();
        assert_eq!(login.tokens().access_token().expose(), "at-2", "{name}");
        let rotates = wire.refreshed.contains("rt-2");
        assert_eq!(login.tokens().refresh_token().unwrap().expose(), if rotates { "rt-2" } else { "rt-1" }, "{name}");
        assert_eq!(refreshed.rotated, rotates, "{name}");
        assert_eq!(login.bearer().is_ok(), wire.is_bearer, "{name}");
    }
}

#[test]
fn a_refusal_by_each_provider() {
    for wire in WIRES {
        let name = wire.provider.name();
        let (status, body) = wire.error;
        let refused = wire.to_code_received().receive_response(HttpResponse::new(status, body), NOW).unwrap_err();
        let error = refused.error();
        assert_eq!((error.status(), error.body().unwrap().raw()), (status, body), "{name}");
        match error.kind() {
            TokenErrorKind::Refused => {
                let error = error.oauth_error().unwrap();
                assert_eq!(error.code.as_ref().unwrap().as_str(), wire.error_code, "{name}");
                assert_eq!(error.description.as_ref().map(|text| text.raw()), wire.error_text, "{name}");
                assert!(!is_alive(refused), "{name}");
            }
            TokenErrorKind::UnexpectedStatus => assert_eq!(wire.error_code, "", "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn a_refresh_that_each_provider_refuses() {
    for wire in WIRES.iter().filter(|wire| !wire.refreshed.is_empty() && !wire.error_code.is_empty()) {
        let name = wire.provider.name();
        let code = wire.to_code_received();
        let mut login = code.receive_response(HttpResponse::new(200, wire.success), NOW).unwrap();
        let access_token = login.tokens().access_token().expose().to_owned();
        let (status, body) = wire.error;
        let error = refresh_of(&login).receive_response(&mut login, HttpResponse::new(status, body), NOW).unwrap_err();
        assert_eq!(error.oauth_error().unwrap().code.as_ref().unwrap().as_str(), wire.error_code, "{name}");
        // Only the code of RFC 6749, or one that the dialect names, says that a refresh token is dead.
        let is_dead = wire.error_code == "invalid_grant";
        assert_eq!(login.tokens().refresh_token().is_none(), is_dead, "{name}");
        assert_eq!(error.next_step() == NextStep::StartOver, is_dead, "{name}");
        assert_eq!(login.tokens().access_token().expose(), access_token, "{name}");
    }
}

#[test]
fn a_user_of_each_provider_says_no() {
    for wire in WIRES {
        let name = wire.provider.name();
        let (answer, code) = wire.denial;
        let refused = wire.receive(wire.start(), answer).unwrap_err();
        assert_eq!(refused.oauth_error().unwrap().code.as_ref().unwrap().as_str(), code, "{name}");
        assert_eq!(refused.fault(), authcode::Fault::User, "{name}");
    }
}

#[test]
fn another_issuer_is_refused_where_the_provider_has_one() {
    for wire in WIRES {
        let name = wire.provider.name();
        let server = wire.server();
        assert_eq!(server.issuer(), wire.issuer, "{name}");
        let Some(issuer) = wire.issuer else { continue };
        let iss = |issuer: &str| {
            let encoded: String = form_urlencoded::byte_serialize(issuer.as_bytes()).collect();
            format!("code={{code}}&state={{state}}&iss={encoded}")
        };
        assert!(wire.receive(wire.start(), &iss(issuer)).is_ok(), "{name}");
        let refused = wire.receive(wire.start(), &iss("https://evil.example/")).unwrap_err();
        let RedirectError::IssuerMismatch { received } = refused else { panic!("{name}") };
        assert_eq!(received.raw(), "https://evil.example/", "{name}");
    }
}

#[test]
fn a_code_goes_to_no_region_that_is_not_the_providers() {
    let zoho = WIRES.iter().find(|wire| wire.has_regions).unwrap();
    let mut code = zoho.to_code_received();
    for endpoint in ["https://accounts.zoho.evil.example/oauth/v2/token", "https://accounts.zoho.eu/other", ""] {
        assert_eq!(code.set_token_endpoint(endpoint).unwrap_err(), ParameterError::TokenEndpoint);
    }
    zoho.check_exchange(&code);
    for domain in ["com", "com.au", "eu", "in", "jp", "sa"] {
        code.set_token_endpoint(&format!("https://accounts.zoho.{domain}/oauth/v2/token")).unwrap();
    }
    code.set_token_endpoint("https://accounts.zohocloud.ca/oauth/v2/token").unwrap();
}

#[test]
fn withings_has_a_status_for_an_error_without_words() {
    let withings = WIRES.iter().find(|wire| wire.provider.name() == "Withings").unwrap();
    let response = HttpResponse::new(200, r#"{"status":293,"body":{}}"#);
    let refused = withings.to_code_received().receive_response(response, NOW).unwrap_err();
    assert_eq!(refused.error().oauth_error().unwrap().code.as_ref().unwrap().as_str(), "293");
}

#[test]
fn facebook_has_its_error_in_an_object() {
    let facebook = WIRES.iter().find(|wire| wire.provider.name() == "Facebook").unwrap();
    let (status, body) = facebook.error;
    let refused = facebook.to_code_received().receive_response(HttpResponse::new(status, body), NOW).unwrap_err();
    let error: Value = member(refused.error(), "error").unwrap();
    assert_eq!((&error["type"], &error["code"]), (&"OAuthException".into(), &100.into()));
}

#[test]
fn the_parameters_of_a_provider_give_way_to_those_of_a_login() {
    let client = Client::new(providers::ATLASSIAN.server().unwrap(), CLIENT_ID, REDIRECT_URI).unwrap();
    let pending = client.login().prompt("login").unwrap().start_with_entropy(&ENTROPY).unwrap();
    let sent = query_pairs(&pending.authorization_url());
    assert_eq!(sent.iter().filter(|(name, _)| name == "prompt").count(), 1);
    assert_eq!(value_of(&sent, "prompt").unwrap(), "login");
}

// What stands in the source.

const SOURCE: &str = include_str!("../../src/config/providers.rs");

/// A `const` of the module, as it is written.
struct Written {
    name: &'static str,
    docs: Vec<&'static str>,
    value: &'static str,
}

fn written() -> Vec<Written> {
    let mut docs = Vec::new();
    let mut all = Vec::new();
    for (line, rest) in SOURCE.lines().map(|line| (line, SOURCE.split_at(offset(line)).1)) {
        if let Some(doc) = line.strip_prefix("/// ") {
            docs.push(doc);
        } else if let Some((name, _)) = line.strip_prefix("pub const ").and_then(|rest| rest.split_once(": Provider ="))
        {
            let value = rest.split_once(";\n").unwrap().0;
            all.push(Written { name, docs: std::mem::take(&mut docs), value });
        } else {
            docs.clear();
        }
    }
    all
}

fn offset(line: &str) -> usize {
    line.as_ptr().addr() - SOURCE.as_ptr().addr()
}

/// The names in braces.
fn places(template: &str) -> BTreeSet<&str> {
    let after = template.split('{').skip(1);
    after.filter_map(|part| part.split_once('}')).map(|(name, _)| name).filter(|name| is_place(name)).collect()
}

fn is_place(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// The URLs in quotes.
fn urls(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').filter(|part| part.contains("://"))
}

#[test]
fn every_provider_is_in_the_list_and_in_this_table() {
    let (_, list) = SOURCE.split_once("pub const ALL: &[Provider] = &[").unwrap();
    let listed: Vec<_> = list.split(&[',', '\n', ' ', ']', ';']).filter(|name| !name.is_empty()).collect();
    let written: Vec<_> = written().iter().map(|provider| provider.name).collect();
    assert_eq!(listed, written);
    assert!(listed[1..].is_sorted(), "in the order of the alphabet");

    let names = |all: &mut dyn Iterator<Item = &'static Provider>| all.map(Provider::name).collect::<Vec<_>>();
    let all = names(&mut providers::ALL.iter());
    assert_eq!(all, names(&mut WIRES.iter().map(|wire| &wire.provider)));
    assert_eq!(all.len(), written.len());
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "each name once");
    assert!(all.len() >= 31);
}

#[test]
fn every_provider_says_where_it_was_taken_from() {
    for Written { name, docs, .. } in written() {
        let sources: Vec<_> = docs.iter().filter(|line| line.starts_with('<')).collect();
        assert!(!sources.is_empty() || name == "LOOM_AI", "{name}");
        assert!(sources.iter().all(|line| line.starts_with("<https://") && line.ends_with('>')), "{name}");
        let text = docs.join(" ");
        assert!(text.contains("PKCE: "), "{name}");
    }
}

#[test]
fn every_place_for_a_value_is_explained() {
    for Written { name, docs, value } in written() {
        let text = docs.join(" ");
        for place in urls(value).flat_map(places) {
            assert!(text.contains(&format!("`{{{place}}}`")), "{name}: {place}");
        }
    }
    for wire in WIRES {
        for (missing, _) in wire.values {
            let rest: Vec<_> = wire.values.iter().copied().filter(|(name, _)| name != missing).collect();
            let error = wire.provider.server_for(&rest).unwrap_err();
            assert_eq!(error, ConfigError::Placeholder(missing), "{}", wire.provider.name());
        }
        assert_eq!(wire.provider.server().is_ok(), wire.values.is_empty(), "{}", wire.provider.name());
    }
}

#[test]
fn every_url_is_https_and_no_value_is_the_end_of_a_host() {
    for Written { name, value, .. } in written() {
        assert!(urls(value).count() >= 2, "{name}");
        for url in urls(value) {
            let host = url.strip_prefix("https://").unwrap().split('/').next().unwrap();
            let is_whole = host.strip_prefix('{').and_then(|host| host.strip_suffix('}')).is_some_and(is_place);
            assert!(is_whole || !host.ends_with('}'), "{name}: {url}");
        }
    }
    for wire in WIRES {
        let server = wire.server();
        for uri in [server.authorization_endpoint(), server.token_endpoint(), server.refresh_endpoint()] {
            assert_eq!(uri.scheme(), "https", "{}", wire.provider.name());
        }
    }
}

// Values.

#[test]
fn a_value_that_is_missing_or_not_plain_is_refused() {
    let bad = ["", "a/b", "a@b", "a?b", "a#b", "a b", "a%2Fb", "a\\b", "a\nb", "ä", "{shop}", "a;b", "a&b", "a=b"];
    for value in bad {
        let error = providers::SHOPIFY.server_for(&[("shop", value)]).unwrap_err();
        assert_eq!(error, ConfigError::Placeholder("shop"), "{value:?}");
    }
    assert_eq!(providers::SHOPIFY.server().unwrap_err(), ConfigError::Placeholder("shop"));
    assert_eq!(providers::SHOPIFY.server_for(&[("Shop", "acme")]).unwrap_err(), ConfigError::Placeholder("shop"));
}

#[test]
fn a_value_cannot_move_the_host() {
    for value in
        ["evil.example", "evil.example:443", "evil.example:", ":443", "..", ".", "a..b", "-", "127.0.0.1", "a:b"]
    {
        if let Ok(server) = providers::SHOPIFY.server_for(&[("shop", value)]) {
            for uri in [server.authorization_endpoint(), server.token_endpoint()] {
                assert!(uri.host().ends_with(".myshopify.com"), "{value}: {uri}");
                let read = url::Url::parse(uri.as_str()).unwrap();
                assert!(read.host_str().unwrap().ends_with(".myshopify.com"), "{value}: {uri}");
            }
        }
    }
    let refused = |value| providers::SHOPIFY.server_for(&[("shop", value)]).unwrap_err();
    assert_eq!(refused("evil.example:443"), ConfigError::AuthorizationEndpoint(UriError::Port));
    assert_eq!(refused("."), ConfigError::AuthorizationEndpoint(UriError::Host));
}

#[test]
fn a_value_cannot_climb_out_of_its_path() {
    for value in ["..", "."] {
        let error = providers::FACEBOOK.server_for(&[("version", value)]).unwrap_err();
        assert_eq!(error, ConfigError::AuthorizationEndpoint(UriError::DotSegment));
    }
}
