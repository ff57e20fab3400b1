//! Counts what one subject asks for. `memory FIGURE [N or CASE]` prints two numbers: how often and how many bytes, or
//! for `pending N` the bytes that each of `N` stored logins holds, asked for and as the system sees them.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering::Relaxed};

use login::inputs::{body, redirects, rng};
use login::subject::{Subject, answer};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);
static LIVE: AtomicIsize = AtomicIsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A block that grows counts as a new one of its new size: at worst that is what it is.
fn count(asked: usize, freed: usize) {
    if asked > 0 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        BYTES.fetch_add(asked, Relaxed);
    }
    LIVE.fetch_add(asked.cast_signed() - freed.cast_signed(), Relaxed);
}

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: the caller keeps the contract.
        unsafe { System.realloc(block, layout, size) }
    }
}

fn counted<T>(step: impl FnOnce() -> T) -> T {
    let before = (ALLOCATIONS.load(Relaxed), BYTES.load(Relaxed));
    let result = step();
    println!("{} {}", ALLOCATIONS.load(Relaxed) - before.0, BYTES.load(Relaxed) - before.1);
    result
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let subject = Subject::default();
    let mut rng = rng();
    let mut redirects = redirects();
    // Once before, so that what happens once in a process is not counted.
    let token = subject.login(&mut rng, &redirects.next().unwrap(), answer(&body()));
    match &*args[1] {
        "login" => {
            let (redirect, answer) = (redirects.next().unwrap(), answer(&body()));
            let _ = black_box(counted(|| subject.login(&mut rng, &redirect, answer)));
        }
        "refresh" => {
            let answer = answer(&body());
            let _ = black_box(counted(|| subject.refresh(token, answer)));
        }
        #[cfg(feature = "authcode")]
        "refuse" => {
            let (_, stranger) = login::subject::strangers()[args[2].parse::<usize>().unwrap()];
            let pending = subject.pending();
            let _ = black_box(counted(|| login::subject::refuse(pending, stranger)));
        }
        #[cfg(feature = "authcode")]
        "stored" => println!("1 {}", login::subject::store(&subject.pending()).len()),
        #[cfg(feature = "authcode")]
        "pending" => pending(&subject, args[2].parse().unwrap()),
        figure => panic!("{figure}"),
    }
}

/// Logins that all wait at the same time, by their `state`, and are then resumed one by one.
#[cfg(feature = "authcode")]
fn pending(subject: &Subject, times: usize) {
    use std::collections::HashMap;

    use login::subject::{redirect, resume, store};

    let mut rng = rng();
    let (live, resident) = (LIVE.load(Relaxed), resident());
    let mut stored = HashMap::new();
    for _ in 0..times {
        let pending = subject.start(&mut rng);
        stored.insert(Box::<str>::from(pending.state()), store(&pending).into_boxed_str());
    }
    let each = |bytes: isize| (bytes + times.cast_signed() - 1) / times.cast_signed();
    println!("{} {}", each(LIVE.load(Relaxed) - live), each(self::resident() - resident));
    for target in redirects().take(times) {
        let redirect = redirect(&target);
        let found = stored.remove(&*redirect.claimed_state().unwrap()).unwrap();
        let _ = black_box(resume(subject, &found).receive_redirect(redirect).unwrap());
    }
    assert!(stored.is_empty());
}

/// Memory of this process that is there, in bytes.
#[cfg(feature = "authcode")]
fn resident() -> isize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<isize>().unwrap() * 4096
}
