//! The command line.

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::env;

use authcode::Secret;
use lexopt::{Arg, Parser, ValueExt as _};

use crate::Failure;

const USAGE: &str = "\
A web application with a login by the OAuth 2.0 authorization code flow with PKCE.

    web-service --client-id ID (--issuer URL | --authorize-url URL --token-url URL) [OPTIONS]

The authorization server:

  --issuer URL            its issuer identifier, from which its metadata is found
  --authorize-url URL     its authorization endpoint, if it has no metadata
  --token-url URL         its token endpoint
  --client-id ID          the client identifier; a secret in CLIENT_SECRET is sent as HTTP Basic
  --redirect-uri URL      the registered redirect URI [http://127.0.0.1:PORT/callback]
  --scope SCOPES          the scopes to ask for [offline_access]
  --audience URL          the API that the token is for
  --prompt PROMPT         the `prompt` parameter; some servers issue a refresh token only after `consent`
  --api URL               the URL that `Who am I` requests with the token

This application:

  --listen ADDRESS        where to listen [127.0.0.1:0, any free port]
  --redis URL             the store that the replicas share; without it, one in memory for a single replica
  --name NAME             of this replica, shown at the foot of the page
  --login-limit SECONDS   how long a user may take to come back from the server [600]
  --session-limit SECONDS how long a session lives [43200]
  --request-limit SECONDS how long a request to the server may take, with its retries [10]
  --leeway SECONDS        how long before it expires a token is refreshed [30]
  --danger-loopback-http  allow http for the server and the redirect URI, on loopback: for tests

  --help                  this text
";

/// The command line, parsed.
pub(crate) struct Options {
    pub(crate) server: Endpoints,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<Secret>,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) scope: String,
    pub(crate) audience: Option<String>,
    pub(crate) prompt: Option<String>,
    pub(crate) api: Option<String>,
    pub(crate) listen: SocketAddr,
    pub(crate) redis: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) limits: Limits,
    pub(crate) loopback_http: bool,
}

/// How the authorization server is given.
pub(crate) enum Endpoints {
    Discover { issuer: String },
    Known { authorize_url: String, token_url: String },
}

/// Timeouts and lifetimes.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) login: Duration,
    pub(crate) session: Duration,
    pub(crate) request: Duration,
    pub(crate) leeway: Duration,
}

impl Limits {
    /// How long a callback or a refresh may take before the other replicas consider its replica dead. It is longer than
    /// the time in which a live replica stops waiting for the server.
    pub(crate) fn lease(self) -> Duration {
        self.request + Duration::from_secs(1)
    }
}

impl Options {
    /// `None` after `--help`.
    pub(crate) fn parse() -> Result<Option<Self>, Failure> {
        let (mut issuer, mut authorize_url, mut token_url) = (None, None, None);
        let (mut client_id, mut redirect_uri, mut api) = (None, None, None);
        let (mut scope, mut audience, mut prompt) = ("offline_access".to_owned(), None, None);
        let (mut redis, mut name, mut loopback_http) = (None, None, false);
        let mut listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut limits = Limits {
            login: Duration::from_secs(600),
            session: Duration::from_secs(12 * 60 * 60),
            request: Duration::from_secs(10),
            leeway: Duration::from_secs(30),
        };
        let mut parser = Parser::from_env();
        while let Some(argument) = parser.next()? {
            let Arg::Long(option) = argument else { return Err(argument.unexpected().into()) };
            match option {
                "issuer" => issuer = Some(parser.value()?.string()?),
                "authorize-url" => authorize_url = Some(parser.value()?.string()?),
                "token-url" => token_url = Some(parser.value()?.string()?),
                "client-id" => client_id = Some(parser.value()?.string()?),
                "redirect-uri" => redirect_uri = Some(parser.value()?.string()?),
                "scope" => scope = parser.value()?.string()?,
                "audience" => audience = Some(parser.value()?.string()?),
                "prompt" => prompt = Some(parser.value()?.string()?),
                "api" => api = Some(parser.value()?.string()?),
                "listen" => listen = parser.value()?.parse()?,
                "redis" => redis = Some(parser.value()?.string()?),
                "name" => name = Some(parser.value()?.string()?),
                "login-limit" => limits.login = seconds(&mut parser)?,
                "session-limit" => limits.session = seconds(&mut parser)?,
                "request-limit" => limits.request = seconds(&mut parser)?,
                "leeway" => limits.leeway = seconds(&mut parser)?,
                "danger-loopback-http" => loopback_http = true,
                "help" => {
                    print!("{USAGE}");
                    return Ok(None);
                }
                _ => return Err(argument.unexpected().into()),
            }
        }
        let server = match (issuer, authorize_url, token_url) {
            (Some(issuer), None, None) => Endpoints::Discover { issuer },
            (None, Some(authorize_url), Some(token_url)) => Endpoints::Known { authorize_url, token_url },
            _ => return Err("no server: give --issuer, or --authorize-url and --token-url; see --help".into()),
        };
        let client_id = client_id.ok_or("--client-id is missing; see --help")?;
        // Not on the command line, which every user of this machine can see.
        let client_secret = env::var("CLIENT_SECRET").ok().map(Secret::from);
        Ok(Some(Self {
            server,
            client_id,
            client_secret,
            redirect_uri,
            scope,
            audience,
            prompt,
            api,
            listen,
            redis,
            name,
            limits,
            loopback_http,
        }))
    }
}

fn seconds(parser: &mut Parser) -> Result<Duration, lexopt::Error> {
    Ok(Duration::from_secs(parser.value()?.parse()?))
}
