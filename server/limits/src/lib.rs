//! How fast somebody may ask, and how much at once the server takes on. It knows no address of the server and no store: it is told
//! who asks and what that costs, and gives a decision, which the server makes an answer of.
//!
//! [`Limiter`] is for the first: the generic cell rate algorithm ([`gcra`]), kept in this process ([`local`]) and, where several
//! processes serve together, on Redis ([`redis`]). [`overload::Gate`] is for the second.
//!
//! The arithmetic is ours, some lines that the script on Redis repeats word for word. The crate `governor` has the same, but keeps
//! every key it has seen until somebody sweeps, so that whoever invents keys fills the memory.

pub mod address;
mod circuit;
pub mod gcra;
pub mod headers;
mod key;
mod limiter;
pub mod local;
pub mod overload;
pub mod redis;
mod shared;

pub use self::{
    gcra::Quota,
    key::Key,
    limiter::{Decision, Limiter},
    shared::{Ask, MOST, Outcome, Policy, SharedError, SharedLimiter},
};
