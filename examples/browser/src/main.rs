//! A login in the browser: builds the module, serves the page, and runs a server to log in to. See `README.md`.

mod module;
mod options;
mod page;
#[path = "../../login/server.rs"]
mod server;

use core::net::Ipv4Addr;
use std::net::TcpListener;
use std::process::ExitCode;

use crate::module::Module;
use crate::options::{Options, Site};
use crate::server::{Server, Settings};

/// Any error: `main` prints it as one line.
type Failure = Box<dyn core::error::Error + Send + Sync>;

fn main() -> ExitCode {
    match Options::read().and_then(|options| options.map_or(Ok(()), run)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("browser: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), Failure> {
    let module = Module::build()?;
    module::print_sizes(&module)?;
    if options.sizes_only {
        return module::check(&module);
    }
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
    let origin = format!("http://{}", socket.local_addr()?);
    // Without a server on the command line there is one inside this process, until `_built_in` is dropped.
    let (site, _built_in) = match options.site {
        Some(site) => (site, None),
        None => {
            let settings = Settings { token_lifetime: options.token_lifetime, page_origin: Some(origin.clone()) };
            let built_in = Server::start_with(settings)?;
            (Site::built_in(&built_in), Some(built_in))
        }
    };
    println!("\nOpen {origin}/ in a browser on this machine. Ctrl-C ends it.");
    page::serve(&socket, &site, &module)
}
