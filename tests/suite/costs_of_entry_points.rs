//! What the worst input within the limits costs at each public function that takes input, in memory that is asked for:
//! how often, and how much at once. `tests/README.md` has the same table.

use authcode::limits::{
    MAX_PARAMETER_LEN, MAX_PARAMETERS, MAX_REDIRECT_LEN, MAX_REDIRECT_URI_PARAMS, MAX_RESPONSE_LEN, MAX_SCOPE_TOKENS,
    MAX_URI_LEN,
};
use authcode::{
    Authorized, AwaitingRedirect, Client, ClientAuth, CodeReceived, Dialect, Discovery, HttpResponse, Identity,
    Redirect, Scope, Server, Suspended, Unstarted, Untrusted, Uri,
};

use crate::scenario::*;

/// An entry point, its worst input, and what it may cost.
struct Row {
    entry: &'static str,
    input: &'static str,
    /// Bytes of input.
    len: usize,
    allocations: u64,
    /// Bytes at once.
    peak: u64,
}

/// Runs a step on its input. The input itself is not counted.
#[track_caller]
fn measure<I, O>(entry: &'static str, what: &'static str, len: usize, input: I, step: impl FnOnce(I) -> O) -> Row {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(step(input)));
    drop(result);
    Row { entry, input: what, len, allocations: info.count_total, peak: info.bytes_max }
}

/// Repetitions of `filler`, as many as fit.
fn filled(len: usize, start: &str, filler: &str, end: &str) -> String {
    format!("{start}{}{end}", filler.repeat((len - start.len() - end.len()) / filler.len()))
}

/// As many different words as a scope may have, in as many bytes.
fn longest_scope() -> String {
    let width = MAX_PARAMETER_LEN / MAX_SCOPE_TOKENS - 1;
    let words: Vec<_> = (0..MAX_SCOPE_TOKENS).map(|number| format!("{number:0width$}")).collect();
    words.join(" ")
}

/// A login that asks for as much as it may.
fn largest_login() -> Unstarted {
    let mut login = Scenario::default().client().login();
    login.scope(&longest_scope()).unwrap().audience(&"a".repeat(MAX_PARAMETER_LEN)).unwrap();
    login.resource(&filled(MAX_PARAMETER_LEN, "urn:a:", "b", "")).unwrap();
    for number in 0..MAX_PARAMETERS {
        login.authorization_param(&format!("n{number}"), "%&+ é").unwrap();
        login.token_param(&format!("n{number}"), "%&+ é").unwrap();
    }
    login
}

