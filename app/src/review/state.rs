//! What is behind the page, without a browser: where one is, what was chosen, what was sent.

pub(crate) mod address;
pub(crate) mod desk;
#[cfg_attr(not(any(feature = "hydrate", test)), allow(dead_code))]
pub(crate) mod everything;
#[cfg(any(feature = "hydrate", test))]
pub(crate) mod outbox;
pub(crate) mod seat;
