//! The command line.

use core::str::FromStr;
use core::time::Duration;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::server::{self, Server};
use crate::{Failure, report};

const USAGE: &str = "\
A login by the OAuth 2.0 authorization code flow with PKCE.

    cargo run --example login [-- OPTIONS]

Without options it logs in to an authorization server of its own.
Where there is no browser, or with CI=true, it consents by itself.

  --scope SCOPES         what to ask for [\"profile offline_access\"]
  --audience URL         the API that the token is for
  --port PORT            where to wait for the redirect [any free port]
  --timeout SECONDS      how long to wait for it [120]
  --deny                 press Deny on the consent page of the built-in server

To log in to another server, whose redirect URI is http://127.0.0.1:PORT/callback:

  --issuer URL           its issuer identifier: its metadata tells the rest
  --authorize-url URL    its authorization endpoint, where it has no metadata
  --token-url URL        its token endpoint
  --client-id ID         who this program is there
  --client-secret TEXT   sent as HTTP Basic; others on this machine may see it here

  --help                 this text
";

/// What to do.
pub(crate) struct Options {
    /// The server on the command line. Without it there is the built-in one.
    pub(crate) site: Option<Site>,
    pub(crate) scope: String,
    pub(crate) audience: Option<String>,
    pub(crate) port: u16,
    pub(crate) timeout: Duration,
    pub(crate) deny: bool,
}

/// A server, and who we are there.
pub(crate) struct Site {
    pub(crate) server: Endpoints,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<String>,
    pub(crate) audience: Option<String>,
}

/// What is known of the server.
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
    /// Reads the command line. `None`: it asked for help and got it.
    pub(crate) fn read() -> Result<Option<Self>, Failure> {
        let mut options = Self {
            site: None,
            scope: "profile offline_access".into(),
            audience: None,
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
                Arg::Long("port") => options.port = number(&mut args, "--port")?,
                Arg::Long("timeout") => options.timeout = Duration::from_secs(number(&mut args, "--timeout")?.into()),
                Arg::Long("deny") => options.deny = true,
                Arg::Long("authorize-url") => authorize_url = Some(args.value()?.string()?),
                Arg::Long("token-url") => token_url = Some(args.value()?.string()?),
                Arg::Long("client-id") => client_id = Some(args.value()?.string()?),
                Arg::Long("client-secret") => client_secret = Some(args.value()?.string()?),
                Arg::Long("issuer") => issuer = Some(args.value()?.string()?),
                other => return Err(format!("{}; --help says what there is", other.unexpected()).into()),
            }
        }
        let endpoints = match (authorize_url, token_url, issuer) {
            (Some(authorize_url), Some(token_url), issuer) => {
                Some(Endpoints::Known { authorize_url, token_url, issuer })
            }
            (None, None, Some(issuer)) => Some(Endpoints::Discover { issuer }),
            (None, None, None) => None,
            _ => return Err("--authorize-url and --token-url go together".into()),
        };
        options.site = match (endpoints, client_id) {
            (Some(server), Some(client_id)) => Some(Site { server, client_id, client_secret, audience: None }),
            (None, None) if client_secret.is_none() => None,
            (Some(_), None) => return Err("another server also needs --client-id".into()),
            (None, _) => return Err("another server also needs --issuer, or --authorize-url and --token-url".into()),
        };
        if options.deny && options.site.is_some() {
            return Err("--deny is for the built-in server".into());
        }
        Ok(Some(options))
    }
}

fn number(args: &mut Parser, flag: &str) -> Result<u16, Failure> {
    let value = args.value()?.string()?;
    u16::from_str(&value).map_err(|_| format!("{flag}: {value:?} is not a number from 0 to 65535").into())
}
