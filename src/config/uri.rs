//! URIs that no two parsers read differently.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::encoding::text;
use crate::limits::MAX_URI_LEN;

/// An absolute URI: an endpoint, the location of metadata or a redirect URI.
///
/// It accepts a strict subset of RFC 3986, on which all parsers agree:
///
/// - a scheme other than `file`, `ftp`, `ws` and `wss`; `http` and `https` in lower case;
/// - for `http` and `https`: an ASCII host name, a dotted IPv4 address or an IPv6 address in brackets and in its canonical
///   form (RFC 5952), and optionally a port from 1 to 65535;
/// - after any other `scheme://`: the same, or nothing, a number or labels of any length, since no host is looked up
///   (`myapp:///callback`, `myapp://1234`, `ms-app://s-1-15-2-…`);
/// - a path without `.` and `..` segments, and optionally a query;
/// - no user name, no fragment, no backslash, no space, no control character, no `'` in the query, and each `%` followed
///   by two hexadecimal digits;
/// - at most [`MAX_URI_LEN`] bytes.
///
/// Hosts are case-insensitive (RFC 3986 §3.2.2), so the host of an `http` or `https` URI is converted to lower case before
/// anything is checked. Everything else is kept as given, including any other scheme and its host: an app registers
/// `msauth.com.example.MyApp://auth` with the server as it is written.
///
/// For a URL that is not in this subset (an internationalized host, dot segments), parse it with `url::Url` and convert:
/// see `TryFrom<url::Url>`, with the feature `url`.
///
/// ```
/// # use authcode::{Uri, UriError};
/// let uri = Uri::parse("https://Login.Example/Authorize?tenant=7")?;
/// assert_eq!(uri.as_str(), "https://login.example/Authorize?tenant=7");
/// assert_eq!((uri.path(), uri.query()), ("/Authorize", Some("tenant=7")));
/// let error = Uri::parse("http://localhost:80@evil.example/").unwrap_err();
/// assert_eq!(error, UriError::UserInfo);
/// # Ok::<(), UriError>(())
/// ```
// Equal and ordered as the texts are, from which the rest follows.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Uri {
    text: Box<str>,
    scheme_end: usize,
    /// Where it is. Empty if there is no `//`.
    host: (usize, usize),
    port: Option<u16>,
    path: (usize, usize),
}

/// A value that a [`Uri`] can be made from: `&str`, `String`, `Uri` and, with the feature `url`, `url::Url`, by value or by
/// reference.
///
/// It is sealed: no other type can implement it. To convert by yourself, use [`Uri::parse`] or `TryFrom`.
///
/// ```
/// # use authcode::{ConfigError, Server, Uri};
/// # fn example(configured: String, token_endpoint: &Uri) -> Result<Server, ConfigError> {
/// Server::new(configured, token_endpoint)
/// # }
/// ```
pub trait IntoUri: sealed::UriText {}

mod sealed {
    #[expect(unnameable_types, reason = "it seals `IntoUri`")]
    pub trait UriText {
        /// Whether an internationalized host is accepted: something that knows Unicode has checked it.
        const ANY_HOST: bool;

        fn text(&self) -> &str;
    }
}

