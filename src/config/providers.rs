//! Servers that many programs log in to, as data, maintained on a best-effort basis.
//!
//! The values were taken on 2026-11-22 from the documentation or the metadata that is linked beside each provider and, if
//! that does not say enough, from the code of other clients: [golang/oauth2], [OpenIddict], [Nango], [Arctic],
//! [social-core]. Providers change their endpoints and their behavior. If a provider publishes metadata,
//! [`Discovery`](crate::Discovery) finds the current endpoints.
//!
//! [golang/oauth2]: https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go
//! [OpenIddict]: https://github.com/openiddict/openiddict-core/blob/dev/src/OpenIddict.Client.WebIntegration/OpenIddictClientWebIntegrationProviders.xml
//! [Nango]: https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
//! [Arctic]: https://github.com/pilcrowonpaper/arctic/tree/main/src/providers
//! [social-core]: https://github.com/python-social-auth/social-core/tree/master/social_core/backends
//!
//! For a provider that is not listed, use [`Server::new`] and, if it departs from the standard, a [`Dialect`]. Some
//! providers cannot be described by a dialect: eBay, whose redirect URI is a name instead of a URL; VK ID, which requires a
//! parameter of the authorization response in the token request; TikTok for desktop apps, which requires the PKCE challenge
//! in hexadecimal.
//!
//! "PKCE: documented" means that the provider's documentation or metadata mentions it, "in use" that other clients send
//! it, "switched off" that some clients deliberately do not send it, and "not known" everything else. The parameters of PKCE
//! are always sent (RFC 7636 §5). A server that does not support them ignores them (RFC 6749 §3.1), and codes are then not
//! protected by PKCE.
//!
//! ```
//! use authcode::{Client, Identity, providers};
//!
//! let auth = providers::GITHUB.client_auth("my-client-secret");
//! let identity = Identity::new("my-client-id", auth);
//! let server = providers::GITHUB.server()?;
//! let github = Client::new(server, identity, "https://app.example/callback")?;
//! let auth0 = providers::AUTH0.server_for(&[("domain", "acme.eu.auth0.com")])?;
//! let token_endpoint = auth0.token_endpoint().as_str();
//! assert_eq!(token_endpoint, "https://acme.eu.auth0.com/oauth/token");
//! # Ok::<(), authcode::ConfigError>(())
//! ```

use alloc::borrow::ToOwned;
use alloc::string::String;

use crate::config::dialect::{Dialect, LifetimeFormat};
use crate::config::error::ConfigError;
use crate::config::identity::ClientAuth;
use crate::config::server::{IssParameter, Server};
use crate::secret::Secret;

/// The endpoints of a provider, and how it departs from the standard.
///
/// If a provider has a server for each customer, its URLs have placeholders, such as `https://{domain}/authorize`:
/// [`server_for`](Self::server_for) fills them in. For all others, use [`server`](Self::server).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Provider {
    name: &'static str,
    authorization_endpoint: &'static str,
    token_endpoint: &'static str,
    refresh_endpoint: Option<&'static str>,
    regional_token_endpoints: &'static [&'static str],
    issuer: Option<&'static str>,
    secret_in: SecretIn,
    dialect: &'static Dialect,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum SecretIn {
    Basic,
    Body,
}

impl Provider {
    /// A provider without anything special, which expects the client secret in the body.
    const fn new(name: &'static str, authorization_endpoint: &'static str, token_endpoint: &'static str) -> Self {
        Self {
            name,
            authorization_endpoint,
            token_endpoint,
            refresh_endpoint: None,
            regional_token_endpoints: &[],
            issuer: None,
            secret_in: SecretIn::Body,
            dialect: STANDARD,
        }
    }

    /// The provider's name, for display.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How it departs from the standard.
    pub const fn dialect(&self) -> &'static Dialect {
        self.dialect
    }

    /// How a client with this secret authenticates there: pass it to [`Identity::new`](crate::Identity::new). A public client
    /// has no secret, and uses its identifier alone.
    pub fn client_auth(&self, secret: impl Into<Secret>) -> ClientAuth {
        match self.secret_in {
            SecretIn::Basic => ClientAuth::basic(secret),
            SecretIn::Body => ClientAuth::body(secret),
        }
    }

    /// Makes the server of a provider that has the same one for all customers.
    ///
    /// # Errors
    /// [`ConfigError::Placeholder`] if there is a server for each customer: use [`server_for`](Self::server_for).
    pub fn server(&self) -> Result<Server, ConfigError> {
        self.server_for(&[])
    }

    /// Makes the server of one customer: `&[("domain", "acme.eu.auth0.com")]`.
    ///
    /// Such a value cannot move an endpoint to another host, unless the placeholder is the host: do not take a host from
    /// somebody whom you do not trust.
    ///
    /// # Errors
    /// [`ConfigError::Placeholder`] if a value is missing or has anything but letters, digits, `-`, `.`, `_` and `:`.
    pub fn server_for(&self, values: &[(&str, &str)]) -> Result<Server, ConfigError> {
        let mut server = Server::new(fill(self.authorization_endpoint, values)?, fill(self.token_endpoint, values)?)?;
        if let Some(endpoint) = self.refresh_endpoint {
            server = server.with_refresh_endpoint(fill(endpoint, values)?)?;
        }
        for endpoint in self.regional_token_endpoints {
            server = server.with_regional_token_endpoint(fill(endpoint, values)?)?;
        }
        if let Some(issuer) = self.issuer {
            server = server.with_issuer(fill(issuer, values)?, IssParameter::Optional)?;
        }
        server.with_dialect(self.dialect.clone())
    }
}

