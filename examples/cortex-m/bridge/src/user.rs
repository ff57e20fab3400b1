//! A stand-in for the user and the browser: presses a button on the page of the embedded server.

use crate::Failure;
use crate::server::Server;

/// Returns the URL that the user's browser would be redirected to.
pub(crate) fn consent(server: &Server, authorization_url: &str, decision: &str) -> Result<String, Failure> {
    let agent = ureq::Agent::config_builder().max_redirects(0).build().new_agent();
    let page = agent.get(authorization_url).call()?.into_body().read_to_string()?;
    let ticket = page.split_once("name=\"ticket\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    let (ticket, _) = ticket.ok_or("the consent page has no form")?;
    let form = [("ticket", ticket), ("decision", decision)];
    let answer = agent.post(format!("{}/consent", server.base_url())).send_form(form)?;
    let redirect = answer.headers().get("location").ok_or("no redirect after consent")?;
    Ok(redirect.to_str()?.to_owned())
}
