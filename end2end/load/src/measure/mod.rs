//! What is measured: how long answers take, how many there are, and what they cost.

mod figures;
mod latencies;
mod meter;
mod process;
mod recorder;

pub use self::{
    figures::Watching,
    latencies::{Latencies, Percentiles},
    meter::{BUSY, Meter, Moment, Processor},
    recorder::{Bin, Counted, Levelled, Recorder, Sample, Summary, Tally},
};
