//! The cache as its users see it: what is loaded how often, and what is never answered.

#![allow(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod flight;
mod lifetime;
mod model;
mod processes;
mod races;
mod redis;
mod support;
