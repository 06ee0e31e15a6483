//! Alerts get to people.
//!
//! [`Rounds`] look once a minute how the rules stand ([`alerts::step`]) and write down, in one transaction, what became of each alert and the
//! letters that came of it ([`alerts::tell`]). [`Sender`] sends those letters, of each channel one after the other. Both ask an [`Outbox`], which
//! several processes share: each round is done by one of them, and each letter sent by one. What is sent comes at least once: a process that is
//! killed between sending and writing that down sends again, under the same id.
//!
//! How the outside is reached is passed in: [`Post`] for webhooks, which is where the guard of addresses is, and the TLS of mail.

mod blind;
mod channel;
pub mod contract;
mod email;
mod file;
mod handle;
#[cfg(feature = "store")]
mod kept;
mod memory;
mod outbox;
mod post;
mod round;
mod schedule;
mod sender;
mod webhook;

pub use self::{
    channel::{Channel, Secret, Way},
    email::{Mail, Security, Smtp},
    file::{FileError, Settings},
    handle::{Alerting, AlertingHandle, Parts},
    memory::MemoryOutbox,
    outbox::{Book, LONGEST_WAIT_SECONDS, Message, MessageState, NewMessage, Outbox, OutboxError, Outcome, Written},
    post::{Answer, Outgoing, Post, Unsent},
    round::{Measured, Measures, Rounds, Watched},
    sender::{Chance, Limits, Sender, Sent, Sentence},
};
