//! There is a token: use it, and renew it in place.

use alloc::string::String;
use core::time::Duration;

use thiserror::Error;

use crate::config::client::Client;
use crate::config::error::ConfigError;
use crate::config::scope::Scope;
use crate::encoding::grammar::is_header_token;
use crate::encoding::time::UnixTime;
use crate::flow::grant::Grant;
use crate::flow::stored_tokens::{self, Binding};
use crate::flow::suspended::{ResumeError, StateKind, Suspended};
use crate::flow::{Rejected, Tokens};
use crate::response::token_response::TokenType;
use crate::secret::Secret;
use crate::shared::Shared;

/// A login that has its tokens: what your program keeps, in a field, behind a mutex, for months.
///
/// [`bearer`](Self::bearer) is the header for the API. When [`needs_renewal`](Self::needs_renewal) says so,
/// [`renewal`](Self::renewal) returns the [`Refresh`](crate::Refresh) to send, and its response renews this value in
/// place. Nothing consumes it, so neither a failure nor a dropped future loses a token that still works.
///
/// ```
/// # use authcode::{Authorized, HttpRequest, HttpResponse, Renewal, Secret, UnixTime};
/// # use core::time::Duration;
/// # fn example(
/// #     login: &mut Authorized,
/// #     saved: &mut u32,
/// #     send: fn(HttpRequest) -> HttpResponse,
/// #     save: fn(Secret),
/// #     now: UnixTime,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// if login.needs_renewal(now, Duration::from_secs(30)) {
///     match login.renewal() {
///         Renewal::Refresh(refresh) => {
///             let response = send(refresh.request());
///             let refreshed = refresh.receive_response(login, response, now);
///             if login.revision() != *saved {
///                 save(login.suspend().to_json()); // a refusal can change it, too
///                 *saved = login.revision();
///             }
///             refreshed?;
///         }
///         Renewal::Reauthorize(_) => return Err("please log in again".into()),
///     }
/// }
/// let header = login.bearer()?;
/// # Ok(()) }
/// ```
///
/// # Several at once
///
/// Let one task refresh at a time: see [the guide](crate::guide). If two refreshes are under way all the same, the
/// newer token is kept, in any order of the responses: see [`Refresh`](crate::Refresh).
///
/// # Storing it
///
/// Store [`suspend`](Self::suspend) in a place that is as safe as a password's, each time that
/// [`revision`](Self::revision) has changed, in place of the earlier form.
///
/// Specified in RFC 6749 §5.1 and §6.
#[derive(Debug)]
#[must_use = "dropping it throws the tokens away"]
pub struct Authorized {
    pub(crate) grant: Grant,
}

impl Authorized {
    /// The tokens, and what the server said with them.
    pub fn tokens(&self) -> &Tokens {
        &self.grant.tokens
    }

    /// The scope that was asked for. `requested_scope().difference(granted)` is what was not granted,
    /// `granted.difference(requested_scope())` what was granted in addition. Neither is an error (RFC 6749 §3.3).
    pub fn requested_scope(&self) -> &Scope {
        &self.grant.login.scope
    }

    /// The client that has logged in, and by it the server.
    pub fn client(&self) -> &Client {
        &self.grant.login.client
    }

    /// The value of the `Authorization` header for the API (RFC 6750 §2.1): `Bearer` and the access token. It is visible
    /// ASCII with one space. A character that RFC 6750 does not list, such as the `!` of Salesforce, is no error.
    ///
    /// ```
    /// # fn example(login: &authcode::Authorized) -> Result<(), Box<dyn std::error::Error>> {
    /// let header = login.bearer()?;
    /// # struct Request; impl Request { fn header(&self, _: &str, _: &str) {} } let request = Request;
    /// request.header("Authorization", header.expose());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`BearerError`] if the token is of another type, or does not fit into a header.
    pub fn bearer(&self) -> Result<Secret, BearerError> {
        const SCHEME: &str = "Bearer ";
        let token = self.tokens().access_token().expose();
        if *self.tokens().token_type() != TokenType::Bearer {
            return Err(BearerError::TokenType);
        }
        if !is_header_token(token) {
            return Err(BearerError::Character);
        }
        let mut header = String::with_capacity(SCHEME.len() + token.len());
        header.push_str(SCHEME);
        header.push_str(token);
        Ok(header.into())
    }

    /// Whether to renew the access token before it is used: no [time is left](Tokens::time_left).
    ///
    /// ```
    /// # use authcode::{Authorized, UnixTime};
    /// # use core::time::Duration;
    /// # fn example(login: &Authorized, now: UnixTime) -> bool {
    /// login.needs_renewal(now, Duration::from_secs(30))
    /// # }
    /// ```
    pub fn needs_renewal(&self, now: UnixTime, leeway: Duration) -> bool {
        self.tokens().time_left(now, leeway) == Some(Duration::ZERO)
    }