macro_rules! into_uri {
    ($($(#[$attribute:meta])* $type:ty: $any_host:literal;)+) => {$(
        $(#[$attribute])*
        impl IntoUri for $type {}

        $(#[$attribute])*
        impl sealed::UriText for $type {
            const ANY_HOST: bool = $any_host;

            fn text(&self) -> &str {
                self.as_ref()
            }
        }
    )+};
}

into_uri! {
    &str: false;
    String: false;
    &String: false;
    Uri: true;
    &Uri: true;
    #[cfg(feature = "url")]
    #[cfg_attr(docsrs, doc(cfg(feature = "url")))]
    url::Url: true;
    #[cfg(feature = "url")]
    #[cfg_attr(docsrs, doc(cfg(feature = "url")))]
    &url::Url: true;
}

impl Uri {
    /// Parses a URI. The host of an `http` or `https` URI is converted to lower case.
    ///
    /// # Errors
    /// [`UriError`] says which part is not accepted.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        let uri = Self::parse_any_host(text)?;
        // Whether a punycode label is valid takes tables of Unicode to tell.
        let is_punycode = |label: &str| label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
        if text::parts(uri.host(), b'.').any(is_punycode) {
            return Err(UriError::InternationalHost);
        }
        Ok(uri)
    }

    /// Parses what a caller gave.
    pub(crate) fn given<U: IntoUri>(uri: &U) -> Result<Self, UriError> {
        if U::ANY_HOST { Self::parse_any_host(uri.text()) } else { Self::parse(uri.text()) }
    }

    pub(crate) fn parse_any_host(text: &str) -> Result<Self, UriError> {
        if text.len() > MAX_URI_LEN {
            return Err(UriError::TooLong);
        }
        let (scheme, Some(after_scheme)) = text::cut(text, b':') else { return Err(UriError::Scheme) };
        let is_web = matches!(scheme, "http" | "https");
        if !is_scheme(scheme) || (!is_web && is_one_of(scheme, &BROWSER_SCHEMES)) {
            return Err(UriError::Scheme);
        }
        let hierarchical = after_scheme.strip_prefix("//");
        if hierarchical.is_none() && is_web {
            return Err(UriError::Host);
        }
        let rest = hierarchical.unwrap_or(after_scheme);
        let (authority, path_and_query) = match hierarchical {
            Some(rest) => split_at(rest, rest.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#'))),
            None => ("", rest),
        };
        let path_start = text.len() - path_and_query.len();
        let host_start = path_start - authority.len();

        let (host, port) = parse_authority(authority)?;
        let is_accepted = if is_web { is_host(host) } else { authority.is_empty() || is_host_of_app(host) };
        if hierarchical.is_some() && !is_accepted {
            return Err(UriError::Host);
        }
        let (path, query) = text::cut(path_and_query, b'?');
        if hierarchical.is_none() && !path.starts_with('/') {
            return Err(UriError::Path);
        }
        check_characters(path)?;
        check_characters(query.unwrap_or_default())?;
        if query.is_some_and(|query| text::has(query, b'\'')) {
            return Err(UriError::Character);
        }
        if text::parts(path, b'/').any(is_dot_segment) {
            return Err(UriError::DotSegment);
        }
        let (scheme_end, host) = (scheme.len(), (host_start, host_start + host.len()));
        let path = (path_start, path_start + path.len());
        let mut text = Box::<str>::from(text);
        if let Some(host) = text.get_mut(host.0..host.1).filter(|_| is_web) {
            host.make_ascii_lowercase();
        }
        Ok(Self { text, scheme_end, host, port, path })
    }

    /// The URI as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn between(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The scheme without the colon: `http` or `https` in lower case, any other one as given.
    pub fn scheme(&self) -> &str {
        self.between(0, self.scheme_end)
    }

    /// The host: a name, an address, an IPv6 address in its brackets, or nothing if the URI has no `//` or nothing behind
    /// it.
    pub fn host(&self) -> &str {
        self.between(self.host.0, self.host.1)
    }

    /// The port, if one is named.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The path, which may be empty.
    pub fn path(&self) -> &str {
        self.between(self.path.0, self.path.1)
    }

    /// What follows the `?`, if there is one.
    pub fn query(&self) -> Option<&str> {
        self.text.get(self.path.1..)?.strip_prefix('?')
    }

    /// What is between this URI and the first parameter that is added to its query.
    pub(crate) fn query_separator(&self) -> &'static str {
        match self.query() {
            None => "?",
            Some("") => "",
            Some(_) => "&",
        }
    }

    /// Whether the host is `127.0.0.1`, `[::1]` or `localhost`: the hosts that RFC 8252 §7.3 has for this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        matches!(self.host(), "127.0.0.1" | "[::1]" | "localhost")
    }

    /// Whether the host is an address or a name of this machine, rather than a name in the DNS.
    pub(crate) fn has_address(&self) -> bool {
        let host = self.host();
        let own = host == "localhost" || host.ends_with(".localhost");
        own || host.starts_with('[') || is_ipv4(host)
    }

    /// Everything before the path: scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        self.between(0, self.path.0)
    }

    /// Parses the URL of a request to an API, without its query and its fragment. Punycode is accepted unchecked: the URL
    /// is named in a proof, and shown to nobody.
    pub(crate) fn parse_target(url: &str) -> Result<Self, UriError> {
        let end = url.bytes().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(url.len());
        let uri = Self::parse_any_host(url.get(..end).unwrap_or_default())?;
        if matches!(uri.scheme(), "http" | "https") { Ok(uri) } else { Err(UriError::Scheme) }
    }

    /// As [`origin`](Self::origin), without the default port.
    pub(crate) fn normalized_origin(&self) -> &str {
        let end = if self.port == self.effective_port(None) { self.host.1 } else { self.path.0 };
        self.between(0, end)
    }

    /// The `htu` of a DPoP proof (RFC 9449 §4.2): no query, and, since not every server normalizes what it compares
    /// (§4.3), no default port and no empty path.
    pub(crate) fn as_dpop_target(&self) -> String {
        let path = if self.path().is_empty() { "/" } else { self.path() };
        [self.normalized_origin(), path].concat()
    }

    /// Whether scheme, host and port are the same.
    pub(crate) fn has_origin_of(&self, other: &Self) -> bool {
        let port = |uri: &Self| uri.effective_port(uri.port);
        self.scheme() == other.scheme() && self.host() == other.host() && port(self) == port(other)
    }

    /// Whether both are the same URL: a port that is named is the same as the default port of the scheme. Paths and
    /// queries are compared byte for byte.
    pub(crate) fn is_same_url(&self, other: &Self) -> bool {
        self.has_origin_of(other) && self.path() == other.path() && self.query() == other.query()
    }

    /// The port that a connection uses: the named one, or that of the scheme.
    fn effective_port(&self, named: Option<u16>) -> Option<u16> {
        named.or(match self.scheme() {
            "https" => Some(443),
            "http" => Some(80),
            _ => None,
        })
    }

    /// The same URI on another port.
    pub(crate) fn with_port(&self, port: u16) -> Self {
        let before = self.between(0, self.host.1);
        let after = self.between(self.path.0, self.text.len());
        let text = [before, ":", &text::of_number(port.into()), after].concat().into_boxed_str();
        let path_start = text.len() - after.len();
        let path = (path_start, path_start + self.path().len());
        Self { text, scheme_end: self.scheme_end, host: self.host, port: Some(port), path }
    }

    /// Whether `received`, which ends before its query, is this URI without its query: byte for byte, except for what
    /// browsers and operating systems change. Schemes and hosts ignore case (RFC 3986 §3.1, §3.2.2), the default port can
    /// be omitted, and an empty path is the same as `/`.
    pub(crate) fn has_base(&self, received: &str) -> bool {
        let (scheme, Some(rest)) = text::cut(received, b':') else { return false };
        if !scheme.eq_ignore_ascii_case(self.scheme()) {
            return false;
        }
        if self.host().is_empty() {
            // The path, after a `//` or not.
            return text::cut(self.between(0, self.path.1), b':').1 == Some(rest);
        }
        let authority_and_path = rest.strip_prefix("//").and_then(|rest| rest.split_at_checked(self.host().len()));
        let Some((host, rest)) = authority_and_path else { return false };
        let (port, path) = split_at(rest, text::find(rest, b'/'));
        let Ok(port) = parse_port(port) else { return false };
        host.eq_ignore_ascii_case(self.host())
            && self.effective_port(port) == self.effective_port(self.port)
            && self.has_path(path)
    }

    /// Whether `path` is this URI's path. An empty one, which only follows an authority, is the same as `/`.
    pub(crate) fn has_path(&self, path: &str) -> bool {
        path == self.path() || matches!((path, self.path()), ("", "/") | ("/", ""))
    }
}

