//! The products of one word or tag.

use super::block::{BLOCK, Block};
use crate::{
    bits::BitSet,
    column::{bytes_held, make_room},
};

/// A set of ords: short ones as the gaps between them, long ones in blocks.
#[derive(Debug)]
pub(super) enum List {
    /// For each ord how many are skipped before it: see [`push_gap`].
    Gaps { gaps: Vec<u16>, len: u32, last: u32 },
    /// Block `i` has the ords from `i * 65536`.
    Blocks { blocks: Vec<Block>, len: u32 },
}

/// A change rewrites a list of gaps: a few microseconds at this length.
pub(super) const GAPS_LIMIT: u32 = 4096;

impl Default for List {
    fn default() -> Self {
        Self::Gaps { gaps: Vec::new(), len: 0, last: 0 }
    }
}

impl List {
    pub(super) fn pair(first: u32, second: u32) -> Self {
        let mut list = Self::default();
        list.insert(first);
        list.insert(second);
        list
    }

    pub(super) fn with_room(count: u32) -> Self {
        match count {
            // So few ords are far apart.
            0..16 => Self::Gaps { gaps: Vec::with_capacity(3 * count as usize), len: 0, last: 0 },
            16..=GAPS_LIMIT => Self::Gaps { gaps: Vec::with_capacity(count as usize + 8), len: 0, last: 0 },
            _ => Self::Blocks { blocks: Vec::new(), len: 0 },
        }
    }

    pub(super) fn len(&self) -> u32 {
        match self {
            Self::Gaps { len, .. } | Self::Blocks { len, .. } => *len,
        }
    }

    pub(super) fn insert(&mut self, ord: u32) {
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

    pub(super) fn remove(&mut self, ord: u32) {
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
    pub(super) fn add_to(&self, bits: &mut BitSet) {
        match self {
            Self::Gaps { gaps, .. } => ords(gaps).for_each(|ord| bits.insert(ord)),
            Self::Blocks { blocks, .. } => {
                for (block, words) in blocks.iter().zip(bits.words_mut().chunks_mut(BLOCK / 64)) {
                    block.add_to(words);
                }
            }
        }
    }

    pub(super) fn count_in(&self, bits: &BitSet) -> u32 {
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

    pub(super) fn shrink(&mut self) {
        match self {
            Self::Gaps { gaps, .. } => gaps.shrink_to_fit(),
            Self::Blocks { blocks, .. } => {
                blocks.shrink_to_fit();
                blocks.iter_mut().for_each(Block::shrink);
            }
        }
    }

    pub(super) fn memory(&self) -> usize {
        match self {
            Self::Gaps { gaps, .. } => bytes_held(gaps),
            Self::Blocks { blocks, .. } => bytes_held(blocks) + blocks.iter().map(Block::memory).sum::<usize>(),
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
