//! What a device answers is what the store would, had it the products of the device alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod model;
mod own;
mod random;
mod review;
mod same_as_model;
