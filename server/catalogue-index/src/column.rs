//! One whole number per product, as narrow as the widest of them allows.

use crate::bits::{BitSet, Ones};

#[derive(Debug)]
pub(crate) enum Column {
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    I64(Vec<i64>),
}

macro_rules! each_width {
    ($column:expr, $values:ident => $body:expr) => {
        match $column {
            Column::U8($values) => $body,
            Column::U16($values) => $body,
            Column::U32($values) => $body,
            Column::I64($values) => $body,
        }
    };
}

impl Column {
    pub(crate) const fn new() -> Self {
        Self::U8(Vec::new())
    }

    pub(crate) fn len(&self) -> usize {
        each_width!(self, values => values.len())
    }

    /// Makes the column `len` long, new places being 0.
    pub(crate) fn grow(&mut self, len: usize) {
        each_width!(self, values => grow(values, len));
    }

    #[inline]
    pub(crate) fn get(&self, at: u32) -> i64 {
        each_width!(self, values => wide(values[at as usize]))
    }

    pub(crate) fn set(&mut self, at: u32, value: i64) {
        let fits = match self {
            Self::U8(values) => u8::try_from(value).map(|value| values[at as usize] = value).is_ok(),
            Self::U16(values) => u16::try_from(value).map(|value| values[at as usize] = value).is_ok(),
            Self::U32(values) => u32::try_from(value).map(|value| values[at as usize] = value).is_ok(),
            Self::I64(values) => {
                values[at as usize] = value;
                true
            }
        };
        if !fits {
            self.widen(value);
            self.set(at, value);
        }
    }

    /// Keeps of a set the places whose value passes.
    pub(crate) fn retain(&self, bits: &mut BitSet, keep: impl Fn(i64) -> bool) {
        each_width!(self, values => retain(values, bits, |value| keep(wide(value))));
    }

    /// Adds to a set the places whose value passes.
    pub(crate) fn add_where(&self, bits: &mut BitSet, passes: impl Fn(i64) -> bool) {
        each_width!(self, values => for (word, values) in bits.words_mut().iter_mut().zip(values.chunks(64)) {
            *word |= mask(values, |value| passes(wide(value)));
        });
    }

    /// Visits the values at the places of a set.
    #[inline]
    pub(crate) fn visit(&self, bits: &BitSet, mut visit: impl FnMut(i64)) {
        each_width!(self, values => for (word, values) in bits.words().iter().zip(values.chunks(64)) {
            for at in Ones(*word) {
                visit(wide(values[at as usize]));
            }
        });
    }

    pub(crate) fn shrink(&mut self) {
        each_width!(self, values => values.shrink_to_fit());
    }

    pub(crate) fn memory(&self) -> usize {
        each_width!(self, values => bytes_held(values))
    }

    fn widen(&mut self, value: i64) {
        let spare = self.len() / 8;
        *self = if u16::try_from(value).is_ok() {
            Self::U16(self.copied(spare, |value| value as u16))
        } else if u32::try_from(value).is_ok() {
            Self::U32(self.copied(spare, |value| value as u32))
        } else {
            Self::I64(self.copied(spare, |value| value))
        };
    }

    fn copied<T>(&self, spare: usize, convert: impl Fn(i64) -> T) -> Vec<T> {
        let mut copy = Vec::with_capacity(self.len() + spare);
        each_width!(self, values => copy.extend(values.iter().map(|value| convert(wide(*value)))));
        copy
    }
}

#[inline]
fn wide<T: Into<i64>>(value: T) -> i64 {
    value.into()
}

/// Makes a vector `len` long; it grows by an eighth at a time, where `Vec` would double.
pub(crate) fn grow<T: Clone + Default>(values: &mut Vec<T>, len: usize) {
    if len > values.len() {
        make_room(values, len - values.len());
        values.resize(len, T::default());
    }
}

/// Room for `more` elements, growing by an eighth at a time, where `Vec` would double.
pub(crate) fn make_room<T>(values: &mut Vec<T>, more: usize) {
    if values.capacity() - values.len() < more {
        values.reserve_exact(more.max(values.len() / 8 + 8));
    }
}

pub(crate) fn bytes_held<T>(values: &Vec<T>) -> usize {
    values.capacity() * size_of::<T>()
}

/// Keeps of a set the places whose value passes. Words without a member are not looked at.
#[inline]
pub(crate) fn retain<T: Copy>(values: &[T], bits: &mut BitSet, keep: impl Fn(T) -> bool) {
    for (word, values) in bits.words_mut().iter_mut().zip(values.chunks(64)) {
        if *word == 0 {
            continue;
        }
        if word.count_ones() < 24 {
            for at in Ones(*word) {
                if !keep(values[at as usize]) {
                    *word &= !(1 << at);
                }
            }
        } else {
            *word &= mask(values, &keep);
        }
    }
}

/// The bits of up to 64 values that pass, the first the lowest.
#[inline]
fn mask<T: Copy>(values: &[T], passes: impl Fn(T) -> bool) -> u64 {
    let (eights, rest) = values.as_chunks::<8>();
    let mut mask = 0;
    for (at, eight) in eights.iter().enumerate() {
        // The product brings the lowest bit of each of eight bytes together in the highest byte.
        let mut bytes = [0; 8];
        for (byte, value) in bytes.iter_mut().zip(eight) {
            *byte = u8::from(passes(*value));
        }
        mask |= (u64::from_le_bytes(bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * at);
    }
    for (at, value) in rest.iter().enumerate() {
        mask |= u64::from(passes(*value)) << (8 * eights.len() + at);
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_widens_and_keeps_its_values() {
        let mut column = Column::new();
        column.grow(6);

        for (at, value) in [(0, 7), (1, 255), (2, 256), (3, 70_000), (4, -1), (5, i64::MAX)] {
            column.set(at, value);
        }

        assert_eq!((0..6).map(|at| column.get(at)).collect::<Vec<_>>(), [7, 255, 256, 70_000, -1, i64::MAX]);
    }

    #[test]
    fn dense_and_sparse_words_keep_the_same() {
        let mut column = Column::new();
        column.grow(200);
        for at in 0..200 {
            column.set(at, i64::from(at % 3));
        }
        for step in [1, 50] {
            let mut bits = BitSet::new(200);
            (0..200).step_by(step).for_each(|at| bits.insert(at));

            column.retain(&mut bits, |value| value == 2);

            assert!(bits.iter().eq((0..200).step_by(step).filter(|at| at % 3 == 2)));
        }
    }
}
