//! The authorization response (RFC 6749 §4.1.2): what came to the redirect URI, taken apart but not yet believed.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use crate::config::dialect::{Dialect, Names};
use crate::config::parameters::Params;
use crate::config::uri::Uri;
use crate::encoding::form::{self, Malformed, split_at_byte};
use crate::encoding::grammar::RESPONSE_NAMES;
use crate::encoding::grammar::is_vschar;
use crate::limits::{MAX_PARAMETER_LEN, MAX_REDIRECT_LEN};
use crate::response::fault::Fault;
use crate::response::oauth_error::{ErrorCode, OAuthError};
use crate::secret::Secret;
use crate::untrusted::Untrusted;
use thiserror::Error;

/// What came to the redirect URI, in one of the forms in which a host sees it.
///
/// A `&str` is taken for a whole URL. Whatever follows a `#` is ignored: some servers add `#_=_`.
/// The limit is [`MAX_REDIRECT_LEN`](crate::limits::MAX_REDIRECT_LEN).
///
/// The content is neither copied nor shown: `Debug` tells the form and the length.
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
/// pending.receive_redirect(Redirect::query("?code=…&state=…")) // `location.search` of a page
/// # ; }
/// # fn body(pending: AwaitingRedirect, body: Vec<u8>) { let _ =
/// pending.receive_redirect(Redirect::form_post(&body))
/// # ; }
/// ```
#[derive(Clone, Copy)]
pub struct Redirect<'a> {
    shape: Shape,
    content: &'a [u8],
}

#[derive(Clone, Copy, Debug)]
enum Shape {
    Url,
    Target,
    Query,
    Body,
}

impl<'a> Redirect<'a> {
    /// The whole URL, as an operating system hands it to an application. Scheme, authority and path
    /// must be those of the redirect URI.
    pub fn url<T: AsRef<[u8]> + ?Sized>(url: &'a T) -> Self {
        Self { shape: Shape::Url, content: url.as_ref() }
    }

    /// The target of an HTTP request, `/callback?code=…`, as a server sees it. The path must be that
    /// of the redirect URI; that the request came to the right host and port is what your listener says.
    pub fn target<T: AsRef<[u8]> + ?Sized>(target: &'a T) -> Self {
        Self { shape: Shape::Target, content: target.as_ref() }
    }

    /// The query alone, with or without the `?` in front (with it, if the redirect URI has a query that begins with
    /// another one). That it came to the redirect URI is what you say.
    pub fn query<T: AsRef<[u8]> + ?Sized>(query: &'a T) -> Self {
        Self { shape: Shape::Query, content: query.as_ref() }
    }

    /// The body of a POST to the redirect URI (`response_mode=form_post`). That it came there is what
    /// you say.
    pub fn form_post<T: AsRef<[u8]> + ?Sized>(body: &'a T) -> Self {
        Self { shape: Shape::Body, content: body.as_ref() }
    }

    /// The `state` that the redirect claims, to look up which of several logins it may be for. It proves nothing:
    /// [`receive_redirect`](crate::AwaitingRedirect::receive_redirect) checks it. `None` if there is not exactly one
    /// that can be read.
    pub fn claimed_state(&self) -> Option<String> {
        if self.content.len() > MAX_REDIRECT_LEN {
            return None;
        }
        let (_, query) = self.parts();
        let mut states = form::pairs(query).filter(|(name, _)| form::stands_for(name, "state"));
        let (_, state) = states.next().filter(|_| states.next().is_none())?;
        form::decode(state).ok().map(|mut state| core::mem::take(&mut *state))
    }

    /// What stands before the query, and the query.
    fn parts(&self) -> (&'a [u8], &'a [u8]) {
        // Looked for first, since that takes many bytes in one step: most have none.
        let has_fragment = self.content.iter().fold(false, |found, byte| found | (*byte == b'#'));
        let before_fragment = if has_fragment { split_at_byte(self.content, b'#').0 } else { self.content };
        match self.shape {
            Shape::Url | Shape::Target => split_at_byte(before_fragment, b'?'),
            Shape::Query => (&[], before_fragment.strip_prefix(b"?").unwrap_or(before_fragment)),
            Shape::Body => (&[], self.content),
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
        write!(f, "Redirect({:?}, {} bytes)", self.shape, self.content.len())
    }
}

/// What stands under those names, still encoded.
#[derive(Default)]
pub(crate) struct Values<'a> {
    pub(crate) code: Option<&'a [u8]>,
    pub(crate) state: Option<&'a [u8]>,
    pub(crate) iss: Option<&'a [u8]>,
    pub(crate) error: Option<&'a [u8]>,
    error_description: Option<&'a [u8]>,
    error_uri: Option<&'a [u8]>,
    pub(crate) response: Option<&'a [u8]>,
    pub(crate) access_token: Option<&'a [u8]>,
    pub(crate) id_token: Option<&'a [u8]>,
}

