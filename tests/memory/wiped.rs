//! After a flow is dropped, no freed block of the heap holds its verifier, code, tokens or client secret.
//!
//! What the caller owns is the caller's to wipe: here its texts are constants, so that only the crate's memory is seen.

use authcode::{
    Algorithm, AssertionKey, Authorized, AwaitingRedirect, Client, ClientAuth, CodeReceived, Dialect, Draft, Flow,
    Fresh, HttpResponse, Identity, NextStep, PublicKey, Redirect, Refresh, RefreshOptions, Renewal, Server,
    SignatureError, Suspended, UnixTime, Untrusted,
};
use authcode_memory::{Scanner, Seen, scan};

#[global_allocator]
static SCANNER: Scanner = Scanner;

/// The octets of RFC 7636 appendix B in the second half.
const ENTROPY: [u8; 64] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    32, 116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
    240, 91, 88, 5, 88, 83, 132, 141, 121,
];
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

const SECRETS: &[&str] = &[
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", // the verifier
    "secretcode",
    "secretaccess",
    "secretrefresh",
    "secretclient",
    "aWQ6c2VjcmV0Y2xpZW50", // "id:secretclient" in Basic
    "secretticket",
    "secretdescription",
    "AAECAwQFBgcICQoLDA0ODw",       // the `jti` of a proof
    "EBESExQVFhcYGRobHB0eHw",       // the `jti` of an assertion
    "eyJqdGkiOiJBQUVDQXdRRkJnY0lD", // the claims of a proof
    "eyJpc3MiOiJpZCIsInN1YiI6Imlk", // the claims of an assertion
    "ERERERERERERERERERERERER",     // a signature
];

macro_rules! answer {
    ($code:literal) => {
        concat!("state=AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA&code=", $code)
    };
}

const SUCCESS: &str = r#"{"access_token":"secretaccess/1-0123456789-0123456789-0123456789","refresh_token":"secretrefresh","token_type":"Bearer","expiry":60,"scope":"a"}"#;
const ESCAPED: &str = r#"{"access_token":"secretaccess\/1-0123456789-0123456789-0123456789","refresh_token":"\u0073ecretrefresh","token_type":"Bear\u0065r","scope":["a","b\n"]}"#;
/// A response whose other members are not UTF-8, so that they are copied.
const LATIN: &[u8] = b"{\"name\":\"Jos\xE9\",\"access_token\":\"secretaccess/1-0123456789-0123456789-0123456789\",\"refresh_token\":\"secretrefresh\",\"id_token\":\"secretticket\"}";
const SPARE: &str = r#"{"access_token":"secretaccess/3","refresh_token":"secretrefresh3","token_type":"Bearer"}"#;
const ROTATED: &str = r#"{"access_token":"secretaccess/2","refresh_token":"secretrefresh2","token_type":"Bearer"}"#;

fn client(auth: ClientAuth) -> Client {
    let server = Server::new("https://a.example/authorize", "https://a.example/token").unwrap();
    let server = server.with_dialect(Dialect::STANDARD.with_assumed_bearer()).unwrap();
    Client::new(server, Identity::new("id", auth), "https://b.example/cb?tenant=7").unwrap()
}

fn pending(client: &Client) -> AwaitingRedirect {
    let mut login = client.login();
    login.scope("a b").unwrap().audience("https://api.example/").unwrap();
    login.start_with_entropy(&ENTROPY).unwrap()
}

fn code(client: &Client) -> CodeReceived {
    pending(client)
        .receive_redirect(Redirect::query(concat!(
            "tenant=7&x=1&",
            answer!("secretcode-0123456789-0123456789-0123456789")
        )))
        .unwrap()
}

/// The body is exactly as large as its content, as a caller that wipes would make it.
fn response(status: u16, body: &str) -> HttpResponse {
    HttpResponse::new(status, body.as_bytes().to_vec())
}

fn authorized(client: &Client) -> Authorized {
    let code = code(client);
    drop(code.request());
    code.receive_response(response(200, SUCCESS), NOW).unwrap()
}