/// For a constant function, in which the `&` itself would need a destructor.
const STANDARD: &Dialect = &Dialect::STANDARD;

/// Fills in the placeholders.
fn fill(template: &'static str, values: &[(&str, &str)]) -> Result<String, ConfigError> {
    let mut parts = template.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').ok_or(ConfigError::Placeholder(template))?;
        let value = values.iter().find_map(|(known, value)| (*known == name).then_some(*value));
        filled.push_str(value.filter(|value| is_value(value)).ok_or(ConfigError::Placeholder(name))?);
        filled.push_str(rest);
    }
    Ok(filled)
}

fn is_value(value: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':');
    !value.is_empty() && value.bytes().all(fits)
}

/// The Loom AI API, for which this crate was first made: `{domain}` is where yours is. PKCE: documented, `S256` only.
pub const LOOM_AI: Provider = Provider::new("Loom AI", "https://{domain}/authorize", "https://{domain}/oauth/token");

/// Airtable. PKCE: in use. A scope is mandatory.
/// <https://airtable.com/developers/web/api/oauth-reference>
pub const AIRTABLE: Provider = Provider {
    secret_in: SecretIn::Basic,
    ..Provider::new("Airtable", "https://airtable.com/oauth2/v1/authorize", "https://airtable.com/oauth2/v1/token")
};

/// Login with Amazon. PKCE: in use.
/// <https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go>
pub const AMAZON: Provider =
    Provider::new("Amazon", "https://www.amazon.com/ap/oa", "https://api.amazon.com/auth/o2/token");

/// Sign in with Apple. PKCE: not known. The client secret is a signed JWT: make it anew before it runs out. With the
/// scope `name` or `email` it wants `response_mode=form_post`: take the redirect by
/// [`Redirect::form_post`](crate::Redirect::form_post).
/// <https://github.com/pilcrowonpaper/arctic/blob/main/src/providers/apple.ts>
/// <https://github.com/nextauthjs/next-auth/blob/main/packages/core/src/providers/apple.ts>
pub const APPLE: Provider = Provider {
    issuer: Some("https://appleid.apple.com"),
    ..Provider::new("Apple", "https://appleid.apple.com/auth/authorize", "https://appleid.apple.com/auth/token")
};

/// Asana. PKCE: not known.
/// <https://developers.asana.com/docs/oauth>
pub const ASANA: Provider =
    Provider::new("Asana", "https://app.asana.com/-/oauth_authorize", "https://app.asana.com/-/oauth_token");

/// Atlassian (3LO). PKCE: documented in its metadata alone. A refresh token comes with the scope `offline_access`.
/// <https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/>
pub const ATLASSIAN: Provider = Provider {
    issuer: Some("https://auth.atlassian.com"),
    dialect: &Dialect::STANDARD
        .without_authorization_params(&["audience"])
        .with_authorization_params(&[("audience", "api.atlassian.com"), ("prompt", "consent")])
        .with_json_requests(),
    ..Provider::new("Atlassian", "https://auth.atlassian.com/authorize", "https://auth.atlassian.com/oauth/token")
};

/// Auth0: `{domain}` is the domain of the tenant. PKCE: documented.
/// <https://auth0.com/docs/api/authentication/authorization-code-flow-with-pkce/authorize-with-pkce>
pub const AUTH0: Provider = Provider {
    issuer: Some("https://{domain}/"),
    ..Provider::new("Auth0", "https://{domain}/authorize", "https://{domain}/oauth/token")
};

/// Bitbucket Cloud. PKCE: not known. Scopes are set where the client is registered.
/// <https://support.atlassian.com/bitbucket-cloud/docs/use-oauth-on-bitbucket-cloud/>
pub const BITBUCKET: Provider = Provider {
    secret_in: SecretIn::Basic,
    dialect: &Dialect::STANDARD.with_response_names(&[("scope", "scopes")]),
    ..Provider::new(
        "Bitbucket",
        "https://bitbucket.org/site/oauth2/authorize",
        "https://bitbucket.org/site/oauth2/access_token",
    )
};

