//! Attacks on a client, by name. Each test says what the attacker does, and shows one of two outcomes: the login has
//! ended, and there is no state from which another request could come; or the attack was not heard, and the honest
//! answer still finishes the login.

use core::borrow::Borrow;

use authcode::limits::{MAX_REDIRECT_LEN, MAX_RESPONSE_LEN};
use authcode::{
    Authorized, AwaitingRedirect, BearerError, Client, ClientAuth, CodeReceived, ConfigError, ErrorCode, Flow,
    GrantedScope, HttpResponse, IssParameter, Leg, Lifetime, ParameterError, Redirect, RedirectError, Rejected,
    Renewal, Resume, ResumeError, Server, StartError, Suspended, TokenError, TokenType, UnixTime, UnusableToken, Uri,
};
use proptest::prelude::*;

use crate::model_server::*;
use crate::scenario::*;

/// The login is over. What is left of it is an error: there is no state, so there is no further request.
#[track_caller]
fn assert_stopped<S, C, E: Borrow<C>>(refused: Rejected<S, C, E>) -> E {
    assert!(!refused.is_alive());
    match refused.recover() {
        Ok(_) => panic!("a state is left, and with it a request"),
        Err(end) => end,
    }
}

/// The attack was not heard: the state is back, and behaves as if nothing had come.
#[track_caller]
fn assert_unheard(refused: Rejected<AwaitingRedirect, RedirectError>, server: &mut ModelServer, honest: &Answer) {
    assert!(refused.is_alive());
    let code = refused.recover().unwrap().receive_redirect(&honest.url()).unwrap();
    let response = server.token(&code.token_request());
    assert!(code.receive_token_response(response, NOW).is_ok());
}

/// The same for a code: the request is the same as before, and its answer is still taken.
#[track_caller]
fn assert_code_unheard(refused: Rejected<CodeReceived, TokenError>) {
    assert!(refused.is_alive());
    assert_still_has_code(refused.recover().unwrap());
}

fn two_servers() -> (ModelServer, ModelServer) {
    (ModelServer::new("honest.example"), ModelServer::new("evil.example"))
}

/// The evil server sends the user on to the honest one, in the name of the honest one's client.
fn sent_on(url: &str, to: &ModelServer, client_id: &str) -> String {
    let (_, query) = url.split_once('?').unwrap();
    let rest: Vec<_> = query.split('&').filter(|pair| !pair.starts_with("client_id=")).collect();
    format!("{}?client_id={client_id}&{}", to.authorization_endpoint(), rest.join("&"))
}

fn stored<S: Resume>(form: &str, client: &Client) -> Result<S, ResumeError> {
    serde_json::from_str::<Suspended>(form).unwrap().resume(client)
}

fn form(suspended: &Suspended) -> String {
    serde_json::to_string(suspended).unwrap()
}

fn receive(status: u16, body: impl Into<Vec<u8>>) -> Result<Authorized, Rejected<CodeReceived, TokenError>> {
    code_received().receive_token_response(HttpResponse::new(status, body), NOW)
}

// Two servers, one of them the attacker's.

/// The user logs in at the evil server, which sends him on to the honest one. The honest code comes back with our
/// `state`, and would go to the evil token endpoint together with the verifier.
#[test]
// rows 76, 77, 79, 80, 86, 97
fn mix_up_of_two_servers() {
    let (mut honest, mut evil) = two_servers();
    let _ = honest.client("ours-at-honest", Registered::Public, REDIRECT_URI);
    for iss in [IssParameter::Required, IssParameter::Optional] {
        let client = Client::new(evil.server(iss), "ours-at-evil", ClientAuth::None, REDIRECT_URI).unwrap();
        evil.register("ours-at-evil", Registered::Public, REDIRECT_URI);
        let pending = start(&client);
        let answer = honest.authorize(&sent_on(&pending.authorization_url(), &honest, "ours-at-honest"));
        let refused = pending.receive_redirect(&answer.url()).unwrap_err();
        assert_eq!(assert_stopped(refused), RedirectError::IssuerMismatch);
    }
    // The evil server takes the `iss` away.
    let client = evil.client("ours-at-evil", Registered::Public, REDIRECT_URI);
    let pending = start(&client);
    let answer = honest.authorize(&sent_on(&pending.authorization_url(), &honest, "ours-at-honest"));
    let refused = pending.receive_redirect(&answer.url_without_iss()).unwrap_err();
    assert_eq!(assert_stopped(refused), RedirectError::IssuerMissing { unauthenticated: None });
    assert_eq!((honest.token_requests, evil.token_requests), (0, 0));
}

/// The same where neither server sends `iss`: a redirect URI for each server tells them apart.
#[test]
// rows 73, 86
fn mix_up_of_two_servers_without_iss() {
    let (mut honest, mut evil) = two_servers();
    let at_honest = "https://client.example.com/cb/honest";
    let at_evil = "https://client.example.com/cb/evil";
    honest.register("ours-at-honest", Registered::Public, at_honest);
    evil.register("ours-at-evil", Registered::Public, at_evil);
    let server = Server::new(evil.authorization_endpoint(), evil.token_endpoint()).unwrap();
    let client = Client::new(server, "ours-at-evil", ClientAuth::None, at_evil).unwrap();
    let pending = start(&client);
    let url = sent_on(&pending.authorization_url(), &honest, "ours-at-honest");
    let answer = honest.authorize(&url.replace("cb%2Fevil", "cb%2Fhonest"));
    let refused = pending.receive_redirect(&answer.url_without_iss()).unwrap_err();
    assert_eq!(refused.error(), &RedirectError::NotOurs);
    let honest_answer = evil.authorize(&refused.recover().unwrap().authorization_url());
    assert_eq!((honest_answer.redirect_uri.as_str(), evil.token_requests), (at_evil, 0));
}

/// The control: where nothing tells the two servers apart, the code does go to the evil one. That is why a redirect
/// URI for each server, or `iss`, is asked of the host.
#[test]
fn mix_up_succeeds_where_the_host_leaves_out_both_defences() {
    let (mut honest, mut evil) = two_servers();
    honest.register("ours-at-honest", Registered::Public, REDIRECT_URI);
    evil.register("ours-at-evil", Registered::Public, REDIRECT_URI);
    let server = Server::new(evil.authorization_endpoint(), evil.token_endpoint()).unwrap();
    let client = Client::new(server, "ours-at-evil", ClientAuth::None, REDIRECT_URI).unwrap();
    let pending = start(&client);
    let answer = honest.authorize(&sent_on(&pending.authorization_url(), &honest, "ours-at-honest"));
    let code = pending.receive_redirect(&answer.url()).unwrap();
    let _ = evil.token(&code.token_request());
    assert_eq!(evil.token_requests, 1);
}

