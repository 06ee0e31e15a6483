//! How a store wants its words: the brief, templates by product type, and a preview.
//!
//! Whoever belongs to the store may look; owners and editors may change it and ask for a preview. The port checks both.

#[cfg(feature = "ssr")]
mod answer;
mod api;
#[cfg(feature = "ssr")]
pub mod form;
#[cfg(feature = "ssr")]
mod markup;
mod page;
#[cfg(feature = "ssr")]
mod preview;

#[cfg(feature = "ssr")]
pub use self::answer::{Sent, product_and_provider};

pub(crate) const PATH: &str = "/settings/brief";

crate::lazy::lazy_page!(BriefPage, brief in settings, super::page::Briefs);
