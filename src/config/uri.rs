//! URIs that no two parsers can read differently, kept byte for byte.

use alloc::boxed::Box;
use alloc::string::String;
use core::convert::Infallible;
use core::fmt;
use core::ops::Range;
use thiserror::Error;

use crate::encoding::decimal;
use crate::encoding::text;
use crate::limits::MAX_URI_LEN;

/// An absolute URI: an endpoint, an issuer or a redirect URI.
///
/// It accepts a strict subset of RFC 3986, so plain that no other parser can disagree about its
/// host, and never changes a byte:
///
/// - a scheme in lower case, other than `file`, `ftp`, `ws` and `wss`;
/// - for `http` and `https`, and after any `scheme://`: a lower-case ASCII host name, a dotted IPv4
///   address or an IPv6 address in brackets and in its canonical form (RFC 5952), and perhaps a
///   port from 1 to 65535;
/// - a path without `.` and `..` segments, and perhaps a query;
/// - no user name, no fragment, no backslash, no space, no control character, no `'` in the query,
///   and each `%` followed by two hexadecimal digits;
/// - at most [`MAX_URI_LEN`] bytes.
///
/// A URL from the web that is not so plain (an internationalised host, dot segments, capitals)
/// becomes so through `url::Url`, with the `url` feature: see `TryFrom<url::Url>`.
///
/// ```
/// # use authcode::{Uri, UriError};
/// let uri = Uri::parse("com.example.app:/callback?tenant=7")?;
/// assert_eq!((uri.scheme(), uri.path(), uri.query()), ("com.example.app", "/callback", Some("tenant=7")));
/// assert_eq!(Uri::parse("http://localhost:80@evil.example/").unwrap_err(), UriError::UserInfo);
/// # Ok::<(), UriError>(())
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct Uri {
    text: Box<str>,
    scheme_end: usize,
    /// Empty where there is no `//`.
    host: Range<usize>,
    port: Option<u16>,
    path: Range<usize>,
}

impl Uri {
    /// Checks a URI and keeps it as it is.
    ///
    /// # Errors
    /// [`UriError`] says which part is not accepted.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        let uri = Self::parse_any_host(text)?;
        // A punycode label can be wrong in ways that only tables of Unicode tell.
        if text::parts(uri.host(), b'.').any(|label| label.starts_with("xn--")) {
            return Err(UriError::InternationalHost);
        }
        Ok(uri)
    }

    pub(crate) fn parse_any_host(text: &str) -> Result<Self, UriError> {
        if text.len() > MAX_URI_LEN {
            return Err(UriError::TooLong);
        }
        let (scheme, Some(after_scheme)) = text::cut(text, b':') else { return Err(UriError::Scheme) };
        if !is_scheme(scheme) {
            return Err(UriError::Scheme);
        }
        let hierarchical = after_scheme.strip_prefix("//");
        if hierarchical.is_none() && matches!(scheme, "http" | "https") {
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
        if hierarchical.is_some() && !is_host(host) {
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
        Ok(Self {
            scheme_end: scheme.len(),
            host: host_start..host_start + host.len(),
            port,
            path: path_start..path_start + path.len(),
            text: text.into(),
        })
    }

    /// The URI as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The scheme, in lower case, without the colon.
    pub fn scheme(&self) -> &str {
        self.text.get(..self.scheme_end).unwrap_or_default()
    }

    /// The host: a name, an address, an IPv6 address in its brackets, or nothing where the URI has no `//`.
    pub fn host(&self) -> &str {
        self.text.get(self.host.clone()).unwrap_or_default()
    }

    /// The port, if one is named.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The path, which may be empty.
    pub fn path(&self) -> &str {
        self.text.get(self.path.clone()).unwrap_or_default()
    }

    /// What follows the `?`, if there is one.
    pub fn query(&self) -> Option<&str> {
        self.text.get(self.path.end..)?.strip_prefix('?')
    }

    /// Whether the host is `127.0.0.1`, `[::1]` or `localhost`: the hosts that RFC 8252 §7.3 has for this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        matches!(self.host(), "127.0.0.1" | "[::1]" | "localhost")
    }

    /// Whether the host is an address, or a name for this machine, and not a name in the DNS.
    pub(crate) fn has_address(&self) -> bool {
        let host = self.host();
        let own = host == "localhost" || host.ends_with(".localhost");
        own || host.starts_with('[') || is_ipv4(host)
    }

    /// What stands before the path: scheme, host and port, as they are written.
    pub(crate) fn origin(&self) -> &str {
        self.text.get(..self.path.start).unwrap_or_default()
    }

    /// Whether scheme, host and port are the same.
    pub(crate) fn has_origin_of(&self, other: &Self) -> bool {
        let port = |uri: &Self| uri.effective_port(uri.port);
        self.scheme() == other.scheme() && self.host() == other.host() && port(self) == port(other)
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
        let before = self.text.get(..self.host.end).unwrap_or_default();
        let after = self.text.get(self.path.start..).unwrap_or_default();
        let text = [before, ":", &decimal::write(port.into()), after].concat().into_boxed_str();
        let path_start = text.len() - after.len();
        let path = path_start..path_start + self.path.len();
        Self { text, scheme_end: self.scheme_end, host: self.host.clone(), port: Some(port), path }
    }

    /// Whether `received`, which ends before its query, is this URI without its query: byte for byte, but for
    /// the two things that every browser does to what it is given: it leaves out the scheme's own port, and it
    /// writes an empty path as `/`.
    pub(crate) fn has_base(&self, received: &str) -> bool {
        let Some(rest) = received.strip_prefix(self.scheme()).and_then(|rest| rest.strip_prefix(':')) else {
            return false;
        };
        if self.host().is_empty() {
            return rest == self.path();
        }
        let Some(rest) = rest.strip_prefix("//").and_then(|rest| rest.strip_prefix(self.host())) else {
            return false;
        };
        let (port, path) = split_at(rest, text::find(rest, b'/'));
        let Ok(port) = parse_port(port) else { return false };
        self.effective_port(port) == self.effective_port(self.port) && self.has_path(path)
    }

    /// Whether `path` is this URI's path, an empty one being the same as `/` for `http` and `https`.
    pub(crate) fn has_path(&self, path: &str) -> bool {
        let written = |path| match path {
            "" if matches!(self.scheme(), "http" | "https") => "/",
            other => other,
        };
        written(path) == written(self.path())
    }
}

