//! How many people a server holds, what ends first, and when it will: arithmetic on what was measured. What is said is a sentence for people,
//! and where the figures do not carry an answer there is none, with a sentence that says what is missing.
//!
//! * [`users`]: from a stepped run of an open model to the number of people at an answer time, with a bound that is published.
//! * [`bottleneck`]: which resource is used up first, from the steps of a run or from what a server saw of itself.
//! * [`forecast`]: the peaks of coming days, and when they pass a share of the capacity.
//! * [`kept`]: a stepped run with all that it came to, as it is kept.
//! * [`lab`]: what a bench or a load run found, as a record that later ones are held against.
//!
//! No clock, no chance, no I/O: moments, seeds and texts are passed in. Everything that comes in is bounded.

pub mod bottleneck;
mod chance;
pub mod curve;
pub mod day;
pub mod forecast;
pub mod kept;
pub mod lab;
mod robust;
pub mod steps;
pub mod users;
pub mod words;
