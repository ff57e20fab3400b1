//! The cells: one behavior each that a client may meet on a real server.

mod audience;
mod client_auth;
mod discovery;
mod form_post;
mod issuer;
mod login;
mod redirect_uris;
mod refresh;
mod refusals;

use crate::Error;
use crate::report::Outcome;
use crate::site::Site;

type Found = Result<Outcome, Error>;
type Cell = (&'static str, fn(&Site) -> Found);

pub(crate) const ALL: [Cell; 29] = [
    ("login", login::gives_a_token_that_the_api_accepts),
    ("denied by the user", login::denied_is_the_users_fault),
    ("wrong verifier", refusals::wrong_verifier_ends_the_login),
    ("wrong redirect URI at the token endpoint", refusals::wrong_redirect_uri_ends_the_login),
    ("code used twice", refusals::second_use_of_a_code_is_refused),
    ("a page of HTML with 500", refusals::page_with_500_keeps_the_code),
    ("refresh with rotation", refresh::gives_new_tokens),
    ("old refresh token reused", refresh::reuse_ends_in_a_new_login),
    ("`127.0.0.1` on a free port", redirect_uris::loopback_ipv4),
    ("`[::1]` on a free port", redirect_uris::loopback_ipv6),
    ("`localhost` on a free port", redirect_uris::loopback_by_name),
    ("private-use scheme", redirect_uris::private_use_scheme),
    ("redirect URI with a query", redirect_uris::query_of_its_own),
    ("form_post", form_post::response_comes_in_a_body),
    ("public client", client_auth::public_client_sends_its_id_alone),
    ("secret in the body", client_auth::secret_in_the_body),
    ("Basic", client_auth::basic),
    ("Basic, secret beyond ASCII", client_auth::basic_beyond_ascii),
    ("Basic, a space in id and secret", client_auth::basic_with_a_space),
    ("Basic without form-encoding", client_auth::basic_raw),
    ("wrong secret, then the right one", client_auth::wrong_secret_can_be_replaced),
    ("`iss` required", issuer::required),
    ("`iss` in an error", issuer::in_an_error),
    ("`iss` of another issuer", issuer::of_another),
    ("`audience` in both requests", audience::is_sent_in_both_requests),
    ("discovery", discovery::finds_the_server_by_its_issuer),
    ("discovery at the place of OpenID Connect", discovery::finds_it_at_the_place_of_openid_connect),
    ("metadata of another issuer", discovery::other_issuer_is_refused),
    ("metadata that `iss` contradicts", discovery::redirect_of_another_issuer_is_refused),
];

fn passed(seen: impl Into<String>) -> Found {
    Ok(Outcome::Passed(seen.into()))
}