/// Box. PKCE: not known.
/// <https://developer.box.com/guides/authentication/oauth2/oauth2-setup/>
pub const BOX: Provider =
    Provider::new("Box", "https://account.box.com/api/oauth2/authorize", "https://api.box.com/oauth2/token");

/// Canva. PKCE: documented, and mandatory.
/// <https://canva.dev/docs/connect/authentication>
/// <https://canva.dev/docs/connect/api-reference/authentication/generate-access-token>
pub const CANVA: Provider = Provider {
    secret_in: SecretIn::Basic,
    ..Provider::new("Canva", "https://www.canva.com/api/oauth/authorize", "https://api.canva.com/rest/v1/oauth/token")
};

/// Amazon Cognito: `{domain}` is that of the user pool, such as `acme.auth.eu-west-1.amazoncognito.com`, `{region}`
/// such as `eu-west-1`, and `{pool}` the identifier of the pool. PKCE: documented.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html>
pub const COGNITO: Provider = Provider {
    issuer: Some("https://cognito-idp.{region}.amazonaws.com/{pool}"),
    secret_in: SecretIn::Basic,
    ..Provider::new("Amazon Cognito", "https://{domain}/oauth2/authorize", "https://{domain}/oauth2/token")
};

/// DingTalk. PKCE: not known. A scope is mandatory. It says no token type: its API takes the token in the header
/// `x-acs-dingtalk-access-token`.
/// <https://icms-document.oss-cn-beijing.aliyuncs.com/zh-CN/dingtalk/orgapp/topics/obtain-identity-credentials.html>
/// <https://github.com/pennersr/django-allauth/blob/main/allauth/socialaccount/providers/dingtalk/client.py>
pub const DINGTALK: Provider = Provider {
    dialect: &Dialect::STANDARD
        .with_authorization_params(&[("prompt", "consent")])
        .with_redirect_names(&[("code", "authCode")])
        .with_token_names(&[
            ("client_id", "clientId"),
            ("client_secret", "clientSecret"),
            ("grant_type", "grantType"),
            ("refresh_token", "refreshToken"),
        ])
        .without_token_params(&["redirect_uri"])
        .with_json_requests()
        .with_response_names(&[("access_token", "accessToken"), ("refresh_token", "refreshToken")])
        .with_lifetime("expireIn", LifetimeFormat::Seconds),
    ..Provider::new(
        "DingTalk",
        "https://login.dingtalk.com/oauth2/auth",
        "https://api.dingtalk.com/v1.0/oauth2/userAccessToken",
    )
};

/// Discord. PKCE: documented in its metadata.
/// <https://discord.com/developers/docs/topics/oauth2>
/// <https://discord.com/.well-known/oauth-authorization-server>
pub const DISCORD: Provider = Provider {
    issuer: Some("https://discord.com"),
    ..Provider::new("Discord", "https://discord.com/oauth2/authorize", "https://discord.com/api/oauth2/token")
};

/// DocuSign. PKCE: in use, though its metadata does not have it.
/// <https://developers.docusign.com/platform/auth/authcode/authcode-get-token/>
pub const DOCUSIGN: Provider = Provider {
    issuer: Some("https://account.docusign.com/"),
    secret_in: SecretIn::Basic,
    ..Provider::new("DocuSign", "https://account.docusign.com/oauth/auth", "https://account.docusign.com/oauth/token")
};

/// Dropbox. PKCE: in use, by its own SDK. A refresh token comes with `token_access_type=offline`.
/// <https://dropbox.tech/developers/using-oauth-2-0-with-offline-access>
pub const DROPBOX: Provider = Provider {
    issuer: Some("https://www.dropbox.com"),
    secret_in: SecretIn::Basic,
    ..Provider::new("Dropbox", "https://www.dropbox.com/oauth2/authorize", "https://api.dropboxapi.com/oauth2/token")
};

/// Facebook: `{version}` is that of the Graph API, such as `v22.0`; each of them ends one day. PKCE: documented for
/// OpenID Connect. No refresh token. The code of an error is a number.
/// <https://developers.facebook.com/documentation/facebook-login/guides/advanced/manual-flow>
pub const FACEBOOK: Provider = Provider {
    dialect: &Dialect::STANDARD
        .with_scope_separator(',')
        .with_response_paths(&[("error", &["error", "code"]), ("error_description", &["error", "message"])]),
    ..Provider::new(
        "Facebook",
        "https://www.facebook.com/{version}/dialog/oauth",
        "https://graph.facebook.com/{version}/oauth/access_token",
    )
};

