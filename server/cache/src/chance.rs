//! Where chance comes from. It decides who refreshes early, and is no secret.

use std::sync::atomic::{AtomicU64, Ordering};

pub trait Chance: Send + Sync {
    /// Evenly out of the numbers above 0 and up to 1.
    fn fraction(&self) -> f64;
}

/// `SplitMix64` (Steele, Lea, Flood 2014): the same numbers for the same seed.
#[derive(Debug)]
pub struct Seeded(AtomicU64);

impl Seeded {
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    pub(crate) fn bits(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut bits = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }
}

impl Chance for Seeded {
    fn fraction(&self) -> f64 {
        // 53 bits are what a double holds; one more, so that it is never 0.
        ((self.bits() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_even_and_the_same_for_a_seed() {
        let draw = || {
            let chance = Seeded::new(7);
            (0..10_000).map(|_| chance.fraction()).collect::<Vec<_>>()
        };

        let drawn = draw();

        assert_eq!(drawn, draw());
        assert!(drawn.iter().all(|fraction| *fraction > 0.0 && *fraction <= 1.0));
        let mean = drawn.iter().sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
    }
}
