//! What real servers do differently, as data.

/// How a server departs from RFC 6749.
///
/// Plain data: [`Dialect::STANDARD`] and what differs from it. It can be a `const`. Most servers need
/// none of it: what cannot weaken a login (`expiry` or `expires_in`, a lifetime as a string or a
/// float, scopes as a list, `null` for absent, JSON under any media type, an error in a 200) is read
/// without a setting.
///
/// ```
/// # use authcode::Dialect;
/// const MY_SERVER: Dialect = Dialect::STANDARD.with_scope_separator(',').assume_bearer();
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Dialect {
    pub(crate) scope_separator: char,
    pub(crate) assumes_bearer: bool,
    pub(crate) bearer_aliases: &'static [&'static str],
    pub(crate) lifetime_unit: LifetimeUnit,
    pub(crate) zero_means_unstated: bool,
    pub(crate) assumed_lifetime: Option<u32>,
    pub(crate) sends_redirect_uri: bool,
}

/// What a lifetime in a token response counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LifetimeUnit {
    /// Thousandths of a second, as some servers have it.
    Milliseconds,
    /// Seconds, as RFC 6749 §5.1 has it.
    Seconds,
}

impl Dialect {
    /// RFC 6749 as it stands.
    pub const STANDARD: Self = Self {
        scope_separator: ' ',
        assumes_bearer: false,
        bearer_aliases: &[],
        lifetime_unit: LifetimeUnit::Seconds,
        zero_means_unstated: false,
        assumed_lifetime: None,
        sends_redirect_uri: true,
    };

    /// What stands between two scopes, in requests and in responses: `,` for many older servers.
    #[must_use]
    pub const fn with_scope_separator(mut self, separator: char) -> Self {
        self.scope_separator = separator;
        self
    }

    /// Takes a token of an unstated type for a bearer token.
    #[must_use]
    pub const fn assume_bearer(mut self) -> Self {
        self.assumes_bearer = true;
        self
    }

    /// Other words for `Bearer` in `token_type`, in any case.
    #[must_use]
    pub const fn with_bearer_aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.bearer_aliases = aliases;
        self
    }

    /// What a lifetime counts.
    #[must_use]
    pub const fn with_lifetime_unit(mut self, unit: LifetimeUnit) -> Self {
        self.lifetime_unit = unit;
        self
    }

    /// Takes a lifetime of 0 for an unstated one. As it stands, such a token has already run out.
    #[must_use]
    pub const fn zero_lifetime_is_unstated(mut self) -> Self {
        self.zero_means_unstated = true;
        self
    }

    /// How long a token lives, in seconds, when the server does not say, or not readably.
    #[must_use]
    pub const fn with_assumed_lifetime(mut self, seconds: u32) -> Self {
        self.assumed_lifetime = Some(seconds);
        self
    }

    /// Leaves `redirect_uri` out of the token request. RFC 6749 §4.1.3 wants it; OAuth 2.1 does not,
    /// and a few servers fail on it.
    #[must_use]
    pub const fn without_redirect_uri_in_token_request(mut self) -> Self {
        self.sends_redirect_uri = false;
        self
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self::STANDARD
    }
}
