//! Webhooks: who is told of what, what is on its way to each, and who sends it.
//!
//! Nothing is written here when a product is. A webhook remembers up to which change it has looked through the log; whoever has leased
//! it reads on from there, and writes what is to be sent together with how far it has read. So nothing is lost whenever the program
//! is killed, and nothing is sent for what was taken back.

mod manage;
mod rows;
mod send;
mod sql;

pub(crate) use self::sql::hot;
pub use self::{
    manage::NewWebhookRow,
    rows::{EndedJob, Flown, Health, LoggedChange, NewDelivery, Parcel, WebhookRow, lane},
    send::{FULL_OF_MANY, MANY, Taken},
};
