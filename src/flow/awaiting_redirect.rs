//! The user is in the browser: which redirect is the answer to this login.

use alloc::boxed::Box;
use alloc::string::String;

use crate::config::server::IssParameter;
use crate::config::uri::Uri;
use crate::encoding::form::{self, Pair, Space};
use crate::flow::{Attempt, CodeReceived, Rejected};
use crate::response::authorization_response::RedirectError;
use crate::response::authorization_response::{Answer, Redirect};
use crate::secret::Secret;

/// A login whose user is in the browser: the second state.
///
/// **Holds** the options of the login, `state` and the PKCE verifier.
///
/// **Can** give the [`authorization_url`](Self::authorization_url) as often as you like, and take redirects by
/// [`receive_redirect`](Self::receive_redirect).
///
/// **Refused**: whatever does not carry this login's `state` hands this state back, because anybody can call a
/// redirect URI; so does one that cannot be read. An answer that carries it and is bad ends the login.
///
/// **Stored**: yes, by [`suspend`](Self::suspend), and it should be where the process may not live until the
/// redirect: a phone, a web server with replicas. Bind it to the user's session and take it out of the store
/// exactly once, in one step. The stored form holds the verifier: never put it into a cookie or a URL.
///
/// **Next** is [`CodeReceived`].
#[derive(Debug)]
#[must_use = "dropping it forgets the login: the redirect can no longer be matched"]
pub struct AwaitingRedirect {
    pub(crate) attempt: Box<Attempt>,
}

impl AwaitingRedirect {
    /// The URL to open in the user's own browser, never in an embedded one (RFC 8252 §8.12).
    ///
    /// It is the same at each call. It holds `state`, so keep it out of logs.
    ///
    /// Parameters: `response_type`, `audience`, `client_id`, `code_challenge_method`, `code_challenge`,
    /// `redirect_uri`, `scope`, `state` (RFC 6749 §4.1.1, RFC 7636 §4.3), in the words of the server's
    /// [`Dialect`](crate::Dialect), then those of the dialect and of the login. What is not set is left out. A query of the endpoint's own is kept in front of them.
    pub fn authorization_url(&self) -> String {
        let Attempt { login, secrets } = &*self.attempt;
        let dialect = login.dialect();
        let endpoint = &login.client.server().authorization_endpoint;
        let scope = login.scope.separated(dialect.scope_separator);
        let challenge = secrets.verifier.challenge();
        let redirect_uri = self.attempt.sent_redirect_uri();
        let protocol = [
            Some(Pair::plain("response_type", "code")),
            login.audience.as_deref().map(|audience| Pair::new("audience", audience)),
            Some(Pair::new("client_id", login.client.client_id())),
            Some(Pair::plain("code_challenge_method", "S256")),
            Some(Pair::plain("code_challenge", challenge.as_str())),
            Some(Pair::new("redirect_uri", &redirect_uri)),
            (!scope.is_empty()).then(|| Pair::new("scope", &scope)),
            (!dialect.state_in_redirect_uri).then(|| Pair::plain("state", self.state())),
        ];
        let pairs = dialect.authorization.pairs(&protocol, &login.authorization_params);
        let joint = match endpoint.query() {
            None => "?",
            Some("") => "",
            Some(_) => "&",
        };
        let fragment = if dialect.fragment.is_empty() { [""; 2] } else { ["#", dialect.fragment] };
        // A bare `+` between scopes is a space, encoded in the other way.
        let space = if dialect.scope_separator == '+' { Space::Plus } else { Space::Percent20 };
        form::encode(&[endpoint.as_str(), joint], pairs, &fragment, space)
    }

    /// The redirect URI of this login, with its port: where to wait for the redirect.
    pub fn redirect_uri(&self) -> &Uri {
        self.attempt.login.redirect_uri()
    }

    /// The `state` of this login: a key under which to store it, for a host that waits for several.
    /// [`Redirect::claimed_state`] finds it again.
    pub fn state(&self) -> &str {
        self.attempt.secrets.state.as_str()
    }

    /// Takes what came to the redirect URI: a whole URL, or another form of [`Redirect`].
    ///
    /// Checked in this order, each failing closed: size; that it came to our redirect URI; that it can be
    /// read; duplicates; `state`, in constant time. From there it is an answer to this login: no JWT response
    /// and no token in it; `iss`; exactly one of `code` and `error`; its grammar.
    ///
    /// Answer the browser with a page that has nothing of others in it, or with a redirect to one, so that the
    /// code does not leave by `Referer` (RFC 9700 §4.2.4).
    ///
    /// # Errors
    /// [`RedirectError`] says what was wrong, and [`Rejected::recover`] whether to go on waiting.
    pub fn receive_redirect<'a>(
        self,
        redirect: impl Into<Redirect<'a>>,
    ) -> Result<CodeReceived, Rejected<Self, RedirectError>> {
        let answer = match self.recognise(redirect.into()) {
            Ok(answer) => answer,
            Err(error) => return Err(Rejected::alive(self, error)),
        };
        match self.judge(&answer) {
            Ok(code) => Ok(CodeReceived { attempt: self.attempt, code, extra_params: answer.extra_params() }),
            Err(error) => Err(Rejected::ended(error)),
        }
    }

    /// Whether it is an answer to this login. Until that is known, nothing it says counts.
    fn recognise<'a>(&self, redirect: Redirect<'a>) -> Result<Answer<'a>, RedirectError> {
        let Attempt { login, secrets } = &*self.attempt;
        let answer = Answer::read(redirect, login.redirect_uri(), login.dialect())?;
        match answer.values.state {
            None => Err(RedirectError::StateMissing { unauthenticated: answer.error() }),
            Some(state) if secrets.state.is(state) => Ok(answer),
            Some(_) => Err(RedirectError::StateMismatch),
        }
    }

    /// The code of an answer that this login can go on with. If there is none, it must start afresh (OAuth 2.1
    /// §7.5.1.1).
    fn judge(&self, answer: &Answer<'_>) -> Result<Secret, RedirectError> {
        if answer.values.response.is_some() {
            return Err(RedirectError::JwtResponse);
        }
        if answer.values.access_token.is_some() || answer.values.id_token.is_some() {
            return Err(RedirectError::TokenInRedirect);
        }
        match (&self.attempt.login.client.server().issuer, answer.values.iss) {
            (Some((issuer, _)), Some(iss)) if !form::stands_for(iss, issuer.as_str()) => {
                return Err(RedirectError::IssuerMismatch);
            }
            (Some((_, IssParameter::Required)), None) => {
                return Err(RedirectError::IssuerMissing { unauthenticated: answer.error() });
            }
            _ => {}
        }
        match (answer.values.code, answer.values.error) {
            (Some(_), None) => answer.code().ok_or(RedirectError::MalformedCode),
            (None, Some(_)) => Err(answer.error().map_or(RedirectError::MalformedError, RedirectError::Refused)),
            (Some(_), Some(_)) => Err(RedirectError::CodeAndError),
            (None, None) => Err(RedirectError::NoCodeNoError),
        }
    }
}
