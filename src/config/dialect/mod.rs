//! How real servers depart from the standard, as data.

mod document;
mod format;
mod linked;
mod request;
mod tables;

use alloc::vec::Vec;

pub(crate) use format::Format;
pub use format::LifetimeFormat;
pub(crate) use linked::{JsonWriter, Linked};
pub(crate) use request::RequestParams;
pub(crate) use tables::Place;

use crate::config::error::ConfigError;
use crate::encoding::grammar::{RESPONSE_NAMES, is_error_code};
use request::{AUTHORIZATION_NAMES, EXCHANGE_NAMES, REFRESH_NAMES, refused};
use tables::{Fragment, Lifetime, List, Pairs, Paths};

/// How a server departs from RFC 6749.
///
/// Start from [`Dialect::STANDARD`], add what differs, and pass it to
/// [`Server::with_dialect`](crate::Server::with_dialect), which validates it. A dialect can be a `const`:
///
/// ```
/// # use authcode::{Dialect, LifetimeFormat};
/// const MY_SERVER: Dialect = Dialect::STANDARD
///     .with_scope_separator(',')
///     .with_authorization_names(&[("client_id", "client_key")])
///     .without_token_params(&["redirect_uri"])
///     .with_response_paths(&[("access_token", &["data", "access_token"])])
///     .with_lifetime("expires_on", LifetimeFormat::UnixSeconds)
///     .with_assumed_bearer();
/// ```
///
/// # At run time
///
/// To read a dialect from a configuration file, deserialize it, from any format that `serde` supports. Every member is
/// optional; an unknown one is an error, and so is a dialect that
/// [`Server::with_dialect`](crate::Server::with_dialect) would not accept.
///
/// ```
/// # use authcode::Dialect;
/// let dialect: Dialect = serde_json::from_str(
///     r#"{
///         "scope_separator": ",",
///         "authorization_names": {"client_id": "client_key"},
///         "without_token_params": ["redirect_uri"],
///         "response_paths": {"access_token": ["data", "access_token"]},
///         "lifetime": {"name": "expires_on", "format": "unix_seconds"},
///         "assumed_bearer": true
///     }"#,
/// )?;
/// # const MY_SERVER: Dialect = Dialect::STANDARD
/// #     .with_scope_separator(',')
/// #     .with_authorization_names(&[("client_id", "client_key")])
/// #     .without_token_params(&["redirect_uri"])
/// #     .with_response_paths(&[("access_token", &["data", "access_token"])])
/// #     .with_lifetime("expires_on", authcode::LifetimeFormat::UnixSeconds)
/// #     .with_assumed_bearer();
/// assert_eq!(dialect, MY_SERVER);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// | member | value | same as |
/// |---|---|---|
/// | `authorization_names`, `token_names`, `redirect_names`, `response_names` | map: the protocol's name to the server's | `with_…` |
/// | `authorization_params`, `token_params` | map: name to value | `with_…` |
/// | `without_authorization_params`, `without_token_params` | list of the protocol's names | `without_…` |
/// | `response_paths` | map: the protocol's name to a list of steps | [`with_response_paths`](Self::with_response_paths) |
/// | `lifetime` | map: `name` or `path` (a list of steps), and `format`: `milliseconds`, `seconds`, `timestamp` or `unix_seconds` | [`with_lifetime`](Self::with_lifetime) |
/// | `scope_separator`, `granted_scope_separator` | one character | `with_…` |
/// | `fragment` | text | [`with_fragment`](Self::with_fragment) |
/// | `assumed_lifetime` | seconds | [`with_assumed_lifetime`](Self::with_assumed_lifetime) |
/// | `bearer_aliases`, `dead_refresh_token_codes`, `invalid_client_codes` | list of texts | `with_…` |
/// | `state_in_redirect_uri`, `redirect_uri_in_refresh`, `json_requests`, `form_responses`, `zero_lifetime_unstated`, `assumed_bearer` | true or false | `with_…` |
///
/// # What needs no setting
///
/// What cannot weaken a login is accepted from every server: `expires_in` or `expiry`, as a number, a string or a float;
/// scopes as a list; `null` for an absent member; JSON under any media type, with or without a byte order mark; an error
/// with status 200, or with a code that is a number or in an object; an authorization response with a fragment, with
/// unknown parameters, or as a form.
///
/// # What no setting does
///
/// The crate describes requests and parses what you pass to it, so your program can translate for a server that a dialect
/// cannot describe:
///
/// | the server | your program |
/// |---|---|
/// | answers in XML, in JSONP, or under names that take code to find | makes a JSON object of the body, and passes that to [`HttpResponse::new`](crate::HttpResponse::new) |
/// | expects a GET, a header or a signature of its own | changes the [`HttpRequest`](crate::HttpRequest): its body is a valid query |
/// | states the lifetime in minutes or as `177:05:38` | writes `expires_in` in seconds into that object |
/// | expects a new client secret for each request (a signed JWT) | makes a [`Client`](crate::Client) with it for each request |
/// | answers with a wrong status | passes the status that it means |
///
/// A dialect cannot change PKCE or `state`, cannot send `nonce`, `dpop_jkt` or `client_assertion`, and cannot make a DPoP
/// token a bearer token: the security of a login depends on them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dialect {
    authorization: RequestParams,
    token: RequestParams,
    redirect_names: Pairs,
    response_names: Pairs,
    response_paths: Paths,
    lifetime: Lifetime,
    bearer_aliases: List,
    dead_refresh_token_codes: List,
    invalid_client_codes: List,
    fragment: Fragment,
    scope_separator: char,
    granted_scope_separator: char,
    assumed_lifetime: Option<u32>,
    state_in_redirect_uri: bool,
    redirect_uri_in_refresh: bool,
    json_requests: Option<JsonWriter>,
    form_responses: Option<JsonWriter>,
    zero_means_unstated: bool,
    assumes_bearer: bool,
}

