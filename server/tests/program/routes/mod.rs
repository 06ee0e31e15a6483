//! Every address, asked as a browser asks.

mod account;
mod api;
mod assets;
mod bad_files;
mod briefs;
mod functions;
mod imports;
pub(crate) mod pages;
mod roles;
mod runs;
mod shops;
mod stores_apart;
mod tokens;
mod usage;
