//! The serial line to the bridge: writes and reads frames without a buffer.

use alloc::vec::Vec;

use crate::board;
use crate::protocol::{self, Kind, MARK};

/// Sends a frame that consists of these parts, cut off at 65,535 bytes.
pub fn send<'a>(kind: Kind, parts: impl IntoIterator<Item = &'a str, IntoIter: Clone>) {
    let bytes = parts.into_iter().flat_map(str::bytes);
    let len = u16::try_from(bytes.clone().count()).unwrap_or(u16::MAX);
    for byte in protocol::header(kind, len).into_iter().chain(bytes.take(len.into())) {
        board::send(byte);
    }
}

/// A frame that is being received. Read all of it, or [skip](Self::skip) the rest.
#[derive(Debug)]
pub struct Incoming {
    /// Its kind.
    pub kind: Kind,
    left: u16,
}

/// Waits for a frame of one of these kinds, and skips others.
///
/// The modem is part of the device, and always replies. A product has a watchdog for a modem that does not.
pub fn receive(kinds: &[Kind]) -> Incoming {
    loop {
        while board::receive() != MARK {}
        let kind = Kind::from_byte(board::receive());
        let left = u16::from_be_bytes([board::receive(), board::receive()]);
        let Some(kind) = kind else { continue };
        let incoming = Incoming { kind, left };
        if kinds.contains(&kind) {
            return incoming;
        }
        incoming.skip();
    }
}

impl Incoming {
    /// The next byte, if there is one.
    pub fn next_byte(&mut self) -> Option<u8> {
        self.left = self.left.checked_sub(1)?;
        Some(board::receive())
    }

    /// Reads a line as a number. `None` if it is not one.
    pub fn number_line(&mut self) -> Option<u64> {
        let mut number = None;
        while let Some(byte) = self.next_byte().filter(|byte| *byte != b'\n') {
            let digit = char::from(byte).to_digit(10)?;
            number = number.unwrap_or(0_u64).checked_mul(10)?.checked_add(digit.into());
        }
        number
    }

    /// Reads a line. Empty if it is longer than `max_len`.
    pub fn text_line(&mut self, max_len: usize) -> Vec<u8> {
        let (mut line, mut is_too_long) = (Vec::new(), false);
        while let Some(byte) = self.next_byte().filter(|byte| *byte != b'\n') {
            is_too_long |= line.len() == max_len;
            if !is_too_long {
                line.push(byte);
            }
        }
        if is_too_long { Vec::new() } else { line }
    }

    /// Reads the rest. `None` if it is longer than `max_len`.
    pub fn rest(mut self, max_len: usize) -> Option<Vec<u8>> {
        let len = usize::from(self.left);
        if len > max_len {
            self.skip();
            return None;
        }
        let mut bytes = Vec::with_capacity(len);
        while let Some(byte) = self.next_byte() {
            bytes.push(byte);
        }
        Some(bytes)
    }

    /// Skips the rest.
    pub fn skip(mut self) {
        while self.next_byte().is_some() {}
    }
}

/// A number in decimal, without `core::fmt`.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    digits: [u8; 10],
    start: usize,
}

impl Decimal {
    /// The digits of a number.
    pub fn new(mut number: u32) -> Self {
        let mut decimal = Self { digits: [b'0'; 10], start: 10 };
        for (index, digit) in decimal.digits.iter_mut().enumerate().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
            decimal.start = index;
            if number == 0 {
                break;
            }
        }
        decimal
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        self.digits.get(self.start..).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or_default()
    }
}

/// A line for the developer.
pub fn log(text: &str, detail: &str) {
    send(Kind::Log, [text, detail]);
}

/// Reports the peaks of memory since the last report.
pub fn report(phase: &str) {
    let peaks = crate::bare::take_peaks();
    let [heap, overhead, stack] =
        [peaks.heap, peaks.heap_with_overhead, peaks.stack].map(|number| Decimal::new(number as u32));
    send(Kind::Measure, [phase, " ", heap.as_str(), " ", overhead.as_str(), " ", stack.as_str()]);
}
