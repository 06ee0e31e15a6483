//! Who writes: providers, their keys and prices.
//!
//! For owners; everybody else is told so. The port checks it. Keys come in by a form and are never given out again.

#[cfg(feature = "ssr")]
mod answer;
mod api;
#[cfg(feature = "ssr")]
pub mod form;
#[cfg(feature = "ssr")]
mod markup;
mod page;
#[cfg(feature = "ssr")]
mod prices;

#[cfg(feature = "ssr")]
pub use self::answer::Sent;

pub(crate) const PATH: &str = "/settings/providers";

crate::lazy::lazy_page!(ProvidersPage, providers in settings, super::page::Providers);
