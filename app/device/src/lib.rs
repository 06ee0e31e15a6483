//! Offline work in a browser. The rules are in `domain::sync`; this is what they stand on: storage, network, timers, other tabs.
//!
//! * `idb`: a transaction of `IndexedDB` as something that is waited for.
//! * `outbox`, `replica`: the two databases. The first is strict and never dropped, the second may go at any time.
//! * `journal`: a second copy of what is saved, elsewhere.
//! * `http`: asking the server, and telling its answer from a portal's page.
//! * `engine`: a `Core` that works.
//! * `known`: the outbox as it was last read.
//! * `pokes`: hearing at once that something has changed.
//! * `drain`: engines that only send, for stores that nobody looks at.
//! * `locks`: what of that one of several tabs does.
//! * `keep`: what it does for the replica without being asked; `survey` looks through it, `view` asks which rows there are.
//! * `pins`: which views somebody has made available offline.
//! * `leave`: what of it goes with a person.
//! * `reader`: both databases, for pages that are shown without a network.
//! * `shelf`: the server's last answers to what is not about products, for the same.
//! * `trace`: which trace of the server a page belongs to, as long as it is being opened.
//!
//! It is for browsers alone: of the server's side there is nothing in it.

#![cfg(target_arch = "wasm32")]

mod chance;
mod drain;
mod engine;
mod http;
mod idb;
mod journal;
mod keep;
mod known;
mod leave;
mod locks;
mod outbox;
mod pins;
mod pokes;
mod reader;
mod replica;
mod shelf;
mod survey;
mod trace;
mod view;

pub use self::{
    drain::{drain_elsewhere, drain_everything, waiting_elsewhere},
    engine::{Engine, Notice},
    leave::{forget, forget_others, on_left, tell_left},
    reader::Reader,
    shelf::Shelf,
    trace::parent,
};