/// The parameters of an authorization response that can have another name.
const RENAMABLE_IN_REDIRECT: [&str; 4] = ["code", "error", "error_description", "error_uri"];

/// The members of a token response that can be in another place.
const MOVABLE_IN_RESPONSE: [&str; 7] =
    ["access_token", "error", "error_description", "error_uri", "refresh_token", "scope", "token_type"];

/// The error codes of RFC 6749 §5.2 and its extensions, which have a meaning already.
const REGISTERED_ERROR_CODES: [&str; 13] = [
    "access_denied",
    "invalid_client",
    "invalid_dpop_proof",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "invalid_target",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    "use_dpop_nonce",
];

impl Dialect {
    /// RFC 6749 without changes.
    pub const STANDARD: Self = Self {
        authorization: RequestParams::STANDARD,
        token: RequestParams::STANDARD,
        redirect_names: Pairs::EMPTY,
        response_names: Pairs::EMPTY,
        response_paths: Paths { fixed: &[], added: Vec::new() },
        lifetime: Lifetime { fixed: None, set: None },
        bearer_aliases: List::EMPTY,
        dead_refresh_token_codes: List::EMPTY,
        invalid_client_codes: List::EMPTY,
        fragment: Fragment { fixed: None, set: None },
        scope_separator: ' ',
        granted_scope_separator: ' ',
        assumed_lifetime: None,
        state_in_redirect_uri: false,
        redirect_uri_in_refresh: false,
        json_requests: None,
        form_responses: None,
        zero_means_unstated: false,
        assumes_bearer: false,
    };

    /// Sets the server's names for parameters of the authorization request: `&[("client_id", "appid")]`. The parameters of
    /// PKCE, and `state`, cannot be renamed.
    #[must_use]
    pub const fn with_authorization_names(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.authorization.names.fixed = names;
        self
    }

