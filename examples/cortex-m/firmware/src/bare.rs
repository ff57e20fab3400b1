//! Registers, the heap, the stack, and the panic handler. All `unsafe` code is in this file.
#![allow(unsafe_code, reason = "this is the one file for it")]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::mem::MaybeUninit;
use core::panic::PanicInfo;
use core::ptr;

use cortex_m_rt::{ExceptionFrame, exception};
use critical_section::Mutex;
use embedded_alloc::LlffHeap;

use crate::board;
use crate::line;
use crate::protocol::Kind;

/// A 32-bit register, or a word of flash.
#[derive(Clone, Copy, Debug)]
pub struct Register(*mut u32);

impl Register {
    /// The register of a peripheral, in the address range that the architecture reserves for them.
    ///
    /// # Panics
    /// If the address is outside of that range, or not aligned.
    pub const fn of_device(address: usize) -> Self {
        assert!(address >= 0x4000_0000 && address < 0x6000_0000 && address.is_multiple_of(4));
        Self(ptr::with_exposed_provenance_mut(address))
    }

    /// A word of the page of flash.
    ///
    /// # Panics
    /// If it is outside of the page.
    pub fn of_page(index: usize) -> Self {
        assert!(index < board::PAGE_LEN / 4);
        Self(ptr::with_exposed_provenance_mut(board::PAGE_START + 4 * index))
    }

    /// Reads it.
    pub fn read(self) -> u32 {
        // SAFETY: a word for a device, or one that the linker leaves free (`memory/*.x`).
        unsafe { self.0.read_volatile() }
    }

    /// Writes it.
    pub fn write(self, value: u32) {
        // SAFETY: as above. No peripheral is configured for DMA.
        unsafe { self.0.write_volatile(value) }
    }
}

/// The registers of one device of the board.
#[macro_export]
macro_rules! registers {
    ($base:literal: $($name:ident = $offset:literal,)+) => {
        $(const $name: $crate::bare::Register = $crate::bare::Register::of_device($base + $offset);)+
    };
}

/// The heap, which counts the bytes in use.
struct CountingHeap {
    heap: LlffHeap,
    counts: Mutex<Cell<HeapUse>>,
}

#[derive(Clone, Copy)]
struct HeapUse {
    live: usize,
    peak: usize,
    peak_with_overhead: usize,
}

#[global_allocator]
static HEAP: CountingHeap = CountingHeap {
    heap: LlffHeap::empty(),
    counts: Mutex::new(Cell::new(HeapUse { live: 0, peak: 0, peak_with_overhead: 0 })),
};

impl CountingHeap {
    fn count(&self, change: impl FnOnce(&mut HeapUse)) {
        critical_section::with(|token| {
            let counts = self.counts.borrow(token);
            let mut now = counts.get();
            change(&mut now);
            counts.set(now);
        });
    }
}

// SAFETY: it delegates to `LlffHeap`; counting does not allocate.
unsafe impl GlobalAlloc for CountingHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's obligations are those of `LlffHeap`.
        let block = unsafe { self.heap.alloc(layout) };
        if !block.is_null() {
            let with_overhead = self.heap.used();
            self.count(|counts| {
                counts.live += layout.size();
                counts.peak = counts.peak.max(counts.live);
                counts.peak_with_overhead = counts.peak_with_overhead.max(with_overhead);
            });
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's obligations are those of `LlffHeap`.
        unsafe { self.heap.dealloc(block, layout) };
        self.count(|counts| counts.live -= layout.size());
    }
}

/// Memory at its peak, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Peaks {
    /// Bytes that were allocated and not freed.
    pub heap: usize,
    /// The same, with the overhead of the allocator.
    pub heap_with_overhead: usize,
    /// The depth to which the stack was written.
    pub stack: usize,
}

/// Initializes the heap, and paints the stack. Only the first call has an effect.
pub fn init() {
    static mut ARENA: [MaybeUninit<u8>; board::HEAP_LEN] = [MaybeUninit::uninit(); board::HEAP_LEN];
    static IS_DONE: Mutex<Cell<bool>> = Mutex::new(Cell::new(false));

    if critical_section::with(|token| IS_DONE.borrow(token).replace(true)) {
        return;
    }
    // SAFETY: it runs once, and nothing else refers to the arena.
    unsafe { HEAP.heap.init((&raw mut ARENA).expose_provenance(), board::HEAP_LEN) }
    paint_stack();
}

/// The peaks since the last call.
pub fn take_peaks() -> Peaks {
    let stack = stack_peak();
    paint_stack();
    let mut heap = (0, 0);
    let used = HEAP.heap.used();
    HEAP.count(|counts| {
        heap = (counts.peak, counts.peak_with_overhead);
        counts.peak = counts.live;
        counts.peak_with_overhead = used;
    });
    Peaks { heap: heap.0, heap_with_overhead: heap.1, stack }
}

unsafe extern "C" {
    static _stack_start: u32;
    static _stack_end: u32;
}

const PAINT: u32 = 0xC0DE_5EED;
/// Room for the frame of `paint_stack` itself.
const PAINTER_WORDS: usize = 32;

/// Nothing below the stack pointer is in use, and no interrupt is enabled.
fn paint_stack() {
    let end = &raw const _stack_end;
    let unused = (cortex_m::register::msp::read() as usize - end.addr()) / 4;
    for index in 0..unused.saturating_sub(PAINTER_WORDS) {
        // SAFETY: between the lower end of the stack and the stack pointer, minus the frame of this function.
        unsafe { end.cast_mut().add(index).write_volatile(PAINT) };
    }
}

fn stack_peak() -> usize {
    let end = &raw const _stack_end;
    let words = ((&raw const _stack_start).addr() - end.addr()) / 4;
    // SAFETY: between the two ends of the stack.
    let is_painted = |index: &usize| unsafe { end.add(*index).read_volatile() } == PAINT;
    4 * (words - (0..words).take_while(is_painted).count())
}

/// Without the message, which would link `core::fmt`.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let (file, place) = info.location().map_or(("", 0), |location| (location.file(), location.line()));
    line::send(Kind::Exit, ["panic: ", file, ":", line::Decimal::new(place).as_str()]);
    halt()
}

/// A stack that has overflowed ends here, too.
#[exception]
unsafe fn HardFault(_: &ExceptionFrame) -> ! {
    line::send(Kind::Exit, ["fault"]);
    halt()
}

/// The end of the program.
pub fn halt() -> ! {
    loop {
        cortex_m::asm::wfi();
    }
}
