//! The counts of this process, bounded in memory. Known keys cost a lookup and no allocation.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    key::Key,
    shared::{Ask, MOST, Outcome},
};

/// Locked apart, so that two requests seldom wait for each other.
const SHARDS: usize = 16;

/// The keys of this process, and when each is full again.
#[derive(Debug)]
pub struct Local {
    shards: Box<[Mutex<Shard>]>,
    most: usize,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Shard(HashMap<Key, u64>);

impl Local {
    /// Of so many keys at most: a key takes about 50 bytes.
    pub fn new(most: usize) -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), most: (most / SHARDS).max(4), hasher: RandomState::new() }
    }

    /// Takes the points, of every key or of none. `now` is in microseconds.
    pub fn ask(&self, asks: &[Ask<'_>], now: u64) -> Outcome {
        let mut outcome = Outcome::default();
        for (index, ask) in asks.iter().take(MOST).enumerate() {
            let (debt, taken) = self.shard(ask.key).take(ask, now, self.most);
            outcome.debts[index] = debt;
            if !taken {
                outcome.refused = Some(index);
                self.give_back(&asks[..index]);
                for (earlier, debt) in asks[..index].iter().zip(&mut outcome.debts) {
                    *debt = debt.saturating_sub(earlier.policy.quota.price(earlier.points));
                }
                break;
            }
        }
        outcome
    }

    /// Nothing came of what was let through.
    pub fn give_back(&self, asks: &[Ask<'_>]) {
        for ask in asks.iter().take(MOST) {
            self.shard(ask.key).give_back(ask);
        }
    }

    /// What is known from elsewhere: a debt is at least so large.
    pub fn raise(&self, ask: &Ask<'_>, debt: u64, now: u64) {
        self.shard(ask.key).raise(ask, debt, now);
    }

    /// How many keys are held.
    pub fn keys(&self) -> usize {
        self.shards.iter().map(|shard| held(shard).0.len()).sum()
    }

    fn shard(&self, key: Key) -> MutexGuard<'_, Shard> {
        held(&self.shards[self.hasher.hash_one(key) as usize % SHARDS])
    }
}

