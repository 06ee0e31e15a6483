//! What the program takes of the machine since it was last looked.

use std::time::Instant;

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
    fn a_share_is_of_what_has_passed_since() {
        let mut before = None;
        let begun = Instant::now();

        assert_eq!(share(&mut before, begun, 5.0, 2.0), None);
        assert_eq!(share(&mut before, begun + Duration::from_secs(10), 10.0, 2.0), Some(250));
        assert_eq!(share(&mut before, begun + Duration::from_secs(20), 9.0, 2.0), Some(0));
    }
}
