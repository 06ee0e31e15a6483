//! Single flight: of all who want the same thing at once, one loads it and the others wait for that.

use std::{
    any::Any,
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

use crate::{Sharing, Tier, entry::Entry, key::Encoded};

/// Nobody joins a flight that has been under way for as long: its connection may be a dead one, and another may be quick.
const JOINED_WITHIN: Duration = Duration::from_secs(3);

#[derive(Default)]
pub(crate) struct Flights {
    under_way: Mutex<HashMap<Encoded, Flight>>,
    next: AtomicU64,
}

struct Flight {
    number: u64,
    /// The version that it set off from: who knows of a later one cannot join it.
    version: u64,
    since: Instant,
    landing: Landing,
}

/// Where those wait who have joined. Its other end is dropped when the load has panicked or was given up.
pub(crate) type Landing = watch::Receiver<Option<Landed>>;

pub(crate) type Landed = Result<Loaded, Trouble>;

#[derive(Clone)]
pub(crate) struct Loaded {
    pub(crate) entry: Arc<Entry>,
    pub(crate) tier: Tier,
    pub(crate) sharing: Sharing,
}

/// The error of the load, of whatever type it is.
pub(crate) type Trouble = Arc<dyn Any + Send + Sync>;

pub(crate) enum Boarded {
    Joined(Landing),
    Leads(Ticket, Landing),
}

/// Held by who loads. However it goes, the flight ends with it.
pub(crate) struct Ticket {
    flights: Arc<Flights>,
    key: Encoded,
    number: u64,
    landing: watch::Sender<Option<Landed>>,
}

impl Flights {
    /// Joins a flight that set off from that version or a later one, a moment ago, or leads one.
    pub(crate) fn board(self: &Arc<Self>, key: &Encoded, version: u64) -> Boarded {
        let now = Instant::now();
        let mut under_way = self.lock();
        if let Some(flight) = under_way.get(key).filter(|flight| flight.version >= version && now - flight.since < JOINED_WITHIN) {
            return Boarded::Joined(flight.landing.clone());
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, landing) = watch::channel(None);
        under_way.insert(key.clone(), Flight { number, version, since: now, landing: landing.clone() });
        Boarded::Leads(Ticket { flights: self.clone(), key: key.clone(), number, landing: sender }, landing)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Encoded, Flight>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    pub(crate) fn land(self, landed: Landed) {
        // Nobody waiting is no failure.
        let _ = self.landing.send(Some(landed));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut under_way = self.flights.lock();
        // Somebody who could not join may have set off since.
        if under_way.get(&self.key).is_some_and(|flight| flight.number == self.number) {
            under_way.remove(&self.key);
        }
    }
}