impl<'a> Values<'a> {
    /// Where the value of one of the [`RESPONSE_NAMES`] is kept.
    fn slot(&mut self, name: &str) -> Option<&mut Option<&'a [u8]>> {
        Some(match name {
            "code" => &mut self.code,
            "state" => &mut self.state,
            "iss" => &mut self.iss,
            "error" => &mut self.error,
            "error_description" => &mut self.error_description,
            "error_uri" => &mut self.error_uri,
            "response" => &mut self.response,
            "access_token" => &mut self.access_token,
            "id_token" => &mut self.id_token,
            _ => return None,
        })
    }
}

/// The parameters of an authorization response.
pub(crate) struct Answer<'a> {
    /// Each under its own name or else under the server's.
    pub(crate) values: Values<'a>,
    aliases: Names,
    /// The query, if there is more in it.
    more: &'a [u8],
}

impl<'a> Answer<'a> {
    /// Checks, in this order: the size, that it came to our redirect URI, that it can be read, duplicates.
    pub(crate) fn read(redirect: Redirect<'a>, redirect_uri: &Uri, dialect: &Dialect) -> Result<Self, RedirectError> {
        if redirect.content.len() > MAX_REDIRECT_LEN {
            return Err(RedirectError::TooLong);
        }
        let (base, query) = redirect.parts();
        let base = core::str::from_utf8(base).map_err(|_| RedirectError::NotOurs)?;
        let is_ours = match redirect.shape {
            Shape::Url => redirect_uri.has_base(base) && has_query_of(redirect_uri, query),
            Shape::Target => redirect_uri.has_path(base) && has_query_of(redirect_uri, query),
            Shape::Query => has_query_of(redirect_uri, query),
            Shape::Body => true,
        };
        if is_ours { Self::collect(query, dialect.redirect_names) } else { Err(RedirectError::NotOurs) }
    }

    fn collect(query: &'a [u8], aliases: Names) -> Result<Self, RedirectError> {
        let mut answer = Self { values: Values::default(), aliases, more: &[] };
        let mut aliased = Values::default();
        let mut duplicate = None;
        for (name, value) in form::pairs(query) {
            let known = RESPONSE_NAMES.into_iter().find(|known| form::stands_for(name, known));
            let (name, slot) = if let Some(known) = known {
                (known, answer.values.slot(known))
            } else if let Some((ours, theirs)) = aliases.iter().find(|(_, theirs)| form::stands_for(name, theirs)) {
                (*theirs, aliased.slot(ours))
            } else {
                answer.more = query;
                continue;
            };
            form::check(value).map_err(|Malformed| RedirectError::Malformed)?;
            if slot.is_some_and(|slot| slot.replace(value).is_some()) {
                duplicate = Some(name);
            }
        }
        // Two names for an error are two words for it. Two codes that differ are none.
        if let (Some(one), Some(other)) = (answer.values.code, aliased.code) {
            duplicate = if form::is_same(one, other) { duplicate } else { Some("code") };
        }
        if let Some(name) = duplicate {
            return Err(RedirectError::DuplicateParameter(name));
        }
        for (name, _) in aliases {
            if let (Some(own), Some(theirs)) = (answer.values.slot(name), aliased.slot(name)) {
                *own = own.or(*theirs);
            }
        }
        Ok(answer)
    }

    /// The `code`, if its grammar is that of RFC 6749 appendix A.11.
    pub(crate) fn code(&self) -> Option<Secret> {
        let code = form::decode(self.values.code?).ok()?;
        is_vschar(&code, MAX_PARAMETER_LEN).then(|| Secret::from(code))
    }

    /// The server's error, if there is one and its grammar is that of RFC 6749 appendix A.7.
    pub(crate) fn error(&self) -> Option<Box<OAuthError>> {
        let text = |value: Option<&[u8]>| form::decode(value?).ok();
        Some(Box::new(OAuthError {
            code: ErrorCode::parse(&text(self.values.error)?)?,
            description: text(self.values.error_description).map(Untrusted::new),
            uri: text(self.values.error_uri).map(Untrusted::new),
        }))
    }

    /// The parameters that the crate does not know, as far as they can be read.
    pub(crate) fn extra_params(&self) -> Params {
        let mut params = Params::default();
        for (name, value) in form::pairs(self.more) {
            let is_known = RESPONSE_NAMES.iter().any(|known| form::stands_for(name, known))
                || self.aliases.iter().any(|(_, theirs)| form::stands_for(name, theirs));
            if !is_known {
                params.push_encoded(name, value);
            }
        }
        params
    }
}

