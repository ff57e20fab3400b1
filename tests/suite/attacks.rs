//! Attacks on a client, by name. Each test says what the attacker does, and shows one of two outcomes: the login has
//! ended, and there is no state from which another request could come; or the attack was ignored, and the honest
//! response still finishes the login.

use core::error::Error;
use core::time::Duration;

use authcode::limits::{
    MAX_ATTEMPTS, MAX_FOREIGN_REFUSALS, MAX_LIFETIME, MAX_REDIRECT_LEN, MAX_RESPONSE_LEN, MAX_RETRY_AFTER,
};
use authcode::{
    Authorized, AwaitingRedirect, BearerError, Client, ClientAuth, CodeReceived, ConfigError, Dialect, Discovery,
    DiscoveryError, DiscoveryErrorKind, EndpointError, EndpointErrorKind, ErrorCode, Exchange, Fault, Flow,
    GrantedScope, HttpResponse, Identity, IssParameter, Lifetime, Metadata, NextStep, ParameterError, Pushing,
    Redirect, RedirectError, RefreshOptions, Refreshing, Refusal, Rejected, Renewal, Resend, ResumeError, Server,
    StartError, Suspended, TokenError, TokenErrorKind, TokenType, UnixTime, UnusableToken, Uri,
};
use proptest::prelude::*;

use crate::model_server::*;
use crate::scenario::*;

/// The login has ended. Only an error is left: there is no state, so there is no further request.
#[track_caller]
fn assert_stopped<S, E: Refusal>(refused: Rejected<S, E>) -> E {
    assert_eq!(refused.next_step(), NextStep::StartOver);
    match refused.recover() {
        Ok(_) => panic!("a state is left, and with it a request"),
        Err(end) => end,
    }
}

/// The attack was ignored: the state is returned, and behaves as if nothing had come.
#[track_caller]
fn assert_ignored(refused: Rejected<AwaitingRedirect, RedirectError>, server: &mut ModelServer, honest: &Answer) {
    assert_eq!(refused.next_step(), NextStep::Wait);
    let code = refused.recover().unwrap().receive_redirect(&honest.url()).unwrap();
    let response = server.token(&code.request());
    assert!(code.receive_response(response, NOW).is_ok());
}

/// The same for a code: the request is the same as before, and its response is still accepted. It is not sent again
/// without a decision of the caller, except for one that may succeed.
#[track_caller]
fn assert_code_kept(refused: Rejected<CodeReceived, TokenError>) {
    assert!(matches!(refused.next_step(), NextStep::Fix | NextStep::Retry { .. }));
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

fn stored(form: &str) -> Suspended {
    Suspended::from_json(form).unwrap()
}

fn form(suspended: &Suspended) -> String {
    suspended.to_json().into_exposed()
}

/// The error of a refused `resume`. The stored form is returned unless it is damaged.
#[track_caller]
fn assert_not_resumed<S>(result: Result<S, Rejected<Suspended, ResumeError>>) -> ResumeError {
    let Err(refused) = result else { panic!("it resumes") };
    let error = *refused.error();
    assert_eq!(refused.recover().is_ok(), error != ResumeError::Damaged);
    error
}

#[track_caller]
fn assert_is_mix_up(error: &RedirectError) {
    assert!(matches!(error, RedirectError::IssuerMismatch { .. }), "{error:?}");
}

fn receive(status: u16, body: impl Into<Vec<u8>>) -> Result<Authorized, Rejected<CodeReceived, TokenError>> {
    code_received().receive_response(HttpResponse::new(status, body), NOW)
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
        let client = Client::new(evil.server(iss), "ours-at-evil", REDIRECT_URI).unwrap();
        evil.register("ours-at-evil", Registered::Public, REDIRECT_URI);
        let pending = start(&client);
        let answer = honest.authorize(&sent_on(&pending.authorization_url(), &honest, "ours-at-honest"));
        let refused = pending.receive_redirect(&answer.url()).unwrap_err();
        assert_is_mix_up(&assert_stopped(refused));
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
    let client = Client::new(server, "ours-at-evil", at_evil).unwrap();
    let pending = start(&client);
    let url = sent_on(&pending.authorization_url(), &honest, "ours-at-honest");
    let answer = honest.authorize(&url.replace("cb%2Fevil", "cb%2Fhonest"));
    let refused = pending.receive_redirect(&answer.url_without_iss()).unwrap_err();
    assert_eq!(refused.error(), &RedirectError::NotOurs);
    let honest_answer = evil.authorize(&refused.recover().unwrap().authorization_url());
    assert_eq!((honest_answer.redirect_uri.as_str(), evil.token_requests), (at_evil, 0));
}

/// The control: if nothing distinguishes the two servers, the code does go to the evil one. That is why the caller must
/// have a redirect URI for each server, or an issuer.
#[test]
fn mix_up_succeeds_if_the_caller_omits_both_defenses() {
    let (mut honest, mut evil) = two_servers();
    honest.register("ours-at-honest", Registered::Public, REDIRECT_URI);
    evil.register("ours-at-evil", Registered::Public, REDIRECT_URI);
    let server = Server::new(evil.authorization_endpoint(), evil.token_endpoint()).unwrap();
    let client = Client::new(server, "ours-at-evil", REDIRECT_URI).unwrap();
    let pending = start(&client);
    let answer = honest.authorize(&sent_on(&pending.authorization_url(), &honest, "ours-at-honest"));
    let code = pending.receive_redirect(&answer.url()).unwrap();
    let _ = evil.token(&code.request());
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
        Client::new(server, "platform", &redirect_uri).unwrap()
    };
    let evil_server = Server::new(honest.authorization_endpoint(), evil.token_endpoint())
        .and_then(|server| server.with_issuer(evil.issuer(), IssParameter::Optional))
        .unwrap();
    let (at_evil, at_honest) =
        (connection(evil_server, "evil"), connection(honest.server(IssParameter::Optional), "honest"));
    // The victim's code comes with the issuer of the server that really gave it.
    let pending = start(&at_evil);
    let answer = honest.authorize(&pending.authorization_url());
    assert_is_mix_up(&assert_stopped(pending.receive_redirect(&answer.url()).unwrap_err()));
    // A login of one connection does not come back as one of the other.
    let pending = form(&start(&at_evil).suspend());
    assert_eq!(assert_not_resumed(Flow::resume(stored(&pending), &at_honest)), ResumeError::OtherClient);
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
        let error = assert_stopped(refused);
        assert_is_mix_up(&error);
        assert!(!format!("{error} {error:?}").contains("example"), "{iss}");
        assert_eq!(honest.token_requests, 0);
    }
    // Two of them: it is ambiguous which one counts, so the response is ignored.
    let (mut honest, _) = two_servers();
    let client = honest.client("id", Registered::Public, REDIRECT_URI);
    let pending = start(&client);
    let answer = honest.authorize(&pending.authorization_url());
    let refused = pending.receive_redirect(&format!("{}&iss=https%3A%2F%2Fevil.example", answer.url())).unwrap_err();
    assert_ignored(refused, &mut honest, &answer);
}

/// The evil server's metadata names the honest authorization endpoint, so that the user sees a familiar page.
#[test]
// rows 97
fn poisoned_endpoints() {
    let (mut honest, evil) = two_servers();
    honest.register("id", Registered::Public, REDIRECT_URI);
    let server = Server::new(honest.authorization_endpoint(), evil.token_endpoint())
        .and_then(|server| server.with_issuer(evil.issuer(), IssParameter::Optional))
        .unwrap();
    let pending = start(&Client::new(server, "id", REDIRECT_URI).unwrap());
    let answer = honest.authorize(&pending.authorization_url());
    assert_is_mix_up(&assert_stopped(pending.receive_redirect(&answer.url()).unwrap_err()));
}

// Which login a response belongs to.

/// What an attacker can send to a redirect URI without having seen `state`: responses that are complete except for it,
/// pairs in any number, and any bytes.
fn forgery() -> impl Strategy<Value = Vec<u8>> {
    let answer = "(code|error)=[A-Za-z0-9_]{1,8}(&state=([A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{0,44}))?(&iss=[a-z]{1,8})?";
    let pair = "(code|state|error|iss|response|access_token|c%6fde|st%61te|[a-z]{1,3})=[A-Za-z0-9%+_-]{0,48}";
    let pairs = prop::collection::vec(pair, 0..8).prop_map(|pairs| pairs.join("&"));
    prop_oneof![answer.prop_map(String::into_bytes), pairs.prop_map(String::into_bytes), any::<Vec<u8>>()]
}

proptest! {
    /// The attacker makes the victim's browser call the redirect URI. Without the right `state` it is ignored: no code is
    /// accepted, and no login ends.
    #[test]
    // rows 24, 51, 53, 72, 85
    fn login_csrf_by_a_forged_redirect(forgery in forgery()) {
        let mut url = format!("{REDIRECT_URI}?").into_bytes();
        url.extend(&forgery);
        for redirect in [Redirect::url(&url), Redirect::query(&forgery), Redirect::form_post(&forgery)] {
            let refused = awaiting_redirect().receive_redirect(redirect).unwrap_err();
            prop_assert_eq!(refused.next_step(), NextStep::Wait);
            assert_still_awaits(refused.recover().unwrap());
        }
    }
}

