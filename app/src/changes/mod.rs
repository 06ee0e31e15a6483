//! What somebody has changed on this device: what waits to be sent, what needs them, what has become of the rest.
//!
//! Who may call: everybody who may browse the store. The port checks it. What is kept on a device only the browser knows.

pub(crate) mod api;
#[cfg(any(feature = "hydrate", test))]
mod focus;
#[cfg(feature = "hydrate")]
mod here;
#[cfg(feature = "hydrate")]
mod live;
mod markup;
mod page;
#[cfg(any(feature = "hydrate", test))]
mod safety;
#[cfg(any(feature = "hydrate", test))]
mod state;
#[cfg(any(feature = "hydrate", test))]
mod stock;

#[cfg(feature = "hydrate")]
pub(crate) const PATH: &str = "/changes";

crate::lazy::lazy_page!(ChangesPage, changes in changes, super::page::Changes);
