//! This program looks at itself.
#![cfg(all(feature = "sampling", target_os = "linux"))]

use std::{
    hint::black_box,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use profile::{
    collapsed,
    sampling::{Refused, begin},
};

/// A name is told with its path, which lines alone do not have.
mod inside {
    use super::{AtomicBool, Ordering, black_box};

    /// Its name is looked for.
    #[inline(never)]
    pub(super) fn burns_time_in_a_test(until: &AtomicBool) -> u64 {
        let mut sum = 0_u64;
        while !until.load(Ordering::Relaxed) {
            for at in 0..1_000_u64 {
                sum = black_box(sum.wrapping_mul(31).wrapping_add(at));
            }
        }
        sum
    }
}

#[test]
fn a_function_that_is_at_work_is_seen_and_nobody_else_may_look_meanwhile() {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let work = thread::Builder::new().name("burner".into()).spawn_scoped(scope, || inside::burns_time_in_a_test(&is_over)).unwrap();
        let first = begin().unwrap();
        assert_eq!(begin().err(), Some(Refused::Running));
        thread::sleep(Duration::from_secs(2));
        let samples = first.end().unwrap();
        is_over.store(true, Ordering::Relaxed);
        work.join().unwrap();

        let text = collapsed::write(&samples);
        assert!(text.lines().any(|line| line.starts_with("burner;") && line.contains("sampling::inside::burns_time_in_a_test")), "{text}");
        // What is inlined into it has the time itself.
        let times = |line: &str| line.rsplit_once(' ').and_then(|(_, times)| times.parse::<u64>().ok()).unwrap_or(0);
        let burnt: u64 = text.lines().filter(|line| line.contains("burns_time_in_a_test")).map(times).sum();
        assert!(samples.total() > 20 && burnt * 2 > samples.total(), "{text}");
        assert!(!samples.is_nameless() && samples.busy() > 0.1, "{}", samples.busy());
        // Afterwards the next one may.
        drop(begin().unwrap());
    });
}
