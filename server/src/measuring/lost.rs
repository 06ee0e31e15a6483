//! What was measured and is not told: nobody would miss it otherwise.

use measuring::{Periods, Recorder, metric};

use super::Traced;

/// How much it was when it was last looked.
#[derive(Default)]
pub(super) struct Seen {
    rows: u64,
    values: u64,
    let_go: u64,
    pushed_out: u64,
    untold: u64,
}

impl Seen {
    /// Counts what came since, and says so where it is missed.
    /// After the recorder was emptied, so that there is a name for it. `turned_away` is of [`super::since_start`].
    pub(super) fn look(&mut self, recorder: &Recorder, periods: &Periods, traced: &Traced, turned_away: u64) {
        let rows = since(&mut self.rows, periods.lost());
        let values = since(&mut self.values, recorder.others());
        let let_go = since(&mut self.let_go, traced.tracer().counts().let_go);
        let pushed_out = since(&mut self.pushed_out, traced.kept().holding().pushed_out);
        let untold = since(&mut self.untold, turned_away);
        for (what, many) in [("rows", rows), ("names", values), ("told nobody", untold), ("traces", let_go), ("traces in memory", pushed_out)] {
            recorder.record_many(metric::MEASURING_LOST, what, "", 0, many);
        }
        if rows > 0 {
            tracing::warn!(rows, "measurements were given up: the database has not taken any for too long; look whether it is there and has room");
        }
        if values > 0 {
            tracing::warn!(values, "values were counted among others: there are more names than are told apart");
        }
    }
}

fn since(seen: &mut u64, now: u64) -> u64 {
    now.saturating_sub(std::mem::replace(seen, now))
}

#[cfg(test)]
mod tests {
    use measuring::{Series, Sketch};

    use super::*;

    fn told(recorder: &Recorder) -> Vec<(String, u64)> {
        let lost = recorder.take().into_iter().filter(|(series, _)| series.metric == metric::MEASURING_LOST);
        let mut lost: Vec<_> = lost.map(|(series, sketch)| (series.of, sketch.count())).collect();
        lost.sort();
        lost
    }

    #[test]
    fn what_was_given_up_is_told_once() {
        let (recorder, traced, mut seen) = (Recorder::new(9), Traced::for_tests(), Seen::default());
        let mut periods = Periods::new(2);
        periods.add(1, vec![(Series::new("a", "b", ""), Sketch::of(1))]);

        seen.look(&recorder, &periods, &traced, 3);
        let first = told(&recorder);
        seen.look(&recorder, &periods, &traced, 3);

        assert_eq!((first, told(&recorder)), (vec![("rows".to_owned(), 1), ("told nobody".to_owned(), 3)], vec![]));
    }

    #[test]
    fn values_that_there_was_no_name_for_are_told() {
        let (recorder, traced) = (Recorder::new(2), Traced::for_tests());
        for name in 0..200 {
            recorder.record("a", &name.to_string(), "", 1);
        }
        recorder.take();

        Seen::default().look(&recorder, &Periods::new(9), &traced, 0);

        assert_eq!(told(&recorder), [("names".to_owned(), 198)]);
    }
}
