//! Review: one suggestion after the other, with a key or a thumb.
//!
//! Whoever belongs to the store may look; reviewers, editors and owners decide. The port checks both.

pub(crate) mod api;
#[cfg(feature = "hydrate")]
pub(crate) mod live;
pub(crate) mod markup;
pub(crate) mod state;
mod view;

crate::lazy::lazy_page!(ReviewPage, review in review, super::view::Review);