/// The attacker begins a login in their own browser and gives the response to the victim, who would then work in the
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
    assert_ignored(refused, &mut server, &honest);
}

/// The attacker begins a login and makes the victim finish it. The caller looks up the login in the session of the
/// browser that sent the redirect, where there is another one, or none.
#[test]
fn fixation_of_a_session_across_users() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    let (attacker, victim) = (start(&client), start(&client));
    let finished_by_the_victim = server.authorize(&attacker.authorization_url());
    let honest = server.authorize(&victim.authorization_url());
    // The caller's store: one pending login in the session of each user.
    let in_session = form(&victim.suspend());
    let pending = AwaitingRedirect::resume(stored(&in_session), &client).unwrap();
    let url = finished_by_the_victim.url();
    assert_ne!(Redirect::url(&url).claimed_state().as_deref(), Some(pending.state()));
    assert_ignored(pending.receive_redirect(&url).unwrap_err(), &mut server, &honest);
}

/// Two logins in one session: the response to one is not accepted for the other, in any order.
#[test]
fn overwriting_of_a_session_by_a_second_login() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    let (first, second) = (start(&client), start(&client));
    let to_first = server.authorize(&first.authorization_url());
    let to_second = server.authorize(&second.authorization_url());
    assert_ignored(second.receive_redirect(&to_first.url()).unwrap_err(), &mut server, &to_second);
    assert_ignored(first.receive_redirect(&to_second.url()).unwrap_err(), &mut server, &to_first);
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

/// The attacker has stolen a code, and injects it into a login of their own to get the victim's tokens.
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
    let response = server.token(&code.request());
    let error = assert_stopped(code.receive_response(response, NOW).unwrap_err());
    assert_eq!(error.oauth_error().unwrap().code, Some(ErrorCode::InvalidGrant));
    // The victim's login is not touched by it.
    let code = victim.receive_redirect(&stolen.url()).unwrap();
    let response = server.token(&code.request());
    assert!(code.receive_response(response, NOW).is_ok());
}

/// Another application has the same private-use scheme, or listens on loopback. It sees the whole redirect, and knows
/// the public `client_id`, but not the verifier.
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
    let verifier = value_of(&pairs(code.request().body.expose()), "code_verifier").unwrap();
    assert!(!url.contains(&verifier) && !intercepted.url().contains(&verifier));
    // All that the thief can do: an exchange with another verifier.
    let thief = start(&client);
    let own = server.authorize(&thief.authorization_url());
    let thief = thief.receive_redirect(&Answer { code: intercepted.code, ..own }.url()).unwrap();
    let response = server.token(&thief.request());
    assert_stopped(thief.receive_response(response, NOW).unwrap_err());
    let response = server.token(&code.request());
    assert!(code.receive_response(response, NOW).is_ok());
}

/// An attacker in the middle makes the server say that it does not do PKCE, or not with `S256`.
#[test]
// rows 57, 59, 61, 63, 88, 100
fn downgrade_of_pkce() {
    for description in ["code_challenge_method+S256+is+not+supported", "use+plain", "code_challenge+not+allowed"] {
        let redirect = format!("{REDIRECT_URI}?error=invalid_request&error_description={description}&state={STATE}");
        // The login has ended. There is no fallback without PKCE.
        assert_stopped(awaiting_redirect().receive_redirect(&redirect).unwrap_err());
    }
    for name in ["code_challenge", "code_challenge_method", "code_verifier"] {
        let mut login = Scenario::default().to_unstarted();
        assert_eq!(login.authorization_param(name, "plain").unwrap_err(), ParameterError::Reserved(name.into()));
        assert_eq!(login.token_param(name, "plain").unwrap_err(), ParameterError::Reserved(name.into()));
        assert!(Server::new(format!("{AUTHORIZE}?{name}=plain"), TOKEN).is_err());
    }
    // A server that ignores PKCE receives it, too.
    let code = code_received();
    assert!(pairs(code.request().body.expose()).contains(&("code_verifier".to_owned(), VERIFIER.to_owned())));
    assert_request_is_conformant(&*awaiting_redirect().authorization_url());
    assert_request_is_conformant(&code.request());
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
    let response = server.token(&code.request());
    let authorized = code.receive_response(response, NOW).unwrap();
    // It is of no use for the next login.
    let refused = start(&client).receive_redirect(&answer.url()).unwrap_err();
    assert_eq!(refused.error(), &RedirectError::StateMismatch);
    // If the caller keeps a copy against the rule, the server still accepts the code once only.
    let copy = AwaitingRedirect::resume(stored(&copy), &client).unwrap();
    let code = copy.receive_redirect(&answer.url()).unwrap();
    let response = server.token(&code.request());
    assert_stopped(code.receive_response(response, NOW).unwrap_err());
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
    let Renewal::Reauthorize(again) = code.receive_response(response, NOW).unwrap().renewal() else {
        panic!("there is no refresh token")
    };
    let _ = server.authorize(&again.start(getrandom::SysRng).unwrap().authorization_url());
}

/// The comparison of `state` reveals nothing: each wrong `state` gives the same error, regardless of where it differs.
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
        assert_eq!(refused.error().to_string(), RedirectError::StateMismatch.to_string());
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

/// The attacker wants the code at a URI of their own.
#[test]
// rows 11, 48
fn manipulation_of_the_redirect_uri() {
    let evil = "https://evil.example/cb";
    for name in ["redirect_uri", "redirect.uri", "redirect_uri[]", "Redirect_URI"] {
        let mut login = Scenario::default().to_unstarted();
        let reserved = ParameterError::Reserved("redirect_uri".into());
        assert_eq!(login.authorization_param(name, evil).unwrap_err(), reserved);
        assert_eq!(login.token_param(name, evil).unwrap_err(), reserved);
    }
    assert!(Server::new(format!("{AUTHORIZE}?redirect_uri={evil}"), TOKEN).is_err());
    // What comes in a redirect does not choose where the code goes.
    let more = format!("&redirect_uri={evil}&token_endpoint={evil}&client_id=evil");
    let code = awaiting_redirect().receive_redirect(&redirect_with(&more)).unwrap();
    assert_still_has_code(code);
    assert_eq!(code_received().request().url, TOKEN);
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

/// An error page or a log that shows the redirect would leak the code, by `Referer` or to those who read the log.
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
        let shown = format!("{refused:?} {0} {0:?}", refused.error());
        assert!(!shown.contains(CODE) && !shown.contains(STATE), "{shown}");
    }
}

/// The attacker has made the server put its response into the fragment, from where a page can be made to leak it.
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

/// A parameter occurs twice: the client reads one, a filter in front of it the other.
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

