//! The real oidc-provider: a confidential client, discovery, and a redirect URI with https.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::Failure;
use crate::balancer::Balancer;
use crate::browser::{Browser, Web};
use crate::fleet::{Fleet, Setup};
use crate::redis_server::RedisServer;
use crate::report::Report;

pub(crate) async fn run(report: &mut Report, file: &str, redis_server: Option<&str>) -> Result<(), Failure> {
    report.part("oidc-provider, a client with a secret, https");
    let mut command = Command::new("node");
    command.args([file, "iss"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut node = command.spawn()?;
    let mut lines = BufReader::new(node.stdout.take().ok_or("node without an output")?).lines();
    let port = loop {
        let line = lines.next_line().await?.ok_or("oidc-provider has ended before it began")?;
        if let Some(port) = line.strip_prefix("port ") {
            break port.to_owned();
        }
    };
    // It goes on printing.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });

    let clients = Path::new(file).with_file_name("../clients.json");
    let clients: Value = serde_json::from_str(&fs::read_to_string(clients)?)?;
    let member = |name: &str| clients["basic"][name].as_str().map(str::to_owned).ok_or("clients.json");
    let redirect_uri = clients["basic"]["redirect_uris"][0].as_str().ok_or("clients.json")?.to_owned();
    let redis = match redis_server {
        Some(program) => Some(RedisServer::start(program).await?),
        None => None,
    };
    let issuer = format!("http://127.0.0.1:{port}");
    let mut arguments = ["--issuer", &issuer, "--client-id", &member("id")?, "--redirect-uri", &redirect_uri]
        .into_iter()
        .chain(["--scope", "openid offline_access", "--prompt", "consent", "--danger-loopback-http"])
        .map(str::to_owned)
        .collect::<Vec<_>>();
    arguments.extend(["--api".to_owned(), format!("{issuer}/resource")]);
    if let Some(redis) = &redis {
        arguments.extend(["--redis".to_owned(), redis.url()]);
    }
    let setup = Setup { arguments, client_secret: Some(member("secret")?), redirect_uri };
    let replicas = if redis.is_some() { 3 } else { 1 };
    let fleet = Fleet::start_with(Balancer::start().await?, setup, replicas).await?;

    let browser = Browser::new(&Web::new(&fleet), 0);
    let login = browser.send(http::Method::POST, &browser.url("/login"), Some(""), &[]).await?;
    let cookie = login.header("set-cookie");
    report.check(
        "the cookie is Secure and bound to this host",
        cookie.starts_with("__Host-login=") && cookie.ends_with("; Secure"),
    );
    let callback = browser.fill_in_forms(login.location()).await?;
    report.check("the login finishes", browser.come_back(&callback).await.is_ok());
    report.check("the API takes the token", browser.get(&browser.url("/me")).await?.text.contains("answered with 200"));
    let home = browser.get(&browser.url("/")).await?;
    let mark = home.field("mark").unwrap_or_default().to_owned();
    browser.post(&browser.url("/refresh"), &format!("mark={mark}")).await?;
    let home = browser.get(&browser.url("/")).await?;
    report.check("the token is refreshed", home.is_logged_in() && home.field("mark") != Some(&mark));
    report
        .check("the API takes the new one", browser.get(&browser.url("/me")).await?.text.contains("answered with 200"));
    Ok(())
}
