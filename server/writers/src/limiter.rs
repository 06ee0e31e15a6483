//! How many calls of a provider are on their way at once: additive increase, multiplicative decrease.
//!
//! A provider that says "too many" gets half as many, once for all the calls that were on their way when it said so; each success
//! lets one more through, up to what the store has set.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use measuring::Sketch;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

#[derive(Debug)]
pub(crate) struct Limiter {
    most: u32,
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug)]
struct State {
    limit: u32,
    taken: u32,
    /// Grows whenever the limit is halved.
    round: u64,
    /// Nothing is let through before.
    hold: Option<Instant>,
    used: Utilisation,
    /// Up to when [`Utilisation::held`] was counted.
    counted_to: Instant,
}

/// How much was made of what is let through, since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Utilisation {
    /// Calls that are let through at once at present.
    pub limit: u32,
    pub calls: u64,
    /// How long each call that was let through since somebody last looked had waited for that, in microseconds.
    pub waited: Sketch,
    /// How long all of them together were on their way: two calls of a second each are two seconds.
    pub held: Duration,
}

/// The right to one call.
#[derive(Debug)]
pub(crate) struct Slot<'a> {
    limiter: &'a Limiter,
    round: u64,
}

enum Wait {
    ForSlot,
    Until(Instant),
}

impl Limiter {
    pub(crate) fn new(most: u32) -> Self {
        let most = most.max(1);
        Self { most, state: Mutex::new(State::new(most)), freed: Notify::new() }
    }

    pub(crate) async fn take(&self) -> Slot<'_> {
        let began = Instant::now();
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            // Registered before looking, so that a slot freed in between is heard of.
            freed.as_mut().enable();
            match self.try_take(began) {
                Ok(slot) => return slot,
                Err(Wait::ForSlot) => freed.await,
                Err(Wait::Until(moment)) => tokio::select! {
                    () = sleep_until(moment) => {}
                    () = freed => {}
                },
            }
        }
    }

    /// One alone may look: what has waited is told once.
    pub(crate) fn utilisation(&self) -> Utilisation {
        let mut state = self.state();
        state.count_to(Instant::now());
        Utilisation { limit: state.limit, calls: state.used.calls, waited: std::mem::take(&mut state.used.waited), held: state.used.held }
    }

    fn try_take(&self, began: Instant) -> Result<Slot<'_>, Wait> {
        let now = Instant::now();
        let mut state = self.state();
        if let Some(hold) = state.hold.filter(|hold| *hold > now) {
            return Err(Wait::Until(hold));
        }
        if state.taken >= state.limit {
            return Err(Wait::ForSlot);
        }
        state.count_to(now);
        state.taken += 1;
        state.used.calls += 1;
        state.used.waited.add(microseconds(now.saturating_duration_since(began)));
        Ok(Slot { limiter: self, round: state.round })
    }

    /// How many at once at present.
    #[cfg(test)]
    pub(crate) fn limit(&self) -> u32 {
        self.state().limit
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn new(limit: u32) -> Self {
        Self { limit, taken: 0, round: 0, hold: None, used: Utilisation::default(), counted_to: Instant::now() }
    }

    /// Before the number of those on their way changes.
    fn count_to(&mut self, now: Instant) {
        self.used.held += now.saturating_duration_since(self.counted_to) * self.taken;
        self.counted_to = self.counted_to.max(now);
    }
}

impl Slot<'_> {
    pub(crate) fn went_well(&self) {
        let mut state = self.limiter.state();
        state.limit = (state.limit + 1).min(self.limiter.most);
    }

    /// The provider wants fewer, and none before a moment if it said when.
    pub(crate) fn too_many(&self, hold: Option<Instant>) {
        let mut state = self.limiter.state();
        if state.round == self.round {
            state.limit = (state.limit / 2).max(1);
            state.round += 1;
        }
        state.hold = state.hold.max(hold);
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        state.count_to(Instant::now());
        state.taken -= 1;
        drop(state);
        self.limiter.freed.notify_waiters();
    }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_rate_limit_halves_once_for_all_that_were_on_their_way() {
        let limiter = Limiter::new(8);
        let slots = [limiter.take().await, limiter.take().await, limiter.take().await];

        for slot in &slots {
            slot.too_many(None);
        }

        assert_eq!(limiter.limit(), 4);
    }

    #[tokio::test]
    async fn it_grows_back_by_one_a_success_and_never_beyond_what_is_set() {
        let limiter = Limiter::new(4);
        limiter.take().await.too_many(None);

        let limits: Vec<u32> = futures::future::join_all((0..4).map(|_| async {
            limiter.take().await.went_well();
            limiter.limit()
        }))
        .await;

        assert_eq!(limits, [3, 4, 4, 4]);
    }

    #[tokio::test]
    async fn it_never_falls_below_one() {
        let limiter = Limiter::new(2);

        for _ in 0..5 {
            limiter.take().await.too_many(None);
        }

        assert_eq!(limiter.limit(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn while_one_is_on_its_way_the_next_waits() {
        let limiter = Limiter::new(1);
        let slot = limiter.take().await;

        let early = tokio::time::timeout(Duration::from_mins(1), limiter.take()).await.is_ok();
        drop(slot);
        let then = tokio::time::timeout(Duration::from_mins(1), limiter.take()).await.is_ok();

        assert_eq!((early, then), (false, true));
    }

    #[tokio::test(start_paused = true)]
    async fn how_much_was_made_of_it_is_counted_also_of_what_is_on_its_way() {
        let limiter = Limiter::new(2);
        let slots = [limiter.take().await, limiter.take().await];
        tokio::time::sleep(Duration::from_secs(3)).await;
        let [first, _second] = slots;
        let (_third, ()) = tokio::join!(limiter.take(), async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            drop(first);
        });
        tokio::time::sleep(Duration::from_secs(2)).await;

        let (used, then) = (limiter.utilisation(), limiter.utilisation());

        let waited: Sketch = [0, 0, 1_000_000].into_iter().collect();
        assert_eq!(used, Utilisation { limit: 2, calls: 3, waited, held: Duration::from_secs(12) });
        assert_eq!(then, Utilisation { waited: Sketch::default(), ..used });
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_asks_before_the_moment_the_provider_gave() {
        let limiter = Limiter::new(4);
        let begun = Instant::now();
        limiter.take().await.too_many(Some(begun + Duration::from_secs(7)));

        drop(limiter.take().await);

        assert_eq!(begun.elapsed().as_secs(), 7);
    }
}