fn refresh_of(authorized: &Authorized) -> Refresh {
    match authorized.renewal() {
        Renewal::Refresh(refresh) => refresh,
        Renewal::Reauthorize(_) => panic!("there is a refresh token"),
    }
}

#[track_caller]
fn assert_wiped(flow: impl FnOnce()) {
    let seen = scan(SECRETS, flow);
    assert_eq!(seen.secret, None);
    assert!(seen.freed > 0, "nothing was freed");
}

#[test]
fn the_scanner_finds_what_is_not_wiped() {
    let seen = scan(SECRETS, || drop(String::from("a secretcode in plain memory")));
    assert_eq!(seen, Seen { secret: Some("secretcode".into()), freed: 1 });
}

#[test]
fn a_whole_login_leaves_nothing() {
    for auth in [
        || ClientAuth::None,
        || ClientAuth::basic("secretclient"),
        || ClientAuth::basic_raw("secretclient"),
        || ClientAuth::body("secretclient"),
    ] {
        assert_wiped(|| {
            let mut authorized = authorized(&client(auth()));
            drop(authorized.bearer());
            let refresh = refresh_of(&authorized);
            drop(refresh.request());
            let _ = refresh.receive_response(&mut authorized, response(200, ROTATED), NOW).unwrap();
            drop(authorized.bearer());
        });
    }
}

#[test]
fn each_state_leaves_nothing_when_it_is_dropped() {
    let client = client(ClientAuth::body("secretclient"));
    assert_wiped(|| drop(pending(&client)));
    assert_wiped(|| drop(code(&client)));
    assert_wiped(|| drop(authorized(&client)));
    assert_wiped(|| drop(authorized(&client).renewal()));
    assert_wiped(|| drop(refresh_of(&authorized(&client)).request()));
    assert_wiped(|| drop(authorized(&client).reauthorize()));
}

#[test]
fn a_roomy_secret_leaves_nothing() {
    assert_wiped(|| {
        let mut roomy = String::with_capacity(100);
        roomy.push_str("secretclient");
        drop(client(ClientAuth::basic(roomy)));
    });
}

#[test]
fn escaped_tokens_leave_nothing() {
    let client = client(ClientAuth::None);
    assert_wiped(|| {
        let authorized = code(&client).receive_response(response(200, ESCAPED), NOW).unwrap();
        assert_eq!(authorized.tokens().refresh_token().unwrap().expose(), "secretrefresh");
    });
}

#[test]
fn a_refused_redirect_leaves_nothing() {
    let client = client(ClientAuth::None);
    for query in [
        "code=secretcode",
        "tenant=8&code=secretcode",
        concat!("tenant=7&error=x&", answer!("secretcode")),
        concat!("tenant=7&", answer!("secretcode%C3%A9")),
        concat!("tenant=7&", answer!("secretcode%0A")),
        concat!("tenant=7&", answer!("secretcode%FF")),
        concat!("tenant=7&", answer!("secretcode&code=secretcode")),
        "tenant=7&state=x&code=secretcode",
        "tenant=7&state=AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA&error=x&error_description=secretdescription",
    ] {
        assert_wiped(|| drop(pending(&client).receive_redirect(Redirect::query(query)).unwrap_err()));
    }
}

