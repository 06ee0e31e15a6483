//! What a server measures of itself, and how that is kept: values in mergeable sketches ([`Sketch`]), a sketch for each series
//! ([`Series`]) and minute, hour and day ([`Level`]). It is pure: no clock, no database, no HTTP.
//!
//! What happens is counted by a [`Recorder`], which any thread may call and which never waits for anything. Once a minute what came
//! together is taken out and goes into [`Periods`], which knows what is to be written: every process writes rows of its own, each whole, so
//! that writing one twice changes nothing, and whoever reads merges them. Percentiles are read off merged sketches and never averaged.

mod level;
pub mod metric;
mod periods;
mod recorder;
mod series;
mod sketch;

pub use self::{
    level::{Level, Span},
    periods::{Periods, Row},
    recorder::Recorder,
    series::{ALL, OTHERS, Series},
    sketch::{NotASketch, Packed, Sketch},
};
