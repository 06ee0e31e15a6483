//! A store as a device holds it. What a page asks the server is answered from this when the server cannot be reached, with the same types and by
//! the same list index, of as many products as are there.
//!
//! It is made of the rows of the device's replica, and of the own ops in its outbox that these rows lack: what one has changed is in lists and on
//! pages at once. Like the replica it is never the truth, and can be made anew at any time. How the rows got here, and what is done with the answers,
//! is for others: in here there is no browser.

mod answer;
mod filling;
mod kept;
mod own;
pub mod review;
mod store;

pub use self::filling::Filling;
pub use self::store::{About, HeldStore, Moment};
