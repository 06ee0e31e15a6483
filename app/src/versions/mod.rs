//! The versions of a product's words: compared, activated, rolled back.
//!
//! Whoever belongs to the store may look; reviewers, editors and owners may change what is in use. The port checks both.

mod markup;
mod state;
mod view;

crate::lazy::lazy_page!(VersionsPage, versions in versions, super::view::Versions);
