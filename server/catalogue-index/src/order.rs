//! The products sorted one way, in chunks, so that one product more moves a few kilobytes at most.

use crate::column::{bytes_held, make_room};

#[derive(Debug, Default)]
pub(crate) struct Order {
    /// None is empty, and none is longer than `FULL`.
    chunks: Vec<Vec<u32>>,
}

const FULL: usize = 1024;
/// How long chunks are made that are expected to grow.
const FILLED: usize = 768;
/// A chunk that is shorter is joined with a neighbour, where both together leave room to grow.
const SHORT: usize = 256;

impl Order {
    pub(crate) fn from_sorted(mut ords: impl Iterator<Item = u32>) -> Self {
        let mut chunks = Vec::new();
        loop {
            let mut chunk = Vec::with_capacity(FILLED);
            chunk.extend(ords.by_ref().take(FILLED));
            if chunk.is_empty() {
                return Self { chunks };
            }
            chunks.push(chunk);
        }
    }

    pub(crate) fn chunks(&self) -> &[Vec<u32>] {
        &self.chunks
    }

    /// The chunk and the place in it of the first product that `precedes` does not hold for.
    pub(crate) fn place(&self, precedes: impl Fn(u32) -> bool) -> (usize, usize) {
        let next = self.chunks.partition_point(|chunk| chunk.first().is_some_and(|ord| precedes(*ord)));
        let Some(chunk) = next.checked_sub(1) else { return (0, 0) };
        let place = self.chunks[chunk].partition_point(|ord| precedes(*ord));
        if place == self.chunks[chunk].len() { (next, 0) } else { (chunk, place) }
    }

    /// Puts a product behind those that precede it.
    pub(crate) fn insert(&mut self, ord: u32, precedes: impl Fn(u32) -> bool) {
        let (mut chunk, mut place) = self.place(precedes);
        if place == 0 && chunk > 0 {
            // Between two chunks: at the end of the first, except that a full one at the very end stays
            // full and a new one begins, as products mostly come in ascending order.
            if chunk == self.chunks.len() && self.chunks[chunk - 1].len() >= FULL {
                self.chunks.push(Vec::with_capacity(SHORT));
            } else {
                chunk -= 1;
                place = self.chunks[chunk].len();
            }
        } else if self.chunks.is_empty() {
            self.chunks.push(Vec::new());
        }
        if self.chunks[chunk].len() >= FULL {
            let mut behind = Vec::with_capacity(FULL / 2 + FULL / 8);
            behind.extend(self.chunks[chunk].drain(FULL / 2..));
            self.chunks[chunk].shrink_to(FULL / 2 + FULL / 8);
            self.chunks.insert(chunk + 1, behind);
            if place > FULL / 2 {
                (chunk, place) = (chunk + 1, place - FULL / 2);
            }
        }
        make_room(&mut self.chunks[chunk], 1);
        self.chunks[chunk].insert(place, ord);
    }

    /// Takes out a product that is there.
    pub(crate) fn remove(&mut self, ord: u32, precedes: impl Fn(u32) -> bool) {
        let (chunk, place) = self.place(precedes);
        debug_assert_eq!(self.chunks.get(chunk).and_then(|chunk| chunk.get(place)), Some(&ord));
        let Some(ords) = self.chunks.get_mut(chunk) else { return };
        ords.remove(place);
        if ords.is_empty() {
            self.chunks.remove(chunk);
        } else if ords.len() < SHORT {
            self.join(chunk);
        }
    }

    pub(crate) fn memory(&self) -> usize {
        bytes_held(&self.chunks) + self.chunks.iter().map(bytes_held).sum::<usize>()
    }

    fn join(&mut self, chunk: usize) {
        let length = |at: usize| self.chunks.get(at).map_or(FULL, Vec::len);
        let first = if chunk > 0 && length(chunk - 1) + length(chunk) <= FILLED {
            chunk - 1
        } else if length(chunk) + length(chunk + 1) <= FILLED {
            chunk
        } else {
            return;
        };
        let second = self.chunks.remove(first + 1);
        self.chunks[first].extend(second);
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn products_stay_sorted_through_inserts_and_removals() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut order = Order::default();
        let mut model = std::collections::BTreeSet::new();
        for step in 0..60_000_u32 {
            let ord = rng.random_range(0..20_000);
            if rng.random_range(0..60_000) > step {
                if model.insert(ord) {
                    order.insert(ord, |other| other < ord);
                }
            } else if model.remove(&ord) {
                order.remove(ord, |other| other < ord);
            }
            if step % 5_000 == 0 {
                assert!(order.chunks().iter().flatten().eq(&model));
            }
        }
        assert!(order.chunks().iter().flatten().eq(&model));
        assert!(order.chunks().iter().all(|chunk| !chunk.is_empty() && chunk.len() <= FULL));
    }

    #[test]
    fn appending_leaves_full_chunks() {
        let mut order = Order::default();

        for ord in 0..10_000 {
            order.insert(ord, |other| other < ord);
        }

        assert_eq!(order.chunks().len(), 10);
    }
}