/// A platform has a connection to each of many applications, with one `client_id`. The evil application's connection
/// names the honest authorization endpoint and its own token endpoint.
#[test]
fn takeover_across_connections_that_share_a_client() {
    let (mut honest, evil) = two_servers();
    honest.register("platform", Registered::Public, "https://client.example.com/cb/evil");
    let connection = |server: Server, path| {
        let redirect_uri = format!("https://client.example.com/cb/{path}");
        Client::new(server, "platform", ClientAuth::None, &redirect_uri).unwrap()
    };
    let evil_server = Server::new(honest.authorization_endpoint(), evil.token_endpoint())
        .and_then(|server| server.with_issuer(evil.issuer(), IssParameter::Optional))
        .unwrap();
    let (at_evil, at_honest) =
        (connection(evil_server, "evil"), connection(honest.server(IssParameter::Optional), "honest"));
    // The victim's code comes with the issuer of the server that really gave it.
    let pending = start(&at_evil);
    let answer = honest.authorize(&pending.authorization_url());
    assert_eq!(assert_stopped(pending.receive_redirect(&answer.url()).unwrap_err()), RedirectError::IssuerMismatch);
    // A login of one connection does not come back as one of the other.
    let pending = form(&start(&at_evil).suspend());
    assert_eq!(stored::<Flow>(&pending, &at_honest).unwrap_err(), ResumeError::OtherClient);
    assert_eq!(evil.token_requests, 0);
}

/// The issuer is that of another server, or only looks like ours.
#[test]
// rows 76, 81
fn confusion_of_issuers() {
    for iss in [
        "https://honest.example/",
        "https://honest.example1",
        "https://honest.exampl",
        "https://honest.example:443",
        "HTTPS://honest.example",
        "https://HONEST.example",
        "http://honest.example",
        "https://honest.example%00",
        "https://honest.example#",
        "https://honest.example?",
        " https://honest.example",
        "https://h%6Fnest.example",
        "https://evil.example",
        "null",
        "",
    ] {
        let (mut honest, _) = two_servers();
        let client = honest.client("id", Registered::Public, REDIRECT_URI);
        let pending = start(&client);
        let answer = Answer { iss: iss.to_owned(), ..honest.authorize(&pending.authorization_url()) };
        let refused = pending.receive_redirect(&answer.url()).unwrap_err();
        assert_eq!(assert_stopped(refused), RedirectError::IssuerMismatch, "{iss}");
        assert_eq!(honest.token_requests, 0);
    }
    // Two of them: nobody can say which one counts, so nobody is heard.
    let (mut honest, _) = two_servers();
    let client = honest.client("id", Registered::Public, REDIRECT_URI);
    let pending = start(&client);
    let answer = honest.authorize(&pending.authorization_url());
    let refused = pending.receive_redirect(&format!("{}&iss=https%3A%2F%2Fevil.example", answer.url())).unwrap_err();
    assert_unheard(refused, &mut honest, &answer);
}

/// The evil server's metadata names the honest authorization endpoint, so that the user sees a page that he knows.
#[test]
// rows 97
fn poisoned_endpoints() {
    let (mut honest, evil) = two_servers();
    honest.register("id", Registered::Public, REDIRECT_URI);
    let server = Server::new(honest.authorization_endpoint(), evil.token_endpoint())
        .and_then(|server| server.with_issuer(evil.issuer(), IssParameter::Optional))
        .unwrap();
    let pending = start(&Client::new(server, "id", ClientAuth::None, REDIRECT_URI).unwrap());
    let answer = honest.authorize(&pending.authorization_url());
    assert_eq!(assert_stopped(pending.receive_redirect(&answer.url()).unwrap_err()), RedirectError::IssuerMismatch);
}

// Whose answer it is.

/// What an attacker can write to a redirect URI without having seen `state`: answers that lack nothing but the right
/// one, pairs in any number, and any bytes.
fn forgery() -> impl Strategy<Value = Vec<u8>> {
    let answer = "(code|error)=[A-Za-z0-9_]{1,8}(&state=([A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{0,44}))?(&iss=[a-z]{1,8})?";
    let pair = "(code|state|error|iss|response|access_token|c%6fde|st%61te|[a-z]{1,3})=[A-Za-z0-9%+_-]{0,48}";
    let pairs = prop::collection::vec(pair, 0..8).prop_map(|pairs| pairs.join("&"));
    prop_oneof![answer.prop_map(String::into_bytes), pairs.prop_map(String::into_bytes), any::<Vec<u8>>()]
}

proptest! {
    /// The attacker makes the victim's browser call the redirect URI. Without `state` nothing is heard: no code is
    /// taken, and no login is ended.
    #[test]
    // rows 24, 51, 53, 72, 85
    fn login_csrf_by_a_forged_redirect(forgery in forgery()) {
        let mut url = format!("{REDIRECT_URI}?").into_bytes();
        url.extend(&forgery);
        for redirect in [Redirect::url(&url), Redirect::query(&forgery), Redirect::form_post(&forgery)] {
            let refused = awaiting_redirect().receive_redirect(redirect).unwrap_err();
            prop_assert!(refused.is_alive());
            assert_still_awaits(refused.recover().unwrap());
        }
    }
}

/// The attacker begins a login in his own browser and gives his answer to the victim, who would then work in the
/// attacker's account.
#[test]
fn login_csrf_with_the_answer_of_another_session() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    let (attacker, victim) = (start(&client), start(&client));
    let forged = server.authorize(&attacker.authorization_url());
    let honest = server.authorize(&victim.authorization_url());
    let refused = victim.receive_redirect(&forged.url()).unwrap_err();
    assert_eq!(refused.error(), &RedirectError::StateMismatch);
    assert_unheard(refused, &mut server, &honest);
}

/// The attacker begins a login and makes the victim finish it. The host looks for the login in the session of the
/// browser that came, and there it is another one, or none.
#[test]
fn fixation_of_a_session_across_users() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    let (attacker, victim) = (start(&client), start(&client));
    let finished_by_the_victim = server.authorize(&attacker.authorization_url());
    let honest = server.authorize(&victim.authorization_url());
    // The host's store: one pending login in the session of each user.
    let in_session = form(&victim.suspend());
    let pending: AwaitingRedirect = stored(&in_session, &client).unwrap();
    let url = finished_by_the_victim.url();
    assert_ne!(Redirect::url(&url).claimed_state().as_deref(), Some(pending.state()));
    assert_unheard(pending.receive_redirect(&url).unwrap_err(), &mut server, &honest);
}

