//! Questions to a scripted provider, in both forms: what comes of them, what is told to whoever pays, and what the provider saw.
//! Time stands still but where something waits, so that a wait of minutes is over at once.

#![allow(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod answers;
mod asking;
mod chains;
mod failures;
mod floods;
mod gates;
mod network;
mod support;
