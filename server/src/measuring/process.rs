//! What the program takes of the machine since it was last looked.

use std::time::Instant;

use measuring::{Recorder, metric};

use crate::http::metrics::process;

/// How it was when it was last looked at.
#[derive(Default)]
pub(super) struct Seen {
    cpu: Option<(Instant, f64)>,
    busy: Option<(Instant, f64)>,
    machine: Option<Ticks>,
}

/// What the processors of the machine have done since it was started, in the system's own unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ticks {
    busy: u64,
    all: u64,
}

impl Seen {
    /// Looks, and counts what has changed. Reads `/proc`, which takes some dozen microseconds.
    pub(super) fn look(&mut self, recorder: &Recorder, process: &str) {
        let now = Instant::now();
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as f64;
        if let Some(read) = process::read() {
            recorder.record(metric::PROCESS_MEMORY, process, "", read.resident);
            let cpu = share(&mut self.cpu, now, read.cpu_seconds, processors);
            if let Some(cpu) = cpu {
                recorder.record(metric::PROCESS_CPU, process, "", cpu);
            }
        }
        if let Some(now) = std::fs::read_to_string("/proc/stat").ok().as_deref().and_then(Ticks::read) {
            if let Some(cpu) = self.machine.and_then(|before| now.share_since(before)) {
                recorder.record(metric::MACHINE_CPU, process, "", cpu);
            }
            self.machine = Some(now);
        }
        let (workers, busy) = workers();
        if let Some(busy) = share(&mut self.busy, now, busy, workers as f64) {
            recorder.record(metric::RUNTIME_BUSY, process, "", busy);
        }
    }
}

/// Threads that run tasks, and how many seconds they were at work since the start, all together.
pub(crate) fn workers() -> (usize, f64) {
    let runtime = tokio::runtime::Handle::current().metrics();
    let workers = runtime.num_workers();
    (workers, (0..workers).map(|worker| runtime.worker_total_busy_duration(worker).as_secs_f64()).sum())
}

impl Ticks {
    /// Of the first line: user, nice, system, idle, iowait, irq, softirq and steal; guests are in the first two already
    /// (<https://www.kernel.org/doc/html/latest/filesystems/proc.html#miscellaneous-kernel-statistics-in-proc-stat>).
    fn read(stat: &str) -> Option<Self> {
        let figures: Vec<u64> = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace().take(8).map_while(|text| text.parse().ok()).collect();
        let (all, idle): (u64, u64) = (figures.iter().sum(), figures.get(3..5)?.iter().sum());
        Some(Self { busy: all - idle, all })
    }

    /// In thousandths; none when no time has passed.
    fn share_since(self, before: Self) -> Option<u64> {
        let (busy, all) = (self.busy.saturating_sub(before.busy), self.all.checked_sub(before.all)?);
        (all > 0).then(|| (busy * 1_000 / all).min(1_000))
    }
}

/// How much of the time since `before` was used of what there is, in thousandths.
pub(super) fn share(before: &mut Option<(Instant, f64)>, now: Instant, seconds: f64, there_is: f64) -> Option<u64> {
    let (at, used) = before.replace((now, seconds))?;
    let passed = now.duration_since(at).as_secs_f64() * there_is;
    (passed > 0.0).then(|| ((seconds - used).max(0.0) / passed * 1_000.0).round() as u64)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_machine_is_busy_with_whatever_runs_on_it() {
        let at = |line: &str| Ticks::read(&format!("{line}\ncpu0 1 1 1 1 1 1 1 1 0 0\n"));
        let (before, after) = (at("cpu  100 0 50 800 50 0 0 0 0 0").unwrap(), at("cpu  170 0 60 810 60 0 0 0 0 0").unwrap());

        assert_eq!((after.share_since(before), before.share_since(before), before.share_since(after)), (Some(800), None, None));
        assert_eq!([at(""), at("intr 5"), at("cpu  1 2"), at("cpu  x")], [None; 4]);
    }

    #[test]
    fn a_share_is_of_what_has_passed_since() {
        let mut before = None;
        let begun = Instant::now();

        assert_eq!(share(&mut before, begun, 5.0, 2.0), None);
        assert_eq!(share(&mut before, begun + Duration::from_secs(10), 10.0, 2.0), Some(250));
        assert_eq!(share(&mut before, begun + Duration::from_secs(20), 9.0, 2.0), Some(0));
    }
}
