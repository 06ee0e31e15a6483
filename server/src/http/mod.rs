//! The HTTP layer: thin handlers over the ports.

pub(crate) mod account;
pub(crate) mod api;
pub(crate) mod assets;
pub(crate) mod briefs;
pub(crate) mod caching;
pub(crate) mod deciding;
pub(crate) mod errors;
pub(crate) mod forms;
pub(crate) mod health;
pub(crate) mod imports;
pub(crate) mod limits;
pub(crate) mod metrics;
pub(crate) mod negotiation;
pub(crate) mod pages;
pub(crate) mod pictures;
pub(crate) mod products;
pub(crate) mod providers;
pub(crate) mod runs;
pub(crate) mod security;
pub(crate) mod session;
mod settings_form;
pub(crate) mod shared;
pub(crate) mod state;
pub(crate) mod tokens;
mod uploads;
pub(crate) mod usage;
pub(crate) mod webhooks;
