//! The ords of a list that share their upper half.

use crate::{
    bits::Ones,
    column::{bytes_held, make_room},
};

/// The lower half of the ords of a block.
#[derive(Debug)]
pub(super) enum Block {
    Sorted(Vec<u16>),
    Bits(Box<[u64; BLOCK / 64]>),
}

/// Ords of a block.
pub(super) const BLOCK: usize = 1 << 16;
/// Bits are no smaller before 4096, but much faster to unite.
const SORTED_LIMIT: usize = 2048;

impl Block {
    /// Whether the ord is new.
    pub(super) fn insert(&mut self, ord: u16) -> bool {
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
    pub(super) fn remove(&mut self, ord: u16) -> bool {
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

    pub(super) fn sorted_len(&self) -> usize {
        match self {
            Self::Sorted(ords) => ords.len(),
            Self::Bits(_) => SORTED_LIMIT,
        }
    }

    pub(super) fn count_in(&self, words: &[u64]) -> u32 {
        match self {
            Self::Sorted(ords) => ords.iter().map(|ord| (words.get(usize::from(*ord) / 64).map_or(0, |word| word >> (ord % 64)) & 1) as u32).sum(),
            Self::Bits(bits) => bits.iter().zip(words).map(|(bits, word)| (bits & word).count_ones()).sum(),
        }
    }

    pub(super) fn add_to(&self, words: &mut [u64]) {
        match self {
            Self::Sorted(ords) => ords.iter().for_each(|ord| words[usize::from(*ord) / 64] |= 1 << (ord % 64)),
            Self::Bits(bits) => words.iter_mut().zip(bits.iter()).for_each(|(word, bits)| *word |= bits),
        }
    }

    pub(super) fn shrink(&mut self) {
        if let Self::Sorted(ords) = self {
            ords.shrink_to_fit();
        }
    }

    pub(super) fn memory(&self) -> usize {
        match self {
            Self::Sorted(ords) => bytes_held(ords),
            Self::Bits(_) => BLOCK / 8,
        }
    }
}