/// Feishu. PKCE: not known. A refresh token comes with the scope `offline_access`.
/// <https://open.larkoffice.com/document/authentication-management/access-token/get-user-access-token.md>
/// <https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go>
pub const FEISHU: Provider = Provider::new(
    "Feishu",
    "https://accounts.feishu.cn/open-apis/authen/v1/authorize",
    "https://open.feishu.cn/open-apis/authen/v2/oauth/token",
);

/// Figma. PKCE: in use, and switched off.
/// <https://developers.figma.com/docs/rest-api/authentication>
/// <https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml>
pub const FIGMA: Provider = Provider {
    refresh_endpoint: Some("https://api.figma.com/v1/oauth/refresh"),
    secret_in: SecretIn::Basic,
    dialect: &Dialect::STANDARD.with_scope_separator(','),
    ..Provider::new("Figma", "https://www.figma.com/oauth", "https://api.figma.com/v1/oauth/token")
};

/// Fitbit. PKCE: in use.
/// <https://dev.fitbit.com/build/reference/web-api/developer-guide/authorization/>
pub const FITBIT: Provider = Provider {
    secret_in: SecretIn::Basic,
    dialect: &Dialect::STANDARD.with_response_paths(&[
        ("error", &["errors", "0", "errorType"]),
        ("error_description", &["errors", "0", "message"]),
    ]),
    ..Provider::new("Fitbit", "https://www.fitbit.com/oauth2/authorize", "https://api.fitbit.com/oauth2/token")
};

/// GitHub. PKCE: documented. Only GitHub Apps get a refresh token.
/// <https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps>
pub const GITHUB: Provider = Provider {
    issuer: Some("https://github.com/login/oauth"),
    dialect: &Dialect::STANDARD
        .with_granted_scope_separator(',')
        .with_dead_refresh_token_codes(&["bad_refresh_token"])
        .with_invalid_client_codes(&["incorrect_client_credentials"]),
    ..Provider::new("GitHub", "https://github.com/login/oauth/authorize", "https://github.com/login/oauth/access_token")
};

/// GitLab, at gitlab.com. PKCE: documented. A refresh has the redirect URI in it, which GitLab compares.
/// <https://gitlab.com/.well-known/openid-configuration>
/// <https://docs.gitlab.com/api/oauth2>
/// <https://github.com/sourcebot-dev/sourcebot/pull/798>
pub const GITLAB: Provider = Provider {
    issuer: Some("https://gitlab.com"),
    dialect: &Dialect::STANDARD.with_redirect_uri_in_refresh(),
    ..Provider::new("GitLab", "https://gitlab.com/oauth/authorize", "https://gitlab.com/oauth/token")
};

/// GitLab, at a host of your own: `{host}`. PKCE: documented. What its issuer is, its metadata says.
/// <https://docs.gitlab.com/integration/openid_connect_provider>
/// <https://github.com/pilcrowonpaper/arctic/blob/main/src/providers/gitlab.ts>
pub const GITLAB_SELF_MANAGED: Provider = Provider {
    dialect: &Dialect::STANDARD.with_redirect_uri_in_refresh(),
    ..Provider::new("GitLab (self-managed)", "https://{host}/oauth/authorize", "https://{host}/oauth/token")
};

/// Google. PKCE: documented. A refresh token comes with `access_type=offline`, and the first time only, or again with
/// `prompt=consent`.
/// <https://developers.google.com/identity/openid-connect/reference>
/// <https://accounts.google.com/.well-known/openid-configuration>
pub const GOOGLE: Provider = Provider {
    issuer: Some("https://accounts.google.com"),
    ..Provider::new("Google", "https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token")
};

/// HubSpot. PKCE: documented. The token endpoint has a date in it. When it changes, name the
/// former one by [`Server::with_former_token_endpoint`], so that your users stay logged in.
/// <https://developers.hubspot.com/docs/api-reference/auth-oauth-v3/guide>
/// <https://developers.hubspot.com/docs/api-reference/2026-03/authentication/oauth-tokens/refresh-oauth-token>
pub const HUBSPOT: Provider = Provider {
    dialect: &Dialect::STANDARD.with_response_names(&[("scope", "scopes")]),
    ..Provider::new("HubSpot", "https://app.hubspot.com/oauth/authorize", "https://api.hubapi.com/oauth/2026-03/token")
};

/// Hugging Face. PKCE: in use.
/// <https://huggingface.co/docs/hub/oauth>
pub const HUGGING_FACE: Provider = Provider {
    issuer: Some("https://huggingface.co"),
    ..Provider::new("Hugging Face", "https://huggingface.co/oauth/authorize", "https://huggingface.co/oauth/token")
};

