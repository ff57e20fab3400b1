//! A server that runs, and logins against it.

use authcode::{Client, ClientAuth, Discovery, Identity, IssParameter, Server, Unstarted};

use crate::Error;
use crate::clients::KnownClient;
use crate::metadata;
use crate::profiles::{PROFILES, Profile};

/// A server and where it runs.
pub(crate) struct Site {
    pub(crate) profile: &'static Profile,
    base: String,
}

impl Site {
    /// From `NAME=URL`, where the name is that of a profile.
    pub(crate) fn from_argument(argument: &str) -> Result<Self, Error> {
        let (name, base) = argument.split_once('=').ok_or("usage: authcode-interop NAME=URL ...")?;
        let profile = PROFILES.iter().find(|profile| profile.name == name);
        Ok(Self { profile: profile.ok_or_else(|| format!("no profile {name}"))?, base: base.to_owned() })
    }

    /// A URL on this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The issuer as the server writes it.
    pub(crate) fn issuer(&self) -> String {
        self.url(self.profile.issuer_path)
    }

    /// The server, found by its metadata or with its endpoints typed in, as the profile says.
    fn server(&self) -> Result<Server, Error> {
        if self.profile.is_discovered {
            let discovery = Discovery::danger_loopback_http(&*self.issuer())?;
            return Ok(metadata::find(discovery)?.metadata.into_server());
        }
        self.typed_in()
    }

    /// The server with its endpoints typed in, and so without an issuer.
    pub(crate) fn typed_in(&self) -> Result<Server, Error> {
        let Profile { authorization_path, token_path, .. } = self.profile;
        Ok(Server::danger_loopback_http(&*self.url(authorization_path), &*self.url(token_path))?)
    }

    /// The server with an issuer, which may be the wrong one.
    pub(crate) fn server_with(&self, issuer: &str, iss: IssParameter) -> Result<Server, Error> {
        Ok(self.typed_in()?.with_issuer(issuer, iss)?)
    }

    /// A login by the public client of a web page.
    pub(crate) fn login(&self) -> Result<Unstarted, Error> {
        self.login_by(self.server()?)
    }

    /// The same, with a server that the cell configures itself.
    pub(crate) fn login_by(&self, server: Server) -> Result<Unstarted, Error> {
        self.ask(&Client::new(server, &KnownClient::named("web")?.id, "https://client.example/cb")?)
    }

    /// A login by a public client, to one of its redirect URIs.
    pub(crate) fn login_to(&self, client: &str, redirect_uri: &str) -> Result<Unstarted, Error> {
        self.ask(&Client::new(self.server()?, &KnownClient::named(client)?.id, redirect_uri)?)
    }

    /// A client that authenticates with a secret.
    pub(crate) fn confidential(&self, client: &KnownClient, auth: ClientAuth) -> Result<Client, Error> {
        Ok(Client::new(self.server()?, Identity::new(&client.id, auth), "https://client.example/cb")?)
    }

    /// A login that asks for a refresh token and access to the API.
    pub(crate) fn ask(&self, client: &Client) -> Result<Unstarted, Error> {
        let mut login = client.login();
        login.scope(self.profile.scope)?.prompt("consent")?;
        if let Some(audience) = self.profile.audience {
            login.audience(audience)?;
        }
        Ok(login)
    }
}
