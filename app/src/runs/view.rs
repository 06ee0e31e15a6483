//! All runs, a new one, and one of them.

mod detail;
mod form;
mod list;
mod row;
mod steer;

pub(crate) use self::{detail::Run, form::NewRun, list::Runs};
