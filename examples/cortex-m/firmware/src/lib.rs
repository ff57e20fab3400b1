//! The device: a serial line to its modem, a heap, a page of flash, random numbers.
#![no_std]

extern crate alloc;

pub mod bare;
#[cfg_attr(board = "microbit", path = "microbit.rs")]
#[cfg_attr(board = "mps2_an386", path = "mps2_an386.rs")]
pub mod board;
pub mod line;
pub mod modem;
pub mod page;
#[path = "../../protocol.rs"]
pub mod protocol;