/// Instagram (business login). PKCE: not known. It says no token type: its API takes the token as the parameter
/// `access_token`. No refresh token: a token of an hour is exchanged for a longer one by a GET of its own.
/// <https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login>
/// <https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml>
pub const INSTAGRAM: Provider = Provider {
    dialect: &Dialect::STANDARD.with_scope_separator(',').with_response_names(&[
        ("scope", "permissions"),
        ("error", "error_type"),
        ("error_description", "error_message"),
    ]),
    ..Provider::new(
        "Instagram",
        "https://www.instagram.com/oauth/authorize",
        "https://api.instagram.com/oauth/access_token",
    )
};

/// Intuit (QuickBooks). PKCE: not known. The redirect has the company as `realmId`.
/// <https://developer.api.intuit.com/.well-known/openid_configuration>
pub const INTUIT: Provider = Provider {
    issuer: Some("https://oauth.platform.intuit.com/op/v1"),
    secret_in: SecretIn::Basic,
    ..Provider::new(
        "Intuit",
        "https://appcenter.intuit.com/connect/oauth2",
        "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
    )
};

/// Kakao. PKCE: not known.
/// <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api>
/// <https://kauth.kakao.com/.well-known/openid-configuration>
pub const KAKAO: Provider = Provider {
    issuer: Some("https://kauth.kakao.com"),
    ..Provider::new("Kakao", "https://kauth.kakao.com/oauth/authorize", "https://kauth.kakao.com/oauth/token")
};

/// Keycloak: `{host}` is where it is, and `{realm}` the realm. PKCE: in use. One with a path before `/realms` needs
/// [`Server::new`] or [`Discovery`](crate::Discovery).
/// <https://github.com/pilcrowonpaper/arctic/blob/main/src/providers/keycloak.ts>
pub const KEYCLOAK: Provider = Provider {
    issuer: Some("https://{host}/realms/{realm}"),
    secret_in: SecretIn::Basic,
    ..Provider::new(
        "Keycloak",
        "https://{host}/realms/{realm}/protocol/openid-connect/auth",
        "https://{host}/realms/{realm}/protocol/openid-connect/token",
    )
};

/// Lark: as [`FEISHU`], at other hosts. PKCE: not known.
/// <https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go>
pub const LARK: Provider = Provider::new(
    "Lark",
    "https://accounts.larksuite.com/open-apis/authen/v1/authorize",
    "https://open.larksuite.com/open-apis/authen/v2/oauth/token",
);

/// Linear. PKCE: switched off.
/// <https://linear.app/developers/oauth-2-0-authentication.md>
pub const LINEAR: Provider = Provider {
    dialect: &Dialect::STANDARD.with_scope_separator(','),
    ..Provider::new("Linear", "https://linear.app/oauth/authorize", "https://api.linear.app/oauth/token")
};

/// LinkedIn. PKCE: switched off. A refresh token comes for approved partners alone.
/// <https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow>
pub const LINKEDIN: Provider = Provider {
    dialect: &Dialect::STANDARD.with_response_names(&[("error", "serviceErrorCode"), ("error_description", "message")]),
    ..Provider::new(
        "LinkedIn",
        "https://www.linkedin.com/oauth/v2/authorization",
        "https://www.linkedin.com/oauth/v2/accessToken",
    )
};

/// Mailchimp. PKCE: not known. No scopes, no refresh token, and no token type: its API takes `Authorization: OAuth …`.
/// <https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/>
pub const MAILCHIMP: Provider = Provider {
    dialect: &Dialect::STANDARD.with_zero_lifetime_unstated(),
    ..Provider::new(
        "Mailchimp",
        "https://login.mailchimp.com/oauth2/authorize",
        "https://login.mailchimp.com/oauth2/token",
    )
};

/// Microsoft Entra ID: `{tenant}` is a tenant, or `common`, `organizations` or `consumers`. PKCE: documented. A scope
/// is mandatory; a refresh token comes with `offline_access`. The issuer has the identifier of the tenant in it.
/// <https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow>
pub const MICROSOFT_ENTRA: Provider = Provider::new(
    "Microsoft Entra",
    "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
    "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
);

/// Notion. PKCE: not known. No scopes.
/// <https://developers.notion.com/reference/create-a-token>
pub const NOTION: Provider = Provider {
    secret_in: SecretIn::Basic,
    dialect: &Dialect::STANDARD.with_authorization_params(&[("owner", "user")]).with_json_requests(),
    ..Provider::new("Notion", "https://api.notion.com/v1/oauth/authorize", "https://api.notion.com/v1/oauth/token")
};

/// Okta, the server of the organization: `{domain}` is such as `acme.okta.com`. PKCE: in use.
/// <https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/orgas>
pub const OKTA: Provider = Provider {
    issuer: Some("https://{domain}"),
    secret_in: SecretIn::Basic,
    ..Provider::new("Okta", "https://{domain}/oauth2/v1/authorize", "https://{domain}/oauth2/v1/token")
};

