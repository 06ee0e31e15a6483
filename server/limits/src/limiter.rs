//! The decision: by this process first, and by all of them where they share their counts.

use std::{sync::Arc, time::Duration};

use crate::{
    circuit::Circuit,
    gcra::Standing,
    local::Local,
    shared::{Ask, MOST, Outcome, SharedLimiter},
};

/// What somebody may do who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    pub allowed: bool,
    /// Which of the asks is nearest to its end, or was refused.
    pub tightest: usize,
    /// How they stand with it.
    pub standing: Standing,
}

/// Counts in this process, and with others when there is somebody to share with.
pub struct Limiter {
    local: Local,
    shared: Option<Sharing>,
}

struct Sharing {
    with: Arc<dyn SharedLimiter>,
    /// How long a request waits for them.
    patience: Duration,
    circuit: Circuit,
}

impl Limiter {
    pub fn new(local: Local) -> Self {
        Self { local, shared: None }
    }

    /// Slower than this, the shared counts are as good as gone.
    #[must_use]
    pub fn shared(self, with: Arc<dyn SharedLimiter>, patience: Duration) -> Self {
        Self { shared: Some(Sharing { with, patience, circuit: Circuit::default() }), ..self }
    }

    /// Decides by this process alone. `now` is in microseconds, of a clock that never goes back if there is one.
    pub fn ask_here(&self, asks: &[Ask<'_>], now: u64) -> Decision {
        decision(asks, self.local.ask(asks, now))
    }

    /// Decides with the other processes. What this one refuses the others need not be asked, as it has seen a part of what they know;
    /// when they cannot be reached, it decides by itself: each process then lets through what all of them should.
    pub async fn ask(&self, asks: &[Ask<'_>], now: u64) -> Decision {
        let here = self.local.ask(asks, now);
        let Some(sharing) = self.shared.as_ref().filter(|_| here.refused.is_none()) else { return decision(asks, here) };
        // Boxed: whoever is alone would carry it about for nothing.
        let Some(everywhere) = Box::pin(sharing.ask(asks)).await else { return decision(asks, here) };
        if everywhere.refused.is_some() {
            // All of them are charged or none, here too.
            self.local.give_back(asks);
        }
        for (index, (ask, debt)) in asks.iter().zip(everywhere.debts).enumerate() {
            if everywhere.refused.is_none_or(|refused| index <= refused) {
                // The next time it is known here.
                self.local.raise(ask, debt, now);
            }
        }
        decision(asks, everywhere)
    }
}

impl Sharing {
    async fn ask(&self, asks: &[Ask<'_>]) -> Option<Outcome> {
        let pass = self.circuit.enter()?;
        let why = match tokio::time::timeout(self.patience, self.with.ask(asks)).await {
            Ok(Ok(outcome)) => {
                if pass.went_well() {
                    tracing::info!("the shared rate limits are there again");
                }
                return Some(outcome);
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("the shared counts did not answer within {} ms", self.patience.as_millis()),
        };
        if pass.failed() {
            tracing::warn!(error = why, "each process limits by itself until the shared rate limits are there again");
        }
        None
    }
}

fn decision(asks: &[Ask<'_>], outcome: Outcome) -> Decision {
    let standing = |index: usize| {
        let (quota, points) = asks.get(index).map(|ask| (ask.policy.quota, ask.points))?;
        let refused = outcome.refused == Some(index);
        Some(quota.standing(outcome.debts[index], if refused { points } else { 0 }))
    };
    let all = || (0..asks.len().min(MOST)).filter_map(|index| Some((index, standing(index)?)));
    let tightest = match outcome.refused {
        Some(refused) => standing(refused).map(|standing| (refused, standing)),
        None => all().min_by_key(|(_, standing)| standing.remaining),
    };
    let (tightest, mut standing) = tightest.unwrap_or_default();
    if outcome.refused.is_some() {
        // Within a second is not now.
        standing.wait = standing.wait.max(1);
    }
    Decision { allowed: outcome.refused.is_none(), tightest, standing }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::{Key, Policy, Quota, SharedError};

    const PATIENCE: Duration = Duration::from_millis(20);

    fn policy(burst: u32) -> Policy {
        Policy { name: "test", quota: Quota::new(burst, 1.0), weighted: true }
    }

    fn ask(policy: &Policy, points: u32) -> [Ask<'_>; 1] {
        [Ask { policy, key: Key::new(policy.name, b"somebody"), points }]
    }

    /// Counts that other processes know, which can be made slow or taken away.
    struct Elsewhere {
        counts: Local,
        how: Mutex<How>,
        asked: Mutex<u32>,
    }

    #[derive(Clone, Copy)]
    enum How {
        Good,
        Slow,
        Gone,
    }

    impl Elsewhere {
        fn new() -> Arc<Self> {
            Arc::new(Self { counts: Local::new(100), how: Mutex::new(How::Good), asked: Mutex::new(0) })
        }

        fn is(&self, how: How) {
            *self.how.lock().unwrap() = how;
        }

        fn asked(&self) -> u32 {
            *self.asked.lock().unwrap()
        }
    }

    #[async_trait]
    impl SharedLimiter for Elsewhere {
        async fn ask(&self, asks: &[Ask<'_>]) -> Result<Outcome, SharedError> {
            *self.asked.lock().unwrap() += 1;
            let how = *self.how.lock().unwrap();
            match how {
                How::Good => Ok(self.counts.ask(asks, 0)),
                How::Slow => std::future::pending().await,
                How::Gone => Err(SharedError("gone".into())),
            }
        }
    }

    #[tokio::test]
    async fn two_processes_let_through_what_one_may() {
        let (elsewhere, policy) = (Elsewhere::new(), policy(10));
        let processes = [(); 2].map(|()| Limiter::new(Local::new(100)).shared(elsewhere.clone(), PATIENCE));

        let mut allowed = 0;
        for turn in 0..40 {
            allowed += u32::from(processes[turn % 2].ask(&ask(&policy, 1), 0).await.allowed);
        }

        assert_eq!(allowed, 10);
    }

    #[tokio::test]
    async fn what_is_known_here_is_not_asked_again() {
        let (elsewhere, policy) = (Elsewhere::new(), policy(3));
        let limiter = Limiter::new(Local::new(100)).shared(elsewhere.clone(), PATIENCE);
        elsewhere.counts.ask(&ask(&policy, 3), 0);

        let refused = limiter.ask(&ask(&policy, 1), 0).await;
        for _ in 0..20 {
            limiter.ask(&ask(&policy, 1), 0).await;
        }

        assert_eq!((refused.allowed, refused.standing.remaining, refused.standing.wait, elsewhere.asked()), (false, 0, 1, 1));
    }

    #[tokio::test]
    async fn what_the_others_refuse_is_not_charged_here() {
        let (elsewhere, wide, narrow) = (Elsewhere::new(), policy(10), policy(5));
        let limiter = Limiter::new(Local::new(100)).shared(elsewhere.clone(), PATIENCE);
        let both = |who: &'static [u8]| {
            [Ask { policy: &wide, key: Key::new("wide", b"a"), points: 5 }, Ask { policy: &narrow, key: Key::new("narrow", who), points: 5 }]
        };
        elsewhere.counts.ask(&both(b"1")[1..], 0);

        // Refused for the second of the two; the first is whole for whoever else asks.
        assert!(!limiter.ask(&both(b"1"), 0).await.allowed);

        assert!(limiter.ask(&both(b"2"), 0).await.allowed && limiter.ask(&both(b"3"), 0).await.allowed);
    }

    #[tokio::test(start_paused = true)]
    async fn slow_counts_are_waited_for_once_and_then_left_alone() {
        let (elsewhere, policy) = (Elsewhere::new(), policy(100));
        let limiter = Limiter::new(Local::new(100)).shared(elsewhere.clone(), PATIENCE);
        elsewhere.is(How::Slow);
        let begun = tokio::time::Instant::now();

        for _ in 0..50 {
            assert!(limiter.ask(&ask(&policy, 1), 0).await.allowed);
        }

        assert_eq!((begun.elapsed(), elsewhere.asked()), (PATIENCE, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn without_the_shared_counts_this_process_still_limits_and_they_are_found_again() {
        let (elsewhere, policy) = (Elsewhere::new(), policy(5));
        let limiter = Limiter::new(Local::new(100)).shared(elsewhere.clone(), PATIENCE);
        elsewhere.is(How::Gone);

        let mut allowed = 0;
        for _ in 0..20 {
            allowed += u32::from(limiter.ask(&ask(&policy, 1), 0).await.allowed);
        }
        elsewhere.is(How::Good);
        tokio::time::advance(Duration::from_secs(1)).await;
        limiter.ask(&ask(&policy, 1), 5_000_000).await;

        assert_eq!((allowed, elsewhere.asked()), (5, 2));
    }

    #[test]
    fn the_one_nearest_to_its_end_is_told() {
        let (limiter, wide, narrow) = (Limiter::new(Local::new(100)), policy(100), policy(10));
        let asks = [Ask { policy: &wide, key: Key::new("a", b"1"), points: 2 }, Ask { policy: &narrow, key: Key::new("b", b"1"), points: 2 }];

        let decision = limiter.ask_here(&asks, 0);

        assert_eq!(decision, Decision { allowed: true, tightest: 1, standing: Standing { remaining: 8, full_in: 2, wait: 0 } });
    }
}
