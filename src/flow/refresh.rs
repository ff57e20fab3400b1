//! A refresh: one request and its response, which renews a login in place.

use alloc::boxed::Box;
use alloc::string::String;

use crate::config::parameters::{ParameterError, Params, check_value};
use crate::config::scope::{Scope, ScopeError};
use crate::config::server::Server;
use crate::config::uri::Uri;
use crate::encoding::form::Pair;
use crate::encoding::time::UnixTime;
use crate::flow::exchange::{Exchange, Resend};
use crate::flow::grant::Sent;
use crate::flow::login::{Login, add_resource};
use crate::flow::{Authorized, Refreshed, Rejected, TokenError, Unstarted};
use crate::http::{HttpRequest, HttpResponse};
use crate::response::next_step::{NextStep, Sealed};
use crate::response::token_response::{self, GrantedScope, RefusedResponse, TokenErrorKind};
use crate::secret::Secret;
use crate::shared::Shared;

/// What comes after a token: the choice of RFC 6749 §1.5.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "RFC 6749 gives no third way")]
#[must_use = "send the refresh, or start the login"]
pub enum Renewal {
    /// There is a refresh token. Use it; the user need not be there.
    Refresh(Refresh),
    /// There is no refresh token, so the user must log in again. The template asks for the same as the login did. A loopback port
    /// belonged to one listener: set it again by [`Unstarted::loopback_port`].
    Reauthorize(Unstarted),
}

impl Authorized {
    /// How to renew the token: by a refresh, if there is a refresh token, or by another login. Nothing is sent or changed
    /// yet. For a retry, call this again: it never sends a refresh token that has been replaced.
    pub fn renewal(&self) -> Renewal {
        self.renewal_of(RefreshOptions::default())
    }

    /// As [`renewal`](Self::renewal), with options for a refresh.
    ///
    /// ```
    /// # use authcode::{Authorized, ParameterError, RefreshOptions, Renewal};
    /// # fn example(login: &Authorized) -> Result<Renewal, ParameterError> {
    /// login.renewal_with(RefreshOptions::default().narrow_scope("openid")?)
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ScopeError::Wider`](crate::ScopeError::Wider) if a scope was not granted at first or, where the server did not
    /// say what it granted, not asked for; [`ParameterError::Reserved`] if a parameter has a name that this server's
    /// [`Dialect`](crate::Dialect) sends.
    pub fn renewal_with(&self, options: &RefreshOptions) -> Result<Renewal, ParameterError> {
        let granted = match self.grant.first_scope() {
            GrantedScope::Stated(granted) => granted,
            _ => self.requested_scope(),
        };
        options.check(granted, self.client().server())?;
        Ok(self.renewal_of(options.clone()))
    }

    fn renewal_of(&self, options: RefreshOptions) -> Renewal {
        let grant = &self.grant;
        let Some(held) = grant.tokens.refresh_token() else { return Renewal::Reauthorize(self.reauthorize()) };
        Renewal::Refresh(Refresh(Box::new(Inner {
            login: grant.login.clone(),
            token_endpoint: grant.token_endpoint.clone(),
            port: grant.port,
            sent: held.duplicate(),
            options,
        })))
    }
}

/// One refresh of a login: a request, good for one response. [`Authorized::renewal`] returns it.
///
/// Send [`request`](Self::request), and pass the response to [`receive_response`](Self::receive_response) with the login
/// that it came from. The login is not borrowed meanwhile: it may stay in a field or behind a mutex while the request is
/// under way. A driver that is written for [`Exchange`] takes [`on`](Self::on).
///
/// For another try, ask [`Authorized::renewal`] again, which never returns a refresh token that has been replaced.
///
/// ```
/// # use authcode::{Authorized, HttpRequest, HttpResponse, Renewal, TokenError, UnixTime};
/// # fn example(login: &mut Authorized, send: fn(HttpRequest) -> HttpResponse, now: UnixTime) -> Result<(), TokenError> {
/// if let Renewal::Refresh(refresh) = login.renewal() {
///     let response = send(refresh.request());
///     let refreshed = refresh.receive_response(login, response, now)?;
///     println!("new refresh token: {}", refreshed.rotated);
/// }
/// # Ok(()) }
/// ```
///
/// # Two refreshes of one login
///
/// A response is paired with the refresh token that was sent:
///
/// | the refresh token that was sent | a success | a refusal |
/// |---|---|---|
/// | is the one that the login holds | is adopted | may mark it as dead |
/// | was replaced by the one that the login holds | is kept in memory as a spare, and tried once if the server refuses the held one | changes nothing |
/// | is older, or another login's | [`TokenErrorKind::Stale`](crate::TokenErrorKind::Stale) | the same |
///
/// So a late response never overwrites a newer token, and never deletes it.
///
/// Specified in RFC 6749 §6.
#[derive(Debug)]
#[must_use = "a refresh does nothing until its request is sent"]
pub struct Refresh(Box<Inner>);

#[derive(Debug)]
struct Inner {
    login: Shared<Login>,
    token_endpoint: Option<Box<Uri>>,
    port: Option<u16>,
    sent: Secret,
    options: RefreshOptions,
}

/// The options of one refresh, for [`Authorized::renewal_with`].
///
/// ```
/// # use authcode::{ParameterError, RefreshOptions};
/// let mut options = RefreshOptions::default();
/// options.narrow_scope("openid")?.param("tenant", "acme")?;
/// # Ok::<(), ParameterError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct RefreshOptions {
    scope: Scope,
    audience: Option<Box<str>>,
    resources: String,
    params: Params,
}

