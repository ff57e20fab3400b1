//! The boards, as QEMU knows them.

use std::path::{Path, PathBuf};

/// A board, and the firmware for it.
pub(crate) struct Board {
    pub(crate) name: &'static str,
    pub(crate) machine: &'static str,
    pub(crate) target: &'static str,
    /// Where the page for the stored login is, and how long.
    pub(crate) page_start: u32,
    pub(crate) page_len: u32,
}

pub(crate) const BOARDS: [Board; 2] = [
    Board {
        name: "mps2-an386 (Cortex-M4)",
        machine: "mps2-an386",
        target: "thumbv7em-none-eabihf",
        page_start: 0x3F_F800,
        page_len: 2048,
    },
    Board {
        name: "microbit (Cortex-M0)",
        machine: "microbit",
        target: "thumbv6m-none-eabi",
        page_start: 0x3_F800,
        page_len: 2048,
    },
];

impl Board {
    /// A program for this board.
    pub(crate) fn firmware(&self, target_dir: &Path, program: &str) -> PathBuf {
        target_dir.join(self.target).join("release").join(program)
    }

    pub(crate) fn erased_page(&self) -> Vec<u8> {
        vec![0xFF; self.page_len as usize]
    }
}
