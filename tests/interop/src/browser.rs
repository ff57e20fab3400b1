//! A stand-in for the user and the browser: it keeps cookies, follows redirects, logs in, allows or denies, and stops
//! where it would leave the server, so that nothing has to listen at the redirect URI.

use url::Url;
use url::form_urlencoded::Serializer;

use crate::Error;
use crate::html::{Form, Input};
use crate::transport;

/// How the user decides when asked for consent.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum User {
    Allows,
    Denies,
}

/// How the browser gets to the redirect URI.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// By a redirect: the URL as a browser writes it.
    Redirect(Url),
    /// By a form that the page submits by itself (`response_mode=form_post`).
    FormPost { action: Url, body: String },
}

/// One browser with its cookies.
struct Browser {
    agent: ureq::Agent,
    user: User,
}

enum Step {
    Get(Url),
    Post(Url, String),
}

/// More than any of these logins takes.
const MAX_PAGES: usize = 20;

/// Opens a URL in a fresh browser and continues until the server redirects to another origin.
pub(crate) fn visit(url: &str, user: User) -> Result<Arrival, Error> {
    let start = Url::parse(url)?;
    let server = start.origin();
    let browser = Browser { agent: transport::agent(), user };
    let mut step = Step::Get(start);
    for _ in 0..MAX_PAGES {
        step = match browser.take(step)? {
            Step::Get(url) if url.origin() != server => return Ok(Arrival::Redirect(url)),
            Step::Post(action, body) if action.origin() != server => return Ok(Arrival::FormPost { action, body }),
            next => next,
        };
    }
    Err("the login takes too many pages".into())
}

impl Browser {
    fn take(&self, step: Step) -> Result<Step, Error> {
        let (url, mut response) = match step {
            Step::Get(url) => {
                let response = self.agent.get(url.as_str()).call()?;
                (url, response)
            }
            Step::Post(url, body) => {
                let post = self.agent.post(url.as_str());
                let response = post.content_type("application/x-www-form-urlencoded").send(body)?;
                (url, response)
            }
        };
        if let Some(location) = response.headers().get("location") {
            return Ok(Step::Get(url.join(location.to_str()?)?));
        }
        let status = response.status();
        let page = response.body_mut().read_to_string()?;
        let form =
            Form::first_in(&page).ok_or_else(|| format!("status {status}, and a page without a form: {page}"))?;
        self.submit(&url, &form)
    }

    fn submit(&self, page: &Url, form: &Form) -> Result<Step, Error> {
        let action = page.join(form.action.as_deref().unwrap_or_default())?;
        let fields = form.inputs.iter().filter(|input| !input.is_button).chain(self.button(form));
        let mut body = Serializer::new(String::new());
        for input in fields {
            if let Some(name) = &input.name {
                body.append_pair(name, fill(name, &input.value));
            }
        }
        Ok(Step::Post(action, body.finish()))
    }

    /// A form with a button `allow` has another one to deny. Any other form has at most one button.
    fn button<'form>(&self, form: &'form Form) -> Option<&'form Input> {
        let allows = |input: &&Input| input.name.as_deref() == Some("allow");
        let mut buttons = form.inputs.iter().filter(|input| input.is_button);
        match self.user {
            User::Allows => buttons.clone().find(allows).or_else(|| buttons.next()),
            User::Denies => buttons.find(|input| !allows(input)),
        }
    }
}

fn fill<'text>(name: &str, value: &'text str) -> &'text str {
    match name {
        "username" => "alice",
        "password" => "wonderland",
        _ => value,
    }
}
