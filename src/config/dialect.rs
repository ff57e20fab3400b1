//! What real servers do differently, as data.

use core::iter;

use crate::config::error::ConfigError;
use crate::config::parameters::Params;
use crate::encoding::form::Pair;
use crate::encoding::grammar::RESPONSE_NAMES;

/// How a server departs from RFC 6749.
///
/// Plain data: [`Dialect::STANDARD`] and what differs from it. It can be a `const`, and is given with the
/// [`Server`](crate::Server): [`with_dialect`](crate::Server::with_dialect) checks it.
///
/// ```
/// # use authcode::{Dialect, LifetimeFormat};
/// const MY_SERVER: Dialect = Dialect::STANDARD
///     .with_scope_separator(',')
///     .with_authorization_names(&[("client_id", "client_key")])
///     .with_lifetime("expires_on", LifetimeFormat::UnixSeconds)
///     .assume_bearer();
/// ```
///
/// # What needs no setting
///
/// Whatever cannot weaken a login is read as it comes: `expires_in` or `expiry`, as a number, a string or a float;
/// scopes as a list; `null` for absent; JSON under any media type, with or without a byte order mark; an error in a
/// 200, with a code that is a number or an object; a redirect with a fragment behind it, with parameters that nobody
/// knows, or as a form.
///
/// # What no setting does
///
/// The crate only describes requests and reads what you hand to it, so a host can say it in its own words first:
///
/// | the server | the host |
/// |---|---|
/// | answers in XML, in JSONP, under names that only a program can find | makes a JSON object of the body, and hands that to [`HttpResponse::new`](crate::HttpResponse::new) |
/// | wants a GET, a header or a signature of its own | takes [`HttpRequest`](crate::HttpRequest) apart: its body is a query as it stands |
/// | counts minutes or writes `177:05:38` | writes `expires_in` in seconds into that object |
/// | wants a client secret that is made anew (a signed JWT) | makes a [`Client`](crate::Client) with it, and comes back to the login by [`Suspended::resume`](crate::Suspended::resume) |
/// | answers with a status that lies | hands over the status that it means |
///
/// PKCE and `state` are not for a dialect to change: there is no login without them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Dialect {
    pub(crate) authorization: Wording,
    pub(crate) token: Wording,
    pub(crate) redirect_names: Names,
    pub(crate) response_names: Names,
    pub(crate) scope_separator: char,
    pub(crate) granted_scope_separator: char,
    pub(crate) fragment: &'static str,
    pub(crate) state_in_redirect_uri: bool,
    pub(crate) json_requests: bool,
    pub(crate) form_responses: bool,
    pub(crate) lifetime: Option<(&'static str, LifetimeFormat)>,
    pub(crate) zero_means_unstated: bool,
    pub(crate) assumed_lifetime: Option<u32>,
    pub(crate) assumes_bearer: bool,
    pub(crate) bearer_aliases: &'static [&'static str],
}

/// What the RFC calls something, and what the server calls it.
pub(crate) type Names = &'static [(&'static str, &'static str)];

/// How one of the requests is worded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Wording {
    names: Names,
    params: Names,
}

/// How a lifetime in a token response is written. A number may also be a string with one in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LifetimeFormat {
    /// Thousandths of a second from now.
    Milliseconds,
    /// Seconds from now, as RFC 6749 §5.1 has it.
    Seconds,
    /// The moment at which the token runs out, as a date: `"2026-01-02T03:04:05Z"` (RFC 3339).
    Timestamp,
    /// The moment at which the token runs out, in seconds since 1970.
    UnixSeconds,
}

/// What each of the requests sends under a name that may be another, or none.
const AUTHORIZATION_NAMES: &[&str] = &["audience", "client_id", "redirect_uri", "response_type", "scope"];
const EXCHANGE_NAMES: &[&str] = &["audience", "client_id", "client_secret", "code", "grant_type", "redirect_uri"];
const REFRESH_NAMES: &[&str] = &["client_id", "client_secret", "grant_type", "refresh_token", "scope"];

/// What a login is not safe without, and what would override it (RFC 9101). No request may have them in other words.
const PROTECTED: &[&str] =
    &["code_challenge", "code_challenge_method", "code_verifier", "request", "request_uri", "state"];

/// What may have another name in a redirect.
const RENAMABLE_IN_REDIRECT: [&str; 4] = ["code", "error", "error_description", "error_uri"];

/// What may be at another place in a response.
const MOVABLE_IN_RESPONSE: [&str; 7] =
    ["access_token", "error", "error_description", "error_uri", "refresh_token", "scope", "token_type"];

