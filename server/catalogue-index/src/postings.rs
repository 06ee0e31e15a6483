//! Which products have a word or a tag: for each number of a dictionary a set of ords.

mod block;
mod list;

use self::list::{GAPS_LIMIT, List};
use crate::{
    bits::BitSet,
    column::{bytes_held, grow, make_room},
};

/// A number that one product has costs four bytes, as model numbers are most words of a large catalogue.
#[derive(Debug, Default)]
pub(crate) struct Postings {
    /// For each number `NONE`, an ord, or `LIST` with a place in `lists`.
    heads: Vec<u32>,
    lists: Vec<List>,
    /// Places in `lists` to use again.
    free: Vec<u32>,
}

/// Above all ords, so it marks what is not an ord.
const LIST: u32 = 1 << 31;
const NONE: u32 = u32::MAX;

impl Postings {
    /// Empty, with room for as many ords of each number as `counts` says.
    pub(crate) fn with_room(counts: &[u32]) -> Self {
        let lists = counts.iter().filter(|count| **count > 1).count();
        let mut postings = Self { heads: Vec::with_capacity(counts.len()), lists: Vec::with_capacity(lists), free: Vec::new() };
        for count in counts {
            let head = if *count > 1 { LIST | postings.keep(List::with_room(*count)) } else { NONE };
            postings.heads.push(head);
        }
        postings
    }

    pub(crate) fn insert(&mut self, id: u32, ord: u32) {
        grow_heads(&mut self.heads, id);
        let head = self.heads[id as usize];
        if head == NONE {
            self.heads[id as usize] = ord;
        } else if head < LIST {
            if head != ord {
                let list = List::pair(head.min(ord), head.max(ord));
                self.heads[id as usize] = LIST | self.keep(list);
            }
        } else {
            self.lists[(head ^ LIST) as usize].insert(ord);
        }
    }

    /// Takes an ord out; whether the number has no product any more.
    pub(crate) fn remove(&mut self, id: u32, ord: u32) -> bool {
        let Some(head) = self.heads.get_mut(id as usize) else { return false };
        if *head == ord {
            *head = NONE;
            return true;
        }
        if *head < LIST || *head == NONE {
            return false;
        }
        let place = *head ^ LIST;
        let list = &mut self.lists[place as usize];
        list.remove(ord);
        if list.len() == 0 {
            *list = List::default();
            self.free.push(place);
            *head = NONE;
            return true;
        }
        false
    }

    /// How many products the number has.
    pub(crate) fn count(&self, id: u32) -> u32 {
        match self.heads.get(id as usize) {
            None | Some(&NONE) => 0,
            Some(head) if *head < LIST => 1,
            Some(head) => self.lists[(head ^ LIST) as usize].len(),
        }
    }

    /// Whether the number has so many products that they are kept as bits, mostly.
    pub(crate) fn is_common(&self, id: u32) -> bool {
        self.count(id) > GAPS_LIMIT
    }

    pub(crate) fn add_to(&self, id: u32, bits: &mut BitSet) {
        match self.heads.get(id as usize) {
            None | Some(&NONE) => {}
            Some(head) if *head < LIST => bits.insert(*head),
            Some(head) => self.lists[(head ^ LIST) as usize].add_to(bits),
        }
    }

    /// How many products of a set the number has.
    pub(crate) fn count_in(&self, id: u32, bits: &BitSet) -> u32 {
        match self.heads.get(id as usize) {
            None | Some(&NONE) => 0,
            Some(head) if *head < LIST => u32::from(bits.contains(*head)),
            Some(head) => self.lists[(head ^ LIST) as usize].count_in(bits),
        }
    }

    /// Gives the numbers for which `keep` says so their new names.
    pub(crate) fn renumber(&mut self, renumbered: &[u32], keep: impl Fn(u32) -> bool) {
        let mut heads = Vec::new();
        for (id, head) in self.heads.iter().enumerate() {
            if keep(id as u32) {
                grow_heads(&mut heads, renumbered[id]);
                heads[renumbered[id] as usize] = *head;
            }
        }
        heads.shrink_to_fit();
        self.heads = heads;
    }

    pub(crate) fn shrink(&mut self) {
        self.heads.shrink_to_fit();
        self.lists.shrink_to_fit();
        self.lists.iter_mut().for_each(List::shrink);
    }

    pub(crate) fn memory(&self) -> usize {
        let lists: usize = self.lists.iter().map(List::memory).sum();
        bytes_held(&self.heads) + bytes_held(&self.lists) + bytes_held(&self.free) + lists
    }

    fn keep(&mut self, list: List) -> u32 {
        if let Some(place) = self.free.pop() {
            self.lists[place as usize] = list;
            place
        } else {
            make_room(&mut self.lists, 1);
            self.lists.push(list);
            self.lists.len() as u32 - 1
        }
    }
}

fn grow_heads(heads: &mut Vec<u32>, id: u32) {
    let before = heads.len();
    if id as usize >= before {
        grow(heads, id as usize + 1);
        heads[before..].fill(NONE);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::{RngExt, SeedableRng, rngs::StdRng};

    use super::*;

    fn read(postings: &Postings, id: u32, len: usize) -> Vec<u32> {
        let mut bits = BitSet::new(len);
        postings.add_to(id, &mut bits);
        bits.iter().collect()
    }

    #[test]
    fn a_list_is_the_set_of_what_was_put_in_and_not_taken_out() {
        let mut rng = StdRng::seed_from_u64(1);
        for range in [10, 1_000, 200_000, 900_000_000] {
            let mut postings = Postings::default();
            let mut model = BTreeSet::new();
            for step in 0..40_000_u32 {
                let ord = rng.random_range(0..range);
                // Grows at first, shrinks to nothing at the end.
                if rng.random_range(0..40_000) > step {
                    postings.insert(3, ord);
                    model.insert(ord);
                } else {
                    let emptied = postings.remove(3, ord);
                    let known = model.remove(&ord);
                    assert_eq!(emptied, known && model.is_empty());
                }
                assert_eq!(postings.count(3), model.len() as u32);
                if step % 4_000 == 0 && range < 1_000_000 {
                    assert!(read(&postings, 3, range as usize).into_iter().eq(model.iter().copied()));
                }
            }
            for ord in model.clone() {
                postings.remove(3, ord);
            }
            assert_eq!(postings.count(3), 0);
        }
    }

    #[test]
    fn a_count_inside_a_set_is_the_size_of_the_intersection() {
        let mut rng = StdRng::seed_from_u64(2);
        let mut postings = Postings::default();
        for id in [0_u32, 1, 2, 3] {
            for _ in 0..[1, 500, 6_000, 90_000][id as usize] {
                postings.insert(id, rng.random_range(0..150_000));
            }
        }
        let mut bits = BitSet::new(150_000);
        (0..150_000).filter(|ord| ord % 7 < 3).for_each(|ord| bits.insert(ord));

        for id in 0..4 {
            let expected = read(&postings, id, 150_000).into_iter().filter(|ord| bits.contains(*ord)).count();
            assert_eq!(postings.count_in(id, &bits), expected as u32);
        }
    }
}
