//! Offline and sync, without any I/O: the rules by which what somebody saves on a device reaches the server once, and what is on the
//! server reaches the device. Browser, server and tests run this code, and bring storage, network, clock and chance with them.
//!
//! * [`wire`]: what both sides say to each other, and how an answer is told from a portal's page.
//! * [`intent`]: what a person wants, and what that does to a product as it is now.
//! * [`outbox`]: what was saved here and how it ended. Never dropped.
//! * [`body`]: a product as it is kept on a device.
//! * [`replica`]: rows kept here, each for a reason. Dropped at will.
//! * [`pins`]: views that somebody has made available offline, and how far that is.
//! * [`core`]: the engine of a tab or a worker, `step(event) -> effects`.
//! * [`pokes`]: how soon a device asks that was told of something new.
//! * [`server`]: what the server answers.
//! * [`shelf`]: the server's last answers to some questions, with what they are as of. Dropped at will.
//! * [`shown`]: what a person sees of it.
//! * [`whose`]: what of a device goes when its person leaves.
//!
//! The promises are numbered P1 to P16, and the tests that prove one have its number in their names. `tests/simulation` has all of it
//! live through made-up histories with everything going wrong that can.
//!
//! How an op ends when things go wrong in between: the device sends it until it has a result, and the server has each result for good, so
//! that it does not matter which of the two was cut off, how often, or how many tabs send. Only a server that goes back to a copy can lose
//! a result. A device therefore shows with every message the latest place in the history that it has results of (its *witness*), and offers
//! again what ended of late when that place is not there any more.

pub mod body;
pub mod core;
pub mod end;
#[cfg(test)]
mod golden;
pub mod hash;
pub mod intent;
pub mod outbox;
pub mod pins;
pub mod pokes;
pub mod replica;
pub mod server;
pub mod shelf;
pub mod shown;
pub mod whose;
pub mod wire;