impl Dialect {
    /// RFC 6749 as it stands.
    pub const STANDARD: Self = Self {
        authorization: Wording::STANDARD,
        token: Wording::STANDARD,
        redirect_names: &[],
        response_names: &[],
        scope_separator: ' ',
        granted_scope_separator: ' ',
        fragment: "",
        state_in_redirect_uri: false,
        json_requests: false,
        form_responses: false,
        lifetime: None,
        zero_means_unstated: false,
        assumed_lifetime: None,
        assumes_bearer: false,
        bearer_aliases: &[],
    };

    /// What the server calls parameters in the URL for the browser: `&[("client_id", "appid")]`. An empty name leaves
    /// the parameter out. Those of PKCE, and `state`, cannot be named.
    #[must_use]
    pub const fn with_authorization_names(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.authorization.names = names;
        self
    }

    /// What every URL for the browser has besides: `&[("access_type", "offline")]`. A parameter of the same name that
    /// a login is given replaces it.
    #[must_use]
    pub const fn with_authorization_params(mut self, params: &'static [(&'static str, &'static str)]) -> Self {
        self.authorization.params = params;
        self
    }

    /// What the server calls parameters of token requests, those of a refresh included:
    /// `&[("client_secret", "secret")]`. An empty name leaves the parameter out: `&[("redirect_uri", "")]`, which
    /// RFC 6749 §4.1.3 wants and OAuth 2.1 does not.
    #[must_use]
    pub const fn with_token_names(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.token.names = names;
        self
    }

    /// What every token request has besides, that of a refresh included. A parameter of the same name that a login or
    /// a refresh is given replaces it.
    #[must_use]
    pub const fn with_token_params(mut self, params: &'static [(&'static str, &'static str)]) -> Self {
        self.token.params = params;
        self
    }

    /// What the server calls parameters of the redirect: `&[("code", "auth_code")]`, and the same for `error`,
    /// `error_description` and `error_uri`. An error under its own name counts first; two codes that differ are none.
    #[must_use]
    pub const fn with_redirect_names(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.redirect_names = names;
        self
    }

    /// Where the server has members of the token response: under another name, `("access_token", "accessToken")`, or
    /// at a path, `("access_token", "/data/access_token")`, `("error", "/errors/0/errorType")`. What is named here is
    /// read there and nowhere else; but an error and its description at their own places always count, and first.
    ///
    /// For `access_token`, `error`, `error_description`, `error_uri`, `refresh_token`, `scope` and `token_type`. The
    /// lifetime has [a setting of its own](Self::with_lifetime).
    #[must_use]
    pub const fn with_response_names(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.response_names = names;
        self
    }

    /// What stands between two scopes, in requests and in responses: `,` for many older servers. A `+` goes out as
    /// it is, unencoded, in a URL and in a form.
    #[must_use]
    pub const fn with_scope_separator(mut self, separator: char) -> Self {
        self.scope_separator = separator;
        self.with_granted_scope_separator(separator)
    }

    /// What stands between two scopes in responses, where it is another character than in requests. White space
    /// separates them in any case.
    #[must_use]
    pub const fn with_granted_scope_separator(mut self, separator: char) -> Self {
        self.granted_scope_separator = separator;
        self
    }

    /// What follows a `#` at the end of the URL for the browser.
    #[must_use]
    pub const fn with_fragment(mut self, fragment: &'static str) -> Self {
        self.fragment = fragment;
        self
    }

    /// Puts `state` into the query of the redirect URI, on both legs, for a server that does not send it back, or not
    /// with an error. The server must accept a redirect URI with a query that it has not been told before.
    #[must_use]
    pub const fn with_state_in_redirect_uri(mut self) -> Self {
        self.state_in_redirect_uri = true;
        self
    }

    /// Sends token requests as a JSON object. A parameter that repeats is a list in it.
    #[must_use]
    pub const fn with_json_requests(mut self) -> Self {
        self.json_requests = true;
        self
    }

    /// Reads token responses that are form-encoded, too: `access_token=…&token_type=bearer`, of at most
    /// [`MAX_FORM_PAIRS`](crate::limits::MAX_FORM_PAIRS) pairs. What is JSON is read as that.
    #[must_use]
    pub const fn with_form_responses(mut self) -> Self {
        self.form_responses = true;
        self
    }

