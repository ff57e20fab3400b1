//! What the worst inputs within the limits cost, in memory that is asked for. Anyone can send a redirect.

use authcode::{
    Algorithm, AwaitingRedirect, Client, CodeReceived, Dialect, HttpResponse, PublicKey, Redirect, RedirectError,
    Server, SignatureError, limits,
};

use crate::scenario::*;

/// What one step asks for.
#[derive(Debug)]
struct Cost {
    allocations: u64,
    total: u64,
    peak: u64,
}

fn cost<T>(step: impl FnOnce() -> T) -> (T, Cost) {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(step()));
    (result.unwrap(), Cost { allocations: info.count_total, total: info.bytes_total, peak: info.bytes_max })
}

/// As many repetitions as fit into `len` bytes.
fn filled(len: usize, start: &str, filler: &str, end: &str) -> String {
    format!("{start}{}{end}", filler.repeat((len - start.len() - end.len()) / filler.len()))
}

/// The work and the memory of each resumed login are bounded by the number of parameters.
#[test]
fn resuming_a_login_at_an_endpoint_with_a_long_query_allocates_little() {
    for own in ["b&", "%62=%63&", "%C3%A9&"] {
        let [authorize, token] =
            [AUTHORIZE, TOKEN].map(|endpoint| format!("{endpoint}?{}", own.repeat(limits::MAX_PARAMETERS)));
        let client = Client::new(Server::new(authorize, token).unwrap(), "id", REDIRECT_URI).unwrap();
        let mut login = client.login();
        for index in 0..limits::MAX_PARAMETERS {
            login.authorization_param(&format!("p{index}"), "v").unwrap();
            login.token_param(&format!("p{index}"), "v").unwrap();
        }
        let stored = login.start_with_entropy(&ENTROPY).unwrap().suspend();
        let (_, cost) = cost(|| AwaitingRedirect::resume(stored, &client).unwrap());
        // Name and value, as they are read and as they are kept, and one more for the comparison, on both legs.
        assert!(cost.allocations <= 2 * 5 * limits::MAX_PARAMETERS as u64 + 50, "{own}: {cost:?}");
    }
}

/// One that is not ours, or carries no `state`, costs no memory.
#[test]
fn a_redirect_of_a_stranger_costs_no_memory() {
    const LONG_NAME: &str = concat!("https://client.example.com/cb?", "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", "=1");
    const MANY_NAMES: &str = "https://client.example.com/cb?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p";
    for redirect_uri in [REDIRECT_URI, LONG_NAME, MANY_NAMES] {
        let own = redirect_uri.split_once('?').map_or("", |(_, query)| query);
        for filler in
            ["b&", "&", "=&", "%62=%62&", "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn&", "code%5B%5D=x&", "%zz&"]
        {
            let query = filled(limits::MAX_REDIRECT_LEN, &format!("{own}&"), filler, "");
            let pending = Scenario { redirect_uri, ..Scenario::default() }.to_awaiting_redirect();
            let (refused, cost) = cost(|| pending.receive_redirect(Redirect::query(&query)).unwrap_err());
            assert_eq!(cost.allocations, 0, "{filler}: {cost:?}");
            assert!(refused.recover().is_ok());
        }
    }
}

/// Some servers leave `state` out of an error, so what a stranger claims is kept, if it is short.
#[test]
fn an_error_of_a_stranger_costs_little_memory() {
    for text in ["error_description", "error_uri", "error"] {
        let query = filled(limits::MAX_REDIRECT_LEN, &format!("error=x&{text}="), "y", "");
        let query = if text == "error" { query.replace("error=x&", "") } else { query };
        let pending = awaiting_redirect();
        let (refused, cost) = cost(|| pending.receive_redirect(Redirect::query(&query)).unwrap_err());
        assert!(cost.allocations <= 3 && cost.peak <= 500, "{text}: {cost:?}");
        assert!(refused.recover().is_ok());
    }
    let query = format!("error=access_denied&error_description={}", "y".repeat(limits::MAX_CLAIMED_TEXT_LEN));
    let refused = awaiting_redirect().receive_redirect(Redirect::query(&query)).unwrap_err();
    let RedirectError::StateMissing { unauthenticated: Some(claim) } = refused.error() else { panic!("a claim") };
    assert!(claim.description.is_some());
}

