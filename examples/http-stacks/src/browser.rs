//! In place of the user and the browser: presses Allow on the embedded server's page, and returns the redirect.

use crate::Failure;

/// The redirect that the user's browser would follow.
pub(crate) fn consent(authorization_url: &str, base_url: &str) -> Result<String, Failure> {
    let agent = ureq::Agent::config_builder().max_redirects(0).build().new_agent();
    let page = agent.get(authorization_url).call()?.into_body().read_to_string()?;
    let ticket = page.split_once("name=\"ticket\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    let (ticket, _) = ticket.ok_or("the consent page has no form")?;
    let answer = agent.post(format!("{base_url}/consent")).send_form([("ticket", ticket), ("decision", "allow")])?;
    let redirect = answer.headers().get("location").ok_or("no redirect after consent")?;
    Ok(redirect.to_str()?.to_owned())
}