/// Whether it is an absolute URI without a fragment, of any scheme (RFC 3986 §4.3): a resource indicator may be a URN.
pub(crate) fn is_absolute_uri(text: &str) -> bool {
    let (scheme, Some(rest)) = text::cut(text, b':') else { return false };
    // The brackets are those of an IPv6 address.
    let mut parts = text::parts(rest, b'[').flat_map(|part| text::parts(part, b']'));
    is_scheme(scheme) && !rest.is_empty() && parts.all(|part| check_characters(part).is_ok())
}

/// Splits a text. Without an index, all of it is in the first part.
fn split_at(text: &str, place: Option<usize>) -> (&str, &str) {
    // `str::split_at` would link its panic message into every program.
    place.and_then(|place| text.split_at_checked(place)).unwrap_or((text, ""))
}

/// `host [":" port]`, the host unchecked.
fn parse_authority(authority: &str) -> Result<(&str, Option<u16>), UriError> {
    if text::has(authority, b'@') {
        return Err(UriError::UserInfo);
    }
    let host_end = match text::find(authority, b']') {
        Some(bracket) => Some(bracket + 1),
        None => text::find(authority, b':'),
    };
    let (host, port) = split_at(authority, host_end);
    Ok((host, parse_port(port)?))
}

/// Nothing, or a colon and a number without leading zeros.
fn parse_port(text: &str) -> Result<Option<u16>, UriError> {
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.strip_prefix(':').ok_or(UriError::Port)?;
    if !is_plain_number(digits, 5, |byte| byte.is_ascii_digit()) || digits == "0" {
        return Err(UriError::Port);
    }
    // `str::parse` is several times the code.
    let port = digits.bytes().fold(0, |port: u32, digit| port * 10 + u32::from(digit & 0xF));
    u16::try_from(port).map(Some).map_err(|_| UriError::Port)
}

