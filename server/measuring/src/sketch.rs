//! A sketch of values: how many there were of about which size.
//!
//! It is a DDSketch (Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", VLDB 2019)
//! of whole numbers. A value is counted in the bucket of its logarithm, so that any quantile is off by one in a hundred at most however
//! the values lie, and two sketches are merged by adding their buckets, which loses nothing.

use thiserror::Error;

/// Counts of values by their size. Of what unit they are is for the series to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch {
    total: Total,
    /// The bucket that `counts` begins with.
    first: u16,
    counts: Vec<u64>,
}

/// A sketch as it is kept: the buckets that have something. Whoever reads thousands to put them together reads them into one of these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packed {
    total: Total,
    /// With their counts, from the smallest on.
    buckets: Vec<(u16, u64)>,
}

/// What is known of all values, whatever their sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Total {
    /// They have no bucket.
    zeros: u64,
    count: u64,
    sum: u64,
    least: u64,
    most: u64,
}

/// Bytes that are no sketch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("These bytes are no sketch of values.")]
pub struct NotASketch;

/// How far a quantile may be off, as a share of it.
const ACCURACY: f64 = 0.01;
/// What a bucket's upper end is to its lower.
const GAMMA: f64 = (1.0 + ACCURACY) / (1.0 - ACCURACY);
/// Of all 64-bit numbers.
const BUCKETS: u16 = 2_220;

/// The first byte of a sketch as bytes.
const VERSION: u8 = 1;

impl Sketch {
    pub fn of(value: u64) -> Self {
        let mut sketch = Self::default();
        sketch.add(value);
        sketch
    }

    /// So many that have no size: what is only counted.
    pub fn counted(many: u64) -> Self {
        let mut sketch = Self::default();
        sketch.add_many(0, many);
        sketch
    }

    pub fn add(&mut self, value: u64) {
        self.add_many(value, 1);
    }

    /// The same value `many` times.
    pub fn add_many(&mut self, value: u64, many: u64) {
        if many == 0 {
            return;
        }
        self.total.merge(Total { zeros: 0, count: many, sum: value.saturating_mul(many), least: value, most: value });
        match bucket(value) {
            None => self.total.zeros = self.total.zeros.saturating_add(many),
            Some(bucket) => {
                let count = self.at(bucket);
                *count = count.saturating_add(many);
            }
        }
    }

    /// Whatever was added to the other, too.
    pub fn merge(&mut self, other: &Self) {
        self.total.merge(other.total);
        let last = other.counts.len().saturating_sub(1) as u16;
        if !other.counts.is_empty() {
            self.at(other.first);
            self.at(other.first + last);
            let at = usize::from(other.first - self.first);
            for (own, count) in self.counts[at..].iter_mut().zip(&other.counts) {
                *own = own.saturating_add(*count);
            }
        }
    }

    /// What it takes in memory.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.counts.capacity() * size_of::<u64>()
    }

    pub const fn count(&self) -> u64 {
        self.total.count
    }

    pub const fn is_empty(&self) -> bool {
        self.total.count == 0
    }

    pub const fn sum(&self) -> u64 {
        self.total.sum
    }

    /// None of nothing.
    pub fn mean(&self) -> Option<u64> {
        self.total.sum.checked_div(self.total.count)
    }

    /// None of nothing.
    pub fn most(&self) -> Option<u64> {
        (self.total.count > 0).then_some(self.total.most)
    }

    /// The value below which so many thousandths of all are: 750 for the 75th percentile. None of nothing.
    pub fn quantile(&self, thousandths: u16) -> Option<u64> {
        if self.total.count == 0 {
            return None;
        }
        let rank = (u128::from(self.total.count - 1) * u128::from(thousandths.min(1_000)) / 1_000) as u64;
        let mut seen = self.total.zeros;
        if rank < seen {
            return Some(0);
        }
        for (at, count) in self.counts.iter().enumerate() {
            seen = seen.saturating_add(*count);
            if rank < seen {
                return Some(middle(self.first + at as u16).clamp(self.total.least, self.total.most));
            }
        }
        Some(self.total.most)
    }

    /// How many were not above a limit; those in the limit's own bucket count as not above it.
    pub fn within(&self, limit: u64) -> u64 {
        let Some(last) = bucket(limit) else { return self.total.zeros };
        let counts = usize::from((last + 1).saturating_sub(self.first)).min(self.counts.len());
        self.counts[..counts].iter().fold(self.total.zeros, |sum, count| sum.saturating_add(*count))
    }

    /// Those that [`Self::within`] does not count: each is taken to be as long as the middle of its bucket.
    #[must_use]
    pub fn above(&self, limit: u64) -> Self {
        let mut above = Self::default();
        let from = bucket(limit).map_or(0, |last| last + 1);
        for (at, count) in self.counts.iter().enumerate() {
            let bucket = self.first + at as u16;
            if bucket >= from {
                above.add_many(middle(bucket).clamp(self.total.least, self.total.most), *count);
            }
        }
        above
    }

    /// As bytes for the store: some dozen for the values of a minute, two thousand buckets at most.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for number in [self.total.zeros, self.total.sum, self.total.least, self.total.most] {
            put(&mut bytes, number);
        }
        let mut before = 0;
        for (at, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let bucket = u64::from(self.first) + at as u64;
            put(&mut bytes, bucket - before);
            put(&mut bytes, *count);
            before = bucket;
        }
        bytes
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotASketch> {
        let (mut packed, mut sketch) = (Packed::default(), Self::default());
        packed.read(bytes)?;
        sketch.add_packed(&packed);
        Ok(sketch)
    }

    /// As [`Self::merge`] with a sketch as it is kept.
    pub fn add_packed(&mut self, other: &Packed) {
        self.total.merge(other.total);
        if let (Some((first, _)), Some((last, _))) = (other.buckets.first(), other.buckets.last()) {
            self.at(*first);
            self.at(*last);
            for (bucket, count) in &other.buckets {
                let own = &mut self.counts[usize::from(*bucket - self.first)];
                *own = own.saturating_add(*count);
            }
        }
    }

    /// Room for a bucket.
    fn at(&mut self, bucket: u16) -> &mut u64 {
        if self.counts.is_empty() {
            self.first = bucket;
        }
        if bucket < self.first {
            let more = usize::from(self.first - bucket);
            self.counts.splice(0..0, std::iter::repeat_n(0, more));
            self.first = bucket;
        }
        let at = usize::from(bucket - self.first);
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        &mut self.counts[at]
    }
}

