//! The user's part: opens the browser, or follows the consent page of the built-in server without one.

use std::{env, thread};

use crate::server::Server;
use crate::{Failure, report, transport};

/// Sends the user to the server. Where there is no browser, only the built-in server can do without the user.
pub(crate) fn visit(url: &str, built_in: Option<&Server>, deny: bool) -> Result<(), Failure> {
    if !deny && may_have_browser() && webbrowser::open(url).is_ok() {
        report::browser_opens(url);
        return Ok(());
    }
    match built_in {
        Some(server) => consent(url, server, deny),
        None => {
            report::browser_missing(url);
            Ok(())
        }
    }
}

fn may_have_browser() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let has_display = !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
    has_display && env::var_os("CI").is_none_or(|value| value != "true")
}

/// What a person does: read the page, press a button, follow the redirect.
fn consent(url: &str, server: &Server, deny: bool) -> Result<(), Failure> {
    report::consents_by_itself(deny);
    let agent = transport::agent(url);
    let page = agent.get(url).call()?;
    // A request that the server refuses at once comes back as a redirect, without a page.
    let answer = if page.status() == 200 {
        let page = page.into_body().read_to_string()?;
        let ticket = page.split_once("name=\"ticket\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
        let (ticket, _) = ticket.ok_or("the consent page has no form")?;
        let form = [("ticket", ticket), ("decision", if deny { "deny" } else { "allow" })];
        agent.post(format!("{}/consent", server.base_url())).send_form(form)?
    } else {
        page
    };
    let redirect = answer.headers().get("location").and_then(|value| value.to_str().ok());
    let redirect = redirect.ok_or_else(|| format!("the server refuses the request: status {}", answer.status()))?;
    let redirect = redirect.to_owned();
    // The listener answers when this thread waits for it. What it says to a browser is of no interest here.
    thread::spawn(move || agent.get(redirect).call());
    Ok(())
}
