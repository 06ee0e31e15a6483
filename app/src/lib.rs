//! The pages and the typed server functions behind them. Compiled twice: with `ssr` for the server, which
//! renders the pages and answers the functions, and with `hydrate` for the browser.
//!
//! A page reaches data only through a port, which the server puts into context. Every page is a chunk of
//! its own (`lazy`), fetched when it is first needed or when a link to it is hovered.

#![recursion_limit = "512"] // a page is one deeply nested type

pub mod app;
pub mod briefs;
mod changes;
mod codec;
pub mod context;
#[cfg(feature = "hydrate")]
mod device;
#[cfg(feature = "ssr")]
pub mod forms;
mod frame;
mod jobs;
mod lazy;
#[cfg(any(feature = "hydrate", test))]
mod offline;
pub mod performance;
mod product;
mod products;
pub mod providers;
mod review;
mod routes;
pub mod runs;
mod settings;
#[cfg(feature = "ssr")]
pub mod sign_in;
pub mod tokens;
mod ui;
pub mod usage;
mod versions;
pub mod webhooks;
mod wire;

#[cfg(feature = "hydrate")]
pub use self::{frame::enter_shell, routes::preload};
