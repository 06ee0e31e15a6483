//! Runs: many products written anew, from the choice and the sample to what came of them.
//!
//! Whoever belongs to the store may look; owners and editors may start and steer. The port checks both.

mod api;
mod markup;
mod state;
mod view;

pub use self::api::Steering;
#[cfg(feature = "ssr")]
pub use self::api::start;
pub use self::state::choice::Choice;

crate::lazy::lazy_page!(RunsPage, runs in runs, super::view::Runs);
crate::lazy::lazy_page!(NewRunPage, new_run in new_run, super::view::NewRun);
crate::lazy::lazy_page!(RunPage, run in run, super::view::Run);
