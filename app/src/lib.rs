//! The pages and the typed server functions behind them. Compiled twice: with `ssr` for the server, which
//! renders the pages and answers the functions, and with `hydrate` for the browser.
//!
//! A page reaches data only through a port, which the server puts into context. Every page is a chunk of
//! its own (`lazy`), fetched when it is first needed or when a link to it is hovered.

#![recursion_limit = "512"] // a page is one deeply nested type

pub mod app;
mod codec;
pub mod context;
mod frame;
mod jobs;
mod lazy;
mod product;
mod products;
mod routes;
mod settings;
#[cfg(feature = "ssr")]
pub mod sign_in;
mod ui;

#[cfg(feature = "hydrate")]
pub use routes::preload;
