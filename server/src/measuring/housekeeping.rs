//! What is done with measurements from time to time, by a task of its own: it may take long, and a database that does not answer must not end that
//! this process is measured.

use std::time::{Duration, Instant};

use domain::clock::{Clock, Timestamp};
use store::Store;
use tokio::{sync::watch, time::sleep};

use super::{jumps::Jumps, writing::minute_of};
use crate::SystemClock;

/// What is too old is let go of so often.
const EVERY: Duration = Duration::from_mins(30);

/// Until the end of the program. What is under way then is done the next time.
pub(super) async fn keep(store: Store, build: (String, &'static str), mut stopped: watch::Receiver<bool>) {
    tokio::select! {
        () = keep_on(&store, &build.0, build.1) => {}
        _ = stopped.wait_for(|stop| *stop) => {}
    }
}

async fn keep_on(store: &Store, build: &str, version: &str) {
    if let Err(error) = store.note_deployment(build, version).await {
        tracing::warn!(%error, "that this build serves was not noted");
    }
    let mut jumps = Jumps::new(store.database_now(), Instant::now());
    loop {
        sleep(EVERY).await;
        tidy(store, &mut jumps, SystemClock.now(), Instant::now()).await;
    }
}

/// By a clock that is wrong, this one or the database's, everything would be too old. What is kept for longer than it has to be harms nobody.
async fn tidy(store: &Store, jumps: &mut Jumps, own: Timestamp, at: Instant) {
    let now = store.database_time(own);
    if !jumps.believes(now, at) {
        tracing::warn!("the clock was set: for an hour nothing that was measured is taken for too old");
        return;
    }
    if let Err(error) = store.expire_measured(minute_of(now)).await {
        tracing::warn!(%error, "measurements that are too old were not removed");
    }
    if let Err(error) = store.fold_measured(minute_of(now)).await {
        tracing::warn!(%error, "measurements of several processes were not put together");
    }
    if let Err(error) = store.expire_traces(now).await {
        tracing::warn!(%error, "traces that are too old were not removed");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use measuring::{Level, Periods, Series, Sketch, Span};

    use super::*;

    const TWO_DAYS: i64 = 2 * 86_400;

    /// A store in which something was measured in the minute of `at`.
    async fn measured(folder: &tempfile::TempDir, at: Timestamp) -> Store {
        let location = store::Location::Sqlite(folder.path().join("vitrine.db"));
        let store = Store::open(&location, Arc::new(SystemClock), Arc::new(store::OsEntropy)).await.unwrap();
        let mut periods = Periods::new(9);
        periods.add(minute_of(at), vec![(Series::new("a", "b", ""), Sketch::of(1))]);
        store.write_measured(uuid::Uuid::from_u128(1 << 64), &periods.take()).await.unwrap();
        store
    }

    /// Minutes of which something is there.
    async fn minutes(store: &Store, at: Timestamp) -> usize {
        let span = Span { level: Level::Minute, from: minute_of(at), to: minute_of(at) + 1 };
        store.measurements(span, |_| true).await.unwrap().len()
    }

    #[tokio::test]
    async fn after_a_jump_nothing_is_let_go_of_for_an_hour() {
        let (folder, wall, begun) = (tempfile::tempdir().unwrap(), SystemClock.now(), Instant::now());
        let store = measured(&folder, wall).await;
        let mut jumps = Jumps::new(wall, begun);

        let mut there = Vec::new();
        for passed in [30_i64, 60, 90] {
            let at = begun + Duration::from_mins(passed.unsigned_abs());
            tidy(&store, &mut jumps, wall.plus_seconds(TWO_DAYS + passed * 60), at).await;
            there.push(minutes(&store, wall).await);
        }

        assert_eq!(there, [1, 1, 0]);
    }

    #[tokio::test]
    async fn what_is_too_old_is_so_by_the_databases_time() {
        let (folder, right, begun) = (tempfile::tempdir().unwrap(), SystemClock.now(), Instant::now());
        let store = measured(&folder, right).await;
        let own = |ahead: i64| right.plus_seconds(ahead + 1_800);
        let later = begun + Duration::from_mins(30);

        store.note_clock_ahead(TWO_DAYS * 1_000_000);
        tidy(&store, &mut Jumps::new(right, begun), own(TWO_DAYS), later).await;
        let of_one_ahead = minutes(&store, right).await;
        store.note_clock_ahead(-TWO_DAYS * 1_000_000);
        tidy(&store, &mut Jumps::new(right.plus_seconds(TWO_DAYS), begun), own(0), later).await;

        assert_eq!((of_one_ahead, minutes(&store, right).await), (1, 0));
    }
}
