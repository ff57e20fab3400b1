//! The command line.

use core::time::Duration;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::Failure;
use crate::server::{self, Server};

const USAGE: &str = "\
A login in the browser, by the OAuth 2.0 authorization code flow with PKCE.

    cargo run [-- OPTIONS]

Without options the page logs in to an authorization server of its own.

  --port PORT               where the page is [any free port]
  --token-lifetime SECONDS  the lifetime of the tokens of the built-in server [60]
  --sizes                   build the module, print its sizes, check them, and stop

For another server, whose redirect URI is http://127.0.0.1:PORT/callback and which lets the page's origin use its token
endpoint (CORS):

  --authorize-url URL       its authorization endpoint
  --token-url URL           its token endpoint
  --client-id ID            the client identifier of a public client
  --issuer URL              its issuer, if it sends `iss` (RFC 9207)
  --resource-url URL        an API that accepts the token
  --scope SCOPES            the scopes to request [\"openid\"]
  --prompt PROMPT           whether to ask the user: `consent`, for instance

  --help                    this text
";

pub(crate) struct Options {
    pub(crate) port: u16,
    pub(crate) token_lifetime: Duration,
    pub(crate) sizes_only: bool,
    /// The server on the command line. Without it there is the built-in one.
    pub(crate) site: Option<Site>,
}

/// A server, and the client that the page is there. The page gets it as JSON.
#[derive(Default)]
pub(crate) struct Site {
    pub(crate) authorize_url: String,
    pub(crate) token_url: String,
    pub(crate) client_id: String,
    pub(crate) issuer: Option<String>,
    pub(crate) resource_url: Option<String>,
    pub(crate) scope: String,
    pub(crate) audience: Option<String>,
    pub(crate) prompt: Option<String>,
}

impl Site {
    pub(crate) fn built_in(server: &Server) -> Self {
        let base = server.base_url();
        Self {
            authorize_url: format!("{base}/authorize"),
            token_url: format!("{base}/oauth/token"),
            client_id: server::CLIENT_ID.to_owned(),
            resource_url: Some(format!("{base}/me")),
            scope: "profile".to_owned(),
            audience: Some(server::AUDIENCE.to_owned()),
            ..Self::default()
        }
    }

    pub(crate) fn to_json(&self) -> String {
        let members = serde_json::json!({
            "authorizeUrl": self.authorize_url,
            "tokenUrl": self.token_url,
            "clientId": self.client_id,
            "issuer": self.issuer,
            "resourceUrl": self.resource_url,
            "scope": self.scope,
            "audience": self.audience,
            "prompt": self.prompt,
        });
        members.to_string()
    }

    /// The origins that the page sends requests to.
    pub(crate) fn origins(&self) -> Vec<&str> {
        let mut origins = vec![origin(&self.token_url)];
        origins.extend(self.resource_url.as_deref().map(origin));
        origins.sort_unstable();
        origins.dedup();
        origins
    }
}

/// Scheme and authority of a URL.
fn origin(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |scheme| scheme + 3);
    let end = url[authority..].find(['/', '?', '#']).map_or(url.len(), |length| authority + length);
    &url[..end]
}

impl Options {
    /// Reads the command line. `None` if it asked for help, which is printed.
    pub(crate) fn read() -> Result<Option<Self>, Failure> {
        let mut options =
            Self { port: 0, token_lifetime: Duration::from_millis(60_500), sizes_only: false, site: None };
        let mut site = Site { scope: "openid".to_owned(), ..Site::default() };
        let mut args = Parser::from_env();
        while let Some(arg) = args.next()? {
            match arg {
                Arg::Long("help") | Arg::Short('h') => {
                    print!("{USAGE}");
                    return Ok(None);
                }
                Arg::Long("port") => options.port = args.value()?.parse()?,
                Arg::Long("token-lifetime") => {
                    // The server states the rest in whole seconds: with half a second more it states this number.
                    let lifetime = Duration::from_secs(args.value()?.parse()?);
                    options.token_lifetime = lifetime.saturating_add(Duration::from_millis(500));
                }
                Arg::Long("sizes") => options.sizes_only = true,
                Arg::Long("authorize-url") => site.authorize_url = args.value()?.string()?,
                Arg::Long("token-url") => site.token_url = args.value()?.string()?,
                Arg::Long("client-id") => site.client_id = args.value()?.string()?,
                Arg::Long("issuer") => site.issuer = Some(args.value()?.string()?),
                Arg::Long("resource-url") => site.resource_url = Some(args.value()?.string()?),
                Arg::Long("scope") => site.scope = args.value()?.string()?,
                Arg::Long("prompt") => site.prompt = Some(args.value()?.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        let given = [&site.authorize_url, &site.token_url, &site.client_id].map(|text| !text.is_empty());
        match given {
            [false, false, false] => {}
            [true, true, true] => options.site = Some(site),
            _ => return Err("--authorize-url, --token-url and --client-id belong together".into()),
        }
        Ok(Some(options))
    }
}
