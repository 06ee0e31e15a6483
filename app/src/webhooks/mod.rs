//! Who is told of what happens in the store: addresses of other programs, and the log of what was sent to each.
//!
//! For owners; everybody else is told so. The port checks it. A secret is in the one page that answers its making, and never given
//! out again.

#[cfg(feature = "ssr")]
mod answer;
mod api;
#[cfg(feature = "ssr")]
pub mod form;
#[cfg(feature = "ssr")]
mod log;
#[cfg(feature = "ssr")]
mod markup;
mod page;
#[cfg(all(test, feature = "ssr"))]
mod sample;

#[cfg(feature = "ssr")]
pub use self::answer::Sent;

pub(crate) const PATH: &str = "/settings/webhooks";

crate::lazy::lazy_page!(WebhooksPage, webhooks in settings, super::page::Webhooks);
