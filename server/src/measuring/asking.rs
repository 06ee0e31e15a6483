//! What the database is asked every ten seconds, by a task of its own, as one that does not answer holds up nothing else: how many jobs wait, and how
//! many statements for locks.

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

const KINDS: [JobKind; 3] = [JobKind::Import, JobKind::DryRun, JobKind::Optimise];

/// Looks until the end of the program. Several processes see the same, which makes no difference to how many there were at a time.
pub(super) async fn look(measuring: Arc<Measuring>, store: Store, mut stopped: watch::Receiver<bool>) {
    let Some(recorder) = measuring.recorder() else { return };
    let mut looks = interval(LOOKS_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = looks.tick() => {}
            _ = stopped.wait_for(|stop| *stop) => return,
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

    use super::*;

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
