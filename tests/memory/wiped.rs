//! After a flow is dropped, no freed block of the heap holds its verifier, code, tokens or client secret.
//!
//! What the host owns is its own to wipe: here its texts are constants, so that only the crate's memory is seen.

use authcode::{
    Authorized, AwaitingRedirect, Client, ClientAuth, CodeReceived, Dialect, Flow, HttpResponse, Redirect, Renewal,
    Server, UnixTime, Untrusted,
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
];

macro_rules! answer {
    ($code:literal) => {
        concat!("state=AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA&code=", $code)
    };
}

const SUCCESS: &str = r#"{"access_token":"secretaccess/1-0123456789-0123456789-0123456789","refresh_token":"secretrefresh","token_type":"Bearer","expiry":60,"scope":"a"}"#;
const ESCAPED: &str = r#"{"access_token":"secretaccess\/1-0123456789-0123456789-0123456789","refresh_token":"\u0073ecretrefresh","token_type":"Bear\u0065r","scope":["a","b\n"]}"#;
const ROTATED: &str = r#"{"access_token":"secretaccess/2","refresh_token":"secretrefresh2","token_type":"Bearer"}"#;

fn client(auth: ClientAuth) -> Client {
    let server = Server::new("https://a.example/authorize", "https://a.example/token").unwrap();
    let server = server.with_dialect(Dialect::STANDARD.assume_bearer()).unwrap();
    Client::new(server, "id", auth, "https://b.example/cb?tenant=7").unwrap()
}

fn pending(client: &Client) -> AwaitingRedirect {
    let login = client.login().scope("a b").unwrap().audience("https://api.example/").unwrap();
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

/// The body is exactly as large as its content, as a host that wipes would make it.
fn response(status: u16, body: &str) -> HttpResponse {
    HttpResponse::new(status, body.as_bytes().to_vec())
}

fn authorized(client: &Client) -> Authorized {
    let code = code(client);
    drop(code.token_request());
    code.receive_token_response(response(200, SUCCESS), NOW).unwrap()
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
            let authorized = authorized(&client(auth()));
            drop(authorized.bearer());
            let Renewal::Refresh(refreshing) = authorized.renew() else { panic!("there is a refresh token") };
            drop(refreshing.token_request());
            drop(refreshing.receive_token_response(response(200, ROTATED), NOW).unwrap());
        });
    }
}

#[test]
fn each_state_leaves_nothing_when_it_is_dropped() {
    let client = client(ClientAuth::body("secretclient"));
    assert_wiped(|| drop(pending(&client)));
    assert_wiped(|| drop(code(&client)));
    assert_wiped(|| drop(authorized(&client)));
    assert_wiped(|| drop(authorized(&client).renew()));
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
        let authorized = code(&client).receive_token_response(response(200, ESCAPED), NOW).unwrap();
        assert_eq!(authorized.refresh_token().unwrap().expose(), "secretrefresh");
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
        assert_wiped(|| drop(code(&client).receive_token_response(response(status, body), NOW).unwrap_err()));
        assert_wiped(|| {
            let Renewal::Refresh(refreshing) = authorized(&client).renew() else { panic!("there is a refresh token") };
            drop(refreshing.receive_token_response(response(status, body), NOW).unwrap_err());
        });
    }
}

#[test]
fn a_body_that_is_no_text_leaves_nothing() {
    let client = client(ClientAuth::None);
    let body = b"secretcode\xFFsecretcode\xC3\x28secretcode".to_vec();
    assert_wiped(|| {
        let refused = code(&client).receive_token_response(HttpResponse::new(404, body), NOW).unwrap_err();
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
        .with_response_names(&[("access_token", "/data/token")]);
    let server =
        Server::new("https://a.example/authorize", "https://a.example/token").unwrap().with_dialect(dialect).unwrap();
    let client = Client::new(server, "id", ClientAuth::body("secretclient"), "https://b.example/cb?tenant=7").unwrap();
    assert_wiped(|| {
        let code = code(&client);
        drop(code.token_request());
        let body = r#"{"data":{"token":"\u0073ecretaccess"},"refresh_token":"secretrefresh"}"#;
        let authorized = code.receive_token_response(response(200, body), NOW).unwrap();
        assert_eq!(authorized.access_token().expose(), "secretaccess");
        let Renewal::Refresh(refreshing) = authorized.renew() else { panic!("there is a refresh token") };
        drop(refreshing.token_request());
        let form = "access_token=secretaccess%2F1&refresh_token=secretrefresh&code=secretcode";
        drop(refreshing.receive_token_response(response(200, form), NOW).unwrap_err());
    });
}

#[test]
fn stored_forms_leave_nothing() {
    let client = client(ClientAuth::body("secretclient"));
    assert_wiped(|| drop(pending(&client).suspend().resume::<Flow>(&client).unwrap()));
    assert_wiped(|| drop(code(&client).suspend().resume::<Flow>(&client).unwrap()));
    assert_wiped(|| drop(authorized(&client).suspend().resume::<Flow>(&client).unwrap()));
    assert_wiped(|| {
        let json = authorized(&client).suspend().to_json();
        drop(authcode::Suspended::from_json(json.expose()).unwrap().resume::<Flow>(&client).unwrap());
    });
    // One that does not come back, too.
    assert_wiped(|| assert!(authorized(&client).suspend().resume::<CodeReceived>(&client).is_err()));
}

#[test]
fn extra_parameters_leave_nothing() {
    let client = client(ClientAuth::None);
    assert_wiped(|| {
        let login = client.login().param(authcode::Leg::Token, "ticket", "secretticket").unwrap();
        let login = login.params(authcode::Leg::Token, &[("b", "secretticket")]).unwrap();
        let pending = login.start_with_entropy(&ENTROPY).unwrap();
        let code =
            pending.receive_redirect(Redirect::query(concat!("tenant=7&t=secretticket&", answer!("c")))).unwrap();
        drop(code.token_request());
        drop(code.suspend());
    });
}
