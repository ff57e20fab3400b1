//! MPS2 with the FPGA image AN386. Registers and numbers: Arm application note AN386, CMSDK reference manual.

use crate::bare::Register;
use crate::line;
use crate::protocol::Kind;
use crate::registers;

/// The name of the board.
pub const NAME: &str = "mps2-an386";
/// Twice the budget, so that a use beyond it can be measured.
pub const HEAP_LEN: usize = 16 * 1024;
/// The board has no writable flash: the end of the memory for code takes its place.
pub const PAGE_START: usize = 0x40_0000 - PAGE_LEN;
/// The length of the page.
pub const PAGE_LEN: usize = 2048;

registers! { 0x4000_4000:
    UART_DATA = 0x000,
    UART_STATE = 0x004,
    UART_CTRL = 0x008,
    UART_BAUDDIV = 0x010,
}

const TX_FULL: u32 = 1;
const RX_FULL: u32 = 2;

/// Enables the serial line: 115200 baud at 25 MHz.
pub fn init() {
    UART_BAUDDIV.write(217);
    UART_CTRL.write(3);
}

/// Sends a byte.
pub fn send(byte: u8) {
    while UART_STATE.read() & TX_FULL != 0 {}
    UART_DATA.write(byte.into());
}

/// Waits for a byte.
pub fn receive() -> u8 {
    while UART_STATE.read() & RX_FULL == 0 {}
    UART_DATA.read().to_le_bytes()[0]
}

/// The board has no random generator, so it asks the bridge. **A product must not**: it needs a source of its own, of
/// the chip or beside it. Anyone who knows `state` and the verifier can complete the login in the user's place.
pub fn fill_random(bytes: &mut [u8]) {
    line::send(Kind::EntropyRequest, [line::Decimal::new(bytes.len() as u32).as_str()]);
    let mut answer = line::receive(&[Kind::Entropy]);
    for byte in bytes {
        *byte = answer.next_byte().unwrap_or(0);
    }
    answer.skip();
}

/// Erases the page: all of it is ones.
pub fn erase_page() {
    for index in 0..PAGE_LEN / 4 {
        Register::of_page(index).write(u32::MAX);
    }
}

/// Writes a word of the page, which must have been erased. As in flash, a bit can only go from one to zero.
pub fn write_page(index: usize, word: u32) {
    let register = Register::of_page(index);
    register.write(register.read() & word);
}