/// Both parts of a text. It is all in the first one if there is no place to split it at.
fn split_at(text: &str, place: Option<usize>) -> (&str, &str) {
    // `str::split_at` would bring the words of its panic into every program.
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

/// Nothing, or a colon and the number that every parser writes in the same way.
fn parse_port(text: &str) -> Result<Option<u16>, UriError> {
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.strip_prefix(':').ok_or(UriError::Port)?;
    if !is_plain_number(digits, 5, |byte| byte.is_ascii_digit()) || digits == "0" {
        return Err(UriError::Port);
    }
    let port = decimal::read(digits).and_then(|port| port.try_into().ok());
    port.map(Some).ok_or(UriError::Port)
}

/// RFC 3986 §3.1, in lower case. Four schemes have rules of their own in browsers, and no place in OAuth.
fn is_scheme(scheme: &str) -> bool {
    !matches!(scheme, "file" | "ftp" | "ws" | "wss")
        && scheme.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && scheme.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.'))
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => is_canonical_ipv6(address),
        None => is_ipv4(host) || is_name(host),
    }
}

/// Four numbers up to 255. With a zero in front, some parsers take a number for an octal one.
fn is_ipv4(host: &str) -> bool {
    let mut count = 0;
    for number in text::parts(host, b'.') {
        // Three digits are in the order of what they stand for.
        if !is_plain_number(number, 3, |byte| byte.is_ascii_digit()) || (number.len() == 3 && number > "255") {
            return false;
        }
        count += 1;
    }
    count == 4
}

/// RFC 5952 §4. An address that embeds an IPv4 one (`::ffff:0:0/96`) is written in two ways, so it is none here.
fn is_canonical_ipv6(text: &str) -> bool {
    let Some(gap) = text.as_bytes().windows(2).position(|pair| pair == b"::") else {
        return read_groups(text).is_some_and(|groups| groups.count == 8 && groups.zeros <= 1);
    };
    let (before, after) = split_at(text, Some(gap));
    let after = after.strip_prefix("::").unwrap_or_default();
    let (Some(head), Some(tail)) = (read_groups(before), read_groups(after)) else { return false };
    let written = head.count + tail.count;
    // `::` stands for a whole run of zeros, and for more than one.
    if written > 6 || head.ends_in_zero || after.starts_with('0') {
        return false;
    }
    let left_out = 8 - written;
    let embeds_ipv4 = left_out == 5 && before.is_empty() && after.starts_with("ffff:");
    // It stands for the longest run, and for the first of those.
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
        if !is_plain_number(group, 4, |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        groups.count += 1;
        groups.ends_in_zero = group == "0";
        run = if groups.ends_in_zero { run + 1 } else { 0 };
        groups.zeros = groups.zeros.max(run);
    }
    Some(groups)
}

