//! How much is made of what providers of texts let through.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use domain::ids::ProviderId;
use measuring::{Recorder, metric};
use writers::Utilisation;

/// How it was when it was last looked at.
#[derive(Default)]
pub(super) struct Seen(HashMap<ProviderId, (Instant, Utilisation)>);

impl Seen {
    /// Looks, and counts what came since. Of a provider that nothing was asked there is nothing to tell.
    pub(super) fn look(&mut self, recorder: &Recorder, used: Vec<(ProviderId, String, Utilisation)>) {
        self.look_at(recorder, used, Instant::now());
    }

    fn look_at(&mut self, recorder: &Recorder, used: Vec<(ProviderId, String, Utilisation)>, now: Instant) {
        let mut before = std::mem::take(&mut self.0);
        for (id, name, used) in used {
            recorder.merge(metric::PROVIDER_WAITED, &name, "", &used.waited);
            // After its settings were changed it is counted anew.
            if let Some((at, before)) = before.remove(&id).filter(|(_, before)| before.calls <= used.calls && before.held <= used.held) {
                count(recorder, &name, &before, &used, now.duration_since(at));
            }
            self.0.insert(id, (now, used));
        }
    }
}

fn count(recorder: &Recorder, name: &str, before: &Utilisation, now: &Utilisation, passed: Duration) {
    let (calls, held) = (now.calls - before.calls, now.held.saturating_sub(before.held));
    let room = passed.as_secs_f64() * f64::from(now.limit);
    if room > 0.0 && (calls > 0 || !held.is_zero()) {
        let share = (held.as_secs_f64() / room).min(1.0);
        recorder.record(metric::PROVIDER_USED, name, "", (share * 1e3).round() as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    type Look = Vec<(ProviderId, String, Utilisation)>;

    fn used(limit: u32, calls: u64, waited: &[u64], held: u32) -> Look {
        let waited = waited.iter().copied().collect();
        vec![(ProviderId::BUILT_IN, "Mistral".to_owned(), Utilisation { limit, calls, waited, held: SECOND * held })]
    }

    fn told(seen: &mut Seen, looks: [(Look, u32); 2]) -> Vec<(String, u64, u64)> {
        let (recorder, begun) = (Recorder::new(9), Instant::now());
        for (used, at) in looks {
            seen.look_at(&recorder, used, begun + SECOND * at);
        }
        let mut told: Vec<_> = recorder.take().into_iter().map(|(series, sketch)| (series.metric, sketch.sum(), sketch.count())).collect();
        told.sort();
        told
    }

    #[test]
    fn what_was_on_its_way_is_a_share_of_what_is_let_through_and_waiting_is_told_of_each_call() {
        let told = told(&mut Seen::default(), [(used(4, 10, &[], 50), 0), (used(4, 15, &[0, 0, 0, 0, 9_000_000], 80), 10)]);

        assert_eq!(told, [(metric::PROVIDER_USED.to_owned(), 750, 1), (metric::PROVIDER_WAITED.to_owned(), 9_000_000, 5)]);
    }

    #[test]
    fn a_call_that_waited_long_is_not_hidden_by_those_that_did_not() {
        let (recorder, mut waits) = (Recorder::new(9), vec![1_000; 98]);
        waits.extend([2_000_000; 2]);

        Seen::default().look(&recorder, used(4, 100, &waits, 1));

        let waited = recorder.take().remove(0).1;
        assert!(waited.quantile(500).unwrap() < 1_100 && waited.quantile(990).unwrap() > 1_900_000, "{waited:?}");
    }

    #[test]
    fn of_a_provider_that_nobody_asked_or_that_was_just_set_up_anew_nothing_is_told() {
        assert_eq!(told(&mut Seen::default(), [(used(4, 10, &[], 50), 0), (used(4, 10, &[], 50), 10)]), []);
        assert_eq!(told(&mut Seen::default(), [(used(4, 10, &[], 50), 0), (used(2, 1, &[], 3), 10)]), []);
    }
}
