//! One page of flash, for one text that must outlive a loss of power.
//!
//! The length comes first, then a checksum, then the content; the length is written last. An interrupted write leaves
//! no length, or a checksum that does not match.

use alloc::vec::Vec;

use crate::bare::Register;
use crate::board;

const ERASED: u32 = u32::MAX;
const HEADER_WORDS: usize = 2;
const MAX_LEN: usize = board::PAGE_LEN - 4 * HEADER_WORDS;

/// What is in the page.
#[derive(Debug)]
pub enum Content {
    /// Nothing.
    Empty,
    /// An interrupted write, or a damaged page.
    Torn,
    /// What was written.
    Whole(Vec<u8>),
}

/// The content is too long for the page.
#[derive(Debug)]
pub struct TooLong;

/// Takes the content out: the page is empty when this returns, so the content cannot be used twice.
pub fn take() -> Content {
    let content = read();
    if !matches!(content, Content::Empty) {
        erase();
    }
    content
}

/// Replaces the content.
///
/// # Errors
/// [`TooLong`]. Then the page is empty.
pub fn write(content: &[u8]) -> Result<(), TooLong> {
    erase();
    if content.len() > MAX_LEN {
        return Err(TooLong);
    }
    for (index, bytes) in content.chunks(4).enumerate() {
        let mut word = ERASED.to_le_bytes();
        for (byte, new) in word.iter_mut().zip(bytes) {
            *byte = *new;
        }
        board::write_page(HEADER_WORDS + index, u32::from_le_bytes(word));
    }
    board::write_page(1, checksum(content.iter().copied()));
    board::write_page(0, content.len() as u32);
    Ok(())
}

/// Empties the page.
pub fn erase() {
    board::erase_page();
}

/// Whether nothing is in the page.
pub fn is_empty() -> bool {
    words().all(|word| word == ERASED)
}

fn words() -> impl Iterator<Item = u32> {
    (0..board::PAGE_LEN / 4).map(|index| Register::of_page(index).read())
}

fn read() -> Content {
    if is_empty() {
        return Content::Empty;
    }
    let len = Register::of_page(0).read() as usize;
    if len > MAX_LEN {
        return Content::Torn;
    }
    let bytes = || words().skip(HEADER_WORDS).flat_map(u32::to_le_bytes).take(len);
    if checksum(bytes()) != Register::of_page(1).read() {
        return Content::Torn;
    }
    let mut content = Vec::with_capacity(len);
    content.extend(bytes());
    Content::Whole(content)
}

/// CRC-32 (IEEE 802.3). It detects accidents, not attacks: anyone who can write to the flash can write a checksum, too.
fn checksum(bytes: impl Iterator<Item = u8>) -> u32 {
    !bytes.fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
    })
}
