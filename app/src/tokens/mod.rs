//! Secrets that programs ask the API with, each in the name of whoever has made it.
//!
//! Whoever belongs to the store makes and ends their own; owners see and end those of everybody. The port checks it. A secret is in
//! the one page that answers its making, and never given out again.

#[cfg(feature = "ssr")]
mod address;
#[cfg(feature = "ssr")]
mod answer;
mod api;
#[cfg(feature = "ssr")]
pub mod form;
#[cfg(feature = "ssr")]
mod markup;
mod page;
#[cfg(all(test, feature = "ssr"))]
mod sample;
#[cfg(feature = "ssr")]
mod words;

#[cfg(feature = "ssr")]
pub use self::{address::PublicUrl, answer::Sent};

pub(crate) const PATH: &str = "/settings/tokens";

crate::lazy::lazy_page!(TokensPage, tokens in settings, super::page::Tokens);
