//! The user is in the browser: which redirect answers this login.

use alloc::boxed::Box;
use alloc::string::String;

use crate::config::client::Client;
use crate::config::uri::Uri;
use crate::encoding::time::UnixTime;
use crate::flow::login::Attempt;
use crate::flow::suspended::{Form, ResumeError, StateKind, Suspended};
use crate::flow::{CodeReceived, Rejected};
use crate::response::authorization_response::{AuthorizationResponse, Redirect, RedirectError};
use crate::response::pushed_response::is_request_uri;

/// A login whose user is in the browser, waiting for the authorization response.
///
/// Open [`authorization_url`](Self::authorization_url) in the user's browser, then pass each request that reaches your
/// redirect URI to [`receive_redirect`](Self::receive_redirect). The login continues as [`CodeReceived`].
///
/// ```
/// # use authcode::{Client, CodeReceived};
/// # fn example(client: Client, open_browser: fn(&str), next_request: fn() -> Result<String, std::io::Error>)
/// # -> Result<CodeReceived, Box<dyn std::error::Error>> {
/// let mut pending = client.login().scope("openid profile")?.start(getrandom::SysRng)?;
/// open_browser(&pending.authorization_url());
/// let code = loop {
///     pending = match pending.receive_redirect(&next_request()?) {
///         Ok(code) => break code,
///         Err(rejected) => rejected.recover()?,
///     };
/// };
/// # Ok(code) }
/// ```
///
/// # What can go wrong
///
/// Anyone can send a request to a redirect URI, so a redirect is ignored until its `state` matches: it is rejected, and
/// [`recover`](Rejected::recover) returns this value unchanged. Once `state` matches, the response answers this login,
/// and an error in it ends the login. See [the table](crate::flow#refusals).
///
/// | the redirect | you get back | do |
/// |---|---|---|
/// | has no `state`, or another one | this value | keep waiting |
/// | says that the user declined | [`RedirectError::Refused`] | tell the user; offer to try again |
/// | names another server in `iss` | [`RedirectError::IssuerMismatch`] | stop: this may be an attack |
///
/// Set a timeout for the wait: the user may close the browser, and some servers leave `state` out of an error.
///
/// # Storing it
///
/// If your process may not live until the redirect (a phone, a web server with several replicas), store
/// [`suspend`](Self::suspend) under the user's session and restore it with [`resume`](Self::resume). The stored form
/// contains the PKCE verifier: keep it on the server or in the platform's secure storage, never in a cookie or a URL, and
/// take it out of the store exactly once.
///
/// Specified in RFC 6749 §4.1.1 and §4.1.2, RFC 7636 §4.3 and RFC 9207.
#[derive(Debug)]
#[must_use = "without it the redirect cannot be matched, and the login is lost"]
pub struct AwaitingRedirect {
    pub(crate) attempt: Box<Attempt>,
}

impl AwaitingRedirect {
    /// The URL to open in the user's own browser, never in an embedded one (RFC 8252 §8.12).
    ///
    /// It is the same at each call. It contains `state`, so keep it out of logs.
    ///
    /// Its parameters, after those of the endpoint's own query: `response_type`, `audience`, `client_id`,
    /// `code_challenge_method`, `code_challenge`, `redirect_uri`, `scope`, `state` (RFC 6749 §4.1.1, RFC 7636 §4.3),
    /// under the names of the server's [`Dialect`](crate::Dialect); then those of the dialect, `resource` (RFC 8707) and
    /// those of the login. What is not set is left out. If the login was [pushed](crate::Pushing), they are `client_id` and
    /// `request_uri` alone (RFC 9126 §4), unless the server
    /// [wants more](crate::Server::repeat_scope_beside_request_uri); open such a URL once.
    ///
    /// ```
    /// # fn example(pending: authcode::AwaitingRedirect) {
    /// let url = pending.authorization_url();
    /// // One argument, without a shell.
    /// std::process::Command::new("xdg-open").arg(&url).spawn();
    /// # }
    /// ```
    pub fn authorization_url(&self) -> String {
        match &self.attempt.pushed {
            None => self.attempt.authorization_url(),
            Some(pushed) => pushed.url.expose().into(),
        }
    }

    /// When the server forgets the request that was [pushed](crate::Pushing), if the login was pushed and the server said so
    /// in a form that can be read. From then on [`authorization_url`](Self::authorization_url) leads to an error page: start
    /// over from [`unstarted`](Self::unstarted) rather than open it.
    ///
    /// Many servers keep it for a minute, and some count the time that the user takes to log in.
    ///
    /// ```
    /// # use authcode::{AwaitingRedirect, UnixTime};
    /// # fn example(pending: &AwaitingRedirect, now: UnixTime) -> bool {
    /// let is_dead = pending.authorization_url_expires_at().is_some_and(|end| end <= now);
    /// # is_dead }
    /// ```
    pub fn authorization_url_expires_at(&self) -> Option<UnixTime> {
        self.attempt.pushed.as_ref()?.expires_at
    }

    /// The redirect URI of this login, with its port: where to listen for the redirect.
    pub fn redirect_uri(&self) -> &Uri {
        self.attempt.redirect_uri()
    }

