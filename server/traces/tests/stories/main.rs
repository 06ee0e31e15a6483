//! The crate as the server uses it: what is recorded, kept, shown and exported.

#![allow(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod any;
mod encoding;
mod export;
mod kept;
mod recording;
mod waterfall;
