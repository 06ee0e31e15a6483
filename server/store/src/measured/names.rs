//! The numbers of series, as far as they are known here.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{PoisonError, RwLock, RwLockReadGuard},
};

use measuring::Series;

/// Every series that was seen in the table, by its number.
#[derive(Debug, Default)]
pub(crate) struct Names(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    numbers: HashMap<Series, i64>,
    last: i64,
}

/// Series in the table. Beyond that nothing new is told apart, and of what browsers say nothing beyond half of it: in that are the builds that are told
/// apart, with some hundred series each.
const MOST: usize = 40_000;

impl Names {
    /// Learns what is behind a number. False, and nothing is learned, where all was forgotten since that was the last: what is before it would be
    /// missing for good.
    pub(super) fn learn(&self, behind: i64, rows: impl Iterator<Item = (i64, Series)>) -> bool {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.last < behind {
            return false;
        }
        for (number, series) in rows {
            known.last = known.last.max(number);
            known.numbers.insert(series, number);
        }
        true
    }

    /// Whatever is in the table is read again.
    pub(super) fn forget(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Known::default();
    }

    /// The highest number that is known.
    pub(super) fn last(&self) -> i64 {
        self.known().last
    }

    pub(super) fn number(&self, series: &Series) -> Option<i64> {
        self.known().numbers.get(series).copied()
    }

    /// Of what stands for a series that has none, and what tells that series apart from the others that it stands for: each has rows of its own there.
    pub(super) fn number_among_others(&self, series: &Series) -> Option<(i64, u128)> {
        let mut hasher = DefaultHasher::new();
        series.hash(&mut hasher);
        Some((self.number(&series.among_others())?, u128::from(hasher.finish()) << u32::BITS))
    }

    /// Series by their numbers.
    pub(super) fn chosen(&self, wanted: impl Fn(&Series) -> bool) -> HashMap<i64, Series> {
        self.known().numbers.iter().filter(|(series, _)| wanted(series)).map(|(series, number)| (*number, series.clone())).collect()
    }

    /// Those that have no number and may get one, each once. Where there is no room, those that stand for the others.
    pub(super) fn unknown<'a>(&self, series: impl Iterator<Item = &'a Series>) -> Vec<Series> {
        let known = self.known();
        let (mut new, mut others) = (HashSet::new(), HashSet::new());
        for series in series.filter(|series| !known.numbers.contains_key(*series)) {
            if new.contains(series) {
                continue;
            }
            if series.fits(known.numbers.len() + new.len(), MOST) {
                new.insert(series.clone());
            } else {
                others.insert(series.among_others());
            }
        }
        new.extend(others.into_iter().filter(|series| !known.numbers.contains_key(series)));
        new.into_iter().collect()
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_before_all_was_forgotten_is_asked_for_again() {
        let (names, series) = (Names::default(), |of: &str| Series::new("a", of, ""));
        let first = names.learn(0, [(1, series("one")), (2, series("two"))].into_iter());
        let behind = names.last();
        names.forget();

        let late = names.learn(behind, [(3, series("three"))].into_iter());

        assert_eq!((first, late, names.last(), names.number(&series("three"))), (true, false, 0, None));
    }
}
