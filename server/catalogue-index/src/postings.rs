//! Which products have a word or a tag: for each number of a dictionary a set of ords.

use crate::{
    bits::{BitSet, Ones},
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

/// A set of ords: short ones as the gaps between them, long ones in blocks.
#[derive(Debug)]
enum List {
    /// For each ord how many are skipped before it: see [`push_gap`].
    Gaps { gaps: Vec<u16>, len: u32, last: u32 },
    /// Block `i` has the ords from `i * 65536`.
    Blocks { blocks: Vec<Block>, len: u32 },
}

/// The lower half of the ords of a block.
#[derive(Debug)]
enum Block {
    Sorted(Vec<u16>),
    Bits(Box<[u64; BLOCK / 64]>),
}

const BLOCK: usize = 1 << 16;
/// A change rewrites a list of gaps: a few microseconds at this length.
const GAPS_LIMIT: u32 = 4096;
/// Bits are no smaller before 4096, but much faster to unite.
const SORTED_LIMIT: usize = 2048;

impl Default for List {
    fn default() -> Self {
        Self::Gaps { gaps: Vec::new(), len: 0, last: 0 }
    }
}

impl List {
    fn pair(first: u32, second: u32) -> Self {
        let mut list = Self::default();
        list.insert(first);
        list.insert(second);
        list
    }

    fn with_room(count: u32) -> Self {
        match count {
            // So few ords are far apart.
            0..16 => Self::Gaps { gaps: Vec::with_capacity(3 * count as usize), len: 0, last: 0 },
            16..=GAPS_LIMIT => Self::Gaps { gaps: Vec::with_capacity(count as usize + 8), len: 0, last: 0 },
            _ => Self::Blocks { blocks: Vec::new(), len: 0 },
        }
    }

    fn len(&self) -> u32 {
        match self {
            Self::Gaps { len, .. } | Self::Blocks { len, .. } => *len,
        }
    }

    fn insert(&mut self, ord: u32) {
        match self {
            Self::Gaps { len, .. } if *len >= GAPS_LIMIT => {
                self.split();
                self.insert(ord);
            }
            Self::Gaps { gaps, len, last } => {
                if *len == 0 || ord > *last {
                    push_gap(gaps, if *len == 0 { ord } else { ord - *last - 1 });
                    *last = ord;
                    *len += 1;
                } else if let Some(place) = Place::of(gaps, ord)
                    && place.ord != ord
                {
                    let mut both = Vec::with_capacity(6);
                    push_gap(&mut both, ord - place.first);
                    push_gap(&mut both, place.ord - ord - 1);
                    make_room(gaps, both.len());
                    gaps.splice(place.start..place.end, both);
                    *len += 1;
                }
            }
            Self::Blocks { blocks, len } => {
                let block = ord as usize / BLOCK;
                while blocks.len() <= block {
                    // A block is mostly about as full as the one before it.
                    let before = blocks.last().map_or(0, Block::sorted_len);
                    blocks.push(Block::Sorted(Vec::with_capacity(before)));
                }
                *len += u32::from(blocks[block].insert(ord as u16));
            }
        }
    }

    fn remove(&mut self, ord: u32) {
        match self {
            Self::Gaps { gaps, len, last } => {
                let Some(place) = Place::of(gaps, ord).filter(|place| place.ord == ord) else { return };
                *len -= 1;
                if ord == *last {
                    gaps.truncate(place.start);
                    *last = place.first.wrapping_sub(1);
                } else {
                    let mut rest = &gaps[place.end..];
                    let next = next_gap(&mut rest).unwrap_or(0);
                    let end = gaps.len() - rest.len();
                    let mut joined = Vec::with_capacity(3);
                    push_gap(&mut joined, ord - place.first + 1 + next);
                    gaps.splice(place.start..end, joined);
                }
            }
            Self::Blocks { blocks, len } => {
                if let Some(block) = blocks.get_mut(ord as usize / BLOCK) {
                    *len -= u32::from(block.remove(ord as u16));
                }
            }
        }
    }

    #[inline]
    fn add_to(&self, bits: &mut BitSet) {
        match self {
            Self::Gaps { gaps, .. } => ords(gaps).for_each(|ord| bits.insert(ord)),
            Self::Blocks { blocks, .. } => {
                for (block, words) in blocks.iter().zip(bits.words_mut().chunks_mut(BLOCK / 64)) {
                    match block {
                        Block::Sorted(ords) => ords.iter().for_each(|ord| words[usize::from(*ord) / 64] |= 1 << (ord % 64)),
                        Block::Bits(bits) => words.iter_mut().zip(bits.iter()).for_each(|(word, bits)| *word |= bits),
                    }
                }
            }
        }
    }

    fn count_in(&self, bits: &BitSet) -> u32 {
        match self {
            Self::Gaps { gaps, .. } => ords(gaps).map(|ord| u32::from(bits.contains(ord))).sum(),
            Self::Blocks { blocks, .. } => blocks.iter().zip(bits.words().chunks(BLOCK / 64)).map(|(block, words)| block.count_in(words)).sum(),
        }
    }

    fn split(&mut self) {
        let Self::Gaps { gaps, .. } = self else { return };
        let mut split = Self::Blocks { blocks: Vec::new(), len: 0 };
        ords(gaps).for_each(|ord| split.insert(ord));
        *self = split;
    }

    fn shrink(&mut self) {
        match self {
            Self::Gaps { gaps, .. } => gaps.shrink_to_fit(),
            Self::Blocks { blocks, .. } => {
                blocks.shrink_to_fit();
                for block in blocks {
                    if let Block::Sorted(ords) = block {
                        ords.shrink_to_fit();
                    }
                }
            }
        }
    }

    fn memory(&self) -> usize {
        match self {
            Self::Gaps { gaps, .. } => bytes_held(gaps),
            Self::Blocks { blocks, .. } => bytes_held(blocks) + blocks.iter().map(Block::memory).sum::<usize>(),
        }
    }
}

impl Block {
    /// Whether the ord is new.
    fn insert(&mut self, ord: u16) -> bool {
        match self {
            Self::Sorted(ords) => {
                let place = if ords.last().is_none_or(|last| *last < ord) { Err(ords.len()) } else { ords.binary_search(&ord) };
                let Err(place) = place else { return false };
                if ords.len() < SORTED_LIMIT {
                    make_room(ords, 1);
                    ords.insert(place, ord);
                    return true;
                }
                let mut bits = Box::new([0; BLOCK / 64]);
                for ord in ords.iter().copied().chain([ord]) {
                    bits[usize::from(ord) / 64] |= 1 << (ord % 64);
                }
                *self = Self::Bits(bits);
                true
            }
            Self::Bits(bits) => {
                let (word, bit) = (&mut bits[usize::from(ord) / 64], 1 << (ord % 64));
                let new = *word & bit == 0;
                *word |= bit;
                new
            }
        }
    }

    /// Whether the ord was there.
    fn remove(&mut self, ord: u16) -> bool {
        match self {
            Self::Sorted(ords) => ords.binary_search(&ord).map(|place| ords.remove(place)).is_ok(),
            Self::Bits(bits) => {
                let (word, bit) = (&mut bits[usize::from(ord) / 64], 1 << (ord % 64));
                let known = *word & bit != 0;
                *word &= !bit;
                let count: u32 = bits.iter().map(|word| word.count_ones()).sum();
                if (count as usize) < SORTED_LIMIT / 2 {
                    let ords = bits.iter().zip(0_u16..).flat_map(|(word, at)| Ones(*word).map(move |bit| at * 64 + bit as u16));
                    *self = Self::Sorted(ords.collect());
                }
                known
            }
        }
    }

    fn sorted_len(&self) -> usize {
        match self {
            Self::Sorted(ords) => ords.len(),
            Self::Bits(_) => SORTED_LIMIT,
        }
    }

    fn count_in(&self, words: &[u64]) -> u32 {
        match self {
            Self::Sorted(ords) => ords.iter().map(|ord| (words.get(usize::from(*ord) / 64).map_or(0, |word| word >> (ord % 64)) & 1) as u32).sum(),
            Self::Bits(bits) => bits.iter().zip(words).map(|(bits, word)| (bits & word).count_ones()).sum(),
        }
    }

    fn memory(&self) -> usize {
        match self {
            Self::Sorted(ords) => bytes_held(ords),
            Self::Bits(_) => BLOCK / 8,
        }
    }
}

/// Where in a list of gaps an ord stands: the first that is not smaller.
struct Place {
    start: usize,
    end: usize,
    /// The smallest ord that could stand here: one more than the one before.
    first: u32,
    ord: u32,
}

impl Place {
    fn of(gaps: &[u16], wanted: u32) -> Option<Self> {
        let mut rest = gaps;
        let mut first = 0;
        loop {
            let start = gaps.len() - rest.len();
            let ord = first + next_gap(&mut rest)?;
            if ord >= wanted {
                return Some(Self { start, end: gaps.len() - rest.len(), first, ord });
            }
            first = ord + 1;
        }
    }
}

/// Stands before a gap of two numbers, the lower half first.
const WIDE: u16 = u16::MAX;

fn push_gap(gaps: &mut Vec<u16>, gap: u32) {
    if gap < u32::from(WIDE) {
        make_room(gaps, 1);
        gaps.push(gap as u16);
    } else {
        make_room(gaps, 3);
        gaps.extend([WIDE, gap as u16, (gap >> 16) as u16]);
    }
}

/// Reads the gap at the front and moves past it; `None` at the end.
#[inline]
fn next_gap(gaps: &mut &[u16]) -> Option<u32> {
    let (&first, rest) = gaps.split_first()?;
    *gaps = rest;
    if first != WIDE {
        return Some(u32::from(first));
    }
    let (&[low, high], rest) = rest.split_first_chunk()?;
    *gaps = rest;
    Some(u32::from(low) | u32::from(high) << 16)
}

#[inline]
fn ords(mut gaps: &[u16]) -> impl Iterator<Item = u32> {
    let mut first = 0;
    std::iter::from_fn(move || {
        let ord = first + next_gap(&mut gaps)?;
        first = ord + 1;
        Some(ord)
    })
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
