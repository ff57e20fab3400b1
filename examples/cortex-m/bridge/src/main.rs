//! Runs the firmware in QEMU, through every scenario on both boards, and measures it. See `../run.sh`.

mod boards;
mod machine;
mod modem;
#[path = "../../protocol.rs"]
#[expect(unreachable_pub, reason = "in the firmware it is the library's")]
mod protocol;
mod report;
mod scenarios;
#[path = "../../../login/server.rs"]
mod server;
mod session;
mod size;
mod user;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::boards::BOARDS;
use crate::report::Tally;

/// Any error: it is reported as one line.
type Failure = Box<dyn core::error::Error + Send + Sync>;

fn main() -> Result<ExitCode, Failure> {
    let mut args = env::args_os().skip(1);
    let target_dir = PathBuf::from(args.next().ok_or("usage: bridge TARGET_DIR [SCENARIO], see run.sh")?);
    let only = args.next().and_then(|name| name.into_string().ok());
    let mut tally = Tally::default();
    for board in &BOARDS {
        scenarios::run_all(board, &target_dir, only.as_deref(), &mut tally)?;
    }
    Ok(tally.conclude())
}
