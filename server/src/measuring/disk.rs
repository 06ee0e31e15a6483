//! How full the disk is that the data directory is on, and how much of the time it had something to do.

use std::{path::Path, time::Instant};

use measuring::{Recorder, metric};

use super::process::share;

/// How it was when it was last looked at.
#[derive(Default)]
pub(super) struct Seen {
    busy: Option<(Instant, f64)>,
}

/// What the disk is called that the data directory is on.
const DATA: &str = "data";

impl Seen {
    /// The disk that a directory is on. Where something of it cannot be told there is nothing to count.
    pub(super) fn look(&mut self, recorder: &Recorder, directory: &Path) {
        if let Some(used) = full(directory) {
            recorder.record(metric::DISK_USED, DATA, "", used);
        }
        if let Some(busy) = busy_seconds(directory).and_then(|seconds| share(&mut self.busy, Instant::now(), seconds, 1.0)) {
            recorder.record(metric::DISK_BUSY, DATA, "", busy.min(1_000));
        }
    }
}

/// In thousandths of what there is for programs: what is kept for the system is neither used nor free.
#[cfg(unix)]
fn full(directory: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(directory).ok()?;
    let used = disk.f_blocks.saturating_sub(disk.f_bfree);
    thousandths(used, used.saturating_add(disk.f_bavail))
}

#[cfg(not(unix))]
fn full(_: &Path) -> Option<u64> {
    None
}

/// Seconds that it had something to do since the system began.
#[cfg(target_os = "linux")]
pub(crate) fn busy_seconds(directory: &Path) -> Option<f64> {
    let device = rustix::fs::stat(directory).ok()?.st_dev;
    let devices = std::fs::read_to_string("/proc/diskstats").ok()?;
    busy_of(&devices, rustix::fs::major(device), rustix::fs::minor(device))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn busy_seconds(_: &Path) -> Option<f64> {
    None
}

/// The thirteenth figure of a device's line are the milliseconds of it
/// (<https://www.kernel.org/doc/Documentation/ABI/testing/procfs-diskstats>).
#[cfg(target_os = "linux")]
fn busy_of(devices: &str, major: u32, minor: u32) -> Option<f64> {
    devices.lines().find_map(|line| {
        let mut figures = line.split_ascii_whitespace();
        let is_it = figures.next()?.parse() == Ok(major) && figures.next()?.parse() == Ok(minor);
        let milliseconds: f64 = figures.nth(10).filter(|_| is_it)?.parse().ok()?;
        Some(milliseconds / 1e3)
    })
}

/// None of nothing. What is nearly all is not rounded up to all.
fn thousandths(part: u64, of: u64) -> Option<u64> {
    (of > 0).then(|| (u128::from(part.min(of)) * 1_000 / u128::from(of)) as u64)
}

#[cfg(test)]
mod tests {
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
        Seen::default().look(&recorder, Path::new("/no/such/directory"));
        assert!(recorder.take().is_empty());

        Seen::default().look(&recorder, &std::env::temp_dir());

        let taken = recorder.take();
        assert_eq!((taken.len(), taken[0].0.metric.as_str(), taken[0].0.of.as_str()), (1, metric::DISK_USED, DATA));
        assert!(taken[0].1.most() <= Some(1_000));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn how_long_a_disk_had_something_to_do_stands_in_its_line() {
        let devices = "   7       0 loop0 1 2 3 4 5 6 7 8 9 10 11\n 254       1 vda1 10 0 80 5 20 0 160 9 0 12345 14 0 0 0 0\n 254 2 vda2 1\n";

        assert_eq!([busy_of(devices, 254, 1), busy_of(devices, 254, 2), busy_of(devices, 8, 0)], [Some(12.345), None, None]);
    }
}
