//! A builder that goes to any state of a login.

use authcode::{
    Authorized, AwaitingRedirect, Client, ClientAuth, CodeReceived, Dialect, HttpResponse, Identity, IssParameter,
    NextStep, Pushing, Redirect, Refresh, Refusal, Rejected, Renewal, Server, UnixTime, Unstarted,
};

pub(crate) const AUTHORIZE: &str = "https://server.example.com/authorize";
pub(crate) const TOKEN: &str = "https://server.example.com/oauth/token";
pub(crate) const PUSH: &str = "https://server.example.com/par";
pub(crate) const REVOKE: &str = "https://server.example.com/revoke";
pub(crate) const END_SESSION: &str = "https://server.example.com/logout";
pub(crate) const ISSUER: &str = "https://server.example.com/";
pub(crate) const REDIRECT_URI: &str = "https://client.example.com/cb";
pub(crate) const CODE: &str = "SplxlOBeZQQYbYS6WxSbIA";
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// 32 bytes for `state`, then the octets of RFC 7636 appendix B for the verifier.
pub(crate) const ENTROPY: [u8; 64] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    32, 116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
    240, 91, 88, 5, 88, 83, 132, 141, 121,
];
pub(crate) const STATE: &str = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The response of the API that the crate was first made for.
pub(crate) const SUCCESS: &str = r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"Bearer","expiry":3600,"scope":"openid offline_access"}"#;

/// The configuration of a login. Every `to_…` starts from the beginning, so a scenario can be used again.
pub(crate) struct Scenario {
    pub(crate) client_id: &'static str,
    pub(crate) auth: fn() -> ClientAuth,
    pub(crate) redirect_uri: &'static str,
    pub(crate) issuer: Option<IssParameter>,
    pub(crate) dialect: Dialect,
    pub(crate) scope: &'static str,
    pub(crate) audience: Option<&'static str>,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            client_id: "s6BhdRkqt3",
            auth: || ClientAuth::None,
            redirect_uri: REDIRECT_URI,
            issuer: None,
            dialect: Dialect::STANDARD,
            scope: "openid offline_access",
            audience: Some("https://api.loomai.com/"),
        }
    }
}

/// The answer to a pushed request (RFC 9126 §2.2).
pub(crate) const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c";
pub(crate) const PUSHED: &str =
    r#"{"request_uri":"urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c","expires_in":60}"#;

impl Scenario {
    fn server(&self) -> Server {
        let mut server = Server::new(AUTHORIZE, TOKEN).unwrap().with_dialect(self.dialect.clone()).unwrap();
        if let Some(iss) = self.issuer {
            server = server.with_issuer(ISSUER, iss).unwrap();
        }
        server
    }

    fn client_of(&self, server: Server) -> Client {
        Client::new(server, Identity::new(self.client_id, (self.auth)()), self.redirect_uri).unwrap()
    }

    pub(crate) fn client(&self) -> Client {
        self.client_of(self.server())
    }

    /// The same client of a server that has the endpoints which a login can do without.
    pub(crate) fn client_with_endpoints(&self) -> Client {
        let server = self.server().with_pushed_request_endpoint(PUSH).unwrap();
        let server = server.with_revocation_endpoint(REVOKE).unwrap().with_end_session_endpoint(END_SESSION).unwrap();
        self.client_of(server)
    }

    pub(crate) fn to_pushing(&self) -> Pushing {
        let mut login = self.client_with_endpoints().login();
        login.scope(self.scope).unwrap();
        if let Some(audience) = self.audience {
            login.audience(audience).unwrap();
        }
        login.start_pushed_with_entropy(&ENTROPY).unwrap()
    }

    /// A login that was pushed.
    pub(crate) fn to_pushed(&self) -> AwaitingRedirect {
        self.to_pushing().receive_response(HttpResponse::new(201, PUSHED), NOW).unwrap()
    }

    pub(crate) fn to_unstarted(&self) -> Unstarted {
        let mut login = self.client().login();
        login.scope(self.scope).unwrap();
        if let Some(audience) = self.audience {
            login.audience(audience).unwrap();
        }
        login
    }

