//! Parses the authorization response (RFC 6749 §4.1.2).

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use thiserror::Error;

use crate::config::dialect::Dialect;
use crate::config::uri::Uri;
use crate::encoding::form::{self, Malformed, split_at_byte};
use crate::encoding::grammar::{is_base64url_of_32_bytes, is_vschar};
use crate::limits::{MAX_CLAIMED_TEXT_LEN, MAX_ERROR_CODE_LEN, MAX_PARAMETER_LEN, MAX_REDIRECT_LEN};
use crate::pkce::Base64Url32;
use crate::response::fault::Fault;
use crate::response::fields::{Field, Fields, Origin};
use crate::response::next_step::{NextStep, Refusal, Sealed};
use crate::response::oauth_error::{ErrorCode, OAuthError};
use crate::response::redirect_params::RedirectParams;
use crate::secret::Secret;
use crate::untrusted::Untrusted;

/// A request that reached the redirect URI, in the form in which your program sees it.
///
/// A `&str` is taken as a whole URL. A fragment (`#_=_`, which some servers add) is ignored. The limit is
/// [`MAX_REDIRECT_LEN`](crate::limits::MAX_REDIRECT_LEN). The content is borrowed, and `Debug` shows only the form and the
/// length.
///
/// ```
/// # use authcode::{AwaitingRedirect, Redirect};
/// # fn url(pending: AwaitingRedirect) { let _ =
/// pending.receive_redirect("com.example.app:/callback?code=…&state=…")
/// # ; }
/// # fn target(pending: AwaitingRedirect) { let _ =
/// pending.receive_redirect(Redirect::target("/callback?code=…&state=…"))
/// # ; }
/// # fn query(pending: AwaitingRedirect) { let _ =
/// // `location.search` of a page:
/// pending.receive_redirect(Redirect::query("?code=…&state=…"))
/// # ; }
/// # fn body(pending: AwaitingRedirect, body: Vec<u8>) { let _ =
/// pending.receive_redirect(Redirect::form_post(&body))
/// # ; }
/// ```
#[derive(Clone, Copy)]
pub struct Redirect<'a> {
    form: Form,
    content: &'a [u8],
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Url,
    Target,
    Query,
    Body,
}

impl<'a> Redirect<'a> {
    /// The whole URL, as an operating system passes it to an application, or as a user pastes it: ASCII white space around
    /// it (space, tab, line feed, form feed, carriage return) is ignored. Scheme, authority and path must be those of the redirect URI.
    pub fn url<T: AsRef<[u8]> + ?Sized>(url: &'a T) -> Self {
        Self { form: Form::Url, content: url.as_ref().trim_ascii() }
    }

    /// The target of an HTTP request, `/callback?code=…`, as an HTTP server sees it. The path must be that of the redirect
    /// URI. Your program vouches for host and port: its listener received the request.
    pub fn target<T: AsRef<[u8]> + ?Sized>(target: &'a T) -> Self {
        Self { form: Form::Target, content: target.as_ref() }
    }

    /// Only the query, with or without the `?` in front (with it, if the redirect URI has a query that itself begins with
    /// a `?`). Your program vouches for it: the query came to the redirect URI.
    pub fn query<T: AsRef<[u8]> + ?Sized>(query: &'a T) -> Self {
        Self { form: Form::Query, content: query.as_ref() }
    }

    /// The body of a POST to the redirect URI (`response_mode=form_post`). Your program vouches for it: the request came
    /// to the redirect URI.
    pub fn form_post<T: AsRef<[u8]> + ?Sized>(body: &'a T) -> Self {
        Self { form: Form::Body, content: body.as_ref() }
    }