    /// Where the lifetime is, and how it is written: a name or a path, as in
    /// [`with_response_names`](Self::with_response_names). If it is not there, `expires_in` and `expiry` still count.
    #[must_use]
    pub const fn with_lifetime(mut self, place: &'static str, format: LifetimeFormat) -> Self {
        self.lifetime = Some((place, format));
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

    /// A dialect is written by hand: a slip in it must not go out, and must not reach what makes a login safe.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.authorization.check(&[AUTHORIZATION_NAMES])?;
        self.token.check(&[EXCHANGE_NAMES, REFRESH_NAMES])?;
        for (ours, theirs) in self.redirect_names {
            let twice = self.redirect_aliases().filter(|other| other == theirs).count() > 1;
            if !RENAMABLE_IN_REDIRECT.contains(ours) || theirs.is_empty() || RESPONSE_NAMES.contains(theirs) || twice {
                return Err(ConfigError::Dialect(theirs));
            }
        }
        for (name, place) in self.response_names {
            let twice = |(other, same): &&(&str, &str)| (other == name) || (same == place);
            if !MOVABLE_IN_RESPONSE.contains(name) || self.response_names.iter().filter(twice).count() > 1 {
                return Err(ConfigError::Dialect(name));
            }
        }
        for (_, place) in self.response_names {
            check_place(place)?;
        }
        if let Some((place, _)) = self.lifetime {
            check_place(place)?;
        }
        for alias in self.bearer_aliases {
            check_place(alias)?;
        }
        if !self.fragment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'='))
        {
            return Err(ConfigError::Dialect(self.fragment));
        }
        Ok(())
    }

    /// What the server calls parameters of the redirect besides.
    pub(crate) fn redirect_aliases(&self) -> impl Iterator<Item = &'static str> {
        self.redirect_names.iter().map(|(_, theirs)| *theirs)
    }
}

/// What is to be found in a response must be something.
fn check_place(place: &'static str) -> Result<(), ConfigError> {
    if matches!(place, "" | "/") { Err(ConfigError::Dialect(place)) } else { Ok(()) }
}

impl Wording {
    /// The words of RFC 6749.
    pub(crate) const STANDARD: Self = Self { names: &[], params: &[] };

    /// The pairs of a request in the server's words: those of the protocol, then what this server always wants, then
    /// those of the login.
    pub(crate) fn pairs<'a>(
        &'a self,
        protocol: &'a [Option<Pair<'a>>],
        login: &'a Params,
    ) -> impl Iterator<Item = Pair<'a>> + Clone {
        let mut protocol = protocol.iter().flatten();
        let mut params = self.params.iter();
        let mut rest = login.pairs();
        // `filter_map`, `filter` and `chain` would say the same in three times the code.
        iter::from_fn(move || {
            for pair in protocol.by_ref() {
                match self.renaming(pair.name) {
                    None => return Some(*pair),
                    Some("") => {}
                    Some(name) => return Some(Pair::any(name, pair.value)),
                }
            }
            for (name, value) in params.by_ref() {
                if login.iter().all(|(other, _)| other != *name) {
                    return Some(Pair::any(name, value));
                }
            }
            rest.next()
        })
    }

    /// What the server calls a parameter of the protocol. `None` if it is left out.
    pub(crate) fn name<'a>(&self, name: &'a str) -> Option<&'a str> {
        match self.renaming(name) {
            Some("") => None,
            theirs => theirs.or(Some(name)),
        }
    }

    fn renaming(&self, name: &str) -> Option<&'static str> {
        self.names.iter().find_map(|(ours, theirs)| (*ours == name).then_some(*theirs))
    }

    /// The name, if the protocol's part of the request has it: another one of the same name would be a second one.
    pub(crate) fn sends(&self, name: &str) -> Option<&'static str> {
        self.sent_names().find(|sent| *sent == name)
    }

    /// Every name that the protocol's part of the request may have.
    pub(crate) fn sent_names(&self) -> impl Iterator<Item = &'static str> {
        let names = [AUTHORIZATION_NAMES, EXCHANGE_NAMES, REFRESH_NAMES, PROTECTED].into_iter().flatten();
        names.filter_map(|name| self.name(name))
    }

    /// Each request has each name of the protocol once, and none of those that are not for a dialect to send.
    fn check(&self, requests: &[&[&'static str]]) -> Result<(), ConfigError> {
        let is_known = |name: &&str| requests.iter().any(|request| request.contains(name));
        let times_named = |name: &str| self.names.iter().filter(|(other, _)| *other == name).count();
        if let Some((name, _)) = self.names.iter().find(|(name, _)| !is_known(name) || times_named(name) > 1) {
            return Err(ConfigError::Dialect(name));
        }
        if let Some((name, _)) = self.params.iter().find(|(name, value)| name.is_empty() || value.is_empty()) {
            return Err(ConfigError::Dialect(name));
        }
        for request in requests {
            let known = || request.iter().chain(PROTECTED);
            let times = |name| known().filter(|known| self.name(known) == Some(name)).count();
            for known in known() {
                match self.name(known) {
                    Some(name) if times(name) > 1 => return Err(ConfigError::Dialect(name)),
                    _ => {}
                }
            }
            for (name, _) in self.params {
                if times(name) > 0 {
                    return Err(ConfigError::Dialect(name));
                }
            }
        }
        Ok(())
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self::STANDARD
    }
}
