//! What browsers say of page views: taken in at the door without a look, read by a task of its own, and let go of first when there is too
//! much to do. What of a view is counted when is in `views`.

mod series;
mod traces;
mod views;

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use axum::body::Bytes;
use measuring::{OTHERS, Recorder, metric};
use ports::performance::Deployment;
use store::{Store, measured::MOST_BUILDS};
use tokio::{
    sync::{mpsc, watch},
    time::{interval, timeout},
};

use self::views::Views;
use super::{Measuring, Traced};

/// The door.
#[derive(Clone)]
pub(crate) struct Beacons(mpsc::Sender<Bytes>);

/// What was taken in.
pub(crate) struct Arriving(mpsc::Receiver<Bytes>);

/// Where what browsers say is told.
struct Telling<'a> {
    recorder: &'a Recorder,
    traced: Option<&'a Traced>,
}

/// Builds whose names are taken for true: anybody can send any.
struct Builds {
    /// The one that this server serves.
    own: String,
    known: HashSet<String>,
    asked_at: Option<Instant>,
}

/// Beacons that wait to be read. One is some hundred bytes.
const QUEUE: usize = 4_096;
const LOOKS_EVERY: Duration = Duration::from_secs(5);
const ASKS_EVERY: Duration = Duration::from_mins(1);
/// How long the database is waited for then: anybody can name a build that nobody knows, and what others say waits meanwhile.
const PATIENCE: Duration = Duration::from_millis(200);

/// The way in, and what comes out of it.
pub(crate) fn door() -> (Beacons, Arriving) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    (Beacons(sender), Arriving(receiver))
}

impl Beacons {
    /// Whether there was room for it.
    pub(crate) fn take(&self, beacon: Bytes) -> bool {
        self.0.try_send(beacon).is_ok()
    }
}

/// Reads what comes until the end of the program, and counts then what is known.
pub(super) async fn read(measuring: &Measuring, store: &Store, build: &str, mut arriving: Arriving, mut stopped: watch::Receiver<bool>) {
    let Some(recorder) = measuring.recorder() else { return };
    let telling = Telling { recorder, traced: measuring.traced().map(AsRef::as_ref) };
    let mut views = Views::default();
    let mut builds = Builds { own: build.to_owned(), known: HashSet::new(), asked_at: None };
    let mut looks = interval(LOOKS_EVERY);
    loop {
        tokio::select! {
            beacon = arriving.0.recv() => {
                // Nobody can say anything any more: the router has gone before this.
                let Some(beacon) = beacon else { return views.settle_all(&telling) };
                hear(&telling, &mut views, &mut builds, store, &beacon).await;
            }
            _ = looks.tick() => views.settle(&telling, Instant::now()),
            () = ends(&mut stopped) => {
                while let Ok(beacon) = arriving.0.try_recv() {
                    hear(&telling, &mut views, &mut builds, store, &beacon).await;
                }
                return views.settle_all(&telling);
            }
        }
    }
}

/// What is borrowed of a watch must not be held over what is waited for next.
async fn ends(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn hear(telling: &Telling<'_>, views: &mut Views, builds: &mut Builds, store: &Store, bytes: &[u8]) {
    match vitals::read(bytes) {
        Ok(mut beacon) => {
            if !builds.know(store, &beacon.build).await {
                OTHERS.clone_into(&mut beacon.build);
            }
            views.hear(telling, beacon, Instant::now());
        }
        Err(refused) => {
            tracing::debug!(%refused, "somebody sends what is no beacon");
            telling.recorder.record_many(metric::BEACONS, "refused", refused.name(), 0, 1);
        }
    }
}

impl Builds {
    /// Another server of the same database may serve another build.
    async fn know(&mut self, store: &Store, build: &str) -> bool {
        if !self.has(build) && self.asked_at.is_none_or(|at| at.elapsed() >= ASKS_EVERY) {
            self.asked_at = Some(Instant::now());
            if let Ok(Ok(deployments)) = timeout(PATIENCE, store.deployments()).await {
                self.known = latest(deployments);
            }
        }
        self.has(build)
    }

    fn has(&self, build: &str) -> bool {
        self.own == build || self.known.contains(build)
    }
}

/// The builds that served last, of deployments of which the latest is the first: what is measured of an earlier one would be let go of soon.
fn latest(deployments: Vec<Deployment>) -> HashSet<String> {
    let mut builds = HashSet::new();
    for one in deployments {
        if builds.len() < MOST_BUILDS {
            builds.insert(one.build);
        }
    }
    builds
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::clock::Timestamp;

    use super::*;
    use crate::SystemClock;

    #[test]
    fn a_full_door_lets_nobody_in() {
        let (beacons, _arriving) = door();

        let taken = (0..QUEUE + 10).filter(|_| beacons.take(Bytes::new())).count();

        assert_eq!(taken, QUEUE);
    }

    #[test]
    fn as_many_builds_are_taken_for_true_as_are_told_apart() {
        let deployed = |build: usize| Deployment { build: build.to_string(), version: "1".into(), began_at: Timestamp::from_micros(1) };

        // Two of them took turns.
        let builds = latest([7, 8, 7, 8].into_iter().chain(100..300).map(deployed).collect());

        let last = 100 + MOST_BUILDS - 3;
        assert_eq!(builds.len(), MOST_BUILDS);
        assert!(builds.contains(&last.to_string()) && !builds.contains(&(last + 1).to_string()));
    }

    #[tokio::test]
    async fn a_database_that_does_not_answer_is_not_waited_for_to_know_a_build() {
        let folder = tempfile::tempdir().unwrap();
        let location = store::Location::Sqlite(folder.path().join("vitrine.db"));
        let store = Store::open(&location, Arc::new(SystemClock), Arc::new(store::OsEntropy)).await.unwrap();
        store.note_deployment("other", "0.1.0").await.unwrap();
        let mut builds = Builds { own: "own".to_owned(), known: HashSet::new(), asked_at: None };
        let store::Engine::Sqlite { read, .. } = store.db().engine() else { panic!("what is in a file is SQLite's") };
        let mut held = Vec::new();
        for _ in 0..read.options().get_max_connections() {
            held.push(read.acquire().await.unwrap());
        }

        let begun = Instant::now();
        let meanwhile = [builds.know(&store, "own").await, builds.know(&store, "other").await, builds.know(&store, "other").await];
        let took = begun.elapsed();
        drop(held);
        builds.asked_at = None;

        assert_eq!((meanwhile, builds.know(&store, "other").await), ([true, false, false], true));
        assert!((PATIENCE..PATIENCE * 5).contains(&took), "{took:?}");
    }
}
