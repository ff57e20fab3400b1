//! Every limit of the crate, with its reason. Over a limit: a clear error, never truncation.

/// The longest redirect that is looked at, in bytes: 64 KiB.
///
/// Far more than a code of [`MAX_PARAMETER_LEN`] needs, and little enough to look at for anybody who sends it.
pub const MAX_REDIRECT_LEN: usize = 64 * 1024;

/// The longest response body worth reading, in bytes: 1 MiB.
///
/// Go's `oauth2` has used this number for years. Stop the transfer there: see
/// [`HttpRequest::max_response_len`](crate::HttpRequest::max_response_len).
pub const MAX_RESPONSE_LEN: usize = 1024 * 1024;

/// The longest single parameter, in bytes: 16 KiB, for an authorization code and for each configured value.
///
/// RFC 6749 sets no limit for a code. Some servers put a signed token into it, of some KiB.
pub const MAX_PARAMETER_LEN: usize = 16 * 1024;

/// The longest access or refresh token, in bytes: 64 KiB.
///
/// A token travels in a header, of which common HTTP servers take 8 to 64 KiB by default.
pub const MAX_TOKEN_LEN: usize = 64 * 1024;

/// The longest configured URI, in bytes: 2 KiB.
///
/// Far more than any endpoint or redirect URI in use has.
pub const MAX_URI_LEN: usize = 2 * 1024;

/// The longest `error` code that is kept, in bytes: 128.
///
/// The longest registered code has 33 characters. Anything longer is not a code.
pub const MAX_ERROR_CODE_LEN: usize = 128;

/// How many pairs a form-encoded token response may have: 100.
///
/// It becomes a JSON object, in which no name may stand twice: each is compared with the others.
pub const MAX_FORM_PAIRS: usize = 100;

/// How much of the body of a refusal is kept for the developer, in bytes: 16 KiB. The rest of it is left out.
///
/// OAuth errors have some hundred bytes; the beginning of a page tells whose page it is.
pub const MAX_ERROR_BODY_LEN: usize = 16 * 1024;

/// How many characters [`Untrusted`](crate::Untrusted) shows: 256.
pub const MAX_SHOWN_CHARS: usize = 256;
