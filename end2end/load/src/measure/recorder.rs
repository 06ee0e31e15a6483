//! Every answer of a run, counted as it comes.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::latencies::{Latencies, Percentiles};
use crate::{
    ask::Found,
    call::Call,
    failure::{Failed, Failure},
    schedule::Plateau,
};

/// A request that has come to its end, well or not.
pub struct Sample {
    pub call: Call,
    /// When it was to be sent: its time is counted from here, whatever held it up.
    pub due: Instant,
    /// When the generator came to it; later than due, the generator was busy.
    pub taken_up: Instant,
    pub ended: Instant,
    pub bytes: usize,
    /// What of it was there already; none where nothing is ever kept.
    pub found: Option<Found>,
    pub failed: Option<Failed>,
}

/// What was counted of a call, or of all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    pub requests: u64,
    pub good: u64,
    /// Good answers that came in time, where a plan says what that is.
    #[serde(default)]
    pub in_time: u64,
    /// The share of requests that were not answered well.
    pub error_share: f64,
    /// Good answers a second.
    pub per_second: f64,
    pub bytes: u64,
    /// Of the answers that can be kept, the share of those for which no product was asked of the database; null where there were none.
    #[serde(default)]
    pub hit_share: Option<f64>,
    /// The same of those that were there as they were sent.
    #[serde(default)]
    pub kept_share: Option<f64>,
    /// Of good answers, and of those that were waited for in vain.
    pub latency_ms: Percentiles,
    pub failures: BTreeMap<Failure, Failures>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failures {
    pub count: u64,
    /// The first of them.
    pub example: String,
}

/// A part of the run's time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// When it begins, in seconds since the run began.
    pub at: f64,
    pub seconds: f64,
    pub good: u64,
    pub failed: u64,
    /// How many users there were, or how many requests a second were due.
    pub level: f64,
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Summary {
    /// From the end of the warm-up on.
    pub seconds: f64,
    pub total: Tally,
    pub calls: BTreeMap<Call, Tally>,
    /// What was due while the level stayed as it was, in its order.
    pub plateaus: Vec<Levelled>,
    pub timeline: Vec<Bin>,
    /// How late the generator was, in milliseconds.
    pub late_ms: Percentiles,
    /// With those of the warm-up.
    pub all_requests: u64,
    /// Good answers a second that came while it was measured, whenever they were due. What a server that is too slow owes in the end is not among them.
    pub answered_per_second: f64,
}

/// All calls at one level.
#[derive(Clone, Debug)]
pub struct Levelled {
    pub level: f64,
    /// Without the warm-up.
    pub seconds: f64,
    pub tally: Tally,
}

#[derive(Clone, Debug)]
pub struct Tally {
    pub counted: Counted,
    pub latencies: Latencies,
    /// Answers that can be kept, those of them for which the database was not asked, and those of these that were kept.
    lookups: u64,
    hits: u64,
    kept: u64,
}

/// More parts than this are not seen in a picture.
const MOST_BINS: f64 = 600.0;

pub struct Recorder {
    begun: Instant,
    warm_up: Duration,
    lasts: Duration,
    width: Duration,
    in_time: Option<Duration>,
    state: Mutex<State>,
}

struct State {
    total: Tally,
    calls: BTreeMap<Call, Tally>,
    plateaus: Vec<(Plateau, Tally)>,
    late: Latencies,
    all_requests: u64,
    answered: u64,
    bins: Vec<Bin>,
    bin: Bin,
    in_bin: Latencies,
    level: f64,
}

impl Recorder {
    /// `lasts` is how long the run is planned to be.
    pub fn new(begun: Instant, lasts: Duration, warm_up: Duration, in_time: Option<Duration>) -> anyhow::Result<Self> {
        let width = Duration::from_secs((lasts.as_secs_f64() / MOST_BINS).ceil().max(1.0) as u64);
        let mut calls = BTreeMap::new();
        for call in Call::ALL {
            calls.insert(call, Tally::new()?);
        }
        let bin = Bin { seconds: width.as_secs_f64(), ..Bin::default() };
        let state = State {
            total: Tally::new()?,
            calls,
            plateaus: Vec::new(),
            late: Latencies::new()?,
            all_requests: 0,
            answered: 0,
            bins: Vec::new(),
            bin,
            in_bin: Latencies::new()?,
            level: 0.0,
        };
        Ok(Self { begun, warm_up, lasts, width, in_time, state: Mutex::new(state) })
    }

