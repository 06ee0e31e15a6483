//! The list of imports, and one of them.

mod detail;
mod list;
mod results;
mod row;
mod upload;

pub(crate) use self::{detail::Import, list::Imports};