#[test]
fn a_refused_response_leaves_nothing() {
    let client = client(ClientAuth::None);
    for (status, body) in [
        (200, r#"{"access_token":"secretaccess"#),
        (200, r#"{"access_token":"secretaccessé"}"#),
        (200, r#"{"access_token":"secretaccess\n"}"#),
        (200, r#"{"access_token":"secretaccess","access_token":"secretaccess"}"#),
        (200, r#"["secretaccess"]"#),
        (302, "secretaccess"),
        (500, "secretaccess"),
        (404, "secretaccess"),
        (503, r#"{"error":"server_error","error_description":"secretdescription","code":"secretcode"}"#),
        (400, r#"{"error":"invalid_grant","error_description":"secretdescription"}"#),
        (400, r#"{"error":"invalid_grant","error_description":"\u0022secretdescription"}"#),
    ] {
        assert_wiped(|| drop(code(&client).receive_response(response(status, body), NOW).unwrap_err()));
        assert_wiped(|| {
            let mut authorized = authorized(&client);
            let refresh = refresh_of(&authorized);
            drop(refresh.receive_response(&mut authorized, response(status, body), NOW).unwrap_err());
            let refreshing = authorized.renewal();
            if let Renewal::Refresh(refresh) = refreshing {
                drop(refresh.on(&mut authorized).receive_response(response(status, body), NOW).unwrap_err());
            }
        });
    }
}

#[test]
fn a_body_that_is_no_text_leaves_nothing() {
    let client = client(ClientAuth::None);
    let body = b"secretcode\xFFsecretcode\xC3\x28secretcode".to_vec();
    assert_wiped(|| {
        let refused = code(&client).receive_response(HttpResponse::new(404, body), NOW).unwrap_err();
        assert_eq!(refused.error().body().unwrap().raw(), "secretcode\u{FFFD}secretcode\u{FFFD}(secretcode");
        drop(refused);
    });
}

/// The text itself is for the host to wipe; no other copy of it is left.
#[test]
fn a_description_that_is_shown_leaves_nothing() {
    let description = Untrusted::from("\u{1b}é\u{10ffff}secretdescription".repeat(8).as_str());
    let mut shown = String::new();
    let seen = scan(SECRETS, || shown = description.shown());
    assert_eq!(seen, Seen { secret: None, freed: 0 });
    assert!(shown.contains("secretdescription"));
}

#[test]
fn other_dialects_leave_nothing() {
    let dialect = Dialect::STANDARD
        .with_json_requests()
        .with_form_responses()
        .with_response_paths(&[("access_token", &["data", "token"])]);
    let server =
        Server::new("https://a.example/authorize", "https://a.example/token").unwrap().with_dialect(dialect).unwrap();
    let client =
        Client::new(server, Identity::new("id", ClientAuth::body("secretclient")), "https://b.example/cb?tenant=7")
            .unwrap();
    assert_wiped(|| {
        let code = code(&client);
        drop(code.request());
        let body = r#"{"data":{"token":"\u0073ecretaccess"},"refresh_token":"secretrefresh"}"#;
        let mut authorized = code.receive_response(response(200, body), NOW).unwrap();
        assert_eq!(authorized.tokens().access_token().expose(), "secretaccess");
        let refresh = refresh_of(&authorized);
        drop(refresh.request());
        let form = "access_token=secretaccess%2F1&refresh_token=secretrefresh&code=secretcode";
        drop(refresh.receive_response(&mut authorized, response(200, form), NOW).unwrap_err());
    });
}

#[test]
fn form_responses_leave_nothing() {
    let server = Server::new("https://a.example/authorize", "https://a.example/token").unwrap();
    let server = server.with_dialect(Dialect::STANDARD.with_form_responses()).unwrap();
    let client = Client::new(server, "id", "https://b.example/cb?tenant=7").unwrap();
    assert_wiped(|| {
        let form = "access_token=secretaccess%2F1&refresh_token=secretrefresh&ticket=secretticket";
        let authorized = code(&client).receive_response(response(200, form), NOW).unwrap();
        assert_eq!(authorized.tokens().access_token().expose(), "secretaccess/1");
    });
}

#[test]
fn members_that_are_not_utf8_leave_nothing() {
    let client = client(ClientAuth::None);
    assert_wiped(|| {
        let authorized = code(&client).receive_response(HttpResponse::new(200, LATIN), NOW).unwrap();
        assert_eq!(authorized.tokens().member_text("id_token"), Some("\"secretticket\""));
    });
}

/// In place: the tokens that a refresh replaces are wiped while the login lives on.
#[test]
fn a_refresh_in_place_leaves_nothing_of_the_old_tokens() {
    let client = client(ClientAuth::None);
    let mut login = authorized(&client);
    for body in [ROTATED, SPARE, r#"{"access_token":"secretaccess"}"#, ESCAPED] {
        assert_wiped(|| {
            let refresh = refresh_of(&login);
            drop(refresh.request());
            let _ = refresh.receive_response(&mut login, response(200, body), NOW).unwrap();
        });
    }
    // Dead, with the access token still there.
    assert_wiped(|| {
        let refresh = refresh_of(&login);
        let dead = response(400, r#"{"error":"invalid_grant","error_description":"secretdescription"}"#);
        drop(refresh.receive_response(&mut login, dead, NOW).unwrap_err());
    });
    assert!(login.tokens().refresh_token().is_none());
    assert_wiped(|| drop(login));
}

#[test]
fn options_of_a_refresh_leave_nothing() {
    let client = client(ClientAuth::None);
    let login = authorized(&client);
    assert_wiped(|| {
        let mut options = RefreshOptions::default();
        options.param("ticket", "secretticket").unwrap();
        let Renewal::Refresh(refresh) = login.renewal_with(&options).unwrap() else {
            panic!("there is a refresh token")
        };
        drop(refresh.request());
    });
}

/// Two refreshes under way: the replaced token, the spare, and a response that is too late.
#[test]
fn a_spare_leaves_nothing() {
    let client = client(ClientAuth::None);
    assert_wiped(|| {
        let mut login = authorized(&client);
        let [first, second, third] = [refresh_of(&login), refresh_of(&login), refresh_of(&login)];
        let _ = first.receive_response(&mut login, response(200, ROTATED), NOW).unwrap();
        let refreshed = second.receive_response(&mut login, response(200, SPARE), NOW).unwrap();
        assert!(refreshed.superseded);
        // A second spare takes the place of the first.
        let _ = third.receive_response(&mut login, response(200, SPARE), NOW).unwrap();
        let dead = || response(400, r#"{"error":"invalid_grant"}"#);
        let late = refresh_of(&login);
        let error = refresh_of(&login).receive_response(&mut login, dead(), NOW).unwrap_err();
        assert!(matches!(error.next_step(), NextStep::Retry { .. }));
        assert_eq!(login.tokens().refresh_token().unwrap().expose(), "secretrefresh3");
        drop(late.receive_response(&mut login, dead(), NOW).unwrap_err());
        drop(refresh_of(&login).receive_response(&mut login, dead(), NOW).unwrap_err());
        drop(login.suspend());
    });
    // One with a new refresh token beside an unusable access token, and one of another login.
    assert_wiped(|| {
        let mut login = authorized(&client);
        let unusable = r#"{"access_token":"","refresh_token":"secretrefresh4"}"#;
        drop(refresh_of(&login).receive_response(&mut login, response(200, unusable), NOW).unwrap_err());
        assert_eq!(login.tokens().refresh_token().unwrap().expose(), "secretrefresh4");
        let mut other = authorized(&client);
        drop(refresh_of(&login).receive_response(&mut other, response(200, ROTATED), NOW).unwrap_err());
    });
}

#[test]
fn a_replaced_client_leaves_nothing() {
    assert_wiped(|| {
        let wrong = client(ClientAuth::basic("secretclient-wrong"));
        let mut code = code(&wrong);
        drop(wrong);
        drop(code.request());
        code.replace_client(&client(ClientAuth::body("secretclient"))).unwrap();
        drop(code.request());
        let mut login = code.receive_response(response(200, SUCCESS), NOW).unwrap();
        login.replace_client(&client(ClientAuth::basic("secretclient"))).unwrap();
        drop(refresh_of(&login).request());
        // One that is not accepted.
        let server = Server::new("https://a.example/authorize", "https://c.example/token").unwrap();
        let other = Client::new(server, Identity::new("id", ClientAuth::body("secretclient")), "https://b.example/cb");
        assert!(login.replace_client(&other.unwrap()).is_err());
    });
}

#[test]
fn imported_tokens_leave_nothing() {
    let client = client(ClientAuth::None);
    assert_wiped(|| drop(Authorized::import(&client.login(), SUCCESS, NOW).unwrap()));
    assert_wiped(|| {
        drop(Authorized::import(&client.login(), r#"{"refresh_token":"secretrefresh"}"#, NOW).unwrap_err())
    });
}

#[test]
fn stored_forms_leave_nothing() {
    let client = client(ClientAuth::body("secretclient"));
    let store = |form: Suspended| {
        let json = form.to_json();
        drop(form);
        Suspended::from_json(json.expose()).unwrap()
    };
    assert_wiped(|| drop(Flow::resume(store(pending(&client).suspend()), &client).unwrap()));
    assert_wiped(|| drop(Flow::resume(store(code(&client).suspend()), &client).unwrap()));
    assert_wiped(|| drop(Flow::resume(store(authorized(&client).suspend()), &client).unwrap()));
    assert_wiped(|| drop(Flow::resume(authorized(&client).suspend_without_members(), &client).unwrap()));
    // Escaped on the way, and a member that is not known.
    assert_wiped(|| {
        let escaped = r#"{"x":"secretticket","v":"1","kind":"tokens","code":"\u0073ecretcode"}"#;
        let form = Suspended::from_json(escaped).unwrap();
        drop(Authorized::resume(form, &client).unwrap_err());
    });
    // Forms that are refused: returned, damaged, or no form at all.
    assert_wiped(|| drop(CodeReceived::resume(authorized(&client).suspend(), &client).unwrap_err().recover().unwrap()));
    assert_wiped(|| {
        let json = authorized(&client).suspend().to_json().expose().replace("https://a.example/token", "");
        // The text is this program's own.
        let json = authcode::Secret::from(json);
        drop(Suspended::from_json(json.expose()).map(|form| Authorized::resume(form, &client).unwrap_err()));
    });
    assert_wiped(|| {
        let json = authorized(&client).suspend().to_json();
        let cut = &json.expose()[..json.expose().len() - 2];
        assert!(Suspended::from_json(cut).is_err());
    });
    assert_wiped(|| {
        let form = store(authorized(&client).suspend());
        let moved = Authorized::danger_resume_moved(form, &client, "https://a.example/token").unwrap();
        drop(moved);
    });
}

#[test]
fn extra_parameters_leave_nothing() {
    let client = client(ClientAuth::None);
    assert_wiped(|| {
        let mut login = client.login();
        login.token_param("ticket", "secretticket").unwrap().token_params(&[("b", "secretticket")]).unwrap();
        login.login_hint("secretticket").unwrap().login_hint("secretticket-2").unwrap();
        drop(login.clone());
        // Refused: a name that repeats.
        assert!(login.token_params(&[("b", "secretticket")]).is_err());
        let pending = login.start_with_entropy(&ENTROPY).unwrap();
        let code =
            pending.receive_redirect(Redirect::query(concat!("tenant=7&t=secretticket&", answer!("c")))).unwrap();
        drop(code.request());
        drop(code.suspend());
    });
}

#[test]
fn signed_requests_leave_nothing() {
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let key = PublicKey::from_jwk(jwk, Algorithm::EdDsa).unwrap();
    let client_key = AssertionKey::private_key_jwt(Algorithm::EdDsa, Some("k1")).unwrap();
    let token = authcode::Secret::from("secretaccess/1-0123456789-0123456789-0123456789");
    let fresh = || Fresh::from_entropy(NOW, &mut core::array::from_fn(|index| index as u8)).unwrap();
    let proof = || key.resource_headers("GET", "https://api.example/", &token, None, fresh()).unwrap();
    let assertion = || client_key.assertion("id", "https://a.example", fresh());
    assert_wiped(|| drop(proof()));
    assert_wiped(|| drop(assertion()));
    assert_wiped(|| drop(proof().sign_with(|_| Ok::<_, SignatureError>([0x11; 64])).unwrap()));
    assert_wiped(|| drop(assertion().sign_with(|_| Ok::<_, SignatureError>([0x11; 64])).unwrap()));
    assert_wiped(|| {
        let Draft::Sign(job) = proof() else { panic!("it is to be signed") };
        drop(job.finish(&[0x11; 63]).unwrap_err());
    });
    assert_wiped(|| {
        let secret = authcode::Secret::from("secretclient-0123456789-0123456789");
        AssertionKey::client_secret_jwt(Algorithm::Hs256, &secret).unwrap();
    });
}
