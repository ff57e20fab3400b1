//! One login through six HTTP stacks, against a server inside the process. Run it with `cargo run`.

mod browser;
mod curl;
mod hyper;
mod login;
mod reqwest_async;
mod reqwest_blocking;
#[path = "../../login/server.rs"]
mod server;
mod stacks;
mod tcp;
#[cfg(test)]
mod tests;
mod ureq;

use std::process::ExitCode;

use crate::server::Server;
use crate::stacks::STACKS;

/// An error, as one line.
type Failure = Box<dyn core::error::Error + Send + Sync>;

fn main() -> Result<ExitCode, Failure> {
    let server = Server::start()?;
    let mut failed = 0;
    for stack in STACKS {
        let mut slot = None;
        match login::log_in_and_refresh(&server, &mut slot, stack.send) {
            Ok(_) => println!("{:<18} logged in, refreshed", stack.name),
            Err(error) => {
                // In your program: let the user try again, with the same slot.
                let code = if slot.is_some() { "; the code may still be good" } else { "" };
                println!("{:<18} FAILED: {error}{code}", stack.name);
                failed += 1;
            }
        }
    }
    println!("{} passed, {failed} failed", STACKS.len() - failed);
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
