//! Any sequence of operations, honest and hostile: no panic, a request stays the same, a rejected step that returns the
//! state has changed nothing, a refresh never loses a token that may work, and a stored state can be resumed.

use arbitrary::Arbitrary;
use authcode::{
    Authorized, AwaitingRedirect, Client, CodeReceived, Flow, HttpResponse, IssParameter, NextStep, Redirect, Refresh,
    Renewal, Server, Suspended, UnixTime, Unstarted,
};

#[derive(Arbitrary, Debug)]
pub enum Operation<'a> {
    Start([u8; 64]),
    /// The word STATE is replaced by the live `state`, which nobody can guess.
    Redirect(&'a [u8]),
    Answer,
    Respond(u16, &'a [u8]),
    Success {
        has_refresh_token: bool,
        lifetime: u64,
    },
    /// Makes a refresh, which the next response answers: the one before it, if there are two.
    Renew,
    Reauthorize,
    StoreAndResume,
}

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// What a program holds: the login, and its refreshes that are under way.
struct Program {
    client: Client,
    template: Unstarted,
    flow: Option<Flow>,
    refreshes: Vec<Refresh>,
}

pub fn run(input: &[u8]) {
    let Ok(operations) = Vec::<Operation<'_>>::arbitrary_take_rest(arbitrary::Unstructured::new(input)) else { return };
    let server = Server::new("https://a.example/authorize", "https://a.example/token")
        .and_then(|server| server.with_issuer("https://a.example/", IssParameter::Optional))
        .unwrap();
    let client = Client::new(server, "id", "https://b.example/cb").unwrap();
    let mut template = client.login();
    template.scope("a b").unwrap();
    let mut program = Program { client, template, flow: None, refreshes: Vec::new() };
    for operation in operations.iter().take(64) {
        program.step(operation);
        let _ = format!("{:?} {:?}", program.flow, program.refreshes);
    }
}

impl Program {
    fn step(&mut self, operation: &Operation<'_>) {
        let Some(flow) = self.flow.take() else {
            if let Operation::Start(entropy) = operation {
                self.flow = self.template.start_with_entropy(entropy).ok().map(Flow::from);
            }
            return;
        };
        self.flow = match (flow, operation) {
            (flow, Operation::StoreAndResume) => {
                let stored = serde_json::to_string(&flow.suspend()).unwrap();
                let form: Suspended = serde_json::from_str(&stored).unwrap();
                let again = Flow::resume(form, &self.client).unwrap();
                assert_eq!(serde_json::to_string(&again.suspend()).unwrap(), stored);
                Some(again)
            }
            (Flow::AwaitingRedirect(pending), Operation::Redirect(redirect)) => {
                let redirect = replace(redirect, b"STATE", pending.state().as_bytes());
                receive(pending, Redirect::url(&redirect))
            }
            (Flow::AwaitingRedirect(pending), Operation::Answer) => {
                let answer = format!("code=c&state={}", pending.state());
                Some(pending.receive_redirect(Redirect::query(&answer)).unwrap().into())
            }
            (Flow::CodeReceived(code), operation) => exchange(code, operation),
            (Flow::Authorized(authorized), operation) => self.renew(authorized, operation),
            (flow, _) => Some(flow),
        };
    }

    fn renew(&mut self, mut authorized: Authorized, operation: &Operation<'_>) -> Option<Flow> {
        match operation {
            Operation::Renew => match authorized.renewal() {
                Renewal::Refresh(refresh) => self.refreshes.push(refresh),
                Renewal::Reauthorize(_) => assert!(authorized.tokens().refresh_token().is_none()),
            },
            Operation::Reauthorize => {
                self.template = authorized.reauthorize();
                return None;
            }
            operation => {
                if let Some(response) = response(operation).filter(|_| !self.refreshes.is_empty()) {
                    let refresh = self.refreshes.remove(self.refreshes.len().saturating_sub(2));
                    receive_refresh(&mut authorized, refresh, response);
                }
            }
        }
        Some(authorized.into())
    }
}

fn receive(pending: AwaitingRedirect, redirect: Redirect<'_>) -> Option<Flow> {
    let url = pending.authorization_url();
    match pending.receive_redirect(redirect) {
        Ok(code) => Some(code.into()),
        Err(rejected) => {
            assert!(matches!(rejected.next_step(), NextStep::Wait | NextStep::StartOver));
            let same = rejected.recover().ok()?;
            assert_eq!(same.authorization_url(), url);
            Some(same.into())
        }
    }
}

fn exchange(code: CodeReceived, operation: &Operation<'_>) -> Option<Flow> {
    let body = code.request().body;
    let Some(response) = response(operation) else { return Some(code.into()) };
    match code.receive_response(response, NOW) {
        Ok(authorized) => Some(authorized.into()),
        Err(rejected) => {
            assert_ne!(rejected.next_step(), NextStep::Wait);
            let same = rejected.recover().ok()?;
            assert_eq!(same.request().body.expose(), body.expose());
            Some(same.into())
        }
    }
}

/// The response to a refresh, of this login or of an earlier one.
fn receive_refresh(authorized: &mut Authorized, refresh: Refresh, response: HttpResponse) {
    let old = authorized.suspend().to_json();
    let access_token = authorized.tokens().access_token().expose().to_owned();
    let had_refresh_token = authorized.tokens().refresh_token().is_some();
    let revision = authorized.revision();
    let result = refresh.receive_response(authorized, response, NOW);
    if authorized.revision() == revision {
        assert_eq!(authorized.suspend().to_json().expose(), old.expose(), "changed without a new revision");
    }
    match result {
        Ok(_) => assert!(!had_refresh_token || authorized.tokens().refresh_token().is_some()),
        Err(error) => {
            let _ = format!("{error} {error:?}");
            assert_eq!(authorized.tokens().access_token().expose(), access_token);
            if had_refresh_token && authorized.tokens().refresh_token().is_none() {
                assert_eq!(error.next_step(), NextStep::StartOver);
            }
        }
    }
}

fn response(operation: &Operation<'_>) -> Option<HttpResponse> {
    match operation {
        Operation::Respond(status, body) => Some(HttpResponse::new(*status, *body)),
        Operation::Success { has_refresh_token, lifetime } => {
            let refresh_token = if *has_refresh_token { r#","refresh_token":"r""# } else { "" };
            let body = format!(r#"{{"access_token":"a","token_type":"Bearer","expiry":{lifetime}{refresh_token}}}"#);
            Some(HttpResponse::new(200, body))
        }
        _ => None,
    }
}

fn replace(text: &[u8], word: &[u8], by: &[u8]) -> Vec<u8> {
    match text.windows(word.len()).position(|window| window == word) {
        Some(at) => [&text[..at], by, &text[at + word.len()..]].concat(),
        None => text.to_vec(),
    }
}
