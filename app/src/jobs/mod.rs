//! Imports: files that became jobs, how far they are, and what came of them.
//!
//! Whoever belongs to the store may look; owners and editors may start, confirm and cancel. The port
//! checks both.

mod api;
#[cfg(any(feature = "hydrate", test))]
mod opened;
mod state;
mod view;

crate::lazy::lazy_page!(ImportsPage, imports in imports, super::view::Imports);
crate::lazy::lazy_page!(ImportPage, import in imports, super::view::Import);
