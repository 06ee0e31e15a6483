//! All runs, a new one, and one of them.

mod banner;
mod detail;
mod form;
mod list;
mod row;
mod steer;

pub(crate) use self::{detail::Run, form::NewRun, list::Runs};