    /// The `state` of this login: 43 characters of base64url. A program that waits for several logins stores each under
    /// its `state`, and finds it again by [`Redirect::claimed_state`].
    pub fn state(&self) -> &str {
        self.attempt.secrets.state.as_str()
    }

    /// The client that logs in, and by it the server.
    pub fn client(&self) -> &Client {
        &self.attempt.login.client
    }

    /// Takes a request that reached the redirect URI: a whole URL, or another form of [`Redirect`].
    ///
    /// ```
    /// # use authcode::{AwaitingRedirect, CodeReceived, NextStep, Redirect, RedirectError};
    /// # fn example(pending: AwaitingRedirect, target: &str) -> Result<CodeReceived, Option<AwaitingRedirect>> {
    /// match pending.receive_redirect(Redirect::target(target)) {
    ///     Ok(code) => Ok(code),
    ///     Err(rejected) if rejected.next_step() == NextStep::Wait => {
    ///         Err(rejected.recover().ok())
    ///     }
    ///     Err(rejected) => {
    ///         eprintln!("the login has ended: {}", rejected.into_error());
    ///         Err(None)
    ///     }
    /// }
    /// # }
    /// ```
    ///
    /// Checks, in this order, each of which rejects the redirect: its size; that it came to our redirect URI; that it can
    /// be parsed; that no recognized parameter repeats; `state`, in constant time. From there on it answers this login:
    /// it must not be a JWT response or contain tokens; `iss` must match; it must have exactly one of `code` and `error`,
    /// in the grammar of RFC 6749 appendix A.
    ///
    /// Answer the browser with a page that loads nothing from elsewhere, or redirect it to one, so that the code is not
    /// sent on in a `Referer` header (RFC 9700 §4.2.4).
    ///
    /// # Errors
    /// [`RedirectError`]. [`NextStep::Wait`](crate::NextStep::Wait): keep waiting with the state that
    /// [`Rejected::recover`] returns. [`NextStep::StartOver`](crate::NextStep::StartOver): the login has ended.
    pub fn receive_redirect<'a>(
        self,
        redirect: impl Into<Redirect<'a>>,
    ) -> Result<CodeReceived, Rejected<Self, RedirectError>> {
        let Attempt { login, secrets, requires_iss, .. } = &*self.attempt;
        let parsed = AuthorizationResponse::parse(redirect.into(), self.redirect_uri(), login.dialect());
        // Until `state` has matched, nothing in it counts.
        let response = match parsed.and_then(|response| response.check_state(&secrets.state).map(|()| response)) {
            Ok(response) => response,
            Err(error) => return Err(Rejected::alive(self, error)),
        };
        match response.code(login.client.server().issuer(), *requires_iss) {
            Ok(code) => Ok(CodeReceived {
                code,
                redirect_params: response.other_params(login.dialect()),
                attempt: self.attempt,
            }),
            // The login must start over (OAuth 2.1 §7.5.1.1).
            Err(error) => Err(Rejected::ended(error)),
        }
    }

    /// The stored form. Store it before you open the browser.
    ///
    /// ```
    /// # use authcode::{AwaitingRedirect, Client, Suspended};
    /// # fn example(pending: AwaitingRedirect, client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let stored = pending.suspend().to_json();
    /// // Another process, or the same one after a restart:
    /// let stored = Suspended::from_json(stored.expose())?;
    /// let pending = AwaitingRedirect::resume(stored, client)
    ///     .map_err(|rejected| rejected.into_error())?;
    /// # Ok(()) }
    /// ```
    pub fn suspend(&self) -> Suspended {
        let mut form = Suspended::of_attempt(StateKind::AwaitingRedirect, &self.attempt);
        if let Some(pushed) = &self.attempt.pushed {
            form.put("request_uri", pushed.request_uri.expose());
            if let Some(end) = pushed.expires_at {
                form.put_number("request_expires_at", end.as_secs());
            }
        }
        form
    }

    /// Restores a stored login under the client that started it: the same client identifier, server and redirect URI.
    /// Its credentials may have changed. If it was [pushed](crate::Pushing), it is still: nothing is pushed again.
    ///
    /// # Errors
    /// [`ResumeError`]. The stored form is returned by [`Rejected::recover`], unless it is damaged.
    pub fn resume(stored: Suspended, client: &Client) -> Result<Self, Rejected<Suspended, ResumeError>> {
        stored.resume_as(StateKind::AwaitingRedirect, client, Self::read)
    }

    pub(crate) fn read(form: &mut Form<'_>, client: &Client) -> Result<Self, ResumeError> {
        let mut attempt = form.attempt(client)?;
        let expires_at = form.number("request_expires_at")?.map(UnixTime::from_secs);
        match (form.get("request_uri"), expires_at) {
            (Some(uri), _) if is_request_uri(uri) => attempt.set_pushed(uri, expires_at),
            (None, None) if client.requires_pushed_requests() => return Err(ResumeError::NotPushed),
            (None, None) => {}
            _ => return Err(ResumeError::Damaged),
        }
        Ok(Self { attempt })
    }
}