    /// How many times a response or a new client has changed what is stored. If it is not the number at which you stored
    /// this value, store it again.
    ///
    /// ```
    /// # fn example(login: &authcode::Authorized, saved: &mut u32, save: fn(authcode::Secret)) {
    /// if *saved != login.revision() {
    ///     save(login.suspend().to_json());
    ///     *saved = login.revision();
    /// }
    /// # }
    /// ```
    pub fn revision(&self) -> u32 {
        self.grant.revision
    }

    /// Replaces the client by one with other credentials, after [`NextStep::Fix`](crate::NextStep::Fix).
    ///
    /// # Errors
    /// [`ConfigError::OtherClient`] if the tokens of this login may not be used with it, by the rules of
    /// [`resume`](Self::resume). Nothing is changed then.
    pub fn replace_client(&mut self, client: &Client) -> Result<(), ConfigError> {
        let token_endpoint = Binding::of(&self.grant).endpoint_at(client).ok_or(ConfigError::OtherClient)?;
        Shared::make_mut(&mut self.grant.login).client = client.clone();
        self.grant.token_endpoint = token_endpoint;
        // The stored form names the server.
        self.grant.revision = self.grant.revision.wrapping_add(1);
        Ok(())
    }

    /// The stored form. It replaces every earlier one of the same login: a refresh token that is used twice can end the
    /// login.
    ///
    /// It has each token once, the options of the login, and the other members of the server's response. If those are
    /// large (an ID token) and you do not need them later, [`suspend_without_members`](Self::suspend_without_members).
    pub fn suspend(&self) -> Suspended {
        stored_tokens::write(&self.grant, true)
    }

    /// As [`suspend`](Self::suspend), without the other members of the server's response: the smallest form, for a
    /// credential store with a limit.
    pub fn suspend_without_members(&self) -> Suspended {
        stored_tokens::write(&self.grant, false)
    }

    /// Restores stored tokens.
    ///
    /// They belong to the client identifier, the issuer, and the URL to which the refresh token goes, because whoever
    /// gets a refresh token can use it. So `client` must have the same identifier, and either
    ///
    /// - both issuers came from [`Discovery`](crate::Discovery) and are equal, or
    /// - the issuers do not differ as far as they are known, and that URL is one of the configured endpoints, or one that
    ///   [`Server::with_former_token_endpoint`](crate::Server::with_former_token_endpoint) names. Scheme, host, port, path
    ///   and query must be equal; the default port need not be written.
    ///
    /// Credentials, redirect URI, authorization endpoint and dialect may have changed. Tokens never move from https to
    /// http.
    ///
    /// ```
    /// # use authcode::{Authorized, Client, Suspended};
    /// # fn example(text: &str, client: &Client) -> Result<Authorized, Box<dyn std::error::Error>> {
    /// let stored = Suspended::from_json(text)?;
    /// Ok(Authorized::resume(stored, client).map_err(|rejected| rejected.into_error())?)
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ResumeError`]. The stored form is returned by [`Rejected::recover`], unless it is damaged.
    pub fn resume(stored: Suspended, client: &Client) -> Result<Self, Rejected<Suspended, ResumeError>> {
        let grant = stored.resume_as(StateKind::Authorized, client, stored_tokens::read)?;
        Ok(Self { grant })
    }

    /// Restores tokens that another client identifier or another server got, when you know that both are the same party:
    /// the service has moved, or you have registered anew. Name the URL to which their refresh token went until now; it
    /// must be the one in the stored form. From now on it goes to `client`'s server.
    ///
    /// **Danger**: if that server is somebody else's, it gets a refresh token that works at the former one.
    ///
    /// ```
    /// # use authcode::{Authorized, Client, ResumeError, Suspended};
    /// # fn example(stored: Suspended, client: &Client) -> Result<Authorized, ResumeError> {
    /// Authorized::danger_resume_moved(stored, client, "https://old.example/oauth/token")
    ///     .map_err(|rejected| rejected.into_error())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ResumeError`]: [`OtherClient`](ResumeError::OtherClient) if the stored form names another URL, or if the tokens
    /// would move from https to http. The stored form is returned by [`Rejected::recover`], unless it is damaged.
    pub fn danger_resume_moved(
        stored: Suspended,
        client: &Client,
        former_token_endpoint: &str,
    ) -> Result<Self, Rejected<Suspended, ResumeError>> {
        let grant = stored.resume_as(StateKind::Authorized, client, |form, client| {
            stored_tokens::read_moved(form, client, former_token_endpoint)
        })?;
        Ok(Self { grant })
    }
}

/// Why there is no `Authorization: Bearer` header for a token.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum BearerError {
    /// The token has a space, a comma, a quotation mark or a backslash, which would end it in the header. The server is
    /// broken, or its API takes the token elsewhere: read [`Tokens::access_token`].
    #[error("the access token has a character that a bearer header does not allow")]
    Character,
    /// The token is of another type, or the server did not say of which. A token of a type that is not understood must
    /// not be used (RFC 6749 §7.1). If the server means `Bearer`, say so in its [`Dialect`](crate::Dialect).
    #[error("the access token is not of the type Bearer")]
    TokenType,
}

crate::names::names! {
    BearerError: Character TokenType;
}