/// RFC 3986 §3.1.
fn is_scheme(scheme: &str) -> bool {
    scheme.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// Browsers parse these by rules of their own. OAuth uses the first two only.
const BROWSER_SCHEMES: [&str; 6] = ["http", "https", "file", "ftp", "ws", "wss"];

/// Whether a scheme is in a list, in any case (RFC 3986 §3.1).
pub(crate) fn is_one_of(scheme: &str, list: &[&str]) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(scheme))
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => is_canonical_ipv6(address),
        None => is_ipv4(host) || is_name(host),
    }
}

/// The host after a custom scheme, which names something in an app. No parser looks it up or reads numbers in it, but one
/// in hexadecimal is nothing that an app has.
fn is_host_of_app(host: &str) -> bool {
    let is_decimal = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    let fits = |label: &str| is_label(label, MAX_HOST_LEN) && (is_decimal(label) || !looks_numeric(label));
    is_host(host) || (host.len() <= MAX_HOST_LEN && text::parts(host, b'.').all(fits))
}

/// Four numbers up to 255. Some parsers read a number with a leading zero as octal.
fn is_ipv4(host: &str) -> bool {
    let mut count = 0;
    for number in text::parts(host, b'.') {
        // Texts of three digits compare like the numbers.
        if !is_plain_number(number, 3, |byte| byte.is_ascii_digit()) || (number.len() == 3 && number > "255") {
            return false;
        }
        count += 1;
    }
    count == 4
}