/// What two parsers of a query may read differently is refused, or is not a parameter that the crate reads.
#[test]
// rows 44
fn difference_between_parsers() {
    let read = |query: &str| match awaiting_redirect().receive_redirect(Redirect::query(query)) {
        Ok(code) => Ok(value_of(&pairs(code.request().body.expose()), "code").unwrap()),
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
    assert_eq!(value_of(&pairs(code.request().body.expose()), "code").unwrap(), CODE);
}

/// A JWT response that was not requested, beside or in place of a code.
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

/// A thousand requests to a listener on loopback leave the login as it was.
#[test]
fn flood_of_unauthenticated_redirects() {
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

/// Logins that are started and never finished cost the caller what it stores for them, and the crate nothing.
#[test]
fn flood_of_started_logins() {
    let client = Scenario::default().client();
    for _ in 0..1000 {
        let pending = client.login().scope("openid").unwrap().start(getrandom::SysRng).unwrap();
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
        let refused = code_received().receive_response(response(), NOW).unwrap_err();
        let error = refused.error();
        assert_eq!((error.kind(), error.status()), (TokenErrorKind::Redirected, status));
        assert_eq!(error.next_step(), NextStep::Fix);
        assert!(!format!("{error} {refused:?}").contains("evil"));
        assert_code_kept(refused);
        let (refresh, mut authorized) = refresh();
        let error = refresh.receive_response(&mut authorized, response(), NOW).unwrap_err();
        assert_eq!((error.kind(), error.next_step()), (TokenErrorKind::Redirected, NextStep::Fix));
        assert_eq!(refresh_of(&authorized).request().url, TOKEN);
    }
    assert!(!code_received().request().follow_redirects);
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
        let refused = code_received().receive_response(response, NOW).unwrap_err();
        assert_eq!((refused.error().kind(), refused.next_step()), (TokenErrorKind::NotJson, NextStep::Fix));
        assert_code_kept(refused);
    }
    // The request names JSON, so that a server which has another format, too, sends this one.
    assert!(code_received().request().headers.iter().any(|header| header == ("accept", "application/json")));
}

/// An error under the status of a success, beside a token.
#[test]
// rows 37
fn error_in_a_success() {
    let body = r#"{"error":"bad_verification_code","access_token":"evil","token_type":"Bearer"}"#;
    let error = assert_stopped(receive(200, body).unwrap_err());
    assert_eq!(error.oauth_error().unwrap().code.as_ref().unwrap().as_str(), "bad_verification_code");
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
    let response = server.token(&code.request());
    assert_stopped(code.receive_response(response, NOW).unwrap_err());

    let authorized = log_in(&mut server, &ours);
    let form = form(&authorized.suspend());
    assert_eq!(assert_not_resumed(Flow::resume(stored(&form), &other)), ResumeError::OtherClient);
}

/// No body is read beyond the limit, and none under it takes long.
#[test]
fn oversized_answers() {
    for status in [200, 400, 500] {
        for byte in [b' ', b'[', b'{', b'"', b'\\', 0, 0xFF] {
            let refused = receive(status, vec![byte; MAX_RESPONSE_LEN + 1]).unwrap_err();
            assert_eq!(refused.error().status(), status);
            assert_code_kept(refused);
        }
    }
    assert_eq!(code_received().request().max_response_len, MAX_RESPONSE_LEN);
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
            assert_eq!(authorized.tokens().access_token().expose(), "a");
            assert_code_kept(
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
        assert!(matches!(error.kind(), TokenErrorKind::Unusable(_)), "{body}: {error}");
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
        assert_eq!(refused.error().kind(), TokenErrorKind::NotJson, "{}", String::from_utf8_lossy(body));
        assert_code_kept(refused);
    }
}

/// Bytes that are not UTF-8 are not replaced by something that is: a token of another text could be somebody else's. In
/// a member that is not a token they cost that member alone.
#[test]
fn bytes_that_are_not_utf_8() {
    for bytes in [&b"\xFF"[..], b"\xC0\x80", b"\xED\xA0\x80", b"\xF5\x80\x80\x80", b"\xE2\x82"] {
        let body = [b"{\"access_token\":\"a", bytes, b"\"}"].concat();
        let error = assert_stopped(receive(200, body).unwrap_err());
        assert_eq!(error.kind(), TokenErrorKind::Unusable(UnusableToken::Malformed));
        let body = [b"{\"access_token\":\"a\",\"name\":\"Jos", bytes, b"\"}"].concat();
        assert_eq!(receive(200, body).unwrap().tokens().access_token().expose(), "a");
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

/// The server says that it granted more than was asked for, or nothing.
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
        assert_eq!(authorized.tokens().granted_scope(), &expected);
        // A refresh does not ask for what was not granted.
        let narrowed = |scope| authorized.renewal_with(RefreshOptions::default().narrow_scope(scope).unwrap());
        assert!(narrowed("superuser").is_err());
        assert_eq!(narrowed("openid").is_ok(), stated != Some(""));
    }
}

/// A lifetime that overflows, is negative or is not a number, so that a token never expires or the client panics.
#[test]
// rows 33
fn abuse_of_the_lifetime() {
    for value in
        ["-1", "1e999", "1e300", "\"never\"", "true", "[]", "{}", "\"\"", "-0", "\"\\u0000\"", "\"2026-01-01\""]
    {
        let token = receive(200, format!(r#"{{"access_token":"a","expires_in":{value}}}"#)).unwrap();
        assert_eq!(token.tokens().lifetime(), Lifetime::Unreadable, "{value}");
        assert!(token.needs_renewal(NOW.saturating_add(Duration::from_secs(60)), Duration::ZERO), "{value}: for ever");
    }
    for value in ["18446744073709551615", "18446744073709551616", "\"9223372036854775807\""] {
        let token = receive(200, format!(r#"{{"access_token":"a","expires_in":{value}}}"#)).unwrap();
        let longest = Duration::from_secs(MAX_LIFETIME);
        assert_eq!(token.tokens().lifetime(), Lifetime::Stated(longest), "{value}");
        assert_eq!(token.tokens().expires_at(), Some(NOW.saturating_add(longest)), "{value}");
        assert!(!token.needs_renewal(NOW, Duration::from_secs(60)));
        assert!(token.needs_renewal(UnixTime::from_secs(u64::MAX), Duration::MAX));
    }
}

/// A thief has an old refresh token. The server sees its reuse and ends the grant; the client has to log in again.
#[test]
// rows 47, 102
fn replay_of_a_refresh_token() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    let mut ours = log_in(&mut server, &client);
    let stolen = form(&ours.suspend());
    let mut refresh = |authorized: &mut Authorized| {
        let refresh = refresh_of(authorized);
        let response = server.token(&refresh.request());
        refresh.receive_response(authorized, response, NOW)
    };
    assert!(refresh(&mut ours).unwrap().rotated);
    let access_token = ours.tokens().access_token().expose().to_owned();
    let mut thief = Authorized::resume(stored(&stolen), &client).unwrap();
    assert_eq!(refresh(&mut thief).unwrap_err().next_step(), NextStep::StartOver);
    assert_eq!(refresh(&mut ours).unwrap_err().next_step(), NextStep::StartOver);
    // The access token still works and is kept; the dead refresh token is not tried again.
    assert_eq!(ours.tokens().access_token().expose(), access_token);
    let Renewal::Reauthorize(_) = ours.renewal() else { panic!("the refresh token is dead") };
}

/// The server has acted on a request whose response was lost. The request can be sent again; the server refuses the
/// spent code, which ends the login.
#[test]
// rows 21
fn replay_after_a_lost_response() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    let code = receive_code(&mut server, &client);
    let _lost = server.token(&code.request());
    let response = server.token(&code.request());
    let error = assert_stopped(code.receive_response(response, NOW).unwrap_err());
    assert_eq!(error.oauth_error().unwrap().code, Some(ErrorCode::InvalidGrant));
}

/// A token of a type that is not understood, used as if it were `Bearer`.
#[test]
// rows 32
fn substitution_of_the_token_type() {
    for word in ["mac", "DPoP", "Bearer2", "Bearer ", "B\u{45}arer\\u0000", "\u{412}earer"] {
        let authorized = receive(200, format!(r#"{{"access_token":"a","token_type":"{word}"}}"#)).unwrap();
        let token_type = authorized.tokens().token_type();
        assert!(matches!(token_type, TokenType::Other(_) | TokenType::Unreadable), "{word}: {token_type:?}");
        assert_eq!(authorized.bearer().unwrap_err(), BearerError::TokenType);
    }
}

// What goes out.

proptest! {
    /// Line breaks and NUL in what becomes part of a header or a URL.
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
            let Ok(client) = Client::new(server, Identity::new(&id, auth), REDIRECT_URI) else { continue };
            let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
            let is_visible = |text: &str| text.bytes().all(|byte| matches!(byte, 0x21..=0x7E));
            prop_assert!(is_visible(&pending.authorization_url()));
            let request = pending.receive_redirect(&redirect_with("")).unwrap().request();
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
        let client = Client::new(server, Identity::new("id", ClientAuth::basic(&*secret)), REDIRECT_URI).unwrap();
        let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
        let request = pending.receive_redirect(&redirect_with("")).unwrap().request();
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
    let request = code.request();
    let verifier = value_of(&pairs(request.body.expose()), "code_verifier").unwrap();
    let response = server.token(&request);
    log += &format!("{code:?} {request:?} {response:?}");
    let mut authorized = code.receive_response(response, NOW).unwrap();
    let tokens = [authorized.tokens().access_token().expose(), authorized.tokens().refresh_token().unwrap().expose()]
        .map(str::to_owned);
    log += &format!("{authorized:?} {:?}", authorized.bearer());
    let refresh = refresh_of(&authorized);
    log += &format!("{refresh:?} {:?} {:?}", refresh.request(), authorized.renewal());
    let again = refresh.receive_response(&mut authorized, HttpResponse::new(500, tokens[0].clone()), NOW);
    log += &format!("{again:?} {:?}", again.as_ref().map_err(ToString::to_string));
    let again = refresh_of(&authorized).on(&mut authorized).receive_response(HttpResponse::new(500, &*tokens[1]), NOW);
    log += &format!("{again:?}");
    for secret in [&state, &verifier, &answer.code, &tokens[0], &tokens[1], "hunter2"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

// Who a server is.

const HONEST: &str = "https://honest.example";

/// The metadata of an issuer, with this token endpoint.
fn document(issuer: &str, token_endpoint: &str) -> String {
    serde_json::json!({
        "issuer": issuer,
        "authorization_endpoint": "https://honest.example/authorize",
        "token_endpoint": token_endpoint,
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
    })
    .to_string()
}

fn receive_metadata(
    discovery: Discovery,
    status: u16,
    body: impl Into<Vec<u8>>,
) -> Result<Metadata, Rejected<Discovery, DiscoveryError>> {
    discovery.receive_response(HttpResponse::new(status, body), NOW)
}

/// The server as `discovery` finds it at once.
#[track_caller]
fn discovered(discovery: Discovery, document: &str) -> Server {
    receive_metadata(discovery, 200, document).unwrap().into_server()
}

/// The honest server, discovered at its own place, with this token endpoint.
fn honest_server(token_endpoint: &str) -> Server {
    discovered(Discovery::new(HONEST).unwrap(), &document(HONEST, token_endpoint))
}

fn public_client(server: Server) -> Client {
    Client::new(server, "id", REDIRECT_URI).unwrap()
}

/// The stored tokens of a login at this server.
fn stored_tokens(server: Server) -> Suspended {
    let pending = public_client(server).login().start_with_entropy(&ENTROPY).unwrap();
    let query = format!("{}&iss={}", answer(), encoded(pending.client().server().issuer().unwrap_or_default()));
    let code = pending.receive_redirect(Redirect::query(&query)).unwrap();
    code.receive_response(HttpResponse::new(200, SUCCESS), NOW).unwrap().suspend()
}

/// Where the refresh token goes after stored tokens are resumed at another server.
fn refresh_endpoint_after(from: Server, to: Server) -> Result<String, ResumeError> {
    match Authorized::resume(stored_tokens(from), &public_client(to)) {
        Ok(authorized) => Ok(refresh_of(&authorized).request().url),
        refused => Err(assert_not_resumed(refused)),
    }
}

/// A document at a URL that the user trusts names the honest issuer, its honest authorization endpoint, and a token
/// endpoint of the attacker's. The `iss` of the honest server would match, and code and verifier would go to the liar.
#[test]
// rows 97, 110
fn issuer_that_a_document_claims() {
    let claim = document(HONEST, "https://evil.example/token");
    let discovery = || Discovery::from_metadata_url("https://evil.example/metadata").unwrap();
    let refused = receive_metadata(discovery(), 200, &*claim).unwrap_err();
    assert_eq!(refused.error().kind(), DiscoveryErrorKind::IssuerUnconfirmed);
    // The claimed issuer is asked itself, and its own document is used.
    let confirming = refused.recover().unwrap();
    assert!(confirming.request().url.starts_with("https://honest.example/.well-known/"));
    let server = discovered(confirming, &document(HONEST, "https://honest.example/token"));
    assert_eq!(server.token_endpoint().as_str(), "https://honest.example/token");
    // If the issuer does not confirm it, there is no server.
    let confirming = receive_metadata(discovery(), 200, &*claim).unwrap_err().recover().unwrap();
    let next = receive_metadata(confirming, 404, "").unwrap_err().recover().unwrap();
    assert_stopped(receive_metadata(next, 404, "").unwrap_err());
    // A kept copy of the claim is not confirmed, either.
    let error = discovery().read_kept(&claim, NOW).unwrap_err();
    assert_eq!((error.kind(), error.next_step()), (DiscoveryErrorKind::IssuerUnconfirmed, NextStep::StartOver));
}

/// The caller accepts the claim by its `danger` name. Tokens still do not move between the liar and the issuer that it
/// names: they belong to their token endpoint.
#[test]
// rows 47
fn tokens_of_an_unconfirmed_issuer() {
    let claim = document(HONEST, "https://evil.example/token");
    let trusting = || {
        let discovery = Discovery::from_metadata_url("https://evil.example/metadata").unwrap();
        discovered(discovery.danger_accept_unconfirmed_issuer(), &claim)
    };
    let honest = || honest_server("https://honest.example/token");
    assert_eq!(trusting().issuer(), honest().issuer());
    assert_eq!(refresh_endpoint_after(honest(), trusting()), Err(ResumeError::OtherClient));
    assert_eq!(refresh_endpoint_after(trusting(), honest()), Err(ResumeError::OtherClient));
    // The same for a document at a place that a settings page names beside the issuer.
    let named = || discovered(Discovery::new(HONEST).unwrap().at("https://evil.example/metadata").unwrap(), &claim);
    assert_eq!(refresh_endpoint_after(honest(), named()), Err(ResumeError::OtherClient));
    // At the issuer's own place, a name changes nothing.
    let own_place = "https://honest.example/.well-known/openid-configuration";
    let own = Discovery::new(HONEST).unwrap().at(own_place).unwrap();
    let own = discovered(own, &document(HONEST, "https://honest.example/2/token"));
    assert_eq!(refresh_endpoint_after(honest(), own).unwrap(), "https://honest.example/2/token");
}

/// The attacker overloads the first place of the metadata, so that the client finds an older document at the next one,
/// which does not promise `iss`.
#[test]
// rows 79
fn downgrade_of_metadata_by_overload() {
    let poorer = document(HONEST, "https://honest.example/token");
    let richer = poorer.replacen('{', r#"{"authorization_response_iss_parameter_supported":true,"#, 1);
    // 429: the same place is asked again.
    let mut discovery = Discovery::new(HONEST).unwrap();
    let first = discovery.request().url;
    for _ in 1..MAX_ATTEMPTS {
        let refused = receive_metadata(discovery, 429, "").unwrap_err();
        assert!(matches!(refused.next_step(), NextStep::Retry { after } if !after.is_zero()));
        discovery = refused.recover().unwrap();
        assert_eq!(discovery.request().url, first);
    }
    assert_stopped(receive_metadata(discovery, 429, "").unwrap_err());
    // 503: the next place is asked, but its document is not kept.
    let next = receive_metadata(Discovery::new(HONEST).unwrap(), 503, "").unwrap_err().recover().unwrap();
    let metadata = receive_metadata(next, 200, &*poorer).unwrap();
    assert_eq!(metadata.to_json(), None);
    let metadata = receive_metadata(Discovery::new(HONEST).unwrap(), 200, &*richer).unwrap();
    assert_eq!(metadata.to_json(), Some(&*richer));
    // A login that was started under the richer one requires `iss`, under whichever it is resumed.
    let [richer, poorer] = [metadata.into_server(), honest_server("https://honest.example/token")].map(public_client);
    for (started, resumed) in [(&richer, &poorer), (&poorer, &richer)] {
        let pending = started.login().start_with_entropy(&ENTROPY).unwrap();
        let pending = AwaitingRedirect::resume(pending.suspend(), resumed).unwrap();
        let refused = pending.receive_redirect(&redirect_with("")).unwrap_err();
        assert_eq!(assert_stopped(refused), RedirectError::IssuerMissing { unauthenticated: None });
    }
}

/// A document that was kept is changed in the store, or was kept for another issuer or under other policies.
#[test]
// rows 110, 116
fn kept_metadata_of_another_issuer_or_policy() {
    let received_at = UnixTime::from_secs(7);
    let good = document(HONEST, "https://honest.example/token");
    let discovery = || Discovery::new(HONEST).unwrap();
    let metadata = discovery().read_kept(&good, received_at).unwrap();
    assert_eq!((metadata.received_at(), metadata.to_json()), (received_at, Some(&*good)));
    let kind = |discovery: Discovery, document: &str| {
        let error = discovery.read_kept(document, received_at).unwrap_err();
        assert_eq!(error.next_step(), NextStep::StartOver);
        error.kind()
    };
    let other = Discovery::new("https://other.example").unwrap();
    assert_eq!(kind(other, &good), DiscoveryErrorKind::IssuerMismatch);
    let elsewhere = document(HONEST, "https://evil.example/token");
    let strict = discovery().require_same_origin();
    assert_eq!(kind(strict, &elsewhere), DiscoveryErrorKind::OtherOrigin("token endpoint"));
    for endpoint in ["http://honest.example/token", "https://u@honest.example/token"] {
        assert_eq!(kind(discovery(), &document(HONEST, endpoint)), DiscoveryErrorKind::InvalidUrl);
    }
    let address = document(HONEST, "https://169.254.169.254/token");
    assert_eq!(kind(discovery(), &address), DiscoveryErrorKind::Address("token endpoint"));
    let without_pkce = good.replace("S256", "plain");
    assert_eq!(kind(discovery().accept_unadvertised_s256(), &without_pkce), DiscoveryErrorKind::NoS256);
    let slash = document("https://honest.example/", "https://honest.example/token");
    assert_eq!(kind(discovery(), &slash), DiscoveryErrorKind::IssuerMismatch);
    assert!(discovery().accept_root_slash_difference().read_kept(&slash, received_at).is_ok());
}

/// The policy for the slash of a root issuer is for the lookup alone. From then on the server's own text counts, and
/// another issuer does not match because it looks alike.
#[test]
// rows 76, 110
fn confusion_by_the_slash_of_an_issuer() {
    for (asked, own) in [("https://honest.example/", HONEST), (HONEST, "https://honest.example/")] {
        let document = document(own, "https://honest.example/token");
        assert_stopped(receive_metadata(Discovery::new(asked).unwrap(), 200, &*document).unwrap_err());
        let client =
            public_client(discovered(Discovery::new(asked).unwrap().accept_root_slash_difference(), &document));
        assert_eq!(client.server().issuer(), Some(own));
        let pending = || client.login().start_with_entropy(&ENTROPY).unwrap();
        let redirect = |iss| redirect_with(&format!("&iss={}", encoded(iss)));
        assert!(pending().receive_redirect(&redirect(own)).is_ok());
        assert_is_mix_up(&assert_stopped(pending().receive_redirect(&redirect(asked)).unwrap_err()));
    }
    // Only the slash of a root, and nothing else that looks alike.
    for other in
        ["https://honest.example//", "https://honest.example/a", "https://HONEST.example", "http://honest.example"]
    {
        let discovery = Discovery::new(HONEST).unwrap().accept_root_slash_difference();
        let document = document(other, "https://honest.example/token");
        assert_stopped(receive_metadata(discovery, 200, &*document).unwrap_err());
    }
}

/// Plain http, allowed for one host by its `danger` name, spreads to another host or to another URL of the server.
#[test]
// rows 1, 116
fn plain_http_beyond_the_named_host() {
    const MESH: &str = "http://mesh:8080";
    let at_mesh = |path: &str| format!("{MESH}/{path}");
    let server = || Server::danger_plain_http(at_mesh("authorize"), at_mesh("token")).unwrap();
    for other in ["http://evil.example/token", "http://mesh.evil.example/token", "http://10.0.0.1/token"] {
        assert!(Server::danger_plain_http(other, at_mesh("token")).is_err(), "{other}");
        assert!(server().with_issuer(other, IssParameter::Optional).is_err(), "{other}");
        assert!(server().with_refresh_endpoint(other).is_err(), "{other}");
        assert!(server().with_regional_token_endpoint(other).is_err(), "{other}");
        assert!(server().with_former_token_endpoint(other).is_err(), "{other}");
    }
    // Not by metadata: neither at the named host nor at a server that is asked by https.
    let metadata = |issuer: &str, authorize: &str, token: &str| {
        document(issuer, token).replace("https://honest.example/authorize", authorize)
    };
    let error = |discovery: Discovery, document: String| {
        let error = assert_stopped(receive_metadata(discovery, 200, document).unwrap_err());
        error.source().unwrap().downcast_ref::<ConfigError>().unwrap().clone()
    };
    let mesh = || Discovery::danger_plain_http(MESH).unwrap();
    let good = metadata(MESH, &at_mesh("authorize"), &at_mesh("token"));
    assert_eq!(discovered(mesh(), &good).token_endpoint().as_str(), at_mesh("token"));
    let evil = metadata(MESH, &at_mesh("authorize"), "http://evil.example/token");
    assert_eq!(error(mesh(), evil), ConfigError::Insecure("token endpoint"));
    let insecure = metadata(HONEST, "https://honest.example/authorize", "http://honest.example/token");
    assert_eq!(error(Discovery::new(HONEST).unwrap(), insecure), ConfigError::Insecure("token endpoint"));
    // Not an https issuer over http endpoints, which anybody on the network could impersonate.
    for (discovery, host) in [
        (Discovery::danger_plain_http(HONEST).unwrap(), "honest.example"),
        (Discovery::danger_loopback_http("https://localhost").unwrap(), "localhost"),
    ] {
        let [authorize, token] = ["authorize", "token"].map(|path| format!("http://{host}/{path}"));
        let document = metadata(&format!("https://{host}"), &authorize, &token);
        assert_eq!(error(discovery, document), ConfigError::MixedSchemes("issuer"));
    }
    let https = server().with_issuer("https://mesh:8080", IssParameter::Required);
    assert_eq!(https.unwrap_err(), ConfigError::MixedSchemes("issuer"));
    // Not by what a redirect or a stored form names.
    let client = public_client(honest_server("https://honest.example/token"));
    let mut code = client
        .login()
        .start_with_entropy(&ENTROPY)
        .unwrap()
        .receive_redirect(&redirect_with(&format!("&iss={}", encoded(HONEST))))
        .unwrap();
    assert_eq!(code.set_token_endpoint("http://honest.example/token"), Err(ParameterError::TokenEndpoint));
    assert_eq!(code.request().url, "https://honest.example/token");
    let tokens = form(&stored_tokens(Server::new(AUTHORIZE, TOKEN).unwrap()));
    let forged = stored(&tokens.replace(TOKEN, "http://server.example.com/oauth/token"));
    let client = public_client(Server::new(AUTHORIZE, TOKEN).unwrap());
    assert_eq!(assert_not_resumed(Authorized::resume(forged, &client)), ResumeError::OtherClient);
}

// Where a stored token may go.

/// A server that was discovered before and is discovered now may move its endpoints: its issuer says who it is.
#[test]
// rows 47
fn stored_tokens_follow_a_discovered_issuer() {
    let from = || honest_server("https://honest.example/2026-03/token");
    let to = || honest_server("https://tokens.honest.example/2026-09/token");
    assert_eq!(refresh_endpoint_after(from(), to()).unwrap(), "https://tokens.honest.example/2026-09/token");
    // Another issuer does not get them, even at the same URL.
    let shared = "https://login.example/token";
    let other = "https://other.example";
    let other = discovered(Discovery::new(other).unwrap(), &document(other, shared));
    assert_eq!(refresh_endpoint_after(honest_server(shared), other), Err(ResumeError::OtherClient));
    // An issuer that was written by hand proves nothing: a settings page may edit the token endpoint beside it.
    let written = |token_endpoint: &str| {
        let server = Server::new("https://honest.example/authorize", token_endpoint).unwrap();
        server.with_issuer(HONEST, IssParameter::Optional).unwrap()
    };
    let evil = "https://evil.example/token";
    assert_eq!(refresh_endpoint_after(from(), written(evil)), Err(ResumeError::OtherClient));
    assert_eq!(refresh_endpoint_after(written(evil), from()), Err(ResumeError::OtherClient));
    let there = written("https://honest.example/token");
    assert_eq!(refresh_endpoint_after(there, written(evil)), Err(ResumeError::OtherClient));
}

/// Without two discovered issuers, the URL decides, because all tenants of a server may share its origin. A
/// configuration that only becomes more exact logs nobody out.
#[test]
// rows 47
fn stored_tokens_of_one_tenant_at_another() {
    let tenant = |name: &str| {
        let endpoint = |path: &str| format!("https://login.example/{name}/{path}");
        Server::new(endpoint("authorize"), endpoint("token")).unwrap()
    };
    assert_eq!(refresh_endpoint_after(tenant("a"), tenant("b")), Err(ResumeError::OtherClient));
    let same = "https://login.example/a/token";
    assert_eq!(refresh_endpoint_after(tenant("a"), tenant("a")).unwrap(), same);
    // The same URL, and an issuer on one side only: added by hand, found by discovery, or removed.
    let issuer = "https://login.example/a";
    let by_hand = || tenant("a").with_issuer(issuer, IssParameter::Optional).unwrap();
    let by_discovery = || discovered(Discovery::new(issuer).unwrap(), &document(issuer, same));
    for (from, to) in [
        (tenant("a"), by_hand()),
        (tenant("a"), by_discovery()),
        (by_hand(), by_discovery()),
        (by_discovery(), by_hand()),
        (by_hand(), tenant("a")),
        (by_discovery(), tenant("a")),
    ] {
        assert_eq!(refresh_endpoint_after(from, to).unwrap(), same);
    }
    // The same URL, and two issuers that differ.
    let other = tenant("a").with_issuer("https://login.example/b", IssParameter::Optional).unwrap();
    assert_eq!(refresh_endpoint_after(by_hand(), other), Err(ResumeError::OtherClient));
    // The client identifier counts, too. The refused form is returned and still resumes.
    let other = Client::new(tenant("a"), "other", REDIRECT_URI).unwrap();
    let refused = Authorized::resume(stored_tokens(tenant("a")), &other).unwrap_err();
    assert_eq!((refused.error(), refused.next_step()), (&ResumeError::OtherClient, NextStep::Fix));
    let mut authorized = Authorized::resume(refused.recover().unwrap(), &public_client(tenant("a"))).unwrap();
    // The same rules for a login in memory.
    for client in [other, public_client(tenant("b"))] {
        assert_eq!(authorized.replace_client(&client), Err(ConfigError::OtherClient));
        assert_eq!(refresh_of(&authorized).request().url, same);
    }
    authorized.replace_client(&public_client(by_discovery())).unwrap();
    assert_eq!(refresh_of(&authorized).request().url, same);
}

/// The caller names the URL to which an earlier configuration sent refresh tokens. It is accepted as where they come
/// from, and nothing is ever sent to it.
#[test]
// rows 47
fn stored_tokens_of_a_former_token_endpoint() {
    let (old, new) = ("https://login.example/2026-03/token", "https://login.example/2026-09/token");
    let at = |endpoint: &str| Server::new(AUTHORIZE, endpoint).unwrap();
    let moved = || at(new).with_former_token_endpoint(old).unwrap();
    assert_eq!(refresh_endpoint_after(at(old), at(new)), Err(ResumeError::OtherClient));
    assert_eq!(refresh_endpoint_after(at(old), moved()).unwrap(), new);
    let third = at("https://login.example/2026-01/token");
    assert_eq!(refresh_endpoint_after(third, moved()), Err(ResumeError::OtherClient));
    // From then on they belong to the new URL, and the name does not lead back.
    let authorized = Authorized::resume(stored_tokens(at(old)), &public_client(moved())).unwrap();
    let again = authorized.suspend();
    assert!(Authorized::resume(again, &public_client(at(new))).is_ok());
    assert_eq!(refresh_endpoint_after(moved(), at(old)), Err(ResumeError::OtherClient));
    // It does not outweigh an issuer that differs.
    let other = moved().with_issuer("https://other.example", IssParameter::Optional).unwrap();
    let known = at(old).with_issuer("https://login.example", IssParameter::Optional).unwrap();
    assert_eq!(refresh_endpoint_after(known, other), Err(ResumeError::OtherClient));
    // A code never goes to it.
    let pending = public_client(moved()).login().start_with_entropy(&ENTROPY).unwrap();
    let mut code = pending.receive_redirect(&redirect_with("")).unwrap();
    assert_eq!(code.set_token_endpoint(old), Err(ParameterError::TokenEndpoint));
    assert_eq!(code.request().url, new);
}

/// Tokens that came by https would be sent in the clear.
#[test]
// rows 1, 47
fn stored_tokens_from_https_to_http() {
    let https = || Server::new("https://localhost/authorize", "https://localhost/token").unwrap();
    let http = || Server::danger_loopback_http("http://localhost/authorize", "http://localhost/token").unwrap();
    assert_eq!(refresh_endpoint_after(https(), http()), Err(ResumeError::OtherClient));
    // Not by a name, either.
    let former = http().with_former_token_endpoint("https://localhost/token");
    assert_eq!(former.unwrap_err(), ConfigError::MixedSchemes("former token endpoint"));
    let client = public_client(http());
    let refused = Authorized::danger_resume_moved(stored_tokens(https()), &client, "https://localhost/token");
    assert_eq!(assert_not_resumed(refused), ResumeError::OtherClient);
    // Not by a changed store that names the issuer of the http server.
    let (issuer, token_endpoint) = ("http://localhost", "http://localhost/token");
    let metadata = document(issuer, token_endpoint).replace("https://honest.example/", "http://localhost/");
    let discovered = discovered(Discovery::danger_loopback_http(issuer).unwrap(), &metadata);
    let form = form(&stored_tokens(discovered.clone()));
    let client = public_client(discovered);
    assert!(Authorized::resume(stored(&form), &client).is_ok());
    let forged = stored(&form.replace(token_endpoint, "https://localhost/token"));
    assert_eq!(assert_not_resumed(Authorized::resume(forged, &client)), ResumeError::OtherClient);
    // To https they may move, by name.
    assert_eq!(refresh_endpoint_after(http(), https()), Err(ResumeError::OtherClient));
    let client = public_client(https());
    let moved = Authorized::danger_resume_moved(stored_tokens(http()), &client, "http://localhost/token").unwrap();
    assert_eq!(refresh_of(&moved).request().url, "https://localhost/token");
}

/// Tokens go to another party only by a call that names the server that they came from.
#[test]
// rows 47
fn stored_tokens_that_are_moved_by_name() {
    let old = || Server::new(AUTHORIZE, TOKEN).unwrap().with_issuer(ISSUER, IssParameter::Optional).unwrap();
    let new = Client::new(honest_server("https://honest.example/token"), "new id", REDIRECT_URI).unwrap();
    for wrong in ["", "https://server.example.com", "https://server.example.com/oauth/token/", AUTHORIZE, ISSUER] {
        let refused = Authorized::danger_resume_moved(stored_tokens(old()), &new, wrong);
        assert_eq!(assert_not_resumed(refused), ResumeError::OtherClient, "{wrong}");
    }
    let moved = Authorized::danger_resume_moved(stored_tokens(old()), &new, TOKEN).unwrap();
    assert_eq!(refresh_of(&moved).request().url, "https://honest.example/token");
    // They are the new server's from now on.
    assert!(Authorized::resume(moved.suspend(), &new).is_ok());
    let back = Authorized::resume(moved.suspend(), &public_client(old()));
    assert_eq!(assert_not_resumed(back), ResumeError::OtherClient);
    // Only tokens move, never a login that is under way.
    let pending = public_client(old()).login().start_with_entropy(&ENTROPY).unwrap();
    let refused = Authorized::danger_resume_moved(pending.suspend(), &new, TOKEN);
    assert_eq!(assert_not_resumed(refused), ResumeError::OtherKind);
}

/// A pending login is resumed under a client with another server or redirect URI.
#[test]
// rows 48, 97
fn pending_login_under_another_client() {
    let ours = public_client(Server::new(AUTHORIZE, TOKEN).unwrap());
    let [pending, code] = [
        Flow::from(ours.login().start_with_entropy(&ENTROPY).unwrap()),
        ours.login().start_with_entropy(&ENTROPY).unwrap().receive_redirect(&redirect_with("")).unwrap().into(),
    ]
    .map(|flow| form(&flow.suspend()));
    let server = |authorize: &str, token: &str| Server::new(authorize, token).unwrap();
    for other in [
        public_client(server(AUTHORIZE, "https://server.example.com/other")),
        public_client(server("https://server.example.com/other", TOKEN)),
        public_client(server(AUTHORIZE, TOKEN).with_issuer(ISSUER, IssParameter::Optional).unwrap()),
        public_client(server(AUTHORIZE, "https://server.example.com/other").with_former_token_endpoint(TOKEN).unwrap()),
        Client::new(server(AUTHORIZE, TOKEN), "other", REDIRECT_URI).unwrap(),
        Client::new(server(AUTHORIZE, TOKEN), "id", "https://client.example.com/other").unwrap(),
    ] {
        for form in [&pending, &code] {
            assert_eq!(assert_not_resumed(Flow::resume(stored(form), &other)), ResumeError::OtherClient);
        }
    }
    for form in [&pending, &code] {
        assert!(Flow::resume(stored(form), &ours).is_ok());
    }
}

// What an unauthenticated sender can steer.

/// What anybody can send to the redirect URI is no reason to begin again, and does not use up the attempts of the
/// exchange.
#[test]
// rows 51, 78
fn exhaustion_of_the_attempts_by_unauthenticated_redirects() {
    let mut pending = awaiting_redirect();
    let long = format!("/cb?{}", "x".repeat(MAX_REDIRECT_LEN));
    for round in 0..u32::from(MAX_ATTEMPTS) * 50 {
        let target = match round % 6 {
            0 => "/favicon.ico",
            1 => "/cb?error=access_denied",
            2 => "/cb?code=a&code=b",
            3 => "/cb?state=%zz",
            4 => "/cb?code=a&state=x",
            _ => &long,
        };
        let refused = pending.receive_redirect(Redirect::target(target)).unwrap_err();
        assert_eq!(
            (refused.next_step(), refused.error().fault()),
            (NextStep::Wait, Fault::Unauthenticated),
            "{target}"
        );
        pending = refused.recover().unwrap();
    }
    let mut code = pending.receive_redirect(&redirect_with("")).unwrap();
    for _ in 1..MAX_ATTEMPTS {
        let refused = code.receive_response(HttpResponse::new(503, ""), NOW).unwrap_err();
        assert!(matches!(refused.next_step(), NextStep::Retry { .. }));
        code = refused.recover().unwrap();
    }
    assert_still_has_code(code);
}

/// The server asks for a pause that stops the program for ever, or for none, so that it sends without end.
#[test]
fn abuse_of_retry_after() {
    let longest = Duration::from_secs(MAX_RETRY_AFTER);
    for (header, pause) in [
        ("18446744073709551615", longest),
        ("99999999999999999999", longest),
        ("301", longest),
        ("300", longest),
        ("7", Duration::from_secs(7)),
        ("0", Duration::from_secs(1)),
        ("-1", Duration::from_secs(1)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", longest),
        ("Thu, 01 Jan 1970 00:00:00 GMT", Duration::from_secs(1)),
    ] {
        let response = || HttpResponse::new(503, "").with_headers([("retry-after", header)]);
        let expected = NextStep::Retry { after: pause };
        assert_eq!(code_received().receive_response(response(), NOW).unwrap_err().next_step(), expected, "{header}");
        let (refresh, mut authorized) = refresh();
        let error = refresh.receive_response(&mut authorized, response(), NOW).unwrap_err();
        assert_eq!(error.next_step(), expected, "{header}");
        let named = Discovery::new(HONEST).unwrap().at("https://honest.example/metadata").unwrap();
        assert_eq!(named.receive_response(response(), NOW).unwrap_err().next_step(), expected, "{header}");
    }
}

/// A server that refuses for ever: after a bounded number of tries, the next step is not "try again".
#[test]
fn refusals_without_end() {
    for (status, body) in [(503, ""), (429, ""), (400, r#"{"error":"temporarily_unavailable"}"#), (200, "<html>")] {
        let response = || HttpResponse::new(status, body);
        let mut code = code_received();
        for _ in 1..MAX_ATTEMPTS {
            code = code.receive_response(response(), NOW).unwrap_err().recover().unwrap();
        }
        assert_stopped(code.receive_response(response(), NOW).unwrap_err());
        if status == 200 {
            continue;
        }
        // A refresh ends with "not now", and keeps its tokens.
        let mut authorized = authorized();
        let mut steps = Vec::new();
        for _ in 0..MAX_ATTEMPTS {
            let refresh = refresh_of(&authorized);
            steps.push(refresh.receive_response(&mut authorized, response(), NOW).unwrap_err().next_step());
        }
        assert_eq!(steps.last(), Some(&NextStep::Wait), "{status}");
        assert_eq!(authorized.tokens().refresh_token().unwrap().expose(), "rt-1");
    }
    // Responses that say neither that the token is good nor that it is dead: the user logs in again in the end.
    let portal = "<html>sign in to the network</html>";
    for (status, body) in [(403, portal), (200, portal), (204, ""), (200, r#"{"code":401,"msg":"expired"}"#)] {
        let mut authorized = authorized();
        for round in 1..=MAX_FOREIGN_REFUSALS {
            let response = HttpResponse::new(status, body);
            let error = refresh_of(&authorized).receive_response(&mut authorized, response, NOW).unwrap_err();
            let expected = if round < MAX_FOREIGN_REFUSALS { NextStep::Wait } else { NextStep::StartOver };
            assert_eq!(error.next_step(), expected, "{status} {body} {round}");
        }
        // The token was not called dead, so it is still there for a program that tries.
        assert_eq!(authorized.tokens().refresh_token().unwrap().expose(), "rt-1");
    }
}

/// An error shows what came (an issuer) only as untrusted text beside the message, without its query and its fragment,
/// where a secret may be.
#[test]
// rows 25, 76
fn input_in_a_message() {
    let evil = "https://evil.example/canary?token=canary2#canary3";
    let pending = Scenario { issuer: Some(IssParameter::Optional), ..Scenario::default() }.to_awaiting_redirect();
    let refused = pending.receive_redirect(&redirect_with(&format!("&iss={}", encoded(evil)))).unwrap_err();
    let error = assert_stopped(refused);
    let RedirectError::IssuerMismatch { received } = &error else { panic!("{error}") };
    assert_eq!(received.raw(), "https://evil.example/canary");
    let document = document(evil, "https://honest.example/token");
    let by_metadata = assert_stopped(receive_metadata(Discovery::new(HONEST).unwrap(), 200, &*document).unwrap_err());
    assert_eq!(by_metadata.received_issuer().unwrap().raw(), "https://evil.example/canary");
    for shown in [format!("{error} {error:?}"), format!("{by_metadata} {by_metadata:?}")] {
        assert!(!shown.contains("canary") && !shown.contains("evil"), "{shown}");
    }
    // No stored form in the error of one that cannot be read.
    let form = form(&authorized().suspend());
    for damaged in [format!("{form:?}"), form.replace('{', "["), format!("[{form}]"), form[..form.len() - 1].to_owned()]
    {
        let error = serde_json::from_str::<Suspended>(&damaged).unwrap_err();
        let ours = Suspended::from_json(&damaged).unwrap_err();
        let shown = format!("{error} {error:?} {ours} {ours:?}");
        assert!(!shown.contains("at-1") && !shown.contains("rt-1"), "{shown}");
    }
}

/// The `state` that a redirect claims, used by the caller as the name of a file or the key of a store.
#[test]
fn injection_into_a_store_by_the_claimed_state() {
    let claimed = |state: &str| Redirect::query(&format!("code=a&state={state}")).claimed_state();
    assert_eq!(claimed(STATE).as_deref(), Some(STATE));
    let one_less = &STATE[1..];
    for state in [
        "",
        "*",
        "..%2F..%2Fetc%2Fpasswd%00",
        "%0d%0aDEL%20x",
        one_less,
        &format!("{STATE}A"),
        &format!("{STATE}%00"),
        &format!("{STATE}="),
        &format!("{one_less}."),
        &format!("/{one_less}"),
        &format!("+{one_less}"),
        &format!("%2B{one_less}"),
        &format!("%2F{one_less}"),
        &format!("%C3%A9{}", &STATE[2..]),
        // Bits beyond the 32 bytes: two texts would name one state.
        &format!("{}B", &STATE[..42]),
        &"a".repeat(65_000),
    ] {
        assert_eq!(claimed(state), None, "{state}");
    }
    for pair in [format!("state={STATE}&state={STATE}"), format!("State={STATE}"), format!("state[]={STATE}")] {
        assert_eq!(Redirect::query(&pair).claimed_state(), None, "{pair}");
    }
}

/// What cannot be read is not absent: an unreadable token type is not "unstated", which a dialect may take for `Bearer`,
/// and an unreadable scope does not mean "all that was asked for".
#[test]
// rows 32, 53
fn confusion_of_unreadable_and_absent() {
    let scenario = Scenario { dialect: Dialect::STANDARD.with_assumed_bearer(), ..Scenario::default() };
    let receive =
        |body: &[u8]| scenario.to_code_received().receive_response(HttpResponse::new(200, body), NOW).unwrap();
    for token_type in ["7", "{}", "[\"Bearer\"]", "true", "\"Be\\u0000arer\"", "\"B\u{e9}arer\""] {
        for scope in ["7", "{\"a\":1}"] {
            let body = format!(r#"{{"access_token":"a","token_type":{token_type},"scope":{scope}}}"#);
            let authorized = receive(body.as_bytes());
            // Stored, it is the same.
            let again = Authorized::resume(stored(&form(&authorized.suspend())), &scenario.client()).unwrap();
            for authorized in [authorized, again] {
                assert_eq!(authorized.bearer().unwrap_err(), BearerError::TokenType, "{token_type}");
                assert_eq!(authorized.tokens().token_type(), &TokenType::Unreadable, "{token_type}");
                assert_eq!(authorized.tokens().granted_scope(), &GrantedScope::Unreadable, "{scope}");
            }
        }
    }
    assert!(receive(br#"{"access_token":"a"}"#).bearer().is_ok());
    // A byte that is not UTF-8 is forgiven in a token response, costs its member alone, and can be stored.
    let authorized =
        receive(b"{\"access_token\":\"a\",\"tenant\":\"7\",\"name\":\"Jos\xE9\",\"token_type\":\"bearer\"}");
    let again = Authorized::resume(stored(&form(&authorized.suspend())), &scenario.client()).unwrap();
    for authorized in [authorized, again] {
        assert_eq!(authorized.bearer().unwrap().expose(), "Bearer a");
        assert_eq!(authorized.tokens().member_text("tenant"), Some("\"7\""));
    }
    // Elsewhere it is not.
    let metadata = document(HONEST, "https://honest.example/token").replacen('{', "{\"name\":\"Jos\u{e9}\",", 1);
    let latin = metadata.replace('\u{e9}', "\u{1}").into_bytes();
    let latin: Vec<u8> = latin.into_iter().map(|byte| if byte == 1 { 0xE9 } else { byte }).collect();
    assert!(receive_metadata(Discovery::new(HONEST).unwrap(), 200, metadata).is_ok());
    let refused = receive_metadata(Discovery::new(HONEST).unwrap(), 200, latin).unwrap_err();
    // Nor is another place asked, whose document may lack what this one requires.
    assert_eq!(refused.recover().unwrap_err().kind(), DiscoveryErrorKind::Malformed);
}

/// No response came. A request that was processed must not be sent again by itself: a second use of a code or a refresh
/// token can end the grant.
#[test]
// rows 21
fn blind_repetition_of_a_request() {
    assert_eq!(<CodeReceived as Exchange>::RESEND, Resend::Once);
    assert_eq!(<Refreshing<'_> as Exchange>::RESEND, Resend::Once);
    assert_eq!(<Discovery as Exchange>::RESEND, Resend::Freely);
    // Sent once more, it is the same request.
    let (code, discovery) = (code_received(), Discovery::new(HONEST).unwrap());
    assert_eq!(code.request().body.expose(), code.request().body.expose());
    assert_eq!(discovery.request().url, discovery.request().url);
    let (refresh, mut authorized) = refresh();
    let body = refresh.request().body.expose().to_owned();
    assert_eq!(refresh.on(&mut authorized).request().body.expose(), body);
}

// The caller's own side.

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
        let login = Scenario::default().to_unstarted();
        assert_eq!(login.start_with_entropy(&entropy).unwrap_err(), error);
        assert_still_awaits(login.start_with_entropy(&ENTROPY).unwrap());
    }
}

/// Endpoints from untrusted metadata that lead into the caller's own network, or to something that is not a server.
#[test]
// rows 1
fn request_forgery_by_an_endpoint() {
    for endpoint in [
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "https://2852039166/",
        "https://0xA9FEA9FE/",
        "https://0XA9FEA9FE/",
        "https://XN--80AK6AA92E.com/",
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
    // A plain address can be read as such, for a caller that filters.
    let plain = Uri::parse("https://169.254.169.254/").unwrap();
    assert_eq!(plain.host(), "169.254.169.254");
}

/// An authorization endpoint that runs a program when it is passed to a shell or to the operating system.
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
    // So the authorization URL is one word of visible ASCII without a quote.
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
        "JavaScript://client.example.com/%0Aalert(1)",
        "INTENT://client.example.com/x",
        "data:text/html,x",
        "vbscript:x",
        "file:///x",
        "about:blank",
        "blob:https://client.example.com/x",
        "intent://client.example.com/x",
        "view-source:/x",
        "http://client.example.com/cb",
    ] {
        let server = Server::new(AUTHORIZE, TOKEN).unwrap();
        for client in [Client::new(server.clone(), "id", uri), Client::with_custom_scheme(server, "id", uri)] {
            let error = client.unwrap_err();
            assert!(matches!(error, ConfigError::RedirectUri(_) | ConfigError::RedirectUriKind), "{uri}");
        }
    }
}

/// A stored login is changed, so that it continues although it should wait.
#[test]
fn bypass_of_the_steps_by_a_stored_form() {
    let (mut server, _) = two_servers();
    let client = server.client("id", Registered::Public, REDIRECT_URI);
    let pending = form(&start(&client).suspend());
    for kind in ["unstarted", "code", "tokens", "refreshing", "admin"] {
        assert!(Flow::resume(stored(&pending.replace("login", kind)), &client).is_err(), "{kind}");
    }
    // A changed store can combine the verifier of one login with the code of another; the server refuses it.
    let stolen = server.authorize(&start(&client).authorization_url());
    let forged = pending.replace("login", "code").replacen(
        "\"secrets\"",
        &format!("\"code\":\"{}\",\"secrets\"", stolen.code),
        1,
    );
    let code = CodeReceived::resume(stored(&forged), &client).unwrap();
    let response = server.token(&code.request());
    assert_stopped(code.receive_response(response, NOW).unwrap_err());
    // Two copies of one secret, or none.
    let secrets = |text: &str| {
        let (start, rest) = pending.split_once("\"secrets\":\"").unwrap();
        format!("{start}\"secrets\":\"{text}{}", &rest[86..])
    };
    for text in ["", &"A".repeat(86), &STATE.repeat(2)] {
        assert_eq!(assert_not_resumed(Flow::resume(stored(&secrets(text)), &client)), ResumeError::Damaged);
    }
}

/// An access token that cannot be used ends the login before it is sent to the API.
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
        assert_eq!(assert_stopped(refused).kind(), TokenErrorKind::Unusable(reason));
    }
}

// Pushed requests (RFC 9126 §7).

fn push(body: &str) -> Result<AwaitingRedirect, Rejected<Pushing, EndpointError>> {
    Scenario::default().to_pushing().receive_response(HttpResponse::new(201, body), NOW)
}

/// RFC 9126 §7.5. The attacker swaps the `request_uri` in the user's browser for one of the attacker's own request: the
/// answer is to another request, and has another `state`; or the code belongs to another challenge.
#[test]
fn request_uri_swapping() {
    let mut server = ModelServer::new("honest.example");
    let client = server.client("ours", Registered::Public, REDIRECT_URI);
    let ours = client.login().start_pushed(getrandom::SysRng).unwrap();
    let theirs = client.login().start_pushed(getrandom::SysRng).unwrap();
    let [our_push, their_push] = [&ours, &theirs].map(|pushing| server.push(&pushing.request()));
    let ours = ours.receive_response(our_push, NOW).unwrap();
    let theirs = theirs.receive_response(their_push, NOW).unwrap();
    let swapped = server.authorize(&theirs.authorization_url());
    let refused = ours.receive_redirect(&swapped.url()).unwrap_err();
    assert_eq!(refused.next_step(), NextStep::Wait);
    let ours = refused.recover().unwrap();
    // With our `state`, which the attacker has seen, the code does not fit our verifier.
    let forged = Answer { state: ours.state().to_owned(), ..swapped };
    let code = ours.receive_redirect(&forged.url()).unwrap();
    let response = server.token(&code.request());
    assert_stopped(code.receive_response(response, NOW).unwrap_err());
}

/// The answer tries to add parameters, another client or a fragment to the URL that the browser opens, or to split a
/// header. It stays one value, or is refused.
#[test]
fn request_uri_injection_into_the_url() {
    for uri in ["urn:a&client_id=evil", "urn:a&redirect_uri=https://evil.example/", "urn:a?x=1&state=b", "urn:a%26b=c"]
    {
        let pending = push(&serde_json::json!({ "request_uri": uri }).to_string()).unwrap();
        let url = pending.authorization_url();
        assert!(url.starts_with("https://server.example.com/authorize?client_id=s6BhdRkqt3&request_uri=urn%3Aa"));
        let names: Vec<_> = query_pairs(&url).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["client_id", "request_uri"]);
        assert_eq!(value_of(&query_pairs(&url), "request_uri").as_deref(), Some(uri));
        assert!(!url.contains('#'));
    }
    for uri in
        ["urn:a#b", "urn:a\r\nLocation: https://evil.example/", "urn:a b", "urn:\u{202e}a", "//evil.example/", ""]
    {
        let refused = push(&serde_json::json!({ "request_uri": uri }).to_string()).unwrap_err();
        assert_eq!(refused.error().kind(), EndpointErrorKind::Unusable("request_uri"), "{uri}");
    }
}

/// An attacker who can make a push fail would otherwise bring about a login whose parameters go through the browser, where
/// they can be changed.
#[test]
fn downgrade_of_a_push_by_refusing_it() {
    let client = Scenario::default().client_with_endpoints().require_pushed_requests();
    for (status, body) in [(404, ""), (400, r#"{"error":"invalid_request"}"#), (302, ""), (200, "<html>"), (503, "")] {
        let mut pushing = client.login().start_pushed_with_entropy(&ENTROPY).unwrap();
        loop {
            let rejected = pushing.receive_response(HttpResponse::new(status, body), NOW).unwrap_err();
            // There is a push, or nothing.
            let Ok(state) = rejected.recover() else { break };
            assert_eq!(state.unstarted().start(getrandom::SysRng).unwrap_err(), StartError::PushedRequestRequired);
            pushing = state;
        }
    }
}

/// The metadata of a server that somebody has changed sends pushes, with the client secret, or revoked tokens to a place in
/// our own network, or over a connection that can be read.
#[test]
fn endpoint_of_somebody_else_in_metadata() {
    for name in ["pushed_authorization_request_endpoint", "revocation_endpoint", "end_session_endpoint"] {
        for endpoint in ["https://169.254.169.254/latest", "https://[::1]/x", "http://honest.example/x"] {
            let document = serde_json::json!({
                "issuer": "https://honest.example",
                "authorization_endpoint": "https://honest.example/authorize",
                "token_endpoint": "https://honest.example/token",
                "code_challenge_methods_supported": ["S256"],
                name: endpoint,
            });
            let discovery = Discovery::new("https://honest.example").unwrap();
            let response = HttpResponse::new(200, document.to_string());
            let server = discovery.receive_response(response, NOW).unwrap().into_server();
            let known = [server.pushed_request_endpoint(), server.revocation_endpoint(), server.end_session_endpoint()];
            assert_eq!(known, [None; 3], "{name} {endpoint}");
        }
    }
}

/// A server, or a page in its place, that refuses forever: each loop ends.
#[test]
fn endless_refusals_of_a_push_or_a_revocation() {
    let mut pushes = 0;
    let mut pushing = Some(Scenario::default().to_pushing());
    while let Some(state) = pushing.take() {
        pushes += 1;
        let _ = state.receive_response(HttpResponse::new(503, ""), NOW).unwrap_err().put_back(&mut pushing);
    }
    let login = Authorized::import(&Scenario::default().client_with_endpoints().login(), SUCCESS, NOW).unwrap();
    let mut revocations = 0;
    let mut revocation = Some(login.revocation().unwrap());
    while let Some(state) = revocation.take() {
        revocations += 1;
        let _ = state.receive_response(HttpResponse::new(401, ""), NOW).unwrap_err().put_back(&mut revocation);
    }
    assert_eq!((pushes, revocations), (MAX_ATTEMPTS, MAX_ATTEMPTS));
}
