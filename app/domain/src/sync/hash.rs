//! Sums by which a device and a server find out that they have the same, without sending it.
//!
//! They are made against accidents, not against people: whoever could forge one could as well send the change itself.

use serde::{Deserialize, Serialize};

use crate::ids::{OpId, Seq};

/// A sum of rows. It is the same in whatever order they are added, so that it can be kept current row by row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sum(pub u64);

impl Sum {
    /// Of one row: its number in the store, its version, and its bytes.
    pub fn of_row(ord: u32, version: Seq, body: &[u8]) -> Self {
        let start = mix(u64::from(ord) ^ FIRST, version.0 as u64 ^ SECOND);
        Self(bytes(start, body))
    }

    #[must_use]
    pub const fn with(self, row: Self) -> Self {
        Self(self.0.wrapping_add(row.0))
    }
}

/// The history of a store up to a change: made of the history before it and of the change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Chain(pub u64);

impl Chain {
    /// `salt` is what else tells a commit from another one, such as its moment: the same op may end differently after a restore.
    #[must_use]
    pub fn then(self, op: OpId, seq: Seq, salt: u64) -> Self {
        let (high, low) = op.0.as_u64_pair();
        Self(mix(mix(self.0 ^ FIRST, high ^ salt), mix(low ^ SECOND, seq.0 as u64)))
    }
}

/// What an op wants, whoever sends it under whichever number: an op that is sent again has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PayloadHash(pub u128);

impl PayloadHash {
    pub fn of(lane: &[u8; 16], payload: &[u8]) -> Self {
        let half = |start: u64| u128::from(bytes(bytes(start, lane), payload));
        Self(half(FIRST) << 64 | half(SECOND))
    }
}

// Digits of pi, as good as any.
const FIRST: u64 = 0x243f_6a88_85a3_08d3;
const SECOND: u64 = 0x1319_8a2e_0370_7344;

/// Both halves of a product: every bit of either factor reaches every bit of it.
const fn mix(a: u64, b: u64) -> u64 {
    let product = (a ^ FIRST) as u128 * (b ^ SECOND) as u128;
    // With the factors themselves, as a factor of nothing would leave nothing of the other.
    (product >> 64) as u64 ^ product as u64 ^ a.rotate_left(23) ^ b.rotate_left(41)
}

fn bytes(start: u64, bytes: &[u8]) -> u64 {
    let mut state = mix(start, bytes.len() as u64 ^ SECOND);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        state = mix(state ^ u64::from_le_bytes(*word), state.rotate_left(32) ^ SECOND);
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(state ^ u64::from_le_bytes(last), state.rotate_left(32) ^ FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_tells_every_small_difference() {
        let body = [7; 40];
        let sum = Sum::of_row(1, Seq(1), &body);

        for at in 0..body.len() {
            let mut other = body;
            other[at] ^= 1;
            assert_ne!(Sum::of_row(1, Seq(1), &other), sum);
            assert_ne!(Sum::of_row(1, Seq(1), &body[..at]), sum);
        }
        assert_ne!(Sum::of_row(2, Seq(1), &body), sum);
        assert_ne!(Sum::of_row(1, Seq(2), &body), sum);
    }

    #[test]
    fn the_order_of_rows_does_not_matter() {
        let [a, b] = [1, 2].map(|ord| Sum::of_row(ord, Seq(1), b"x"));

        assert_eq!(a.with(b), b.with(a));
        assert_ne!(a.with(b), a.with(a));
    }

    #[test]
    fn a_history_depends_on_all_of_it() {
        let op = |n| OpId(uuid::Uuid::from_u128(n));
        let chain = Chain::default().then(op(1), Seq(1), 0).then(op(2), Seq(2), 0);

        assert_ne!(chain, Chain::default().then(op(2), Seq(1), 0).then(op(1), Seq(2), 0));
        assert_ne!(chain, Chain::default().then(op(1), Seq(1), 1).then(op(2), Seq(2), 0));
    }
}
