//! A web application with a login, in as many replicas as you like: see the `README.md` beside it.

mod account;
mod app;
mod callback;
mod cookies;
mod discovery;
mod id;
mod login;
mod options;
mod page;
mod problem;
mod store;
mod tokens;
mod transport;

use std::process::ExitCode;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::options::Options;

/// Whatever goes wrong before the application serves ends as one line.
type Failure = Box<dyn core::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let Some(options) = Options::parse()? else { return Ok(()) };
    let listener = TcpListener::bind(options.listen).await?;
    let address = listener.local_addr()?;
    let routes = app::routes(App::new(options, address).await?);
    println!("listening on http://{address}");
    // A replica that is asked to stop finishes what it has begun.
    let mut stop = signal(SignalKind::terminate())?;
    let stopped = async move {
        stop.recv().await;
    };
    Ok(axum::serve(listener, routes).with_graceful_shutdown(stopped).await?)
}
