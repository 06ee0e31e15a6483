//! What the product may weigh, how long it may take and how often it may fail: `performance-budgets.toml`, read ([`Budgets::read`]) and held
//! against what was measured ([`judge`]). It measures nothing but the sizes of a built site ([`built`]), and reads what was
//! counted of the hot paths ([`counted`]); who has other figures asks which are
//! wanted ([`Budgets::questions`]) and hands them over as [`Reading`]s.
//!
//! Adding a budget is a line in the file. A page that is built and has none is an error, and so is a budget of a file that is not built any
//! more.

mod budget;
pub mod built;
pub mod burn;
pub mod counted;
mod file;
mod judge;
mod limit;
pub mod table;

pub use self::{
    budget::{About, Asserted, Budget, Budgets, Question, Series, Statistic},
    file::Wrong,
    judge::{Judged, Reading, State, judge},
    limit::{Limit, Side, Unit},
};