/// Two logins in one session: the answer to one is not taken for the other, in whatever order they come.
#[test]
fn overwriting_of_a_session_by_a_second_login() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    let (first, second) = (start(&client), start(&client));
    let to_first = server.authorize(&first.authorization_url());
    let to_second = server.authorize(&second.authorization_url());
    assert_unheard(second.receive_redirect(&to_first.url()).unwrap_err(), &mut server, &to_second);
    assert_unheard(first.receive_redirect(&to_second.url()).unwrap_err(), &mut server, &to_first);
}

/// The attacker aborts the login of another by an error.
#[test]
// rows 25, 78
fn abortion_by_a_forged_error() {
    for query in [
        "error=access_denied".to_owned(),
        "error=access_denied&state=".to_owned(),
        format!("error=access_denied&state={STATE}1"),
        format!("error=access_denied&state={STATE}&state={STATE}"),
        format!("error=%zz&state={STATE}"),
    ] {
        let refused = awaiting_redirect().receive_redirect(Redirect::query(&query)).unwrap_err();
        assert_eq!(refused.error().oauth_error(), None, "{query}");
        assert_still_awaits(refused.recover().unwrap());
    }
}

/// The attacker has stolen a code, and brings it into a login of his own to get the victim's tokens.
#[test]
// rows 60, 98
fn injection_of_a_stolen_code() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    let (victim, attacker) = (start(&client), start(&client));
    let stolen = server.authorize(&victim.authorization_url());
    let own = server.authorize(&attacker.authorization_url());
    let injected = Answer { code: stolen.code.clone(), ..own };
    let code = attacker.receive_redirect(&injected.url()).unwrap();
    // The verifier is that of the attacker's login, and the server sees it.
    let response = server.token(&code.token_request());
    let error = assert_stopped(code.receive_token_response(response, NOW).unwrap_err());
    assert_eq!(error.oauth_error().unwrap().code, ErrorCode::InvalidGrant);
    // The victim's login is not touched by it.
    let code = victim.receive_redirect(&stolen.url()).unwrap();
    let response = server.token(&code.token_request());
    assert!(code.receive_token_response(response, NOW).is_ok());
}

/// Another application has the same private-use scheme, or listens on loopback. It sees the whole redirect, and has
/// the public `client_id`; the verifier it has not.
#[test]
// rows 64, 65
fn interception_of_the_code() {
    let (mut server, _) = two_servers();
    let redirect_uri = "com.example.app:/cb";
    let client = server.client("id", Registered::Public, redirect_uri);
    let pending = start(&client);
    let url = pending.authorization_url();
    let intercepted = server.authorize(&url);
    let code = pending.receive_redirect(&intercepted.url()).unwrap();
    let verifier = value_of(&pairs(code.token_request().body.expose()), "code_verifier").unwrap();
    assert!(!url.contains(&verifier) && !intercepted.url().contains(&verifier));
    // All that the thief can do: an exchange with a verifier of his own.
    let thief = start(&client);
    let own = server.authorize(&thief.authorization_url());
    let thief = thief.receive_redirect(&Answer { code: intercepted.code, ..own }.url()).unwrap();
    let response = server.token(&thief.token_request());
    assert_stopped(thief.receive_token_response(response, NOW).unwrap_err());
    let response = server.token(&code.token_request());
    assert!(code.receive_token_response(response, NOW).is_ok());
}

/// An attacker in the middle makes the server say that it does not do PKCE, or not with `S256`.
#[test]
// rows 57, 59, 61, 63, 88, 100
fn downgrade_of_pkce() {
    for description in ["code_challenge_method+S256+is+not+supported", "use+plain", "code_challenge+not+allowed"] {
        let redirect = format!("{REDIRECT_URI}?error=invalid_request&error_description={description}&state={STATE}");
        // The login is over. There is none without PKCE to go on with.
        assert_stopped(awaiting_redirect().receive_redirect(&redirect).unwrap_err());
    }
    for name in ["code_challenge", "code_challenge_method", "code_verifier"] {
        for leg in [Leg::Authorization, Leg::Token] {
            let refused = Scenario::default().to_unstarted().param(leg, name, "plain").unwrap_err();
            assert_eq!(refused, ParameterError::Reserved(name));
        }
        assert!(Server::new(&format!("{AUTHORIZE}?{name}=plain"), TOKEN).is_err());
    }
    // A server that ignores PKCE gets it all the same.
    let code = code_received();
    assert!(pairs(code.token_request().body.expose()).contains(&("code_verifier".to_owned(), VERIFIER.to_owned())));
    assert_request_is_conformant(&*awaiting_redirect().authorization_url());
    assert_request_is_conformant(&code.token_request());
}

/// The same redirect comes again: by the browser's back button, by a copy of the URL, or from a second copy of the
/// stored login.
#[test]
// rows 21, 95
fn replay_of_a_redirect() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    let pending = start(&client);
    let copy = form(&pending.suspend());
    let answer = server.authorize(&pending.authorization_url());
    let code = pending.receive_redirect(&answer.url()).unwrap();
    let response = server.token(&code.token_request());
    let authorized = code.receive_token_response(response, NOW).unwrap();
    // It is of no use for the next login.
    let refused = start(&client).receive_redirect(&answer.url()).unwrap_err();
    assert_eq!(refused.error(), &RedirectError::StateMismatch);
    // A host that keeps a copy against the rule meets the server, which takes the code once.
    let code = stored::<AwaitingRedirect>(&copy, &client).unwrap().receive_redirect(&answer.url()).unwrap();
    let response = server.token(&code.token_request());
    assert_stopped(code.receive_token_response(response, NOW).unwrap_err());
    assert!(authorized.bearer().is_ok());
}

/// The next login, after any end of the one before, has another `state` and another verifier.
#[test]
// rows 62, 87
fn reuse_of_a_verifier() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    // The server asserts that it has seen no challenge before.
    for _ in 0..3 {
        let pending = start(&client);
        let answer = server.authorize(&pending.authorization_url());
        let refused = format!("{REDIRECT_URI}?error=server_error&state={}&iss={}", answer.state, encoded(&answer.iss));
        assert_stopped(pending.receive_redirect(&refused).unwrap_err());
    }
    let code = receive_code(&mut server, &client);
    let response = HttpResponse::new(200, r#"{"access_token":"a"}"#);
    let Renewal::Reauthorize(again) = code.receive_token_response(response, NOW).unwrap().renew() else {
        panic!("there is no refresh token")
    };
    let _ = server.authorize(&again.try_start(getrandom::SysRng).unwrap().authorization_url());
}

