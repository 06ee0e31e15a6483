//! Where everything that is measured is counted first.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hash, Hasher},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use rustc_hash::FxHasher;

use crate::{Series, Sketch};

/// Counts values by their series, from any thread. Each thread has a part of its own, whose lock nobody else wants but who takes or looks at
/// all of it: once a minute, and for each answer to Prometheus.
#[derive(Debug)]
pub struct Recorder {
    parts: [Mutex<Part>; PARTS],
    /// Series of a part. Those that come when it is full are counted together, and those that browsers tell apart when half of it is.
    most: usize,
    /// How many values were counted under [`OTHERS`](crate::OTHERS) since the start.
    others: AtomicU64,
}

#[derive(Debug, Default)]
struct Part(HashMap<u64, (Series, Sketch), BuildHasherDefault<AsItIs>>);

const PARTS: usize = 8;

impl Recorder {
    /// `most` series are told apart, of each thread.
    pub fn new(most: usize) -> Self {
        Self { parts: std::array::from_fn(|_| Mutex::default()), most, others: AtomicU64::new(0) }
    }

    /// A value of a series.
    pub fn record(&self, metric: &str, of: &str, class: &str, value: u64) {
        self.record_many(metric, of, class, value, 1);
    }

    /// The same value `many` times: zero for what is only counted.
    pub fn record_many(&self, metric: &str, of: &str, class: &str, value: u64, many: u64) {
        if many > 0 {
            self.with(metric, of, class, |sketch| sketch.add_many(value, many));
        }
    }

    /// Values that were counted elsewhere.
    pub fn merge(&self, metric: &str, of: &str, class: &str, values: &Sketch) {
        if !values.is_empty() {
            self.with(metric, of, class, |sketch| sketch.merge(values));
        }
    }

    /// What was counted since it was last taken.
    pub fn take(&self) -> Vec<(Series, Sketch)> {
        let mut all: HashMap<Series, Sketch> = HashMap::new();
        for part in &self.parts {
            let taken = std::mem::take(&mut lock(part).0);
            for (series, sketch) in taken.into_values() {
                all.entry(series).or_default().merge(&sketch);
            }
        }
        all.into_iter().collect()
    }

    /// The same, which stays where it is.
    pub fn present(&self) -> Vec<(Series, Sketch)> {
        let mut all: HashMap<Series, Sketch> = HashMap::new();
        for part in &self.parts {
            for (series, sketch) in lock(part).0.values() {
                all.entry(series.clone()).or_default().merge(sketch);
            }
        }
        all.into_iter().collect()
    }

    /// How many values there was no series for.
    pub fn others(&self) -> u64 {
        self.others.load(Ordering::Relaxed)
    }

    fn with(&self, metric: &str, of: &str, class: &str, count: impl FnOnce(&mut Sketch)) {
        let mut part = lock(&self.parts[own_part()]);
        let key = hash(metric, of, class);
        if let Some((series, sketch)) = part.0.get_mut(&key)
            && series.is(metric, of, class)
        {
            return count(sketch);
        }
        let mut series = Series::new(metric, of, class);
        // A key that another series has is as good as no room.
        if !series.fits(part.0.len(), self.most) || part.0.contains_key(&key) {
            self.others.fetch_add(1, Ordering::Relaxed);
            series = series.among_others();
        }
        let key = hash(&series.metric, &series.of, &series.class);
        count(&mut part.0.entry(key).or_insert_with(|| (series, Sketch::default())).1);
    }
}

fn lock(part: &Mutex<Part>) -> MutexGuard<'_, Part> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Threads take their parts in turn.
fn own_part() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static OWN: usize = NEXT.fetch_add(1, Ordering::Relaxed) % PARTS);
    OWN.with(|own| *own)
}

/// Whoever finds two names with the same hash has them counted together, and no more: it is to be fast and not to be safe.
fn hash(metric: &str, of: &str, class: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (metric, of, class).hash(&mut hasher);
    hasher.finish()
}

/// The keys are hashes.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::{ALL, OTHERS};

    fn taken(recorder: &Recorder) -> HashMap<Series, u64> {
        recorder.take().into_iter().map(|(series, sketch)| (series, sketch.count())).collect()
    }

    #[test]
    fn what_threads_count_comes_together_and_is_taken_once() {
        let recorder = Recorder::new(100);
        thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| (0..50).for_each(|value| recorder.record("http.duration", "GET /products", "2xx", value)));
            }
        });

        let taken_now = taken(&recorder);

        assert_eq!(taken_now, HashMap::from([(Series::new("http.duration", "GET /products", "2xx"), 600)]));
        assert!(recorder.take().is_empty());
    }

    #[test]
    fn a_hundred_thousand_names_take_the_room_of_some() {
        let recorder = Recorder::new(50);
        for name in 0..100_000 {
            recorder.record("vitals.lcp", &format!("/made/up/{name}"), "", 1);
        }

        let taken = taken(&recorder);

        assert!(taken.len() <= 51, "{}", taken.len());
        assert_eq!((taken[&Series::new("vitals.lcp", OTHERS, "")], recorder.others()), (100_000 - 50, 100_000 - 50));
    }

    #[test]
    fn whatever_browsers_make_up_half_of_the_room_is_for_the_server() {
        let recorder = Recorder::new(50);
        for name in 0..1_000 {
            recorder.record("vitals.lcp", &format!("/made/up/{name}"), "device:phone", 1);
        }
        for route in 0..24 {
            recorder.record("http.duration", &format!("GET /{route}"), "2xx", 1);
        }

        let taken = taken(&recorder);

        let of = |metric: &str| taken.keys().filter(|series| series.metric == metric).count();
        assert_eq!((of("vitals.lcp"), of("http.duration"), taken.contains_key(&Series::new("http.duration", OTHERS, "2xx"))), (26, 24, false));
        assert_eq!((taken[&Series::new("vitals.lcp", OTHERS, "")], recorder.others()), (975, 975));
    }

    #[test]
    fn what_is_of_everything_is_told_apart_also_when_it_is_full() {
        let recorder = Recorder::new(1);
        recorder.record("a", "first", "", 1);
        recorder.record("b", ALL, "", 1);

        assert_eq!(taken(&recorder)[&Series::new("b", ALL, "")], 1);
    }

    #[test]
    fn values_counted_elsewhere_are_added() {
        let recorder = Recorder::new(10);
        recorder.record("a", "b", "", 5);
        recorder.merge("a", "b", "", &Sketch::of(7));
        recorder.merge("a", "b", "", &Sketch::default());

        let taken = recorder.take();

        assert_eq!((taken.len(), taken[0].1.sum()), (1, 12));
    }
}
