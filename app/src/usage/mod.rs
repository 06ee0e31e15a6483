//! What calls of providers cost: by day, provider, model, person and type. And what a month may cost.
//!
//! Whoever belongs to the store may look; owners set the budget. The port checks both.

mod api;
mod markup;
mod state;
mod view;
#[cfg(feature = "ssr")]
mod warning;

pub use self::state::{budget, range::Range};
#[cfg(feature = "ssr")]
pub(crate) use self::warning::warning;

crate::lazy::lazy_page!(UsagePage, usage in usage, super::view::Usage);