/// The answer of the server's state comparison tells nothing: each wrong `state` gives the same error, wherever it
/// differs.
#[test]
// rows 24
fn oracle_in_the_state_comparison() {
    for index in 0..STATE.len() {
        let mut wrong = STATE.as_bytes().to_vec();
        wrong[index] ^= 1;
        let wrong = encoded(&String::from_utf8(wrong).unwrap());
        let refused = awaiting_redirect().receive_redirect(&format!("{REDIRECT_URI}?code=a&state={wrong}"));
        let refused = refused.unwrap_err();
        assert_eq!(refused.error(), &RedirectError::StateMismatch);
        assert_eq!(refused.to_string(), RedirectError::StateMismatch.to_string());
        assert_still_awaits(refused.recover().unwrap());
    }
}

// Where the redirect came to, and what is in it.

/// Redirect URIs that look like ours to a careless reader.
#[test]
// rows 73
fn look_alike_redirect_uris() {
    for base in [
        "https://client.example.com/cb%2F..",
        "https://client.example.com/%63b",
        "https://client.example.com/cb;x",
        "https://client.example.com/cb/.",
        "https://client.example.com/x/../cb",
        "https://client.example.com\\cb",
        "https://client.example.com:443@evil.example/cb",
        "https://evil.example\\@client.example.com/cb",
        "https://client.example.com%2Eevil.example/cb",
        "https://client.example.com./cb",
        "https://CLIENT.example.com/cb",
        "https://cl\u{456}ent.example.com/cb",
        "https://xn--clent-m4e.example.com/cb",
        "https:///client.example.com/cb",
        "http://client.example.com/cb",
        "https://client.example.com:8443/cb",
        "com.example.app:/cb",
    ] {
        let refused = awaiting_redirect().receive_redirect(&format!("{base}?{}", answer())).unwrap_err();
        assert_eq!(refused.error(), &RedirectError::NotOurs, "{base}");
        assert_still_awaits(refused.recover().unwrap());
    }
}

/// The attacker wants the code at an address of his own.
#[test]
// rows 11, 48
fn manipulation_of_the_redirect_uri() {
    let evil = "https://evil.example/cb";
    for leg in [Leg::Authorization, Leg::Token] {
        let refused = Scenario::default().to_unstarted().param(leg, "redirect_uri", evil).unwrap_err();
        assert_eq!(refused, ParameterError::Reserved("redirect_uri"));
    }
    assert!(Server::new(&format!("{AUTHORIZE}?redirect_uri={evil}"), TOKEN).is_err());
    // What comes in a redirect does not choose where the code goes.
    let more = format!("&redirect_uri={evil}&token_endpoint={evil}&client_id=evil");
    let code = awaiting_redirect().receive_redirect(&redirect_with(&more)).unwrap();
    assert_still_has_code(code);
    assert_eq!(code_received().token_request().url, TOKEN);
}

/// `error_uri` is a place to which the attacker would like to send the user. The crate never names a place to go to.
#[test]
// rows 54, 84
fn open_redirect_by_an_error_uri() {
    for uri in ["https://evil.example/", "javascript:alert(1)", "//evil.example"] {
        let redirect = format!("{REDIRECT_URI}?error=x&error_uri={}&state={STATE}", encoded(uri));
        let error = assert_stopped(awaiting_redirect().receive_redirect(&redirect).unwrap_err());
        assert!(!error.to_string().contains(uri) && !format!("{error:?}").contains(uri));
        assert_eq!(error.oauth_error().unwrap().uri.as_ref().unwrap().raw(), uri);
    }
}

/// An error page or a log that shows what came would pass the code on, by `Referer` or by whoever reads it.
#[test]
fn leak_of_the_code_by_an_error() {
    for query in [
        format!("code={CODE}"),
        format!("code={CODE}&state=x"),
        format!("code={CODE}&code={CODE}"),
        format!("code={CODE}&error=x&state={STATE}"),
        format!("code={CODE}%00&state={STATE}"),
        format!("code={CODE}&id_token={CODE}&state={STATE}"),
    ] {
        let refused = awaiting_redirect().receive_redirect(Redirect::query(&query)).unwrap_err();
        let shown = format!("{refused} {refused:?} {:?}", refused.error());
        assert!(!shown.contains(CODE) && !shown.contains(STATE), "{shown}");
    }
}

/// The attacker has made the server put its answer into the fragment, from where a page can be made to leak it.
#[test]
fn answer_in_the_fragment() {
    for url in [
        format!("{REDIRECT_URI}#{}", answer()),
        format!("{REDIRECT_URI}#access_token=a&state={STATE}"),
        format!("{REDIRECT_URI}?#{}", answer()),
    ] {
        let refused = awaiting_redirect().receive_redirect(&url).unwrap_err();
        assert_eq!(refused.error(), &RedirectError::StateMissing { unauthenticated: None });
        assert!(!format!("{refused:?}").contains(CODE));
        assert_still_awaits(refused.recover().unwrap());
    }
}

/// A token in the front channel, where the client asked for a code.
#[test]
// rows 89
fn token_in_the_front_channel() {
    for more in ["&access_token=a", "&id_token=a", "&access_token=&token_type=Bearer", "&%61ccess_token=a"] {
        let refused = awaiting_redirect().receive_redirect(&redirect_with(more)).unwrap_err();
        assert_eq!(assert_stopped(refused), RedirectError::TokenInRedirect, "{more}");
    }
}

/// One parameter twice: the client reads one, a filter in front of it the other.
#[test]
fn pollution_by_a_second_parameter() {
    for more in ["&code=evil", "&c%6Fde=evil", "&%63%6F%64%65=evil", "&state=evil", "&code", "&state"] {
        for query in [format!("{}{more}", answer()), format!("{}&{}", &more[1..], answer())] {
            let refused = awaiting_redirect().receive_redirect(Redirect::query(&query)).unwrap_err();
            assert!(matches!(refused.error(), RedirectError::DuplicateParameter(_)), "{query}");
            assert_still_awaits(refused.recover().unwrap());
        }
    }
}

