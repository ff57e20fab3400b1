//! The same for a microcontroller without an operating system. It is linked to be measured, not to be run.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(not(target_os = "none"))]
fn main() {}

#[cfg(target_os = "none")]
mod none {
    use core::alloc::{GlobalAlloc, Layout};
    use core::panic::PanicInfo;
    use core::ptr::null_mut;
    use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    /// The simplest one there is, of a few bytes: the firmware's own is not part of the login.
    struct Bump;

    #[global_allocator]
    static ALLOCATOR: Bump = Bump;

    static mut HEAP: [u64; 2048] = [0; 2048];
    static USED: AtomicUsize = AtomicUsize::new(0);

    // SAFETY: no two blocks overlap, since what is used only grows; they lie within the heap, and are aligned to 8.
    unsafe impl GlobalAlloc for Bump {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            let start = USED.fetch_add(layout.size().next_multiple_of(8), Relaxed);
            if layout.align() > 8 || start + layout.size() > 2048 * 8 {
                return null_mut();
            }
            (&raw mut HEAP).cast::<u8>().wrapping_add(start)
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    #[panic_handler]
    fn panic(_: &PanicInfo<'_>) -> ! {
        loop {}
    }

    /// Names what is to be kept.
    #[unsafe(no_mangle)]
    extern "C" fn _start() -> *const usize {
        static mut KEPT: [usize; 4] = [0; 4];
        let entries = module::subject::entries();
        // SAFETY: nothing else runs.
        unsafe {
            KEPT[..entries.len()].copy_from_slice(&entries);
            KEPT[3] = module::buffer as *const () as usize;
            &raw const KEPT as *const usize
        }
    }
}