/// Okta, a server of your own making: `{server}` is its identifier, such as `default`, at `{domain}`. PKCE: in use.
/// <https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/CustomAS>
pub const OKTA_CUSTOM: Provider = Provider {
    issuer: Some("https://{domain}/oauth2/{server}"),
    secret_in: SecretIn::Basic,
    ..Provider::new(
        "Okta (custom server)",
        "https://{domain}/oauth2/{server}/v1/authorize",
        "https://{domain}/oauth2/{server}/v1/token",
    )
};

/// Log in with PayPal. PKCE: documented in its metadata. It wants the scope `openid`.
/// <https://developer.paypal.com/log-in/build>
/// <https://developer.paypal.com/log-in/build-button>
pub const PAYPAL: Provider = Provider {
    issuer: Some("https://www.paypal.com"),
    secret_in: SecretIn::Basic,
    ..Provider::new("PayPal", "https://www.paypal.com/signin/authorize", "https://api-m.paypal.com/v1/oauth2/token")
};

/// Reddit. PKCE: not known. A scope is mandatory, and so is a `User-Agent` header of your own. A refresh token comes
/// with `duration=permanent`. An installed app has an empty secret: [`ClientAuth::Basic`].
/// <https://github.com/reddit-archive/reddit/wiki/oauth2>
pub const REDDIT: Provider = Provider {
    secret_in: SecretIn::Basic,
    ..Provider::new("Reddit", "https://www.reddit.com/api/v1/authorize", "https://www.reddit.com/api/v1/access_token")
};

/// Salesforce: `{host}` is `login.salesforce.com`, `test.salesforce.com` or your own, such as `acme.my.salesforce.com`.
/// PKCE: in use. It does not say how long a token lives.
/// <https://github.com/pilcrowonpaper/arctic/blob/main/src/providers/salesforce.ts>
pub const SALESFORCE: Provider = Provider {
    secret_in: SecretIn::Basic,
    ..Provider::new("Salesforce", "https://{host}/services/oauth2/authorize", "https://{host}/services/oauth2/token")
};

/// Shopify: `{shop}` is the name before `.myshopify.com`. PKCE: not known. A scope is mandatory. Check the `hmac` of
/// the redirect yourself. It says no token type, and so there is no bearer header.
/// <https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant>
pub const SHOPIFY: Provider = Provider {
    dialect: &Dialect::STANDARD.with_scope_separator(','),
    ..Provider::new(
        "Shopify",
        "https://{shop}.myshopify.com/admin/oauth/authorize",
        "https://{shop}.myshopify.com/admin/oauth/access_token",
    )
};

/// Slack, for the token of a bot. PKCE: documented, for apps that have opted in. A refresh token comes for apps with
/// token rotation.
/// <https://docs.slack.dev/reference/methods/oauth.v2.access>
pub const SLACK: Provider = Provider {
    secret_in: SecretIn::Basic,
    dialect: &Dialect::STANDARD
        .with_scope_separator(',')
        .with_bearer_aliases(&["bot"])
        .with_dead_refresh_token_codes(&["invalid_refresh_token"])
        .with_invalid_client_codes(&["bad_client_secret", "invalid_client_id"]),
    ..Provider::new("Slack", "https://slack.com/oauth/v2/authorize", "https://slack.com/api/oauth.v2.access")
};

/// Slack, for the token of the user, with scopes of users. PKCE: as for [`SLACK`]. A refresh that succeeds has at
/// the top what the first answer has in `authed_user`: hand it over as `{"authed_user": …}`.
/// <https://docs.slack.dev/reference/methods/oauth.v2.access>
/// <https://docs.slack.dev/tools/node-slack-sdk/reference/oauth/interfaces/OAuthV2TokenRefreshResponse>
pub const SLACK_USER: Provider = Provider {
    secret_in: SecretIn::Basic,
    dialect: &Dialect::STANDARD
        .with_scope_separator(',')
        .with_authorization_names(&[("scope", "user_scope")])
        .with_response_paths(&[
            ("access_token", &["authed_user", "access_token"]),
            ("refresh_token", &["authed_user", "refresh_token"]),
            ("scope", &["authed_user", "scope"]),
            ("token_type", &["authed_user", "token_type"]),
        ])
        .with_lifetime_path(&["authed_user", "expires_in"], LifetimeFormat::Seconds)
        .with_bearer_aliases(&["user"])
        .with_dead_refresh_token_codes(&["invalid_refresh_token"])
        .with_invalid_client_codes(&["bad_client_secret", "invalid_client_id"]),
    ..Provider::new("Slack (user)", "https://slack.com/oauth/v2/authorize", "https://slack.com/api/oauth.v2.access")
};

