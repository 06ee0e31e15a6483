//! Who reads at the moment. Whoever has said so may be served by a replica; who has not reads from the primary, and so does who is about
//! to write.
//!
//! What is read for one question comes from one place, and never from an older one than before: rows whose parts were older
//! than they themselves would let an edit overwrite what its author never saw.

use std::cell::Cell;

use domain::ids::UserId;

/// Where a question's statements are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// None was needed yet.
    Open,
    Primary,
    /// By its place among the replicas.
    Replica(usize),
}

/// A question that is being answered.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) user: UserId,
    pub(crate) store_num: i64,
    place: Cell<Place>,
}

tokio::task_local! {
    static READING: Reading;
    static DECIDING: ();
}

/// Does work that may write: what is read for it is on the primary, as it may decide what is written.
pub async fn deciding<T>(work: impl Future<Output = T>) -> T {
    DECIDING.scope((), work).await
}

pub(crate) fn is_deciding() -> bool {
    DECIDING.try_with(|()| ()).is_ok()
}

/// Answers a question of somebody in a store.
pub(crate) async fn reading_as<T>(user: UserId, store_num: i64, answer: impl Future<Output = T>) -> T {
    READING.scope(Reading { user, store_num, place: Cell::new(Place::Open) }, answer).await
}

/// Where the next statement that may lag is run: where the last one was, or where `choose` says.
pub(crate) fn place(choose: impl FnOnce(&Reading) -> Place) -> Place {
    READING
        .try_with(|reading| {
            if reading.place.get() == Place::Open {
                reading.place.set(choose(reading));
            }
            reading.place.get()
        })
        .unwrap_or(Place::Primary)
}

/// From now on the question is answered by the primary. Where it was answered before.
pub(crate) fn stay_on_primary() -> Place {
    READING.try_with(|reading| reading.place.replace(Place::Primary)).unwrap_or(Place::Primary)
}

/// Whether the last answer may be older than what the primary has.
pub(crate) fn may_lag() -> bool {
    READING.try_with(|reading| matches!(reading.place.get(), Place::Replica(_))).unwrap_or(false)
}
