//! The tokens of a login, and what the server said with them.

use core::time::Duration;

use crate::encoding::time::UnixTime;
use crate::limits::{MIN_RENEWAL_INTERVAL, UNREADABLE_LIFETIME};
use crate::response::lifetime::Lifetime;
use crate::response::token_response::{GrantedScope, TokenResponse, TokenType};
use crate::secret::Secret;

/// The tokens of a login, and what the server said with them (RFC 6749 §5.1).
///
/// [`Authorized::tokens`](crate::Authorized::tokens) returns them.
///
/// ```
/// # use authcode::{Authorized, UnixTime};
/// # fn example(login: &Authorized) {
/// let tokens = login.tokens();
/// if let Some(end) = tokens.expires_at() {
///     println!("valid until {} s after 1970", end.as_secs());
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct Tokens {
    pub(crate) response: TokenResponse,
    pub(crate) received_at: UnixTime,
}

impl Tokens {
    /// The access token. It is opaque: only the API interprets it. For its header, see
    /// [`Authorized::bearer`](crate::Authorized::bearer).
    pub const fn access_token(&self) -> &Secret {
        &self.response.access_token
    }

    /// The refresh token, if there is one: from the last response, or kept from an earlier one.
    pub const fn refresh_token(&self) -> Option<&Secret> {
        self.response.refresh_token.as_ref()
    }

    /// The type of the access token (RFC 6749 §7.1).
    pub const fn token_type(&self) -> &TokenType {
        &self.response.token_type
    }

    /// The scope that the server says it granted.
    pub const fn granted_scope(&self) -> &GrantedScope {
        &self.response.scope
    }

    /// How long the access token is valid, from [`received_at`](Self::received_at) on, by the server's account:
    /// `expires_in` or `expiry`, in seconds, or as its [`Dialect`](crate::Dialect) says.
    pub const fn lifetime(&self) -> Lifetime {
        self.response.lifetime
    }

    /// The time that you passed with the response.
    pub const fn received_at(&self) -> UnixTime {
        self.received_at
    }

    /// When the access token expires, if the server said so in a form that can be read. It may be refused before that.
    pub fn expires_at(&self) -> Option<UnixTime> {
        match self.response.lifetime {
            Lifetime::Stated(lifetime) => Some(self.received_at.saturating_add(lifetime)),
            Lifetime::Unreadable | Lifetime::Unstated => None,
        }
    }

    /// For how much longer to use the access token: until `leeway` before it expires. Zero: renew it first. `None` if the
    /// server does not state a lifetime: use it until it is refused.
    ///
    /// Half a minute of leeway covers the way to the API and a clock that is a little off. At most half of the token's
    /// lifetime counts as leeway. A lifetime that cannot be read counts as
    /// [`UNREADABLE_LIFETIME`], and no token is renewed in the first [`MIN_RENEWAL_INTERVAL`] seconds, so that a server
    /// with short lifetimes is not asked at each use. If `now` is before [`received_at`](Self::received_at), the clock
    /// was set back, and nothing is left.
    ///
    /// ```
    /// # use authcode::{Authorized, UnixTime};
    /// # use core::time::Duration;
    /// # fn example(login: &Authorized, now: UnixTime) {
    /// if let Some(left) = login.tokens().time_left(now, Duration::from_secs(30)) {
    ///     // Renew the token after `left`.
    /// }
    /// # }
    /// ```
    pub fn time_left(&self, now: UnixTime, leeway: Duration) -> Option<Duration> {
        let lifetime = match self.response.lifetime {
            Lifetime::Stated(lifetime) => lifetime,
            Lifetime::Unreadable => Duration::from_secs(UNREADABLE_LIFETIME),
            Lifetime::Unstated => return None,
        };
        if now < self.received_at {
            return Some(Duration::ZERO);
        }
        let used = lifetime.saturating_sub(leeway.min(lifetime / 2)).max(Duration::from_secs(MIN_RENEWAL_INTERVAL));
        // Durations alone: the end of the lifetime may be later than the last time that there is.
        Some(used.saturating_sub(now.saturating_since(self.received_at)))
    }

    /// A member of the server's response by its name, as JSON text, such as `"\"acme\""` for a string. `None` if it is
    /// absent or repeats. `access_token` and `refresh_token` are not among them; if the server's
    /// [`Dialect`](crate::Dialect) has another place for a token, the member there is as secret as the token.
    ///
    /// After a refresh it is the member of the newest response.
    ///
    /// ```
    /// # fn example(login: &authcode::Authorized) {
    /// let tenant = login.tokens().member_text("tenant");
    /// # }
    /// ```
    pub fn member_text(&self, name: &str) -> Option<&str> {
        self.response.members.get(name)
    }

    /// A member of the server's response by its name, in the type that you ask for. `None` if it is absent, repeats, or
    /// is of another type.
    ///
    /// ```
    /// # fn example(login: &authcode::Authorized) {
    /// let tenant: Option<String> = login.tokens().member("tenant");
    /// # }
    /// ```
    #[cfg(feature = "serde_json")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serde_json")))]
    pub fn member<T: serde::de::DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.member_text(name)?).ok()
    }
}
