//! Sums by which a device and a server find out that they have the same, without sending it.
//!
//! XXH64 (<https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>), which stays the same in every build. It is made against
//! accidents, not against people: whoever could forge a sum could as well send the change itself.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh64::Xxh64;

use crate::ids::{OpId, Seq};

/// A sum of rows. It is the same in whatever order they are added, so that it can be kept current row by row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sum(pub u64);

impl Sum {
    /// Of one row: its number in the store, its version, and its bytes.
    pub fn of_row(ord: u32, version: Seq, body: &[u8]) -> Self {
        Self(hash(0, &[&ord.to_le_bytes(), &version.0.to_le_bytes(), body]))
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
        Self(hash(0, &[&self.0.to_le_bytes(), op.0.as_bytes(), &seq.0.to_le_bytes(), &salt.to_le_bytes()]))
    }
}

/// What an op wants, whoever sends it under whichever number: an op that is sent again has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PayloadHash(pub u128);

impl PayloadHash {
    pub fn of(lane: &[u8; 16], payload: &[u8]) -> Self {
        let half = |seed: u64| u128::from(hash(seed, &[lane, payload]));
        Self(half(0) << 64 | half(1))
    }
}

/// All but the last part have a length of their own, so that no two lists of parts are the same bytes.
fn hash(seed: u64, parts: &[&[u8]]) -> u64 {
    let mut hasher = Xxh64::new(seed);
    for part in parts {
        hasher.update(part);
    }
    hasher.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p06_a_sum_tells_every_small_difference() {
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
    fn p06_the_order_of_rows_does_not_matter() {
        let [a, b] = [1, 2].map(|ord| Sum::of_row(ord, Seq(1), b"x"));

        assert_eq!(a.with(b), b.with(a));
        assert_ne!(a.with(b), a.with(a));
    }

    #[test]
    fn p15_a_history_depends_on_all_of_it() {
        let op = |n| OpId(uuid::Uuid::from_u128(n));
        let chain = Chain::default().then(op(1), Seq(1), 0).then(op(2), Seq(2), 0);

        assert_ne!(chain, Chain::default().then(op(2), Seq(1), 0).then(op(1), Seq(2), 0));
        assert_ne!(chain, Chain::default().then(op(1), Seq(1), 1).then(op(2), Seq(2), 0));
    }
}
