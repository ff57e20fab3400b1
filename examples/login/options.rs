//! The command line.

use core::str::FromStr;
use core::time::Duration;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::server::{self, Server};
use crate::{Failure, report};

const USAGE: &str = "\
Logs in by the OAuth 2.0 authorization code flow with PKCE.

    cargo run --example login [-- OPTIONS]

Without options it logs in to an authorization server that it starts by itself.
Without a browser, or with CI=true, it answers the consent page by itself.

  --scope SCOPES         scopes to request [\"profile offline_access\"]
  --audience URL         API that the access token is for
  --redirect-uri URI     redirect URI, on 127.0.0.1, [::1] or localhost;
                         a port is added if it has none [http://127.0.0.1/callback]
  --port PORT            port to listen on, if the redirect URI has none [any free port]
  --timeout SECONDS      how long to wait for the redirect [120]
  --deny                 press Deny on the consent page of the built-in server

To log in to another server, register the redirect URI there, and name the server by

  --issuer URL           its issuer, if it publishes metadata
  --authorize-url URL    its authorization endpoint, if it does not
  --token-url URL        its token endpoint, if it does not
  --client-id ID         your client identifier
  --client-secret TEXT   your client secret, sent as HTTP Basic; other programs
                         on this machine may be able to see it

  --help                 print this text
";

/// The command line, parsed.
pub(crate) struct Options {
    /// The server on the command line. `None`: the built-in one.
    pub(crate) site: Option<Site>,
    pub(crate) scope: String,
    pub(crate) audience: Option<String>,
    pub(crate) redirect_uri: String,
    /// The port to listen on, if the redirect URI names none. 0: any that is free.
    pub(crate) port: u16,
    pub(crate) timeout: Duration,
    pub(crate) deny: bool,
}

/// A server, and the identity of this client there.
pub(crate) struct Site {
    pub(crate) server: Endpoints,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<String>,
    pub(crate) audience: Option<String>,
}

/// How the server is named.
pub(crate) enum Endpoints {
    Discover { issuer: String },
    Known { authorize_url: String, token_url: String, issuer: Option<String> },
}

impl Site {
    pub(crate) fn built_in(server: &Server) -> Self {
        Self {
            server: Endpoints::Known {
                authorize_url: format!("{}/authorize", server.base_url()),
                token_url: format!("{}/oauth/token", server.base_url()),
                issuer: None,
            },
            client_id: server::CLIENT_ID.into(),
            client_secret: None,
            audience: Some(server::AUDIENCE.into()),
        }
    }
}

impl Options {
    /// Reads the command line. `None`: it asked for the help text, which has been printed.
    pub(crate) fn read() -> Result<Option<Self>, Failure> {
        let mut options = Self {
            site: None,
            scope: "profile offline_access".into(),
            audience: None,
            redirect_uri: "http://127.0.0.1/callback".into(),
            port: 0,
            timeout: Duration::from_secs(120),
            deny: false,
        };
        let (mut authorize_url, mut token_url, mut client_id) = (None, None, None);
        let (mut client_secret, mut issuer) = (None, None);
        let mut args = Parser::from_env();
        while let Some(arg) = args.next()? {
            match arg {
                Arg::Long("help") | Arg::Short('h') => {
                    report::line(USAGE.trim_end());
                    return Ok(None);
                }
                Arg::Long("scope") => options.scope = args.value()?.string()?,
                Arg::Long("audience") => options.audience = Some(args.value()?.string()?),
                Arg::Long("redirect-uri") => options.redirect_uri = args.value()?.string()?,
                Arg::Long("port") => options.port = number(&mut args, "--port")?,
                Arg::Long("timeout") => options.timeout = Duration::from_secs(number(&mut args, "--timeout")?.into()),
                Arg::Long("deny") => options.deny = true,
                Arg::Long("authorize-url") => authorize_url = Some(args.value()?.string()?),
                Arg::Long("token-url") => token_url = Some(args.value()?.string()?),
                Arg::Long("client-id") => client_id = Some(args.value()?.string()?),
                Arg::Long("client-secret") => client_secret = Some(args.value()?.string()?),
                Arg::Long("issuer") => issuer = Some(args.value()?.string()?),
                other => return Err(format!("{}; see --help", other.unexpected()).into()),
            }
        }
        let endpoints = match (authorize_url, token_url, issuer) {
            (Some(authorize_url), Some(token_url), issuer) => {
                Some(Endpoints::Known { authorize_url, token_url, issuer })
            }
            (None, None, Some(issuer)) => Some(Endpoints::Discover { issuer }),
            (None, None, None) => None,
            _ => return Err("--authorize-url and --token-url are needed together".into()),
        };
        options.site = match (endpoints, client_id) {
            (Some(server), Some(client_id)) => Some(Site { server, client_id, client_secret, audience: None }),
            (None, None) if client_secret.is_none() => None,
            (Some(_), None) => return Err("another server needs --client-id, too".into()),
            (None, _) => return Err("another server needs --issuer, or --authorize-url and --token-url, too".into()),
        };
        if options.deny && options.site.is_some() {
            return Err("--deny works with the built-in server only".into());
        }
        Ok(Some(options))
    }
}

fn number(args: &mut Parser, flag: &str) -> Result<u16, Failure> {
    let value = args.value()?.string()?;
    u16::from_str(&value).map_err(|_| format!("{flag}: {value:?} is not an integer from 0 to 65535").into())
}
