//! Alerts on their way, over real connections with short limits, and over days of paused time.

#![allow(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod mail;
mod outbox;
mod rounds;
mod support;
mod webhooks;
