//! Drives `authcode` through every cell on every server that `run.sh` has started.

mod browser;
mod cells;
mod check;
mod clients;
mod html;
mod metadata;
mod profiles;
mod report;
mod site;
mod transport;
mod walk;

use std::env;
use std::process::ExitCode;

use report::Report;
use site::Site;

type Error = Box<dyn core::error::Error>;

fn main() -> Result<ExitCode, Error> {
    let (flags, sites): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let sites = sites.iter().map(|argument| Site::from_argument(argument)).collect::<Result<Vec<_>, _>>()?;
    let mut report = Report::default();
    for site in &sites {
        for (name, run) in cells::ALL {
            report.add(site.profile.name, name, run(site));
        }
    }
    if flags.iter().any(|flag| flag == "--table") {
        println!("\n{}", report.table());
    }
    Ok(if report.finish() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