impl RefreshOptions {
    /// Asks for less than the user granted (RFC 6749 §6): scopes separated by spaces. Without it the refresh is for all of
    /// that, also if an earlier refresh was narrowed to less. A second call adds to them.
    ///
    /// # Errors
    /// [`ParameterError::Scope`] if a character is not allowed in a scope, or the list is too long. That it is not more
    /// than was granted is checked by [`Authorized::renewal_with`].
    pub fn narrow_scope(&mut self, scopes: &str) -> Result<&mut Self, ParameterError> {
        self.scope.add(scopes)?;
        Ok(self)
    }

    /// Sends this resource (RFC 8707 §2.2) in place of those of the login. A second call adds another one.
    ///
    /// # Errors
    /// As [`Unstarted::resource`](crate::Unstarted::resource).
    pub fn resource(&mut self, uri: &str) -> Result<&mut Self, ParameterError> {
        add_resource(&mut self.resources, uri)?;
        Ok(self)
    }

    /// Sends `audience`, for a server that wants it with a refresh, too.
    ///
    /// # Errors
    /// As [`Unstarted::audience`](crate::Unstarted::audience).
    pub fn audience(&mut self, audience: &str) -> Result<&mut Self, ParameterError> {
        check_value("audience", audience)?;
        self.audience = Some(audience.into());
        Ok(self)
    }

    /// Adds a parameter to the request.
    ///
    /// # Errors
    /// As [`Unstarted::token_param`](crate::Unstarted::token_param).
    pub fn param(&mut self, name: &str, value: &str) -> Result<&mut Self, ParameterError> {
        self.params.add(name, value)?;
        Ok(self)
    }

    pub(crate) fn check(&self, granted: &Scope, server: &Server) -> Result<(), ParameterError> {
        if !self.scope.is_subset(granted) {
            return Err(ScopeError::Wider.into());
        }
        self.params.iter().try_for_each(|(name, _)| server.check_token_param(name))
    }
}

impl Refresh {
    /// The request for a new token (RFC 6749 §6). It is the same at each call.
    ///
    /// If no response came, see [`Resend::Once`].
    ///
    /// Parameters: `grant_type`, `client_id` (unless it is in a header), `refresh_token`, `scope` (if it is narrowed),
    /// `audience` (if it is an option of this refresh), `client_secret` (if it is sent in the body), then those of the
    /// dialect, `resource`, and those of this refresh.
    pub fn request(&self) -> HttpRequest {
        let Inner { login, token_endpoint, port, sent, options } = &*self.0;
        let (client_id, client_secret) = login.client.credentials_in_body();
        let dialect = login.dialect();
        let scope = options.scope.separated(dialect.scope_separator());
        let redirect_uri = dialect.redirect_uri_in_refresh().then(|| {
            // The redirect URI may have changed since the login.
            let on_port = port.and_then(|port| login.redirect_uri_on(port).ok());
            on_port.map_or_else(|| login.client.redirect_uri().clone(), |uri| *uri)
        });
        let protocol = [
            Some(Pair::plain("grant_type", "refresh_token")),
            client_id,
            Some(Pair::new("refresh_token", sent.expose())),
            (!scope.is_empty()).then(|| Pair::new("scope", &scope)),
            options.audience.as_deref().map(|audience| Pair::new("audience", audience)),
            redirect_uri.as_ref().map(|uri| Pair::new("redirect_uri", uri.as_str())),
            client_secret,
        ];
        let endpoint = token_endpoint.as_deref().unwrap_or_else(|| login.client.server().refresh_endpoint());
        let resources = if options.resources.is_empty() { &login.resources } else { &options.resources };
        login.client.token_request(endpoint, &protocol, resources, &options.params)
    }