    pub(crate) fn to_awaiting_redirect(&self) -> AwaitingRedirect {
        self.to_unstarted().start_with_entropy(&ENTROPY).unwrap()
    }

    pub(crate) fn to_code_received(&self) -> CodeReceived {
        let query = format!("{}&{}", own_query(self.redirect_uri), answer());
        self.to_awaiting_redirect().receive_redirect(Redirect::query(&query)).unwrap()
    }

    pub(crate) fn to_authorized(&self) -> Authorized {
        self.to_code_received().receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap()
    }

    /// A refresh, and the login that it renews.
    pub(crate) fn to_refresh(&self) -> (Refresh, Authorized) {
        let authorized = self.to_authorized();
        (refresh_of(&authorized), authorized)
    }
}

/// The refresh of a login that has a refresh token.
pub(crate) fn refresh_of(authorized: &Authorized) -> Refresh {
    match authorized.renewal() {
        Renewal::Refresh(refresh) => refresh,
        Renewal::Reauthorize(_) => panic!("there is a refresh token"),
    }
}

fn own_query(redirect_uri: &str) -> &str {
    redirect_uri.split_once('?').map_or("", |(_, query)| query)
}

/// The error and the state of a refused step. There is no state exactly if the next step is to start over.
#[track_caller]
pub(crate) fn recovered<S, E: Refusal + Clone + PartialEq>(rejected: Rejected<S, E>) -> (E, Option<S>) {
    let error = rejected.error().clone();
    assert_eq!(rejected.next_step(), error.next_step());
    match rejected.recover() {
        Ok(state) => {
            assert_ne!(error.next_step(), NextStep::StartOver, "{error}");
            (error, Some(state))
        }
        Err(ended) => {
            assert_eq!(ended.next_step(), NextStep::StartOver, "{error}");
            assert!(ended == error, "{ended:?} is not {error:?}");
            (error, None)
        }
    }
}

/// The pause of [`NextStep::Retry`], in seconds.
#[track_caller]
pub(crate) fn pause(next_step: NextStep) -> u64 {
    match next_step {
        NextStep::Retry { after } => after.as_secs(),
        other => panic!("{other:?} is not a retry"),
    }
}

/// The parameters of the right answer.
pub(crate) fn answer() -> String {
    format!("code={CODE}&state={STATE}")
}

/// The right answer at the redirect URI of [`Scenario::default`], with something added.
pub(crate) fn redirect_with(more: &str) -> String {
    format!("{REDIRECT_URI}?{}{more}", answer())
}

pub(crate) fn awaiting_redirect() -> AwaitingRedirect {
    Scenario::default().to_awaiting_redirect()
}

pub(crate) fn code_received() -> CodeReceived {
    Scenario::default().to_code_received()
}

pub(crate) fn authorized() -> Authorized {
    Scenario::default().to_authorized()
}

pub(crate) fn refresh() -> (Refresh, Authorized) {
    Scenario::default().to_refresh()
}

/// A state that was returned is unchanged: it accepts the right redirect and makes the right request.
pub(crate) fn assert_still_awaits(pending: AwaitingRedirect) {
    assert_eq!(pending.authorization_url(), awaiting_redirect().authorization_url());
    assert_still_has_code(pending.receive_redirect(&redirect_with("")).unwrap());
}

/// A state that was returned is unchanged: it makes the same request and accepts a success.
pub(crate) fn assert_still_has_code(code: CodeReceived) {
    assert_eq!(code.request().body.expose(), code_received().request().body.expose());
    let authorized = code.receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap();
    assert_eq!(authorized.tokens().access_token().expose(), "at-1");
}

/// The pairs of a query or a form body, as an independent reader sees them.
pub(crate) fn pairs(encoded: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded.as_bytes()).into_owned().collect()
}

/// The query of a URL, as an independent reader sees it.
pub(crate) fn query_pairs(url: &str) -> Vec<(String, String)> {
    url::Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

pub(crate) fn value_of(pairs: &[(String, String)], name: &str) -> Option<String> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

/// A member of a response, which comes as JSON text.
pub(crate) fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}
