//! The server: everything is put together here, in `compose`. Every address is in `router`.

mod alerting;
pub mod cli;
mod clock;
pub mod compose;
pub mod config;
mod http;
mod lab;
mod measuring;
mod purge;
mod router;
mod site;
mod telemetry;

pub use clock::SystemClock;