/// Spotify. PKCE: documented.
/// <https://developer.spotify.com/documentation/web-api/tutorials/code-pkce-flow>
/// <https://developer.spotify.com/documentation/web-api/tutorials/client-credentials-flow>
pub const SPOTIFY: Provider = Provider {
    secret_in: SecretIn::Basic,
    ..Provider::new("Spotify", "https://accounts.spotify.com/authorize", "https://accounts.spotify.com/api/token")
};

/// Square. PKCE: documented, in place of a secret: [`ClientAuth::None`]. Not known is whether it takes both.
/// <https://developer.squareup.com/reference/square/o-auth/obtain-token>
pub const SQUARE: Provider = Provider {
    dialect: &Dialect::STANDARD.with_json_requests().with_lifetime("expires_at", LifetimeFormat::Timestamp),
    ..Provider::new(
        "Square",
        "https://connect.squareup.com/oauth2/authorize",
        "https://connect.squareup.com/oauth2/token",
    )
};

/// Strava. PKCE: not known. The redirect has the granted scopes as `scope`, and the token response has none.
/// <https://developers.strava.com/docs/authentication>
pub const STRAVA: Provider = Provider {
    dialect: &Dialect::STANDARD.with_scope_separator(',').with_response_names(&[("error", "message")]),
    ..Provider::new("Strava", "https://www.strava.com/oauth/authorize", "https://www.strava.com/oauth/token")
};

/// Stripe Connect. PKCE: not known. The client secret is your secret key. It does not say how long a token lives.
/// <https://docs.stripe.com/connect/oauth-standard-accounts.md>
pub const STRIPE_CONNECT: Provider = Provider::new(
    "Stripe Connect",
    "https://connect.stripe.com/oauth/authorize",
    "https://connect.stripe.com/oauth/token",
);

/// TikTok (Login Kit). PKCE: documented for mobile and desktop apps, in use for others. Desktop apps do not work: TikTok
/// expects their PKCE challenge in hexadecimal, which RFC 7636 does not have.
/// <https://developers.tiktok.com/doc/login-kit-manage-user-access-tokens>
/// <https://developers.tiktok.com/doc/oauth-get-a-user-access-token>
pub const TIKTOK: Provider = Provider {
    dialect: &Dialect::STANDARD
        .with_scope_separator(',')
        .with_authorization_names(&[("client_id", "client_key")])
        .with_token_names(&[("client_id", "client_key")]),
    ..Provider::new(
        "TikTok",
        "https://www.tiktok.com/v2/auth/authorize/",
        "https://open.tiktokapis.com/v2/oauth/token/",
    )
};

/// Twitch. PKCE: not known. Its API wants the client identifier in the header `Client-Id` besides.
/// <https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/>
/// <https://id.twitch.tv/oauth2/.well-known/openid-configuration>
pub const TWITCH: Provider = Provider {
    issuer: Some("https://id.twitch.tv/oauth2"),
    dialect: &Dialect::STANDARD.with_response_names(&[("error", "message")]),
    ..Provider::new("Twitch", "https://id.twitch.tv/oauth2/authorize", "https://id.twitch.tv/oauth2/token")
};

/// WeChat, for websites. PKCE: switched off. Send token requests as a GET, with the body as the query. It says no token
/// type: its API takes the token as the parameter `access_token`.
/// <https://developers.weixin.qq.com/doc/oplatform/en/Website_App/WeChat_Login/Wechat_Login.html>
pub const WECHAT: Provider = Provider {
    refresh_endpoint: Some("https://api.weixin.qq.com/sns/oauth2/refresh_token"),
    dialect: &Dialect::STANDARD
        .with_scope_separator(',')
        .with_authorization_names(&[("client_id", "appid")])
        .with_fragment("wechat_redirect")
        .with_token_names(&[("client_id", "appid"), ("client_secret", "secret")])
        .without_token_params(&["redirect_uri"])
        .with_response_names(&[("error", "errcode"), ("error_description", "errmsg")])
        .with_dead_refresh_token_codes(&["40030", "42002"])
        .with_invalid_client_codes(&["40013", "40125"]),
    ..Provider::new(
        "WeChat",
        "https://open.weixin.qq.com/connect/qrconnect",
        "https://api.weixin.qq.com/sns/oauth2/access_token",
    )
};

