//! The HTTP layer: thin handlers over the ports.

pub(crate) mod account;
pub(crate) mod api;
pub(crate) mod assets;
pub(crate) mod briefs;
pub(crate) mod errors;
pub(crate) mod forms;
pub(crate) mod health;
pub(crate) mod imports;
pub(crate) mod pages;
pub(crate) mod pictures;
pub(crate) mod products;
pub(crate) mod providers;
pub(crate) mod runs;
pub(crate) mod security;
pub(crate) mod session;
mod settings_form;
pub(crate) mod state;
pub(crate) mod tokens;
pub(crate) mod usage;
