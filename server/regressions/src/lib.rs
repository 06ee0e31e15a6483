//! The statistics that find what got slower. [`compare`] says of two builds, measured in turns on one machine, whether one is slower;
//! [`change_points`] finds the steps in a series of runs, from which [`rhythm`] takes what comes and goes each day. Both take plain numbers; nothing here measures, reads a clock or draws by a chance
//! that is not repeated: the same numbers get the same answer.
//!
//! Why no fixed "ten percent more" will do: where measurements differ by 8 % from themselves, as they do on a machine that others use,
//! such a rule cries wolf on every series in which nothing changes. `cargo run -p regressions --release --example self-test` prints how
//! often the rules here do, and how much they miss.

#![cfg_attr(test, allow(clippy::float_cmp, reason = "of constants the answers are exact"))]

pub mod bootstrap;
pub mod change_points;
pub mod compare;
mod distribution;
mod numbers;
pub mod ranks;
pub mod rhythm;
pub mod samples;
pub mod synthetic;

pub use self::{
    change_points::{ChangePoint, Point, find},
    compare::{Verdict, verdict},
};

/// Which way a figure is better: of times and bytes less is, of requests a second more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bigger {
    #[default]
    Worse,
    Better,
}
