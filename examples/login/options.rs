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

  --authorize-url URL    its authorization endpoint
  --token-url URL        its token endpoint
  --client-id ID         who this program is there
  --client-secret TEXT   sent as HTTP Basic; others on this machine may see it here
  --issuer URL           its issuer identifier, to be compared with `iss`

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
    pub(crate) authorize_url: String,
    pub(crate) token_url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Option<String>,
}

impl Site {
    pub(crate) fn built_in(server: &Server) -> Self {
        Self {
            authorize_url: format!("{}/authorize", server.base_url()),
            token_url: format!("{}/oauth/token", server.base_url()),
            client_id: server::CLIENT_ID.into(),
            client_secret: None,
            issuer: None,
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
        options.site = match (authorize_url, token_url, client_id) {
            (Some(authorize_url), Some(token_url), Some(client_id)) => {
                Some(Site { authorize_url, token_url, client_id, client_secret, issuer, audience: None })
            }
            (None, None, None) if client_secret.is_none() && issuer.is_none() => None,
            (authorize_url, token_url, client_id) => {
                let flags =
                    [("--authorize-url", authorize_url), ("--token-url", token_url), ("--client-id", client_id)];
                let missing = flags.into_iter().filter(|(_, value)| value.is_none()).map(|(flag, _)| flag);
                return Err(format!("another server also needs {}", missing.collect::<Vec<_>>().join(", ")).into());
            }
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