/// One digit or more, and no zero in front.
fn is_plain_number(text: &str, max_len: usize, is_digit: fn(u8) -> bool) -> bool {
    (1..=max_len).contains(&text.len()) && text.bytes().all(is_digit) && (text == "0" || !text.starts_with('0'))
}

/// Other parsers take a name that ends in a number for an IPv4 address.
fn is_name(host: &str) -> bool {
    let mut ends_in_number = false;
    for label in text::parts(host, b'.') {
        if !is_label(label) {
            return false;
        }
        ends_in_number = looks_numeric(label);
    }
    host.len() <= 253 && !ends_in_number
}

fn looks_numeric(label: &str) -> bool {
    let digits = label.strip_prefix("0x").map_or_else(
        || label.bytes().all(|byte| byte.is_ascii_digit()),
        |hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()),
    );
    digits && !label.is_empty()
}

/// RFC 1123 §2.1, and `_`, which hosts in use have.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
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
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {}
            b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' => {}
            b'+' | b',' | b';' | b'=' | b':' | b'@' | b'/' | b'?' => {}
            _ => return Err(UriError::Character),
        }
    }
    Ok(())
}

/// `.` and `..`, each dot perhaps written `%2e`. Parsers remove them, so the path would not stay what it was.
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

impl From<&Self> for Uri {
    fn from(uri: &Self) -> Self {
        uri.clone()
    }
}

impl TryFrom<String> for Uri {
    type Error = UriError;

    fn try_from(text: String) -> Result<Self, UriError> {
        Self::parse(&text)
    }
}

impl TryFrom<&String> for Uri {
    type Error = UriError;

    fn try_from(text: &String) -> Result<Self, UriError> {
        Self::parse(text)
    }
}

/// So that a function that takes anything that becomes a [`Uri`] takes a `Uri` too.
impl From<Infallible> for UriError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// Takes a URL as the `url` crate has made it: host in ASCII, dot segments removed.
///
/// This is the way for an internationalised host, whose tables this crate does not carry.
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

/// The same URI for the `url` crate, which reads the same scheme, host, port, path and query in it.
#[cfg(feature = "url")]
#[cfg_attr(docsrs, doc(cfg(feature = "url")))]
impl TryFrom<&Uri> for url::Url {
    type Error = url::ParseError;

    fn try_from(uri: &Uri) -> Result<Self, url::ParseError> {
        Self::parse(uri.as_str())
    }
}

/// Why a [`Uri`](crate::Uri) is not accepted.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum UriError {
    /// A character that no URI has in this place, or that parsers change.
    #[error("a character that is not allowed there")]
    Character,
    /// A `.` or `..` segment in the path: other parsers remove it.
    #[error("a '.' or '..' segment in the path")]
    DotSegment,
    /// A fragment: RFC 6749 allows none in an endpoint (§3.1) or a redirect URI (§3.1.2).
    #[error("a fragment")]
    Fragment,
    /// The host is missing, or not in the one form that all parsers agree on.
    #[error("no host, or not a plain lower-case host name, IPv4 address or canonical IPv6 address")]
    Host,
    /// A host in punycode (`xn--`). Parse it with `url::Url` and convert: see the `url` feature.
    #[error("an internationalised host: convert it from a url::Url")]
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
    /// No scheme in lower case, or one that has rules of its own in browsers.
    #[error("no scheme in lower case, or file, ftp, ws or wss")]
    Scheme,
    /// Longer than [`MAX_URI_LEN`](crate::limits::MAX_URI_LEN).
    #[error("too long")]
    TooLong,
    /// A user name, which can make one host look like another.
    #[error("a user name before the host")]
    UserInfo,
}

crate::names::names! {
    UriError: Character DotSegment Fragment Host InternationalHost Path PercentEncoding Port Query Scheme TooLong UserInfo;
}
