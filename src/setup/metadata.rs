//! The metadata of an authorization server (RFC 8414 §2).

use alloc::boxed::Box;
use core::fmt;

use crate::config::server::Server;
use crate::encoding::json::{self, Raw};
use crate::encoding::text::Text;
use crate::encoding::time::UnixTime;
use crate::setup::discovery_error::DiscoveryErrorKind;

/// The validated metadata of a server.
#[derive(Clone)]
#[must_use = "it holds the server"]
pub struct Metadata {
    pub(super) server: Server,
    pub(super) document: Box<str>,
    pub(super) received_at: UnixTime,
    pub(super) can_be_kept: bool,
}

impl Metadata {
    /// The server, to make a [`Client`](crate::Client) of. A [`Dialect`](crate::Dialect) can still be added to it.
    pub const fn server(&self) -> &Server {
        &self.server
    }

    /// The server, to make a [`Client`](crate::Client) of.
    pub fn into_server(self) -> Server {
        self.server
    }

    /// The time at which the document came. Discover a server again after a day or so: endpoints move, and metadata that is
    /// never read again cannot tell.
    pub const fn received_at(&self) -> UnixTime {
        self.received_at
    }

    /// The JSON text of a member, such as `scopes_supported`, `userinfo_endpoint` or
    /// `token_endpoint_auth_methods_supported` (which means `["client_secret_basic"]` if it is absent, RFC 8414 §2). `None`
    /// if it is absent or occurs twice.
    ///
    /// It is not validated. Treat a URL in it as untrusted input.
    ///
    /// ```
    /// # fn example(metadata: &authcode::Metadata) {
    /// assert_eq!(metadata.member_text("scopes_supported"), Some(r#"["openid"]"#));
    /// # }
    /// ```
    pub fn member_text(&self, name: &str) -> Option<&str> {
        let mut found = None;
        for member in json::members(self.document.as_bytes())? {
            let (known, value) = member.ok()?;
            if json::string(known).is_some_and(|known| *known == *name) && found.replace(value).is_some() {
                return None;
            }
        }
        found.and_then(Raw::text)
    }

    /// A member, deserialized: see [`member_text`](Self::member_text). `None` if it is absent, occurs twice or has another
    /// type.
    #[cfg(feature = "serde_json")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serde_json")))]
    pub fn member<T: serde::de::DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.member_text(name)?).ok()
    }

    /// The document as it came, to keep. Read it again by [`Discovery::read_kept`](crate::Discovery::read_kept), with the
    /// [time](Self::received_at) at which it came.
    ///
    /// `None` if the document must not be kept, because an earlier place could not answer: the server may have a better
    /// document there, which requires `iss` for example; or because
    /// [nothing confirms its issuer](crate::Discovery::danger_accept_unconfirmed_issuer), and it would be read again as the
    /// issuer's own. Use the server, and discover it again next time.
    pub fn to_json(&self) -> Option<&str> {
        self.can_be_kept.then_some(&*self.document)
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metadata")
            .field("server", &self.server)
            .field("received_at", &self.received_at)
            .finish_non_exhaustive()
    }
}

/// The members of the metadata that are read here (RFC 8414 §2). `null` is the same as absent.
pub(super) struct Document<'a> {
    /// The whole document.
    pub(super) text: &'a str,
    pub(super) issuer: Text<'a>,
    pub(super) authorization_endpoint: Text<'a>,
    pub(super) token_endpoint: Text<'a>,
    pub(super) lacks_code_flow: bool,
    pub(super) offers_s256: Option<bool>,
    pub(super) sends_iss: bool,
    pub(super) requires_pushed_requests: bool,
    /// The endpoints that a login can do without. One that is not text is the same as none.
    pub(super) pushed_request_endpoint: Option<Text<'a>>,
    pub(super) revocation_endpoint: Option<Text<'a>>,
    pub(super) end_session_endpoint: Option<Text<'a>>,
}

/// The names of those members, in the order of [`Document::read`].
const MEMBERS: [&str; 11] = [
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "response_types_supported",
    "grant_types_supported",
    "code_challenge_methods_supported",
    "authorization_response_iss_parameter_supported",
    "require_pushed_authorization_requests",
    "pushed_authorization_request_endpoint",
    "revocation_endpoint",
    "end_session_endpoint",
];

/// Those of them that a login can do without, so that one which is there twice is the same as none.
const OPTIONAL: [&str; 3] = ["pushed_authorization_request_endpoint", "revocation_endpoint", "end_session_endpoint"];

impl<'a> Document<'a> {
    pub(super) fn read(document: &'a [u8]) -> Result<Self, DiscoveryErrorKind> {
        let mut found = [None::<Raw<'a>>; MEMBERS.len()];
        let mut is_twice = false;
        for member in json::members(document).ok_or(DiscoveryErrorKind::NotMetadata)? {
            let (name, value) = member.map_err(|_| DiscoveryErrorKind::NotMetadata)?;
            let Some(name) = json::string(name) else { continue };
            for (known, place) in MEMBERS.iter().zip(&mut found) {
                if *name != **known || place.replace(value).is_none() {
                    continue;
                }
                if OPTIONAL.contains(known) {
                    *place = Some(Raw::NULL);
                } else {
                    is_twice = true;
                }
            }
        }
        let found = found.map(|value| value.filter(|value| value.get() != b"null"));
        let [
            issuer,
            authorization_endpoint,
            token_endpoint,
            response_types,
            grant_types,
            challenges,
            iss,
            par,
            rest @ ..,
        ] = found;
        let [pushed_request_endpoint, revocation_endpoint, end_session_endpoint] =
            rest.map(|raw| raw.and_then(json::string));
        let issuer = issuer.ok_or(DiscoveryErrorKind::NotMetadata)?;
        // RFC 8259 §8.1. Only now: a document that names an issuer must not lead to another one elsewhere.
        let whole = core::str::from_utf8(document).map_err(|_| DiscoveryErrorKind::Malformed)?;
        if is_twice {
            return Err(DiscoveryErrorKind::Malformed);
        }
        let text = |raw: Option<Raw<'a>>| raw.and_then(json::string).ok_or(DiscoveryErrorKind::Malformed);
        let lists = |raw: Option<Raw<'_>>, word| raw.map(|raw| list_has(raw, word)).transpose();
        Ok(Self {
            text: whole,
            issuer: text(Some(issuer))?,
            authorization_endpoint: text(authorization_endpoint)?,
            token_endpoint: text(token_endpoint)?,
            lacks_code_flow: lists(response_types, "code")? == Some(false)
                || lists(grant_types, "authorization_code")? == Some(false),
            offers_s256: lists(challenges, "S256")?,
            sends_iss: is_true(iss)?,
            requires_pushed_requests: is_true(par)?,
            pushed_request_endpoint,
            revocation_endpoint,
            end_session_endpoint,
        })
    }
}

/// A boolean, which is false if it is absent.
fn is_true(raw: Option<Raw<'_>>) -> Result<bool, DiscoveryErrorKind> {
    match raw.map(Raw::get) {
        Some(b"true") => Ok(true),
        Some(b"false") | None => Ok(false),
        Some(_) => Err(DiscoveryErrorKind::Malformed),
    }
}

/// Whether a word is in a list of texts.
fn list_has(raw: Raw<'_>, word: &str) -> Result<bool, DiscoveryErrorKind> {
    let mut has = false;
    for item in json::items(raw.get()).ok_or(DiscoveryErrorKind::Malformed)? {
        let text = item.ok().and_then(json::string).ok_or(DiscoveryErrorKind::Malformed)?;
        has |= *text == *word;
    }
    Ok(has)
}
