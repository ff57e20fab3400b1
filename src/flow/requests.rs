//! Builds requests: for authorization (RFC 6749 §4.1.1), for tokens (§4.1.3 and §6) and to other endpoints.

use alloc::string::String;
use alloc::vec::Vec;

use crate::config::client::Client;
use crate::config::dialect::Linked;
use crate::config::identity::Credentials;
use crate::config::parameters::Params;
use crate::config::uri::Uri;
use crate::encoding::form::{self, Pair, Space};
use crate::encoding::time::UnixTime;
use crate::flow::login::{Attempt, Pushed};
use crate::http::HttpRequest;
use crate::secret::Secret;

impl Client {
    /// `client_id` and `client_secret`, where they go into the body. One place only: some servers refuse two.
    pub(crate) fn credentials_in_body(&self) -> (Option<Pair<'_>>, Option<Pair<'_>>) {
        match self.credentials() {
            Credentials::Header(_) => (None, None),
            Credentials::Body(secret) => (
                Some(Pair::new("client_id", self.client_id())),
                secret.as_ref().map(|secret| Pair::new("client_secret", secret.expose())),
            ),
        }
    }

    /// The value of the `Authorization` header, if the client authenticates by it.
    fn authorization(&self) -> Option<Secret> {
        match self.credentials() {
            Credentials::Header(value) => Some(value.duplicate()),
            Credentials::Body(_) => None,
        }
    }

