//! Character classes and names of RFC 6749 and its extensions.

use crate::limits::MAX_ERROR_CODE_LEN;

/// RFC 6749 appendix A: one or more of `VSCHAR`, and at most `limit`.
pub(crate) fn is_vschar(text: &str, limit: usize) -> bool {
    // Without a branch for each byte: a token has hundreds, which the compiler then tests many at once.
    (1..=limit).contains(&text.len()) && text.bytes().fold(true, |all, byte| all & matches!(byte, 0x20..=0x7E))
}

/// An access token that can be sent in an `Authorization` header.
///
/// RFC 6750 §2.1 allows fewer characters, but Salesforce's tokens have a `!`, Amazon's a `|`, and those of JetBrains a `:`
/// and a `=` in the middle. The others would end the token (RFC 9110 §11.4).
pub(crate) fn is_header_token(text: &str) -> bool {
    let fits = |byte| matches!(byte, 0x21..=0x7E) && !matches!(byte, b'"' | b',' | b'\\');
    !text.is_empty() && text.bytes().all(fits)
}

/// RFC 9110 §9.1: the name of a method is a token.
pub(crate) fn is_method(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// RFC 9110 §5.6.2.
pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// RFC 9449 §8.1: `1*NQCHAR`, and at most `limit`. A space is not among them, so a list of several is not one.
pub(crate) fn is_dpop_nonce(text: &[u8], limit: usize) -> bool {
    (1..=limit).contains(&text.len()) && text.iter().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

/// RFC 6749 §8.2, and the brackets that some servers' names end in (`grant_options[]`).
pub(crate) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'[' | b']')
}

/// RFC 6749 appendix A.4: `NQCHAR`, and spaces between them.
pub(crate) fn is_scope_list(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

/// RFC 6749 appendix A.7: `error = 1*NQSCHAR`.
pub(crate) fn is_error_code(text: &str) -> bool {
    (1..=MAX_ERROR_CODE_LEN).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

/// The base64url text (RFC 4648 §5, unpadded) of 32 bytes: 43 characters, of which the last has four bits.
pub(crate) fn is_base64url_of_32_bytes(text: &[u8]) -> bool {
    let is_base64url = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() == 43 && text.iter().all(is_base64url) && text.last().is_some_and(|last| LAST_OF_32.contains(last))
}

/// The characters whose lowest two bits are zero.
const LAST_OF_32: &[u8; 16] = b"AEIMQUYcgkosw048";

/// Names that the crate sends by itself, or that would override what it sends.
pub(crate) const RESERVED_NAMES: [&str; 17] = [
    "audience",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "grant_type",
    "redirect_uri",
    "refresh_token",
    "request",
    "request_uri",
    "response_type",
    "scope",
    "state",
];

/// The parameters of an authorization response that the crate reads. Each must come at most once (RFC 6749 §3.1), and a
/// redirect URI must not have them in its own query.
pub(crate) const RESPONSE_NAMES: [&str; 9] =
    ["code", "state", "iss", "error", "error_description", "error_uri", "response", "access_token", "id_token"];

/// Whether a common server reads the parameter `name` as the parameter `plain`. PHP turns `.` and a space into `_`, PHP,
/// Rails and Express take what precedes a `[` for the name, Express takes `[state]` for `state`, and ASP.NET ignores case.
pub(crate) fn reads_as(name: &str, plain: &str) -> bool {
    is_folded(name.as_bytes(), plain.as_bytes()) || is_folded(base(name), plain.as_bytes())
}

/// Whether a common server reads two names as the same parameter. `option[a]` and `option[b]` are two items of one list.
pub(crate) fn is_read_alike(one: &str, other: &str) -> bool {
    // What precedes the brackets of an item, and the brackets, are its name: see `reads_as` for the rest.
    let are_items = is_item(one) && is_item(other);
    reads_as(one, other) || reads_as(other, one) || (!are_items && is_folded(base(one), base(other)))
}

/// Whether a name has the form of an item of a list: `option[]`, `option[a]`.
fn is_item(name: &str) -> bool {
    name.ends_with(']') && name.as_bytes().get(base(name).len()) == Some(&b'[')
}

/// The name of the list, if it is an item of one.
fn base(name: &str) -> &[u8] {
    let mut start = name.as_bytes();
    while let Some((b' ', rest)) = start.split_first() {
        start = rest;
    }
    let start = start.strip_prefix(b"[").unwrap_or(start);
    let end = start.iter().position(|byte| matches!(byte, b'[' | b']' | 0)).unwrap_or(start.len());
    start.get(..end).unwrap_or_default()
}

fn is_folded(one: &[u8], other: &[u8]) -> bool {
    let fold = |byte: &u8| if matches!(byte, b'.' | b' ' | b'[') { b'_' } else { byte.to_ascii_lowercase() };
    one.len() == other.len() && one.iter().map(fold).eq(other.iter().map(fold))
}