/// RFC 5952 §4, in any case. An address that embeds an IPv4 address (`::ffff:0:0/96`) has two spellings in use, so it is
/// refused.
fn is_canonical_ipv6(text: &str) -> bool {
    let Some(gap) = text.as_bytes().windows(2).position(|pair| pair == b"::") else {
        return read_groups(text).is_some_and(|groups| groups.count == 8 && groups.zeros <= 1);
    };
    let (before, after) = split_at(text, Some(gap));
    let after = after.strip_prefix("::").unwrap_or_default();
    let (Some(head), Some(tail)) = (read_groups(before), read_groups(after)) else { return false };
    let written = head.count + tail.count;
    // `::` replaces a complete run of zeros, of at least two groups.
    if written > 6 || head.ends_in_zero || after.starts_with('0') {
        return false;
    }
    let left_out = 8 - written;
    let is_mapped = |start: &str| start.eq_ignore_ascii_case("ffff:");
    let embeds_ipv4 = left_out == 5 && before.is_empty() && after.get(..5).is_some_and(is_mapped);
    // It replaces the longest run, and the first one of that length.
    head.zeros < left_out && tail.zeros <= left_out && !embeds_ipv4
}

/// The groups on one side of the `::`.
#[derive(Default)]
struct Groups {
    count: usize,
    /// The length of the longest run of zeros.
    zeros: usize,
    ends_in_zero: bool,
}

fn read_groups(text: &str) -> Option<Groups> {
    let mut groups = Groups::default();
    if text.is_empty() {
        return Some(groups);
    }
    let mut run = 0;
    for group in text::parts(text, b':') {
        if !is_plain_number(group, 4, |byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        groups.count += 1;
        groups.ends_in_zero = group == "0";
        run = if groups.ends_in_zero { run + 1 } else { 0 };
        groups.zeros = groups.zeros.max(run);
    }
    Some(groups)
}

/// One digit or more, without leading zeros.
fn is_plain_number(text: &str, max_len: usize, is_digit: fn(u8) -> bool) -> bool {
    (1..=max_len).contains(&text.len()) && text.bytes().all(is_digit) && (text == "0" || !text.starts_with('0'))
}

/// Other parsers read a name whose last label is a number as an IPv4 address.
fn is_name(host: &str) -> bool {
    let mut ends_in_number = false;
    for label in text::parts(host, b'.') {
        // RFC 1035 §2.3.4.
        if !is_label(label, 63) {
            return false;
        }
        ends_in_number = looks_numeric(label);
    }
    host.len() <= MAX_HOST_LEN && !ends_in_number
}

/// RFC 1035 §2.3.4, without the bytes that only its wire format has.
const MAX_HOST_LEN: usize = 253;

fn looks_numeric(label: &str) -> bool {
    match label.strip_prefix("0x").or_else(|| label.strip_prefix("0X")) {
        Some(hex) => hex.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

/// RFC 1123 §2.1, and `_`, which occurs in host names in use.
fn is_label(label: &str, limit: usize) -> bool {
    (1..=limit).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// RFC 3986 §3.3 and §3.4: `pchar`, `/` and `?`.
fn check_characters(text: &str) -> Result<(), UriError> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'#' => return Err(UriError::Fragment),
            b'%' => {
                let digits = [bytes.next(), bytes.next()];
                if !digits.iter().all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit())) {
                    return Err(UriError::PercentEncoding);
                }
            }
            _ if byte.is_ascii_alphanumeric() || text::has("-._~!$&'()*+,;=:@/?", byte) => {}
            _ => return Err(UriError::Character),
        }
    }
    Ok(())
}

/// `.` and `..`, where each dot may be written `%2e`. Parsers remove these segments, which changes the path.
fn is_dot_segment(segment: &str) -> bool {
    let mut rest = segment;
    let mut dots = 0;
    while let Some(after) = ["%2e", "%2E", "."].iter().find_map(|dot| rest.strip_prefix(dot)) {
        rest = after;
        dots += 1;
    }
    rest.is_empty() && (dots == 1 || dots == 2)
}

impl fmt::Debug for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uri({})", self.text)
    }
}

