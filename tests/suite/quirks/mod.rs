//! What real servers send. `tests/quirks.md` is the list; a mark above a test names the rows that it covers.

mod authorization_requests;
mod bodies;
mod errors;
mod lifetimes;
mod redirects;
mod token_requests;
mod token_types;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use authcode::{
    Authorized, Dialect, GrantedScope, HttpResponse, NextStep, RedirectError, Refreshed, Refusal, Rejected, Secret,
    TokenError,
};
use serde::de::DeserializeOwned;

use crate::requirements::{files, marks};
use crate::scenario::*;

/// A login that asks for no more than it must, at a server that speaks `dialect`.
fn at(dialect: Dialect) -> Scenario {
    Scenario { client_id: "my-app", dialect, scope: "", audience: None, ..Scenario::default() }
}

fn receive(dialect: Dialect, status: u16, body: &str) -> Result<Authorized, TokenError> {
    let response = HttpResponse::new(status, body);
    at(dialect).to_code_received().receive_response(response, NOW).map_err(Rejected::into_error)
}

#[track_caller]
fn success(dialect: Dialect, body: &str) -> Authorized {
    receive(dialect, 200, body).unwrap()
}

/// Why a response of the token endpoint is refused. The error has the status of the response.
#[track_caller]
fn refused(dialect: Dialect, status: u16, body: &str) -> TokenError {
    let error = receive(dialect, status, body).unwrap_err();
    assert_eq!(error.status(), status);
    error
}

/// Whether the step returns the state: exactly if the next step is not to start over.
#[track_caller]
pub(crate) fn is_alive<S, E: Refusal>(rejected: Rejected<S, E>) -> bool {
    let next_step = rejected.next_step();
    let is_alive = rejected.recover().is_ok();
    assert_eq!(is_alive, next_step != NextStep::StartOver);
    is_alive
}

/// Renews the login by this response.
fn renew(login: &mut Authorized, status: u16, body: &str) -> Result<Refreshed, TokenError> {
    refresh_of(login).receive_response(login, HttpResponse::new(status, body), NOW)
}

/// The code of a refusal as it came, if the server sent one that can be read.
fn code(error: &TokenError) -> &str {
    error.oauth_error().unwrap().code.as_ref().unwrap().as_str()
}

fn description(error: &TokenError) -> &str {
    error.oauth_error().unwrap().description.as_ref().unwrap().raw()
}

/// A member of a refused response, read from the body that the error keeps.
pub(crate) fn member<T: DeserializeOwned>(error: &TokenError, name: &str) -> Option<T> {
    let body: serde_json::Value = serde_json::from_str(error.body()?.raw()).ok()?;
    serde_json::from_value(body.get(name)?.clone()).ok()
}

/// No text of the error contains what came from outside.
#[track_caller]
fn assert_hides(error: &impl Error, hidden: &[&str]) {
    let shown = format!("{error} {error:?} {error:#?}");
    for text in hidden {
        assert!(!shown.contains(text), "{text:?} is in {shown}");
    }
}

fn refresh_token(authorized: &Authorized) -> Option<&str> {
    authorized.tokens().refresh_token().map(Secret::expose)
}

fn granted(authorized: &Authorized) -> Option<&str> {
    match authorized.tokens().granted_scope() {
        GrantedScope::Stated(scope) => Some(scope.as_str()),
        _ => None,
    }
}

/// What a redirect with this query leads to.
fn redirected(dialect: Dialect, query: &str) -> Result<authcode::CodeReceived, RedirectError> {
    let url = format!("{REDIRECT_URI}?{query}");
    at(dialect).to_awaiting_redirect().receive_redirect(&url).map_err(Rejected::into_error)
}

/// The query of the authorization URL.
fn authorization_query(scenario: &Scenario) -> String {
    let url = scenario.to_awaiting_redirect().authorization_url();
    url.strip_prefix(AUTHORIZE).and_then(|rest| rest.strip_prefix('?')).unwrap().to_owned()
}

/// The challenge, as every URL for the browser has it.
const CHALLENGED: &str = "code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The redirect URI, as both requests have it.
const RETURN_TO: &str = "redirect_uri=https%3A%2F%2Fclient.example.com%2Fcb";

/// Each row of the list, and how it is dealt with.
fn table() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quirks.md");
    let mut rows = BTreeMap::new();
    for line in fs::read_to_string(path).unwrap().lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [id, what, who, how] = cells[..] else { panic!("not four cells: {line}") };
        if id == "id" {
            continue;
        }
        assert!(cells.iter().all(|cell| !cell.is_empty()), "an empty cell: {what} {who} {how}");
        assert!(rows.insert(id.to_owned(), how.to_owned()).is_none(), "two rows {id}");
    }
    rows
}

#[test]
fn the_list_of_quirks_and_the_tests_say_the_same() {
    let table = table();
    let all = [('L', 16), ('T', 6), ('B', 19), ('E', 17), ('R', 21), ('Q', 19)];
    let all: BTreeSet<_> =
        all.into_iter().flat_map(|(topic, last)| (1..=last).map(move |n| format!("{topic}{n}"))).collect();
    assert_eq!(table.keys().cloned().collect::<BTreeSet<_>>(), all);
    let mut sources = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut sources);
    let mut marked = BTreeSet::new();
    for path in sources {
        for (rows, line) in marks::<String>(&fs::read_to_string(&path).unwrap(), "quirk") {
            for row in rows {
                assert!(table.contains_key(&row), "{}:{line}: there is no row {row}", path.display());
                marked.insert(row);
            }
        }
    }
    for (row, how) in table {
        assert_eq!(!how.starts_with("out of scope: "), marked.contains(&row), "row {row} says {how:?}");
    }
}
