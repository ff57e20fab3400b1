//! BBC micro:bit (nRF51822). Registers and numbers: nRF51 Series Reference Manual 3.0.

use crate::bare::Register;
use crate::registers;

/// The name of the board.
pub const NAME: &str = "microbit";
/// The RAM that remains beside a stack of 8000 bytes and a few statics.
pub const HEAP_LEN: usize = 8192;
/// Two pages of flash, the last ones.
pub const PAGE_START: usize = 0x3_F800;
/// The length of the two.
pub const PAGE_LEN: usize = 2 * ERASE_LEN;

const ERASE_LEN: usize = 1024;

registers! { 0x4000_2000:
    UART_STARTRX = 0x000,
    UART_STARTTX = 0x008,
    UART_RXDRDY = 0x108,
    UART_TXDRDY = 0x11C,
    UART_ENABLE = 0x500,
    UART_PSELTXD = 0x50C,
    UART_PSELRXD = 0x514,
    UART_RXD = 0x518,
    UART_TXD = 0x51C,
    UART_BAUDRATE = 0x524,
}

registers! { 0x4000_D000:
    RNG_START = 0x000,
    RNG_STOP = 0x004,
    RNG_VALRDY = 0x100,
    RNG_CONFIG = 0x504,
    RNG_VALUE = 0x508,
}

registers! { 0x4001_E000:
    NVMC_READY = 0x400,
    NVMC_CONFIG = 0x504,
    NVMC_ERASEPAGE = 0x508,
}

/// Enables the serial line: 115200 baud, on the pins that lead to the USB chip.
pub fn init() {
    UART_PSELTXD.write(24);
    UART_PSELRXD.write(25);
    UART_BAUDRATE.write(0x01D7_E000);
    UART_ENABLE.write(4);
    UART_STARTTX.write(1);
    UART_STARTRX.write(1);
}

/// Sends a byte, and waits until it is out.
pub fn send(byte: u8) {
    UART_TXDRDY.write(0);
    UART_TXD.write(byte.into());
    while UART_TXDRDY.read() == 0 {}
}

/// Waits for a byte.
pub fn receive() -> u8 {
    while UART_RXDRDY.read() == 0 {}
    // In this order: reading the byte may signal the next one.
    UART_RXDRDY.write(0);
    UART_RXD.read().to_le_bytes()[0]
}

/// Fills it from the hardware generator of the chip, whose source is thermal noise.
pub fn fill_random(bytes: &mut [u8]) {
    // With bias correction (§20.1), which the manual requires for cryptography.
    RNG_CONFIG.write(1);
    RNG_START.write(1);
    for byte in bytes {
        RNG_VALRDY.write(0);
        while RNG_VALRDY.read() == 0 {}
        *byte = RNG_VALUE.read().to_le_bytes()[0];
    }
    RNG_STOP.write(1);
}

/// Erases the page: all of it is ones.
pub fn erase_page() {
    for start in (PAGE_START..PAGE_START + PAGE_LEN).step_by(ERASE_LEN) {
        with_flash(2, || NVMC_ERASEPAGE.write(start as u32));
    }
}

/// Writes a word of the page, which must have been erased.
pub fn write_page(index: usize, word: u32) {
    with_flash(1, || Register::of_page(index).write(word));
}

fn with_flash(mode: u32, change: impl FnOnce()) {
    NVMC_CONFIG.write(mode);
    change();
    while NVMC_READY.read() == 0 {}
    NVMC_CONFIG.write(0);
}
