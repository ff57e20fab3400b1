//! What is known about each server: where its endpoints are, what it offers, and how it refuses. The cells hold each
//! server to it, so a new version that behaves otherwise is seen.

use authcode::ErrorCode;

pub(crate) struct Profile {
    pub(crate) name: &'static str,
    pub(crate) authorization_path: &'static str,
    pub(crate) token_path: &'static str,
    /// What the issuer has after the origin.
    pub(crate) issuer_path: &'static str,
    /// Where a search for the metadata ends: what follows the origin.
    pub(crate) metadata_path: &'static str,
    /// Where OpenID Connect has the metadata.
    pub(crate) openid_metadata_path: &'static str,
    /// Whether each login goes by the metadata, and not by endpoints that were typed in.
    pub(crate) is_discovered: bool,
    /// Whether the root of the site has metadata of its own, of an issuer that redirects do not name.
    pub(crate) has_another_issuer_at_its_root: bool,
    pub(crate) scope: &'static str,
    /// The one audience that the server knows, if it looks at it.
    pub(crate) audience: Option<&'static str>,
    /// What the lifetime of a token is called.
    pub(crate) lifetime_member: &'static str,
    pub(crate) iss: Iss,
    pub(crate) plus_in_basic: PlusInBasic,
    pub(crate) refusal_of_wrong_redirect_uri: ErrorCode,
    /// Why there is no `response_mode=form_post`, if there is none.
    pub(crate) no_form_post: Option<&'static str>,
    /// Why there is no client whose secret goes beyond ASCII, if there is none.
    pub(crate) no_secret_beyond_ascii: Option<&'static str>,
    /// Whether a code that comes again costs the tokens that it gave at first.
    pub(crate) takes_back_tokens_of_reused_code: bool,
    /// Whether an old refresh token that comes again costs the newest one.
    pub(crate) takes_back_family_of_replayed_refresh_token: bool,
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

/// How a `+` in Basic credentials is read. Every one of these servers takes `%2B` for a `+`.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum PlusInBasic {
    /// As a space: form-decoding, as RFC 6749 §2.3.1 says.
    Space,
    /// As it stands: percent-decoding alone.
    Plus,
}

/// As it comes, the endpoints typed in, no OpenID.
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
    refusal_of_wrong_redirect_uri: ErrorCode::InvalidGrant,
    no_form_post: None,
    no_secret_beyond_ascii: Some("a client with such a secret is invalid"),
    takes_back_tokens_of_reused_code: true,
    takes_back_family_of_replayed_refresh_token: true,
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
        refusal_of_wrong_redirect_uri: ErrorCode::InvalidRequest,
        no_form_post: Some("sends a code by `query` or `fragment` alone"),
        no_secret_beyond_ascii: None,
        takes_back_tokens_of_reused_code: false,
        fails_on_openid: true,
        ..OIDC_PROVIDER
    },
    Profile {
        name: "authlib",
        authorization_path: "/authorize",
        metadata_path: "/.well-known/openid-configuration",
        plus_in_basic: PlusInBasic::Plus,
        no_form_post: Some("does not look at `response_mode`"),
        no_secret_beyond_ascii: None,
        takes_back_tokens_of_reused_code: false,
        takes_back_family_of_replayed_refresh_token: false,
        ..OIDC_PROVIDER
    },
];