/// What two readers of a query may read differently is refused, or is no parameter of ours.
#[test]
// rows 44
fn difference_between_parsers() {
    let read = |query: &str| match awaiting_redirect().receive_redirect(Redirect::query(query)) {
        Ok(code) => Ok(value_of(&pairs(code.token_request().body.expose()), "code").unwrap()),
        Err(refused) => Err(refused.error().clone()),
    };
    // A `;` separates nothing.
    assert_eq!(read(&format!("{};code=evil", answer())), Err(RedirectError::StateMismatch));
    assert_eq!(read(&format!("x=y;code=evil&{}", answer())).unwrap(), CODE);
    // Not UTF-8, or not a percent-encoding.
    for bad in ["%C0%AF", "%ED%A0%80", "%F5%80%80%80", "%u0041", "%", "%1", "%\u{20AC}", "\u{FFFD}%FF"] {
        assert_eq!(read(&format!("code={bad}&state={STATE}")), Err(RedirectError::Malformed), "{bad}");
    }
    // NUL ends no text.
    assert_eq!(read(&format!("code={CODE}%00evil&state={STATE}")), Err(RedirectError::MalformedCode));
    assert_eq!(read(&format!("code%00={CODE}&state={STATE}")), Err(RedirectError::NoCodeNoError));
    for query in [format!("&&{}&", answer()), format!("=x&{}&=", answer()), format!("{}&x", answer())] {
        assert_eq!(read(&query).unwrap(), CODE, "{query}");
    }
    assert_eq!(read(&format!("code=a+b%2B%20&state={STATE}")).unwrap(), "a b+ ");
}

/// Names that look like ours in another case, another script, or with something around them.
#[test]
fn confusion_of_names() {
    for name in ["Code", "CODE", "\u{FF43}ode", "c\u{43E}de", "code ", "%20code", "code%00", "code[]", "code.x"] {
        let redirect = Redirect::query;
        let alone = format!("{name}={CODE}&state={STATE}");
        let refused = awaiting_redirect().receive_redirect(redirect(&alone)).unwrap_err();
        assert_eq!(assert_stopped(refused), RedirectError::NoCodeNoError, "{name}");
        let beside = format!("{name}=evil&{}", answer());
        assert_still_has_code_of(awaiting_redirect().receive_redirect(redirect(&beside)).unwrap());
    }
    let refused = awaiting_redirect().receive_redirect(Redirect::query(&format!("code={CODE}&State={STATE}")));
    assert_still_awaits(refused.unwrap_err().recover().unwrap());
}

fn assert_still_has_code_of(code: CodeReceived) {
    assert_eq!(value_of(&pairs(code.token_request().body.expose()), "code").unwrap(), CODE);
}

/// A signed response that nobody asked for, beside or in place of a code.
#[test]
// rows 81
fn smuggling_of_a_jwt_response() {
    for query in [
        format!("response=eyJ&state={STATE}"),
        format!("response=&{}", answer()),
        format!("resp%6Fnse=eyJ&{}", answer()),
    ] {
        let refused = awaiting_redirect().receive_redirect(Redirect::query(&query)).unwrap_err();
        assert_eq!(assert_stopped(refused), RedirectError::JwtResponse);
    }
}

/// Any page can make a browser send a POST to the redirect URI.
#[test]
fn forged_form_post() {
    for body in [format!("code=evil&state={STATE}1"), "code=evil".to_owned(), "error=access_denied".to_owned()] {
        let refused = awaiting_redirect().receive_redirect(Redirect::form_post(&body)).unwrap_err();
        assert_still_awaits(refused.recover().unwrap());
    }
}

/// Whatever can be sent to a listener on loopback, a thousand times, leaves the login as it was.
#[test]
fn flood_of_foreign_redirects() {
    let mut pending = awaiting_redirect();
    for index in 0..1000 {
        let target = match index % 5 {
            0 => "/favicon.ico".to_owned(),
            1 => format!("/cb?code={index}"),
            2 => format!("/cb?code={index}&state={index}"),
            3 => "/cb?error=access_denied".to_owned(),
            _ => format!("/cb?state={}", "x".repeat(index)),
        };
        pending = pending.receive_redirect(Redirect::target(&target)).unwrap_err().recover().unwrap();
    }
    assert_still_awaits(pending);
}

/// Logins that are started and never finished cost the host what it stores for them, and the crate nothing.
#[test]
fn flood_of_started_logins() {
    let client = Scenario::default().client();
    for _ in 0..1000 {
        let pending = client.login().scope("openid").unwrap().try_start(getrandom::SysRng).unwrap();
        assert!(form(&pending.suspend()).len() < 256);
    }
}

// What comes from the token endpoint.

