//! How fast Vitrine is: for the people who use it, on the server, in its database and caches. Its places are in [`places`].
//!
//! For whoever owns every store of the server; everybody else is told so. The port checks it, and says why. All of it is written by the
//! server; the browser gets no code for it but what every such page has.

#[cfg(feature = "ssr")]
pub mod alerts;
#[cfg(feature = "ssr")]
mod answer;
mod api;
#[cfg(feature = "ssr")]
mod asked;
#[cfg(feature = "ssr")]
mod bottlenecks;
#[cfg(feature = "ssr")]
mod budgets;
#[cfg(feature = "ssr")]
mod caches;
#[cfg(feature = "ssr")]
mod capacity;
#[cfg(feature = "ssr")]
mod changes;
#[cfg(feature = "ssr")]
mod database;
#[cfg(feature = "ssr")]
mod felt;
#[cfg(feature = "ssr")]
mod jobs;
#[cfg(feature = "ssr")]
mod lab;
#[cfg(feature = "ssr")]
mod overview;
mod page;
mod places;
#[cfg(feature = "ssr")]
mod profiled;
#[cfg(feature = "ssr")]
mod regressions;
#[cfg(feature = "ssr")]
pub mod report;
#[cfg(feature = "ssr")]
mod requests;
#[cfg(feature = "ssr")]
mod shown;
#[cfg(feature = "ssr")]
mod slower;
#[cfg(feature = "ssr")]
mod sync;
#[cfg(feature = "ssr")]
mod traces;
#[cfg(feature = "ssr")]
mod trend;
#[cfg(feature = "ssr")]
mod units;
#[cfg(feature = "ssr")]
mod verdict;
#[cfg(feature = "ssr")]
mod vitals;

#[cfg(feature = "ssr")]
pub use self::changes::Sent;

crate::lazy::lazy_page!(PerformancePage, performance in settings, super::page::Performance);
