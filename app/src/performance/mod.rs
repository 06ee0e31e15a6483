//! How fast the server is: what its database does, and what that costs.
//!
//! For whoever owns every store of the server; everybody else is told so. The port checks it, and says why. The same figures, and more of
//! them, go to Prometheus (`GET /metrics`, in the server).

#[cfg(feature = "ssr")]
mod answer;
mod api;
#[cfg(feature = "ssr")]
mod markup;
mod page;
#[cfg(all(test, feature = "ssr"))]
mod sample;
#[cfg(feature = "ssr")]
mod sort;
#[cfg(feature = "ssr")]
mod units;

pub(crate) const PATH: &str = "/performance/database";

crate::lazy::lazy_page!(DatabasePage, database in settings, super::page::Database);
