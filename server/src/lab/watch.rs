//! The task that looks every hour.

use std::time::Duration;

use store::Store;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval_at},
};

use super::live;

/// After a start there is more to do.
const FIRST: Duration = Duration::from_mins(5);
const EVERY: Duration = Duration::from_hours(1);

/// Looks for changes in what is measured with people at work until the program is to stop. Several processes find the same, and write the same.
pub(crate) fn watch(store: Store, mut stopping: watch::Receiver<bool>) {
    tokio::spawn(async move {
        let mut looks = interval_at(Instant::now() + FIRST, EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = looks.tick() => {}
                _ = stopping.wait_for(|stop| *stop) => return,
            }
            let looked = tokio::select! {
                looked = live::look_at(&store, store.database_now()) => looked,
                _ = stopping.wait_for(|stop| *stop) => return,
            };
            if let Err(error) = looked {
                tracing::warn!(%error, "nobody has looked for what got slower; it is tried again in an hour");
            }
        }
    });
}