/// Withings. PKCE: not known. Every answer has the status 200.
/// <https://developer.withings.com/developer-guide/v3/integration-guide/public-health-data-api/get-access/access-and-refresh-tokens-no-recover>
/// <https://github.com/pilcrowonpaper/arctic/blob/main/src/providers/withings.ts>
pub const WITHINGS: Provider = Provider {
    dialect: &Dialect::STANDARD
        .with_scope_separator(',')
        .with_token_params(&[("action", "requesttoken")])
        .with_response_names(&[("error", "status")])
        .with_response_paths(&[
            ("access_token", &["body", "access_token"]),
            ("refresh_token", &["body", "refresh_token"]),
            ("scope", &["body", "scope"]),
            ("token_type", &["body", "token_type"]),
        ])
        .with_lifetime_path(&["body", "expires_in"], LifetimeFormat::Seconds),
    ..Provider::new(
        "Withings",
        "https://account.withings.com/oauth2_user/authorize2",
        "https://wbsapi.withings.net/v2/oauth2",
    )
};

/// X (Twitter). PKCE: documented, and mandatory. A refresh token comes with the scope `offline.access`.
/// <https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code>
pub const X: Provider = Provider {
    secret_in: SecretIn::Basic,
    ..Provider::new("X", "https://x.com/i/oauth2/authorize", "https://api.x.com/2/oauth2/token")
};

/// Xero. PKCE: not known. A refresh token comes with the scope `offline_access`.
/// <https://developer.xero.com/faq/oauth2>
/// <https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml>
pub const XERO: Provider = Provider {
    secret_in: SecretIn::Basic,
    ..Provider::new(
        "Xero",
        "https://login.xero.com/identity/connect/authorize",
        "https://identity.xero.com/connect/token",
    )
};

/// Yahoo. PKCE: not known.
/// <https://developer.yahoo.com/oauth2/guide/openid_connect/>
pub const YAHOO: Provider = Provider {
    issuer: Some("https://api.login.yahoo.com"),
    secret_in: SecretIn::Basic,
    ..Provider::new(
        "Yahoo",
        "https://api.login.yahoo.com/oauth2/request_auth",
        "https://api.login.yahoo.com/oauth2/get_token",
    )
};

/// Zoho. PKCE: in use. The redirect has the region of the user as `accounts-server`: put `/oauth/v2/token` behind it
/// and choose it by [`CodeReceived::set_token_endpoint`](crate::CodeReceived::set_token_endpoint). A refresh token
/// comes with `access_type=offline`, and again with `prompt=consent`.
/// <https://zoho.com/accounts/protocol/oauth/multi-dc.html>
/// <https://zoho.com/accounts/protocol/oauth/multi-dc/client-authorization.html>
pub const ZOHO: Provider = Provider {
    regional_token_endpoints: &[
        "https://accounts.zoho.com.au/oauth/v2/token",
        "https://accounts.zoho.eu/oauth/v2/token",
        "https://accounts.zoho.in/oauth/v2/token",
        "https://accounts.zoho.jp/oauth/v2/token",
        "https://accounts.zoho.sa/oauth/v2/token",
        "https://accounts.zohocloud.ca/oauth/v2/token",
    ],
    dialect: &Dialect::STANDARD.with_scope_separator(','),
    ..Provider::new("Zoho", "https://accounts.zoho.com/oauth/v2/auth", "https://accounts.zoho.com/oauth/v2/token")
};

/// Zoom. PKCE: in use.
/// <https://developers.zoom.us/docs/integrations/oauth/>
pub const ZOOM: Provider = Provider {
    secret_in: SecretIn::Basic,
    ..Provider::new("Zoom", "https://zoom.us/oauth/authorize", "https://zoom.us/oauth/token")
};

/// Every provider of this module.
pub const ALL: &[Provider] = &[
    LOOM_AI,
    AIRTABLE,
    AMAZON,
    APPLE,
    ASANA,
    ATLASSIAN,
    AUTH0,
    BITBUCKET,
    BOX,
    CANVA,
    COGNITO,
    DINGTALK,
    DISCORD,
    DOCUSIGN,
    DROPBOX,
    FACEBOOK,
    FEISHU,
    FIGMA,
    FITBIT,
    GITHUB,
    GITLAB,
    GITLAB_SELF_MANAGED,
    GOOGLE,
    HUBSPOT,
    HUGGING_FACE,
    INSTAGRAM,
    INTUIT,
    KAKAO,
    KEYCLOAK,
    LARK,
    LINEAR,
    LINKEDIN,
    MAILCHIMP,
    MICROSOFT_ENTRA,
    NOTION,
    OKTA,
    OKTA_CUSTOM,
    PAYPAL,
    REDDIT,
    SALESFORCE,
    SHOPIFY,
    SLACK,
    SLACK_USER,
    SPOTIFY,
    SQUARE,
    STRAVA,
    STRIPE_CONNECT,
    TIKTOK,
    TWITCH,
    WECHAT,
    WITHINGS,
    X,
    XERO,
    YAHOO,
    ZOHO,
    ZOOM,
];