    /// Counts by themselves, too, those that are due within each: what there is most of would hide what is slow among few, and the
    /// other way round.
    pub fn with_plateaus(self, plateaus: Vec<Plateau>) -> anyhow::Result<Self> {
        self.state().plateaus = plateaus.into_iter().map(|plateau| Ok((plateau, Tally::new()?))).collect::<anyhow::Result<_>>()?;
        Ok(self)
    }

    pub const fn begun(&self) -> Instant {
        self.begun
    }

    /// How many users there are from now on, or requests a second.
    pub fn set_level(&self, level: f64) {
        self.state().level = level;
    }

    pub fn add(&self, sample: &Sample) {
        let took = sample.ended.saturating_duration_since(sample.due);
        let counts = sample.failed.as_ref().is_none_or(|failed| failed.class.is_waiting());
        let mut state = self.state();
        state.all_requests += 1;
        let ended = sample.ended.saturating_duration_since(self.begun);
        state.turn_to(self.width, ended);
        state.answered += u64::from(sample.failed.is_none() && (self.warm_up..self.lasts).contains(&ended));
        if sample.failed.is_some() {
            state.bin.failed += 1;
        } else {
            state.bin.good += 1;
        }
        if counts {
            state.in_bin.add(took);
        }
        let due = sample.due.saturating_duration_since(self.begun);
        if due < self.warm_up {
            return;
        }
        state.late.add(sample.taken_up.saturating_duration_since(sample.due));
        let in_time = sample.failed.is_none() && self.in_time.is_none_or(|limit| took <= limit);
        let State { total, calls, plateaus, .. } = &mut *state;
        let plateau = plateaus.iter_mut().find(|(plateau, _)| (plateau.begins..plateau.ends).contains(&due)).map(|(_, tally)| tally);
        for tally in [Some(total), calls.get_mut(&sample.call), plateau].into_iter().flatten() {
            tally.add(sample, took, counts, in_time);
        }
    }

    /// `ended` is when the last request was due, or the last user left.
    pub fn finish(&self, ended: Instant) -> Summary {
        let seconds = ended.saturating_duration_since(self.begun).saturating_sub(self.warm_up).as_secs_f64();
        let mut state = self.state();
        state.close_bin();
        let mut total = state.total.clone();
        total.counted = total.finished(seconds);
        let mut calls = state.calls.clone();
        calls.retain(|_, tally| tally.counted.requests > 0);
        for tally in calls.values_mut() {
            tally.counted = tally.finished(seconds);
        }
        let plateaus = state.plateaus.iter().map(|(plateau, tally)| {
            let seconds = plateau.ends.saturating_sub(plateau.begins.max(self.warm_up)).as_secs_f64();
            Levelled { level: plateau.level, seconds, tally: Tally { counted: tally.finished(seconds), ..tally.clone() } }
        });
        let plateaus = plateaus.collect();
        let measured = self.lasts.saturating_sub(self.warm_up).as_secs_f64();
        let answered_per_second = if measured > 0.0 { state.answered as f64 / measured } else { 0.0 };
        let (timeline, late_ms, all_requests) = (state.bins.clone(), state.late.percentiles(), state.all_requests);
        Summary { seconds, total, calls, plateaus, timeline, late_ms, all_requests, answered_per_second }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Closes the parts that have gone by. Answers come in the order in which they end.
    fn turn_to(&mut self, width: Duration, at: Duration) {
        while at.as_secs_f64() >= self.bin.at + width.as_secs_f64() {
            self.close_bin();
        }
        self.bin.level = self.level;
    }

    fn close_bin(&mut self) {
        let Bin { at, seconds, .. } = self.bin;
        let mut bin = std::mem::replace(&mut self.bin, Bin { at: at + seconds, seconds, level: self.level, ..Bin::default() });
        if !self.in_bin.is_empty() {
            bin.p50 = self.in_bin.quantile(0.5);
            bin.p95 = self.in_bin.quantile(0.95);
            bin.p99 = self.in_bin.quantile(0.99);
            bin.max = self.in_bin.max();
        }
        self.in_bin.clear();
        self.bins.push(bin);
    }
}

impl Tally {
    fn new() -> anyhow::Result<Self> {
        Ok(Self { counted: Counted::default(), latencies: Latencies::new()?, lookups: 0, hits: 0, kept: 0 })
    }

