//! What the program takes of the machine since it was last looked, and how full its disk is.

use std::{path::Path, time::Instant};

use measuring::{Recorder, metric};

use crate::http::metrics::process;

/// How it was when it was last looked at.
#[derive(Default)]
pub(super) struct Seen {
    cpu: Option<(Instant, f64)>,
    busy: Option<(Instant, f64)>,
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
        let runtime = tokio::runtime::Handle::current().metrics();
        let workers = runtime.num_workers();
        let busy: f64 = (0..workers).map(|worker| runtime.worker_total_busy_duration(worker).as_secs_f64()).sum();
        if let Some(busy) = share(&mut self.busy, now, busy, workers as f64) {
            recorder.record(metric::RUNTIME_BUSY, process, "", busy);
        }
    }
}

/// What the disk is called that the data directory is on.
const DATA: &str = "data";

/// How full the disk is that a directory is on. Where that cannot be told there is nothing to count.
pub(super) fn disk(recorder: &Recorder, directory: &Path) {
    if let Some(used) = disk_used(directory) {
        recorder.record(metric::DISK_USED, DATA, "", used);
    }
}

/// In thousandths of what there is for programs: what is kept for the system is neither used nor free.
#[cfg(unix)]
fn disk_used(directory: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(directory).ok()?;
    let used = disk.f_blocks.saturating_sub(disk.f_bfree);
    thousandths(used, used.saturating_add(disk.f_bavail))
}

#[cfg(not(unix))]
fn disk_used(_: &Path) -> Option<u64> {
    None
}

/// None of nothing. What is nearly all is not rounded up to all.
fn thousandths(part: u64, of: u64) -> Option<u64> {
    (of > 0).then(|| (u128::from(part.min(of)) * 1_000 / u128::from(of)) as u64)
}

/// How much of the time since `before` was used of what there is, in thousandths.
fn share(before: &mut Option<(Instant, f64)>, now: Instant, seconds: f64, there_is: f64) -> Option<u64> {
    let (at, used) = before.replace((now, seconds))?;
    let passed = now.duration_since(at).as_secs_f64() * there_is;
    (passed > 0.0).then(|| ((seconds - used).max(0.0) / passed * 1_000.0).round() as u64)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_disk_is_as_full_as_programs_find_it() {
        assert_eq!(
            [thousandths(9, 10), thousandths(999_999, 1_000_000), thousandths(3, 3), thousandths(0, 0)],
            [Some(900), Some(999), Some(1_000), None]
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_disk_of_a_directory_is_counted_and_that_of_none_is_not() {
        let recorder = Recorder::new(10);
        disk(&recorder, Path::new("/no/such/directory"));
        assert!(recorder.take().is_empty());

        disk(&recorder, &std::env::temp_dir());

        let taken = recorder.take();
        assert_eq!((taken.len(), taken[0].0.metric.as_str(), taken[0].0.of.as_str()), (1, metric::DISK_USED, DATA));
        assert!(taken[0].1.most() <= Some(1_000));
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
