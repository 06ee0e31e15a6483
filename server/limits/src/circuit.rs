//! Whether the shared counts are worth asking: after a failure they are left alone for a moment, then one request tries.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

const FIRST_REST: Duration = Duration::from_millis(250);
const LONGEST_REST: Duration = Duration::from_secs(4);

#[derive(Debug, Default)]
pub(crate) struct Circuit(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Open: nobody asks before.
    until: Option<Instant>,
    rest: Duration,
    trying: bool,
}

/// The right to ask. Dropped without a word it says nothing of how it went.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    circuit: &'a Circuit,
    tries: bool,
}

impl Circuit {
    pub(crate) fn enter(&self) -> Option<Pass<'_>> {
        let mut state = self.state();
        let Some(until) = state.until else { return Some(Pass { circuit: self, tries: false }) };
        if state.trying || Instant::now() < until {
            return None;
        }
        state.trying = true;
        Some(Pass { circuit: self, tries: true })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// Whether it had been open.
    pub(crate) fn went_well(&self) -> bool {
        if self.tries {
            let mut state = self.circuit.state();
            (state.until, state.rest) = (None, Duration::ZERO);
        }
        self.tries
    }

    /// Whether it opens by this. Those that were on their way when it opened tell nothing new.
    pub(crate) fn failed(&self) -> bool {
        let mut state = self.circuit.state();
        let opens = state.until.is_none();
        if opens || self.tries {
            state.rest = (state.rest * 2).clamp(FIRST_REST, LONGEST_REST);
            state.until = Some(Instant::now() + state.rest);
        }
        opens
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.tries {
            self.circuit.state().trying = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn after_a_failure_nobody_asks_for_a_moment_and_then_one() {
        let circuit = Circuit::default();
        assert!(circuit.enter().unwrap().failed());

        assert!(circuit.enter().is_none());
        advance(FIRST_REST).await;
        let tries = circuit.enter().unwrap();
        assert!(circuit.enter().is_none());

        assert!(tries.went_well());
        drop(tries);
        assert!(circuit.enter().is_some_and(|pass| !pass.tries));
    }

    #[tokio::test(start_paused = true)]
    async fn its_rest_doubles_up_to_some_seconds() {
        let circuit = Circuit::default();
        let mut rests = Vec::new();

        for _ in 0..7 {
            circuit.enter().unwrap().failed();
            let begun = Instant::now();
            while circuit.enter().is_none() {
                advance(Duration::from_millis(10)).await;
            }
            rests.push(begun.elapsed().as_millis());
        }

        assert_eq!(rests, [250, 500, 1_000, 2_000, 4_000, 4_000, 4_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn failures_at_once_open_it_once() {
        let circuit = Circuit::default();
        let passes = [circuit.enter().unwrap(), circuit.enter().unwrap()];

        assert_eq!(passes.map(|pass| pass.failed()), [true, false]);

        advance(FIRST_REST).await;
        assert!(circuit.enter().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_is_given_up_lets_another_one_try() {
        let circuit = Circuit::default();
        circuit.enter().unwrap().failed();
        advance(FIRST_REST).await;

        drop(circuit.enter());

        assert!(circuit.enter().is_some());
    }
}
