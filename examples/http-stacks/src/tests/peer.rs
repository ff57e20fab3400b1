//! A server that answers each request with the same bytes, and records the requests.

use core::net::{Ipv4Addr, SocketAddr};
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// The end of an endless answer, so that a glue which reads all of it fails instead of hanging.
pub(super) const ENDLESS: usize = 64 * 1024 * 1024;

pub(super) enum Answer {
    Whole(Vec<u8>),
    /// The first part, and the part that is repeated after it.
    Endless(&'static str, String),
    /// A byte, again and again after this pause.
    Slow(Duration),
}

/// One connection.
pub(super) struct Exchange {
    /// The request, byte for byte.
    pub(super) request: Vec<u8>,
    /// How many bytes of the answer could be written. Some of them may still be in the buffers of the sockets.
    pub(super) taken: usize,
}

pub(super) struct Peer {
    address: SocketAddr,
    stops: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Exchange>>,
}

impl Peer {
    pub(super) fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let stops = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stops);
        let thread = thread::spawn(move || {
            let next = || listener.accept().ok().filter(|_| !stopped.load(Ordering::SeqCst));
            core::iter::from_fn(next).map(|(stream, _)| exchange(stream, &answer)).collect()
        });
        Self { address, stops, thread }
    }

    pub(super) fn answers(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        let answer =
            format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}connection: close\r\n\r\n{body}");
        Self::start(Answer::Whole(answer.into_bytes()))
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it, and returns the connections.
    pub(super) fn stop(self) -> Vec<Exchange> {
        self.stops.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        self.thread.join().unwrap()
    }
}

fn exchange(mut stream: TcpStream, answer: &Answer) -> Exchange {
    // These pass only if a test fails.
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
    let request = if matches!(answer, Answer::Slow(_)) { Vec::new() } else { read_request(&mut stream) };
    let mut taken = 0;
    match answer {
        Answer::Whole(answer) => drop(write(&mut stream, answer, &mut taken)),
        Answer::Endless(head, part) => {
            let mut written = write(&mut stream, head.as_bytes(), &mut taken);
            while written.is_ok() && taken < ENDLESS {
                written = write(&mut stream, part.as_bytes(), &mut taken);
            }
        }
        // It passes only if a test fails.
        Answer::Slow(pause) => {
            for _ in 0..500 {
                if write(&mut stream, b"a", &mut taken).is_err() {
                    break;
                }
                thread::sleep(*pause);
            }
        }
    }
    Exchange { request, taken }
}

fn write(stream: &mut TcpStream, mut bytes: &[u8], taken: &mut usize) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = stream.write(bytes)?;
        *taken += written;
        bytes = &bytes[written..];
    }
    Ok(())
}

/// Up to the end of the body, or of the connection.
fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut part) {
            Ok(0) | Err(_) => break,
            Ok(length) => request.extend_from_slice(&part[..length]),
        }
    }
    request
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().filter_map(|line| line.split_once(':')).find(|(name, _)| *name == "content-length");
    body.len() >= length.map_or(0, |(_, value)| value.trim().parse().unwrap())
}
