//! The user's part: opens the browser, or answers the consent page of the built-in server without one.

use std::{env, thread};

use crate::server::Server;
use crate::{Failure, report, transport};

/// Sends the user to the server. Without a browser, only the built-in server's page can be answered here.
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

/// What a person does: reads the page, presses a button, and lets the browser follow the redirect.
fn consent(url: &str, server: &Server, deny: bool) -> Result<(), Failure> {
    report::consents_by_itself(deny);
    let agent = transport::agent(url);
    let page = agent.get(url).call()?;
    // The server refuses some requests at once, by a redirect without a page.
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
    let redirect = redirect.ok_or("the built-in server does not know this redirect URI: its path must be /callback")?;
    let redirect = redirect.to_owned();
    // The listener answers while this thread waits in it. The page for the browser is not needed here.
    thread::spawn(move || agent.get(redirect).call());
    Ok(())
}
