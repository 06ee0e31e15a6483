//! What the built-in writer makes of products: rules one by one, a made-up catalogue, a real one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod catalogues;
mod rules;
mod snapshots;
mod support;
