//! Any sequence of operations, honest and hostile: no panic, a request stays the same, a step that hands the state back
//! has changed nothing, and a stored state comes back as it was.

use arbitrary::Arbitrary;
use authcode::{
    AwaitingRedirect, Client, ClientAuth, CodeReceived, Flow, HttpResponse, IssParameter, Redirect, Refreshing,
    Renewal, Server, Suspended, UnixTime, Unstarted,
};

#[derive(Arbitrary, Debug)]
pub enum Operation<'a> {
    Start([u8; 64]),
    /// The word STATE stands for the live `state`, which nobody can guess.
    Redirect(&'a [u8]),
    Answer,
    Respond(u16, &'a [u8]),
    Success {
        has_refresh_token: bool,
        lifetime: u64,
    },
    Renew,
    Cancel,
    StoreAndResume,
}

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

pub fn run(input: &[u8]) {
    let Ok(operations) = Vec::<Operation<'_>>::arbitrary_take_rest(arbitrary::Unstructured::new(input)) else { return };
    let server = Server::new("https://a.example/authorize", "https://a.example/token")
        .and_then(|server| server.with_issuer("https://a.example/", IssParameter::Optional))
        .unwrap();
    let client = Client::new(server, "id", ClientAuth::None, "https://b.example/cb").unwrap();
    let mut flow = Flow::from(client.login().scope("a b").unwrap());
    for operation in operations.iter().take(64) {
        flow = match step(flow, operation, &client) {
            Some(next) => next,
            None => return,
        };
        let _ = format!("{flow:?}");
    }
}

/// The next state, or nothing where the login has ended.
fn step(flow: Flow, operation: &Operation<'_>, client: &Client) -> Option<Flow> {
    Some(match (flow, operation) {
        (flow, Operation::StoreAndResume) => {
            let stored = serde_json::to_string(&flow.suspend()).unwrap();
            let again: Flow = serde_json::from_str::<Suspended>(&stored).unwrap().resume(client).unwrap();
            assert_eq!(serde_json::to_string(&again.suspend()).unwrap(), stored);
            again
        }
        (Flow::Unstarted(login), Operation::Start(entropy)) => match login.start_with_entropy(entropy) {
            Ok(pending) => pending.into(),
            Err(refused) => Unstarted::into(refused.recover().unwrap()),
        },
        (Flow::AwaitingRedirect(pending), Operation::Redirect(redirect)) => {
            let redirect = replace(redirect, b"STATE", pending.state().as_bytes());
            receive(pending, Redirect::url(&redirect))?
        }
        (Flow::AwaitingRedirect(pending), Operation::Answer) => {
            let answer = format!("code=c&state={}", pending.state());
            pending.receive_redirect(Redirect::query(&answer)).unwrap().into()
        }
        (Flow::CodeReceived(code), operation) => exchange(code, operation)?,
        (Flow::Authorized(authorized), Operation::Renew) => match authorized.renew() {
            Renewal::Refresh(refreshing) => refreshing.into(),
            Renewal::Reauthorize(login) => login.into(),
        },
        (Flow::Refreshing(refreshing), Operation::Cancel) => refreshing.cancel().into(),
        (Flow::Refreshing(refreshing), operation) => refresh(refreshing, operation),
        (flow, _) => flow,
    })
}

fn receive(pending: AwaitingRedirect, redirect: Redirect<'_>) -> Option<Flow> {
    let url = pending.authorization_url();
    match pending.receive_redirect(redirect) {
        Ok(code) => Some(code.into()),
        Err(refused) => {
            let same = refused.recover().ok()?;
            assert_eq!(same.authorization_url(), url);
            Some(same.into())
        }
    }
}

fn exchange(code: CodeReceived, operation: &Operation<'_>) -> Option<Flow> {
    let body = code.token_request().body;
    let Some(response) = response(operation) else { return Some(code.into()) };
    match code.receive_token_response(response, NOW) {
        Ok(authorized) => Some(authorized.into()),
        Err(refused) => {
            let same = refused.recover().ok()?;
            assert_eq!(same.token_request().body.expose(), body.expose());
            Some(same.into())
        }
    }
}

/// A refresh never loses the token that is being refreshed.
fn refresh(refreshing: Refreshing, operation: &Operation<'_>) -> Flow {
    let body = refreshing.token_request().body;
    let old = refreshing.authorized().access_token().expose().to_owned();
    let Some(response) = response(operation) else { return refreshing.into() };
    match refreshing.receive_token_response(response, NOW) {
        Ok(authorized) => {
            assert!(authorized.refresh_token().is_some());
            authorized.into()
        }
        Err(refused) => match refused.recover() {
            Ok(same) => {
                assert_eq!(same.token_request().body.expose(), body.expose());
                same.into()
            }
            Err(ended) => {
                assert_eq!(ended.authorized.access_token().expose(), old);
                ended.authorized.into()
            }
        },
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