/// The right `state` with as many other parameters as fit: a small multiple of the redirect, in a few allocations.
#[test]
fn the_parameters_of_a_redirect_cost_no_more_than_twice_their_size() {
    for filler in ["b&", "&", "=&", "%62=%62&", "a=b&", "x=%C3%A9&"] {
        let query = filled(limits::MAX_REDIRECT_LEN, &format!("{}&", answer()), filler, "");
        let pending = awaiting_redirect();
        let (code, cost) = cost(|| pending.receive_redirect(Redirect::query(&query)).unwrap());
        assert!(cost.peak <= 2 * limits::MAX_REDIRECT_LEN as u64 + 1000, "{filler}: {cost:?}");
        assert!(cost.total <= 2 * limits::MAX_REDIRECT_LEN as u64 + 1000, "{filler}: {cost:?}");
        // What is encoded is decoded into memory that is freed at once.
        assert!(cost.allocations <= 10 || filler.contains('%'), "{filler}: {cost:?}");
        let (stored, cost) = self::cost(|| code.suspend().to_json());
        let len = stored.expose().len() as u64;
        assert!(cost.peak <= 3 * len + 1000, "{filler}: {len} {cost:?}");
    }
}

fn response(dialect: Dialect, status: u16, body: &[u8]) -> (bool, Cost) {
    let code: CodeReceived = Scenario { dialect, ..Scenario::default() }.to_code_received();
    let response = HttpResponse::new(status, body);
    let (result, cost) = cost(|| code.receive_response(response, NOW));
    (result.is_ok(), cost)
}