impl AsRef<str> for Uri {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// Serialized as text.
impl Serialize for Uri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// Parsed like [`Uri::parse`]. With the feature `url`, an internationalized host is accepted if `url::Url` accepts it.
impl<'de> Deserialize<'de> for Uri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match Self::parse(&text) {
            #[cfg(feature = "url")]
            Err(UriError::InternationalHost) => {
                url::Url::parse(&text).map_err(|_| UriError::InternationalHost).and_then(Self::try_from)
            }
            parsed => parsed,
        }
        .map_err(de::Error::custom)
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl core::str::FromStr for Uri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for Uri {
    type Error = UriError;

    fn try_from(text: &str) -> Result<Self, UriError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Uri {
    type Error = UriError;

    fn try_from(text: String) -> Result<Self, UriError> {
        Self::parse(&text)
    }
}

/// Converts a URL that the `url` crate has parsed: its host is ASCII, and its dot segments are removed.
///
/// Use this for an internationalized host: this crate does not contain the Unicode tables that it takes to check one.
#[cfg(feature = "url")]
#[cfg_attr(docsrs, doc(cfg(feature = "url")))]
impl TryFrom<url::Url> for Uri {
    type Error = UriError;

    fn try_from(url: url::Url) -> Result<Self, UriError> {
        Self::parse_any_host(url.as_str())
    }
}

#[cfg(feature = "url")]
#[cfg_attr(docsrs, doc(cfg(feature = "url")))]
impl TryFrom<&url::Url> for Uri {
    type Error = UriError;

    fn try_from(url: &url::Url) -> Result<Self, UriError> {
        Self::parse_any_host(url.as_str())
    }
}

/// Converts to the type of the `url` crate, which finds the same scheme, host, port, path and query in it.
#[cfg(feature = "url")]
#[cfg_attr(docsrs, doc(cfg(feature = "url")))]
impl TryFrom<&Uri> for url::Url {
    type Error = url::ParseError;

    fn try_from(uri: &Uri) -> Result<Self, url::ParseError> {
        Self::parse(uri.as_str())
    }
}

/// Why a [`Uri`](crate::Uri) is not accepted. Correct the text that you passed.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum UriError {
    /// A character that is not allowed in this part of a URI, or that other parsers change.
    #[error("a character that is not allowed there")]
    Character,
    /// A `.` or `..` segment in the path: other parsers remove it.
    #[error("a '.' or '..' segment in the path")]
    DotSegment,
    /// A fragment: RFC 6749 allows none in an endpoint (§3.1) or a redirect URI (§3.1.2).
    #[error("a fragment")]
    Fragment,
    /// The host is missing in an `http` or `https` URI, or not in the one form that all parsers agree on.
    #[error("no host, or not a plain host name, IPv4 address or canonical IPv6 address")]
    Host,
    /// A host in punycode (`xn--`). Parse it with `url::Url` and convert: see the feature `url`.
    #[error("an internationalized host: convert it from a url::Url")]
    InternationalHost,
    /// The path is relative.
    #[error("no path that begins with '/'")]
    Path,
    /// A `%` without two hexadecimal digits.
    #[error("a '%' without two hexadecimal digits")]
    PercentEncoding,
    /// The port is not a number from 1 to 65535 without leading zeros.
    #[error("a port that is not a number from 1 to 65535")]
    Port,
    /// A query, which an issuer must not have (RFC 8414 §2).
    #[error("a query")]
    Query,
    /// No scheme, `http` or `https` with capitals, or another one that browsers parse by rules of their own.
    #[error("no scheme, http or https with capitals, or file, ftp, ws or wss")]
    Scheme,
    /// Longer than [`MAX_URI_LEN`](crate::limits::MAX_URI_LEN), an endpoint whose query has more than
    /// [`MAX_PARAMETERS`](crate::limits::MAX_PARAMETERS) parameters, or a redirect URI whose query has more than
    /// [`MAX_REDIRECT_URI_PARAMS`](crate::limits::MAX_REDIRECT_URI_PARAMS).
    #[error("too long")]
    TooLong,
    /// A user name, which can make one host look like another.
    #[error("a user name before the host")]
    UserInfo,
}

crate::names::names! {
    UriError: Character DotSegment Fragment Host InternationalHost Path PercentEncoding Port Query Scheme TooLong UserInfo;
}