impl Total {
    fn merge(&mut self, other: Self) {
        if other.count == 0 {
            return;
        }
        (self.least, self.most) = if self.count == 0 { (other.least, other.most) } else { (self.least.min(other.least), self.most.max(other.most)) };
        self.count = self.count.saturating_add(other.count);
        self.sum = self.sum.saturating_add(other.sum);
        self.zeros = self.zeros.saturating_add(other.zeros);
    }
}

impl Packed {
    /// Becomes what bytes say, in the room that it has. Of bytes that are no sketch it becomes something that is to be used for the next alone.
    pub fn read(&mut self, bytes: &[u8]) -> Result<(), NotASketch> {
        let Some((&VERSION, rest)) = bytes.split_first() else { return Err(NotASketch) };
        let mut at = 0;
        let [zeros, sum, least, most] = [take(rest, &mut at)?, take(rest, &mut at)?, take(rest, &mut at)?, take(rest, &mut at)?];
        let (mut bucket, mut count) = (0_u64, zeros);
        self.buckets.clear();
        while at < rest.len() {
            let step = take(rest, &mut at)?;
            bucket = bucket.saturating_add(step);
            // The first may be bucket 0; of any other, each bucket is there once.
            if (step == 0 && !self.buckets.is_empty()) || bucket >= u64::from(BUCKETS) {
                return Err(NotASketch);
            }
            let of_it = take(rest, &mut at)?;
            self.buckets.push((bucket as u16, of_it));
            count = count.checked_add(of_it).ok_or(NotASketch)?;
        }
        if least > most || (count == 0 && (sum, most) != (0, 0)) {
            return Err(NotASketch);
        }
        self.total = Total { zeros, count, sum, least, most };
        Ok(())
    }
}

impl FromIterator<u64> for Sketch {
    fn from_iter<I: IntoIterator<Item = u64>>(values: I) -> Self {
        let mut sketch = Self::default();
        for value in values {
            sketch.add(value);
        }
        sketch
    }
}

/// None for zero.
fn bucket(value: u64) -> Option<u16> {
    // 1 is in bucket 0. Of numbers as large as a double cannot tell apart the bucket is a neighbour's at most.
    (value > 0).then(|| ((value as f64).ln() / GAMMA.ln()).ceil().max(0.0) as u16)
}

/// Of the values in a bucket the one that is off by the same share from both ends.
fn middle(bucket: u16) -> u64 {
    (2.0 * GAMMA.powi(i32::from(bucket)) / (GAMMA + 1.0)).round() as u64
}

