//! Ids of traces and spans, as W3C Trace Context has them, and where they come from.

use std::{
    fmt,
    num::{NonZeroU64, NonZeroU128},
    sync::atomic::{AtomicU64, Ordering},
};

/// The id of a trace: sixteen bytes, not all of them zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(NonZeroU128);

/// The id of a span: eight bytes, not all of them zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(NonZeroU64);

/// Makes ids of chance that was passed in: each is another one, and no two processes make the same unless they were given the same seed.
/// They are no secrets: who sees one may work out the next.
#[derive(Debug)]
pub struct Ids {
    seeds: [u64; 3],
    count: AtomicU64,
}

/// The fraction of the golden ratio, with which `SplitMix` counts (Steele, Lea, Flood 2014: <https://doi.org/10.1145/2714064.2660195>).
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl TraceId {
    pub fn new(number: u128) -> Option<Self> {
        NonZeroU128::new(number).map(Self)
    }

    /// Thirty-two digits, none of them upper case.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() == 32 { Self::new(digits(text.as_bytes())?) } else { None }
    }

    pub const fn number(self) -> u128 {
        self.0.get()
    }
}

impl SpanId {
    pub(crate) const FIRST: Self = Self(NonZeroU64::MIN);

    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    /// Sixteen digits, none of them upper case.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() == 16 { Self::new(digits(text.as_bytes())? as u64) } else { None }
    }

    pub const fn number(self) -> u64 {
        self.0.get()
    }

    /// The id of a span below this one, by its place: ids of spans are needed only when a trace is looked at, and are not kept.
    #[must_use]
    pub fn below(self, place: u16) -> Self {
        Self(not_zero(mix(self.number().wrapping_add(GAMMA.wrapping_mul(u64::from(place) + 1)))))
    }
}

impl Ids {
    pub fn new(seed: [u8; 24]) -> Self {
        let (words, _) = seed.as_chunks::<8>();
        let mut seeds = [0; 3];
        for (word, seed) in words.iter().zip(&mut seeds) {
            *seed = u64::from_ne_bytes(*word);
        }
        Self { seeds, count: AtomicU64::new(0) }
    }

    /// The id of another trace, and of its first span.
    pub fn another(&self) -> (TraceId, SpanId) {
        let at = GAMMA.wrapping_mul(self.count.fetch_add(1, Ordering::Relaxed));
        let [high, low, span] = self.seeds.map(|seed| mix(seed.wrapping_add(at)));
        let trace = (u128::from(high) << 64) | u128::from(low);
        (TraceId(NonZeroU128::new(trace).unwrap_or(NonZeroU128::MIN)), SpanId(not_zero(span)))
    }
}

/// The finaliser of `SplitMix64`: each bit of what comes out depends on every bit of what goes in.
pub(crate) const fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

fn not_zero(number: u64) -> NonZeroU64 {
    NonZeroU64::new(number).unwrap_or(NonZeroU64::MIN)
}

/// At most thirty-two hexadecimal digits in lower case.
pub(crate) fn digits(text: &[u8]) -> Option<u128> {
    text.iter().try_fold(0, |number: u128, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        Some((number << 4) | u128::from(digit))
    })
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.number())
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.number())
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_written() {
        let id = TraceId::parse("0af7651916cd43dd8448eb211c80319c").unwrap();

        assert_eq!(id.to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(SpanId::parse("00f067aa0ba902b7").unwrap().to_string(), "00f067aa0ba902b7");
    }

    #[test]
    fn zeros_capitals_and_other_lengths_are_no_ids() {
        for text in [
            "00000000000000000000000000000000",
            "0AF7651916cd43dd8448eb211c80319c",
            "0af7651916cd43dd8448eb211c80319",
            "+af7651916cd43dd8448eb211c80319c",
        ] {
            assert_eq!(TraceId::parse(text), None, "{text}");
        }
        assert_eq!(SpanId::parse("0000000000000000"), None);
        assert_eq!(SpanId::parse("00f067aa0ba902b70"), None);
    }

    #[test]
    fn no_id_comes_twice() {
        let ids = Ids::new([7; 24]);
        let others = Ids::new([8; 24]);

        let made: HashSet<_> = (0..10_000).flat_map(|_| [ids.another().0, others.another().0]).collect();

        assert_eq!(made.len(), 20_000);
    }

    #[test]
    fn spans_of_one_trace_have_ids_of_their_own() {
        let root = SpanId::parse("00f067aa0ba902b7").unwrap();

        let ids: HashSet<_> = (0..1_000).map(|place| root.below(place)).chain([root]).collect();

        assert_eq!(ids.len(), 1_001);
    }
}
