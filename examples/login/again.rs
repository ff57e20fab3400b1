//! Asks the user whether to send the code again, after a failure that has left it in its slot.

use std::io::{self, IsTerminal as _};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use crate::exchange::Stopped;
use crate::report;

/// Waits for a line from the user, and for the pause that the server asked for. `false` if nobody is at the terminal, or
/// nobody answers before `end`.
pub(crate) fn asks(stopped: &Stopped, end: Instant) -> bool {
    let not_before = stopped.not_before.unwrap_or_else(Instant::now);
    if !io::stdin().is_terminal() || not_before >= end {
        return false;
    }
    report::asks_again(stopped, not_before.saturating_duration_since(Instant::now()));
    // A read of a terminal has no timeout, so it has a thread of its own. The program does not wait for it.
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || sender.send(io::stdin().lines().next().is_some_and(|line| line.is_ok())));
    let is_wanted = lines.recv_timeout(end.saturating_duration_since(Instant::now())) == Ok(true);
    if is_wanted {
        thread::sleep(not_before.saturating_duration_since(Instant::now()));
    }
    is_wanted
}
