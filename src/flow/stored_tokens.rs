//! The stored form of [`Authorized`](crate::Authorized), and to whom stored tokens belong.

use alloc::boxed::Box;
use core::time::Duration;

use crate::config::client::Client;
use crate::config::parameters::ParameterError;
use crate::config::scope::Scope;
use crate::config::uri::Uri;
use crate::encoding::grammar::is_error_code;
use crate::encoding::time::UnixTime;
use crate::flow::grant::Grant;
use crate::flow::suspended::{Form, ResumeError, StateKind, Suspended};
use crate::limits::{MAX_LIFETIME, MAX_TOKEN_LEN};
use crate::response::lifetime::Lifetime;
use crate::response::members::{Members, is_id_token};
use crate::response::token_response::{GrantedScope, TokenResponse, TokenType};
use crate::shared::Shared;

pub(crate) fn write(grant: &Grant, with_members: bool) -> Suspended {
    let TokenResponse { access_token, token_type, refresh_token, lifetime, scope, members, .. } =
        &grant.tokens.response;
    let mut form = Suspended::new(StateKind::Authorized, &grant.login);
    form.put("token_endpoint", grant.refresh_endpoint().as_str());
    form.put("access_token", access_token.expose());
    form.put_some("refresh_token", refresh_token.as_ref().map(|token| token.expose()));
    form.put_some("token_type", write_token_type(token_type));
    write_lifetime(&mut form, *lifetime);
    form.put_number("received_at", grant.tokens.received_at.as_secs());
    form.put_some("granted_scope", write_scope(scope));
    if grant.first_scope() != scope {
        form.put("first_scope", write_scope(grant.first_scope()).unwrap_or(UNSTATED));
    }
    form.put_count("foreign_refusals", grant.foreign_refusals);
    if let Some(port) = grant.port {
        form.put_number("redirect_port", port.into());
    }
    form.put_some("id_token", grant.earlier_id_token.as_ref().filter(|_| with_members).map(|token| token.expose()));
    if let Some(members) = with_members
        .then(|| members.without([Some(access_token), refresh_token.as_ref()], grant.login.dialect()))
        .flatten()
    {
        form.put_wiped("members", members);
    }
    form
}

/// Not a scope, a token type or a number.
const UNREADABLE: &str = "\\unreadable";
/// Only where absence says something else.
const UNSTATED: &str = "\\unstated";

fn write_scope(scope: &GrantedScope) -> Option<&str> {
    match scope {
        GrantedScope::Stated(scope) => Some(scope.as_str()),
        GrantedScope::Unreadable => Some(UNREADABLE),
        GrantedScope::Unstated => None,
    }
}

fn read_scope(text: &str) -> Result<GrantedScope, ResumeError> {
    Ok(match text {
        UNREADABLE => GrantedScope::Unreadable,
        UNSTATED => GrantedScope::Unstated,
        scope => GrantedScope::Stated(Scope::read_again(scope).map_err(|_| ResumeError::Damaged)?),
    })
}

fn write_token_type(token_type: &TokenType) -> Option<&str> {
    match token_type {
        TokenType::Bearer => Some("Bearer"),
        TokenType::Other(word) => Some(word),
        TokenType::Unreadable => Some(UNREADABLE),
        TokenType::Unstated => None,
    }
}

fn read_token_type(text: Option<&str>) -> Result<TokenType, ResumeError> {
    match text {
        None => Ok(TokenType::Unstated),
        Some("Bearer") => Ok(TokenType::Bearer),
        Some(UNREADABLE) => Ok(TokenType::Unreadable),
        Some(word) if is_error_code(word) => Ok(TokenType::Other(word.into())),
        Some(_) => Err(ResumeError::Damaged),
    }
}

fn write_lifetime(form: &mut Suspended, lifetime: Lifetime) {
    match lifetime {
        Lifetime::Stated(lifetime) => form.put_number("lifetime", lifetime.as_secs()),
        Lifetime::Unreadable => form.put("lifetime", UNREADABLE),
        Lifetime::Unstated => {}
    }
}

fn read_lifetime(form: &mut Form<'_>) -> Result<Lifetime, ResumeError> {
    if form.get("lifetime") == Some(UNREADABLE) {
        return Ok(Lifetime::Unreadable);
    }
    let seconds = form.number("lifetime")?;
    Ok(seconds.map_or(Lifetime::Unstated, |seconds| Lifetime::Stated(Duration::from_secs(seconds.min(MAX_LIFETIME)))))
}

pub(crate) fn read(form: &mut Form<'_>, client: &Client) -> Result<Grant, ResumeError> {
    let token_endpoint = Binding::read(form)?.endpoint_at(client).ok_or(ResumeError::OtherClient)?;
    read_tokens(form, client, token_endpoint)
}

