//! Where the resamples of a bootstrap come from: the same for the same seed, so that a report can be made again.

/// `SplitMix64` (Steele, Lea, Flood 2014).
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Evenly out of the numbers above 0 and up to 1.
    pub const fn fraction(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// Evenly out of the numbers below `below`, which is above 0.
    pub fn below(&mut self, below: usize) -> usize {
        ((1.0 - self.fraction()) * below as f64) as usize
    }

    /// Of the normal distribution around 0 with a deviation of 1 (Box and Muller 1958).
    #[cfg(test)]
    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.fraction().ln()).sqrt() * (2.0 * std::f64::consts::PI * self.fraction()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_even_and_within_its_bounds() {
        let mut chance = Chance::new(1);
        let mut counts = [0_u32; 5];

        for _ in 0..10_000 {
            counts[chance.below(5)] += 1;
        }

        assert!(counts.iter().all(|count| (1_850..2_150).contains(count)), "{counts:?}");
    }
}