    /// The `state` of the redirect, to look up which of several pending logins it may belong to.
    ///
    /// Returns `None` if there is not exactly one `state`, or if it does not have the form of this crate's: 43 characters of
    /// base64url. So it is safe as a file name or as a key in a store, but it proves nothing: anyone can send it.
    /// [`receive_redirect`](crate::AwaitingRedirect::receive_redirect) checks it.
    ///
    /// ```
    /// # use authcode::Redirect;
    /// # let query = "code=a&state=aHR0cHM6Ly93d3cucmZjLWVkaXRvci5vcmcvcmZjL3I";
    /// let state = Redirect::query(query).claimed_state();
    /// assert_eq!(state.as_deref(), Some("aHR0cHM6Ly93d3cucmZjLWVkaXRvci5vcmcvcmZjL3I"));
    /// assert_eq!(Redirect::query("code=a&state=../etc/passwd").claimed_state(), None);
    /// ```
    pub fn claimed_state(&self) -> Option<String> {
        if self.content.len() > MAX_REDIRECT_LEN {
            return None;
        }
        let (_, query) = self.parts();
        let mut states = form::pairs(query).filter(|(name, _)| form::decodes_to(name, Field::State.name()));
        let (_, encoded) = states.next().filter(|_| states.next().is_none())?;
        let mut state = [0; Base64Url32::LEN];
        let fits = form::decode_exact(encoded, &mut state) && is_base64url_of_32_bytes(&state);
        core::str::from_utf8(&state).ok().filter(|_| fits).map(String::from)
    }

    /// Where the request came to, without its query and its fragment: a URL or a path, as far as this form has one. If your
    /// real redirects are [not ours](RedirectError::NotOurs), log it beside
    /// [`AwaitingRedirect::redirect_uri`](crate::AwaitingRedirect::redirect_uri): a router or a reverse proxy may have
    /// changed the path.
    ///
    /// ```
    /// # use authcode::{AwaitingRedirect, Redirect, RedirectError};
    /// # fn example(pending: AwaitingRedirect, target: &str) {
    /// let redirect = Redirect::target(target);
    /// let expected = pending.redirect_uri().clone();
    /// if let Err(rejected) = pending.receive_redirect(redirect) {
    ///     if *rejected.error() == RedirectError::NotOurs {
    ///         eprintln!("a request to {} in place of {expected}", redirect.received_at());
    ///     }
    /// }
    /// # }
    /// ```
    pub fn received_at(&self) -> Untrusted {
        let (base, _) = self.parts();
        Untrusted::excerpt(base)
    }

    /// The part before the query, and the query.
    fn parts(&self) -> (&'a [u8], &'a [u8]) {
        let (before_fragment, _) = split_at_byte(self.content, b'#');
        match self.form {
            Form::Url | Form::Target => split_at_byte(before_fragment, b'?'),
            Form::Query => (&[], before_fragment.strip_prefix(b"?").unwrap_or(before_fragment)),
            Form::Body => (&[], self.content),
        }
    }
}

impl<'a> From<&'a str> for Redirect<'a> {
    fn from(url: &'a str) -> Self {
        Self::url(url)
    }
}

impl<'a> From<&'a String> for Redirect<'a> {
    fn from(url: &'a String) -> Self {
        Self::url(url)
    }
}

#[cfg(feature = "url")]
#[cfg_attr(docsrs, doc(cfg(feature = "url")))]
impl<'a> From<&'a url::Url> for Redirect<'a> {
    fn from(url: &'a url::Url) -> Self {
        Self::url(url.as_str())
    }
}

impl fmt::Debug for Redirect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redirect({:?}, {} bytes)", self.form, self.content.len())
    }
}

/// The parameters of an authorization response: parsed, but not yet validated.
pub(crate) struct AuthorizationResponse<'a> {
    fields: Fields<&'a [u8]>,
    query: &'a [u8],
    has_other_params: bool,
}

