//! Every limit of the crate, with its reason. Over a limit: a clear error, never truncation.

/// The longest redirect that is parsed, in bytes: 64 KiB.
///
/// Far more than a code of [`MAX_PARAMETER_LEN`] needs, and little to parse, since anyone can send a redirect.
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

/// The longest name of a parameter of your own, in bytes: 256.
///
/// The longest registered name has 46 characters. Each name is compared with the others, also when a stored login is
/// resumed.
pub const MAX_PARAMETER_NAME_LEN: usize = 256;

/// How many tokens a scope has at most: 500.
///
/// The largest service lists about 300. Each token is compared with the others.
pub const MAX_SCOPE_TOKENS: usize = 500;

/// The longest access or refresh token, in bytes: 64 KiB.
///
/// A token travels in a header, of which common HTTP servers take 8 to 64 KiB by default.
pub const MAX_TOKEN_LEN: usize = 64 * 1024;

/// The longest lifetime of an access token, in seconds: 100 years.
///
/// A program adds it to its own clock, and not every clock can hold more: Rust's `Instant` panics on some platforms
/// beyond 292 years. A longer lifetime counts as this one; 100 years fit into 32 bits.
pub const MAX_LIFETIME: u64 = 100 * 365 * 24 * 60 * 60;

/// The longest configured URI, in bytes: 2 KiB.
///
/// Far more than any endpoint or redirect URI in use has.
pub const MAX_URI_LEN: usize = 2 * 1024;

/// The longest `request_uri` of a pushed authorization request, in bytes: 2 KiB.
///
/// OpenID Connect Core §6.2 asks for at most 512. It goes into a URL that the browser opens, and most are under 100.
pub const MAX_REQUEST_URI_LEN: usize = 2 * 1024;

/// How many parameters the query of a redirect URI may have: 16.
///
/// Each of them is looked for in every redirect that anyone sends.
pub const MAX_REDIRECT_URI_PARAMS: usize = 16;

/// The longest `error` code that is kept, in bytes: 128.
///
/// The longest registered code has 33 characters. Anything longer is not a code.
pub const MAX_ERROR_CODE_LEN: usize = 128;

/// The longest description or URI, in bytes, of an error that comes without `state`: 1 KiB.
///
/// Anyone can send it, so that it must cost little. Real descriptions are a sentence or two.
pub const MAX_CLAIMED_TEXT_LEN: usize = 1024;

/// How many parameters of your own a request may have: 100. The query of an endpoint may have as many.
///
/// Each name is compared with the others, also when a stored login is resumed.
pub const MAX_PARAMETERS: usize = 100;

/// How many entries a table of a [`Dialect`](crate::Dialect) that is read at run time may have, and how many steps a
/// path: 50.
///
/// Each name of a response is compared with them. The dialects of real servers have up to ten.
pub const MAX_DIALECT_ENTRIES: usize = 50;

/// How many pairs of a form-encoded token response are kept as members: 100, the first ones.
///
/// They are kept as a JSON object, and each name is compared with the others. Real responses have about ten pairs.
pub const MAX_FORM_PAIRS: usize = 100;

/// How much of the body of a refusal is kept for the developer, in bytes: 16 KiB. The rest of it is left out.
///
/// OAuth errors have some hundred bytes; the beginning of a page tells whose page it is.
pub const MAX_ERROR_BODY_LEN: usize = 16 * 1024;

/// How many characters [`Untrusted`](crate::Untrusted) shows: 256.
pub const MAX_SHOWN_CHARS: usize = 256;

/// The longest pause that a server can ask for, in seconds: 5 minutes.
///
/// An authorization code should live at most 10 minutes (RFC 6749 §4.1.2), and a server must not be able to stop a
/// program for long. A longer `Retry-After` counts as this one. Up to [`MAX_ATTEMPTS`] of them can follow each other: give
/// your driver a deadline of its own.
pub const MAX_RETRY_AFTER: u64 = 5 * 60;

/// How many times a server may be unavailable, or refuse, before a step says something else than "try again": 6.
///
/// With pauses of 1, 2, 4, 8 and 16 seconds between them they take half a minute, about as long as an authorization code
/// lives.
pub const MAX_ATTEMPTS: u8 = 6;

/// How many refreshes of one refresh token may be answered in words that the crate does not know, or without a token,
/// since its last success, before the user is to log in again: 5.
///
/// One may come from a captive portal. A server that refuses a dead refresh token in its own words refuses it each time.
pub const MAX_FOREIGN_REFUSALS: u8 = 5;

/// How long a token whose lifetime cannot be read is used, in seconds: 1 minute.
///
/// It does have an end, so it is renewed soon, but not before each use.
pub const UNREADABLE_LIFETIME: u64 = 60;

/// How long a token is used before it is renewed, in seconds, even if it has expired when it came: 5 seconds.
///
/// A server that issues expired tokens must not be asked for another one at each use.
pub const MIN_RENEWAL_INTERVAL: u64 = 5;

/// The longest `WWW-Authenticate` headers of a response that are read, in bytes, all together: 16 KiB.
///
/// Common HTTP stacks take 8 to 64 KiB of headers. Real challenges have some hundred bytes.
pub const MAX_CHALLENGES_LEN: usize = 16 * 1024;

/// How many challenges of a response are read: 16.
///
/// Real responses have one to three.
pub const MAX_CHALLENGES: usize = 16;

/// How many parameters a challenge may have: 32.
///
/// Each name is compared with the others. Real challenges have up to six.
pub const MAX_CHALLENGE_PARAMS: usize = 32;

/// The longest JSON Web Key that is read, in bytes: 16 KiB.
///
/// A key of [`MAX_RSA_BITS`] takes 1.5 KiB. The rest is for members that are ignored, such as a chain of certificates.
pub const MAX_JWK_LEN: usize = 16 * 1024;

/// The largest RSA key, in bits: 8192. The smallest is 2048 (RFC 7518 §3.3).
///
/// Key and signature go into a header of each request, and many HTTP servers take no more than 8 KiB of headers.
pub const MAX_RSA_BITS: usize = 8192;

/// The longest identifier of a key (`kid`), in bytes: 256.
///
/// It is a thumbprint of 43 characters, a UUID, or a name.
pub const MAX_KEY_ID_LEN: usize = 256;

/// The longest `DPoP-Nonce`, in bytes: 1 KiB.
///
/// RFC 9449 has no limit. Servers send 20 to 200 characters, and each proof carries them in a header.
pub const MAX_DPOP_NONCE_LEN: usize = 1024;

/// How long a client assertion is valid, in seconds: 1 minute.
///
/// It is sent at once, and each request has its own. FAPI 2.0 servers accept a clock that is 10 seconds off, and some
/// accept more, so a minute leaves room for both.
pub const ASSERTION_LIFETIME: u64 = 60;
