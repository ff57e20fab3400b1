//! Character classes and names of RFC 6749 and its extensions.

use crate::limits::MAX_ERROR_CODE_LEN;

/// RFC 6749 appendix A: one or more of `VSCHAR`, and at most `limit`.
pub(crate) fn is_vschar(text: &str, limit: usize) -> bool {
    // Without an early end, so that the compiler takes many bytes in one step.
    let fits = text.bytes().fold(true, |fits, byte| fits & matches!(byte, 0x20..=0x7E));
    fits && (1..=limit).contains(&text.len())
}

/// RFC 6749 §8.2, and the brackets that some servers' names end in (`grant_options[]`).
pub(crate) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'[' | b']')
}

/// RFC 6749 appendix A.4: `NQCHAR`, and spaces between them. Without an early end, so that the compiler takes many bytes
/// in one step.
pub(crate) fn is_scope_list(text: &str) -> bool {
    text.bytes().fold(true, |fits, byte| fits & matches!(byte, b' ' | 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

/// RFC 6749 appendix A.7: `error = 1*NQSCHAR`.
pub(crate) fn is_error_code(text: &str) -> bool {
    (1..=MAX_ERROR_CODE_LEN).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

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

/// The names of an authorization response that mean something here. They must come at most once (RFC 6749 §3.1),
/// and a redirect URI must not bring them in its own query.
pub(crate) const RESPONSE_NAMES: [&str; 9] =
    ["code", "state", "iss", "error", "error_description", "error_uri", "response", "access_token", "id_token"];