pub(crate) fn read_moved(form: &mut Form<'_>, client: &Client, former: &str) -> Result<Grant, ResumeError> {
    let binding = Binding::read(form)?;
    // Nothing is sent to it, so an internationalized host need not be checked again.
    if !Uri::parse_any_host(former).is_ok_and(|former| binding.goes_to(&former)) || binding.loses_tls_at(client) {
        return Err(ResumeError::OtherClient);
    }
    read_tokens(form, client, None)
}

fn read_tokens(form: &mut Form<'_>, client: &Client, token_endpoint: Option<Box<Uri>>) -> Result<Grant, ResumeError> {
    // The authorization endpoint and the dialect may have changed, and may send such a parameter themselves now. That must
    // not cost the tokens, which do not depend on it.
    let login = form.login(client, |added| match added {
        Err(ParameterError::Repeated(_) | ParameterError::Reserved(_)) => Ok(()),
        other => other,
    })?;
    let scope = form.get("granted_scope").map(read_scope).transpose()?.unwrap_or(GrantedScope::Unstated);
    let first_scope = form.get("first_scope").map(read_scope).transpose()?;
    let members = match form.get("members") {
        Some(text) => Members::from_stored(text).ok_or(ResumeError::Damaged)?,
        None => Members::none(),
    };
    let earlier_id_token = match form.get("id_token") {
        Some(text) if is_id_token(text) => Some(Box::new(text.into())),
        Some(_) => return Err(ResumeError::Damaged),
        None => None,
    };
    let response = TokenResponse {
        access_token: form.secret("access_token", MAX_TOKEN_LEN)?.ok_or(ResumeError::Damaged)?,
        token_type: read_token_type(form.get("token_type"))?,
        refresh_token: form.secret("refresh_token", MAX_TOKEN_LEN)?,
        lifetime: read_lifetime(form)?,
        scope,
        may_have_id_token: members.get("id_token").is_some(),
        members,
    };
    let received_at = UnixTime::from_secs(form.number("received_at")?.ok_or(ResumeError::Damaged)?);
    let foreign_refusals = form.count("foreign_refusals")?;
    let port = form.port("redirect_port")?;
    let grant = Grant::new(Shared::new(login), token_endpoint, response, received_at);
    Ok(Grant { first_scope, earlier_id_token, foreign_refusals, port, ..grant })
}

/// To whom tokens belong. Whoever gets a refresh token can use it, so an origin would bind too little: all tenants of
/// `https://login.example/{tenant}/token` share one.
pub(crate) struct Binding<'a> {
    client_id: &'a str,
    issuer: Option<&'a str>,
    issuer_is_discovered: bool,
    /// The URL to which the refresh token goes.
    token_endpoint: &'a str,
}

impl<'a> Binding<'a> {
    pub(crate) fn of(grant: &'a Grant) -> Self {
        let server = grant.login.client.server();
        Self {
            client_id: grant.login.client.client_id(),
            issuer: server.issuer(),
            issuer_is_discovered: server.issuer_is_discovered(),
            token_endpoint: grant.refresh_endpoint().as_str(),
        }
    }

    fn read(form: &mut Form<'a>) -> Result<Self, ResumeError> {
        let discovered = form.get("discovered_issuer");
        Ok(Self {
            client_id: form.required("client_id")?,
            issuer: discovered.or_else(|| form.get("issuer")),
            issuer_is_discovered: discovered.is_some(),
            token_endpoint: form.required("token_endpoint")?,
        })
    }

    /// Where their refresh token goes under this client: `Some(None)` for the server's own endpoint, `None` if it must
    /// not go anywhere.
    pub(crate) fn endpoint_at(&self, client: &Client) -> Option<Option<Box<Uri>>> {
        let server = client.server();
        if self.client_id != client.client_id() || self.loses_tls_at(client) {
            return None;
        }
        let is_same = |uri: &Uri| self.goes_to(uri);
        let known = server.token_endpoints().find(|uri| is_same(uri));
        let is_known = known.is_some()
            || is_same(server.refresh_endpoint())
            || server.former_token_endpoints().iter().any(is_same);
        let belongs = match (self.issuer, server.issuer()) {
            (Some(ours), Some(theirs)) if ours != theirs => false,
            (Some(_), Some(_)) if self.issuer_is_discovered && server.issuer_is_discovered() => true,
            _ => is_known,
        };
        let regional = known.filter(|uri| *uri != server.token_endpoint());
        belongs.then(|| regional.map(|uri| Box::new(uri.clone())))
    }

    /// Whether the refresh token goes to this URL.
    fn goes_to(&self, uri: &Uri) -> bool {
        self.token_endpoint == uri.as_str()
            || Uri::parse_any_host(self.token_endpoint).is_ok_and(|endpoint| endpoint.is_same_url(uri))
    }

    fn loses_tls_at(&self, client: &Client) -> bool {
        self.token_endpoint.starts_with("https:") && client.server().refresh_endpoint().scheme() != "https"
    }
}