impl<'a> AuthorizationResponse<'a> {
    /// Checks, in this order: the size, that it came to our redirect URI, that what the crate reads can be decoded,
    /// duplicates. Anyone can send a redirect, so nothing is allocated.
    pub(crate) fn parse(redirect: Redirect<'a>, redirect_uri: &Uri, dialect: &Dialect) -> Result<Self, RedirectError> {
        if redirect.content.len() > MAX_REDIRECT_LEN {
            return Err(RedirectError::TooLong);
        }
        let (base, query) = redirect.parts();
        let base = core::str::from_utf8(base).map_err(|_| RedirectError::NotOurs)?;
        let is_ours = match redirect.form {
            Form::Url => redirect_uri.has_base(base) && has_query_of(redirect_uri, query),
            Form::Target => redirect_uri.has_path(base) && has_query_of(redirect_uri, query),
            Form::Query => has_query_of(redirect_uri, query),
            Form::Body => true,
        };
        if is_ours { Self::collect(query, dialect) } else { Err(RedirectError::NotOurs) }
    }

    fn collect(query: &'a [u8], dialect: &Dialect) -> Result<Self, RedirectError> {
        let mut response = Self { fields: Fields::new(), query, has_other_params: false };
        for (name, value) in form::pairs(query) {
            let Some((field, origin)) = classify(name, dialect) else {
                response.has_other_params = true;
                continue;
            };
            form::check(value).map_err(|Malformed| RedirectError::Malformed)?;
            response.fields.insert(field, origin, value);
        }
        // Two names for an error are two words for it, but two different codes are rejected.
        if let [Some(one), Some(other)] = response.fields.both(Field::Code) {
            if !form::is_same(one, other) {
                response.fields.set_duplicate(Field::Code);
            }
        }
        match response.fields.duplicate() {
            Some(field) => Err(RedirectError::DuplicateParameter(field.name())),
            None => Ok(response),
        }
    }

    /// Checks that the response belongs to the login with this `state`. Until then, nothing in it counts.
    pub(crate) fn check_state(&self, state: &Base64Url32) -> Result<(), RedirectError> {
        match self.get(Field::State) {
            // Anyone can send it, so little of it is kept.
            None => Err(RedirectError::StateMissing { unauthenticated: self.error(MAX_CLAIMED_TEXT_LEN) }),
            Some(theirs) if state.is(theirs) => Ok(()),
            Some(_) => Err(RedirectError::StateMismatch),
        }
    }

    /// The code, after `state` has matched. `issuer` is the issuer of the server, if it is known.
    pub(crate) fn code(&self, issuer: Option<&str>, is_iss_required: bool) -> Result<Secret, RedirectError> {
        if self.get(Field::Response).is_some() {
            return Err(RedirectError::JwtResponse);
        }
        if self.get(Field::AccessToken).or(self.get(Field::IdToken)).is_some() {
            return Err(RedirectError::TokenInRedirect);
        }
        match (issuer, self.get(Field::Iss)) {
            (Some(issuer), Some(iss)) if !form::decodes_to(iss, issuer) => {
                let received = Untrusted::without_query(&form::decode(iss).unwrap_or_default());
                return Err(RedirectError::IssuerMismatch { received });
            }
            (Some(_), None) if is_iss_required => {
                return Err(RedirectError::IssuerMissing { unauthenticated: self.error(MAX_REDIRECT_LEN) });
            }
            _ => {}
        }
        match (self.get(Field::Code), self.get(Field::Error)) {
            (Some(code), None) => decode_code(code).ok_or(RedirectError::MalformedCode),
            (None, Some(_)) => {
                Err(self.error(MAX_REDIRECT_LEN).map_or(RedirectError::MalformedError, RedirectError::Refused))
            }
            (Some(_), Some(_)) => Err(RedirectError::CodeAndError),
            (None, None) => Err(RedirectError::NoCodeNoError),
        }
    }

    /// The parameters that the crate does not read, as far as they can be decoded.
    pub(crate) fn other_params(&self, dialect: &Dialect) -> RedirectParams {
        // Most redirects have none.
        let query = if self.has_other_params { self.query } else { &[] };
        RedirectParams::select(query, |name| classify(name, dialect).is_none())
    }