    fn add(&mut self, sample: &Sample, took: Duration, counts: bool, in_time: bool) {
        let counted = &mut self.counted;
        counted.requests += 1;
        counted.bytes += sample.bytes as u64;
        counted.in_time += u64::from(in_time);
        self.lookups += u64::from(sample.found.is_some());
        self.hits += u64::from(matches!(sample.found, Some(Found::Finished | Found::Products)));
        self.kept += u64::from(sample.found == Some(Found::Finished));
        match &sample.failed {
            None => counted.good += 1,
            Some(failed) => {
                let failures = counted.failures.entry(failed.class).or_insert_with(|| Failures { count: 0, example: failed.example.clone() });
                failures.count += 1;
            }
        }
        if counts {
            self.latencies.add(took);
        }
    }

    fn finished(&self, seconds: f64) -> Counted {
        let mut counted = self.counted.clone();
        let requests = counted.requests.max(1) as f64;
        counted.error_share = (counted.requests - counted.good) as f64 / requests;
        counted.per_second = if seconds > 0.0 { counted.good as f64 / seconds } else { 0.0 };
        counted.latency_ms = self.latencies.percentiles();
        let share = |of: u64| (self.lookups > 0).then(|| of as f64 / self.lookups as f64);
        (counted.hit_share, counted.kept_share) = (share(self.hits), share(self.kept));
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorder(begun: Instant, warm_up: u64) -> Recorder {
        Recorder::new(begun, Duration::from_secs(10), Duration::from_secs(warm_up), Some(Duration::from_millis(100))).unwrap()
    }

    fn sample(begun: Instant, due: u64, took: u64, failed: Option<Failure>) -> Sample {
        let due = begun + Duration::from_millis(due);
        let ended = due + Duration::from_millis(took);
        Sample { call: Call::List, due, taken_up: due, ended, bytes: 10, found: None, failed: failed.map(|class| Failed::new(class, "why")) }
    }

    #[test]
    fn time_is_counted_from_when_a_request_was_due() {
        let begun = Instant::now();
        let recorder = recorder(begun, 0);
        // The server stood still for two seconds: of the five requests that were due meanwhile only the first was being answered.
        for due in [0, 400, 800, 1_200, 1_600] {
            recorder.add(&sample(begun, due, 2_000 - due, None));
        }

        let summary = recorder.finish(begun + Duration::from_secs(2));

        let latency = summary.total.counted.latency_ms;
        assert!((latency.p50 - 1_200.0).abs() < 2.0 && (latency.max - 2_000.0).abs() < 2.0, "{latency:?}");
        assert_eq!(summary.total.counted.in_time, 0);
    }

    #[test]
    fn what_is_answered_after_the_end_is_good_and_no_throughput() {
        let begun = Instant::now();
        let recorder = recorder(begun, 5);
        // Due in the warm-up and answered while it is measured; the other way round of the end; and one that failed.
        for (due, took, failed) in
            [(4_900, 200, None), (6_000, 10, None), (9_000, 2_000, None), (9_100, 2_000, None), (6_000, 1, Some(Failure::Refused))]
        {
            recorder.add(&sample(begun, due, took, failed));
        }

        let summary = recorder.finish(begun + Duration::from_secs(10));

        assert_eq!((summary.total.counted.good, (summary.answered_per_second * 5.0).round() as u64), (3, 2));
    }

    #[test]
    fn failures_are_counted_by_class_and_quick_ones_do_not_look_fast() {
        let begun = Instant::now();
        let recorder = recorder(begun, 0);
        recorder.add(&sample(begun, 0, 50, None));
        recorder.add(&sample(begun, 0, 1, Some(Failure::Refused)));
        recorder.add(&sample(begun, 0, 1, Some(Failure::Refused)));
        recorder.add(&sample(begun, 0, 900, Some(Failure::Timeout)));

        let counted = recorder.finish(begun + Duration::from_secs(2)).calls.remove(&Call::List).unwrap().counted;

        assert_eq!((counted.requests, counted.good, counted.in_time, counted.failures[&Failure::Refused].count), (4, 1, 1, 2));
        assert_eq!((counted.error_share * 100.0).round() as i64, 75);
        assert!(counted.latency_ms.min > 49.0 && counted.latency_ms.max > 890.0);
        assert_eq!((counted.per_second * 10.0).round() as i64, 5);
    }

    #[test]
    fn what_warms_up_is_drawn_and_not_counted() {
        let begun = Instant::now();
        let recorder = recorder(begun, 1);
        recorder.add(&sample(begun, 500, 500, None));
        recorder.add(&sample(begun, 1_500, 5, None));
        recorder.add(&sample(begun, 3_500, 5, None));

        let summary = recorder.finish(begun + Duration::from_secs(4));

        assert_eq!((summary.total.counted.requests, summary.all_requests), (2, 3));
        assert_eq!(summary.timeline.iter().map(|bin| bin.good).collect::<Vec<_>>(), [0, 2, 0, 1]);
        assert!((summary.seconds - 3.0).abs() < 1e-9);
        assert!((summary.timeline[1].max - 500.0).abs() < 1.0 && summary.timeline[2].max < 0.1);
    }

    #[test]
    fn each_level_is_counted_by_itself() {
        let begun = Instant::now();
        let plateau = |begins, ends, level| Plateau { begins: Duration::from_secs(begins), ends: Duration::from_secs(ends), level };
        let recorder = recorder(begun, 1).with_plateaus(vec![plateau(0, 3, 10.0), plateau(4, 5, 99.0)]).unwrap();
        for (due, took, failed) in [(500, 7, None), (1_500, 10, None), (3_500, 20, None), (4_500, 900, None), (4_600, 1, Some(Failure::Server))] {
            recorder.add(&sample(begun, due, took, failed));
        }

        let levels = recorder.finish(begun + Duration::from_secs(5)).plateaus;

        let figures: Vec<_> = levels.iter().map(|one| (one.level.round() as u32, one.seconds.round() as u32, one.tally.counted.requests)).collect();
        assert_eq!(figures, [(10, 2, 1), (99, 1, 2)]);
        assert!(levels[0].tally.latencies.max() < 11.0 && levels[1].tally.latencies.max() > 890.0);
        assert!((levels[1].tally.counted.error_share - 0.5).abs() < 1e-9 && (levels[1].tally.counted.per_second - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_was_there_already_is_a_share_of_what_can_be() {
        let begun = Instant::now();
        let recorder = recorder(begun, 0);
        for found in [Some(Found::Finished), Some(Found::Finished), Some(Found::Products), Some(Found::Nothing), None] {
            recorder.add(&Sample { found, ..sample(begun, 0, 1, None) });
        }

        let counted = recorder.finish(begun + Duration::from_secs(1)).total.counted;

        assert_eq!((counted.hit_share, counted.kept_share), (Some(0.75), Some(0.5)));
    }

    #[test]
    fn a_call_that_nobody_made_is_not_told_of() {
        let begun = Instant::now();
        let recorder = recorder(begun, 0);
        recorder.add(&sample(begun, 0, 1, None));
        assert_eq!(recorder.finish(begun + Duration::from_secs(1)).calls.keys().collect::<Vec<_>>(), [&Call::List]);
    }
}