fn held(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shard {
    fn take(&mut self, ask: &Ask<'_>, now: u64, most: usize) -> (u64, bool) {
        let quota = ask.policy.quota;
        if let Some(full_at) = self.0.get_mut(&ask.key) {
            let debt = quota.debt(*full_at, now);
            let after = quota.charge(debt, ask.points);
            *full_at = now + after.unwrap_or(debt);
            return (after.unwrap_or(debt), after.is_some());
        }
        // Whoever is not known owes nothing, so that it is enough whatever it costs.
        let debt = quota.price(ask.points);
        self.make_room(now, most);
        self.0.insert(ask.key, now + debt);
        (debt, true)
    }

    fn give_back(&mut self, ask: &Ask<'_>) {
        if let Some(full_at) = self.0.get_mut(&ask.key) {
            *full_at = full_at.saturating_sub(ask.policy.quota.price(ask.points));
        }
    }

    fn raise(&mut self, ask: &Ask<'_>, debt: u64, now: u64) {
        if let Some(full_at) = self.0.get_mut(&ask.key) {
            *full_at = (*full_at).max(now + debt.min(ask.policy.quota.span()));
        }
    }

    /// Keys that are full are as good as unknown. When too few are, those go that are full first: somebody who invents keys drives out
    /// their own, and not whoever asks the most.
    fn make_room(&mut self, now: u64, most: usize) {
        if self.0.len() < most {
            return;
        }
        self.0.retain(|_, full_at| *full_at > now);
        // A quarter is free afterwards, so that it is long until this is done again.
        let surplus = self.0.len().saturating_sub(most - most / 4);
        if surplus == 0 {
            return;
        }
        let mut moments: Vec<u64> = self.0.values().copied().collect();
        let (_, last, _) = moments.select_nth_unstable(surplus - 1);
        let last = *last;
        let mut left = surplus;
        self.0.retain(|_, full_at| {
            let goes = *full_at <= last && left > 0;
            left -= usize::from(goes);
            !goes
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Policy, Quota};

    const SECOND: u64 = 1_000_000;

    fn policy(burst: u32, per_second: f64) -> Policy {
        Policy { name: "test", quota: Quota::new(burst, per_second), weighted: true }
    }

    fn key(who: u32) -> Key {
        Key::new("test", &who.to_be_bytes())
    }

    fn ask(policy: &Policy, who: u32, points: u32) -> Ask<'_> {
        Ask { policy, key: key(who), points }
    }

    #[test]
    fn a_burst_is_let_through_and_then_the_rate() {
        let (local, policy) = (Local::new(100), policy(5, 2.0));
        let allowed = |now| local.ask(&[ask(&policy, 1, 1)], now).refused.is_none();

        let burst = (0..7).filter(|_| allowed(0)).count();
        let then = (1..=10).filter(|half| allowed(half * SECOND / 2)).count();

        assert_eq!((burst, then), (5, 10));
    }

    #[test]
    fn each_has_points_of_their_own() {
        let (local, policy) = (Local::new(100), policy(1, 1.0));

        let refused: Vec<_> = [1, 1, 2].iter().map(|who| local.ask(&[ask(&policy, *who, 1)], 0).refused).collect();

        assert_eq!(refused, [None, Some(0), None]);
    }

    #[test]
    fn when_one_of_two_is_refused_neither_is_charged() {
        let (local, wide, narrow) = (Local::new(100), policy(10, 1.0), policy(1, 1.0));
        let both = [ask(&wide, 1, 1), ask(&narrow, 2, 1)];

        local.ask(&both, 0);
        let refused = local.ask(&both, 0);

        assert_eq!((refused.refused, refused.debts[0]), (Some(1), SECOND));
        assert_eq!(local.ask(&[ask(&wide, 1, 9)], 0).refused, None);
    }

    #[test]
    fn what_costs_more_than_there_is_takes_a_full_bucket() {
        let (local, policy) = (Local::new(100), policy(5, 1.0));

        assert_eq!(local.ask(&[ask(&policy, 1, 50)], 0).refused, None);
        assert_eq!(local.ask(&[ask(&policy, 1, 1)], 0).refused, Some(0));
        assert_eq!(local.ask(&[ask(&policy, 1, 50)], 5 * SECOND).refused, None);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let (local, policy) = (Local::new(100), policy(2, 1.0));
        local.ask(&[ask(&policy, 1, 2)], 3_600 * SECOND);

        assert_eq!(local.ask(&[ask(&policy, 1, 1)], 0).refused, Some(0));
        assert_eq!(local.ask(&[ask(&policy, 1, 1)], SECOND).refused, None);
    }

    #[test]
    fn a_debt_from_elsewhere_counts_here() {
        let (local, policy) = (Local::new(100), policy(10, 1.0));
        local.ask(&[ask(&policy, 1, 1)], 0);

        local.raise(&ask(&policy, 1, 1), 10 * SECOND, 0);

        assert_eq!(local.ask(&[ask(&policy, 1, 1)], 0).refused, Some(0));
    }

    #[test]
    fn invented_keys_take_no_more_memory_and_free_nobody() {
        let (local, policy) = (Local::new(1_600), policy(100, 1.0));
        local.ask(&[ask(&policy, 0, 100)], 0);

        for who in 1..50_000 {
            local.ask(&[ask(&policy, who, 1)], 0);
        }

        assert!(local.keys() <= 1_600, "{}", local.keys());
        assert_eq!(local.ask(&[ask(&policy, 0, 1)], 0).refused, Some(0));
    }

    #[test]
    fn room_is_made_seldom() {
        let (mut shard, policy, mut made) = (Shard::default(), policy(100, 1.0), 0);
        for who in 0..10_000 {
            let before = shard.0.len();
            // One of them is full again each time.
            shard.take(&ask(&policy, who, 1), u64::from(who) * SECOND / 100, 100);
            made += u32::from(shard.0.len() <= before);
        }
        assert!((100..=500).contains(&made), "{made} times");
    }

    #[test]
    fn keys_that_are_full_again_make_room_first() {
        let (local, policy) = (Local::new(640), policy(10, 1.0));
        for who in 0..640 {
            local.ask(&[ask(&policy, who, 1)], 0);
        }

        for who in 1_000..1_010 {
            local.ask(&[ask(&policy, who, 10)], 2 * SECOND);
        }

        assert!((1_000..1_010).all(|who| local.ask(&[ask(&policy, who, 1)], 2 * SECOND).refused == Some(0)));
    }

    proptest! {
        /// In any window there is never more than the burst and what the rate gives in it, whatever each costs.
        #[test]
        fn never_more_than_the_burst_and_the_rate(
            burst in 1_u32..40,
            interval in 1_u64..2_000_000,
            steps in prop::collection::vec((0_u64..4_000_000, 1_u32..50), 1..80),
        ) {
            let (local, policy) = (Local::new(16), policy(burst, 1e6 / interval as f64));
            let interval = policy.quota.price(1);
            let (mut now, mut taken) = (0, Vec::new());
            for (pause, points) in steps {
                now += pause;
                if local.ask(&[ask(&policy, 1, points)], now).refused.is_none() {
                    taken.push((now, u64::from(points.min(burst)) * interval));
                }
            }
            for (first, (from, _)) in taken.iter().enumerate() {
                let mut sum = 0;
                for (until, price) in &taken[first..] {
                    sum += price;
                    prop_assert!(sum <= u64::from(burst) * interval + (until - from));
                }
            }
        }

        /// The same as a bucket that drips: nobody is refused who need not be.
        #[test]
        fn the_same_as_a_bucket(
            burst in 1_u32..40,
            interval in 1_u64..2_000_000,
            steps in prop::collection::vec((0_u64..4_000_000, 1_u32..50), 1..80),
        ) {
            let (local, policy) = (Local::new(16), policy(burst, 1e6 / interval as f64));
            let interval = policy.quota.price(1);
            let full = u64::from(burst) * interval;
            let (mut now, mut level) = (0, full);
            for (pause, points) in steps {
                now += pause;
                level = (level + pause).min(full);
                let price = u64::from(points.min(burst)) * interval;
                let expected = price <= level;
                prop_assert_eq!(local.ask(&[ask(&policy, 1, points)], now).refused.is_none(), expected);
                if expected {
                    level -= price;
                }
            }
        }
    }
}
