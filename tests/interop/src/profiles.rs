//! What is known about each server: where its endpoints are, what it offers, and how it refuses. The cells
//! check each server against it, so that a new version with another behavior fails.

use authcode::ErrorCode;

pub(crate) struct Profile {
    pub(crate) name: &'static str,
    pub(crate) authorization_path: &'static str,
    pub(crate) token_path: &'static str,
    /// The path of the issuer.
    pub(crate) issuer_path: &'static str,
    /// The path at which discovery finds the metadata.
    pub(crate) metadata_path: &'static str,
    /// The path of the metadata in OpenID Connect Discovery.
    pub(crate) openid_metadata_path: &'static str,
    /// Whether each login discovers its server instead of having the endpoints typed in.
    pub(crate) is_discovered: bool,
    /// Whether the root of the site has metadata of another issuer than the one that redirects name.
    pub(crate) has_another_issuer_at_its_root: bool,
    pub(crate) scope: &'static str,
    /// The one audience that the server knows, if it reads `audience`.
    pub(crate) audience: Option<&'static str>,
    /// The name of the member for the lifetime of a token.
    pub(crate) lifetime_member: &'static str,
    pub(crate) iss: Iss,
    pub(crate) plus_in_basic: PlusInBasic,
    pub(crate) refusal_of_wrong_redirect_uri: &'static ErrorCode,
    /// Why the server does not support `response_mode=form_post`, if it does not.
    pub(crate) no_form_post: Option<&'static str>,
    /// Why a secret beyond ASCII is not possible, if it is not.
    pub(crate) no_secret_beyond_ascii: Option<&'static str>,
    /// Whether the second use of a code revokes the tokens that were issued for the first.
    pub(crate) revokes_tokens_of_reused_code: bool,
    /// Whether the reuse of an old refresh token revokes the newest one.
    pub(crate) revokes_family_of_reused_refresh_token: bool,
    /// Whether asking for `openid` ends in an HTML page with 500.
    pub(crate) fails_on_openid: bool,
}

/// Which redirects carry `iss` (RFC 9207).
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Iss {
    Always,
    NotInErrors,
    Never,
}

/// How a `+` in Basic credentials is read. All of these servers decode `%2B` to `+`.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum PlusInBasic {
    /// As a space: form-decoding, as RFC 6749 §2.3.1 says.
    Space,
    /// As a `+`: percent-decoding alone.
    Plus,
}

/// In its default configuration: endpoints typed in, without OpenID Connect.
const OIDC_PROVIDER: Profile = Profile {
    name: "oidc-provider-plain",
    authorization_path: "/auth",
    token_path: "/token",
    issuer_path: "",
    metadata_path: "/.well-known/oauth-authorization-server",
    openid_metadata_path: "/.well-known/openid-configuration",
    is_discovered: false,
    has_another_issuer_at_its_root: false,
    scope: "api offline_access",
    audience: None,
    lifetime_member: "expires_in",
    iss: Iss::Always,
    plus_in_basic: PlusInBasic::Space,
    refusal_of_wrong_redirect_uri: &ErrorCode::InvalidGrant,
    no_form_post: None,
    no_secret_beyond_ascii: Some("a client with such a secret is invalid"),
    revokes_tokens_of_reused_code: true,
    revokes_family_of_reused_refresh_token: true,
    fails_on_openid: false,
};

pub(crate) const PROFILES: [Profile; 5] = [
    OIDC_PROVIDER,
    Profile { name: "oidc-provider-iss", is_discovered: true, scope: "openid api offline_access", ..OIDC_PROVIDER },
    Profile {
        name: "oidc-provider-mission",
        authorization_path: "/authorize",
        token_path: "/oauth/token",
        audience: Some("https://api.loomai.com/"),
        lifetime_member: "expiry",
        iss: Iss::Never,
        ..OIDC_PROVIDER
    },
    Profile {
        name: "django-oauth-toolkit",
        authorization_path: "/o/authorize/",
        token_path: "/o/token/",
        issuer_path: "/o",
        metadata_path: "/.well-known/oauth-authorization-server/o",
        openid_metadata_path: "/o/.well-known/openid-configuration",
        has_another_issuer_at_its_root: true,
        iss: Iss::NotInErrors,
        refusal_of_wrong_redirect_uri: &ErrorCode::InvalidRequest,
        no_form_post: Some("sends a code by `query` or `fragment` alone"),
        no_secret_beyond_ascii: None,
        revokes_tokens_of_reused_code: false,
        fails_on_openid: true,
        ..OIDC_PROVIDER
    },
    Profile {
        name: "authlib",
        authorization_path: "/authorize",
        metadata_path: "/.well-known/openid-configuration",
        plus_in_basic: PlusInBasic::Plus,
        no_form_post: Some("does not read `response_mode`"),
        no_secret_beyond_ascii: None,
        revokes_tokens_of_reused_code: false,
        revokes_family_of_reused_refresh_token: false,
        ..OIDC_PROVIDER
    },
];
