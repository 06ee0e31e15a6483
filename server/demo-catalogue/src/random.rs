//! Chance that is the same everywhere and always: splitmix64, seeded by a product's number and a purpose.

/// What chance is drawn for. Each purpose has its own sequence, so that a change to one part of a product
/// leaves the other parts as they were. The numbers are part of the catalogue: never renumber.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Article = 1,
    Title = 2,
    Description = 3,
    Seo = 4,
    Tags = 5,
    Variants = 6,
    Images = 7,
    Extras = 8,
    State = 9,
    Picture = 10,
    Ids = 11,
}

pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(n: u64, purpose: Purpose) -> Self {
        Self(mix(n ^ mix(purpose as u64)))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// From 0 up to, but without, the bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (((self.next() >> 32) * bound as u64) >> 32) as usize
    }

    /// Both ends included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as usize) as i64
    }

    pub(crate) fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// The index of one of the shares, each as likely as it is large.
    pub(crate) fn weighted(&mut self, shares: &[u16]) -> usize {
        let total: usize = shares.iter().map(|share| usize::from(*share)).sum();
        let mut left = self.below(total);
        for (index, share) in shares.iter().enumerate() {
            match left.checked_sub(usize::from(*share)) {
                Some(rest) => left = rest,
                None => return index,
            }
        }
        0
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