    fn get(&self, field: Field) -> Option<&'a [u8]> {
        self.fields.get(field)
    }

    fn error_code(&self) -> Option<ErrorCode> {
        // Encoded, each byte takes three. A longer one is not worth decoding.
        let encoded = self.get(Field::Error).filter(|text| text.len() <= 3 * MAX_ERROR_CODE_LEN)?;
        ErrorCode::parse(&form::decode(encoded).ok()?)
    }

    /// The server's error, if there is one with a valid code. A text of more than `limit` bytes is left out.
    fn error(&self, limit: usize) -> Option<Box<OAuthError>> {
        let text = |field| form::decode(self.get(field).filter(|text| text.len() <= limit)?).ok();
        Some(Box::new(OAuthError {
            code: Some(self.error_code()?),
            description: text(Field::ErrorDescription).map(Untrusted::new),
            uri: text(Field::ErrorUri).map(Untrusted::new),
        }))
    }
}

/// The field that a parameter belongs to, by its name.
fn classify(name: &[u8], dialect: &Dialect) -> Option<(Field, Origin)> {
    let own = Field::AUTHORIZATION_RESPONSE.into_iter().find(|field| form::decodes_to(name, field.name()));
    own.map(|field| (field, Origin::Protocol)).or_else(|| {
        let (ours, _) = dialect.redirect_names().find(|(_, theirs)| form::decodes_to(name, theirs))?;
        Field::named(ours).map(|field| (field, Origin::Dialect))
    })
}

/// RFC 6749 appendix A.11.
fn decode_code(encoded: &[u8]) -> Option<Secret> {
    let code = form::decode(encoded).ok()?;
    is_vschar(&code, MAX_PARAMETER_LEN).then(|| Secret::from_wiped(code))
}

/// Whether the redirect URI's own query came back: each of its names with the same values, as often, and no others. The
/// pairs are compared decoded, since servers encode them anew (`a%20b` comes back as `a+b`).
fn has_query_of(redirect_uri: &Uri, query: &[u8]) -> bool {
    let registered = redirect_uri.query().unwrap_or_default().as_bytes();
    form::pairs(registered).all(|pair| count(query, pair) == count(registered, pair))
}

/// How often the name of a pair of ours occurs in a query, and how often with the same value.
fn count(query: &[u8], (name, value): (&[u8], &[u8])) -> (usize, usize) {
    let (mut names, mut pairs) = (0, 0);
    for (other, text) in form::pairs(query) {
        if form::is_same(name, other) {
            names += 1;
            pairs += usize::from(form::is_same(value, text));
        }
    }
    (names, pairs)
}

