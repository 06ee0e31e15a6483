//! Webhooks: other programs are told of what happens in a store.
//!
//! They follow the change log ([`store::webhooks`]): no write waits for a receiver or knows of one. [`Couriers`] look which webhooks
//! have something to be sent, woken by commits of this process and several times a second besides, and give each to a round, which
//! leases it, reads on in the log a few hundred changes at a time, and sends: several products at once, of each product one delivery
//! after the other. Where some hundred are behind, as after an import, up to a hundred are sent together, each as it would be alone:
//! those of products of one lane of eight, so that the order of each product is kept. Of a million changes some thousands are on their way
//! at most; the others stay in the log until there is room.
//!
//! What is sent is signed as the Standard Webhooks specification has it. It comes at least once: a process that is killed between
//! sending and writing that down sends again, under the same id.

mod body;
mod couriers;
mod post;
mod round;
mod schedule;
mod send;
mod service;
mod sign;

pub use self::{
    couriers::{Couriers, CouriersHandle},
    post::Post,
    service::WebhooksService,
};
