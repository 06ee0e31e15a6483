//! What a decision costs for keys that are known, in time and in allocations.
//!
//!     cargo run --release -p limits --example decision

#![allow(unsafe_code, clippy::print_stdout, reason = "an allocator that counts, and a program that prints")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use limits::{Ask, Key, Limiter, Policy, Quota, address::place, local::Local};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: everything is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const DECISIONS: u32 = 2_000_000;
const TOKENS: u32 = 1_000;

fn main() {
    let limiter = Limiter::new(Local::new(100_000));
    let (token, address) = (policy("token", 1_000_000), policy("address", 10_000_000));
    let secrets: Vec<String> = (0..TOKENS).map(|number| format!("vitrine_{number:043}")).collect();
    let place = place([192, 0, 2, 7].into());
    // As the server does it: both keys are made of what was sent.
    let decide = |number: u32, now: u64| {
        let secret = &secrets[(number % TOKENS) as usize];
        let asks = [
            Ask { policy: &address, key: Key::new(address.name, &place), points: 1 },
            Ask { policy: &token, key: Key::new(token.name, secret.as_bytes()), points: 1 },
        ];
        limiter.ask_here(&asks, now)
    };
    for number in 0..TOKENS {
        decide(number, 0);
    }

    let (before, begun) = (ALLOCATIONS.load(Ordering::Relaxed), Instant::now());
    for number in 0..DECISIONS {
        black_box(decide(black_box(number), u64::from(number)));
    }
    let (time, allocations) = (begun.elapsed(), ALLOCATIONS.load(Ordering::Relaxed) - before);

    println!("{} ns a decision over two keys (budget 2000), {allocations} allocations in {DECISIONS} (budget 0)", (time / DECISIONS).as_nanos());
}

fn policy(name: &'static str, per_second: u32) -> Policy {
    Policy { name, quota: Quota::new(per_second, per_second.into()), weighted: true }
}