/// What the redirect URI's own query says must come back: each of its names with the same values, as often, and
/// with no others. Servers write the same pair in different ways (`a%20b` comes back as `a+b`), so they are compared
/// decoded.
fn has_query_of(redirect_uri: &Uri, query: &[u8]) -> bool {
    let registered = redirect_uri.query().unwrap_or_default().as_bytes();
    let count = |text, is_counted: &dyn Fn(&[u8], &[u8]) -> bool| {
        form::pairs(text).filter(|(name, value)| is_counted(name, value)).count()
    };
    form::pairs(registered).all(|(name, value)| {
        let same_name = |other: &[u8], _: &[u8]| form::is_same(name, other);
        let same_pair = |other: &[u8], text: &[u8]| form::is_same(name, other) && form::is_same(value, text);
        count(query, &same_name) == count(registered, &same_name)
            && count(query, &same_pair) == count(registered, &same_pair)
    })
}

/// Why a redirect did not give a code.
///
/// The first six do not count as an answer to this login, and hand the [`AwaitingRedirect`](crate::AwaitingRedirect)
/// state back: go on waiting. The others are an answer to it, and end it: start afresh.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum RedirectError {
    /// Longer than [`MAX_REDIRECT_LEN`](crate::limits::MAX_REDIRECT_LEN).
    #[error("redirect: too long")]
    TooLong,
    /// It did not come to the redirect URI: other scheme, authority or path, or without its query.
    #[error("redirect: not to the redirect uri of this login")]
    NotOurs,
    /// A parameter is not form-urlencoded UTF-8.
    #[error("redirect: a parameter that is not form-urlencoded UTF-8")]
    Malformed,
    /// A parameter of the protocol comes twice (RFC 6749 §3.1).
    #[error("redirect: the parameter {0} comes twice")]
    DuplicateParameter(&'static str),
    /// There is no `state`, so nothing shows that it answers this login.
    ///
    /// Some servers leave `state` out of an error. What the redirect claims is kept as
    /// `unauthenticated`: anybody may have written it. Show it, or give up, by your own choice.
    #[error("redirect: no state")]
    StateMissing {
        /// The error that the redirect claims.
        unauthenticated: Option<Box<OAuthError>>,
    },
    /// The `state` is not that of this login (RFC 6749 §10.12): an old one, another one, or an attack.
    #[error("redirect: the state of another login")]
    StateMismatch,

    /// A JWT-secured response (`response`), which the crate does not read.
    #[error("redirect: a JWT-secured response, which was not asked for")]
    JwtResponse,
    /// A token in the redirect (RFC 9700 §2.1.2), which the crate never asks for.
    #[error("redirect: a token in it, which was not asked for")]
    TokenInRedirect,
    /// The server must name itself in `iss` and does not (RFC 9207 §2.4).
    ///
    /// Some servers leave `iss` out of an error, though their metadata promises it. What the redirect claims is kept as
    /// `unauthenticated`: it carries this login's `state`, and nothing shows which server wrote it.
    #[error("redirect: no iss, which this server must send")]
    IssuerMissing {
        /// The error that the redirect claims.
        unauthenticated: Option<Box<OAuthError>>,
    },
    /// The answer comes from another server than the one that was asked (RFC 9207 §2.4): a mix-up attack,
    /// or a wrong issuer in the configuration.
    #[error("redirect: the iss of another server")]
    IssuerMismatch,
    /// `code` and `error` together.
    #[error("redirect: both a code and an error")]
    CodeAndError,
    /// Neither `code` nor `error`.
    #[error("redirect: neither a code nor an error")]
    NoCodeNoError,
    /// The code is empty, too long or has a character that RFC 6749 appendix A.11 does not allow.
    #[error("redirect: a code that is empty, too long or has a character that is not allowed")]
    MalformedCode,
    /// The error code is empty, too long or has a character that RFC 6749 appendix A.7 does not allow.
    #[error("redirect: an error code that is empty, too long or has a character that is not allowed")]
    MalformedError,
    /// The server or the user said no, and `state` (and `iss`) show that it was this server.
    #[error("the server refused the authorization: {0}")]
    Refused(Box<OAuthError>),
}

impl RedirectError {
    /// What the server said, if it was this server that said it. What a redirect without `state` claims is not that.
    pub fn oauth_error(&self) -> Option<&OAuthError> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }

    /// Who has to act.
    pub fn fault(&self) -> Fault {
        match self {
            Self::TooLong
            | Self::NotOurs
            | Self::Malformed
            | Self::DuplicateParameter(_)
            | Self::StateMissing { .. }
            | Self::StateMismatch => Fault::Stranger,
            Self::Refused(error) => error.code.fault(),
            _ => Fault::Server,
        }
    }

    /// Whether a new login may succeed without anything being changed.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Refused(error) if error.code.is_retryable())
    }
}

crate::names::names! {
    RedirectError: TooLong NotOurs Malformed DuplicateParameter StateMissing StateMismatch JwtResponse TokenInRedirect IssuerMissing IssuerMismatch CodeAndError NoCodeNoError MalformedCode MalformedError Refused;
}
