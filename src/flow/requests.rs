//! Builds token requests (RFC 6749 §4.1.3 and §6).

use alloc::vec::Vec;

use crate::config::client::Client;
use crate::config::dialect::Linked;
use crate::config::identity::Credentials;
use crate::config::parameters::Params;
use crate::config::uri::Uri;
use crate::encoding::form::{self, Pair, Space};
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

    /// A token request, in the words of this client's server. `endpoint` is one of that server's.
    pub(crate) fn token_request(
        &self,
        endpoint: &Uri,
        protocol: &[Option<Pair<'_>>],
        resources: &str,
        own: &Params,
    ) -> HttpRequest {
        let authorization = match self.credentials() {
            Credentials::Header(value) => Some(Secret::from(value.expose())),
            Credentials::Body(_) => None,
        };
        let dialect = self.server().dialect();
        let pairs: form::Pairs<'_, '_> = &|visit| dialect.token_request().each_pair(protocol, resources, own, visit);
        match dialect.json_requests() {
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
}
