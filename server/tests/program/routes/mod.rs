//! Every address, asked as a browser asks.

mod account;
mod alerts;
mod api;
mod assets;
mod bad_files;
mod briefs;
mod caching;
mod cdn;
mod compression;
mod connections;
mod devices;
pub(crate) mod functions;
mod imports;
mod limits;
mod manifest;
mod metrics;
pub(crate) mod pages;
mod performance;
mod replicas;
mod roles;
mod runs;
pub(crate) mod shops;
mod stores_apart;
mod tokens;
mod usage;
mod webhooks;
mod worker;