    /// A token request, in the words of this client's server. `endpoint` is one of that server's.
    pub(crate) fn token_request(
        &self,
        endpoint: &Uri,
        protocol: &[Option<Pair<'_>>],
        resources: &str,
        own: &Params,
    ) -> HttpRequest {
        let names = self.server().dialect().token_request();
        self.post(endpoint, &|visit| names.each_pair(protocol, resources, own, visit))
    }

    fn post(&self, endpoint: &Uri, pairs: form::Pairs<'_, '_>) -> HttpRequest {
        let authorization = self.authorization();
        match self.server().dialect().json_requests() {
            Some(Linked(object)) => {
                let mut members = Vec::new();
                pairs(&mut |pair| members.push((pair.name, pair.value)));
                HttpRequest::post_json(endpoint.as_str(), authorization, object(&members))
            }
            None => {
                HttpRequest::post_form(endpoint.as_str(), authorization, form::encode(&[], pairs, &[], Space::Plus))
            }
        }
    }

    /// A request to another endpoint, with the client authentication and the parameter names of a token request, but without
    /// the constants of one.
    pub(crate) fn endpoint_request(&self, endpoint: &Uri, protocol: &[Option<Pair<'_>>]) -> HttpRequest {
        let names = self.server().dialect().token_request();
        self.post(endpoint, &|visit| {
            for pair in protocol.iter().flatten() {
                if let Some(name) = names.name(pair.name) {
                    visit(Pair::any(name, pair.value));
                }
            }
        })
    }
}

impl Attempt {
    /// The parameters of the authorization request between `start` and `end`: of the URL for the browser, or of the body of
    /// a pushed request.
    pub(crate) fn authorization_request(&self, start: &[&str], end: &[&str], space: Space) -> String {
        let Self { login, secrets, .. } = self;
        let dialect = login.dialect();
        let scope = login.scope.separated(dialect.scope_separator());
        let challenge = secrets.verifier.challenge();
        let redirect_uri = self.sent_redirect_uri();
        let protocol = [
            Some(Pair::plain("response_type", "code")),
            login.audience.as_deref().map(|audience| Pair::new("audience", audience)),
            Some(Pair::new("client_id", login.client.client_id())),
            Some(Pair::plain("code_challenge_method", "S256")),
            Some(Pair::plain("code_challenge", challenge.as_str())),
            Some(Pair::new("redirect_uri", &redirect_uri)),
            (!scope.is_empty()).then(|| Pair::new("scope", &scope)),
            (!dialect.state_in_redirect_uri()).then(|| Pair::plain("state", secrets.state.as_str())),
        ];
        let request = dialect.authorization_request();
        let pairs: form::Pairs<'_, '_> =
            &|visit| request.each_pair(&protocol, &login.resources, &login.authorization_params, visit);
        form::encode(start, pairs, end, space)
    }

    /// The URL for the browser.
    pub(crate) fn authorization_url(&self) -> String {
        let [endpoint, separator, fragment_sign, fragment] = self.url_frame();
        self.authorization_request(&[endpoint, separator], &[fragment_sign, fragment], self.url_space())
    }

    /// What is around the parameters of the URL.
    fn url_frame(&self) -> [&str; 4] {
        let endpoint = self.login.client.server().authorization_endpoint();
        let [sign, fragment] = self.login.dialect().fragment().map_or([""; 2], |fragment| ["#", fragment]);
        [endpoint.as_str(), endpoint.query_separator(), sign, fragment]
    }

    /// A server that separates scopes by `+` wants a space that is encoded as one.
    fn url_space(&self) -> Space {
        if self.login.dialect().scope_separator() == '+' { Space::Plus } else { Space::Percent20 }
    }

    /// The request that pushes this attempt (RFC 9126 §2.1): what the URL would have, with the client authentication of a
    /// token request. Always a form, as RFC 9126 has it.
    pub(crate) fn pushed_request(&self, endpoint: &Uri) -> HttpRequest {
        let client = &self.login.client;
        let dialect = client.server().dialect();
        let encode = |text| form::encode_text(text, Space::Plus);
        // RFC 9126 §2.1 requires the identifier, also where a server wants none in the URL.
        let client_id = match dialect.authorization_request().name(CLIENT_ID) {
            Some(_) => None,
            None => Some(encode(client.client_id())),
        };
        let client_secret = match client.credentials() {
            Credentials::Body(Some(secret)) => Some(encode(secret.expose())),
            Credentials::Body(None) | Credentials::Header(_) => None,
        };
        let [id_sign, client_id] = client_id.as_ref().map_or([""; 2], |id| ["&client_id=", id]);
        let secret_name = dialect.token_request().name("client_secret");
        let [and, name, equals, client_secret] = match (secret_name, &client_secret) {
            (Some(name), Some(secret)) => ["&", name, "=", secret],
            _ => [""; 4],
        };
        let end = [id_sign, client_id, and, name, equals, client_secret];
        let body = self.authorization_request(&[], &end, Space::Plus);
        HttpRequest::post_form(endpoint.as_str(), client.authorization(), body)
    }

    /// Notes that the request was pushed, and makes the URL that names it (RFC 9126 §4): no other parameters, unless the
    /// server insists (OpenID Connect Core §6.2).
    pub(crate) fn set_pushed(&mut self, request_uri: &str, expires_at: Option<UnixTime>) {
        let login = &self.login;
        let server = login.client.server();
        let names = server.dialect().authorization_request();
        let scope = login.scope.separated(server.dialect().scope_separator());
        let repeated = |name| names.name(name).filter(|_| server.repeats_scope());
        let pairs = [
            repeated("response_type").map(|name| Pair::any(name, "code")),
            repeated("scope").filter(|_| !scope.is_empty()).map(|name| Pair::any(name, &scope)),
            Some(Pair::any(names.name(CLIENT_ID).unwrap_or(CLIENT_ID), login.client.client_id())),
            Some(Pair::new("request_uri", request_uri)),
        ];
        let [endpoint, separator, sign, fragment] = self.url_frame();
        let url = form::encode(
            &[endpoint, separator],
            &|visit| pairs.iter().flatten().for_each(|pair| visit(*pair)),
            &[sign, fragment],
            self.url_space(),
        );
        self.pushed = Some(Pushed { request_uri: request_uri.into(), url: url.into(), expires_at });
    }
}

const CLIENT_ID: &str = "client_id";
