//! What the database is asked every ten seconds, by a task of its own, as one that does not answer holds up nothing else: how many jobs wait, how
//! many statements for locks, and what time it is. By that, and not by a clock of its own that is off, a process puts down what it measures.

use std::{sync::Arc, time::Duration};

use measuring::{ALL, Recorder, metric};
use ports::jobs::JobKind;
use store::Store;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use super::Measuring;

const LOOKS_EVERY: Duration = Duration::from_secs(10);

/// A clock that is off by more, in microseconds, is told of, as by the built-in rule `clock-off`, and is not gone by.
const OFF: u64 = 30_000_000;

const KINDS: [JobKind; 3] = [JobKind::Import, JobKind::DryRun, JobKind::Optimise];

/// The clock by which this process measures, held against the database's.
#[derive(Default)]
struct OwnClock {
    /// When it was looked at last.
    is_off: bool,
}

/// Looks until the end of the program, for a process by its name. Several processes see the same jobs and locks, which makes no difference to how
/// many there were at a time.
pub(super) async fn look(measuring: Arc<Measuring>, store: Store, process: String, mut stopped: watch::Receiver<bool>) {
    let Some(recorder) = measuring.recorder() else { return };
    let mut clock = OwnClock::default();
    let mut looks = interval(LOOKS_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = looks.tick() => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
        // What else is asked may be waited for.
        if let Some(ahead) = learn_clock(&store).await {
            clock.look(recorder, &process, ahead);
        }
        match store.waiting_jobs().await {
            Ok(waiting) => record(recorder, &waiting),
            Err(error) => tracing::debug!(%error, "how many jobs wait was not learned"),
        }
        match store.waiting_for_locks().await {
            Ok(Some(waiting)) => recorder.record(metric::DB_LOCKED, ALL, "", waiting),
            Ok(None) => {}
            Err(error) => tracing::debug!(%error, "how many statements wait for locks was not learned"),
        }
    }
}

/// Asks the database what time it is, for a second at most: by how many microseconds this process's clock is ahead. Where that is not learned, what
/// was known before holds.
pub(super) async fn learn_clock(store: &Store) -> Option<i64> {
    match store.clock_ahead().await {
        Ok(Some(ahead)) => {
            store.note_clock_ahead(gone_by(ahead));
            Some(ahead)
        }
        Ok(None) => None,
        Err(error) => {
            tracing::debug!(%error, "what time it is for the database was not learned");
            None
        }
    }
}

/// Clocks that are well differ by how long the database takes to answer, which is nothing to go by.
fn gone_by(ahead: i64) -> i64 {
    if ahead.unsigned_abs() > OFF { ahead } else { 0 }
}

impl OwnClock {
    /// `ahead` is in microseconds, and negative where it is behind.
    fn look(&mut self, recorder: &Recorder, process: &str, ahead: i64) {
        let off = ahead.unsigned_abs();
        recorder.record(metric::MACHINE_CLOCK, process, "", off);
        if self.begins_to_be_off(off) {
            let (seconds, side) = (off / 1_000_000, if ahead < 0 { "behind" } else { "ahead of" });
            tracing::warn!("this server's clock is {seconds} s {side} the database's: what it does is put down at the wrong time; set it by NTP");
        }
    }

    fn begins_to_be_off(&mut self, off: u64) -> bool {
        let was_off = std::mem::replace(&mut self.is_off, off > OFF);
        self.is_off && !was_off
    }
}

/// Also that none wait.
fn record(recorder: &Recorder, waiting: &[(JobKind, u64)]) {
    let of = |kind: JobKind| waiting.iter().find(|(known, _)| *known == kind).map_or(0, |(_, count)| *count);
    for kind in KINDS {
        recorder.record(metric::JOB_WAITING, kind.name(), "", of(kind));
    }
    recorder.record(metric::JOB_WAITING, ALL, "", KINDS.map(of).iter().sum());
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use measuring::Series;

    use super::*;

    #[test]
    fn a_clock_that_is_off_is_measured_each_time_and_said_once() {
        let (recorder, mut clock) = (Recorder::new(20), OwnClock::default());

        clock.look(&recorder, "ab12", -40_000_000);
        clock.look(&recorder, "ab12", 2_000);

        let taken = recorder.take();
        assert_eq!((taken.len(), &taken[0].0), (1, &Series::new(metric::MACHINE_CLOCK, "ab12", "")));
        assert_eq!((taken[0].1.count(), taken[0].1.sum()), (2, 40_002_000));
        let said = [OFF, OFF + 1, OFF * 9, OFF, OFF + 1].map(|off| clock.begins_to_be_off(off));
        assert_eq!(said, [false, true, false, false, true]);
    }

    #[test]
    fn a_clock_that_is_well_is_gone_by_as_it_is() {
        let two_days = 2 * 86_400_000_000;

        assert_eq!([0, 30_000_000, -30_000_000].map(gone_by), [0; 3]);
        assert_eq!([30_000_001, -30_000_001, two_days, -two_days].map(gone_by), [30_000_001, -30_000_001, two_days, -two_days]);
    }

    #[test]
    fn each_kind_is_told_and_all_of_them_also_when_none_wait() {
        let recorder = Recorder::new(20);

        record(&recorder, &[(JobKind::Optimise, 3), (JobKind::Import, 2)]);

        let told: BTreeMap<String, (u64, u64)> =
            recorder.take().into_iter().map(|(series, sketch)| (series.of, (sketch.count(), sketch.sum()))).collect();
        let expected = [("all", (1, 5)), ("dry_run", (1, 0)), ("import", (1, 2)), ("optimise", (1, 3))];
        assert_eq!(told, BTreeMap::from(expected.map(|(of, counted)| (of.to_owned(), counted))));
    }
}