fn configuration() -> Vec<Row> {
    let uri = filled(MAX_URI_LEN, "https://a.example/", "a/", "");
    let hosts = filled(MAX_URI_LEN, "https://", "a.", "example");
    let query = format!("https://a.example/?{}", vec!["a=b%20c"; MAX_PARAMETERS].join("&"));
    let name = "n".repeat(MAX_URI_LEN / MAX_REDIRECT_URI_PARAMS - 4);
    let redirect_uri = filled(MAX_URI_LEN, "https://a.example/?", &format!("{name}=&"), "");
    let secret = "é".repeat(MAX_PARAMETER_LEN / 2);
    let server = || Server::new(AUTHORIZE, TOKEN).unwrap();
    let identity = Identity::new("a", ClientAuth::basic(secret.as_str()));
    vec![
        measure("Uri::parse", "a path of many segments", uri.len(), &*uri, |uri| Uri::parse(uri).unwrap()),
        measure("Uri::parse", "a host of many labels", hosts.len(), &*hosts, |uri| Uri::parse(uri).is_ok()),
        measure("Server::new", "two endpoints of many parameters", 2 * query.len(), &*query, |uri| {
            Server::new(uri, uri).unwrap()
        }),
        measure(
            "Client::new",
            "a secret to encode for Basic",
            secret.len(),
            (server(), identity),
            |(server, identity)| Client::new(server, identity, REDIRECT_URI).unwrap(),
        ),
        measure("Client::new", "a redirect URI of long parameters", redirect_uri.len(), server(), |server| {
            Client::new(server, "a", &redirect_uri).unwrap()
        }),
        measure("Scope::from_str", "many scopes", MAX_PARAMETER_LEN, longest_scope(), |scope| {
            scope.parse::<Scope>().unwrap()
        }),
        measure(
            "Dialect (serde)",
            "many names",
            14_000,
            filled(14_000, r#"{"bearer_aliases":["#, r#""a","#, r#""a"]}"#),
            |document| serde_json::from_str::<Dialect>(&document).is_ok(),
        ),
    ]
}

fn login() -> Vec<Row> {
    let template = largest_login();
    let options = 3 * MAX_PARAMETER_LEN;
    let pending = template.start_with_entropy(&ENTROPY).unwrap();
    let code = template.start_with_entropy(&ENTROPY).unwrap().receive_redirect(&redirect_with("")).unwrap();
    let stranger = "b&".repeat(MAX_REDIRECT_LEN / 2);
    let many = filled(MAX_REDIRECT_LEN, &format!("{}&", answer()), "b&", "");
    vec![
        measure("start", "all options", options, &template, |login| login.start_with_entropy(&ENTROPY).unwrap()),
        measure("authorization_url", "all options", options, &pending, AwaitingRedirect::authorization_url),
        measure("claimed_state", "many parameters", stranger.len(), &*stranger, |query| {
            Redirect::query(query).claimed_state()
        }),
        measure("receive_redirect", "of a stranger", stranger.len(), awaiting_redirect(), |pending| {
            pending.receive_redirect(Redirect::query(&stranger)).unwrap_err()
        }),
        measure("receive_redirect", "many parameters", many.len(), awaiting_redirect(), |pending| {
            pending.receive_redirect(Redirect::query(&many)).unwrap()
        }),
        measure("CodeReceived::request", "all options", options, &code, CodeReceived::request),
    ]
}

/// A body of the longest length, of members that are not needed.
fn longest_response() -> String {
    filled(MAX_RESPONSE_LEN, r#"{"access_token":"a","refresh_token":"r","#, r#""a":"","#, r#""b":1}"#)
}

fn responses() -> Vec<Row> {
    let body = || HttpResponse::new(200, longest_response());
    let len = MAX_RESPONSE_LEN;
    let (refresh, mut renewed) = refresh();
    let scope = format!(r#"{{"access_token":"a","scope":"{}"}}"#, longest_scope());
    let metadata = filled(
        len,
        r#"{"issuer":"https://a.example","authorization_endpoint":"https://a.example/a","token_endpoint":"https://a.example/t","code_challenge_methods_supported":["S256"],"x":["#,
        r#""","#,
        r#"""]}"#,
    );
    let discovery = || Discovery::new("https://a.example").unwrap();
    let found = discovery().receive_response(HttpResponse::new(200, metadata.clone()), NOW).unwrap();
    let html = || HttpResponse::new(503, "<".repeat(MAX_RESPONSE_LEN));
    let text = Untrusted::from("\u{202E}".repeat(MAX_RESPONSE_LEN / 3).as_str());
    vec![
        measure("CodeReceived::receive_response", "many members", len, (code_received(), body()), |(code, body)| {
            code.receive_response(body, NOW).unwrap()
        }),
        measure("CodeReceived::receive_response", "a long page", len, (code_received(), html()), |(code, page)| {
            code.receive_response(page, NOW).unwrap_err()
        }),
        measure("CodeReceived::receive_response", "many scopes", scope.len(), code_received(), |code| {
            code.receive_response(HttpResponse::new(200, &*scope), NOW).unwrap()
        }),
        measure("Refresh::receive_response", "many members", len, body(), |body| {
            refresh.receive_response(&mut renewed, body, NOW).unwrap()
        }),
        measure("Authorized::import", "many members", len, longest_response(), |body| {
            Authorized::import(&Scenario::default().to_unstarted(), &body, NOW).unwrap()
        }),
        measure("Discovery::receive_response", "a long list", len, HttpResponse::new(200, metadata), |body| {
            discovery().receive_response(body, NOW).unwrap()
        }),
        measure("Metadata::member_text", "a long list", len, &found, |found| found.member_text("x").is_some()),
        measure("Untrusted::shown", "characters to escape", len, &text, Untrusted::shown),
    ]
}

fn stored_forms() -> Vec<Row> {
    let template = largest_login();
    let client = template.client();
    let pending = || template.start_with_entropy(&ENTROPY).unwrap().suspend();
    let code =
        || template.start_with_entropy(&ENTROPY).unwrap().receive_redirect(&redirect_with("")).unwrap().suspend();
    let tokens = || Authorized::import(&template, &longest_response(), NOW).unwrap().suspend();
    let unknown = filled(MAX_RESPONSE_LEN, "{", r#""a":"","#, r#""v":"1"}"#);
    let len = |form: Suspended| form.to_json().expose().len();
    vec![
        measure("Suspended::from_json", "unknown members", unknown.len(), &*unknown, |text| {
            Suspended::from_json(text).unwrap()
        }),
        measure("Suspended::from_json", "tokens, many members", len(tokens()), tokens().to_json(), |text| {
            Suspended::from_json(text.expose()).unwrap()
        }),
        measure("Suspended::to_json", "tokens, many members", len(tokens()), tokens(), |form| form.to_json()),
        measure("AwaitingRedirect::resume", "all options", len(pending()), pending(), |form| {
            AwaitingRedirect::resume(form, client).unwrap()
        }),
        measure("CodeReceived::resume", "all options", len(code()), code(), |form| {
            CodeReceived::resume(form, client).unwrap()
        }),
        measure("Authorized::resume", "all options, many members", len(tokens()), tokens(), |form| {
            Authorized::resume(form, client).unwrap()
        }),
    ]
}

#[test]
fn the_worst_input_costs_a_small_multiple_of_its_size() {
    let rows: Vec<Row> = [configuration(), login(), responses(), stored_forms()].into_iter().flatten().collect();
    assert_eq!(rows.len(), LIMITS.len());
    for Row { entry, input, len, allocations, peak } in &rows {
        println!("{entry}, {input}, {len} bytes: {allocations} allocations, {peak} bytes at once");
    }
    for (Row { entry, input, len, allocations, peak }, (most, multiple)) in rows.iter().zip(LIMITS) {
        assert!(*allocations <= most, "{entry}, {input}: {allocations} allocations");
        // What is not the input itself: the state, and an error.
        let limit = multiple * *len as u64 + 500;
        assert!(*peak <= limit, "{entry}, {input}: {peak} bytes at once for {len}");
        let line = format!("| `{entry}` | {input} | {len} | {most} | {multiple} |");
        assert!(README.contains(&line), "{line}");
    }
}

const README: &str = include_str!("../README.md");

/// For each row: how often memory may be asked for, and how many times the size of the input may be in use at once.
const LIMITS: [(u64, u64); 27] = [
    (1, 1),
    (0, 0),
    (36, 2),
    (6, 10),
    (12, 2),
    (1, 1),
    (3600, 11),
    (1, 1),
    (1, 2),
    (0, 0),
    (0, 0),
    (2, 2),
    (2, 1),
    (2, 1),
    (2, 1),
    (3, 2),
    (4, 1),
    (12, 2),
    (12, 2),
    (0, 0),
    (1, 1),
    (2, 1),
    (16, 2),
    (2, 2),
    (850, 2),
    (850, 2),
    (850, 1),
];
