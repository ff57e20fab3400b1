//! The test of the web application: replicas behind a load balancer, thousands of browsers, attackers, and scenarios that
//! kill replicas and stop Redis. `test.sh` starts it.

mod authority;
mod balancer;
mod browser;
mod chaos;
mod contract;
mod fleet;
#[path = "../../../tests/interop/src/html.rs"]
mod html;
#[path = "../src/id.rs"]
mod id;
mod load;
mod one;
mod outage;
mod real;
mod redis_server;
mod refreshes;
mod report;
#[path = "../../login/server.rs"]
mod server;
#[path = "../src/store/mod.rs"]
mod store;

use std::process::ExitCode;

use lexopt::{Arg, Parser, ValueExt as _};
use tokio::signal::unix::{SignalKind, signal};

use crate::report::Report;

/// Any error of the test itself. It is printed as one line.
type Failure = Box<dyn core::error::Error + Send + Sync>;

const USAGE: &str = "\
    fleet [OPTIONS]

  --redis-server PROGRAM  run the scenarios of several replicas, with this program as their store
  --oidc-provider FILE    log in to the real oidc-provider, too: the server of tests/interop
  --logins NUMBER         how many at once [2000]
  --serve                 start three replicas, a balancer and a server for manual tests
";

/// The command line, parsed.
struct Options {
    redis_server: Option<String>,
    oidc_provider: Option<String>,
    logins: usize,
    serve: bool,
}

impl Options {
    fn parse() -> Result<Option<Self>, Failure> {
        let mut options = Self { redis_server: None, oidc_provider: None, logins: 2000, serve: false };
        let mut parser = Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("redis-server") => options.redis_server = Some(parser.value()?.string()?),
                Arg::Long("oidc-provider") => options.oidc_provider = Some(parser.value()?.string()?),
                Arg::Long("logins") => options.logins = parser.value()?.parse()?,
                Arg::Long("serve") => options.serve = true,
                Arg::Long("help") => {
                    print!("{USAGE}");
                    return Ok(None);
                }
                _ => return Err(argument.unexpected().into()),
            }
        }
        Ok(Some(options))
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    // The children are killed when their handles are dropped, so end by returning.
    let outcome = tokio::select! {
        outcome = run() => outcome,
        () = told_to_stop() => Err("stopped".into()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn told_to_stop() {
    if let Ok(mut signal) = signal(SignalKind::terminate()) {
        signal.recv().await;
    }
}

async fn run() -> Result<bool, Failure> {
    let Some(options) = Options::parse()? else { return Ok(true) };
    if options.serve {
        one::serve(options.redis_server.as_deref()).await?;
        return Ok(true);
    }
    let mut report = Report::default();
    let redis_server = options.redis_server.as_deref();
    let ended = contract::run(&mut report, redis_server).await;
    report.ended(ended);
    let ended = one::run(&mut report).await;
    report.ended(ended);
    if let Some(program) = redis_server {
        let ended = load::run(&mut report, program, options.logins).await;
        report.ended(ended);
        let ended = chaos::run(&mut report, program, options.logins).await;
        report.ended(ended);
        let ended = refreshes::run(&mut report, program).await;
        report.ended(ended);
        let ended = outage::run(&mut report, program).await;
        report.ended(ended);
    }
    if let Some(file) = &options.oidc_provider {
        let ended = real::run(&mut report, file, redis_server).await;
        report.ended(ended);
    }
    Ok(report.finish())
}
