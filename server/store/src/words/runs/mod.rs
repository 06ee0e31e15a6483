//! Runs: which products one is about, what is read for it, and what is written of it.

mod end;
mod read;
mod results;
mod select;
pub(crate) mod start;
mod write;