/// LEB128.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 127 {
        bytes.push((number & 127) as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// The number that begins at a place, which moves behind it.
#[inline]
fn take(bytes: &[u8], at: &mut usize) -> Result<u64, NotASketch> {
    let Some(byte) = bytes.get(*at) else { return Err(NotASketch) };
    *at += 1;
    // Most are small.
    if *byte < 128 { Ok(u64::from(*byte)) } else { take_long(bytes, at, *byte) }
}

/// One of which there is a byte already.
#[inline(never)]
fn take_long(bytes: &[u8], at: &mut usize, first: u8) -> Result<u64, NotASketch> {
    let (mut number, mut shift) = (u64::from(first & 127), 7_u32);
    loop {
        let byte = *bytes.get(*at).ok_or(NotASketch)?;
        *at += 1;
        let part = u64::from(byte & 127);
        if shift == 63 && part > 1 {
            return Err(NotASketch);
        }
        number |= part << shift;
        if byte < 128 {
            return Ok(number);
        }
        shift += 7;
        if shift > 63 {
            return Err(NotASketch);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sketch(values: &[u64]) -> Sketch {
        values.iter().copied().collect()
    }

    /// The value of a rank, exactly.
    fn exact(values: &[u64], thousandths: u16) -> u64 {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        sorted[((sorted.len() - 1) as u128 * u128::from(thousandths) / 1_000) as usize]
    }

    #[test]
    fn nothing_has_no_quantile_and_zero_has_one() {
        let (nothing, zeros) = (Sketch::default(), Sketch::counted(3));

        assert_eq!((nothing.quantile(500), nothing.mean(), nothing.most(), nothing.count()), (None, None, None, 0));
        assert_eq!((zeros.quantile(990), zeros.mean(), zeros.most(), zeros.count()), (Some(0), Some(0), Some(0), 3));
    }

    #[test]
    fn shares_within_a_limit_are_counted() {
        let sketch = sketch(&[0, 100, 200, 300, 1_000]);

        assert_eq!([0, 99, 205, 5_000].map(|limit| sketch.within(limit)), [1, 1, 3, 5]);
    }

    #[test]
    fn a_sketch_of_a_minute_takes_some_dozen_bytes() {
        let values: Vec<u64> = (0..600).map(|at| 2_000 + at * 3).collect();

        assert!(sketch(&values).to_bytes().len() < 150, "{}", sketch(&values).to_bytes().len());
    }

    #[test]
    fn the_largest_numbers_are_counted_too() {
        let mut sketch = Sketch::of(u64::MAX);
        sketch.add_many(u64::MAX, u64::MAX);

        assert_eq!((sketch.count(), sketch.sum(), sketch.quantile(500)), (u64::MAX, u64::MAX, Some(u64::MAX)));
    }

    #[test]
    fn what_is_no_sketch_is_refused() {
        let good = sketch(&[3, 5]).to_bytes();
        let bad: [&[u8]; 7] = [
            &[],
            &[2],
            &good[..4],
            &[1, 0, 0, 9, 3],
            &[1, 0, 0, 0, 0, 255, 255, 127, 1],
            &[1, 0, 0, 0, 0, 5, 1, 0, 1],
            &[1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2, 0, 0, 0],
        ];

        for bytes in bad {
            assert_eq!(Sketch::from_bytes(bytes), Err(NotASketch), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn a_quantile_is_off_by_a_hundredth_at_most(values in prop::collection::vec(1_u64..1 << 50, 1..300), thousandths in 0_u16..=1_000) {
            let (found, right) = (sketch(&values).quantile(thousandths).unwrap(), exact(&values, thousandths));

            prop_assert!(found.abs_diff(right) as f64 <= right as f64 * ACCURACY + 1.0, "{found} for {right}");
        }

        #[test]
        fn merged_sketches_are_the_sketch_of_all(one in prop::collection::vec(0_u64..1 << 40, 0..100), other in prop::collection::vec(0_u64..1 << 40, 0..100)) {
            let mut merged = sketch(&one);
            merged.merge(&sketch(&other));

            let all = sketch(&[one, other].concat());
            prop_assert_eq!(merged.to_bytes(), all.to_bytes());
            prop_assert_eq!((merged.count(), merged.most()), (all.count(), all.most()));
        }

        #[test]
        fn a_sketch_comes_back_from_its_bytes(values in prop::collection::vec(any::<u64>(), 0..100)) {
            let sketch = sketch(&values);

            let back = Sketch::from_bytes(&sketch.to_bytes()).unwrap();

            let mut used = Packed::default();
            used.read(&self::sketch(&[7, 9_000_000, 1 << 60]).to_bytes()).unwrap();
            used.read(&sketch.to_bytes()).unwrap();
            let mut added = self::sketch(&[5, 1 << 50]);
            added.add_packed(&used);
            let mut merged = self::sketch(&[5, 1 << 50]);
            merged.merge(&sketch);

            prop_assert_eq!((back.to_bytes(), back.count()), (sketch.to_bytes(), sketch.count()));
            prop_assert_eq!(&added, &merged);
            prop_assert_eq!(back.quantile(950), sketch.quantile(950));
        }

        #[test]
        fn any_bytes_are_a_sketch_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(sketch) = Sketch::from_bytes(&bytes) {
                let _ = (sketch.quantile(500), sketch.within(7), sketch.to_bytes());
            }
        }
    }
}
