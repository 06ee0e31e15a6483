//! Offline work in a browser. The rules are in `domain::sync`; this is what they stand on: storage, network, timers, other tabs.
//!
//! * `idb`: a transaction of `IndexedDB` as something that is waited for.
//! * `outbox`, `replica`: the two databases. The first is strict and never dropped, the second may go at any time.
//! * `journal`: a second copy of what is saved, elsewhere.
//! * `http`: asking the server, and telling its answer from a portal's page.
//! * `engine`: a `Core` that works.
//! * `keep`: what it does for the replica without being asked; `survey` looks through it, `view` asks which rows there are.
//! * `pins`: which views somebody has made available offline.
//! * `reader`: both databases, for pages that are shown without a network.
//!
//! It is for browsers alone: of the server's side there is nothing in it.

#![cfg(target_arch = "wasm32")]

mod chance;
mod engine;
mod http;
mod idb;
mod journal;
mod keep;
mod outbox;
mod pins;
mod reader;
mod replica;
mod survey;
mod view;

pub use self::{
    engine::{Engine, Notice},
    reader::Reader,
};