    /// Takes the response to the [`request`](Self::request), with any status, and renews `authorized` in place.
    /// `now` is the time at which it was received.
    ///
    /// If the response has no new refresh token, the old one is kept (RFC 6749 §6).
    ///
    /// # Errors
    /// [`TokenError`], whose [`next_step`](TokenError::next_step) says what to do now. `authorized` keeps every token that
    /// may still work: it loses a refresh token that the server calls dead, if it still is the one that was sent, and
    /// gains one that came with an unusable access token.
    ///
    /// | the response | next step |
    /// |---|---|
    /// | `invalid_grant`, or the server's own word for it ([`Dialect`](crate::Dialect)) | [`StartOver`](NextStep::StartOver): the refresh token is dead, the user logs in again. The access token works until it expires. |
    /// | the same, and a late response had left a spare refresh token | [`Retry`](NextStep::Retry) at once, with the spare |
    /// | 408, 425, 429, 5xx, `temporarily_unavailable`, `server_error`; a refresh token without a usable access token | [`Retry`](NextStep::Retry), later [`Wait`](NextStep::Wait) |
    /// | `invalid_client`, `unauthorized_client`, a redirect | [`Fix`](NextStep::Fix) |
    /// | `interaction_required`, `login_required`, `consent_required`, `account_selection_required` | [`StartOver`](NextStep::StartOver): the user logs in again. No token is lost. |
    /// | any other OAuth error or 4xx; 2xx that is not JSON, too long or without a usable token | [`Wait`](NextStep::Wait); from the fifth since the last success, [`StartOver`](NextStep::StartOver) |
    /// | belongs to a refresh token that the login no longer holds | [`Wait`](NextStep::Wait) |
    pub fn receive_response(
        self,
        authorized: &mut Authorized,
        response: HttpResponse,
        now: UnixTime,
    ) -> Result<Refreshed, TokenError> {
        let grant = &mut authorized.grant;
        let sent = grant.standing_of(&self.0.sent);
        if matches!(sent, Sent::Unknown) {
            let stale = Box::new(RefusedResponse::new(TokenErrorKind::Stale, response.status, None));
            return Err(TokenError::new(stale, grant.unless_over(NextStep::Wait)));
        }
        match (token_response::read(response, grant.login.dialect(), now), sent) {
            (Ok(response), Sent::Held) => Ok(grant.adopt(response, self.0.options.scope, now)),
            (Ok(response), _) => Ok(grant.keep_spare(response)),
            (Err(refused), Sent::Held) => Err(grant.refuse(refused)),
            (Err(refused), _) => Err(TokenError::new(refused.response, grant.unless_over(NextStep::Wait))),
        }
    }

    /// The same as an [`Exchange`], for a driver that tries again by itself. It borrows the login for as long.
    ///
    /// ```
    /// # use authcode::{Authorized, Exchange, Renewal};
    /// # fn run<X: Exchange>(_: &mut Option<X>) -> Option<X::Next> { None }
    /// # fn example(login: &mut Authorized) {
    /// if let Renewal::Refresh(refresh) = login.renewal() {
    ///     let refreshed = run(&mut Some(refresh.on(login)));
    /// }
    /// # }
    /// ```
    pub fn on(self, authorized: &mut Authorized) -> Refreshing<'_> {
        Refreshing { refresh: self, authorized }
    }
}

/// A [`Refresh`] and the login that it renews, as an [`Exchange`]. [`Refresh::on`] returns it.
///
/// After a refusal it is ready for the next try, with the refresh token that the login holds then.
#[derive(Debug)]
#[must_use = "a refresh does nothing until its request is sent"]
pub struct Refreshing<'a> {
    refresh: Refresh,
    authorized: &'a mut Authorized,
}

impl<'a> Refreshing<'a> {
    /// The request for a new token: see [`Refresh::request`].
    pub fn request(&self) -> HttpRequest {
        self.refresh.request()
    }

    /// Takes the response, and renews the login in place: see [`Refresh::receive_response`].
    ///
    /// # Errors
    /// [`TokenError`], with this value for the next try, unless the user has to log in again.
    pub fn receive_response(
        self,
        response: HttpResponse,
        now: UnixTime,
    ) -> Result<Refreshed, Rejected<Self, TokenError>> {
        let Self { refresh, authorized } = self;
        let options = refresh.0.options.clone();
        let error = match refresh.receive_response(authorized, response, now) {
            Ok(refreshed) => return Ok(refreshed),
            Err(error) => error,
        };
        match authorized.renewal_of(options) {
            Renewal::Refresh(refresh) if error.next_step() != NextStep::StartOver => {
                Err(Rejected::alive(Self { refresh, authorized }, error))
            }
            _ => Err(Rejected::ended(error)),
        }
    }
}

impl Sealed for Refreshing<'_> {}

impl Exchange for Refreshing<'_> {
    type Next = Refreshed;
    type Error = TokenError;
    const RESEND: Resend = Resend::Once;

    fn request(&self) -> HttpRequest {
        self.request()
    }

    fn receive_response(self, response: HttpResponse, now: UnixTime) -> Result<Refreshed, Rejected<Self, TokenError>> {
        self.receive_response(response, now)
    }
}
