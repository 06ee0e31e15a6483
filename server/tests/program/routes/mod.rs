//! Every address, asked as a browser asks.

mod account;
mod assets;
mod imports;
mod pages;
mod stores_apart;
