//! A board in QEMU: a child process, with its serial line as standard input and output.

use core::time::Duration;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use crate::Failure;
use crate::boards::Board;
use crate::protocol::{self, Kind, MARK};

/// The longest run of a device.
const LONGEST_RUN: Duration = Duration::from_secs(60);

/// It is powered off on drop.
pub(crate) struct Machine<'a> {
    board: &'a Board,
    qemu: Child,
    line: ChildStdin,
    frames: Receiver<Frame>,
    monitor: BufReader<UnixStream>,
    files: PathBuf,
    deadline: Instant,
}

/// A frame from the device.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    pub(crate) payload: Vec<u8>,
}

impl<'a> Machine<'a> {
    /// Powers it on with this page of flash. Nothing else survives a loss of power.
    pub(crate) fn power_on(board: &'a Board, firmware: &Path, page: &[u8]) -> Result<Self, Failure> {
        let files = std::env::temp_dir().join(format!("authcode-cortex-m-{}-{}", std::process::id(), board.machine));
        fs::create_dir_all(&files)?;
        let (page_file, socket) = (files.join("page"), files.join("monitor"));
        fs::write(&page_file, page)?;
        // It ends with the bridge, too.
        let mut qemu = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "qemu-system-arm"])
            .args(["-nodefaults", "-display", "none", "-serial", "stdio", "-M", board.machine, "-kernel"])
            .arg(firmware)
            .arg("-qmp")
            .arg(format!("unix:{},server=on,wait=off", socket.display()))
            .arg("-device")
            .arg(format!("loader,file={},addr={:#x},force-raw=on", page_file.display(), board.page_start))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // QEMU warns of an unused network card.
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("setpriv and qemu-system-arm do not start: {error}"))?;
        let deadline = Instant::now() + LONGEST_RUN;
        let (Some(line), Some(output)) = (qemu.stdin.take(), qemu.stdout.take()) else { return Err("no pipes".into()) };
        let (sender, frames) = mpsc::channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Ok(frame) = read_frame(&mut output) {
                if sender.send(frame).is_err() {
                    break;
                }
            }
        });
        let monitor = match monitor(&socket, deadline) {
            Ok(monitor) => monitor,
            Err(error) => {
                // Do not leave the process running.
                drop(qemu.kill());
                drop(qemu.wait());
                return Err(error);
            }
        };
        Ok(Self { board, qemu, line, frames, monitor, files, deadline })
    }

    /// The next frame that the device sends.
    pub(crate) fn receive(&mut self) -> Result<Frame, Failure> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        self.frames.recv_timeout(left).map_err(|_| "the device is silent".into())
    }

    pub(crate) fn send(&mut self, kind: Kind, payload: &[u8]) -> Result<(), Failure> {
        let len = u16::try_from(payload.len())?;
        self.line.write_all(&protocol::header(kind, len))?;
        self.line.write_all(payload)?;
        self.line.flush()?;
        // QEMU does not notice that a UART was enabled until something else happens.
        self.command(&json!({ "execute": "query-status" }))
    }

    /// Cuts the power, and returns the page of flash.
    pub(crate) fn power_off(mut self) -> Result<Vec<u8>, Failure> {
        let page = self.files.join("page-after");
        self.command(&json!({ "execute": "stop" }))?;
        let (address, size) = (self.board.page_start, self.board.page_len);
        let arguments = json!({ "val": address, "size": size, "filename": page });
        self.command(&json!({ "execute": "memsave", "arguments": arguments }))?;
        Ok(fs::read(page)?)
    }

    fn command(&mut self, command: &Value) -> Result<(), Failure> {
        execute(&mut self.monitor, command)
    }
}

impl Drop for Machine<'_> {
    fn drop(&mut self) {
        drop(self.qemu.kill());
        drop(self.qemu.wait());
        drop(fs::remove_dir_all(&self.files));
    }
}

fn monitor(socket: &Path, deadline: Instant) -> Result<BufReader<UnixStream>, Failure> {
    let stream = loop {
        match UnixStream::connect(socket) {
            Ok(stream) => break stream,
            Err(error) if Instant::now() > deadline => return Err(format!("QEMU has no monitor: {error}").into()),
            Err(_) => thread::sleep(Duration::from_millis(10)),
        }
    };
    stream.set_read_timeout(Some(LONGEST_RUN))?;
    let mut monitor = BufReader::new(stream);
    execute(&mut monitor, &json!({ "execute": "qmp_capabilities" }))?;
    Ok(monitor)
}

/// Executes a command. QEMU sends its greeting and events as lines of their own, which are skipped.
fn execute(monitor: &mut BufReader<UnixStream>, command: &Value) -> Result<(), Failure> {
    monitor.get_mut().write_all(format!("{command}\n").as_bytes())?;
    loop {
        let mut line = String::new();
        if monitor.read_line(&mut line)? == 0 {
            return Err("QEMU is gone".into());
        }
        let answer = serde_json::from_str::<Value>(&line)?;
        if answer.get("return").is_some() {
            return Ok(());
        }
        if let Some(error) = answer.get("error") {
            return Err(format!("QEMU: {error}").into());
        }
    }
}

fn read_frame(line: &mut impl Read) -> io::Result<Frame> {
    loop {
        let mut head = [0; 3];
        line.read_exact(&mut head[..1])?;
        if head[0] != MARK {
            continue;
        }
        line.read_exact(&mut head)?;
        let [kind, high, low] = head;
        let mut payload = vec![0; u16::from_be_bytes([high, low]).into()];
        line.read_exact(&mut payload)?;
        if let Some(kind) = Kind::from_byte(kind) {
            return Ok(Frame { kind, payload });
        }
    }
}
