//! A dense set of small numbers: one bit each.

/// Every operation takes numbers beyond the end as absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct BitSet {
    words: Vec<u64>,
}

impl BitSet {
    /// The empty set, with room for the numbers below `len`.
    pub(crate) fn new(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)] }
    }

    pub(crate) fn grow(&mut self, len: usize) {
        let words = len.div_ceil(64);
        if words > self.words.len() {
            self.words.resize(words, 0);
        }
    }

    /// Adds a number there is room for.
    pub(crate) fn insert(&mut self, at: u32) {
        self.words[at as usize / 64] |= 1 << (at % 64);
    }

    pub(crate) fn remove(&mut self, at: u32) {
        if let Some(word) = self.words.get_mut(at as usize / 64) {
            *word &= !(1 << (at % 64));
        }
    }

    pub(crate) fn contains(&self, at: u32) -> bool {
        self.words.get(at as usize / 64).is_some_and(|word| word >> (at % 64) & 1 != 0)
    }

    pub(crate) fn count(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    pub(crate) fn intersection_count(&self, other: &Self) -> u32 {
        self.words.iter().zip(&other.words).map(|(word, other)| (word & other).count_ones()).sum()
    }

    pub(crate) fn intersect(&mut self, other: &Self) {
        let shared = other.words.len().min(self.words.len());
        let (both, alone) = self.words.split_at_mut(shared);
        for (word, other) in both.iter_mut().zip(&other.words) {
            *word &= other;
        }
        alone.fill(0);
    }

    /// What is here and not in the other.
    pub(crate) fn difference(&self, other: &Self) -> Self {
        let mut words = self.words.clone();
        for (word, other) in words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
        Self { words }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        self.words.iter().enumerate().flat_map(|(at, word)| Ones(*word).map(move |bit| (at * 64) as u32 + bit))
    }

    /// From the highest.
    pub(crate) fn iter_down(&self) -> impl Iterator<Item = u32> {
        self.words.iter().enumerate().rev().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.checked_ilog2()?;
                left &= !(1 << bit);
                Some((at * 64) as u32 + bit)
            })
        })
    }

    /// The bits as they lie: word `i` has the numbers from `64 i`, the lowest bit first.
    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    pub(crate) fn shrink(&mut self) {
        self.words.shrink_to_fit();
    }

    pub(crate) fn memory(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }
}

/// The positions of the ones in a word, from the lowest.
pub(crate) struct Ones(pub(crate) u64);

impl Iterator for Ones {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.0 == 0 {
            return None;
        }
        let at = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(at)
    }
}