    /// Leaves parameters of the protocol out of the authorization request: `&["audience"]`.
    #[must_use]
    pub const fn without_authorization_params(mut self, names: &'static [&'static str]) -> Self {
        self.authorization.without.fixed = names;
        self
    }

    /// Sets parameters that every authorization request has in addition: `&[("access_type", "offline")]`. A parameter of
    /// the same name that is added to a login replaces it.
    #[must_use]
    pub const fn with_authorization_params(mut self, params: &'static [(&'static str, &'static str)]) -> Self {
        self.authorization.params.fixed = params;
        self
    }

    /// Sets the server's names for parameters of token requests, including refreshes: `&[("client_secret", "secret")]`.
    #[must_use]
    pub const fn with_token_names(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.token.names.fixed = names;
        self
    }

    /// Leaves parameters of the protocol out of token requests: `&["redirect_uri"]`, which RFC 6749 §4.1.3 requires and
    /// OAuth 2.1 does not.
    #[must_use]
    pub const fn without_token_params(mut self, names: &'static [&'static str]) -> Self {
        self.token.without.fixed = names;
        self
    }

    /// Sets parameters that every token request has in addition, including refreshes. A parameter of the same name that is
    /// added to a login or a refresh replaces it.
    #[must_use]
    pub const fn with_token_params(mut self, params: &'static [(&'static str, &'static str)]) -> Self {
        self.token.params.fixed = params;
        self
    }

    /// Sets the server's names for parameters of the authorization response, `&[("code", "auth_code")]`: for `code`,
    /// `error`, `error_description` and `error_uri`. An error under its standard name takes precedence; two different codes
    /// are rejected.
    #[must_use]
    pub const fn with_redirect_names(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.redirect_names.fixed = names;
        self
    }

    /// Sets the server's names for members of the token response, `&[("access_token", "accessToken")]`: for `access_token`,
    /// `error`, `error_description`, `error_uri`, `refresh_token`, `scope` and `token_type`. For the lifetime, see
    /// [`with_lifetime`](Self::with_lifetime).
    ///
    /// A member that is renamed is read under that name only, except that an error and its description under their standard
    /// names always count, and take precedence.
    #[must_use]
    pub const fn with_response_names(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.response_names.fixed = names;
        self
    }

    /// Sets where members of the token response are, if they are in objects or lists within it:
    /// `&[("access_token", &["data", "access_token"]), ("error", &["errors", "0", "errorType"])]`. Each step is the name of a
    /// member, or an index into a list. It applies to the same members as [`with_response_names`](Self::with_response_names).
    #[must_use]
    pub const fn with_response_paths(mut self, paths: &'static [(&'static str, &'static [&'static str])]) -> Self {
        self.response_paths.fixed = paths;
        self
    }

    /// Sets the separator between two scopes, in requests and in responses: `,` for many older servers. A `+` is sent
    /// unencoded, in a URL and in a form.
    #[must_use]
    pub const fn with_scope_separator(mut self, separator: char) -> Self {
        self.scope_separator = separator;
        self.with_granted_scope_separator(separator)
    }

    /// Sets the separator between two scopes in responses, if it is not the same as in requests. White space always
    /// separates them, too.
    #[must_use]
    pub const fn with_granted_scope_separator(mut self, separator: char) -> Self {
        self.granted_scope_separator = separator;
        self
    }

    /// Sets a fragment, which is appended to the authorization URL behind a `#`.
    #[must_use]
    pub const fn with_fragment(mut self, fragment: &'static str) -> Self {
        self.fragment.fixed = Some(fragment);
        self
    }

    /// Puts `state` into the query of the redirect URI, in both requests, for a server that does not return `state`, or does
    /// not return it with an error. The server must accept a redirect URI with a query that was not registered.
    #[must_use]
    pub const fn with_state_in_redirect_uri(mut self) -> Self {
        self.state_in_redirect_uri = true;
        self
    }

    /// Sends the redirect URI of the login with a refresh, too, with its port. RFC 6749 §6 has no such parameter, and some
    /// servers, such as GitLab, require it.
    #[must_use]
    pub const fn with_redirect_uri_in_refresh(mut self) -> Self {
        self.redirect_uri_in_refresh = true;
        self
    }

    /// Sends token requests as a JSON object. A parameter that repeats is a list.
    #[must_use]
    pub const fn with_json_requests(mut self) -> Self {
        self.json_requests = Some(JsonWriter::OBJECT);
        self
    }

    /// Accepts form-encoded token responses, `access_token=…&token_type=bearer`. JSON is still accepted. Of the other pairs,
    /// the first [`MAX_FORM_PAIRS`](crate::limits::MAX_FORM_PAIRS) are kept as members.
    #[must_use]
    pub const fn with_form_responses(mut self) -> Self {
        self.form_responses = Some(JsonWriter::OBJECT);
        self
    }

    /// Sets the member of the token response that states the lifetime, and how it is written. If it is absent, `expires_in`
    /// and `expiry` still count.
    #[must_use]
    pub const fn with_lifetime(mut self, name: &'static str, format: LifetimeFormat) -> Self {
        self.lifetime.fixed = Some((Place::Name(name), Format::of(format)));
        self
    }

    /// Sets where the lifetime is, like [`with_lifetime`](Self::with_lifetime), by a path as in
    /// [`with_response_paths`](Self::with_response_paths).
    #[must_use]
    pub const fn with_lifetime_path(mut self, path: &'static [&'static str], format: LifetimeFormat) -> Self {
        self.lifetime.fixed = Some((Place::Path(path), Format::of(format)));
        self
    }

    /// Treats a lifetime of 0 as unstated. Otherwise, such a token has expired on arrival.
    #[must_use]
    pub const fn with_zero_lifetime_unstated(mut self) -> Self {
        self.zero_means_unstated = true;
        self
    }

    /// Sets the lifetime of a token in seconds, for responses that do not state it, or not readably.
    #[must_use]
    pub const fn with_assumed_lifetime(mut self, seconds: u32) -> Self {
        self.assumed_lifetime = Some(seconds);
        self
    }

    /// Treats a token whose type is not stated as a bearer token.
    #[must_use]
    pub const fn with_assumed_bearer(mut self) -> Self {
        self.assumes_bearer = true;
        self
    }

    /// Sets other values of `token_type` that mean `Bearer`, compared without case. `DPoP` cannot be one of them.
    #[must_use]
    pub const fn with_bearer_aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.bearer_aliases.fixed = aliases;
        self
    }

    /// Sets the server's own error codes for a refresh token that will never work again, `&["bad_refresh_token"]`: they mean
    /// the same as `invalid_grant` (RFC 6749 §5.2) in the response to a refresh. A registered code cannot be one of them.
    #[must_use]
    pub const fn with_dead_refresh_token_codes(mut self, codes: &'static [&'static str]) -> Self {
        self.dead_refresh_token_codes.fixed = codes;
        self
    }

    /// Sets the server's own error codes for wrong credentials of the client, `&["incorrect_client_credentials"]`: they
    /// mean the same as `invalid_client` (RFC 6749 §5.2). The code or the refresh token is not spent, and the next step is
    /// to [correct the credentials](crate::CodeReceived::replace_client). A registered code cannot be one of them.
    #[must_use]
    pub const fn with_invalid_client_codes(mut self, codes: &'static [&'static str]) -> Self {
        self.invalid_client_codes.fixed = codes;
        self
    }

    pub(crate) const fn authorization_request(&self) -> &RequestParams {
        &self.authorization
    }

    pub(crate) const fn token_request(&self) -> &RequestParams {
        &self.token
    }

    /// The parameters of the authorization response that have another name: the protocol's and the server's.
    pub(crate) fn redirect_names(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.redirect_names.iter()
    }

    /// The members of the token response that are in another place: the protocol's name, and the place.
    pub(crate) fn response_places(&self) -> impl Iterator<Item = (&str, Place<'_>)> {
        (0_usize..).map_while(|index| match index.checked_sub(self.response_names.len()) {
            None => self.response_names.at(index).map(|(ours, theirs)| (ours, Place::Name(theirs))),
            Some(index) => self.response_paths.at(index),
        })
    }

    pub(crate) fn lifetime_place(&self) -> Option<(Place<'_>, Format)> {
        self.lifetime.get()
    }

    pub(crate) fn fragment(&self) -> Option<&str> {
        self.fragment.get()
    }

    pub(crate) const fn scope_separator(&self) -> char {
        self.scope_separator
    }

    pub(crate) const fn granted_scope_separator(&self) -> char {
        self.granted_scope_separator
    }

    pub(crate) const fn state_in_redirect_uri(&self) -> bool {
        self.state_in_redirect_uri
    }

    pub(crate) const fn redirect_uri_in_refresh(&self) -> bool {
        self.redirect_uri_in_refresh
    }

    pub(crate) const fn json_requests(&self) -> Option<JsonWriter> {
        self.json_requests
    }

    pub(crate) const fn form_responses(&self) -> Option<JsonWriter> {
        self.form_responses
    }

    pub(crate) const fn zero_means_unstated(&self) -> bool {
        self.zero_means_unstated
    }

    pub(crate) const fn assumed_lifetime(&self) -> Option<u32> {
        self.assumed_lifetime
    }

    pub(crate) const fn assumes_bearer(&self) -> bool {
        self.assumes_bearer
    }

    pub(crate) fn bearer_aliases(&self) -> impl Iterator<Item = &str> {
        self.bearer_aliases.iter()
    }

    /// Whether this `error` code, in the response to a refresh, says that the refresh token will never work again.
    pub(crate) fn means_dead_refresh_token(&self, code: &str) -> bool {
        self.dead_refresh_token_codes.has(code)
    }

    /// Whether this `error` code says that the credentials of the client are wrong.
    pub(crate) fn means_invalid_client(&self, code: &str) -> bool {
        self.invalid_client_codes.has(code)
    }

    /// Finds typos, contradictions, and names that a dialect must not touch.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.authorization.check(&[AUTHORIZATION_NAMES])?;
        self.token.check(&[EXCHANGE_NAMES, REFRESH_NAMES])?;
        if self.state_in_redirect_uri && self.authorization.name("redirect_uri").is_none() {
            return Err(refused("redirect_uri"));
        }
        for (ours, theirs) in self.redirect_names() {
            let is_twice = self.redirect_names().filter(|(_, other)| *other == theirs).count() > 1;
            if !RENAMABLE_IN_REDIRECT.contains(&ours)
                || theirs.is_empty()
                || RESPONSE_NAMES.contains(&theirs)
                || is_twice
            {
                return Err(refused(theirs));
            }
        }
        for (ours, place) in self.response_places() {
            let same = |(other, elsewhere): &(&str, Place<'_>)| *other == ours || elsewhere.steps().eq(place.steps());
            if !MOVABLE_IN_RESPONSE.contains(&ours)
                || self.response_places().filter(same).count() > 1
                || !place.is_one()
            {
                return Err(refused(ours));
            }
        }
        if self.lifetime_place().is_some_and(|(place, _)| !place.is_one()) {
            return Err(refused("lifetime"));
        }
        for alias in self.bearer_aliases() {
            if !is_error_code(alias) || alias.eq_ignore_ascii_case("DPoP") {
                return Err(refused(alias));
            }
        }
        for code in self.dead_refresh_token_codes.iter().chain(self.invalid_client_codes.iter()) {
            let has_both = self.dead_refresh_token_codes.has(code) && self.invalid_client_codes.has(code);
            if !is_error_code(code) || REGISTERED_ERROR_CODES.contains(&code) || has_both {
                return Err(refused(code));
            }
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'=');
        match self.fragment() {
            Some(fragment) if fragment.is_empty() || !fragment.bytes().all(is_plain) => Err(refused(fragment)),
            _ => Ok(()),
        }
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self::STANDARD
    }
}
