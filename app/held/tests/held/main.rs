//! What a device answers is what the store would, had it the products of the device alone.

mod model;
mod own;
mod random;
mod same_as_model;