/// The token endpoint, or something in front of it, sends the code somewhere else.
#[test]
// rows 101
fn redirect_of_the_token_request() {
    for status in [301, 302, 303, 307, 308] {
        let response = || {
            HttpResponse::new(status, r#"{"access_token":"evil","token_type":"Bearer"}"#)
                .with_headers([("Location", "https://evil.example/"), ("Refresh", "0;url=https://evil.example/")])
        };
        let refused = code_received().receive_token_response(response(), NOW).unwrap_err();
        assert_eq!(refused.error(), &TokenError::Redirected { status });
        assert!(!format!("{refused} {refused:?}").contains("evil"));
        assert_code_unheard(refused);
        let refused = refreshing().receive_token_response(response(), NOW).unwrap_err();
        assert_eq!(refused.recover().unwrap().token_request().url, TOKEN);
    }
    assert!(!code_received().token_request().follow_redirects);
}

/// A page of a proxy, of a login form or of an attacker in place of JSON.
#[test]
fn confusion_of_the_content() {
    for body in [
        "<html><script>var r={\"access_token\":\"evil\"}</script>",
        "access_token=evil&token_type=bearer",
        ")]}'\n{\"access_token\":\"evil\"}",
        "callback({\"access_token\":\"evil\"})",
        "{\"access_token\":\"evil\"}<!-- -->",
    ] {
        let response = HttpResponse::new(200, body).with_headers([("Content-Type", "application/json")]);
        let refused = code_received().receive_token_response(response, NOW).unwrap_err();
        assert_eq!(refused.error(), &TokenError::NotJson { status: 200 });
        assert_code_unheard(refused);
    }
    // JSON asks for itself by name, so that a server which also has another form gives this one.
    assert!(code_received().token_request().headers.iter().any(|header| header == ("accept", "application/json")));
}

/// An error under the status of a success, beside a token.
#[test]
// rows 37
fn error_in_a_success() {
    let body = r#"{"error":"bad_verification_code","access_token":"evil","token_type":"Bearer"}"#;
    let error = assert_stopped(receive(200, body).unwrap_err());
    assert_eq!(error.oauth_error().unwrap().code.as_str(), "bad_verification_code");
}

/// A token for another client, or a stored login under the name of another one.
#[test]
// rows 47, 97
fn answer_for_another_client() {
    let (mut server, _) = two_servers();
    let ours = server.client("ours", Registered::Public, REDIRECT_URI);
    let other = server.client("other", Registered::Public, REDIRECT_URI);
    let pending = start(&ours);
    let given_to_other = server.authorize(&start(&other).authorization_url());
    let own = server.authorize(&pending.authorization_url());
    let code = pending.receive_redirect(&Answer { code: given_to_other.code, ..own }.url()).unwrap();
    let response = server.token(&code.token_request());
    assert_stopped(code.receive_token_response(response, NOW).unwrap_err());

    let authorized = log_in(&mut server, &ours);
    assert_eq!(stored::<Flow>(&form(&authorized.suspend()), &other).unwrap_err(), ResumeError::OtherClient);
}

/// No body is read beyond the limit, and none under it takes long.
#[test]
fn oversized_answers() {
    for status in [200, 400, 500] {
        for byte in [b' ', b'[', b'{', b'"', b'\\', 0, 0xFF] {
            let refused = receive(status, vec![byte; MAX_RESPONSE_LEN + 1]).unwrap_err();
            assert_eq!(refused.error().status(), status);
            assert_code_unheard(refused);
        }
    }
    assert_eq!(code_received().token_request().max_response_len, MAX_RESPONSE_LEN);
    let long = "x".repeat(MAX_REDIRECT_LEN);
    let refused = awaiting_redirect().receive_redirect(&redirect_with(&format!("&x={long}"))).unwrap_err();
    assert_eq!(refused.error(), &RedirectError::TooLong);
    assert_still_awaits(refused.recover().unwrap());
}

/// JSON so deep that a reader which calls itself would run out of stack.
#[test]
fn deeply_nested_json() {
    let run = || {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
            let authorized = receive(200, format!(r#"{{"x":{deep},"access_token":"a"}}"#)).unwrap();
            assert_eq!(authorized.access_token().expose(), "a");
            assert_code_unheard(
                receive(200, format!(r#"{{"access_token":"a","x":{}"#, open.repeat(100_000))).unwrap_err(),
            );
        }
    };
    std::thread::Builder::new().stack_size(64 * 1024).spawn(run).unwrap().join().unwrap();
}

/// JSON that readers differ about.
#[test]
// rows 30
fn oddities_of_json() {
    for body in [
        r#"{"access_token":"a","access_token":"evil"}"#,
        r#"{"access_token":"a","access\u005ftoken":"evil"}"#,
        r#"{"access_token":"a\u0000"}"#,
        r#"{"access_token":"\ud800"}"#,
        r#"{"access_token":"a\r\nx: y"}"#,
        r#"[{"access_token":"a"}]"#,
        "null",
    ] {
        let error = assert_stopped(receive(200, body).unwrap_err());
        assert!(matches!(error, TokenError::Unusable { .. }), "{body}: {error}");
    }
    for body in [
        &b"{\"access_token\":\"a\"}x"[..],
        b"{\"access_token\":\"a\",}",
        b"{access_token:\"a\"}",
        b"{\"access_token\":\"a\"/**/}",
        b"{\"access_token\":\"a\",\"n\":NaN}",
        b"{\"access_token\":\"a\",\"n\":01}",
        b"{\"access_token\":\"a\n\"}",
        b"\xFF\xFE{\0",
        b"\xEF\xBB\xBF\xEF\xBB\xBF{\"access_token\":\"a\"}",
    ] {
        let refused = receive(200, body).unwrap_err();
        assert_eq!(refused.error(), &TokenError::NotJson { status: 200 }, "{}", String::from_utf8_lossy(body));
        assert_code_unheard(refused);
    }
}

/// Bytes that are no UTF-8 are not replaced by something that is.
#[test]
fn bytes_that_are_no_utf_8() {
    for bytes in [&b"\xFF"[..], b"\xC0\x80", b"\xED\xA0\x80", b"\xF5\x80\x80\x80", b"\xE2\x82"] {
        let body = [b"{\"access_token\":\"a", bytes, b"\"}"].concat();
        assert_code_unheard(receive(200, body).unwrap_err());
        for (start, end) in [("code=a", format!("&state={STATE}")), ("state=", format!("{STATE}&code=a"))] {
            let query = [start.as_bytes(), bytes, end.as_bytes()].concat();
            let refused = awaiting_redirect().receive_redirect(Redirect::query(&query)).unwrap_err();
            assert_eq!(refused.error(), &RedirectError::Malformed);
            assert_still_awaits(refused.recover().unwrap());
        }
    }
}

/// A description that clears the terminal, forges a line of the log or turns its own direction.
#[test]
// rows 25
fn injection_into_a_log() {
    let evil = "\u{1B}[2J\r\n\t\u{7}\u{202E}gnp.exe\u{2066}\u{0}\u{85}\u{2028}<b>";
    let redirect = format!("{REDIRECT_URI}?error=x&error_description={}&state={STATE}", encoded(evil));
    let by_redirect = assert_stopped(awaiting_redirect().receive_redirect(&redirect).unwrap_err());
    let body = serde_json::json!({"error": "x", "error_description": evil}).to_string();
    let by_response = assert_stopped(receive(400, body).unwrap_err());
    for error in [by_redirect.oauth_error().unwrap(), by_response.oauth_error().unwrap()] {
        let shown = error.description.as_ref().unwrap().to_string();
        let is_tame = |c: char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{202E}' | '\u{2066}');
        assert!(shown.chars().all(is_tame), "{shown:?}");
    }
    for error in [by_redirect.to_string(), by_response.to_string(), format!("{by_redirect:?} {by_response:?}")] {
        assert!(!error.contains("gnp"), "{error}");
    }
}

/// The server says it granted more than was asked for, or nothing at all.
#[test]
// rows 18
fn escalation_of_the_scope() {
    for (member, stated) in [
        (r#","scope":"openid admin""#, Some("openid admin")),
        (r#","scope":"""#, Some("")),
        (r#","scope":null"#, None),
        ("", None),
    ] {
        let authorized = receive(200, format!(r#"{{"access_token":"a","refresh_token":"r"{member}}}"#)).unwrap();
        let expected = stated.map_or(GrantedScope::Unstated, |scope| GrantedScope::Stated(scope.parse().unwrap()));
        assert_eq!(authorized.granted_scope(), &expected);
        // A refresh does not ask for what was not granted.
        let Renewal::Refresh(mut refreshing) = authorized.renew() else { panic!("there is a refresh token") };
        assert!(refreshing.narrow_scope("superuser").is_err());
        assert_eq!(refreshing.narrow_scope("openid").is_ok(), stated != Some(""));
    }
}

/// A lifetime that overflows, is negative or is no number, so that a token never runs out, or the client falls over.
#[test]
// rows 33
fn abuse_of_the_lifetime() {
    for value in ["-1", "1e999", "\"never\"", "true", "[]", "{}", "\"\"", "-0", "\"\\u0000\"", "\"2026-01-01\""] {
        let token = receive(200, format!(r#"{{"access_token":"a","expires_in":{value}}}"#)).unwrap();
        assert_eq!(token.lifetime(), Lifetime::Unreadable, "{value}");
        assert!(token.needs_renewal(NOW, core::time::Duration::ZERO), "{value} means for ever");
    }
    for value in ["18446744073709551615", "18446744073709551616", "1e300", "\"9223372036854775807\""] {
        let token = receive(200, format!(r#"{{"access_token":"a","expires_in":{value}}}"#)).unwrap();
        assert!(token.expires_at().unwrap() >= UnixTime::from_secs(i64::MAX as u64), "{value}");
        assert!(!token.needs_renewal(NOW, core::time::Duration::from_secs(60)));
        assert!(token.needs_renewal(UnixTime::from_secs(u64::MAX), core::time::Duration::MAX));
    }
}

/// A thief has an old refresh token. The server sees it come twice and ends all that came of it; the client is left
/// with a login to begin.
#[test]
// rows 47, 102
fn replay_of_a_refresh_token() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    let authorized = log_in(&mut server, &client);
    let stolen = form(&authorized.suspend());
    let refresh = |authorized: Authorized, server: &mut ModelServer| {
        let Renewal::Refresh(refreshing) = authorized.renew() else { panic!("there is a refresh token") };
        let response = server.token(&refreshing.token_request());
        refreshing.receive_token_response(response, NOW)
    };
    let ours = refresh(authorized, &mut server).unwrap();
    let access_token = ours.access_token().expose().to_owned();
    let thief: Authorized = stored(&stolen, &client).unwrap();
    let _ = assert_stopped(refresh(thief, &mut server).unwrap_err());
    let ended = assert_stopped(refresh(ours, &mut server).unwrap_err());
    // What still works is not lost, and no dead token is tried again.
    assert_eq!(ended.authorized.access_token().expose(), access_token);
    let Renewal::Reauthorize(_) = ended.authorized.renew() else { panic!("the refresh token is dead") };
}

/// The server has acted on a request whose answer was lost. The request can be made again; the server refuses the
/// spent code, and that is the end.
#[test]
// rows 21
fn replay_after_a_lost_answer() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    let code = receive_code(&mut server, &client);
    let _lost = server.token(&code.token_request());
    let response = server.token(&code.token_request());
    let error = assert_stopped(code.receive_token_response(response, NOW).unwrap_err());
    assert_eq!(error.oauth_error().unwrap().code, ErrorCode::InvalidGrant);
}

/// A token of a type that is not understood, used as if it were `Bearer`.
#[test]
// rows 32
fn substitution_of_the_token_type() {
    for word in ["mac", "DPoP", "Bearer2", "Bearer ", "B\u{45}arer\\u0000", "\u{412}earer"] {
        let authorized = receive(200, format!(r#"{{"access_token":"a","token_type":"{word}"}}"#)).unwrap();
        assert!(matches!(authorized.token_type(), TokenType::Other(_)), "{word}");
        assert_eq!(authorized.bearer().unwrap_err(), BearerError::TokenType);
    }
}

// What goes out.

proptest! {
    /// Line breaks and NUL in whatever becomes part of a header or a URL.
    #[test]
    // rows 36, 43, 105
    fn injection_into_a_header(token in any::<String>(), id in any::<String>(), secret in any::<String>()) {
        let body = serde_json::json!({"access_token": token, "token_type": "Bearer"}).to_string();
        if let Ok(authorized) = receive(200, body) {
            if let Ok(header) = authorized.bearer() {
                prop_assert!(header.expose().bytes().all(|byte| matches!(byte, 0x20..=0x7E)));
                prop_assert_eq!(header.expose().split(' ').count(), 2);
            }
        }
        for auth in [ClientAuth::basic(&*secret), ClientAuth::basic_raw(&*secret), ClientAuth::body(&*secret)] {
            let server = Server::new(AUTHORIZE, TOKEN).unwrap();
            let Ok(client) = Client::new(server, &id, auth, REDIRECT_URI) else { continue };
            let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
            let is_visible = |text: &str| text.bytes().all(|byte| matches!(byte, 0x21..=0x7E));
            prop_assert!(is_visible(&pending.authorization_url()));
            let request = pending.receive_redirect(&redirect_with("")).unwrap().token_request();
            prop_assert!(is_visible(&request.url) && is_visible(request.body.expose()));
            for (_, value) in &request.headers {
                prop_assert!(value.bytes().all(|byte| matches!(byte, 0x20..=0x7E)));
            }
        }
    }
}

/// Lengths at which the arithmetic of an encoder goes wrong.
#[test]
fn overflow_in_an_encoder() {
    use base64::Engine as _;
    for len in (0..100).chain([1021, 1022, 1023, 1024, 16384]) {
        let secret = "\u{E9}".repeat(len / 2);
        let server = Server::new(AUTHORIZE, TOKEN).unwrap();
        let client = Client::new(server, "id", ClientAuth::basic(&*secret), REDIRECT_URI).unwrap();
        let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
        let request = pending.receive_redirect(&redirect_with("")).unwrap().token_request();
        let (_, header) = request.headers.iter().last().unwrap();
        let decoded = base64::engine::general_purpose::STANDARD.decode(header.strip_prefix("Basic ").unwrap());
        assert_eq!(String::from_utf8(decoded.unwrap()).unwrap(), format!("id:{}", encoded(&secret)));
    }
}

/// A secret in a log, by way of `Debug` or of an error.
#[test]
// rows 45
fn secrets_in_a_log() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Basic("hunter2"), REDIRECT_URI);
    let pending = start(&client);
    let answer = server.authorize(&pending.authorization_url());
    let mut log = format!("{client:?} {pending:?} {:?} {:?}", pending.suspend(), Redirect::url(&answer.url()));
    let state = pending.state().to_owned();
    let code = pending.receive_redirect(&answer.url()).unwrap();
    let request = code.token_request();
    let verifier = value_of(&pairs(request.body.expose()), "code_verifier").unwrap();
    let response = server.token(&request);
    log += &format!("{code:?} {request:?} {response:?}");
    let authorized = code.receive_token_response(response, NOW).unwrap();
    let tokens = [authorized.access_token().expose(), authorized.refresh_token().unwrap().expose()].map(str::to_owned);
    log += &format!("{authorized:?} {:?}", authorized.bearer());
    let Renewal::Refresh(refreshing) = authorized.renew() else { panic!("there is a refresh token") };
    log += &format!("{refreshing:?} {:?}", refreshing.token_request());
    let again = refreshing.receive_token_response(HttpResponse::new(500, tokens[0].clone()), NOW);
    log += &format!("{again:?}");
    for secret in [&state, &verifier, &answer.code, &tokens[0], &tokens[1], "hunter2"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

// The host's own side.

/// A random source that fails, gives nothing, or gives the same twice.
#[test]
// rows 50, 56
fn weak_random_source() {
    let mut half = ENTROPY;
    half[32..].fill(0);
    let mut repeated = ENTROPY;
    repeated.copy_within(..32, 32);
    for (entropy, error) in
        [([0; 64], StartError::NoEntropy), (half, StartError::NoEntropy), (repeated, StartError::RepeatedEntropy)]
    {
        let refused = Scenario::default().to_unstarted().start_with_entropy(&entropy).unwrap_err();
        assert_eq!(refused.error(), &error);
        assert_still_awaits(refused.recover().unwrap().start_with_entropy(&ENTROPY).unwrap());
    }
}

/// Endpoints out of somebody's metadata, which lead into the host's own network or to something that is no server.
#[test]
// rows 1
fn request_forgery_by_an_endpoint() {
    for endpoint in [
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "https://2852039166/",
        "https://0xA9FEA9FE/",
        "https://0251.0376.0251.0376/",
        "https://169.254.43518/",
        "https://[::ffff:169.254.169.254]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://evil.example@169.254.169.254/",
        "https://localhost:80@evil.example/",
    ] {
        assert!(Server::new(endpoint, TOKEN).is_err(), "{endpoint}");
        assert!(Server::new(AUTHORIZE, endpoint).is_err(), "{endpoint}");
        assert!(Server::danger_loopback_http(endpoint, TOKEN).is_err(), "{endpoint}");
    }
    // A plain address is shown for what it is, for a host that filters.
    let plain = Uri::parse("https://169.254.169.254/").unwrap();
    assert_eq!(plain.host(), "169.254.169.254");
}

/// An authorization endpoint that runs a program when it is handed to the shell or the system.
#[test]
// rows 1
fn injection_of_a_command_by_an_endpoint() {
    for endpoint in [
        "a:$(calc.exe)?response_type=code",
        "https://evil.example/$(touch /tmp/x)",
        "https://evil.example/`touch`",
        "https://evil.example/\"&calc&\"",
        "https://evil.example/|calc",
        "https://evil.example/\nx",
        "file:///bin/sh",
        "javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "--help",
        "-https://evil.example/",
        "\\\\evil.example\\share",
    ] {
        assert!(Server::new(endpoint, TOKEN).is_err(), "{endpoint}");
    }
    // What a URI may have besides is left as it is, so the URL is one word of visible ASCII without a quote.
    let url = awaiting_redirect().authorization_url();
    assert!(url.starts_with("https://") && !url.contains(['"', '<', '>', '`', ' ', '\\', '|', '^', '{', '}']));
}

/// A redirect URI that runs a script in place of a page.
#[test]
// rows 12, 66, 94
fn script_as_a_redirect_uri() {
    for uri in [
        "javascript:alert(1)",
        "javascript://client.example.com/%0Aalert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///x",
        "about:blank",
        "blob:https://client.example.com/x",
        "http://client.example.com/cb",
    ] {
        let server = Server::new(AUTHORIZE, TOKEN).unwrap();
        let error = Client::new(server, "id", ClientAuth::None, uri).unwrap_err();
        assert!(matches!(error, ConfigError::RedirectUri(_) | ConfigError::RedirectUriKind), "{uri}");
    }
}

/// Somebody changes a stored login, so that it goes on where it should wait.
#[test]
fn bypass_of_the_steps_by_a_stored_form() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    let pending = form(&start(&client).suspend());
    for kind in ["unstarted", "code_received", "authorized", "refreshing", "admin"] {
        assert!(stored::<Flow>(&pending.replace("awaiting_redirect", kind), &client).is_err(), "{kind}");
    }
    // The verifier of one login and the code of another: the store can be made to say so, and the server sees it.
    let stolen = server.authorize(&start(&client).authorization_url());
    let forged = pending.replace("awaiting_redirect", "code_received").replacen(
        "\"secrets\"",
        &format!("\"code\":\"{}\",\"secrets\"", stolen.code),
        1,
    );
    let code: CodeReceived = stored(&forged, &client).unwrap();
    let response = server.token(&code.token_request());
    assert_stopped(code.receive_token_response(response, NOW).unwrap_err());
    // Two copies of one secret, or none.
    let secrets = |text: &str| {
        let (start, rest) = pending.split_once("\"secrets\":\"").unwrap();
        format!("{start}\"secrets\":\"{text}{}", &rest[86..])
    };
    for text in ["", &"A".repeat(86), &STATE.repeat(2)] {
        assert_eq!(stored::<Flow>(&secrets(text), &client).unwrap_err(), ResumeError::Damaged);
    }
}

/// An access token that cannot be used ends the login before anybody tries it.
#[test]
// rows 36
fn unusable_token_as_a_success() {
    for (value, reason) in [
        ("\"\"", UnusableToken::Malformed),
        ("null", UnusableToken::Missing),
        ("\"a b\\u007f\"", UnusableToken::Malformed),
        ("{\"expose\":\"a\"}", UnusableToken::Malformed),
    ] {
        let refused = receive(200, format!(r#"{{"access_token":{value},"token_type":"Bearer"}}"#)).unwrap_err();
        assert_eq!(assert_stopped(refused), TokenError::Unusable { status: 200, reason });
    }
}
