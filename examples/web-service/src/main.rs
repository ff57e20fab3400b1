//! A web application with a login, in any number of replicas: see the `README.md` beside it.

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
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::options::Options;

/// Any error that ends the program. It is printed as one line.
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
    let app = App::new(options, address).await?;
    let routes = app::routes(Arc::clone(&app));
    println!("listening on http://{address}");
    // A replica that is asked to stop finishes its requests first, and the tasks whose browsers have disconnected.
    let mut stop = signal(SignalKind::terminate())?;
    let stopped = async move {
        stop.recv().await;
    };
    axum::serve(listener, routes).with_graceful_shutdown(stopped).await?;
    app.finish_tasks().await;
    Ok(())
}
