//! A circuit breaker: a provider that fails again and again is left alone for a while, then tried with one call.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// It opens after as many failures in a row.
const FAILURES: u32 = 5;
const FIRST_REST: Duration = Duration::from_secs(30);
const LONGEST_REST: Duration = Duration::from_mins(10);

#[derive(Debug, Default)]
pub(crate) struct Breaker {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Open: nothing is asked before.
    until: Option<Instant>,
    /// How long it rests when it opens next.
    rest: Option<Duration>,
    /// One call is trying whether it works again.
    probing: bool,
    last: String,
}

/// The provider is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) rest: Duration,
    /// What went wrong last: a sentence.
    pub(crate) last: String,
}

/// One call that was let through. Dropped without a word it counts for nothing.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    pub(crate) fn enter(&self) -> Result<Pass<'_>, Open> {
        let mut state = self.state();
        let probe = state.lets_through()?;
        state.probing |= probe;
        Ok(Pass { breaker: self, probe })
    }

    /// Whether it is open, without taking the one try.
    pub(crate) fn look(&self) -> Result<(), Open> {
        self.state().lets_through().map(drop)
    }

    /// Opens for a time that the provider itself asked for.
    pub(crate) fn rest(&self, time: Duration, why: String) {
        let mut state = self.state();
        state.until = state.until.max(Some(Instant::now() + time));
        state.last = why;
    }

    /// The provider works.
    pub(crate) fn close(&self) {
        self.state().close();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether the next call is the one that tries.
    fn lets_through(&self) -> Result<bool, Open> {
        let Some(until) = self.until else { return Ok(false) };
        let rest = until.saturating_duration_since(Instant::now());
        if rest.is_zero() && !self.probing { Ok(true) } else { Err(Open { rest, last: self.last.clone() }) }
    }

    fn close(&mut self) {
        *self = Self { probing: self.probing, ..Self::default() };
    }

    /// A call that was on its way when it opened tells nothing new.
    const fn is_told_by(&self, pass: &Pass<'_>) -> bool {
        pass.probe || self.until.is_none()
    }
}

impl Pass<'_> {
    pub(crate) fn went_well(&self) {
        let mut state = self.breaker.state();
        if state.is_told_by(self) {
            state.close();
        }
    }

    pub(crate) fn failed(&self, why: String) {
        let mut state = self.breaker.state();
        state.failures = state.failures.saturating_add(1);
        state.last = why;
        if state.is_told_by(self) && (self.probe || state.failures >= FAILURES) {
            let rest = state.rest.unwrap_or(FIRST_REST);
            state.until = Some(Instant::now() + rest);
            state.rest = Some((rest * 2).min(LONGEST_REST));
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.state().probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn fail(breaker: &Breaker, times: u32) {
        for _ in 0..times {
            breaker.enter().unwrap().failed("It is broken.".into());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_opens_after_five_failures_in_a_row() {
        let breaker = Breaker::default();

        fail(&breaker, 4);
        breaker.enter().unwrap().went_well();
        fail(&breaker, 4);
        assert!(breaker.look().is_ok());
        fail(&breaker, 1);

        assert_eq!(breaker.look(), Err(Open { rest: FIRST_REST, last: "It is broken.".into() }));
    }

    #[tokio::test(start_paused = true)]
    async fn after_its_rest_one_call_tries_and_a_success_closes_it() {
        let breaker = Breaker::default();
        fail(&breaker, 5);
        advance(FIRST_REST).await;

        let probe = breaker.enter().unwrap();
        assert!(breaker.enter().is_err());
        probe.went_well();
        drop(probe);

        assert!(breaker.enter().is_ok() && breaker.enter().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn its_rest_doubles_up_to_ten_minutes() {
        let breaker = Breaker::default();
        fail(&breaker, 5);

        let mut rests = Vec::new();
        for _ in 0..7 {
            let rest = breaker.look().unwrap_err().rest;
            rests.push(rest.as_secs());
            advance(rest).await;
            fail(&breaker, 1);
        }

        assert_eq!(rests, [30, 60, 120, 240, 480, 600, 600]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_is_given_up_lets_another_one_try() {
        let breaker = Breaker::default();
        fail(&breaker, 5);
        advance(FIRST_REST).await;

        drop(breaker.enter());

        assert!(breaker.enter().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_that_asks_for_a_rest_gets_it() {
        let breaker = Breaker::default();

        breaker.rest(Duration::from_mins(5), "Too many.".into());
        advance(Duration::from_secs(299)).await;

        assert_eq!(breaker.look(), Err(Open { rest: Duration::from_secs(1), last: "Too many.".into() }));
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_that_was_on_its_way_does_not_end_the_rest() {
        let breaker = Breaker::default();
        let late = breaker.enter().unwrap();

        breaker.rest(Duration::from_mins(5), "Too many.".into());
        late.went_well();

        assert_eq!(breaker.look(), Err(Open { rest: Duration::from_mins(5), last: "Too many.".into() }));
    }
}
