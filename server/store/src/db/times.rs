//! How often something took about how long: counted in one atomic addition, read now and then.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use measuring::Sketch;

/// Counts by duration.
#[derive(Debug)]
pub(crate) struct Times(Box<[AtomicU64; BUCKETS]>);

/// How far they were counted when somebody last looked.
#[derive(Debug)]
pub(crate) struct Seen(Box<[u64; BUCKETS]>);

/// Counts at a moment.
pub(crate) struct Counts(Vec<u64>);

/// Thirty-two buckets for every doubling of the time, up to two minutes: the middle of one is off by a sixty-fourth at most, and by an eighth of a
/// microsecond below eight microseconds. It is 6 kB for each statement that has run, as much again for whoever looks at it each minute: two or
/// three megabytes for the two hundred that there are.
const EACH: u64 = 32;
const DOUBLING: u32 = EACH.ilog2();
const BUCKETS: usize = 25 * EACH as usize;
/// What is told apart at all is a quarter of a microsecond.
const UNIT: u32 = 8;

impl Times {
    pub(crate) fn count(&self, nanoseconds: u64) {
        self.0[bucket(nanoseconds)].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Counts {
        Counts(self.0.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect())
    }

    /// Those that came since somebody last looked, in microseconds.
    pub(crate) fn since(&self, seen: &mut Seen) -> Sketch {
        let mut times = Sketch::default();
        for (bucket, (count, seen)) in self.0.iter().zip(seen.0.iter_mut()).enumerate() {
            let count = count.load(Ordering::Relaxed);
            times.add_many((middle(bucket) / 1_000).max(1), count.saturating_sub(*seen));
            *seen = count;
        }
        times
    }
}

impl Counts {
    pub(crate) fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    /// How many took less than a power of two of nanoseconds.
    pub(crate) fn below(&self, bound: u64) -> u64 {
        self.0[..bucket(bound)].iter().sum()
    }

    /// Zero of nothing.
    pub(crate) fn percentile(&self, percent: u64) -> Duration {
        let count = self.count();
        if count == 0 {
            return Duration::ZERO;
        }
        let rank = (count * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let at = self.0.iter().position(|bucket| {
            seen += bucket;
            seen >= rank
        });
        Duration::from_nanos(middle(at.unwrap_or(BUCKETS - 1)))
    }
}

impl Default for Times {
    fn default() -> Self {
        Self(Box::new(std::array::from_fn(|_| AtomicU64::new(0))))
    }
}

impl Default for Seen {
    fn default() -> Self {
        Self(Box::new([0; BUCKETS]))
    }
}

fn bucket(nanoseconds: u64) -> usize {
    let value = nanoseconds >> UNIT;
    if value < EACH {
        return value as usize;
    }
    let power = value.ilog2() - DOUBLING;
    let part = (value >> power) % EACH;
    (usize::try_from(power + 1).unwrap_or(BUCKETS) * EACH as usize + part as usize).min(BUCKETS - 1)
}

/// The middle of a bucket, in nanoseconds.
fn middle(bucket: usize) -> u64 {
    let (doubling, part) = (bucket as u64 / EACH, bucket as u64 % EACH);
    // The first ones are as wide as those of the first doubling.
    let (width, from) = match doubling {
        0 => (1 << UNIT, part << UNIT),
        _ => (1 << (doubling - 1 + u64::from(UNIT)), (EACH + part) << (doubling - 1 + u64::from(UNIT))),
    };
    from + width / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(nanoseconds: impl IntoIterator<Item = u64>) -> Times {
        let times = Times::default();
        nanoseconds.into_iter().for_each(|one| times.count(one));
        times
    }

    #[test]
    fn the_middle_of_a_bucket_is_a_sixty_fourth_off_at_most() {
        let mut nanoseconds = 8_192_u64;
        while nanoseconds < 130_000_000_000 {
            let found = middle(bucket(nanoseconds));

            assert!(found.abs_diff(nanoseconds) <= nanoseconds / 64 + 1, "{found} for {nanoseconds}");
            nanoseconds += nanoseconds / 100 + 1;
        }
        assert!((0..8_192).all(|nanoseconds| middle(bucket(nanoseconds)).abs_diff(nanoseconds) <= 128));
    }

    #[test]
    fn every_bucket_is_longer_than_the_one_before_and_what_is_longer_than_all_is_in_the_last() {
        assert!((1..BUCKETS).all(|at| middle(at) > middle(at - 1) && bucket(middle(at)) == at));
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn a_few_long_ones_among_many_short_ones_are_seen() {
        let times = counted(std::iter::repeat_n(1_000_000, 980).chain(std::iter::repeat_n(2_000_000_000, 20)));

        let found = times.since(&mut Seen::default());

        let near = |thousandths: u16, right: u64| found.quantile(thousandths).unwrap().abs_diff(right) * 30 <= right;
        assert!(near(500, 1_000) && near(990, 2_000_000), "{found:?}");
    }

    #[test]
    fn what_was_looked_at_is_told_once() {
        let (times, mut seen) = (counted([5_000, 6_000]), Seen::default());

        let first = times.since(&mut seen).count();
        times.count(7_000);

        assert_eq!((first, times.since(&mut seen).count(), times.since(&mut seen).count()), (2, 1, 0));
        assert_eq!((times.read().count(), times.read().below(1 << 14)), (3, 3));
    }
}
