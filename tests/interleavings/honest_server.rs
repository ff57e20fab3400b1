//! The honest server, as RFC 6749 and RFC 7636 have it.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::people::{Code, Server, TokenAnswer};
use crate::setting::Setting;
use crate::shipped::CLIENT_ID;

/// What an authorization request asks for, and what the code for it is bound to.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Asks {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) code_challenge: String,
}

/// What the server keeps of a code that it has given.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Issued {
    asks: Arc<Asks>,
    is_spent: bool,
}

/// The codes that the server has given.
pub(crate) type Codes = BTreeMap<Code, Issued>;

impl Asks {
    /// Reads an authorization URL.
    pub(crate) fn read(url: &str) -> Self {
        let (_, query) = url.split_once('?').unwrap();
        let value = only_value(query);
        assert_eq!(value("response_type").as_deref(), Some("code"));
        assert_eq!(value("code_challenge_method").as_deref(), Some("S256"));
        Self {
            client_id: value("client_id").unwrap(),
            redirect_uri: value("redirect_uri").unwrap(),
            code_challenge: value("code_challenge").unwrap(),
        }
    }
}

/// Gives a code, bound to the client, the redirect URI, the challenge and (by its name) the account.
pub(crate) fn authorize(setting: &Setting, codes: &mut Codes, code: Code, asks: Arc<Asks>) {
    assert_eq!(asks.client_id, CLIENT_ID, "an unknown client");
    assert_eq!(asks.redirect_uri, setting.redirect_uri(Server::Honest), "not the registered redirect URI");
    codes.insert(code, Issued { asks, is_spent: false });
}

/// Takes the body of a token request. A code is good once: who shows it spends it, even if he gets nothing for it.
pub(crate) fn exchange(setting: &Setting, codes: &mut Codes, body: &str) -> TokenAnswer {
    let value = only_value(body);
    let Some(code) = value("code").and_then(|text| Code::from_text(&text)) else { return TokenAnswer::Refused };
    let Some(issued) = codes.get_mut(&code).filter(|issued| !issued.is_spent) else { return TokenAnswer::Refused };
    issued.is_spent = true;
    let s256 = |verifier: String| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let is_verified =
        !setting.checks_verifier || value("code_verifier").map(s256).as_ref() == Some(&issued.asks.code_challenge);
    let is_good = value("grant_type").as_deref() == Some("authorization_code")
        && value("client_id").as_ref() == Some(&issued.asks.client_id)
        && value("redirect_uri").as_ref() == Some(&issued.asks.redirect_uri)
        && is_verified;
    if is_good { TokenAnswer::Token(code) } else { TokenAnswer::Refused }
}

/// The value of a parameter that is there exactly once.
fn only_value(encoded: &str) -> impl Fn(&str) -> Option<String> + use<> {
    let pairs: Vec<_> = form_urlencoded::parse(encoded.as_bytes()).into_owned().collect();
    move |name| {
        let mut values = pairs.iter().filter(|(other, _)| other == name).map(|(_, value)| value);
        let value = values.next()?.clone();
        values.next().is_none().then_some(value)
    }
}