/// The body is already in memory. Reading it takes no second copy, however it is built.
#[test]
fn a_token_response_costs_less_than_its_size() {
    const DIALECT: Dialect = Dialect::STANDARD
        .with_response_paths(&[("error", &["errors", "0", "a"]), ("refresh_token", &["errors", "0", "b"])])
        .with_form_responses();
    let len = limits::MAX_RESPONSE_LEN;
    for filler in [
        r#""a":1,"#,
        r#""":"","#,
        r#""error_uri2":[[[[]]]],"#,
        r#""\u0061":"\u0061","#,
        r#""expires_at":1,"#,
        "\"x\"  :\t[ ] ,\n",
    ] {
        for dialect in [Dialect::STANDARD, DIALECT] {
            let body = filled(len, "{", filler, r#""access_token":"a"}"#);
            let (is_ok, cost) = response(dialect, 200, body.as_bytes());
            assert!(is_ok, "{filler}");
            assert!(cost.peak <= 1000, "{filler}: {cost:?}");
            assert!(cost.total <= len as u64, "{filler}: {cost:?}");
        }
    }
    // Nesting costs a bit for each level.
    let depth = (len - 40) / 2;
    let body = format!(r#"{{"access_token":"a","x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    let (is_ok, cost) = response(DIALECT, 200, body.as_bytes());
    assert!(is_ok && cost.peak <= len as u64 / 4, "{cost:?}");
    // If a member is not UTF-8, the others are copied, once.
    let filler: &[u8] = b"\"x\":\"\xff\",";
    let body = [b"{".as_slice(), &filler.repeat(len / filler.len() - 10), b"\"access_token\":\"a\"}"].concat();
    let (is_ok, cost) = response(Dialect::STANDARD, 200, &body);
    assert!(is_ok && cost.peak <= len as u64 + 1000 && cost.allocations <= 10, "{cost:?}");
}

/// The names of a form are compared with each other, so there may be few of them; a control character takes six bytes of
/// JSON for three of a form.
#[test]
fn a_form_response_costs_a_small_multiple_of_its_size() {
    let form = Dialect::STANDARD.with_form_responses();
    let pairs: String =
        (0..limits::MAX_FORM_PAIRS - 1).map(|number| format!("&{number}={}", "x".repeat(9000))).collect();
    let body = format!("access_token=a{pairs}");
    let (is_ok, cost) = response(form.clone(), 200, body.as_bytes());
    assert!(is_ok && cost.peak <= body.len() as u64 + 20_000, "{cost:?}");
    let body = format!("access_token=a&x={}", "%01".repeat(limits::MAX_RESPONSE_LEN / 6 - 100));
    let (is_ok, cost) = response(form.clone(), 200, body.as_bytes());
    assert!(is_ok && cost.peak <= 3 * body.len() as u64, "{cost:?}");
    // Of more pairs, the first ones are kept.
    let body = filled(limits::MAX_RESPONSE_LEN, "access_token=a", "&x=%01", "");
    let (is_ok, cost) = response(form, 200, body.as_bytes());
    assert!(is_ok && cost.peak <= 20_000 && cost.allocations <= 250, "{cost:?}");
}

/// Of a refusal, at most the beginning of the body is kept.
#[test]
fn a_refusal_costs_little_more_than_what_is_kept_of_it() {
    let len = limits::MAX_RESPONSE_LEN;
    for (status, body) in [
        (400, filled(len, "<html>", "x", "")),
        (503, filled(len, r#"{"error":"server_error""#, r#","a":1"#, "}")),
        (400, filled(len, r#"{"error":"invalid_grant""#, r#","\u0061":1"#, "}")),
        (200, filled(len, "[", "[", "")),
    ] {
        let (is_ok, cost) = response(Dialect::STANDARD, status, body.as_bytes());
        assert!(!is_ok && cost.peak <= len as u64 / 4, "{status}: {cost:?}");
        if status != 200 {
            assert!(cost.peak <= 2 * limits::MAX_ERROR_BODY_LEN as u64, "{status}: {cost:?}");
        }
    }
    // Bytes that are not UTF-8 become three each.
    let (is_ok, cost) = response(Dialect::STANDARD, 400, &vec![0xff; len]);
    assert!(!is_ok && cost.peak <= 3 * limits::MAX_ERROR_BODY_LEN as u64 + 1000, "{cost:?}");
}

/// A list of scopes up to the limit, each of them another one.
#[test]
fn a_granted_scope_costs_a_small_multiple_of_its_size() {
    let scope: String = (0..4000).map(|number| format!("{number:x} ")).collect();
    let scope = &scope[..scope.len().min(limits::MAX_PARAMETER_LEN)];
    let body = format!(r#"{{"access_token":"a","scope":"{scope}"}}"#);
    let (is_ok, cost) = response(Dialect::STANDARD.with_granted_scope_separator(','), 200, body.as_bytes());
    assert!(is_ok && cost.peak <= 4 * scope.len() as u64 && cost.allocations <= 20, "{cost:?}");
}

/// The largest JWK, however it is built, costs what is kept of it; a request that is signed costs a few times its proof.
#[test]
fn a_key_and_its_proofs_cost_a_small_multiple_of_their_size() {
    let number = |len: usize| {
        use base64::Engine as _;
        base64::prelude::BASE64_URL_SAFE_NO_PAD.encode([vec![0x81; len]].concat())
    };
    let n = number(limits::MAX_RSA_BITS / 8);
    for filler in [r#""a":1,"#, r#""\u0061":"\u0061","#, r#""x5c":[[[{}]]],"#, "\"k2\"  :\t[ ] ,\n"] {
        let end = format!(r#""e":"AQAB","n":"{n}","kty":"RSA"}}"#);
        let jwk = filled(limits::MAX_JWK_LEN, "{", filler, &end);
        let (key, cost) = cost(|| PublicKey::from_jwk(&jwk, Algorithm::Ps256).unwrap());
        assert!(cost.peak <= 3 * n.len() as u64 + 1000, "{filler}: {cost:?}");
        // A name that is escaped is decoded into memory that is freed at once.
        assert!(cost.allocations <= 10 || filler.contains('\\'), "{filler}: {cost:?}");

        let fresh = crate::keys::fresh(0, false);
        let signature = vec![1; limits::MAX_RSA_BITS / 8];
        let (proof, cost) = self::cost(|| {
            let draft = key.resource_headers("GET", "https://api.example", &"token".into(), None, fresh).unwrap();
            draft.sign_with(|_| Ok::<_, SignatureError>(&signature)).unwrap()
        });
        let len = proof.iter().last().unwrap().1.len() as u64;
        assert!(len <= 6 * 1024, "{len}: it is a header");
        assert!(cost.peak <= 3 * len && cost.allocations <= 20, "{len}: {cost:?}");
    }
    // Members without end, each of which may be one that is read.
    let jwk = filled(limits::MAX_JWK_LEN, "{", r#""kid":"","#, r#""kty":"EC"}"#);
    let (refused, cost) = cost(|| PublicKey::from_jwk(&jwk, Algorithm::Es256).is_err());
    assert!(refused && cost.allocations == 0, "{cost:?}");
}