/// Why a redirect gave no code.
///
/// The first six variants say nothing about this login: anyone can send a request to a redirect URI. The
/// [`AwaitingRedirect`](crate::AwaitingRedirect) state is returned, and the next step is to [wait](NextStep::Wait). The
/// others are an authentic response to this login, and end it: [start over](NextStep::StartOver).
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum RedirectError {
    /// The redirect is longer than [`MAX_REDIRECT_LEN`](crate::limits::MAX_REDIRECT_LEN).
    #[error("redirect: too long")]
    TooLong,
    /// The request did not come to the redirect URI of this login: another scheme, authority or path, or without the
    /// redirect URI's own query.
    ///
    /// If your real redirects are rejected, compare [`Redirect::received_at`] with
    /// [`AwaitingRedirect::redirect_uri`](crate::AwaitingRedirect::redirect_uri): a router or a reverse proxy may have
    /// removed a prefix of the path. If it has, pass the query alone: [`Redirect::query`].
    #[error("redirect: not to the redirect URI of this login")]
    NotOurs,
    /// A parameter of the protocol is not form-urlencoded UTF-8.
    #[error("redirect: a parameter that is not form-urlencoded UTF-8")]
    Malformed,
    /// A parameter of the protocol occurs twice (RFC 6749 §3.1), or two different codes came under two names. It has the
    /// protocol's name for the parameter.
    #[error("redirect: the parameter {0} occurs twice")]
    DuplicateParameter(&'static str),
    /// There is no `state`, so nothing shows that the redirect belongs to this login.
    ///
    /// Some servers omit `state` in an error. The error that the redirect claims is in `unauthenticated`: anyone may have
    /// written it. Whether to show it, or to give up the login, is your decision. A description of more than
    /// [`MAX_CLAIMED_TEXT_LEN`](crate::limits::MAX_CLAIMED_TEXT_LEN) is left out.
    #[error("redirect: no state")]
    StateMissing {
        /// The error that the redirect claims.
        unauthenticated: Option<Box<OAuthError>>,
    },
    /// The `state` is not that of this login (RFC 6749 §10.12): an old redirect, one of another login, or an attack.
    #[error("redirect: the state of another login")]
    StateMismatch,

    /// A JWT-secured response (`response`), which was not requested and which the crate does not read.
    #[error("redirect: a JWT-secured response, which was not requested")]
    JwtResponse,
    /// There is a token in the redirect (RFC 9700 §2.1.2), which the crate never requests.
    #[error("redirect: a token in it, which was not requested")]
    TokenInRedirect,
    /// There is no `iss`, which this server must send (RFC 9207 §2.4).
    ///
    /// Some servers omit `iss` in an error, though their metadata promises it. The error that the redirect claims is in
    /// `unauthenticated`: it carries this login's `state`, but nothing shows which server wrote it.
    #[error("redirect: no iss, which this server must send")]
    IssuerMissing {
        /// The error that the redirect claims.
        unauthenticated: Option<Box<OAuthError>>,
    },
    /// The `iss` is not the issuer that you configured (RFC 9207 §2.4). Either a second authorization server answered (a
    /// mix-up attack), or the configured issuer is wrong: compare it byte for byte. Do not retry automatically.
    #[error("redirect: the iss of another server")]
    IssuerMismatch {
        /// The `iss` of the redirect, without a query or a fragment.
        received: Untrusted,
    },
    /// Both `code` and `error`.
    #[error("redirect: both a code and an error")]
    CodeAndError,
    /// Neither `code` nor `error`.
    #[error("redirect: neither a code nor an error")]
    NoCodeNoError,
    /// The code is empty, too long, or has a character that RFC 6749 appendix A.11 does not allow.
    #[error("redirect: a code that is empty, too long or has a character that is not allowed")]
    MalformedCode,
    /// The error code is empty, too long, or has a character that RFC 6749 appendix A.7 does not allow.
    #[error("redirect: an error code that is empty, too long or has a character that is not allowed")]
    MalformedError,
    /// The server or the user declined.
    #[error("the server refused the authorization: {0}")]
    Refused(Box<OAuthError>),
}

impl RedirectError {
    /// Whether the redirect cannot be attributed to anyone.
    const fn is_unauthenticated(&self) -> bool {
        matches!(
            self,
            Self::TooLong
                | Self::NotOurs
                | Self::Malformed
                | Self::DuplicateParameter(_)
                | Self::StateMissing { .. }
                | Self::StateMismatch
        )
    }

    /// What to do now: [wait](NextStep::Wait) for another redirect, or [start over](NextStep::StartOver).
    pub const fn next_step(&self) -> NextStep {
        if self.is_unauthenticated() { NextStep::Wait } else { NextStep::StartOver }
    }

    /// Which party can fix it.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Refused(error) => error.fault(),
            _ if self.is_unauthenticated() => Fault::Unauthenticated,
            _ => Fault::Server,
        }
    }

    /// The server's error, if it is authentic. What a redirect without `state` claims is not.
    pub fn oauth_error(&self) -> Option<&OAuthError> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }
}

impl Sealed for RedirectError {}

impl Refusal for RedirectError {
    fn next_step(&self) -> NextStep {
        self.next_step()
    }

    fn fault(&self) -> Fault {
        self.fault()
    }

    fn oauth_error(&self) -> Option<&OAuthError> {
        self.oauth_error()
    }
}

crate::names::names! {
    RedirectError: TooLong NotOurs Malformed DuplicateParameter StateMissing StateMismatch JwtResponse TokenInRedirect IssuerMissing IssuerMismatch CodeAndError NoCodeNoError MalformedCode MalformedError Refused;
}
