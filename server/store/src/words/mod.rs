//! Better words: providers and briefs, runs and their versions, reviews, and what it all costs.

mod briefs;
mod providers;
pub mod records;
mod review;
pub(crate) mod rows;
mod runs;
pub(crate) mod sql;
mod usage;
mod versions;

pub(crate) use self::review::{ruling, suggested};

use crate::Db;

/// The statements that must never read a whole table, by name, for the test of their plans.
pub(crate) fn hot_statements(db: &Db) -> Vec<(&'static str, &'static str)> {
    let mut all = sql::hot(db);
    all.extend(review::hot(db));
    all
}
